"""Checks of notebook 03: attention and heads, and the count of `size_checks`."""

from collections.abc import Callable

import torch
from torch.nn.functional import linear

from helpers.exercises import check_function, check_value, does, other_shape, turned
from helpers.exercises.kinds import same
from helpers.heads.size_checks import parameters

__all__ = ["parameters", "causal_head", "span_head", "looks_back"]


def _head(
    mask: Callable[[torch.Tensor, torch.Tensor], torch.Tensor],
    dim: int = -1,
    keep: bool = False,
    power: float = 0.5,
) -> Callable[..., torch.Tensor]:
    """An attention head: `mask(scores, later)` hides, softmax runs along `dim`."""

    def run(query: torch.Tensor, key: torch.Tensor, value: torch.Tensor) -> torch.Tensor:
        scores = query @ key.transpose(-1, -2) / query.shape[-1] ** power
        later = torch.ones(scores.shape[-2:]).triu(1).bool()
        weights = mask(scores, later).softmax(dim=dim)
        return (weights.masked_fill(later, 0) if keep else weights) @ value

    return run


def _hide(scores: torch.Tensor, later: torch.Tensor) -> torch.Tensor:
    return scores.masked_fill(later, -torch.inf)


def _see_all(scores: torch.Tensor, later: torch.Tensor) -> torch.Tensor:
    return scores


def _nan_and_all(wrong: Callable[..., torch.Tensor]) -> Callable[..., bool]:
    """Like `does`, where NaNs must lie in the same places."""
    return lambda got, wanted, *given: (
        bool(got.isnan().any()) and same(got.nan_to_num(9), wrong(*given).nan_to_num(9))
    )


_causal_head = _head(_hide)


@check_function(
    right=lambda query, key, value: _causal_head(query, key, value),
    slips=[
        (
            lambda got, wanted, *_: got.dim() > wanted.dim(),
            "You return several things. Return only the result, weights @ value.",
        ),
        (
            other_shape,
            "The shape should be {wanted_shape}, like value; yours is {got_shape}. "
            "Is it weights @ value?",
        ),
        (
            lambda got, *_: got.isnan().all(),
            "All is NaN. Is that a mask times −inf? 0 × −∞ is NaN: masked_fill, or torch.where.",
        ),
        (
            _nan_and_all(_head(lambda scores, later: scores.masked_fill(later, torch.inf))),
            "There are NaNs: you fill with +inf, and ∞ / ∞ is NaN. What is hidden gets −inf.",
        ),
        (
            _nan_and_all(_head(_hide, dim=0)),
            "There are NaNs: softmax runs over the sentences of the batch, where what is hidden in "
            "one is hidden in all. Each row is one token's attention: dim=-1.",
        ),
        (
            lambda got, *_: got.isnan().any(),
            "There are NaNs: a row in which everything is −inf. The first token must be allowed to "
            "see itself.",
        ),
        (
            does(_head(_see_all)),
            "No token is hidden: this head looks both ways, like an encoder's.",
        ),
        (
            does(_head(lambda scores, later: scores.masked_fill(later.T, -torch.inf))),
            "Your mask is the wrong way round: each token sees itself and what comes after. Row "
            "looks, column is looked at.",
        ),
        (
            does(_head(lambda scores, later: scores.masked_fill(later, 0))),
            "You fill with 0 before softmax. A score of 0 is no prohibition: e⁰ is 1. "
            "Fill with −inf.",
        ),
        (
            does(_head(_see_all, keep=True)),
            "You hide after softmax, so the rows no longer sum to 1. Hide before it, with −inf.",
        ),
        (
            does(_head(_hide, power=0)),
            "The mask is right. The scores are not divided by the root of the size.",
        ),
        (
            does(_head(_hide, power=1)),
            "The mask is right. Divide by the root of the size, not by the size.",
        ),
        (
            does(_head(_hide, dim=-2)),
            "Softmax runs down the columns. Each row is one token's attention: dim=-1.",
        ),
        (
            does(lambda query, key, value: _causal_head(key, query, value)),
            "Query and key have changed places: row i of the scores is query i with every key.",
        ),
    ],
    otherwise="The shape is right, the values are not. Compare with one_head: scores, mask, "
    "softmax, weights @ value, in this order.",
)
def causal_head() -> list[tuple]:
    """3.2: `function(query, key, value)`, each [batch, sequence, size], gives causal attention."""
    random = torch.Generator().manual_seed(0)
    shapes = (2, 5, 4), (1, 3, 9), (3, 1, 2), (2, 4, 6)
    return [tuple(2 * torch.randn(3, *shape, generator=random)) for shape in shapes]


def _span(hidden: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor) -> tuple:
    start, end = linear(hidden, weight, bias).unbind(dim=-1)
    return start, end


def _shapes(parts: tuple) -> list:
    return [list(part.shape) for part in parts]


@check_function(
    right=_span,
    kinds=[
        (
            lambda got, wanted, hidden, *_: (
                _shapes((got,)) == [[*hidden.shape[:2], 2]]
                if isinstance(got, torch.Tensor)
                else False
            ),
            "The linear layer is right. Now take its last axis apart: two tensors, start and end.",
        ),
        (object, "Return two tensors: start_logits, end_logits."),
    ],
    slips=[
        (
            lambda got, *_: not got[0].is_floating_point(),
            "These are positions: argmax belongs to postprocessing. A head returns the logits.",
        ),
        (
            lambda got, wanted, *_: got[0].shape == wanted[0].shape[:1],
            "One number a sentence: you took position 0 only. The answer may start at any token, "
            "so keep them all.",
        ),
        (
            lambda got, wanted, *_: got[0].shape == (*wanted[0].shape, 1),
            "There is an axis of length 1 left at the end: squeeze(-1) removes it.",
        ),
        (
            lambda got, wanted, *_: _shapes(got) != _shapes(wanted),
            lambda got, wanted, *_: (
                f"Each should be [batch, sequence], here {_shapes(wanted)[0]}; "
                f"yours are {_shapes(got)[0]} and {_shapes(got)[1]}."
            ),
        ),
        (
            turned(lambda wanted: wanted[::-1]),
            "Start and end have changed places: output 0 of the linear layer is the start.",
        ),
        (
            does(lambda hidden, weight, bias: _span(hidden, weight, bias * 0)),
            "The bias is missing.",
        ),
        (
            does(lambda hidden, weight, bias: _span(hidden, weight, bias.flip(0))),
            "The weights are right, the two biases have changed places.",
        ),
        (
            turned(lambda wanted: tuple(part.softmax(dim=-1) for part in wanted)),
            "These are probabilities. A head returns logits; softmax belongs to postprocessing.",
        ),
    ],
    otherwise="The shapes are right, the values are not. Is it hidden @ weight.T + bias?",
)
def span_head() -> list[tuple]:
    """3.3: `function(hidden, weight, bias)` gives start and end logits, each [batch, sequence]."""
    random = torch.Generator().manual_seed(0)
    sizes = (3, 5, 4), (1, 2, 6), (2, 1, 3)
    shapes = [((*size,), (2, size[-1]), (2,)) for size in sizes]
    return [tuple(torch.randn(*s, generator=random) for s in three) for three in shapes]


def _most(attentions: torch.Tensor, offset: int = -1) -> tuple[int, int]:
    """The (layer, head) with the largest mean attention at this offset of the diagonal."""
    return divmod(int(_means(attentions, offset).argmax()), attentions.shape[2])


def _means(attentions: torch.Tensor, offset: int) -> torch.Tensor:
    return attentions[:, 0].diagonal(offset=offset, dim1=-2, dim2=-1).mean(dim=-1)


def _outside(got: tuple, wanted: tuple, attentions: torch.Tensor) -> bool:
    layers, heads = attentions.shape[0], attentions.shape[2]
    return got[0] not in range(layers) or got[1] not in range(heads)


def _elsewhere(got: tuple, wanted: tuple, attentions: torch.Tensor) -> str:
    means, (layer, head) = _means(attentions, -1), map(int, got)
    return (
        f"Layer {layer}, head {head} gives the token before {means[layer, head]:.2f} on average; "
        f"another head gives it {means.max():.2f}."
    )


@check_value(
    right=lambda attentions: _most(attentions),
    kinds=[(object, "Two numbers, please: layer and head. Yours is {kind}.")],
    slips=[
        (
            turned(lambda wanted: wanted[::-1]),
            "Those are the right two numbers in the wrong order: layer first, then head.",
        ),
        (
            turned(lambda wanted: (wanted[0] + 1, wanted[1] + 1)),
            "You count from 1. Layers and heads are numbered from 0.",
        ),
        (
            _outside,
            lambda got, wanted, attentions: (
                f"There are {attentions.shape[0]} layers and {attentions.shape[2]} heads, numbered "
                f"from 0; there is no layer {got[0]}, head {got[1]}."
            ),
        ),
        (
            does(lambda attentions: _most(attentions, offset=1)),
            "That head looks most at the token *after*. Rows look, columns are looked at: before "
            "is below the diagonal.",
        ),
        (
            does(lambda attentions: _most(attentions, offset=0)),
            "That head looks most at the token itself. The token before is one below the diagonal: "
            "offset=-1.",
        ),
    ],
    otherwise=_elsewhere,
)
def looks_back(attentions: torch.Tensor) -> None:
    """3.4: the (layer, head) that looks most at the token before. Float [layer, 1, head, n, n]."""
