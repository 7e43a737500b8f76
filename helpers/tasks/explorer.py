"""Explorers of notebook 07: a question to a text, names in it, labels of the reader's own."""

import functools

from transformers import PreTrainedModel, PreTrainedTokenizerBase

from helpers.drawing.refused import readable
from helpers.drawing.view import View
from helpers.tasks.looks import entailment, look_entities, look_labels, look_spans

TEMPLATE = "This example is {}."  # the library's


def spans_explorer(
    tokenizer: PreTrainedTokenizerBase,
    model: PreTrainedModel,
    question: str,
    context: str,
    weights: str,
) -> View:
    """Explorer of question answering; the browser makes spans of the logits.

    `model`: for question answering. `weights`: a sentence, shown to the reader, on what it learned.
    """
    look = functools.partial(look_spans, tokenizer=tokenizer, model=model)
    inputs = {"question": question, "context": context}
    return _explorer(look, inputs, weights, {"longest": 15, "mine": []})


def entities_explorer(
    tokenizer: PreTrainedTokenizerBase, model: PreTrainedModel, text: str, weights: str
) -> View:
    """Explorer of token classification; the browser joins tokens to words and to entities.

    `model`: for token classification. `weights`: as in `spans_explorer`.
    """
    look = functools.partial(look_entities, tokenizer=tokenizer, model=model)
    return _explorer(look, {"text": text}, weights, {"strategy": "average", "at": None})


def labels_explorer(
    tokenizer: PreTrainedTokenizerBase,
    model: PreTrainedModel,
    text: str,
    labels: list[str],
    weights: str,
) -> View:
    """Explorer of zero-shot classification: labels of the reader's own, each made a sentence.

    `model`: for inference, one of its labels is "entailment", or ValueError. `weights`: as in
    `spans_explorer`.
    """
    entailment([*(model.config.id2label or {}).values()])
    look = functools.partial(look_labels, tokenizer=tokenizer, model=model)
    inputs = {"text": text, "labels": ", ".join(labels), "template": TEMPLATE}
    return _explorer(look, inputs, weights, {"rule": "one"})


def _explorer(look: functools.partial, inputs: dict, weights: str, choices: dict) -> View:
    seen = functools.lru_cache(8)(look)

    def compute(asked: dict) -> dict:
        return seen(*(readable(asked[name], name) for name in inputs)) | {"weights": weights}

    return View("tasks", compute, inputs, choices)
