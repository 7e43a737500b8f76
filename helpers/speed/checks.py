"""Checks of notebook 08."""

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from helpers.exercises import check_function, does, other_shape, turned


def _least(weights: int, bits: int, gigabytes_a_second: float) -> float:
    return weights * bits / 8 / (gigabytes_a_second * 1e9) * 1000


@check_function(
    right=lambda weights, bits, gigabytes_a_second: _least(weights, bits, gigabytes_a_second),
    case="{weights} weights of {bits} bits at {gigabytes_a_second} GB a second: ",
    kinds=[(object, "return a number, the milliseconds; yours is {kind}.")],
    slips=[
        (turned(lambda wanted: wanted / 1000), "those are seconds. Milliseconds: × 1,000."),
        (turned(lambda wanted: wanted * 8), "bits were taken for bytes: a byte has 8 bits."),
        (
            does(lambda weights, bits, rate: weights * 4 / (rate * 1e9) * 1000),
            "you count 4 bytes a weight, whatever `bits` is.",
        ),
        (
            does(lambda weights, bits, rate: weights * bits / 8 / (rate * 2**30) * 1000),
            "a gigabyte here is 1,000,000,000 bytes, not 2 to the power of 30.",
        ),
        (
            turned(lambda wanted: 1000 / wanted),
            "those are tokens a second. The exercise asks for milliseconds a token.",
        ),
        (
            lambda got, wanted, *_: got < 0 or not 0.5 < got / wanted < 2,
            "{wanted} ms at least; yours is {got}. Bytes of all weights, divided by bytes a "
            "second, times 1,000.",
        ),
    ],
    otherwise="{wanted} ms at least; yours is {got}.",
    within=1e-4,
)
def least_ms() -> list[tuple]:
    """8.1: `function(weights, bits, gigabytes_a_second)` gives milliseconds a token."""
    return [
        (135_000_000, 32, 50.0),
        (135_000_000, 16, 20.0),
        (7_000_000_000, 4, 100.0),
        (1_000_000_000, 8, 12.5),
    ]


def _steps(bits: Callable[[int], float], dim: int | None = 1) -> Callable[[Tensor, int], Tensor]:
    """Rounding to whole numbers up to `bits(n)`, with a scale a row; `dim` None: one scale."""

    def rounded(W: Tensor, n: int) -> Tensor:
        largest = W.abs().max() if dim is None else W.abs().amax(dim=dim, keepdim=True)
        scale = largest / bits(n)
        return (W / scale).round() * scale

    return rounded


_right = _steps(lambda n: 2 ** (n - 1) - 1)


@check_function(
    right=lambda W, bits: _right(W, bits),
    case="bits = {bits}: ",
    kinds=[(object, "return a tensor of the shape {wanted_shape}; yours is {kind}.")],
    slips=[
        (other_shape, "return a tensor of the shape {wanted_shape}; yours is {got_shape}."),
        (
            lambda got, wanted, W, bits: torch.allclose(got.double(), W.double()),
            "this is W itself: nothing was rounded.",
        ),
        (
            lambda got, wanted, W, bits: torch.equal(got.double(), got.double().round()),
            "these are the whole numbers. Multiply them by the scale again.",
        ),
        (
            does(_steps(lambda n: 127.0)),
            "the largest whole number is 127, whatever `bits` is.",
        ),
        (
            does(_steps(lambda n: 2**n - 1)),
            "the largest whole number is 2^bits − 1: that leaves no bit for the sign.",
        ),
        (
            does(_steps(lambda n: 2 ** (n - 1))),
            "the largest weight becomes 2^(bits−1): one too many.",
        ),
        (
            does(_steps(lambda n: 2 ** (n - 1) - 1, dim=None)),
            "all rows have one scale. Each has its own: dim=1, keepdim=True.",
        ),
        (
            does(_steps(lambda n: 2 ** (n - 1) - 1, dim=0)),
            "your scales belong to columns. A row has a scale: dim=1.",
        ),
        (
            does(lambda W, n: _right(W.abs(), n)),
            "the signs are gone: abs() is for the scale only.",
        ),
        (
            does(
                lambda W, n: (
                    (s := W.amax(dim=1, keepdim=True) / (2 ** (n - 1) - 1)),
                    (W / s).round() * s,
                )[1]
            ),
            "the largest weight may be negative: abs() before amax.",
        ),
        (
            lambda got, wanted, W, bits: (got.abs() <= wanted.abs() + 1e-6).all(),
            "you cut off the fraction. Round to the nearest whole number.",
        ),
    ],
    otherwise="the rows should begin {wanted}; yours begin {got}.",
)
def rounded() -> list[tuple]:
    """8.2: `function(W, bits)` rounds the rows of a matrix to whole numbers times a scale."""
    random = torch.Generator().manual_seed(0)
    tried: list[tuple] = []
    for rows, columns, bits in ((2, 5, 4), (3, 7, 3), (4, 6, 8), (3, 4, 2)):
        W = torch.randn(rows, columns, generator=random)
        W[0, 1] = -3.5 - rows  # the largest of its row, and negative
        tried.append((W, bits))
    return tried


def _texts(lengths: Sequence[int]) -> Tensor:
    return torch.repeat_interleave(torch.arange(len(lengths)), torch.tensor(lengths))


def _blocks(lengths: Sequence[int]) -> Tensor:
    texts = _texts(lengths)
    return texts[:, None] == texts


@check_function(
    right=lambda lengths: _blocks(lengths),
    case="lengths {lengths}: ",
    kinds=[(object, "return a bool tensor of the shape {wanted_shape}; yours is {kind}.")],
    slips=[
        (
            other_shape,
            "there are as many rows and columns as tokens, {wanted_shape}; yours is {got_shape}.",
        ),
        (turned(lambda wanted: ~wanted), "the wrong way round: True where both may meet."),
        (
            does(lambda lengths: _blocks(lengths).tril()),
            "no token sees a later one. That is for a model that writes; an encoder looks both "
            "ways.",
        ),
        (does(lambda lengths: _blocks(lengths).triu()), "no token sees an earlier one."),
        (
            does(lambda lengths: torch.ones(sum(lengths), sum(lengths), dtype=torch.bool)),
            "every token sees every other one, of other texts too.",
        ),
        (
            does(lambda lengths: torch.eye(sum(lengths), dtype=torch.bool)),
            "a token sees itself only, and nothing else of its text.",
        ),
        (
            does(lambda lengths: _texts(lengths)[:, None] >= _texts(lengths)),
            "a token sees the texts before its own too: compare with ==.",
        ),
        (
            does(lambda lengths: _texts(lengths)[:, None] <= _texts(lengths)),
            "a token sees the texts after its own too: compare with ==.",
        ),
    ],
    otherwise=lambda got, wanted, lengths: (
        f"{int((got.bool() != wanted).sum())} of {wanted.numel()} places differ. Text 1 is the "
        f"first {lengths[0]} tokens, and so on."
    ),
)
def visible() -> list[tuple]:
    """8.3: `function(lengths)` says who may look at whom in texts that lie end to end."""
    return [([2, 3],), ([1, 4, 2],), ([5],), ([3, 1, 1, 2],), ([2, 2],)]
