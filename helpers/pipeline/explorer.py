"""Explorer of notebooks 00 and 01: a sentence, or two, through tokenizer, model and softmax; and which words decided."""

import functools

import torch
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from helpers.drawing.view import View, readable
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

    `marks`: for each sentence a dict, place of a token → "out" or "mask", as *Copy as code* writes it.
    """
    run = functools.lru_cache(64)(lambda ids: _logits([ids], model)[0])
    weigh = functools.lru_cache(8)(lambda ids: _without_each(ids, model))

    def compute(inputs):
        texts = [readable(text, place) for place, text in enumerate(inputs["texts"])]
        asked = [pair for place, pair in enumerate(zip(texts, inputs["marks"])) if texts[place] or not place]
        lanes = [look(*pair, tokenizer, run) for pair in asked]
        for lane in lanes:
            lane["without"] = weigh(tuple(lane["ids"])) if inputs["weigh"] else None
            lane["labels"] = [model.config.id2label[i] for i in range(len(lane["logits"]))]
        return {"lanes": lanes, "mask": tokenizer.mask_token}

    inputs = {"texts": [text, second], "marks": list(marks), "weigh": True}
    return View("pipeline", compute, inputs, {"tint": True, "click": "out"})


def look(text: str, marks: dict, tokenizer: PreTrainedTokenizerBase, run) -> dict:
    """What the tokenizer and the model make of a text, and of what is left of it where `marks` says "out" or "mask".

    `run`: tuple of ids → list of logits. `unread`: characters beyond the model's limit.
    """
    inputs = tokenizer(text, truncation=True, return_offsets_mapping=True, return_special_tokens_mask=True)
    ids, read = inputs["input_ids"], max(end for _, end in inputs["offset_mapping"])
    marked = {int(place): mark for place, mark in marks.items() if int(place) < len(ids)}
    changed = [tokenizer.mask_token_id if marked.get(i) == "mask" else id_ for i, id_ in enumerate(ids) if marked.get(i) != "out"]
    whole = run(tuple(ids))
    return {
        "tokens": tokenizer.convert_ids_to_tokens(ids),
        "ids": ids,
        "special": [bool(special) for special in inputs["special_tokens_mask"]],
        "marks": [marked.get(i, "") for i in range(len(ids))],
        "unread": len(text.rstrip()) - read if len(ids) == tokenizer.model_max_length else 0,
        "whole": whole,
        "logits": run(tuple(changed)) if changed else whole,
    }


def _without_each(ids, model):
    """Logits of the sentence without its first token, without its second, …: a list of lists."""
    shorter = [ids[:i] + ids[i + 1 :] for i in range(min(len(ids), WEIGHED))]
    rows = max(1, BATCH // len(ids))
    batches = [shorter[start : start + rows] for start in range(0, len(shorter), rows)]
    return [logits for batch in batches for logits in _logits(batch, model)]


def _logits(sequences, model):
    """Logits of sequences of equal length: no pads, so no mask but ones. A list of lists of float."""
    input_ids = torch.tensor(sequences)
    return forward({"input_ids": input_ids, "attention_mask": torch.ones_like(input_ids)}, model).tolist()
