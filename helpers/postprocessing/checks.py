"""Checks of notebook 04."""

import math
from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as F

from helpers.exercises import check_function, does, other_shape, turned


def _about_nan(got: torch.Tensor, wanted: torch.Tensor, logits: torch.Tensor) -> str:
    low, high = logits.min().item(), logits.max().item()
    if high < 0:
        return (
            f"nan for logits down to {low:.0f}: every power rounds to 0, and 0 / 0 is nan. "
            "Subtract the maximum there too."
        )
    if (logits.amax(dim=-1) - logits.amin(dim=-1)).max() > 1000:
        return (
            f"nan in a row that runs from {low:.0f} to {high:.0f}. Subtract the row's maximum, not "
            "its minimum, mean or first entry: then no exponent is above 0."
        )
    if low < 0:
        return (
            "nan in a batch with one row near 500 and one near -500. Subtract each row's own "
            "maximum (dim=-1, keepdim=True), not that of the whole table."
        )
    return (
        f"nan for logits up to {high:.0f}: exp() overflows. Subtract the row's maximum before it."
    )


@check_function(
    right=lambda logits: logits.softmax(dim=-1),
    slips=[
        (
            other_shape,
            "The shape should stay {wanted_shape}; yours is {got_shape}. "
            "Is a keepdim=True missing?",
        ),
        (lambda got, *_: got.isnan().any(), _about_nan),
        (
            does(lambda logits: logits.softmax(dim=0)),
            "Your columns sum to 1. Each row is a sentence: sum along dim=-1.",
        ),
        (
            does(lambda logits: logits.flatten().softmax(dim=0).view_as(logits)),
            "All the numbers together sum to 1. Each row should: sum along one dim only.",
        ),
        (
            does(lambda logits: (logits - logits.amax(dim=-1, keepdim=True)).exp()),
            "These are the powers of e. Now divide each row by its sum.",
        ),
        (
            does(lambda logits: logits.log_softmax(dim=-1)),
            "These are the logarithms of the probabilities. Leave the log() out.",
        ),
    ],
    otherwise=lambda got, wanted, logits: (
        "The rows should be softmax of the logits; yours sum to "
        f"{[round(s, 3) for s in got.sum(dim=-1).tolist()]}."
    ),
    within=1e-4,  # logsumexp of logits near 1000 in float32
    forbids={"`softmax`": torch.softmax, "`log_softmax`": torch.log_softmax},
)
def stable_softmax() -> list[tuple]:
    """4.1: `function(logits)`, float [batch, labels], gives softmax of each row, however large."""
    small = torch.tensor([[1.0, 3.0, 0.0], [-2.0, 0.5, 4.0]])
    apart = torch.tensor([[500.0], [-500.0]])
    wide = torch.tensor([[-900.0, 0.0, 900.0, 1.0], [900.0, 899.0, -900.0, 0.0]])
    return [
        (small,),
        (small + 1000,),
        (small - 1000,),
        (small + apart,),
        (wide,),
        (torch.tensor([[7.0]]),),
        (torch.randn(3, 5, generator=torch.Generator().manual_seed(0)),),
    ]


def _loss_with(
    change: Callable[[torch.Tensor], torch.Tensor], dim: int = -1
) -> Callable[[torch.Tensor, torch.Tensor], float]:
    """The mean over the rows of `change` of the right label's log-probability."""

    def loss(logits: torch.Tensor, labels: torch.Tensor) -> float:
        rows = torch.arange(len(labels))
        return change(logits.log_softmax(dim=dim)[rows, labels]).mean().item()

    return loss


@check_function(
    right=lambda logits, labels: F.cross_entropy(logits, labels).item(),
    kinds=[
        (
            lambda got, wanted, logits, labels: getattr(got, "shape", None) == labels.shape,
            "You return one loss a row. Average them: the loss of a batch is one number.",
        ),
        (
            torch.Tensor,
            "Return one number; your shape is {got_shape}. "
            "Pick the right label's entry in each row.",
        ),
    ],
    slips=[
        (
            lambda got, wanted, logits, labels: logits.max() == 200,
            lambda got, *_: (
                f"Right for small logits, but {got:.4g} for [0, 200] with column 0: a probability "
                "rounded to 0 before its logarithm was taken. Use logsumexp(row) - right logit."
            ),
        ),
        (
            turned(lambda wanted: -wanted),
            "The sign is wrong: a loss is minus the logarithm, and never below 0.",
        ),
        (
            does(lambda logits, labels: F.cross_entropy(logits, labels, reduction="sum").item()),
            "This is the sum over the rows; the mean is wanted.",
        ),
        (
            does(lambda logits, labels: F.cross_entropy(logits.softmax(dim=-1), labels).item()),
            "This is softmax twice. Give the logits to the formula, not the probabilities.",
        ),
        (
            does(lambda logits, labels: F.cross_entropy(logits, logits.argmax(dim=-1)).item()),
            "You took the label that the model likes best. Take the right one, from `labels`.",
        ),
        (
            does(lambda logits, labels: -logits.log_softmax(dim=-1).mean().item()),
            "You averaged over all labels. Only the right label of each row counts.",
        ),
        (
            does(_loss_with(lambda log_p: -log_p.exp())),
            "You averaged the probabilities. The logarithm is missing.",
        ),
        (
            does(lambda logits, labels: -math.log(_loss_with(torch.exp)(logits, labels))),
            "You averaged before the logarithm. Take it of each row's probability first.",
        ),
        (
            does(_loss_with(torch.neg, dim=0)),
            "Your sum runs down the columns. Each row is a sentence: use dim=-1.",
        ),
        (
            turned(lambda wanted: wanted / math.log(2)),
            "This is the logarithm to base 2. The loss uses the natural one: torch.log.",
        ),
        (
            does(lambda logits, labels: -logits[torch.arange(len(labels)), labels].mean().item()),
            "logsumexp of the row is missing: it turns logits into logarithms of probabilities.",
        ),
    ],
    otherwise=lambda got, wanted, logits, labels: (
        f"For the test batch the loss is {wanted:.4f}; yours is {float(got):.4f}."
    ),
    forbids={"`cross_entropy`": F.cross_entropy, "`log_softmax`": torch.log_softmax},
)
def cross_entropy() -> list[tuple]:
    """4.2: `function(logits, labels)`, [batch, labels] and int64 [batch], gives the mean loss."""
    logits = torch.tensor([[2.0, 0.0, -1.0], [0.5, 1.5, 0.0], [0.0, -3.0, 1.0], [4.0, 1.0, 2.0]])
    return [
        (logits, torch.tensor([0, 2, 0, 1])),
        (logits[:2], torch.tensor([2, 1])),
        (torch.tensor([[0.0, 200.0]]), torch.tensor([0])),
    ]


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
