"""Measure, and write benchmarks/results.md: `make bench`."""

from pathlib import Path

import torch

from benchmarks import explorers
from benchmarks.timing import machine
from tests import environment


def main():
    environment.enter()
    torch.set_num_threads(2)
    text = f"""# What was measured

`make bench` wrote this file. What stands in one table ran in turns, in one process: medians, with least and most in brackets.

{machine()}

## Explorers, in the kernel

A reader types or moves a slider; how long until the new picture is ready? The bare forward pass is the same model on a
sentence of about that length. The browser's part comes on top: `make test-browser` prints it.

{explorers.measure()}
"""
    Path(__file__).with_name("results.md").write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
