"""Checks of notebook 05 on a batch: its ids and its mask."""

from collections.abc import Callable
from typing import Any

import torch

from helpers.exercises import check_function, check_value, other_shape
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
