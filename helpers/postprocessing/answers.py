"""Answers to the exercises of notebook 04; helpers/pipeline/answers.py says what the tables are."""

import math
from collections.abc import Callable

import torch
import torch.nn.functional as F

from helpers.postprocessing.steps import (
    by_autograd,
    entry_by_entry,
    gradient,
    p_minus_y,
    right_step,
    step,
)

THINGS: dict[str, Callable] = {}


def naive(logits: torch.Tensor) -> torch.Tensor:
    """Softmax that overflows."""
    powers = logits.exp()
    return powers / powers.sum(dim=-1, keepdim=True)


def stable(logits: torch.Tensor) -> torch.Tensor:
    """Softmax that doesn't."""
    return naive(logits - logits.amax(dim=-1, keepdim=True))


def in_place(logits: torch.Tensor) -> torch.Tensor:
    """Right, at the cost of the caller's logits."""
    logits -= logits.amax(dim=-1, keepdim=True)
    return naive(logits)


def row_by_row(logits: torch.Tensor) -> list:
    """Plain Python."""
    rows = []
    for row in logits.tolist():
        powers = [math.exp(logit - max(row)) for logit in row]
        rows.append([power / sum(powers) for power in powers])
    return rows


def returns_in_the_loop(logits: torch.Tensor) -> list:
    """The first row only."""
    for row in row_by_row(logits):
        return [row]
    return []


def right_logits(logits: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    """The logit of each row's right label, float [batch]."""
    return logits[torch.arange(len(labels)), labels]


def loss(logits: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    """Cross-entropy of each row, float [batch]."""
    return logits.logsumexp(dim=-1) - right_logits(logits, labels)


def loss_in_a_loop(logits: torch.Tensor, labels: torch.Tensor) -> float:
    """Plain Python, the maximum taken out by hand."""
    total = 0.0
    for row, label in zip(logits.tolist(), labels.tolist(), strict=True):
        top = max(row)
        total += top + math.log(sum(math.exp(logit - top) for logit in row)) - row[label]
    return total / len(labels)


def lead(logits: torch.Tensor) -> float:
    """How far the larger of two logits is ahead."""
    return (logits.max() - logits.min()).item()


def log_odds(score: float) -> float:
    """The inverse of the sigmoid."""
    return math.log(score / (1 - score))


def searched(logits: torch.Tensor, score: float) -> float:
    """T by bisection, until the score is right to five places."""
    low, high = 1e-3, 1e3
    for _ in range(60):
        middle = (low * high) ** 0.5
        got = (logits / middle).softmax(dim=-1).max().item()
        low, high = (middle, high) if got > score else (low, middle)
        if abs(got - score) < 1e-5:
            break
    return middle


RIGHT: dict[str, list] = {
    "stable_softmax": [
        stable,
        row_by_row,
        lambda logits: stable(logits.double()),
        lambda logits: stable(logits).numpy(),
        lambda logits: (logits - logits.logsumexp(dim=1, keepdim=True)).exp(),
        lambda logits: naive(logits - logits.max(dim=-1, keepdim=True).values),
        lambda logits: torch.stack([naive(row - row.max()) for row in logits]),
    ],
    "cross_entropy": [
        lambda z, y: loss(z, y).mean(),
        lambda z, y: loss(z, y).mean().item(),
        lambda z, y: loss(z.double(), y).mean(),
        lambda z, y: loss(z, y).mean().numpy(),
        lambda z, y: (z.logsumexp(dim=-1) - z.gather(1, y[:, None])[:, 0]).sum() / len(y),
        loss_in_a_loop,
    ],
    "temperature": [
        lambda z, p: lead(z) / log_odds(p),
        searched,
        lambda z, p: (z.max() - z.min()) / torch.tensor(p / (1 - p)).log(),
        lambda z, p: (z[0] - z[1]).abs() / (math.log(p) - math.log(1 - p)),
        lambda z, p: lead(z) / torch.logit(torch.tensor(p)).numpy(),
    ],
    "multi_label_step": [
        right_step,
        entry_by_entry,
        lambda *given: list(right_step(*given)),
        lambda *given: tuple(part.numpy() for part in right_step(*given)),
        lambda w, b, x, y, rate: right_step(w.double(), b.double(), x.double(), y.double(), rate),
    ],
}
WRONG: dict[str, list] = {
    "stable_softmax": [
        (lambda logits: ..., "Not tried yet"),
        (lambda logits: print(end=""), "is `return` missing"),
        (lambda logits: 1 / 0, "raised ZeroDivisionError"),
        (in_place, "You changed `logits`"),
        (lambda logits: logits.softmax(dim=-1), "calls `softmax`"),
        (lambda logits: F.log_softmax(logits, dim=-1).exp(), "calls `log_softmax`"),
        (lambda logits: stable(logits).sum(dim=-1), "shape should stay"),
        (naive, "overflows"),
        (lambda logits: naive(logits - logits.max().clamp(min=0)), "rounds to 0"),
        (lambda logits: naive(logits - logits.max()), "each row's own maximum"),
        (lambda logits: naive(logits - logits.amin(dim=-1, keepdim=True)), "not its minimum"),
        (lambda logits: naive(logits - logits.mean(dim=-1, keepdim=True)), "its minimum, mean"),
        (lambda logits: naive(logits - logits[:, :1]), "minimum, mean or first entry"),
        (lambda logits: stable(logits.T).T, "columns sum to 1"),
        (lambda logits: stable(logits.view(1, -1)).view_as(logits), "All the numbers together"),
        (lambda logits: stable(logits).log(), "Leave the log() out"),
        (lambda logits: (logits - logits.amax(dim=-1, keepdim=True)).exp(), "Now divide"),
        (returns_in_the_loop, "shape should stay"),
        (lambda logits: logits, "should be softmax"),
        (lambda logits: stable(torch.tensor([[1.0, 3, 0], [-2, 0.5, 4]])), "shape should stay"),
    ],
    "cross_entropy": [
        (lambda z, y: print(end=""), "is `return` missing"),
        (F.cross_entropy, "calls `cross_entropy`"),
        (lambda z, y: torch.nn.CrossEntropyLoss()(z, y), "calls `cross_entropy`"),
        (lambda z, y: F.nll_loss(z.log_softmax(dim=-1), y), "calls `log_softmax`"),
        (lambda z, y: loss(z, y).tolist(), "Return one number; yours is a list"),
        (loss, "Average them"),
        (lambda z, y: z.logsumexp(dim=-1, keepdim=True) - z, "Pick the right label"),
        (lambda z, y: -loss(z, y).mean(), "sign is wrong"),
        (lambda z, y: loss(z, y).sum(), "the sum over the rows"),
        (lambda z, y: loss(z.softmax(dim=-1), y).mean(), "softmax twice"),
        (lambda z, y: loss(z, z.argmax(dim=-1)).mean(), "likes best"),
        (lambda z, y: (z.logsumexp(dim=-1, keepdim=True) - z).mean(), "averaged over all labels"),
        (lambda z, y: -right_logits(z.softmax(dim=-1), y).mean(), "logarithm is missing"),
        (lambda z, y: -right_logits(z.softmax(dim=-1), y).mean().log(), "before the logarithm"),
        (lambda z, y: -right_logits(z.softmax(dim=0), y).log().mean(), "runs down the columns"),
        (lambda z, y: -right_logits(z.softmax(dim=-1), y).log2().mean(), "base 2"),
        (lambda z, y: -right_logits(z, y).mean(), "logsumexp of the row is missing"),
        (lambda z, y: -right_logits(z.softmax(dim=-1), y).log().mean(), "rounded to 0"),
        (lambda z, y: torch.tensor(9.0), "yours is 9.0000"),
        (lambda z, y: loss(z, y).mean() if len(z) > 2 else 200.0, "yours is 200.0000"),
    ],
    "temperature": [
        (lambda z, p: print(end=""), "is `return` missing"),
        (lambda z, p: log_odds(p) / lead(z), "1 / T"),
        (lambda z, p: -lead(z) / log_odds(p), "negative"),
        (lambda z, p: lead(z) / (p / (1 - p)), "logarithm is missing"),
        (lambda z, p: -lead(z) / math.log(p), "you used log(p)"),
        (lambda z, p: (z[0] - z[1]) / log_odds(p), "negative"),
        (lambda z, p: -7.0, "a temperature is above 0"),
        (lambda z, p: 0, "a temperature is above 0"),
        (lambda z, p: 1.0, "gives a score of"),
        (lambda z, p: float("nan"), "gives a score of"),
        (lambda z, p: z / log_odds(p), "Return one number"),
        (lambda z, p: 3 / math.log(9), "For [-1.0, 1.5] and score 0.6"),
    ],
    "multi_label_step": [
        (lambda *given: print(end=""), "is `return` missing"),
        (lambda *given: right_step(*given)[0], "two things"),
        (lambda *given: (right_step(*given)[0].T, right_step(*given)[1]), "should stay"),
        (lambda w, b, *given: (right_step(w, b, *given)[0], b), "bias takes a step too"),
        (lambda w, b, *given: (w, right_step(w, b, *given)[1]), "weight takes a step too"),
        (lambda *given: right_step(*given)[::-1], "should stay"),
        (by_autograd, "calls `backward`"),
        (step(p_minus_y, sign=1), "uphill"),
        (step(p_minus_y, parts=lambda error: 1), "number of entries"),
        (step(p_minus_y, parts=len), "divided by the number of rows"),
        (step(p_minus_y, parts=lambda error: error.shape[1]), "divided by the number of labels"),
        (step(lambda z, y: z.softmax(dim=-1) - y), "That is softmax"),
        (step(lambda z, y: z.sigmoid()), "subtract the targets"),
        (step(lambda z, y: z - y), "targets from the logits"),
        (lambda w, b, x, y, rate: right_step(w, b, x, y, 1), "learning rate is missing"),
        (gradient, "return the gradient"),
        (lambda w, b, x, y, rate: (w, b), "Not yet. Compare"),
    ],
}  # fmt: skip
EQUIVALENT = {
    "cross_entropy": {
        "3: logits.logsumexp(dim=-1) - right → logits.logsumexp(dim=1) - right": "of two axes",
    },
    "temperature": {
        "2: (logits.max() - logits.min()).item() → logits.max() - logits.min()": "0-d is a number",
    },
    "stable_softmax": {
        "2: logits.amax(dim=-1, keepdim=True) → logits.amax(dim=1, keepdim=True)": "of two axes",
        "3: powers.sum(dim=-1, keepdim=True) → powers.sum(dim=1, keepdim=True)": "of two axes",
    },
}
