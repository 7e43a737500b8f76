"""Checks of notebook 03."""

import torch
from torch.nn.functional import linear
from transformers import DistilBertConfig, DistilBertModel

from helpers.exercises import check, tried


@check
def parameters(function):
    """3.1: `function(config)` must return the number of parameters of a DistilBertModel of that config."""
    for layers in (3, 1):
        config = DistilBertConfig(
            vocab_size=50,
            max_position_embeddings=20,
            dim=8,
            hidden_dim=12,
            n_layers=layers,
            n_heads=2,
        )
        got, wanted = tried(function(config)), DistilBertModel(config).num_parameters()
        if isinstance(got, bool) or not isinstance(got, (int, float)):
            return f"Return a number; yours is a {type(got).__name__}."
        if got != wanted:
            slips = {size: what for what, size in _forgotten(config).items()}
            said = slips.get(
                wanted - got,
                f"{abs(wanted - got):,} too {'few' if got < wanted else 'many'}. Count part by part.",
            )
            return f"A tiny DistilBERT with {layers} layer(s) has {wanted:,} parameters; you count {got:,}. {said}"


def _forgotten(config):
    """What people leave out, and how many parameters that is."""
    dim, wide, layers = config.dim, config.hidden_dim, config.n_layers
    biases, norms = 4 * dim + wide + dim, 2 * 2 * dim
    matrices = 4 * dim * dim + 2 * dim * wide
    positions = config.max_position_embeddings * dim
    return {
        "The biases are missing: each linear layer has one for every output.": layers * biases,
        "The layer norms are missing: two in each layer and one behind the embeddings, each 2 × dim.": layers
        * norms
        + 2 * dim,
        "Biases and layer norms are missing: they are small, but they are parameters.": layers
        * (biases + norms)
        + 2 * dim,
        "The layer norm behind the embeddings is missing.": 2 * dim,
        "The layer norms inside the layers are missing: two in each.": layers * norms,
        "Each layer has two layer norms; you count one.": layers * norms // 2,
        "A layer norm has two vectors: what it multiplies by and what it adds.": layers * norms // 2
        + dim,
        "You count one layer; there are n_layers of them.": (layers - 1)
        * (matrices + biases + norms),
        "The position embeddings are missing.": positions,
        "The word embeddings are missing.": config.vocab_size * dim,
        "Attention has four linear layers, not three: q_lin, k_lin, v_lin and out_lin.": layers
        * (dim * dim + dim),
        "The feed-forward network has two linear layers: dim → hidden_dim and back.": layers
        * (dim * wide + dim),
    }


@check
def causal_head(function):
    """3.2: `function(query, key, value)`, each [batch, sequence, size], must return causal attention, same shape."""
    query, key, value = torch.randn(3, 2, 5, 4, generator=torch.Generator().manual_seed(0)) * 2
    got = tried(function(query, key, value))
    if isinstance(got, tuple):
        return f"You return {len(got)} things. Return only the result, weights @ value."
    if not isinstance(got, torch.Tensor):
        return f"Return a tensor; yours is a {type(got).__name__}."
    if got.shape != value.shape:
        return f"The shape should be {list(value.shape)}, like value; yours is {list(got.shape)}. Is it weights @ value?"
    later = torch.ones(5, 5).triu(1).bool()
    scores = query @ key.transpose(-1, -2) / 2  # the root of size 4
    hidden = scores.masked_fill(later, -torch.inf)

    def same(scores, dim=-1, keep=1):
        return torch.allclose(got, (scores.softmax(dim=dim) * keep) @ value, atol=1e-5)

    if same(hidden):
        return None
    if same(scores):
        return "No token is hidden: this head looks both ways, like an encoder's."
    if same(scores.masked_fill(later.T, -torch.inf)):
        return "Your mask is the wrong way round: each token sees itself and what comes after. Row looks, column is looked at."
    if got.isnan().any():
        return "There are NaNs: a row in which everything is −inf. The first token must be allowed to see itself."
    if same(scores.masked_fill(later, 0)):
        return "You fill with 0 before softmax. A score of 0 is no prohibition: e⁰ is 1. Fill with −inf."
    if same(scores, keep=~later):
        return "You hide after softmax, so the rows no longer sum to 1. Hide before it, with −inf."
    if same(hidden * 2):
        return "The mask is right. The scores are not divided by the root of the size."
    if same(hidden / 2):
        return "The mask is right. Divide by the root of the size, not by the size."
    if same(hidden, dim=-2):
        return "Softmax runs down the columns. Each row is one token's attention: dim=-1."
    return "The shape is right, the values are not. Compare with one_head: scores, mask, softmax, weights @ value, in this order."


@check
def span_head(function):
    """3.3: `function(hidden, weight, bias)` must return start and end logits, each [batch, sequence]."""
    random = torch.Generator().manual_seed(0)
    hidden, weight, bias = (
        torch.randn(*shape, generator=random) for shape in ((3, 5, 4), (2, 4), (2,))
    )
    got = tried(function(hidden, weight, bias))
    if isinstance(got, torch.Tensor) and got.shape == (3, 5, 2):
        return (
            "The linear layer is right. Now take its last axis apart: two tensors, start and end."
        )
    if not isinstance(got, (tuple, list)) or len(got) != 2:
        return "Return two tensors: start_logits, end_logits."
    if list(got[0].shape) == [3]:
        return "One number a sentence: you took position 0 only. The answer may start at any token, so keep them all."
    if list(got[0].shape) == [3, 5, 1]:
        return "There is an axis of length 1 left at the end: squeeze(-1) removes it."
    if any(list(part.shape) != [3, 5] for part in got):
        return f"Each should be [batch, sequence], here [3, 5]; yours are {list(got[0].shape)} and {list(got[1].shape)}."

    def same(start, end):
        return torch.allclose(got[0], start, atol=1e-5) and torch.allclose(got[1], end, atol=1e-5)

    start, end = linear(hidden, weight, bias).unbind(dim=-1)
    if same(start, end):
        return None
    if same(end, start):
        return "Start and end have changed places: output 0 of the linear layer is the start."
    if same(start - bias[0], end - bias[1]):
        return "The bias is missing."
    if same(start.softmax(dim=-1), end.softmax(dim=-1)):
        return "These are probabilities. A head returns logits; softmax belongs to postprocessing."
    return "The shapes are right, the values are not. Is it hidden @ weight.T + bias?"


@check
def looks_back(answer, attentions):
    """3.4: `answer` is the (layer, head) that looks most at the token before; `attentions`: [layer, batch, head, query, key]."""
    layer, head = (tried(number) for number in answer)
    if not all(isinstance(number, int) for number in (layer, head)):
        return "Two plain numbers, please: .item() makes one of a tensor."
    means = {
        offset: attentions[:, 0].diagonal(offset=offset, dim1=-2, dim2=-1).mean(dim=-1)
        for offset in (-1, 0, 1)
    }
    layers, heads = means[-1].shape
    found = {offset: divmod(mean.argmax().item(), heads) for offset, mean in means.items()}
    said = layer, head
    if said == found[-1]:
        return None
    if said == found[-1][::-1]:
        return "Those are the right two numbers in the wrong order: layer first, then head."
    if said == (found[-1][0] + 1, found[-1][1] + 1):
        return "You count from 1. Layers and heads are numbered from 0."
    if not (0 <= layer < layers and 0 <= head < heads):
        return f"There are {layers} layers and {heads} heads, numbered from 0; there is no layer {layer}, head {head}."
    if said == found[1]:
        return "That head looks most at the token *after*. Rows look, columns are looked at: before is below the diagonal."
    if said == found[0]:
        return "That head looks most at the token itself. The token before is one below the diagonal: offset=-1."
    return (
        f"Layer {layer}, head {head} gives the token before {means[-1][layer, head]:.2f} on average; "
        f"another head gives it {means[-1].max():.2f}."
    )
