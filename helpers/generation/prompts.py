"""What `generate` is given to continue: the ids, their mask, the ids that end a row and fill it."""

import operator
import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

# The library's words.
NO_MASK = (
    "The attention mask is not set with a batched input, and cannot be inferred from input because "
    "pad token is same as eos token. As a consequence, you may observe unexpected behavior. Please "
    "pass your input's `attention_mask` to obtain reliable results."
)


def ids_of(name: str, given: int | Sequence[int] | Tensor | None) -> list[int]:
    """An id, a list of them (Python's, NumPy's or torch's integers) or None, as a list of int.

    `name`: of the setting, for the ValueError that anything else raises.
    """
    try:
        return [] if given is None else [operator.index(i) for i in np.atleast_1d(given)]
    except TypeError:
        raise ValueError(f"{name} is {given!r}; it must be an id or a list of ids") from None


def mask_of(input_ids: Tensor, mask: Tensor | None, ends: list[int], pads: list[int]) -> Tensor:
    """The mask of a prompt, 0/1 [batch, prompt]: the one given, else inferred as the library does.

    Ids equal to the pad are pads, unless the pad is also an end: then they may be text, all are
    taken for tokens, and of a batch the library's warning is issued.
    """
    if mask is not None:
        return mask
    if pads and not set(pads) & set(ends):
        return (input_ids != pads[0]).long()
    if ends and len(input_ids) > 1:
        warnings.warn(NO_MASK, stacklevel=3)
    return torch.ones_like(input_ids)


def check(input_ids: Tensor, mask: Tensor, max_new_tokens: int, config: Any) -> None:
    """Raise ValueError for a prompt that can't be continued, and for more positions than the model
    has.
    """
    shape = list(input_ids.shape)
    if input_ids.dim() != 2:
        raise ValueError(f"input_ids has shape {shape}; it must be [batch, prompt]")
    if 0 in shape:
        raise ValueError(
            f"input_ids has shape {shape}: an empty prompt. Begin with one id, such as the "
            "tokenizer's bos_token_id"
        )
    _check_mask(mask, shape)
    if max_new_tokens < 1:
        raise ValueError(f"max_new_tokens is {max_new_tokens}; it must be at least 1")
    positions = shape[1] + max_new_tokens
    limit = getattr(config, "max_position_embeddings", None)
    if limit and positions > limit:
        raise ValueError(
            f"{shape[1]} prompt ids + {max_new_tokens} new = {positions}, but the model has "
            f"{limit} positions; cut the prompt or ask for fewer"
        )


def _check_mask(mask: Tensor, shape: list[int]) -> None:
    if list(mask.shape) != shape:
        raise ValueError(
            f"attention_mask has shape {list(mask.shape)}, input_ids {shape}; they must be equal"
        )
    if not (filled := mask.any(dim=1)).all():
        raise ValueError(
            f"attention_mask: row {int((~filled).nonzero()[0])} has no token, only pads"
        )
    if not mask[:, -1].all():
        raise ValueError(
            "attention_mask ends with a 0: the prompts are padded on the right. Text is continued "
            "after the last column, so pad on the left: tokenizer(texts, padding=True, "
            'padding_side="left", return_tensors="pt")'
        )
