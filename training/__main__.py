"""The trainings of training/README.md: each stage saves its state, and goes on after a stop."""

import argparse
from pathlib import Path

import torch

from training import body, translation

STAGES = {"body": body.train, "translation": translation.train}


def main():
    parser = argparse.ArgumentParser(prog="python -m training", description=__doc__)
    parser.add_argument("stage", choices=STAGES)
    parser.add_argument("--data", type=Path, required=True, help="a data folder")
    parser.add_argument("--state", type=Path, required=True, help="where state and results are")
    parser.add_argument(
        "--minutes",
        type=float,
        default=95,
        help="of processor time, all runs of the stage together",
    )
    parser.add_argument("--wall", type=float, help="minutes by the clock until this run ends")
    parser.add_argument("--threads", type=int, default=1)
    given = parser.parse_args()
    torch.set_num_threads(given.threads)
    STAGES[given.stage](given.data, given.state, given.minutes, given.wall)


if __name__ == "__main__":
    main()
