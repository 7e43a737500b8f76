"""Checks of notebook 05."""

from collections.abc import Callable
from typing import Any

import torch

from helpers.exercises import check_function, check_value, does, other_shape, turned
from helpers.padding.batches import pad as _padded


def _off_row(got: torch.Tensor, wanted: torch.Tensor, *_: Any) -> str:
    row = int((got.double() != wanted).any(dim=1).nonzero()[0])
    return f"Row {row} should be {wanted[row].tolist()}; yours is {got[row].tolist()}."


@check_value(
    right=lambda input_ids, pad_id: (input_ids != pad_id).to(torch.int64),
    slips=[
        (
            other_shape,
            "The mask has one entry an id: shape {wanted_shape}. Yours is {got_shape}.",
        ),
        (
            lambda got, wanted, *_: torch.equal(got.double(), wanted.double()),
            lambda got, *_: (
                f"The values are right, the type is {got.dtype}. "
                "The tokenizer gives int64: .to(torch.int64)."
            ),
        ),
        (
            lambda got, wanted, *_: torch.equal(got.double(), 1.0 - wanted),
            "Is your mask the right way round? Yours is 1 on the pads; it should be 1 on the "
            "tokens.",
        ),
        (
            lambda got, *_: (got == 1).all(),
            "Every position is 1: that is the same as no mask. The pads should be 0.",
        ),
        (
            lambda got, wanted, input_ids, pad_id: torch.equal(got, input_ids),
            "These are the ids themselves. The mask says of each id whether it is a token: 1, or a "
            "pad: 0.",
        ),
        (
            lambda got, wanted, input_ids, pad_id: torch.equal(got != 0, input_ids != 0),
            "You took 0 for the pad. Every tokenizer has its own: here it is {pad_id}.",
        ),
        (
            lambda got, wanted, input_ids, pad_id: torch.equal(got != 0, input_ids > pad_id),
            "Ids below the pad's are tokens too: compare with ==, not with < or >.",
        ),
    ],
    otherwise=_off_row,
)
def mask(input_ids: torch.Tensor, pad_id: int) -> None:
    """5.1: the answer must be 1 on tokens and 0 on pads of `input_ids`, int64 [batch, length]."""


IDS, MASK = 0, 1


def _part(which: int, change: Callable[..., tuple]) -> Callable[..., bool]:
    """A test: are the ids, or is the mask, wrong in the way of `change`?"""

    def test(got: tuple, wanted: tuple, *given: Any) -> bool:
        mine = got[which]
        return not torch.equal(mine, wanted[which]) and torch.equal(mine, change(*given)[which])

    return test


def _other_side(sequences: list, pad_id: int, side: str) -> tuple:
    return _padded(sequences, pad_id, "left" if side == "right" else "right")


def _reversed(sequences: list, pad_id: int, side: str) -> tuple:
    return _padded([sequence[::-1] for sequence in sequences], pad_id, side)


def _inverted(sequences: list, pad_id: int, side: str) -> tuple:
    ids, ones = _padded(sequences, pad_id, side)
    return ids, 1 - ones


def _from_the_ids(sequences: list, pad_id: int, side: str) -> tuple:
    ids = _padded(sequences, pad_id, side)[IDS]
    return ids, (ids != pad_id).to(torch.int64)


def _badly_made(got: tuple, wanted: tuple, *_: Any) -> str | None:
    for name, mine, theirs in zip(("input_ids", "attention_mask"), got, wanted, strict=True):
        if mine.shape != theirs.shape:
            return f"{name} should have shape {list(theirs.shape)}; yours has {list(mine.shape)}."
        if mine.dtype != torch.int64:
            return f"{name} should be int64; yours is {mine.dtype}."
    return None


@check_function(
    right=lambda sequences, pad_id, side: _padded(sequences, pad_id, side),
    kinds=[(object, "Return two tensors: `return input_ids, attention_mask`.")],
    slips=[
        (_badly_made, lambda *given: str(_badly_made(*given))),
        (
            _part(IDS, _other_side),
            "For side={side!r} your pads are on the other side. Is `side` looked at?",
        ),
        (
            _part(IDS, lambda sequences, pad_id, side: _padded(sequences, 0, side)),
            "You fill with 0, but pad_id is {pad_id} here: every tokenizer has its own.",
        ),
        (
            _part(IDS, _reversed),
            "For side={side!r} the tokens come out in reverse order. Only the place of the pads "
            "changes, never the order of the tokens.",
        ),
        (
            lambda got, wanted, *_: not torch.equal(got[IDS], wanted[IDS]),
            "For {sequences}, pad_id={pad_id}, side={side!r} the ids should be {wanted[0]}; "
            "yours are {got[0]}.",
        ),
        (
            _part(MASK, _inverted),
            "Is your mask the right way round? 1 stands for a token, 0 for a pad.",
        ),
        (
            _part(MASK, _other_side),
            "For side={side!r} the ids are right, but the mask is the one of the other side. "
            "Pads and zeros belong together.",
        ),
        (
            _part(MASK, _from_the_ids),
            "A token that has the pad's id is masked too: {sequences}, pad_id={pad_id}. Make the "
            "mask from the lengths, not from the ids.",
        ),
        (
            lambda got, *_: (got[MASK] == 1).all(),
            "Your mask is 1 everywhere: the pads should be 0.",
        ),
    ],
    otherwise="For {sequences}, side={side!r} the mask should be {wanted[1]}; yours is {got[1]}.",
)
def pad() -> list[tuple]:
    """5.2: `function(sequences, pad_id, side)` gives ids and mask, both int64 [batch, length]."""
    batches = (
        [[7, 8, 9, 10], [5, 6]],
        [[3], [4, 5, 6], [7, 8]],
        [[2, 3], [4, 5]],
        [[99, 3, 0, 99], [0, 5], [7, 99, 99]],
        [[6]],
    )
    sides = ("right", "left")
    return [(list(rows), pad_id, side) for side in sides for rows in batches for pad_id in (0, 99)]


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
