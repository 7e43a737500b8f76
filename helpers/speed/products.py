"""A matrix times a few vectors: which way is faster depends on the processor, so it is measured.

It takes as long as reading the matrix: with one core in some libraries under torch, with all in
others.
"""

import time
from collections.abc import Callable
from typing import Any, NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

from helpers.speed.eight import Eight

Way = Callable[[Tensor, Any], Tensor]


class Case(NamedTuple):
    """What the choice depends on."""

    rows: int
    shape: torch.Size
    dtype: torch.dtype  # of the rows
    stored: torch.dtype  # of the matrix
    threads: int


def slices(x: Tensor, weight: Tensor) -> Tensor:
    """`F.linear(x, weight)` with the rows of `weight` [out, in] dealt to the cores, a batch.

    Raises RuntimeError where the rows can't be dealt evenly.
    """
    cores = torch.get_num_threads()
    parts = weight.view(cores, -1, weight.shape[1])
    made = torch.bmm(x.reshape(1, -1, x.shape[-1]).expand(cores, -1, -1), parts.transpose(1, 2))
    return made.transpose(0, 1).reshape(*x.shape[:-1], len(weight))


def whole_numbers(x: Tensor, weight: Eight) -> Tensor:
    """`x` times the 8-bit numbers, then times the scale of each row: torch's own kernel."""
    made = torch._weight_int8pack_mm(x.flatten(0, -2), weight.whole, weight.scale)
    return made.view(*x.shape[:-1], -1)


def whole_numbers_in_bfloat16(x: Tensor, weight: Eight) -> Tensor:
    """The same with `x` cut to 16 bits: the kernel that some processors have instructions for."""
    narrow = weight._replace(scale=weight.scale.bfloat16())
    return whole_numbers(x.bfloat16(), narrow).to(x.dtype)


def wide(x: Tensor, weight: Eight) -> Tensor:
    """By the matrix as it was: where 8 bits are no gain, they are not taken."""
    return product(x, weight.wide)


WAYS: dict[str, Way] = {"linear": F.linear, "slices": slices}
EIGHT: dict[str, Way] = {
    "8 bits": whole_numbers,
    "8 bits in bfloat16": whole_numbers_in_bfloat16,
    "as it was": wide,
}
FEW = 8  # rows; for more the kernels for whole numbers take far longer than reading the matrix
_seconds: dict[Case, dict[str, float]] = {}
_fastest: dict[Case, Way] = {}


def product(x: Tensor, weight: Tensor | Eight) -> Tensor:
    """`x` [..., in] times the transposed `weight` [out, in]: [..., out], by the fastest way.

    Each way is timed once, at the first use of a number of rows, shape, dtype and thread count.
    More than `FEW` rows are multiplied with the matrix as it was before it got 8 bits.
    """
    if isinstance(weight, Eight) and x.numel() > FEW * x.shape[-1]:
        weight = weight.wide
    stored = weight.whole if isinstance(weight, Eight) else weight
    rows, threads = x.numel() // x.shape[-1], torch.get_num_threads()
    case = Case(rows, stored.shape, x.dtype, stored.dtype, threads)
    if case not in _fastest:
        ways = EIGHT if isinstance(weight, Eight) else WAYS
        able = [way for way in ways if way != "slices" or len(stored) % threads == 0]
        _seconds[case] = {way: _best(ways[way], x, weight) for way in able}
        _fastest[case] = ways[min(able, key=_seconds[case].__getitem__)]
    return _fastest[case](x, weight)


def bytes_read(weight: Tensor | Eight, dtype: torch.dtype) -> int:
    """What a product of `weight` with one row of `dtype` reads, by the way that was chosen."""
    if not isinstance(weight, Eight):
        return weight.nbytes
    case = Case(1, weight.whole.shape, dtype, weight.whole.dtype, torch.get_num_threads())
    if _fastest.get(case) is wide:
        return weight.wide.nbytes
    return weight.whole.nbytes + weight.scale.nbytes


def measured() -> str:
    """Return what was timed so far, a line a case: microseconds by each way."""
    lines = []
    for case, ways in _seconds.items():
        times = ", ".join(f"{way} {seconds * 1e6:.0f} µs" for way, seconds in ways.items())
        out, into = case.shape
        kinds = f"{case.dtype} by {case.stored}".replace("torch.", "")
        kind = f"{case.rows} × {into} → {out}, {kinds}, {case.threads} threads"
        lines.append(f"{kind}: {times}")
    return "\n".join(lines)


def _best(way: Way, x: Tensor, weight: Tensor | Eight) -> float:
    """The best of several runs, in seconds; the first one warms up and does not count."""
    found = []
    for _ in range(6):
        began = time.perf_counter()
        way(x, weight)
        found.append(time.perf_counter() - began)
    return min(found[1:])
