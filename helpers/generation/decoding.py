"""Text from a causal language model, one token after the other. Built in the open by notebook 06.

The filters take logits as float [..., vocabulary] and return a new tensor of the same shape and
dtype, in which a filtered token has −∞ and so, after softmax, the probability 0. At least one token
always survives. They raise ValueError for logits that hold NaN or +∞, or that have no token left.
"""

import math
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor
from transformers import DynamicCache

from helpers.generation import prompts
from helpers.generation.settings import DEFAULTS, check_model, merge


def temperature(logits: Tensor, t: float) -> Tensor:
    """Divide logits by `t`: below 1 probable tokens gain, above 1 improbable ones do.

    (Ackley, Hinton, Sejnowski 1985.) Raises ValueError unless `t` is a finite number above 0, and
    where `logits / t` is too large for the dtype.
    """
    if not 0 < t < math.inf:
        raise ValueError(
            f"temperature is {t}; it must be a finite number above 0 "
            "(for the most probable token: greedy decoding)"
        )
    scaled = _sound(logits) / t
    if not scaled.amax(dim=-1).isfinite().all():
        raise ValueError(
            f"temperature is {t}: the logits divided by it no longer fit into {logits.dtype}"
        )
    return scaled


def top_k(logits: Tensor, k: int) -> Tensor:
    """Keep the `k` largest logits. (Fan, Lewis, Dauphin 2018, arXiv:1805.04833.)

    Ties with the k-th largest are all kept, as the library does. A `k` above the vocabulary keeps
    everything. Raises ValueError unless `k` is an integer of at least 1.
    """
    if not isinstance(k, int) or k < 1:
        raise ValueError(f"top_k is {k}; it must be an integer of at least 1")
    smallest_kept = _sound(logits).topk(min(k, logits.shape[-1]), dim=-1).values[..., -1:]
    return logits.masked_fill(logits < smallest_kept, -math.inf)


def top_p(logits: Tensor, p: float) -> Tensor:
    """Keep the most probable tokens that together reach `p`: the nucleus.

    The one that crosses `p` is in it. (Holtzman, Buys, Du, Forbes, Choi 2020, arXiv:1904.09751.)

    Counted from the improbable end, as the library does: a token goes while the sum up to it is at
    most 1 − p. So of equal logits at the border those that `torch.sort` puts last are kept. Raises
    ValueError unless 0 < `p` ≤ 1.
    """
    if not 0 < p <= 1:
        raise ValueError(f"top_p is {p}; it must be above 0 and at most 1")
    ascending, order = _sound(logits).sort(dim=-1)
    filtered = ascending.softmax(dim=-1).cumsum(dim=-1) <= 1 - p
    filtered[..., -1] = False
    return logits.masked_fill(filtered.scatter(-1, order, filtered), -math.inf)


def min_p(logits: Tensor, p: float) -> Tensor:
    """Keep the tokens that are at least `p` times as probable as the most probable one.

    (Nguyen, Baker, Neo and others 2024, arXiv:2407.01082.) Raises ValueError unless 0 ≤ `p` ≤ 1.
    """
    if not 0 <= p <= 1:
        raise ValueError(f"min_p is {p}; it must be from 0 to 1")
    probabilities = _sound(logits).softmax(dim=-1)
    least = p * probabilities.amax(dim=-1, keepdim=True)
    return logits.masked_fill(probabilities < least, -math.inf)


def repetition_penalty(
    logits: Tensor, input_ids: Tensor, penalty: float, attention_mask: Tensor | None = None
) -> Tensor:
    """Divide the logit of every token that a row already has by `penalty`; multiply a negative one.

    (Keskar, McCann, Varshney, Xiong, Socher 2019, arXiv:1909.05858.) `logits`: float [batch,
    vocabulary]. `input_ids`: int64 [batch, seen]. `attention_mask`: 0/1 [batch, seen]; pads in
    front of a row do not count. Raises ValueError unless `penalty` is a finite number above 0.
    """
    if not 0 < penalty < math.inf:
        raise ValueError(f"repetition_penalty is {penalty}; it must be a finite number above 0")
    size = logits.shape[-1]
    if attention_mask is not None:
        input_ids = input_ids.masked_fill(attention_mask.cumsum(dim=1) == 0, size)
    # A column more takes the pads, and ids that the model reads but never writes.
    seen = torch.zeros(len(logits), size + 1, dtype=torch.bool, device=logits.device)
    seen = seen.scatter(1, input_ids.clamp(max=size), True)[:, :size]
    return torch.where(seen, torch.where(logits < 0, logits * penalty, logits / penalty), logits)


def generate(
    model: Any,
    input_ids: Tensor,
    attention_mask: Tensor | None = None,
    *,
    max_new_tokens: int,
    do_sample: bool | None = None,
    temperature: float | None = None,
    top_k: int | None = None,
    top_p: float | None = None,
    min_p: float | None = None,
    repetition_penalty: float | None = None,
    eos_token_id: int | Sequence[int] | Tensor | None = None,
    pad_token_id: int | None = None,
    seed: int | None = None,
) -> Tensor:
    """Continue prompts as `torch.manual_seed(seed); model.generate(...)` does: the same ids.

    `model`: a causal language model in eval mode, on any device; it is not changed. `input_ids`:
    int64 [batch, prompt]. `attention_mask`: 0/1 [batch, prompt], pads on the left; without one it
    is inferred from the pad id, as the library does. A setting that is None comes from the model's
    `generation_config`, else it is the library's default (`top_k=50`; 0 leaves it out).
    `do_sample`: draw each token after temperature, top-k, top-p, min-p; otherwise take the most
    probable one. `eos_token_id`: ends a row; `[]` never stops. `pad_token_id`: fills ended rows; by
    default the first end id. `seed`: sets torch's global random state.

    Returns int64 [batch, prompt + new] on the model's device; new is `max_new_tokens`, or less if
    all rows have ended. Raises ValueError, naming it, for a setting or a model that this loop does
    not cover, an empty or right-padded prompt, a mask of another shape, too many positions, and
    logits that are NaN.
    """
    given = {name: value for name, value in locals().items() if name in DEFAULTS}
    taken = check_model(model)
    settings = merge(model.generation_config, given)
    ends = prompts.ids_of("eos_token_id", settings["eos_token_id"])
    pads = prompts.ids_of("pad_token_id", settings["pad_token_id"])
    mask = prompts.mask_of(input_ids, attention_mask, ends, pads)
    prompts.check(input_ids, mask, max_new_tokens, model.config)
    if seed is not None:
        torch.manual_seed(seed)
    return _loop(model, input_ids, mask, max_new_tokens, settings, ends, pads or ends, taken)


def _loop(
    model: Any,
    ids: Tensor,
    mask: Tensor,
    steps: int,
    settings: dict[str, Any],
    ends: list[int],
    pads: list[int],
    taken: set[str],
) -> Tensor:
    ids, mask = ids.to(model.device), mask.to(model.device, torch.int64)
    end_ids = torch.tensor(ends, dtype=torch.int64, device=model.device)
    ended = torch.zeros(len(ids), 1, dtype=torch.bool, device=model.device)
    new, positions = ids, (mask.cumsum(dim=1) - 1).clamp(min=0)
    if hasattr(model, "new_cache"):  # a model made fast brings its own
        cache = model.new_cache(len(ids), ids.shape[1] + steps)
    else:
        cache = DynamicCache(config=model.config)
    for _ in range(steps):
        inputs: dict[str, Any] = {
            "input_ids": new,
            "attention_mask": mask,
            "position_ids": positions,
        }
        inputs |= {"past_key_values": cache, "use_cache": True, "logits_to_keep": 1}
        with torch.inference_mode():
            output = model(**{name: value for name, value in inputs.items() if name in taken})
        new = _choose(output.logits[:, -1].float(), ids, mask, settings)
        if ends:
            new = new.masked_fill(ended, pads[0])
            ended = ended | torch.isin(new, end_ids)
        ids = torch.cat([ids, new], dim=1)
        if ended.all():
            break
        mask = torch.cat([mask, torch.ones_like(new)], dim=1)
        positions = positions[:, -1:] + 1
    return ids


def _choose(logits: Tensor, ids: Tensor, mask: Tensor, settings: dict[str, Any]) -> Tensor:
    """The next id of each row, int64 [batch, 1]: penalty and filters in the library's order."""
    if settings["repetition_penalty"] != 1:
        logits = repetition_penalty(logits, ids, settings["repetition_penalty"], mask)
    if not settings["do_sample"]:
        return _sound(logits).argmax(dim=-1, keepdim=True)
    logits = temperature(logits, settings["temperature"])
    if settings["top_k"] != 0:
        logits = top_k(logits, settings["top_k"])
    if settings["top_p"] != 1:
        logits = top_p(logits, settings["top_p"])
    if settings["min_p"] is not None:
        logits = min_p(logits, settings["min_p"])
    return torch.multinomial(logits.softmax(dim=-1), 1)


def _sound(logits: Tensor) -> Tensor:
    """The logits, or ValueError: a row can be used exactly if its largest logit is finite."""
    largest = logits.amax(dim=-1)
    if largest.isfinite().all():
        return logits
    if (largest == -math.inf).any():
        raise ValueError(
            "logits with every token filtered: all of a row are −∞, "
            "so there is nothing to choose from"
        )
    raise ValueError(
        "logits hold NaN or +∞; look for what made them, such as an overflow in 16-bit numbers"
    )
