"""Notebook 06: the functions in its cells against the library and helpers.generation."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from transformers import (
    AutoModelForCausalLM,
    GPT2Config,
    LlamaConfig,
    RepetitionPenaltyLogitsProcessor,
)

import helpers.generation.figures as figures
from helpers.generation import decoding
from tools.notebooks import functions

PROMPT = torch.tensor([[11, 52, 7, 30]])


@pytest.fixture(scope="module")
def cells():
    return functions("06_generation")


@pytest.fixture(scope="module", params=["llama", "gpt2"])
def model(request):
    torch.manual_seed(0)
    if request.param == "llama":
        config = LlamaConfig(
            initializer_range=0.3,
            vocab_size=97,
            hidden_size=32,
            intermediate_size=48,
            num_hidden_layers=2,
            num_attention_heads=4,
            num_key_value_heads=2,
            max_position_embeddings=64,
            bos_token_id=1,
            eos_token_id=2,
        )
    else:
        config = GPT2Config(
            initializer_range=0.3,
            vocab_size=97,
            n_embd=32,
            n_layer=2,
            n_head=4,
            n_positions=64,
            bos_token_id=1,
            eos_token_id=2,
        )
    return AutoModelForCausalLM.from_config(config).eval()


def library(model, input_ids, **settings):
    return model.generate(input_ids, eos_token_id=None, max_new_tokens=20, **settings)


@pytest.mark.parametrize("name", ["greedy", "greedy_cached"])
def test_greedy_is_the_library(cells, model, name):
    assert torch.equal(cells[name](model, PROMPT, 20), library(model, PROMPT, do_sample=False))


@pytest.mark.parametrize(
    "settings", [{}, {"t": 0.7, "k": 50, "p": 0.9}, {"k": 3}, {"t": 2.5, "p": 0.4}], ids=str
)
def test_sample_is_the_library(cells, model, settings):
    torch.manual_seed(1)
    mine = cells["sample"](model, PROMPT, 20, **settings)
    torch.manual_seed(1)
    wanted = library(
        model,
        PROMPT,
        do_sample=True,
        temperature=settings.get("t", 1.0),
        top_k=settings.get("k", 0),
        top_p=settings.get("p", 1.0),
    )
    assert torch.equal(mine, wanted)


@given(
    rows=st.integers(1, 3),
    size=st.integers(1, 30),
    t=st.floats(0.05, 20),
    k=st.integers(1, 30),
    p=st.floats(0.01, 1),
    seed=st.integers(0, 99),
)
def test_filters_are_the_helpers(cells, rows, size, t, k, p, seed):
    logits = torch.randint(-20, 20, (rows, size), generator=torch.Generator().manual_seed(seed)) / 4
    assert torch.equal(cells["temperature"](logits, t), decoding.temperature(logits, t))
    assert torch.equal(cells["top_k"](logits, min(k, size)), decoding.top_k(logits, k))
    assert torch.equal(cells["top_p"](logits, p), decoding.top_p(logits, p))


@given(length=st.integers(1, 9), seed=st.integers(0, 99))
def test_attention_with_a_cache_is_attention(cells, length, seed):
    generator = torch.Generator().manual_seed(seed)
    x, weights = (
        torch.randn(length, 4, generator=generator),
        torch.randn(3, 4, 4, generator=generator),
    )
    keys = values = torch.empty(0, 4)
    for token, wanted in zip(x, cells["causal_attention"](x, *weights), strict=True):
        row, keys, values = cells["attention_step"](token[None], keys, values, *weights)
        assert torch.allclose(row[0], wanted, atol=1e-4)
    assert keys.shape == values.shape == (length, 4)


def test_greedy_batch_is_the_helper_and_pads_ended_rows(cells, model):
    mask = torch.tensor([[0, 0, 1, 1], [1, 1, 1, 1]])
    ids = PROMPT.repeat(2, 1) * mask
    eos = decoding.generate(model, ids, mask, max_new_tokens=3, eos_token_id=[])[0, -1].item()
    mine = cells["greedy_batch"](model, ids, mask, 12, eos, 96)
    assert torch.equal(
        mine,
        decoding.generate(model, ids, mask, max_new_tokens=12, eos_token_id=eos, pad_token_id=96),
    )
    assert eos in mine[0, 4:7] and (mine[0, 7:] == 96).all()


@pytest.mark.parametrize("beams", [1, 2, 4])
def test_beam_search_is_the_library(cells, model, beams):
    found, scores, levels = cells["beam_search"](model, PROMPT, 6, beams)
    wanted = model.generate(
        PROMPT,
        num_beams=beams,
        num_return_sequences=beams,
        max_new_tokens=6,
        do_sample=False,
        eos_token_id=None,
        return_dict_in_generate=True,
        output_scores=True,
    )
    assert torch.equal(found, wanted.sequences)
    if beams > 1:
        assert torch.allclose(scores / 6, wanted.sequences_scores, atol=1e-5)
    assert len(levels) == 6 and (scores.diff() <= 0).all()


@given(penalty=st.floats(1, 3), seed=st.integers(0, 99))
def test_penalise_is_the_library(cells, penalty, seed):
    generator = torch.Generator().manual_seed(seed)
    logits, ids = (
        torch.randn(2, 12, generator=generator),
        torch.randint(12, (2, 7), generator=generator),
    )
    assert torch.equal(
        cells["penalise"](logits, ids, penalty),
        RepetitionPenaltyLogitsProcessor(penalty)(ids, logits),
    )


def test_alternative_texts_tell_the_figures():
    alt = figures.temperatures([" a", "b"], {0.5: [0.9, 0.1], 1.5: [0.6, 0.4]}).alt
    assert "temperature 0.5: ' a' 90%, 'b' 10%" in alt and "temperature 1.5: ' a' 60%" in alt
    kept = {"warm": torch.tensor([4.0, 1.0]), "cold": torch.tensor([-3.0, -9.0])}
    alt = figures.zeros(kept, {"warm": 0.25, "cold": 1e-7}, 98).alt
    assert (
        "98 filtered tokens" in alt
        and "warm: kept logits from 4.0 down to 1.0, the filtered tokens get 25%" in alt
    )
    assert "cold: kept logits from -3.0 down to -9.0, the filtered tokens get 1e-07" in alt
    alt = figures.nucleus(["x", "y", "z"], [0.5, 0.3, 0.2], 0.6).alt
    assert "'x' up to 0.50 kept; 'y' up to 0.80 kept; 'z' up to 1.00 filtered" in alt
    rows = {"right": [["Hi", None]], "left": [[None, "Hi"]]}
    alt = figures.sides(rows, {"right": ["!"], "left": ["?"]}).alt
    assert (
        "right, row 1: Hi pad, continued with '!'" in alt
        and "left, row 1: pad Hi, continued with '?'" in alt
    )
    levels = [
        (torch.tensor([0, 0]), torch.tensor([4, 5]), torch.tensor([-1.0, -2.0])),
        (torch.tensor([1, 1]), torch.tensor([6, 7]), torch.tensor([-3.0, -4.0])),
    ]
    alt = figures.tree(levels, str, "go").alt
    assert "step 1, rank 1: '4' after rank 1, -1.00, not continued" in alt
    assert "step 1, rank 2: '5' after rank 1, -2.00, on the winner's path" in alt
    assert "step 2, rank 1: '6' after rank 2, -3.00, on the winner's path" in alt
