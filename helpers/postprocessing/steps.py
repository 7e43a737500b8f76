"""Steps of training as readers write them, right and wrong, for the answers to 4.4."""

from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as F


def step(error: Callable, parts: Callable = torch.numel, sign: float = -1) -> Callable:
    """A multi-label step from `error(logits, targets)`."""

    def run(
        weight: torch.Tensor,
        bias: torch.Tensor,
        x: torch.Tensor,
        targets: torch.Tensor,
        rate: float,
    ) -> tuple:
        wrong = error(x @ weight.T + bias, targets)
        wrong = wrong / parts(wrong) * rate * sign
        return weight + wrong.T @ x, bias + wrong.sum(dim=0)

    return run


def p_minus_y(logits: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
    """The gradient for the logits, before it is divided."""
    return logits.sigmoid() - targets


right_step = step(p_minus_y)


def gradient(weight: torch.Tensor, bias: torch.Tensor, *given: Any) -> tuple:
    """What is subtracted, times the rate, and nothing subtracted."""
    new = right_step(weight, bias, *given[:2], 1)
    return weight - new[0], bias - new[1]


def by_autograd(weight: torch.Tensor, bias: torch.Tensor, *given: Any) -> tuple:
    """The forbidden way."""
    x, targets, rate = given
    weight, bias = weight.clone().requires_grad_(), bias.clone().requires_grad_()
    F.binary_cross_entropy_with_logits(x @ weight.T + bias, targets).backward()
    return (weight - rate * weight.grad).detach(), (bias - rate * bias.grad).detach()


def entry_by_entry(weight: Any, bias: Any, x: Any, targets: Any, rate: float) -> list:
    """A loop over rows and labels."""
    new_weight, new_bias = weight.double(), bias.double()
    for row, wanted in zip(x, targets, strict=True):
        for j in range(len(bias)):
            error = ((weight[j] @ row + bias[j]).sigmoid() - wanted[j]) / targets.numel()
            new_weight[j] -= rate * error * row
            new_bias[j] -= rate * error
    return [new_weight, new_bias]
