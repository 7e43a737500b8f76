"""Sequences of different lengths as one rectangle, and what the rectangle wastes. Built in the open by notebook 05."""

import torch


def pad(sequences, pad_id, side="right"):
    """Fill a batch of id sequences up to the longest one.

    `sequences`: lists (or 1-D tensors) of ids, at least one. `side`: where the pads go, `"right"` or `"left"`.
    Returns `(input_ids, attention_mask)`, both int64 [batch, length]; the mask is 1 on tokens and 0 on pads.
    Raises ValueError for an empty batch or an unknown side.
    """
    if side not in ("right", "left"):
        raise ValueError(f"side is {side!r}; it must be 'right' or 'left'")
    if len(sequences) == 0:
        raise ValueError("no sequences to pad: a batch needs at least one")
    lengths = torch.tensor([len(sequence) for sequence in sequences])
    length = int(lengths.max())
    positions = torch.arange(length)
    if side == "right":
        mask = positions < lengths[:, None]
    else:
        mask = positions >= length - lengths[:, None]
    input_ids = torch.full((len(sequences), length), pad_id, dtype=torch.int64)
    # Row by row, the True places of a row are as many as its tokens and in their order.
    input_ids[mask] = torch.cat(
        [torch.as_tensor(sequence, dtype=torch.int64) for sequence in sequences]
    )
    return input_ids, mask.to(torch.int64)


def batches_by_length(lengths, max_tokens):
    """Group sequences of similar length so that no padded batch exceeds a token budget.

    `lengths`: int per sequence. `max_tokens`: upper bound of rows × longest row, pads included; a sequence longer
    than that gets a batch to itself. Returns lists of indices into `lengths`, longest batch first, so that the
    largest memory need shows at once. Every index occurs exactly once. Raises ValueError if `max_tokens` < 1.
    """
    if max_tokens < 1:
        raise ValueError(f"max_tokens is {max_tokens}; a batch needs room for at least one token")
    batches, longest = [], 0
    for index in sorted(range(len(lengths)), key=lambda i: lengths[i], reverse=True):
        if batches and (len(batches[-1]) + 1) * longest <= max_tokens:
            batches[-1].append(index)
        else:
            batches.append([index])
            longest = lengths[index]
    return batches


def waste(attention_mask):
    """Share of the positions of a batch that are pads: float in [0, 1], from a 0/1 mask [batch, length]."""
    return 1 - attention_mask.float().mean().item()
