"""Notebook 03: the forward pass and the heads by hand, and its figures."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from transformers import (
    DistilBertConfig,
    DistilBertForMaskedLM,
    DistilBertForSequenceClassification,
)

import helpers.heads.figures as figures
from tools.notebooks import functions


@pytest.fixture(scope="module")
def by_hand():
    return functions("03_model_heads")


def tiny(n_heads=2, size=3, n_layers=2):
    return DistilBertConfig(
        vocab_size=50,
        max_position_embeddings=12,
        dim=n_heads * size,
        hidden_dim=10,
        n_layers=n_layers,
        n_heads=n_heads,
        initializer_range=0.5,
        num_labels=3,
        attn_implementation="eager",
    )


def tensors_of(model):
    """The model's tensors, biases and norms made random: zeros and ones would hide slips."""
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.ndim == 1:
                parameter.normal_(1, 0.5)
    return model.eval().state_dict()


sizes = st.tuples(st.integers(1, 4), st.integers(1, 5), st.integers(1, 3))
batches = st.tuples(st.integers(1, 3), st.integers(1, 12))


@settings(max_examples=15, deadline=None)
@given(sizes, batches, st.integers(0, 2**31))
def test_body_by_hand_equals_the_library(by_hand, sizes, batch, seed):
    torch.manual_seed(seed)
    config = tiny(*sizes)
    model = DistilBertForSequenceClassification(config)
    tensors, ids = tensors_of(model), torch.randint(0, 50, batch)
    with torch.inference_mode():
        output = model(ids, output_hidden_states=True, output_attentions=True)
    x = by_hand["embed"](ids, tensors)
    for number in range(config.n_layers + 1):
        assert torch.allclose(x, output.hidden_states[number], rtol=1e-5, atol=1e-5)
        if number == config.n_layers:
            break
        name = f"distilbert.transformer.layer.{number}"
        for head in range(config.n_heads):
            weights, _ = by_hand["one_head"](x, tensors, f"{name}.attention", head, config.n_heads)
            assert torch.allclose(weights, output.attentions[number][:, head], atol=1e-5)
        x = by_hand["layer"](x, tensors, name, config.n_heads)
    assert torch.allclose(
        by_hand["classification_head"](x, tensors), output.logits, rtol=1e-5, atol=1e-5
    )


def test_masked_head_by_hand_equals_the_library(by_hand):
    torch.manual_seed(0)
    model = DistilBertForMaskedLM(tiny())
    tensors, ids = tensors_of(model), torch.randint(0, 50, (2, 7))
    with torch.inference_mode():
        hidden = model.distilbert(ids).last_hidden_state
        assert torch.allclose(by_hand["masked_head"](hidden, tensors), model(ids).logits, atol=1e-5)


@settings(deadline=None)
@given(st.lists(st.floats(-20, 20), min_size=1))
def test_gelu(by_hand, numbers):
    x = torch.tensor(numbers)
    assert torch.allclose(by_hand["gelu"](x), torch.nn.functional.gelu(x), atol=1e-6)


def looking(layers=3, heads=4, length=5):
    """Attentions [layer, 1, head, query, key] in which (1, 2) looks back, (2, 0) ahead, (0, 1) at
    itself, the rest evenly.
    """
    attentions = torch.full((layers, 1, heads, length, length), 1 / length)
    for place, offset in (((1, 2), -1), ((2, 0), 1), ((0, 1), 0)):
        attentions[place[0], 0, place[1]] = torch.eye(length).roll(offset, dims=1)
    return attentions


def test_figures_say_their_figures():
    assert "head 25 (25.00%)" in figures.parameters({"attention": 75, "head": 25}).alt
    drawn = figures.attention_by_head(looking()[1, 0], list("abcde"), 1)
    assert (
        "Attention of layer 1 in 4 grids" in drawn.alt
        and "head 2 at the token before (1.00)" in drawn.alt
    )
    assert (
        "one and two: 1.00, 0.50"
        in figures.cosines({"one and two": torch.tensor([1, 0.5])}, "bank").alt
    )
    pattern = figures.masks(torch.ones(3, 3), torch.ones(2, 2).tril(), torch.ones(2, 3)).alt
    assert "row 0 has 1, row 1 has 2" in pattern


@pytest.mark.parametrize("heads", [1, 5, 7, 12, 16])
def test_any_number_of_heads_is_drawn(heads):
    picture = figures.attention_by_head(torch.full((heads, 3, 3), 1 / 3), list("abc"), 0)
    assert f"in {heads} grids" in picture.alt
