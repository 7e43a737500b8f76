"""Answers to the exercises of notebook 03; helpers/pipeline/answers.py says what the tables are."""

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch.nn.functional import scaled_dot_product_attention
from transformers import DistilBertConfig, DistilBertModel


def looking(layers: int = 3, heads: int = 4, length: int = 5) -> torch.Tensor:
    """Attentions in which (1, 2) looks back, (2, 0) ahead, (0, 1) at itself, the rest evenly."""
    attentions = torch.full((layers, 1, heads, length, length), 1 / length)
    for place, offset in (((1, 2), -1), ((2, 0), 1), ((0, 1), 0)):
        attentions[place[0], 0, place[1]] = torch.eye(length).roll(offset, dims=1)
    return attentions


THINGS: dict[str, Callable] = {"looks_back": lambda: (looking(),)}


def count(config: Any, **left_out: int) -> int:
    """The parameters, less what is left out."""
    return DistilBertModel(config).num_parameters() - sum(left_out.values())


def counted(config: Any) -> int:
    """Part by part."""
    dim, wide = config.dim, config.hidden_dim
    layer = 4 * (dim + 1) * dim + (dim + 1) * wide + (wide + 1) * dim + 4 * dim
    rows = config.vocab_size + config.max_position_embeddings + 2
    return rows * dim + config.n_layers * layer


def one_layer(config: Any) -> int:
    """Without its repetitions."""
    return count(DistilBertConfig(**{**config.to_dict(), "n_layers": 1}))


def head(
    *,
    power: float = 0.5,
    fill: float | None = -torch.inf,
    diagonal: int = 1,
    flip: bool = False,
    dim: int = -1,
    after: bool = False,
) -> Callable:
    """A causal head with one thing changed."""

    def run(query: torch.Tensor, key: torch.Tensor, value: torch.Tensor) -> torch.Tensor:
        scores = query @ key.transpose(-1, -2) / query.shape[-1] ** power
        later = torch.ones(scores.shape[-2:]).triu(diagonal).bool()
        later = later.T if flip else later
        if after:
            return scores.softmax(dim=dim).masked_fill(later, 0) @ value
        hidden = scores if fill is None else scores.masked_fill(later, fill)
        return hidden.softmax(dim=dim) @ value

    return run


def times_infinity(query: torch.Tensor, key: torch.Tensor, value: torch.Tensor) -> torch.Tensor:
    """0 × −∞."""
    scores = query @ key.transpose(-1, -2) / query.shape[-1] ** 0.5
    later = torch.ones(scores.shape[-2:]).triu(1)
    return (scores + later * -torch.inf).softmax(dim=-1) @ value


def row_by_row(query: torch.Tensor, key: torch.Tensor, value: torch.Tensor) -> torch.Tensor:
    """Each token looks at a slice: nothing to hide."""
    rows = []
    for i in range(query.shape[1]):
        scores = query[:, i : i + 1] @ key[:, : i + 1].transpose(1, 2) / query.shape[-1] ** 0.5
        rows.append(scores.softmax(dim=-1) @ value[:, : i + 1])
    return torch.cat(rows, dim=1)


def first_row_only(query: torch.Tensor, key: torch.Tensor, value: torch.Tensor) -> torch.Tensor:
    """Returned inside the loop."""
    return row_by_row(query, key, value)[:, :1]


right_head = head()


def both(hidden: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor) -> torch.Tensor:
    """The linear layer, [batch, sequence, 2]."""
    return hidden @ weight.T + bias


RIGHT: dict[str, list] = {
    "parameters": [
        count,
        counted,
        lambda config: float(counted(config)),
        lambda config: np.int64(counted(config)),
        lambda config: torch.tensor(counted(config)),
    ],
    "causal_head": [
        right_head,
        head(fill=-1e9),
        row_by_row,
        lambda q, k, v: scaled_dot_product_attention(q, k, v, is_causal=True),
        lambda q, k, v: right_head(q.double(), k.double(), v.double()).numpy(),
    ],
    "span_head": [
        lambda h, w, b: both(h, w, b).unbind(-1),
        lambda h, w, b: list(both(h, w, b).unbind(-1)),
        lambda h, w, b: (both(h, w, b)[..., 0], both(h, w, b)[:, :, 1]),
        lambda h, w, b: (h @ w[0] + b[0], h @ w[1] + b[1]),
        lambda h, w, b: [part.squeeze(-1).double() for part in both(h, w, b).split(1, dim=-1)],
        lambda h, w, b: both(h, w, b).permute(2, 0, 1),
        lambda h, w, b: both(h, w, b).permute(2, 0, 1).numpy(),
    ],
    "looks_back": [(1, 2), [1, 2], (torch.tensor(1), np.int64(2)), torch.tensor([1, 2]), (1.0, 2)],
}
WRONG: dict[str, list] = {
    "parameters": [
        (lambda c: print(end=""), "is `return` missing"),
        (lambda c: "many", "Return a number"),
        (lambda c: count(c, b=c.n_layers * (5 * c.dim + c.hidden_dim)), "biases are missing: each"),
        (lambda c: count(c, n=c.n_layers * 4 * c.dim + 2 * c.dim), "layer and one behind"),
        (lambda c: count(c, n=c.n_layers * (9 * c.dim + c.hidden_dim) + 2 * c.dim), "and layer"),
        (lambda c: count(c, n=2 * c.dim), "behind the embeddings is missing"),
        (lambda c: count(c, n=c.n_layers * 4 * c.dim), "inside the layers are missing"),
        (lambda c: count(c, n=c.n_layers * 2 * c.dim), "you count one"),
        (lambda c: count(c, n=c.n_layers * 2 * c.dim + c.dim), "two vectors"),
        (one_layer, "You count one layer"),
        (lambda c: count(c, n=c.max_position_embeddings * c.dim), "position embeddings"),
        (lambda c: count(c, n=c.vocab_size * c.dim), "word embeddings are missing"),
        (lambda c: count(c, n=c.n_layers * c.dim * (c.dim + 1)), "four linear layers"),
        (lambda c: count(c, n=c.n_layers * c.dim * (c.hidden_dim + 1)), "two linear layers"),
        (lambda c: count(c) + 7, "7 too many"),
        (lambda c: 2172, "with 1 layer(s)"),
        (lambda c: c.nonsense, "raised AttributeError"),
        (lambda c: DistilBertModel(c), "Return a number"),
    ],
    "causal_head": [
        (lambda q, k, v: ..., "Not tried yet"),
        (lambda q, k, v: print(end=""), "is `return` missing"),
        (lambda q, k, v: (v, v), "Return only the result"),
        (lambda q, k, v: "text", "Return a tensor"),
        (lambda q, k, v: q @ k.transpose(-1, -2), "The shape should be"),
        (first_row_only, "The shape should be"),
        (head(fill=None), "looks both ways"),
        (head(flip=True), "wrong way round"),
        (head(diagonal=0), "see itself"),
        (head(fill=0), "fill with 0"),
        (head(fill=torch.inf), "you fill with +inf"),
        (times_infinity, "0 × −∞ is NaN"),
        (head(dim=0), "sentences of the batch"),
        (head(after=True), "hide after softmax"),
        (head(power=0), "not divided"),
        (head(power=1), "not by the size"),
        (head(dim=-2), "down the columns"),
        (lambda q, k, v: right_head(k, q, v), "changed places"),
        (lambda q, k, v: v, "values are not"),
        (lambda q, k, v: q @ k, "raised RuntimeError"),
        (lambda q, k, v: head(power=0)(q / 2, k, v), "values are not"),
    ],
    "span_head": [
        (lambda h, w, b: print(end=""), "is `return` missing"),
        (both, "last axis apart"),
        (lambda h, w, b: h, "Return two tensors"),
        (lambda h, w, b: both(h[:, 0], w, b).unbind(-1), "position 0 only"),
        (lambda h, w, b: both(h, w, b).argmax(dim=1).unbind(-1), "These are positions"),
        (lambda h, w, b: both(h, w, b).split(1, dim=-1), "squeeze"),
        (lambda h, w, b: (h, h), "[3, 5]"),
        (lambda h, w, b: both(h, w, b).unbind(-1)[::-1], "changed places"),
        (lambda h, w, b: (h @ w.T).unbind(-1), "bias is missing"),
        (lambda h, w, b: both(h, w, b.flip(0)).unbind(-1), "two biases"),
        (lambda h, w, b: [part.softmax(-1) for part in both(h, w, b).unbind(-1)], "probabilities"),
        (lambda h, w, b: both(h, w, b + 1).unbind(-1), "values are not"),
        (lambda h, w, b: both(h, w, b).unbind(-1)[0], "Return two tensors"),
    ],
    "looks_back": [
        ((..., ...), "Not tried yet"),
        ((2, 1), "wrong order"),
        ((2, 3), "count from 1"),
        ((3, 0), "no layer 3"),
        ((2, 0), "*after*"),
        ((0, 1), "itself"),
        ((0, 0), "0.20 on average"),
        (6, "Two numbers, please"),
        ((1, None), "This is None"),
        ((-2, -2), "no layer -2"),
    ],
}  # fmt: skip
ONE_TEXT = "there is one text, and the head lies in layer 0: the value is the same"
EQUIVALENT = {
    "causal_head": {
        "2: query @ key.transpose(-1, -2) → query @ key.transpose(-2, -1)": "the same swap",
    },
    "looks_back": {
        "4: attentions[:, 0].diagonal → attentions.diagonal": ONE_TEXT,
        "4: attentions[:, 0].diagonal → attentions[0, :].diagonal": ONE_TEXT,
        "4: attentions[:, 0].diagonal → attentions[:].diagonal": ONE_TEXT,
        "4: attentions[:, 0].diagonal → attentions[:, -1].diagonal": ONE_TEXT,
        "4: attentions[:, 0].diagonal(offset=-1, dim1=-2, dim2=-1) → "
        "attentions[:, 0].diagonal(offset=-1, dim1=2, dim2=-1)": "of four axes",
    },
}
