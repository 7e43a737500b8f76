"""A matrix in 8 bits: a quarter of the bytes of 32, and a small error.

Source: Dettmers and others 2022, arXiv:2208.07339 (a scale a row, the largest number at 127).
"""

from typing import NamedTuple

import torch
from torch import Tensor


class Eight(NamedTuple):
    """`whole` · `scale` is nearly `wide`, the matrix that it was made of."""

    whole: Tensor  # int8 [out, in], -127 to 127
    scale: Tensor  # [out], dtype of `wide`
    wide: Tensor  # [out, in]


def eight_bits(weight: Tensor) -> Eight:
    """`weight` [out, in] rounded, row by row, to 255 steps; a row of zeros stays one."""
    scale = weight.float().abs().amax(dim=1).clamp(min=1e-12) / 127
    whole = (weight / scale[:, None]).round().to(torch.int8)
    return Eight(whole, scale.to(weight.dtype), weight)
