"""The reader's function beside the library's on many inputs: how many are equal, how far off."""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

WITHIN = 1e-5


class Row(NamedTuple):
    """A line of the table: `far` is the largest difference of a number, ∞ where words differ."""

    task: str
    tried: int
    equal: int
    far: float
    first: str  # the first input whose answers differ, and both; or why there is none


def compare(task: str, mine: Any, library: Callable[..., Any], inputs: Iterable[tuple]) -> Row:
    """Ask both about each input. A function that raises is off by ∞ there, and goes on."""
    farthest, equal, first, tried = 0.0, 0, "", 0
    for given in inputs:
        got = _answer(mine, given)
        if got is None and not tried:
            return Row(task, 0, 0, 0.0, "it returns nothing: not written yet?")
        wanted = library(*given)
        far = difference(got, wanted)
        farthest, equal, tried = max(farthest, far), equal + (far <= WITHIN), tried + 1
        if far > WITHIN and not first:
            first = f"{given[0]!r:.60}: you {got!r:.60}, the library {wanted!r:.60}"
    return Row(task, tried, equal, farthest, first)


def _answer(mine: Callable[..., Any], given: tuple) -> Any:
    try:
        return mine(*given)
    except Exception as error:
        return error


def difference(got: Any, wanted: Any) -> float:
    """The largest difference of two answers' numbers; ∞ where all else differs, NaN included."""
    if isinstance(wanted, Mapping):
        same = isinstance(got, Mapping) and got.keys() == wanted.keys()
        return _largest([got[key] for key in wanted], list(wanted.values())) if same else math.inf
    if isinstance(wanted, Sequence) and not isinstance(wanted, str):
        same = isinstance(got, (list, tuple)) and len(got) == len(wanted)
        return _largest(got, wanted) if same else math.inf
    if isinstance(wanted, float) and isinstance(got, (int, float, np.floating)):
        far = abs(float(got) - wanted)
        return math.inf if math.isnan(far) else far
    return 0.0 if got == wanted else math.inf


def _largest(got: Sequence, wanted: Sequence) -> float:
    return max(map(difference, got, wanted), default=0.0)


def show(rows: Iterable[Row]) -> None:
    """Print the table; differences of floats to their power of ten, which other machines share."""
    print(f"{'task':<26}{'equal':<10}{'how far':<13}first difference")
    for row in rows:
        far = "within 1e-5" if row.far <= WITHIN else f"{row.far:.0e}"
        equal = f"{row.equal} of {row.tried}" if row.tried else "–"
        print(f"{row.task:<26}{equal:<10}{far if row.tried else '–':<13}{row.first or 'none'}")
