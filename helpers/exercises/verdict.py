"""What a check says at the end, and who is told."""

import json
import os
from pathlib import Path
from typing import NamedTuple

_verdicts: dict[
    str, str
] = {}  # {"pipeline.probabilities": "right"}, of every check that this kernel has imported


class Verdict(NamedTuple):
    """`kind`: right, wrong, not tried, error, timeout; not judged when the check itself failed."""

    kind: str
    words: str


def expect(exercise: str) -> None:
    """Let `summary()` name an exercise before anyone calls its check."""
    _verdicts[exercise] = "not run"


def give(exercise: str, verdict: Verdict) -> None:
    """Print a verdict and keep it; the last one of an exercise counts."""
    print(verdict.words)
    _verdicts[exercise] = verdict.kind
    if log := os.environ.get("VERDICTS"):  # set by the grader, which trusts no printed text
        with Path(log).open("a", encoding="utf-8") as file:
            print(json.dumps([exercise, verdict.kind]), file=file)


def summary() -> None:
    """Print the last verdict of every exercise of this notebook, to be handed in."""
    for exercise, kind in _verdicts.items():
        print(f"{exercise:<32} {kind}")
    print(f"{list(_verdicts.values()).count('right')} of {len(_verdicts)} right")
