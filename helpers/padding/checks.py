"""Checks of notebook 05: windows, the share of pads, and the batch of `batch_checks`."""

from collections.abc import Callable

from helpers.exercises import check_function, does, turned
from helpers.padding.batch_checks import mask, pad

__all__ = ["mask", "pad", "full_windows", "waste"]


def _starts(ids: list, size: int, overlap: int) -> list[int]:
    last = max(len(ids) - size, 0)
    return [*range(0, last, size - overlap), last]


def _full(ids: list, size: int, overlap: int) -> list[list]:
    return [ids[start : start + size] for start in _starts(ids, size, overlap)]


def _begins_at(second: Callable[..., int]) -> Callable[..., bool]:
    """A test: does the second window begin at this place of the ids?"""
    return lambda got, wanted, ids, *rest: (
        len(got) > 1 and rest[1] > 0 and got[1][:1] == ids[second(*rest) :][:1]
    )


@check_function(
    right=_full,
    case=lambda got, wanted, ids, size, overlap: (
        f"{len(ids)} ids, size {size}, overlap {overlap}: "
    ),
    kinds=[(object, "return a list of lists of ids; yours is {kind}.")],
    slips=[
        (
            lambda got, wanted, ids, size, overlap: max(map(len, got), default=0) > size,
            "a window has more ids than the model can read.",
        ),
        (
            lambda got, *_: [] in got,
            "one of your windows is empty. Does a start go below 0, or beyond the end?",
        ),
        (
            lambda got, wanted, ids, *_: {i for window in got for i in window} - set(ids),
            "a window has ids that the text has not. Don't fill the last one up: begin it earlier.",
        ),
        (
            lambda got, wanted, ids, *_: not got or got[-1][-1] != ids[-1],
            "the end of the text is in no window.",
        ),
        (
            lambda got, *_: len({*map(tuple, got)}) < len(got),
            "the same window comes twice. Is the last one full already?",
        ),
        (
            lambda got, wanted, ids, size, overlap: len(ids) <= size,
            "the text fits into one window: return it whole, and nothing else.",
        ),
        (
            _begins_at(lambda size, overlap: overlap),
            "the second window begins at {overlap}. That is the overlap, not the step: the step is "
            "size - overlap.",
        ),
        (
            _begins_at(lambda size, overlap: size),
            "neighbours share no token. The step is size - overlap.",
        ),
        (
            lambda got, wanted, ids, size, overlap: len(got[-1]) < size,
            lambda got, *_: (
                f"the last window has only {len(got[-1])} ids. Let it begin earlier, "
                "at len(ids) - size."
            ),
        ),
    ],
    otherwise=lambda got, wanted, ids, size, overlap: (
        f"the windows should begin at {_starts(ids, size, overlap)}; "
        f"yours begin at {[window[0] - ids[0] for window in got]}."
    ),
)
def full_windows() -> list[tuple]:
    """5.3: `function(ids, size, overlap)` gives windows; the last begins early and is full."""
    cases = (
        (11, 4, 1),
        (10, 4, 1),
        (20, 6, 2),
        (9, 4, 0),
        (3, 4, 1),
        (4, 4, 1),
        (5, 4, 3),
        (7, 1, 0),
        (2, 2, 1),
    )
    return [(list(range(100, 100 + length)), *rest) for length, *rest in cases]


def _positions(lengths: list, batches: list) -> list[int]:
    return [len(batch) * max(lengths[i] for i in batch) for batch in batches]


def _pads(lengths: list, batches: list) -> list[int]:
    sizes = _positions(lengths, batches)
    tokens = [sum(lengths[i] for i in batch) for batch in batches]
    return [size - held for size, held in zip(sizes, tokens, strict=True)]


def _mean_share(lengths: list, batches: list) -> float:
    pairs = zip(_pads(lengths, batches), _positions(lengths, batches), strict=True)
    return sum(pads / size for pads, size in pairs) / len(batches)


@check_function(
    right=lambda lengths, batches: sum(_pads(lengths, batches)) / sum(_positions(lengths, batches)),
    slips=[
        (
            turned(lambda wanted: 100 * wanted),
            "That is a percentage. A share lies between 0 and 1.",
        ),
        (
            turned(lambda wanted: 1 - wanted),
            "That is the share of the tokens. The pads are the rest.",
        ),
        (
            does(lambda lengths, batches: float(sum(_pads(lengths, batches)))),
            "That is the number of pads. Divide it by the number of positions.",
        ),
        (
            does(lambda lengths, batches: sum(_pads(lengths, batches)) / sum(lengths)),
            "You divide by the tokens. Divide by all positions, pads included.",
        ),
        (
            does(_mean_share),
            "You took the mean over the batches. A large batch counts more than a small one: add "
            "pads and positions first.",
        ),
        (
            does(lambda lengths, batches: 1 - sum(lengths) / (len(lengths) * max(lengths))),
            "You padded everything to the longest of all sequences. Each batch is as long as its "
            "own longest.",
        ),
    ],
    otherwise=lambda got, wanted, lengths, batches: (
        f"For lengths {lengths} in batches {batches} there are {sum(_pads(lengths, batches))} pads "
        f"in {sum(_positions(lengths, batches))} positions; you say {float(got):.3f}."
    ),
)
def waste() -> list[tuple]:
    """5.4: `function(lengths, batches)` gives the share of all positions that are pads."""
    return [
        ([4, 2, 2, 2], [[0, 1], [2, 3]]),
        ([10, 1, 1, 5], [[0, 3], [1, 2]]),
        ([7, 3, 6], [[2, 0], [1]]),
        ([5, 5], [[1], [0]]),
    ]
