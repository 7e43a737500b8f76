"""Checks of notebook 04: a softened score, a step of training, and those of `overflow_checks`."""

import math
from collections.abc import Callable
from typing import Any

import torch

from helpers.exercises import check_function, does, turned
from helpers.postprocessing.overflow_checks import cross_entropy, stable_softmax

__all__ = ["stable_softmax", "cross_entropy", "temperature", "multi_label_step"]


def _lead(logits: torch.Tensor) -> float:
    return (logits.max() - logits.min()).item()


def _log_odds(score: float) -> float:
    return math.log(score / (1 - score))


def _reached(logits: torch.Tensor, temperature: float) -> float:
    return (logits / float(min(temperature, 1e30))).softmax(dim=-1).max().item()


@check_function(
    right=lambda logits, score: _lead(logits) / _log_odds(score),
    case="For {logits} and score {score} ",
    slips=[
        (
            turned(lambda wanted: 1 / wanted),
            "you return 1 / T. Logits are divided by T: a larger T makes a smaller score.",
        ),
        (
            turned(lambda wanted: -wanted),
            "your T is negative, which would swap the labels. "
            "The lead is larger logit minus smaller one.",
        ),
        (
            does(lambda logits, score: _lead(logits) / (score / (1 - score))),
            "the logarithm is missing: the inverse of the sigmoid is log(p / (1 - p)).",
        ),
        (
            lambda got, wanted, logits, score: (
                abs(abs(got * math.log(score)) - _lead(logits)) < 1e-3
            ),
            "you used log(p). The inverse of the sigmoid is log(p / (1 - p)).",
        ),
        (
            lambda got, *_: got <= 0,
            lambda got, *_: f"your T is {float(max(got, -1e30)):.3f}; a temperature is above 0.",
        ),
        (
            lambda got, wanted, logits, score: not abs(_reached(logits, got) - score) < 1e-4,
            lambda got, wanted, logits, score: (
                f"your T = {float(min(got, 1e30)):.3f} gives a score of "
                f"{_reached(logits, got):.3f}."
            ),
        ),
    ],
)
def temperature() -> list[tuple]:
    """4.3: `function(logits, score)`, float [2] and a float, gives the T that makes the score."""
    pairs = ([3.0, 0.0], 0.9), ([-1.0, 1.5], 0.6), ([100.0, 104.0], 0.99), ([0.25, -0.5], 0.75)
    return [(torch.tensor(pair), score) for pair, score in pairs]


def _step_with(
    error: Callable[..., torch.Tensor],
    parts: Callable[[torch.Tensor], int] = torch.numel,
    uphill: bool = False,
    rate_used: bool = True,
) -> Callable[..., tuple]:
    """A step of gradient descent from `error(logits, targets)`, divided by its `parts`."""

    def step(
        weight: torch.Tensor,
        bias: torch.Tensor,
        x: torch.Tensor,
        targets: torch.Tensor,
        rate: float,
    ) -> tuple[torch.Tensor, torch.Tensor]:
        wrong = error(x @ weight.T + bias, targets)
        wrong = wrong / parts(wrong) * (rate if rate_used else 1) * (-1 if uphill else 1)
        return weight - wrong.T @ x, bias - wrong.sum(dim=0)

    return step


def _p_minus_y(logits: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
    return logits.sigmoid() - targets


_right_step = _step_with(_p_minus_y)


def _gradient(*given: Any) -> tuple:
    new = _step_with(_p_minus_y, rate_used=False)(*given)
    return tuple(old - after for old, after in zip(given[:2], new, strict=True))


@check_function(
    right=lambda weight, bias, x, targets, rate: _right_step(weight, bias, x, targets, rate),
    kinds=[(object, "Return two things: the new weight and the new bias.")],
    slips=[
        (
            lambda got, wanted, *_: any(
                a.shape != b.shape for a, b in zip(got, wanted, strict=True)
            ),
            lambda got, wanted, *_: (
                f"Weight and bias should stay {list(wanted[0].shape)} and {list(wanted[1].shape)}; "
                f"yours are {list(got[0].shape)} and {list(got[1].shape)}. "
                "Is it error.T @ x, and a sum over the rows for the bias?"
            ),
        ),
        (
            does(lambda weight, bias, *given: (_right_step(weight, bias, *given)[0], bias)),
            "The weight is right. The bias takes a step too: its gradient is the sum of the error "
            "over the rows.",
        ),
        (
            does(lambda weight, bias, *given: (weight, _right_step(weight, bias, *given)[1])),
            "The bias is right. The weight takes a step too: its gradient is error.T @ x.",
        ),
        (
            does(_step_with(_p_minus_y, uphill=True)),
            "You step uphill: the loss grows. Subtract the gradient, with p - y.",
        ),
        (
            does(_step_with(_p_minus_y, parts=lambda error: 1)),
            "The loss is a mean: divide by the number of entries, rows × labels.",
        ),
        (
            does(_step_with(_p_minus_y, parts=len)),
            "You divided by the number of rows. This loss is the mean over all entries, "
            "rows × labels.",
        ),
        (
            does(_step_with(_p_minus_y, parts=lambda error: error.shape[1])),
            "You divided by the number of labels. This loss is the mean over all entries, "
            "rows × labels.",
        ),
        (
            does(_step_with(lambda logits, targets: logits.softmax(dim=-1) - targets)),
            "That is softmax. Each label has a question of its own: sigmoid.",
        ),
        (
            does(_step_with(lambda logits, targets: logits.sigmoid())),
            "You forgot to subtract the targets: the gradient is p - y.",
        ),
        (
            does(_step_with(lambda logits, targets: logits - targets)),
            "You subtracted the targets from the logits. p is the sigmoid of the logits.",
        ),
        (does(_step_with(_p_minus_y, rate_used=False)), "The learning rate is missing."),
        (does(_gradient), "You return the gradient. Return weight and bias after the step."),
    ],
    otherwise="Not yet. Compare with `step`: sigmoid takes the place of softmax, targets of "
    "one_hot, all entries of rows.",
    forbids={"`backward`": torch.autograd.backward, "`autograd.grad`": torch.autograd.grad},
)
def multi_label_step() -> list[tuple]:
    """4.4: `function(weight, bias, x, targets, rate)` gives both after a step down the loss."""
    random = torch.Generator().manual_seed(0)
    tried = []
    for rows, labels, features, rate in ((4, 3, 5, 0.5), (1, 2, 3, 0.1), (5, 4, 2, 2.0)):
        weight = torch.randn(labels, features, generator=random)
        bias, x = weight.sum(dim=1).cos(), torch.randn(rows, features, generator=random)
        targets = torch.randint(2, (rows, labels), generator=random).float()
        tried.append((weight, bias, x, targets, rate))
    return tried
