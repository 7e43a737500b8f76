"""What the reader's functions are compared with: the library's answers, plain parts of them.

A pipeline says more than is compared here: the words of an entity, the whole sentence of a guess.
"""

import functools
from collections.abc import Callable
from typing import Any

from transformers import pipeline
from transformers.utils import logging

from helpers.tasks import answer

TOKENS = 3  # new ones a prompt
KEYS = {
    "fill-mask": ("score", "token", "token_str"),
    "token-classification": ("entity_group", "score", "start", "end"),
    "zero-shot-classification": ("labels", "scores"),
}


@functools.lru_cache(16)
def library(task: str, tokenizer: Any, model: Any) -> Callable[..., Any]:
    """The library's own function for a task: takes what the reader's takes, without the parts.

    "question-answering" left `pipeline()` in 5.3; `helpers.tasks.answer` is what it did with
    `align_to_words=False`. Raises KeyError for a task that the notebook does not have.
    """
    if task == "question-answering":
        return lambda question, context: answer(question, context, tokenizer, model)
    logging.disable_progress_bar()
    run: Any = pipeline(task, model=model, tokenizer=tokenizer, device=model.device)  # type: ignore
    asks: dict[str, Callable[..., Any]] = {
        "sentiment-analysis": lambda text: run(text, truncation=True)[0],
        "fill-mask": lambda text: _parts(task, run(text, top_k=5)),
        "token-classification": lambda text: _parts(task, run(text, aggregation_strategy="simple")),
        "zero-shot-classification": lambda text, labels: _parts(task, run(text, labels)),
        "text-generation": lambda text: run(text, max_new_tokens=TOKENS, do_sample=False)[0][
            "generated_text"
        ],
    }
    return asks[task]


def _parts(task: str, said: Any) -> Any:
    if isinstance(said, list):
        return [_parts(task, one) for one in said]
    return {key: _plain(said[key]) for key in KEYS[task]}


def _plain(value: Any) -> Any:
    return value.item() if hasattr(value, "item") else value  # NumPy's floats
