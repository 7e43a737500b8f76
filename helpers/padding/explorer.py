"""Explorer of 05: two sentences in one batch, and what its pads do to their logits."""

import functools
from typing import Any

import torch
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from helpers.drawing.refused import readable
from helpers.drawing.view import View
from helpers.padding.batches import pad

LIMIT = 16  # ids of a sentence, special tokens included: as many columns as an eye takes in


def padding_explorer(
    tokenizer: PreTrainedTokenizerBase, model: PreTrainedModel, first: str, second: str
) -> View:
    """Explorer of two sentences in one batch.

    `model`: a classifier loaded with `attn_implementation="eager"`, which shows its attention.
    """
    names: Any = model.config.id2label
    alone = functools.lru_cache(64)(lambda ids: _logits([ids], None, model)[0][0])

    def compute(inputs: dict) -> dict:
        texts = [readable(text, place) for place, text in enumerate(inputs["texts"])]
        options = {"truncation": True, "max_length": LIMIT, "return_offsets_mapping": True}
        read = tokenizer(texts, **options)
        sequences, offsets = read["input_ids"], read["offset_mapping"]
        longest = max(map(len, sequences)) + inputs["extra"]
        third = [tokenizer.pad_token_id] * longest  # a longer neighbour, whose row is cut off again
        padded = pad([*sequences, third], tokenizer.pad_token_id, inputs["side"])
        ids, real = (tensor[:2] for tensor in padded)
        mask = real.clone() if inputs["masked"] else torch.ones_like(real)
        for row, flips in enumerate(inputs["flips"]):
            mask[row, flips] = 1 - mask[row, flips]
        logits, on_pads = _logits(ids, mask, model, real)
        ends = [max(end for _, end in pairs) for pairs in offsets]
        full = [len(sequence) == LIMIT for sequence in sequences]
        return {
            "tokens": [tokenizer.convert_ids_to_tokens(row) for row in ids.tolist()],
            "ids": ids.tolist(),
            "real": real.tolist(),
            "mask": mask.tolist(),
            "labels": [names[i] for i in range(len(logits[0]))],
            "alone": [alone(tuple(sequence)) for sequence in sequences],
            "logits": logits,
            "on_pads": on_pads,
            "unread": [
                len(text.rstrip()) - end if cut else 0
                for text, end, cut in zip(texts, ends, full, strict=True)
            ],
        }

    start = {"side": "right", "masked": False, "extra": 0, "flips": [[], []]}
    return View("padding", compute, {"texts": [first, second]} | start)


def _logits(
    ids: list | torch.Tensor,
    mask: torch.Tensor | None,
    model: PreTrainedModel,
    real: torch.Tensor | None = None,
) -> tuple[list, list]:
    """Logits [batch, labels], and the share of its attention that a token pays to pads, [batch].

    The share is a mean over tokens, heads and layers. `real`: 1 on tokens, 0 on pads.
    """
    if model.config._attn_implementation != "eager":
        raise ValueError("Load the model with attn_implementation='eager': it shows its attention.")
    with torch.inference_mode():
        output = model(torch.as_tensor(ids), attention_mask=mask, output_attentions=True)
    if real is None:
        return output.logits.tolist(), []
    attention = torch.stack(output.attentions).mean(dim=(0, 2))  # [batch, from, to]
    to_pads = (attention * (1 - real)[:, None, :]).sum(dim=2)
    return output.logits.tolist(), ((to_pads * real).sum(dim=1) / real.sum(dim=1)).tolist()
