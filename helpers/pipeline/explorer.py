"""Explorer of 00 and 01: sentences through tokenizer and model, and which words decided."""

import functools
from collections.abc import Callable
from typing import Any

import torch
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from helpers.drawing.refused import readable
from helpers.drawing.view import View
from helpers.pipeline.stages import forward

WEIGHED = 60  # tokens that the picture shows, and that are left out one by one
BATCH = 4096  # ids of a batch of sentences with a token left out


def pipeline_explorer(
    tokenizer: PreTrainedTokenizerBase,
    model: PreTrainedModel,
    text: str,
    second: str = "",
    marks: tuple[dict, dict] = ({}, {}),
) -> View:
    """Explorer of a sentence; of a `second` one too, unless it is empty.

    `marks`: a dict a sentence, place of a token → "out" or "mask", as *Copy as code* writes them.
    """
    run = functools.lru_cache(64)(lambda ids: _logits([ids], model)[0])
    weigh = functools.lru_cache(8)(lambda ids: _without_each(ids, model))

    labels: Any = model.config.id2label

    def compute(inputs: dict) -> dict:
        texts = [readable(text, place) for place, text in enumerate(inputs["texts"])]
        lanes = [look(*pair, tokenizer, run) for pair in zip(texts, inputs["marks"], strict=True)]
        for lane in lanes:
            lane["without"] = weigh(tuple(lane["ids"])) if inputs["weigh"] else None
            lane["labels"] = [labels[i] for i in range(len(lane["logits"]))]
        return {"lanes": lanes if texts[1] else lanes[:1], "mask": tokenizer.mask_token}

    inputs = {"texts": [text, second], "marks": list(marks), "weigh": True}
    return View("pipeline", compute, inputs, {"tint": True, "click": "out"})


def look(text: str, marks: dict, tokenizer: PreTrainedTokenizerBase, run: Callable) -> dict:
    """What tokenizer and model make of a text, and the logits of what its `marks` leave of it.

    `run`: tuple of ids → list of logits. `unread`: characters beyond the model's limit.
    """
    options = {"return_offsets_mapping": True, "return_special_tokens_mask": True}
    inputs = tokenizer(text, truncation=True, **options)
    ids, read = inputs["input_ids"], max(end for _, end in inputs["offset_mapping"])
    how = [marks.get(str(place), "") for place in range(len(ids))]
    mask = tokenizer.mask_token_id
    pairs = zip(ids, how, strict=True)
    left = tuple(mask if mark == "mask" else i for i, mark in pairs if mark != "out")
    whole = run(tuple(ids))
    return {
        "tokens": tokenizer.convert_ids_to_tokens(ids),
        "ids": ids,
        "special": [bool(special) for special in inputs["special_tokens_mask"]],
        "marks": how,
        "unread": len(text.rstrip()) - read if len(ids) == tokenizer.model_max_length else 0,
        "whole": whole,
        "logits": run(left) if left else whole,
    }


def _without_each(ids: tuple, model: PreTrainedModel) -> list:
    """Logits of the sentence without its first token, without its second, …: a list of lists."""
    shorter = [ids[:i] + ids[i + 1 :] for i in range(min(len(ids), WEIGHED))]
    rows = max(1, BATCH // len(ids))
    batches = [shorter[start : start + rows] for start in range(0, len(shorter), rows)]
    return [logits for batch in batches for logits in _logits(batch, model)]


def _logits(sequences: list, model: PreTrainedModel) -> list:
    """Logits of sequences of equal length, so without pads: a list of lists of float."""
    input_ids = torch.tensor(sequences)
    return forward(
        {"input_ids": input_ids, "attention_mask": torch.ones_like(input_ids)}, model
    ).tolist()
