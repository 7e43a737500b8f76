from itertools import pairwise

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from helpers.padding import batches_by_length, pad, waste

SEQUENCES = st.lists(st.lists(st.integers(1, 99), max_size=12), min_size=1, max_size=8)
LENGTHS = st.lists(st.integers(0, 600), max_size=60)


def test_pad_right_and_left():
    ids, mask = pad([[7, 8, 9], [5]], 0)
    assert ids.tolist() == [[7, 8, 9], [5, 0, 0]]
    assert mask.tolist() == [[1, 1, 1], [1, 0, 0]]
    ids, mask = pad([[7, 8, 9], [5]], 0, side="left")
    assert ids.tolist() == [[7, 8, 9], [0, 0, 5]]
    assert mask.tolist() == [[1, 1, 1], [0, 0, 1]]


@given(SEQUENCES, st.sampled_from(["right", "left"]))
def test_pad_loses_nothing(sequences, side):
    ids, mask = pad(sequences, 0, side)
    assert ids.dtype == mask.dtype == torch.int64
    assert ids.shape == mask.shape == (len(sequences), max(map(len, sequences)))
    assert [row[keep.bool()].tolist() for row, keep in zip(ids, mask, strict=True)] == sequences
    assert (ids[mask == 0] == 0).all()


def test_pad_equals_the_tokenizers_own_padding(tokenizer):
    texts = ["I hate this so much!", "So good.", ""]
    for side in ("right", "left"):
        theirs = tokenizer(texts, padding=True, padding_side=side, return_tensors="pt")
        ids, mask = pad(tokenizer(texts)["input_ids"], tokenizer.pad_token_id, side)
        assert ids.equal(theirs.input_ids) and mask.equal(theirs.attention_mask)


def test_pad_takes_tensors():
    assert pad([torch.tensor([1, 2]), torch.tensor([3])], 0)[0].tolist() == [[1, 2], [3, 0]]


@pytest.mark.parametrize(
    "sequences, side, said", [([], "right", "no sequences"), ([[1]], "middle", "'middle'")]
)
def test_pad_refuses(sequences, side, said):
    with pytest.raises(ValueError, match=said):
        pad(sequences, 0, side)


@pytest.mark.parametrize(
    "sequences",
    [
        [[1.7]],
        [[1, 2], [3.0]],
        [[1], [True, False]],
        [["a"]],
        [[None]],
        [[[1, 2]]],
        [[[1], [2, 3]]],
        [torch.tensor([1.5])],
        [torch.tensor([[1, 2]])],
        [torch.tensor(3)],
        [7],
        ["ab"],
    ],
    ids=str,
)
def test_pad_takes_whole_numbers_only_and_cuts_nothing(sequences):
    with pytest.raises(TypeError, match=r"sequence \d is .*whole numbers"):
        pad(sequences, 0)


@pytest.mark.parametrize("pad_id", [None, 1.5, "[PAD]"])
def test_pad_names_a_pad_that_is_no_id(pad_id):
    with pytest.raises(TypeError, match="pad_id is"):
        pad([[1, 2], [3]], pad_id)


def test_pad_takes_numpy_and_empty_rows():
    rows = [np.array([1, 2], dtype=np.int32), [], (3,)]
    assert pad(rows, np.int64(9))[0].tolist() == [[1, 2], [9, 9], [3, 9]]


@given(LENGTHS, st.integers(1, 700))
def test_batches_hold_every_index_once_within_the_budget(lengths, max_tokens):
    batches = batches_by_length(lengths, max_tokens)
    assert sorted(i for batch in batches for i in batch) == list(range(len(lengths)))
    for batch in batches:
        longest = max(lengths[i] for i in batch)
        assert len(batch) == 1 or len(batch) * longest <= max_tokens
    longest = [max(lengths[i] for i in batch) for batch in batches]
    assert longest == sorted(longest, reverse=True)


@given(LENGTHS.filter(bool), st.integers(1, 700))
def test_no_batch_could_have_taken_the_next_sequence(lengths, max_tokens):
    batches = batches_by_length(lengths, max_tokens)
    for batch, following in pairwise(batches):
        assert (len(batch) + 1) * lengths[batch[0]] > max_tokens, following


def test_batches_refuse_an_empty_budget():
    with pytest.raises(ValueError, match="max_tokens is 0"):
        batches_by_length([1, 2], 0)


def test_waste():
    assert waste(torch.tensor([[1, 1, 1, 1], [1, 0, 0, 0]])) == 0.375
    assert waste(torch.ones(2, 3, dtype=torch.int64)) == 0
