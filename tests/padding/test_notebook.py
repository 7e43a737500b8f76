"""Notebook 05: the functions in its cells."""

from itertools import pairwise

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import helpers.padding
import helpers.padding.figures as figures
from tools.notebooks import functions

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
