"""Answers to the exercises of notebook 08; helpers/pipeline/answers.py says what the tables are."""

from collections.abc import Callable, Sequence

import numpy as np
import torch
from torch import Tensor

THINGS: dict[str, Callable] = {}


def in_steps(W: Tensor, bits: int) -> Tensor:
    """As the official solution."""
    scale = W.abs().amax(dim=1, keepdim=True) / (2 ** (bits - 1) - 1)
    return (W / scale).round() * scale


def row_by_row(W: Tensor, bits: int) -> list:
    """In NumPy, a row at a time."""
    rows = []
    for row in W.double().numpy():
        scale = np.abs(row).max() / (2 ** (bits - 1) - 1)
        rows.append((np.rint(row / scale) * scale).tolist())
    return rows


def stepped(W: Tensor, largest: float, dim: int = 1) -> Tensor:
    """With other steps, or scales of columns."""
    scale = W.abs().amax(dim=dim, keepdim=True) / largest
    return (W / scale).round() * scale


def one_scale(W: Tensor, bits: int) -> Tensor:
    """One scale for all rows."""
    scale = W.abs().max() / (2 ** (bits - 1) - 1)
    return (W / scale).round() * scale


def without_abs(W: Tensor, bits: int) -> Tensor:
    """The largest, not the largest in size."""
    scale = W.amax(dim=1, keepdim=True) / (2 ** (bits - 1) - 1)
    return (W / scale).round() * scale


def cut_off(W: Tensor, bits: int) -> Tensor:
    """trunc for round."""
    scale = W.abs().amax(dim=1, keepdim=True) / (2 ** (bits - 1) - 1)
    return (W / scale).trunc() * scale


def whole_only(W: Tensor, bits: int) -> Tensor:
    """Not multiplied again."""
    return (W / (W.abs().amax(dim=1, keepdim=True) / (2 ** (bits - 1) - 1))).round()


def numbers(lengths: Sequence[int]) -> Tensor:
    """The number of each token's text."""
    return torch.repeat_interleave(torch.arange(len(lengths)), torch.tensor(lengths))


def of_one_text(lengths: Sequence[int]) -> Tensor:
    """As the official solution."""
    return numbers(lengths)[:, None] == numbers(lengths)


def in_blocks(lengths: Sequence[int]) -> Tensor:
    """A square of ones a text."""
    return torch.block_diag(*(torch.ones(n, n) for n in lengths)).bool()


def in_loops(lengths: Sequence[int]) -> Tensor:
    """Slices that are filled."""
    made, start = torch.zeros(sum(lengths), sum(lengths), dtype=torch.bool), 0
    for length in lengths:
        made[start : start + length, start : start + length] = True
        start += length
    return made


RIGHT: dict[str, list] = {
    "least_ms": [
        lambda weights, bits, rate: weights * bits / 8 / (rate * 1e9) * 1000,
        lambda weights, bits, rate: weights * bits / 8 / rate / 1_000_000,
        lambda weights, bits, rate: np.float64(weights) * bits / 8e6 / rate,
        lambda weights, bits, rate: torch.tensor(weights * bits / 8e6 / rate, dtype=torch.float64),
    ],
    "rounded": [
        in_steps,
        row_by_row,
        lambda W, bits: in_steps(W.double(), bits),
        lambda W, bits: in_steps(W, bits).numpy(),
    ],
    "visible": [
        of_one_text,
        in_blocks,
        in_loops,
        lambda lengths: of_one_text(lengths).numpy(),
        lambda lengths: of_one_text(lengths).tolist(),
    ],
}
WRONG: dict[str, list] = {
    "least_ms": [
        (lambda weights, bits, rate: ..., "Not tried yet"),
        (lambda weights, bits, rate: print(end=""), "is `return` missing"),
        (lambda weights, bits, rate: weights * bits / 8 / (rate * 1e9), "those are seconds"),
        (lambda weights, bits, rate: weights * bits / (rate * 1e9) * 1000, "bits were taken"),
        (lambda weights, bits, rate: weights * 4 / rate / 1e6, "4 bytes a weight"),
        (lambda weights, bits, rate: weights * bits / 8 / (rate * 2**30) * 1000, "2 to the power"),
        (lambda weights, bits, rate: rate * 8e9 / weights / bits, "tokens a second"),
        (lambda weights, bits, rate: 0.0, "ms at least; yours is 0"),
        (lambda weights, bits, rate: f"{weights / rate} ms", "return a number"),
    ],
    "rounded": [
        (lambda W, bits: W, "nothing was rounded"),
        (whole_only, "Multiply them by the scale again"),
        (lambda W, bits: stepped(W, 127), "127, whatever"),
        (lambda W, bits: stepped(W, 2**bits - 1), "no bit for the sign"),
        (lambda W, bits: stepped(W, 2 ** (bits - 1)), "one too many"),
        (one_scale, "one scale"),
        (lambda W, bits: stepped(W, 2 ** (bits - 1) - 1, dim=0), "belong to columns"),
        (lambda W, bits: in_steps(W, bits).abs(), "signs are gone"),
        (without_abs, "may be negative"),
        (cut_off, "nearest whole number"),
        (lambda W, bits: in_steps(W, bits)[0], "of the shape"),
        (lambda W, bits: "8 bits", "yours is a str"),
    ],
    "visible": [
        (lambda lengths: print(end=""), "is `return` missing"),
        (lambda lengths: ~of_one_text(lengths), "wrong way round"),
        (lambda lengths: of_one_text(lengths).tril(), "an encoder looks both"),
        (lambda lengths: of_one_text(lengths).triu(), "an earlier one"),
        (lambda lengths: torch.ones(sum(lengths), sum(lengths)).bool(), "of other texts too"),
        (lambda lengths: torch.eye(sum(lengths)).bool(), "sees itself only"),
        (lambda lengths: numbers(lengths)[:, None] >= numbers(lengths), "before its own"),
        (lambda lengths: numbers(lengths)[:, None] <= numbers(lengths), "after its own"),
        (lambda lengths: numbers(lengths), "as many rows and columns"),
        (lambda lengths: in_blocks(lengths).roll(1, 0), "places differ"),
        (lambda lengths: "all", "yours is a str"),
    ],
}
EQUIVALENT = {
    "rounded": {
        "2: W.abs().amax(dim=1, keepdim=True) / (2 ** (bits - 1) - 1) → "
        "W.abs().amax(dim=1, keepdim=True) / (1 - 2 ** (bits - 1))": "a scale's sign cancels",
    }
}
