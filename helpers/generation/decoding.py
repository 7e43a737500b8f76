"""Text from a causal language model, one token after the other. Built in the open by notebook 06.

The filters take logits as float [..., vocabulary] and return a new tensor of the same shape and dtype, in which a filtered
token has −∞ and so, after softmax, the probability 0. At least one token always survives. They raise ValueError for logits
that hold NaN or +∞, or that have no token left.
"""

import math

import torch
from transformers import DynamicCache


def temperature(logits, t):
    """Divide logits by `t`: below 1 probable tokens gain, above 1 improbable ones do. (Ackley, Hinton, Sejnowski 1985.)

    Raises ValueError unless `t` is a finite number above 0, and where `logits / t` is too large for the dtype.
    """
    if not 0 < t < math.inf:
        raise ValueError(
            f"temperature is {t}; it must be a finite number above 0 (for the most probable token: greedy decoding)"
        )
    scaled = _sound(logits) / t
    if not scaled.amax(dim=-1).isfinite().all():
        raise ValueError(
            f"temperature is {t}: the logits divided by it no longer fit into {logits.dtype}"
        )
    return scaled


def top_k(logits, k):
    """Keep the `k` largest logits. (Fan, Lewis, Dauphin 2018, arXiv:1805.04833.)

    Ties with the k-th largest are all kept, as the library does. A `k` above the vocabulary keeps everything. Raises
    ValueError unless `k` is an integer of at least 1.
    """
    if not isinstance(k, int) or k < 1:
        raise ValueError(f"top_k is {k}; it must be an integer of at least 1")
    smallest_kept = _sound(logits).topk(min(k, logits.shape[-1]), dim=-1).values[..., -1:]
    return logits.masked_fill(logits < smallest_kept, -math.inf)


def top_p(logits, p):
    """Keep the most probable tokens that together reach `p`, the one that crosses it included: the nucleus.
    (Holtzman, Buys, Du, Forbes, Choi 2020, arXiv:1904.09751.)

    Counted from the improbable end, as the library does: a token goes while the sum up to it is at most 1 − p. So of equal
    logits at the border those that `torch.sort` puts last are kept. Raises ValueError unless 0 < `p` ≤ 1.
    """
    if not 0 < p <= 1:
        raise ValueError(f"top_p is {p}; it must be above 0 and at most 1")
    ascending, order = _sound(logits).sort(dim=-1)
    filtered = ascending.softmax(dim=-1).cumsum(dim=-1) <= 1 - p
    filtered[..., -1] = False
    return logits.masked_fill(filtered.scatter(-1, order, filtered), -math.inf)


def generate(
    model,
    input_ids,
    attention_mask=None,
    *,
    max_new_tokens,
    do_sample=False,
    temperature=1.0,
    top_k=None,
    top_p=None,
    eos_token_id=None,
    pad_token_id=None,
    seed=None,
):
    """Continue a batch of prompts: the ids that `torch.manual_seed(seed); model.generate(...)` gives with the same settings.

    `model`: a causal language model in eval mode, on any device; it is not changed. `input_ids`: int64 [batch, prompt].
    `attention_mask`: 0/1 [batch, prompt], pads on the left; none means no pads. `do_sample`: draw each token after
    temperature, top-k, top-p, in this order; `top_k` or `top_p` None leaves that filter out (the library's own default is
    `top_k=50`). Otherwise the most probable token is taken and the settings are not used. `eos_token_id`: an id, or a list
    of ids, that ends a row; None takes the model's `generation_config`, `[]` never stops. `pad_token_id`: fills ended rows;
    None takes the `generation_config`, else the first end id. `seed`: sets torch's global random state first.

    Returns int64 [batch, prompt + new] on the model's device, where new is `max_new_tokens`, or less if every row has ended.
    Raises ValueError for a setting that a filter refuses, an empty or right-padded prompt, a row without a token, a mask of
    another shape, more positions than the model has, and logits that are NaN.
    """
    mask = torch.ones_like(input_ids) if attention_mask is None else attention_mask
    _check_prompt(input_ids, mask)
    if max_new_tokens < 1:
        raise ValueError(f"max_new_tokens is {max_new_tokens}; it must be at least 1")
    positions, limit = (
        input_ids.shape[1] + max_new_tokens,
        getattr(model.config, "max_position_embeddings", None),
    )
    if limit and positions > limit:
        raise ValueError(
            f"{input_ids.shape[1]} prompt ids + {max_new_tokens} new = {positions}, but the model has {limit} "
            "positions; cut the prompt or ask for fewer"
        )
    ids, mask = input_ids.to(model.device), mask.to(model.device, torch.int64)
    ends = _ids(model.generation_config.eos_token_id if eos_token_id is None else eos_token_id)
    pads = (
        _ids(model.generation_config.pad_token_id if pad_token_id is None else pad_token_id) or ends
    )
    end_ids = torch.tensor(ends, dtype=torch.int64, device=model.device)
    ended = torch.zeros(len(ids), 1, dtype=torch.bool, device=model.device)
    if hasattr(model, "new_cache"):  # a model made fast brings its own
        cache = model.new_cache(len(ids), positions)
    else:
        cache = DynamicCache(config=model.config)
    new, position_ids = ids, (mask.cumsum(dim=1) - 1).clamp(min=0)
    if seed is not None:
        torch.manual_seed(seed)
    for _ in range(max_new_tokens):
        with torch.inference_mode():
            logits = (
                model(
                    input_ids=new,
                    attention_mask=mask,
                    position_ids=position_ids,
                    past_key_values=cache,
                    use_cache=True,
                    logits_to_keep=1,
                )
                .logits[:, -1]
                .float()
            )
        if do_sample:
            new = torch.multinomial(_filtered(logits, temperature, top_k, top_p).softmax(dim=-1), 1)
        else:
            new = _sound(logits).argmax(dim=-1, keepdim=True)
        if ends:
            new = new.masked_fill(ended, pads[0])
            ended = ended | torch.isin(new, end_ids)
        ids = torch.cat([ids, new], dim=1)
        if ended.all():
            break
        mask, position_ids = (
            torch.cat([mask, torch.ones_like(new)], dim=1),
            position_ids[:, -1:] + 1,
        )
    return ids


def _filtered(logits, t, k, p):
    """The filters in the library's order; `generate` has arguments of their names."""
    logits = temperature(logits, t)
    if k is not None:
        logits = top_k(logits, k)
    return logits if p is None else top_p(logits, p)


def _ids(given):
    """An id, a list of them or None, as a list."""
    return [] if given is None else [given] if isinstance(given, int) else list(given)


def _sound(logits):
    """Return `logits`, or raise ValueError. The largest of a row is NaN, +∞ or −∞ exactly if the row can't be used."""
    largest = logits.amax(dim=-1)
    if largest.isfinite().all():
        return logits
    if (largest == -math.inf).any():
        raise ValueError(
            "logits with every token filtered: all of a row are −∞, so there is nothing to choose from"
        )
    raise ValueError(
        "logits hold NaN or +∞; look for what made them, such as an overflow in 16-bit numbers"
    )


def _check_prompt(input_ids, mask):
    if input_ids.dim() != 2:
        raise ValueError(f"input_ids has shape {list(input_ids.shape)}; it must be [batch, prompt]")
    if 0 in input_ids.shape:
        raise ValueError(
            f"input_ids has shape {list(input_ids.shape)}: an empty prompt. Begin with one id, such as the "
            "tokenizer's bos_token_id"
        )
    if mask.shape != input_ids.shape:
        raise ValueError(
            f"attention_mask has shape {list(mask.shape)}, input_ids {list(input_ids.shape)}; they must be equal"
        )
    if not (empty := mask.any(dim=1)).all():
        raise ValueError(
            f"attention_mask: row {int((~empty).nonzero()[0])} has no token, only pads"
        )
    if not mask[:, -1].all():
        raise ValueError(
            "attention_mask ends with a 0: the prompts are padded on the right. Text is continued after the last "
            'column, so pad on the left: tokenizer(texts, padding=True, padding_side="left", return_tensors="pt")'
        )
