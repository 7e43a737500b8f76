"""Sequences of different lengths as one rectangle, and what the rectangle wastes.

Built in the open by notebook 05.
"""

import operator
from collections.abc import Sequence

import torch
from torch import Tensor


def pad(
    sequences: Sequence[Sequence[int] | Tensor], pad_id: int, side: str = "right"
) -> tuple[Tensor, Tensor]:
    """Fill a batch of id sequences up to the longest one.

    `sequences`: lists (or 1-D tensors) of ids, at least one. `side`: where the pads go, `"right"`
    or `"left"`. Returns `(input_ids, attention_mask)`, both int64 [batch, length]; the mask is 1 on
    tokens and 0 on pads. Raises ValueError for an empty batch or an unknown side, TypeError for
    what is not whole numbers.
    """
    if side not in ("right", "left"):
        raise ValueError(f"side is {side!r}; it must be 'right' or 'left'")
    if len(sequences) == 0:
        raise ValueError("no sequences to pad: a batch needs at least one")
    rows = [_whole_numbers(number, sequence) for number, sequence in enumerate(sequences)]
    lengths = torch.tensor([len(row) for row in rows])
    length = int(lengths.max())
    positions = torch.arange(length)
    if side == "right":
        mask = positions < lengths[:, None]
    else:
        mask = positions >= length - lengths[:, None]
    input_ids = torch.full((len(rows), length), _pad_id(pad_id), dtype=torch.int64)
    # Row by row, the True places of a row are as many as its tokens and in their order.
    input_ids[mask] = torch.cat(rows)
    return input_ids, mask.to(torch.int64)


def _whole_numbers(number: int, sequence: Sequence[int] | Tensor) -> Tensor:
    """A sequence of ids as int64 [length]."""
    try:
        row = torch.as_tensor(sequence, dtype=None if len(sequence) else torch.int64)
        whole = row.dim() == 1 and row.dtype in (torch.int64, torch.int32, torch.int16, torch.uint8)
    except (TypeError, ValueError, RuntimeError):
        whole = False
    if not whole:
        raise TypeError(
            f"sequence {number} is {sequence!r:.80}; it must be one row of whole numbers, "
            "the ids of a text"
        )
    return row.to(torch.int64)


def _pad_id(pad_id: int) -> int:
    try:
        return operator.index(pad_id)
    except TypeError:
        raise TypeError(
            f"pad_id is {pad_id!r}; it must be an id: the tokenizer's pad_token_id, "
            "if it has a pad_token"
        ) from None


def batches_by_length(lengths: Sequence[int], max_tokens: int) -> list[list[int]]:
    """Group sequences of similar length so that no padded batch exceeds a token budget.

    `lengths`: int per sequence. `max_tokens`: upper bound of rows × longest row, pads included; a
    sequence longer than that gets a batch to itself. Returns lists of indices into `lengths`,
    longest batch first, so that the largest memory need shows at once. Every index occurs exactly
    once. Raises ValueError if `max_tokens` < 1.
    """
    if max_tokens < 1:
        raise ValueError(f"max_tokens is {max_tokens}; a batch needs room for at least one token")
    batches: list[list[int]] = []
    longest = 0
    for index in sorted(range(len(lengths)), key=lambda i: lengths[i], reverse=True):
        if batches and (len(batches[-1]) + 1) * longest <= max_tokens:
            batches[-1].append(index)
        else:
            batches.append([index])
            longest = lengths[index]
    return batches


def waste(attention_mask: Tensor) -> float:
    """Share of the positions of a batch that are pads, from a 0/1 mask [batch, length]."""
    return 1 - attention_mask.float().mean().item()
