"""Answers to the exercises of notebook 09.

`WRONG`: typical slips, and words of the verdict. `RIGHT`: other ways and kinds. `THINGS`: what a
check needs beside the answer. `EQUIVALENT`: changes of the official solution that leave it right,
by the label of tools/mutate.py, with the reason.
"""

from helpers.your_pipeline import milestone_answers, repair_answers
from helpers.your_pipeline.equivalent import EQUIVALENT

__all__ = ["EQUIVALENT", "RIGHT", "THINGS", "WRONG"]

THINGS = milestone_answers.THINGS | repair_answers.THINGS
WRONG = milestone_answers.WRONG | repair_answers.WRONG
RIGHT = milestone_answers.RIGHT | repair_answers.RIGHT
