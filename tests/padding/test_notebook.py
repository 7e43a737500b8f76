"""Notebook 05: the functions in its cells, and the checks of its exercises."""

from itertools import pairwise

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import helpers.padding
import helpers.padding.checks as checks
import helpers.padding.figures as figures
from tools.notebooks import functions

IDS = torch.tensor([[5, 6, 7], [8, 0, 0]])
SEQUENCES = st.lists(st.lists(st.integers(1, 99), min_size=1, max_size=9), min_size=1, max_size=6)


@pytest.fixture(scope="module")
def cells():
    return functions("05_padding_and_masks")


@given(sequences=SEQUENCES, pad_id=st.integers(0, 99))
def test_pad_right_is_the_helper(cells, sequences, pad_id):
    for own, helper in zip(
        cells["pad_right"](sequences, pad_id), helpers.padding.pad(sequences, pad_id), strict=True
    ):
        assert torch.equal(own, helper)
        assert own.dtype == torch.int64


@given(lengths=st.lists(st.integers(1, 60), max_size=40), max_tokens=st.integers(1, 200))
def test_batches_by_length_is_the_helper(cells, lengths, max_tokens):
    assert cells["batches_by_length"](lengths, max_tokens) == helpers.padding.batches_by_length(
        lengths, max_tokens
    )


@given(length=st.integers(1, 80), size=st.integers(1, 20), data=st.data())
def test_windows_cover_the_text_and_overlap(cells, length, size, data):
    overlap = data.draw(st.integers(0, size - 1))
    ids = list(range(length))
    windows = cells["windows"](ids, size, overlap)
    assert windows[0][0] == 0 and windows[-1][-1] == length - 1
    assert all(len(window) == size for window in windows[:-1]) and len(windows[-1]) <= size
    for before, after in pairwise(windows):
        assert before[size - overlap :] == after[:overlap]
        assert len(after) > overlap, "a window that only repeats the one before"


def verdict(capsys, check, *arguments):
    check(*arguments)
    return capsys.readouterr().out


@pytest.mark.parametrize(
    "answer, words",
    [
        (torch.tensor([[1, 1, 1], [1, 0, 0]]), "✓ Right"),
        (torch.tensor([[0, 0, 0], [0, 1, 1]]), "right way round"),
        (torch.ones(2, 3, dtype=torch.int64), "same as no mask"),
        (torch.tensor([[True, True, True], [True, False, False]]), "int64"),
        (torch.tensor([[1, 1, 1], [1, 1, 0]]), "Row 1 should be [1, 0, 0]"),
        (torch.tensor([3, 1]), "one entry an id"),
        ([[1, 1, 1], [1, 0, 0]], "should be a tensor"),
        (..., "Not tried yet"),
    ],
)
def test_mask(capsys, answer, words):
    assert words in verdict(capsys, checks.mask, answer, IDS, 0)


def padded(sequences, pad_id, side):
    return helpers.padding.pad(sequences, pad_id, side)


def in_place(sequences, pad_id, side):
    length = max(map(len, sequences))
    mask = padded(sequences, pad_id, side)[1]
    for sequence in sequences:
        while len(sequence) < length:
            sequence.insert(len(sequence) if side == "right" else 0, pad_id)
    return torch.tensor(sequences), mask


def mask_of_the_right(sequences, pad_id, side):
    return padded(sequences, pad_id, side)[0], padded(sequences, pad_id, "right")[1]


def inverted_mask(sequences, pad_id, side):
    input_ids, mask = padded(sequences, pad_id, side)
    return input_ids, 1 - mask


def flipped(sequences, pad_id, side):
    return tuple(
        tensor.flip(1) if side == "left" else tensor
        for tensor in padded(sequences, pad_id, "right")
    )


@pytest.mark.parametrize(
    "function, words",
    [
        (padded, "✓ Right"),
        (
            lambda sequences, pad_id, side: padded(sequences, pad_id, "right"),
            "Is `side` looked at?",
        ),
        (lambda sequences, pad_id, side: padded(sequences, 0, side), "You fill with 0"),
        (mask_of_the_right, "mask is the one of the other side"),
        (inverted_mask, "right way round"),
        (flipped, "reverse order"),
        (
            lambda sequences, pad_id, side: tuple(
                t.float() for t in padded(sequences, pad_id, side)
            ),
            "int64",
        ),
        (lambda sequences, pad_id, side: padded(sequences, pad_id, side)[0], "two tensors"),
        (in_place, "changed the lists"),
        (lambda sequences, pad_id, side: (torch.tensor(sequences), None), "raised ValueError"),
        (lambda sequences, pad_id, side: None, "Not tried yet"),
    ],
)
def test_pad(capsys, function, words):
    assert words in verdict(capsys, checks.pad, function)


def cut(ids, size, starts):
    return [ids[start : start + size] for start in starts]


def stub_at_the_end(ids, size, overlap):
    return cut(ids, size, range(0, max(len(ids) - overlap, 1), size - overlap))


@pytest.mark.parametrize(
    "function, words",
    [
        (
            lambda ids, size, overlap: stub_at_the_end(ids, size, overlap)[:-1] + [ids[-size:]],
            "✓ Right",
        ),
        (stub_at_the_end, "only 2 ids"),
        (
            lambda ids, size, overlap: cut(ids, size, range(0, len(ids) - size + 1, overlap)),
            "not the step",
        ),
        (
            lambda ids, size, overlap: (
                cut(ids, size, range(0, len(ids) - 1, size))[:-1] + [ids[-size:]]
            ),
            "share no token",
        ),
        (
            lambda ids, size, overlap: cut(ids, size, range(0, len(ids) - size, size - overlap)),
            "the end of the text is in no window",
        ),
        (
            lambda ids, size, overlap: (
                cut(ids, size, range(0, len(ids) - size + 1, size - overlap)) + [ids[-size:]]
            ),
            "comes twice",
        ),
        (
            lambda ids, size, overlap: cut(
                ids, size, [*range(0, len(ids) - size, size - overlap), len(ids) - size]
            ),
            "fits into one",
        ),
        (lambda ids, size, overlap: [ids], "more than the model can read"),
        (lambda ids, size, overlap: ids, "list of lists"),
        (lambda ids, size, overlap: None, "Not tried yet"),
    ],
)
def test_full_windows(capsys, function, words):
    assert words in verdict(capsys, checks.full_windows, function)


def positions(lengths, batches):
    return sum(len(batch) * max(lengths[i] for i in batch) for batch in batches)


def share(lengths, batches):
    return 1 - sum(lengths) / positions(lengths, batches)


def mean_share(lengths, batches):
    return sum(share([lengths[i] for i in batch], [range(len(batch))]) for batch in batches) / len(
        batches
    )


@pytest.mark.parametrize(
    "function, words",
    [
        (share, "✓ Right"),
        (lambda lengths, batches: torch.tensor(share(lengths, batches)), "✓ Right"),
        (lambda lengths, batches: 100 * share(lengths, batches), "percentage"),
        (lambda lengths, batches: 1 - share(lengths, batches), "share of the tokens"),
        (lambda lengths, batches: positions(lengths, batches) - sum(lengths), "number of pads"),
        (
            lambda lengths, batches: positions(lengths, batches) / sum(lengths) - 1,
            "divide by the tokens",
        ),
        (mean_share, "mean over the batches"),
        (
            lambda lengths, batches: 1 - sum(lengths) / (len(lengths) * max(lengths)),
            "longest of all",
        ),
        (lambda lengths, batches: 0.5, "2 pads in 12 positions; you say 0.500"),
        (lambda lengths, batches: [0.5], "one number"),
        (lambda lengths, batches: None, "Not tried yet"),
    ],
)
def test_waste(capsys, function, words):
    assert words in verdict(capsys, checks.waste, function)


def test_alternative_texts_tell_the_figures():
    alone = torch.tensor([1.0, -1.0])
    alt = figures.drift(
        [0, 5], alone, torch.stack([alone, alone + 0.5]), torch.stack([alone, alone])
    ).alt
    assert "5: 0.50" in alt and "stays below 0.00001" in alt
    assert "reaches 0.50000" in figures.drift([5], alone, alone[None] + 1, alone[None] + 0.5).alt
    half = torch.full((4, 4), 0.25)
    clean = torch.tensor([[0.5, 0.5, 0, 0]] * 4)
    alt = figures.attention_on_pads(["a", "b", "[PAD]", "[PAD]"], half, clean).alt
    assert (
        "2 tokens (a b) and 2 pads" in alt
        and "give 50%" in alt
        and "0%: the columns of the pads are empty" in alt
    )
    alt = figures.windows(
        [(0, 4), (3, 6)],
        torch.tensor([[0.25, 0.75], [0.9, 0.1]]),
        torch.tensor([0.5, 0.5]),
        ["NO", "YES"],
    ).alt
    assert "window 1, tokens 0 to 3: YES 0.75" in alt and "window 2, tokens 3 to 5: NO 0.90" in alt
    alt = figures.wasted([4, 2, 2, 2], {"by two": [[0, 1], [2, 3]], "one": [[0, 1, 2, 3]]}).alt
    assert "by two: 2 batches, 12 positions, 16.7% of them pads" in alt
    alt = figures.times({"mine": 1.2345}, {"theirs": 42}, 3, 520).alt
    assert "theirs 42 s" in alt and "1.2" not in alt
