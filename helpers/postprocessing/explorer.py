"""Explorer of 04: logits, temperature, probabilities, and what a true label makes of them."""

import functools

import torch
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from helpers.drawing.refused import readable
from helpers.drawing.view import View

CLASSES = 6  # more bars than these hide the picture


def logits_explorer(tokenizer: PreTrainedTokenizerBase, model: PreTrainedModel, text: str) -> View:
    """Explorer of the logits of a text. Only a new text runs the model.

    Raises ValueError for a model with fewer than 2 or more than 6 labels.
    """
    labels = [label for _, label in sorted((model.config.id2label or {}).items())]
    if not 2 <= len(labels) <= CLASSES:
        raise ValueError(f"the model has {len(labels)} labels; this explorer draws 2 to {CLASSES}")
    looked = functools.lru_cache(8)(lambda text: look(text, tokenizer, model))

    def compute(inputs: dict) -> dict:
        return {"labels": labels, **looked(readable(inputs["text"], "text"))}

    choices = {"own": None, "classes": len(labels), "temperature": 1.0, "truth": 0}
    return View("postprocessing", compute, {"text": text}, choices)


def look(text: str, tokenizer: PreTrainedTokenizerBase, model: PreTrainedModel) -> dict:
    """The model's logits for a text, one a label, of one forward pass.

    `read`: tokens that the model reads. `unread`: characters beyond its limit.
    """
    inputs = tokenizer(text, truncation=True, return_tensors="pt", return_offsets_mapping=True)
    ends = inputs.pop("offset_mapping")[0, :, 1]
    with torch.inference_mode():
        logits = model(**inputs).logits[0].float()
    full = len(ends) == tokenizer.model_max_length
    return {
        "logits": logits.tolist(),
        "read": len(ends),
        "unread": len(text.rstrip()) - int(ends.max()) if full else 0,
    }
