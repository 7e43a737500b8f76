"""`generate` on tiny random models of many families: equal to the library, or refused by name."""

import copy
import functools

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.generation import generate
from helpers.generation.settings import REFUSED, REFUSED_IN_SAMPLING
from tools import families
from tools.causal import AT_WORK, library
from tools.families import WRITERS, batch_of_prompts

REASONS = {
    "BART": "is_encoder_decoder",
    "T5": "is_encoder_decoder",
    "Mamba": "past_key_values",
    "RWKV": "past_key_values",
    "XLNet": "past_key_values",
}
SETTINGS = {
    "do_sample": st.booleans(),
    "temperature": st.sampled_from([0.3, 1.0, 1.7]),
    "top_k": st.sampled_from([0, 1, 5, 200]),
    "top_p": st.sampled_from([0.5, 0.9, 1.0]),
    "min_p": st.sampled_from([0.0, 0.2]),
    "repetition_penalty": st.sampled_from([0.8, 1.0, 1.3]),
    "eos_token_id": st.sampled_from([5, list(range(3, 30))]),
    "pad_token_id": st.sampled_from([0, 90]),
}
SOME = st.fixed_dictionaries({}, optional=SETTINGS)


@functools.cache
def writer(family):
    """A model of the family, and its generation_config as it came."""
    model = families.writer(family)
    return model, copy.deepcopy(model.generation_config)


@pytest.mark.parametrize("family", WRITERS)
@settings(max_examples=20, deadline=None, derandomize=True)
@given(
    brought=SOME,
    given_=SOME,
    refused=st.one_of(st.none(), st.none(), st.sampled_from(sorted(AT_WORK))),
    rows=st.sampled_from([slice(None), slice(1, 2)]),
    masked=st.booleans(),
    seed=st.integers(0, 9),
)
def test_equal_or_refused_by_name(family, brought, given_, refused, rows, masked, seed):
    model, config = writer(family)
    model.generation_config = copy.deepcopy(config)
    for name, value in brought.items() if refused is None else [(refused, AT_WORK[refused])]:
        setattr(model.generation_config, name, value)
    inputs = {name: tensor[rows] for name, tensor in batch_of_prompts().items()}
    if not masked:
        del inputs["attention_mask"]
    try:
        mine = generate(model, **inputs, max_new_tokens=6, seed=seed, **given_)
    except ValueError as error:
        named = REASONS.get(family, refused)
        assert named is not None and named in str(error)
        return
    assert family not in REASONS
    assert refused is None or (refused in REFUSED_IN_SAMPLING and not given_.get("do_sample"))
    assert refused not in REFUSED
    assert torch.equal(mine, library(model, inputs, seed, max_new_tokens=6, **given_))


def test_the_list_is_what_runs():
    """`python -m tools.families` writes it anew."""
    text = families.README.read_text(encoding="utf-8")
    assert "| Llama | equal | equal |" in text and "differs" not in text
    assert families.page(text) == text
