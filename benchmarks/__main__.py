"""Measure, and write benchmarks/results.md: `make bench`.

Names of sections print these only, and write nothing.
"""

import sys
from pathlib import Path

import torch

from benchmarks import classification, explorers, first_answer, generation
from benchmarks.timing import machine
from tools import environment

SECTIONS = {
    "classification": (
        classification,
        """## Classification

Texts to labels: `helpers.pipeline.classify` against `pipeline("sentiment-analysis")`. The
probability of the library's label within 1e-5 in 32 bits and 0.05 in 16, asserted before any
time is taken. Notebook 08 shows why.""",
    ),
    "generation": (
        generation,
        """## Generation

`helpers.generation.generate` on the library's model, and on `helpers.speed.LlamaByHand`; ids equal
in 32 bits. The products alone are the limit of one forward pass.
Notebook 08 shows why.""",
    ),
    "explorers": (
        explorers,
        """## Explorers, in the kernel

A reader types; how long until the new picture is ready? The bare forward pass
is the same model on a sentence of about that length. The browser's part comes on top: `make
test-browser` prints it.""",
    ),
    "first_answer": (
        first_answer,
        """## First answer

The script is a fresh process each time. The notebook comes with the kernel's start, and with
what its cells print before.""",
    ),
}


def main():
    environment.enter()
    torch.set_num_threads(2)
    for name in sys.argv[1:]:
        print(SECTIONS[name][0].measure())
    if sys.argv[1:]:
        return
    text = f"""# What was measured

`make bench` wrote this file. What stands in one table of times ran in turns: medians of at least
five rounds, with least and most in brackets. An aim that was missed stands beside what was
reached.

{machine()}
"""
    for module, words in SECTIONS.values():
        text += f"\n{words}\n\n{module.measure()}\n"
    Path(__file__).with_name("results.md").write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
