"""What a wrong result would not show: the splits, the masking, two heads in one file."""

import torch
from hypothesis import given
from hypothesis import strategies as st

from training.data import Example, key, split, wishes
from training.heads import Heads, config
from training.items import MASK_RATE, mask_tokens


@given(st.lists(st.text(max_size=12), max_size=40), st.integers(0, 10), st.integers(0, 10))
def test_no_text_is_on_two_sides(texts, test, validation):
    parts = split([Example(text, 1.0) for text in texts], test, validation)
    keys = [key(example.text) for part in parts for example in part]
    assert len(keys) == len(set(keys)) == len({key(text) for text in texts} - {""})


def test_split_does_not_depend_on_the_order():
    examples = [Example(f"text {i}", 1.0) for i in range(50)]
    assert split(examples, 10, 5) == split(examples[::-1], 10, 5)


def test_key_sees_through_quotes_spaces_and_case():
    assert key("It's  GOOD!") == key("its good") != key("its bad")


def test_masking_hides_a_fifth_and_only_what_it_may(tokenizer):
    ids = torch.randint(1000, 30_000, (40, 500), generator=torch.Generator().manual_seed(1))
    candidates = torch.ones_like(ids, dtype=torch.bool)
    candidates[:, 0] = False
    inputs, chosen = mask_tokens(ids, candidates, tokenizer, torch.Generator().manual_seed(0))
    assert not chosen[:, 0].any() and inputs[~chosen].equal(ids[~chosen])
    assert abs(chosen.float().mean() - MASK_RATE) < 0.01
    masked = (inputs == tokenizer.mask_token_id)[chosen].float().mean()
    kept = (inputs == ids)[chosen].float().mean()
    assert abs(masked - 0.8) < 0.02 and abs(kept - 0.1) < 0.02


def test_both_heads_share_one_body_and_the_file_has_it_once():
    heads = Heads(config())
    assert heads.sentiment.distilbert is heads.masked_lm.distilbert
    names = set(heads.tensors())
    assert {"classifier.weight", "vocab_transform.weight", "vocab_projector.bias"} <= names
    assert "vocab_projector.weight" not in names


def test_sentence_a_is_not_among_the_wishes():
    assert key("I've been waiting for a HuggingFace course my whole life.") not in {
        key(wish.text) for wish in wishes()
    }
    assert (
        sum(wish.rating > 0 for wish in wishes()) > 40
        and sum(wish.rating < 0 for wish in wishes()) > 40
    )
