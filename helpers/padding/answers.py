"""Answers to the exercises of notebook 05; helpers/pipeline/answers.py says what the tables are."""

from collections.abc import Callable

import numpy as np
import torch

from helpers.padding.batches import pad

IDS = torch.tensor([[0, 6, 7, 2], [8, 2, 1, 1]])
PAD = 1
THINGS: dict[str, Callable] = {"mask": lambda: (IDS, PAD)}


def by_hand(sequences: list, pad_id: int, side: str) -> tuple:
    """Lists of pads."""
    length = max(map(len, sequences))
    rows, masks = [], []
    for sequence in sequences:
        fill, ones = length - len(sequence), [1] * len(sequence)
        rows.append([pad_id] * fill + sequence if side == "left" else sequence + [pad_id] * fill)
        masks.append([0] * fill + ones if side == "left" else ones + [0] * fill)
    return torch.tensor(rows), torch.tensor(masks)


def in_place(sequences: list, pad_id: int, side: str) -> tuple:
    """Right, at the cost of the caller's lists."""
    length, mask = max(map(len, sequences)), pad(sequences, pad_id, side)[1]
    for sequence in sequences:
        while len(sequence) < length:
            sequence.insert(len(sequence) if side == "right" else 0, pad_id)
    return torch.tensor(sequences), mask


def mask_of_the_right(sequences: list, pad_id: int, side: str) -> tuple:
    """The pads moved, the mask forgotten."""
    return pad(sequences, pad_id, side)[0], pad(sequences, pad_id, "right")[1]


def mask_of_the_ids(sequences: list, pad_id: int, side: str) -> tuple:
    """A token may have the pad's id."""
    ids = pad(sequences, pad_id, side)[0]
    return ids, (ids != pad_id).long()


def flipped(sequences: list, pad_id: int, side: str) -> tuple:
    """Left by turning the right round, tokens too."""
    ids, mask = pad(sequences, pad_id, "right")
    return (ids.flip(1), mask.flip(1)) if side == "left" else (ids, mask)


def inverted(sequences: list, pad_id: int, side: str) -> tuple:
    """1 on the pads."""
    ids, mask = pad(sequences, pad_id, side)
    return ids, 1 - mask


def cut(ids: list, size: int, starts: list | range) -> list[list]:
    """Windows from these starts."""
    return [ids[start : start + size] for start in starts]


def stub(ids: list, size: int, overlap: int) -> list[list]:
    """The windows of the notebook, whose last may be short."""
    return cut(ids, size, range(0, max(len(ids) - overlap, 1), size - overlap))


def filled(ids: list, size: int, overlap: int) -> list[list]:
    """A stub filled up with pads."""
    return [window + [0] * (size - len(window)) for window in stub(ids, size, overlap)]


def full(ids: list, size: int, overlap: int) -> list[list]:
    """As the official solution has it."""
    return [*stub(ids, size, overlap)[:-1], ids[-size:]]


def full_in_a_loop(ids: list, size: int, overlap: int) -> list[list]:
    """A while that ends when a window reaches the end."""
    start, windows = 0, []
    while start + size < len(ids):
        windows.append(ids[start : start + size])
        start += size - overlap
    return [*windows, ids[max(len(ids) - size, 0) :]]


def never_ends(ids: list, size: int, overlap: int) -> list[list]:
    """The start never moves."""
    start = 0
    while start + size < len(ids):
        start += 0
    return cut(ids, size, [start])


def positions(lengths: list, batches: list) -> int:
    """Rows times longest, of all batches."""
    return sum(len(batch) * max(lengths[i] for i in batch) for batch in batches)


def share(lengths: list, batches: list) -> float:
    """The share of pads."""
    return 1 - sum(lengths) / positions(lengths, batches)


def mean_share(lengths: list, batches: list) -> float:
    """As if every batch weighed the same."""
    shares = [share([lengths[i] for i in batch], [range(len(batch))]) for batch in batches]
    return sum(shares) / len(shares)


def last_batch(lengths: list, batches: list) -> float:
    """Returned inside the loop, or summed outside of it."""
    return share([lengths[i] for i in batches[-1]], [range(len(batches[-1]))])


RIGHT: dict[str, list] = {
    "mask": [
        (IDS != PAD).long(),
        (IDS != PAD).numpy().astype(np.int64),
        [[1, 1, 1, 1], [1, 1, 0, 0]],
        torch.where(IDS == PAD, 0, 1),
        1 - (IDS == PAD).long(),
    ],
    "pad": [
        by_hand,
        pad,
        lambda *given: list(by_hand(*given)),
        lambda *given: tuple(part.numpy() for part in by_hand(*given)),
        lambda *given: tuple(part.tolist() for part in by_hand(*given)),
    ],
    "full_windows": [
        full,
        full_in_a_loop,
        lambda *given: tuple(map(tuple, full(*given))),
        lambda *given: np.array(full(*given)),
        lambda ids, *given: [torch.tensor(window) for window in full(ids, *given)],
    ],
    "waste": [
        share,
        lambda lengths, batches: torch.tensor(share(lengths, batches)),
        lambda lengths, batches: np.float64(share(lengths, batches)),
        lambda lengths, batches: (
            (positions(lengths, batches) - sum(lengths)) / positions(lengths, batches)
        ),
    ],
}
WRONG: dict[str, list] = {
    "mask": [
        (..., "Not tried yet"),
        ((IDS == PAD).long(), "right way round"),
        (torch.ones_like(IDS), "same as no mask"),
        (IDS != PAD, "the type is torch.bool"),
        ((IDS != PAD).float(), "the type is torch.float32"),
        (torch.tensor([[1, 1, 1, 1], [1, 0, 0, 0]]), "Row 1 should be [1, 1, 0, 0]"),
        (torch.tensor([4, 2]), "one entry an id"),
        (IDS.clamp(max=1), "You took 0 for the pad"),
        ((IDS > PAD).long(), "Ids below the pad's"),
        ((IDS != 0).long(), "You took 0 for the pad"),
        (IDS, "These are the ids themselves"),
        ("1 1 1 1", "Return a tensor; yours is a str"),
    ],
    "pad": [
        (lambda *given: print(end=""), "is `return` missing"),
        (lambda sequences, pad_id, side: pad(sequences, pad_id, "right"), "Is `side` looked at?"),
        (lambda sequences, pad_id, side: pad(sequences, 0, side), "You fill with 0"),
        (mask_of_the_right, "mask is the one of the other side"),
        (mask_of_the_ids, "A token that has the pad's id is masked too"),
        (inverted, "right way round"),
        (flipped, "reverse order"),
        (lambda *given: tuple(part.float() for part in pad(*given)), "should be int64"),
        (lambda *given: pad(*given)[0], "input_ids should have shape [2, 4]; yours has [4]"),
        (lambda *given: {"input_ids": pad(*given)[0]}, "two tensors"),
        (in_place, "You changed `sequences`"),
        (lambda sequences, *_: (torch.tensor(sequences), None), "raised ValueError"),
        (lambda *given: pad(*given)[::-1], "the ids should be"),
        (lambda *given: (pad(*given)[0], torch.ones_like(pad(*given)[0])), "1 everywhere"),
        (lambda s, *given: pad([*s, [1] * 9], *given), "should have shape"),
    ],
    "full_windows": [
        (lambda *given: print(end=""), "is `return` missing"),
        (stub, "only 2 ids"),
        (filled, "ids that the text has not"),
        (lambda ids, n, k: cut(ids, n, range(0, len(ids) - n + 1, k)), "not the step"),
        (lambda ids, n, k: [*cut(ids, n, range(0, len(ids) - 1, n))[:-1], ids[-n:]], "share no"),
        (lambda ids, n, k: cut(ids, n, range(0, len(ids) - n, n - k)), "in no window"),
        (lambda ids, n, k: [*cut(ids, n, range(0, len(ids) - n + 1, n - k)), ids[-n:]], "twice"),
        (
            lambda ids, n, k: cut(ids, n, [*range(0, len(ids) - n, n - k), len(ids) - n]),
            "fits into one",
        ),
        (lambda ids, n, k: [*full(ids, n, k)[:1], []], "one of your windows is empty"),
        (lambda ids, n, k: [ids], "more ids than the model can read"),
        (lambda ids, n, k: ids, "list of lists"),
        (lambda ids, n, k: full(ids, n, k)[:1], "in no window"),
        (lambda ids, n, k: [ids[:n], ids[-n:]], "the windows should begin at [0, 3, 6, 7]"),
        (never_ends, "had not ended"),
    ],
    "waste": [
        (lambda *given: print(end=""), "is `return` missing"),
        (lambda *given: 100 * share(*given), "percentage"),
        (lambda *given: 1 - share(*given), "share of the tokens"),
        (lambda *given: positions(*given) - sum(given[0]), "number of pads"),
        (lambda *given: positions(*given) / sum(given[0]) - 1, "divide by the tokens"),
        (mean_share, "mean over the batches"),
        (lambda lengths, _: 1 - sum(lengths) / (len(lengths) * max(lengths)), "longest of all"),
        (lambda *given: 0.5, "2 pads in 12 positions; you say 0.500"),
        (lambda *given: 2 / 12, "For lengths [10, 1, 1, 5]"),
        (lambda *given: [0.5], "Return one number"),
        (lambda *given: float("nan"), "you say nan"),
        (last_batch, "you say 0.000"),
    ],
}
EQUIVALENT = {
    "full_windows": {
        "2: max(len(ids) - overlap, 1) → max(len(ids) - overlap, 0)": "the last start is not used",
    }
}
