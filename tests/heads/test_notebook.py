"""Notebook 03: the forward pass and the heads by hand, its checks and its figures."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from transformers import (
    DistilBertConfig,
    DistilBertForMaskedLM,
    DistilBertForSequenceClassification,
    DistilBertModel,
)

import helpers.heads.checks as checks
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


def said(capsys, check, *arguments):
    check(*arguments)
    return capsys.readouterr().out


def count(config, **without):
    """Parameters of a DistilBERT body; `without`: a part → how much of it to leave out."""
    return DistilBertModel(config).num_parameters() - sum(without.values())


@pytest.mark.parametrize(
    "answer, diagnosis",
    [
        (lambda c: None, "Not tried yet"),
        (count, "Right"),
        (lambda c: "many", "Return a number"),
        (
            lambda c: count(c, biases=c.n_layers * (5 * c.dim + c.hidden_dim)),
            "biases are missing: each linear",
        ),
        (
            lambda c: count(c, norms=c.n_layers * 4 * c.dim + 2 * c.dim),
            "layer norms are missing: two in each layer and one",
        ),
        (
            lambda c: count(c, both=c.n_layers * (9 * c.dim + c.hidden_dim) + 2 * c.dim),
            "Biases and layer norms",
        ),
        (lambda c: count(c, norm=2 * c.dim), "behind the embeddings is missing"),
        (lambda c: count(c, norms=c.n_layers * 4 * c.dim), "inside the layers are missing"),
        (lambda c: count(c, norms=c.n_layers * 2 * c.dim), "you count one"),
        (lambda c: count(c, halves=c.n_layers * 2 * c.dim + c.dim), "two vectors"),
        (
            lambda c: DistilBertModel(
                DistilBertConfig(**{**c.to_dict(), "n_layers": 1})
            ).num_parameters(),
            "You count one layer",
        ),
        (
            lambda c: count(c, positions=c.max_position_embeddings * c.dim),
            "position embeddings are missing",
        ),
        (lambda c: count(c, words=c.vocab_size * c.dim), "word embeddings are missing"),
        (lambda c: count(c, linear=c.n_layers * c.dim * (c.dim + 1)), "four linear layers"),
        (lambda c: count(c, linear=c.n_layers * c.dim * (c.hidden_dim + 1)), "two linear layers"),
        (lambda c: count(c) + 7, "7 too many"),
        (lambda c: c.nonsense, "raised AttributeError"),
    ],
)
def test_parameters(capsys, answer, diagnosis):
    assert diagnosis in said(capsys, checks.parameters, answer)


def head(*, scale=0.5, fill=-torch.inf, diagonal=1, flip=False, dim=-1, after=False):
    """A causal head on slices of size 4 with one thing changed."""

    def run(query, key, value):
        scores = query @ key.transpose(-1, -2) / query.shape[-1] ** scale
        later = torch.ones(scores.shape[-2:]).triu(diagonal).bool()
        later = later.T if flip else later
        if after:
            return scores.softmax(dim=dim).masked_fill(later, 0) @ value
        return (scores if fill is None else scores.masked_fill(later, fill)).softmax(
            dim=dim
        ) @ value

    return run


@pytest.mark.parametrize(
    "answer, diagnosis",
    [
        (lambda q, k, v: None, "Not tried yet"),
        (head(), "Right"),
        (head(fill=-1e9), "Right"),
        (
            lambda q, k, v: torch.nn.functional.scaled_dot_product_attention(
                q, k, v, is_causal=True
            ),
            "Right",
        ),
        (lambda q, k, v: (v, v), "Return only the result"),
        (lambda q, k, v: "text", "Return a tensor"),
        (lambda q, k, v: q @ k.transpose(-1, -2), "The shape should be"),
        (head(fill=None), "looks both ways"),
        (head(flip=True), "wrong way round"),
        (head(diagonal=0), "NaN"),
        (head(fill=0), "fill with 0"),
        (head(after=True), "hide after softmax"),
        (head(scale=0), "not divided"),
        (head(scale=1), "not by the size"),
        (head(dim=-2), "down the columns"),
        (lambda q, k, v: v, "values are not"),
        (lambda q, k, v: q @ k, "raised RuntimeError"),
    ],
)
def test_causal_head(capsys, answer, diagnosis):
    assert diagnosis in said(capsys, checks.causal_head, answer)


@pytest.mark.parametrize(
    "answer, diagnosis",
    [
        (lambda h, w, b: None, "Not tried yet"),
        (lambda h, w, b: (h @ w.T + b).unbind(-1), "Right"),
        (lambda h, w, b: list((h @ w.T + b).unbind(-1)), "Right"),
        (lambda h, w, b: h @ w.T + b, "last axis apart"),
        (lambda h, w, b: h, "Return two tensors"),
        (lambda h, w, b: (h[:, 0] @ w.T + b).unbind(-1), "position 0 only"),
        (lambda h, w, b: (h @ w.T + b).split(1, dim=-1), "squeeze"),
        (lambda h, w, b: (h, h), "[3, 5]"),
        (lambda h, w, b: (h @ w.T + b).unbind(-1)[::-1], "changed places"),
        (lambda h, w, b: (h @ w.T).unbind(-1), "bias is missing"),
        (lambda h, w, b: [part.softmax(-1) for part in (h @ w.T + b).unbind(-1)], "probabilities"),
        (lambda h, w, b: (h @ w.T + b + 1).unbind(-1), "values are not"),
    ],
)
def test_span_head(capsys, answer, diagnosis):
    assert diagnosis in said(capsys, checks.span_head, answer)


def looking(layers=3, heads=4, length=5):
    """Attentions [layer, 1, head, query, key] in which (1, 2) looks back, (2, 0) ahead, (0, 1) at
    itself, the rest evenly.
    """
    attentions = torch.full((layers, 1, heads, length, length), 1 / length)
    for place, offset in (((1, 2), -1), ((2, 0), 1), ((0, 1), 0)):
        attentions[place[0], 0, place[1]] = torch.eye(length).roll(offset, dims=1)
    return attentions


@pytest.mark.parametrize(
    "answer, diagnosis",
    [
        ((..., ...), "Not tried yet"),
        ((1, 2), "Right"),
        ((2, 1), "wrong order"),
        ((2, 3), "count from 1"),
        ((3, 0), "no layer 3"),
        ((2, 0), "*after*"),
        ((0, 1), "itself"),
        ((0, 0), "0.20 on average"),
        ((torch.tensor(1), 2), "plain numbers"),
    ],
)
def test_looks_back(capsys, answer, diagnosis):
    assert diagnosis in said(capsys, checks.looks_back, answer, looking())


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
