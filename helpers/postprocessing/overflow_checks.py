"""Checks of notebook 04 on what must not overflow: softmax, and the loss that is made of it."""

import math
from collections.abc import Callable

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
