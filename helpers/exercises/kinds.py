"""Is an answer the right one, whatever kind of number, sequence or array it comes as?"""

import math
from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import torch


class Unfit(Exception):
    """An answer can't be read as what is asked for: words where a number is due, say."""


def fitted(got: Any, wanted: Any) -> Any:
    """Return `got` in the kind of `wanted`: a tensor on the CPU, a number, str, list or dict.

    NumPy, 0-d tensors, float64, fractions, lists for tensors, tuples for lists and the reverse all
    fit. A `wanted` list has entries of one kind, a tuple a fixed number of parts. Raises Unfit.
    """
    if isinstance(wanted, torch.Tensor):
        return _tensor(got)
    if isinstance(wanted, str):
        return _instance(got, str)
    if isinstance(wanted, (int, float)):
        return _number(got)
    if isinstance(wanted, Mapping):
        found = _instance(got, Mapping)
        if set(found) != set(wanted):
            raise Unfit
        return {key: fitted(found[key], wanted[key]) for key in wanted}
    return _sequence(got, wanted)


def _instance(got: Any, kind: Any) -> Any:
    if not isinstance(got, kind):
        raise Unfit
    return got


def _number(got: Any) -> int | float:
    if isinstance(got, (torch.Tensor, np.ndarray)) and math.prod(got.shape) == 1:
        got = got.reshape(()).item()
    if isinstance(got, (np.integer, np.floating)):
        got = got.item()
    if isinstance(got, (Fraction, Decimal)):
        got = float(got)
    if isinstance(got, bool) or not isinstance(got, (int, float)):
        raise Unfit
    if abs(got) > 1e300:  # an int may be beyond a float
        return math.inf if got > 0 else -math.inf
    return got


def _tensor(got: Any) -> torch.Tensor:
    if isinstance(got, torch.Tensor) and not got.is_complex():
        return got.detach().cpu()
    if isinstance(got, Sequence) and not isinstance(got, str):
        got = np.asarray(_unpacked(got))
    if not isinstance(got, (np.ndarray, np.generic, int, float)):
        raise Unfit
    array = np.asarray(got)
    if array.dtype.kind not in "biuf":
        raise Unfit
    return torch.as_tensor(array)


def _unpacked(got: Any) -> Any:
    """Nested lists of numbers from any mixture of sequences and tensors; raises Unfit if ragged."""
    if isinstance(got, torch.Tensor):
        return got.detach().cpu().tolist()
    if isinstance(got, np.ndarray):
        return got.tolist()
    if not isinstance(got, Sequence) or isinstance(got, str):
        return _number(got) if not isinstance(got, bool) else got
    parts = [_unpacked(part) for part in got]
    if len({np.shape(part) for part in parts}) > 1:
        raise Unfit
    return parts


def _sequence(got: Any, wanted: Sequence) -> list | tuple:
    if isinstance(got, (torch.Tensor, np.ndarray)) and got.ndim:
        got = list(got)
    if isinstance(got, str) or not isinstance(got, Sequence):
        raise Unfit
    if isinstance(wanted, tuple):
        if len(got) != len(wanted):
            raise Unfit
        return tuple(fitted(part, model) for part, model in zip(got, wanted, strict=True))
    return [fitted(part, wanted[0]) if wanted else part for part in got]


def same(got: Any, wanted: Any, within: float = 1e-5) -> bool:
    """Are these equal? Floats within `within`, absolute or relative, all else exactly."""
    try:
        return _equal(fitted(got, wanted), wanted, within)
    except Unfit:
        return False


def _equal(got: Any, wanted: Any, within: float) -> bool:
    if isinstance(wanted, torch.Tensor):
        if not wanted.is_floating_point() and got.dtype != wanted.dtype:
            return False  # ids and masks: their dtype is part of the answer
        got, wanted = got.double(), wanted.double()
        return got.shape == wanted.shape and torch.allclose(got, wanted, rtol=within, atol=within)
    if isinstance(wanted, float):
        return bool(np.isclose(float(np.float64(got)), wanted, rtol=within, atol=within))
    if isinstance(wanted, Mapping):
        return all(_equal(got[key], wanted[key], within) for key in wanted)
    if isinstance(wanted, Sequence) and not isinstance(wanted, str):
        pairs = zip(got, wanted, strict=False)
        return len(got) == len(wanted) and all(_equal(a, b, within) for a, b in pairs)
    return got == wanted


def described(wanted: Any) -> str:
    """Words for the kind of `wanted`, with an article: "a list of str"."""
    if isinstance(wanted, torch.Tensor):
        return "a tensor"
    if isinstance(wanted, str):
        return "a str"
    if isinstance(wanted, (int, float)):
        return "one number"
    if isinstance(wanted, Mapping):
        return "a dictionary with the keys " + " and ".join(repr(key) for key in wanted)
    if isinstance(wanted, tuple):
        parts = ", ".join(dict.fromkeys(described(part) for part in wanted))
        return f"{len(wanted)} things ({parts})"
    return f"a list of {_many(wanted[0])}" if wanted else "a list"


def _many(wanted: Any) -> str:
    plurals = {"a str": "str", "one number": "numbers", "a tensor": "tensors"}
    one = described(wanted)
    return plurals.get(one) or one.removeprefix("a ").replace("list", "lists", 1).replace(
        "dictionary", "dictionaries", 1
    )


def shown(value: Any) -> Any:
    """`value` as a sentence can print it: tensors as lists, rounded to three places."""
    if isinstance(value, torch.Tensor):
        return _rounded(value.tolist())
    if isinstance(value, (list, tuple)):
        return type(value)(shown(part) for part in value)
    return value


def _rounded(value: Any) -> Any:
    if isinstance(value, list):
        return [_rounded(part) for part in value]
    return round(value, 3) if isinstance(value, float) else value
