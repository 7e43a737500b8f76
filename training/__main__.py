"""The trainings, each in a stage that saves its state every five minutes and goes on after a stop.
See training/README.md.
"""

import argparse
from pathlib import Path

import torch


def main():
    parser = argparse.ArgumentParser(prog="python -m training", description=__doc__)
    parser.add_argument("stage", choices=("body", "translation"))
    parser.add_argument(
        "--data", type=Path, required=True, help="a data folder, as training/README.md describes it"
    )
    parser.add_argument(
        "--state", type=Path, required=True, help="where state and results are kept"
    )
    parser.add_argument(
        "--minutes",
        type=float,
        default=95,
        help="of training, earlier runs included; the rates follow them",
    )
    parser.add_argument("--threads", type=int, default=1)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    if arguments.stage == "body":
        from training.body import train
    else:
        from training.translation import train
    train(arguments.data, arguments.state, arguments.minutes)


if __name__ == "__main__":
    main()
