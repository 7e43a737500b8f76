"""A matrix times a few vectors: which way is faster depends on the processor, so it is measured.

It takes as long as reading the matrix: with one core in some libraries under torch, with all in
others.
"""

import time
from collections.abc import Callable
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

Way = Callable[[Tensor, Tensor], Tensor]


class Case(NamedTuple):
    """What the choice depends on."""

    rows: int
    shape: torch.Size
    dtype: torch.dtype
    threads: int


def slices(x: Tensor, weight: Tensor) -> Tensor:
    """`F.linear(x, weight)` with the rows of `weight` [out, in] dealt to the cores, a batch.

    Raises RuntimeError where the rows can't be dealt evenly.
    """
    cores = torch.get_num_threads()
    parts = weight.view(cores, -1, weight.shape[1])
    made = torch.bmm(x.reshape(1, -1, x.shape[-1]).expand(cores, -1, -1), parts.transpose(1, 2))
    return made.transpose(0, 1).reshape(*x.shape[:-1], len(weight))


WAYS: dict[str, Way] = {"linear": F.linear, "slices": slices}
_seconds: dict[Case, dict[str, float]] = {}
_fastest: dict[Case, Way] = {}


def product(x: Tensor, weight: Tensor) -> Tensor:
    """`x` [..., in] times the transposed `weight` [out, in]: [..., out], by the faster way.

    Each way is timed once, at the first use of a number of rows, shape, dtype and thread count.
    """
    case = Case(x.numel() // x.shape[-1], weight.shape, weight.dtype, torch.get_num_threads())
    if case not in _fastest:
        able = [way for way in WAYS if way != "slices" or len(weight) % case.threads == 0]
        _seconds[case] = {way: _best(WAYS[way], x, weight) for way in able}
        _fastest[case] = WAYS[min(able, key=_seconds[case].__getitem__)]
    return _fastest[case](x, weight)


def measured() -> str:
    """Return what was timed so far, a line a case: microseconds by each way."""
    lines = []
    for case, ways in _seconds.items():
        times = ", ".join(f"{way} {seconds * 1e6:.0f} µs" for way, seconds in ways.items())
        out, into = case.shape
        kind = f"{case.rows} × {into} → {out}, {case.dtype}, {case.threads} threads"
        lines.append(f"{kind}: {times}")
    return "\n".join(lines)


def _best(way: Way, x: Tensor, weight: Tensor) -> float:
    """The best of several runs, in seconds; the first one warms up and does not count."""
    found = []
    for _ in range(8):
        began = time.perf_counter()
        way(x, weight)
        found.append(time.perf_counter() - began)
    return min(found[1:])
