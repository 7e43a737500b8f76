"""Wrong and right answers to 9.1 to 9.6, with words of the verdict that each must get."""

import functools
from collections.abc import Callable
from typing import Any

import numpy as np
from transformers import AutoTokenizer

from helpers.weights import resolve
from helpers.your_pipeline.by_hand import (
    entities,
    fill_mask,
    generation,
    sentiment,
    spans,
    zero_shot,
)


def _asks(hand: Callable, change: Callable[[Any], Any]) -> Callable[..., Any]:
    """The right answer, changed: what a reader's function might return."""
    return lambda *given: change(hand(*given))


def _with(key: str, change: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """`change` the value of a key, of a dictionary or of each in a list."""

    def changed(said: Any) -> Any:
        one = isinstance(said, dict)
        entries = [entry | {key: change(entry[key])} for entry in ([said] if one else said)]
        return entries[0] if one else entries

    return changed


def _broken(function: Callable, **rule: Any) -> Callable:
    return lambda *given: function(*given, **rule)


@functools.cache
def tokenizer_of(role: str) -> Any:
    """The tokenizer of a role, loaded once."""
    return AutoTokenizer.from_pretrained(resolve(role))


HAND: dict[str, Callable] = {
    "sentiment": sentiment,
    "fill_mask": fill_mask,
    "entities": entities,
    "zero_shot": zero_shot,
    "question_answering": spans,
    "generation": generation,
}
THINGS = {name: lambda: (tokenizer_of("sentiment"),) for name in HAND}
THINGS["generation"] = lambda: (tokenizer_of("causal-lm"),)
BROKEN: dict[str, list[tuple[dict, str]]] = {
    "sentiment": [
        ({"rule": "logits"}, "Is softmax missing"),
        ({"rule": "log"}, "a logarithm"),
        ({"rule": "sigmoid"}, "Softmax over the labels"),
        ({"rule": "argmin"}, "argmax of the row"),
        ({"add_special_tokens": False}, ""),
        ({"max_length": 16}, ""),
    ],
    "fill_mask": [
        ({"rule": "place"}, "Is it the row at the mask"),
        ({"rule": "logits"}, "a score is a probability"),
        ({"rule": "four"}, "5 entries are wanted; yours are 4"),
        ({"rule": "chosen"}, "Softmax over the whole vocabulary first"),
        ({"rule": "upwards"}, "comes first"),
    ],
    "entities": [
        ({"rule": "special"}, ""),
        ({"rule": "O"}, "O is no entity"),
        ({"rule": "B-"}, "the group of B-PER"),
        ({"rule": "apart"}, "more entities than the library"),
        ({"rule": "joined"}, "fewer entities than the library"),
        ({"rule": "max"}, "the mean of the tokens'"),
        ({"rule": "first"}, "the mean of the tokens'"),
        ({"rule": "last"}, "Places are characters"),
    ],
    "zero_shot": [
        ({"rule": "bare"}, "This example is"),
        ({"rule": "turned"}, "The pair is text and"),
        ({"rule": "column"}, "Which column is entailment"),
        ({"rule": "row"}, "down the column of entailment"),
        ({"rule": "logits"}, "Softmax is missing"),
        ({"rule": "single"}, "a single label always gets 1"),
        ({"rule": "unsorted"}, "the best label comes first"),
    ],
    "question_answering": [
        ({"rule": "without [CLS]"}, "[CLS] take part"),
        ({"rule": "all"}, "no other"),
        ({"rule": "long"}, "at most 15 tokens"),
        ({"rule": "maxima"}, "ends before it starts"),
        ({"rule": "logits"}, "a score is a probability"),
    ],
    "generation": [
        ({"rule": "first"}, "The last row of the logits"),
        ({"rule": "argmin"}, "argmax"),
        ({"rule": "on"}, "you write on"),
        ({"rule": "new only"}, "returns the prompt too"),
        ({"steps": 2}, "you stop early"),
        ({"steps": 4}, "you write on"),
    ],
}
CHANGED: dict[str, list[tuple[Callable[[Any], Any], str]]] = {
    "sentiment": [
        (lambda said: [said], "take row 0"),
        (lambda said: said["label"], "Return a dictionary"),
        (_with("label", str.upper), "the label should"),
        (_with("score", lambda score: round(score, 2)), "the score should be"),
    ],
    "fill_mask": [
        (lambda said: said[0], "Return a list"),
        (_with("token_str", lambda word: f" {word}"), "'token_str'"),
        (_with("token", lambda token: token + 1), "'token'"),
        (_with("score", lambda score: round(score, 4)), "'score'"),
    ],
    "entities": [
        (_with("score", lambda score: 2 * score), "a score is a probability"),
        (_with("start", lambda place: place + 1), "'start'"),
        (lambda said: said[:-1], "fewer entities"),
    ],
    "zero_shot": [
        (_with("labels", lambda labels: labels[:-1]), "each label"),
        (lambda said: dict.fromkeys(said["labels"], 0.5), "Return a dictionary"),
    ],
    "question_answering": [
        (_with("answer", str.upper), "cut out of the context"),
        (_with("end", lambda place: place - 1), "cut out of the context"),
        (_with("score", lambda score: score / 2), "the score should be"),
        (lambda said: said["answer"], "Return a dictionary"),
    ],
    "generation": [
        (lambda said: [said], "Return a str"),
        (lambda said: said.upper(), "returns the prompt too"),
        (lambda said: said + "!", "you write on"),
    ],
}  # fmt: skip
WRONG = {
    name: [(_broken(HAND[name], **rule), words) for rule, words in BROKEN[name]]
    + [(_asks(HAND[name], change), words) for change, words in CHANGED[name]]
    for name in HAND
}


def _as_numpy(said: Any) -> Any:
    if isinstance(said, dict):
        return {key: _as_numpy(value) for key, value in said.items()}
    if isinstance(said, list):
        return [_as_numpy(value) for value in said]
    return np.float64(said) if isinstance(said, float) else said


def _as_tuple(said: Any) -> Any:
    return tuple(said) if isinstance(said, list) else said


def _in_one_line(function: Callable) -> Callable:
    return lambda *given: function(*given)


RIGHT = {
    name: [
        HAND[name],
        _in_one_line(HAND[name]),
        lambda *given, hand=HAND[name]: _as_numpy(hand(*given)),
        lambda *given, hand=HAND[name]: _as_tuple(hand(*given)),
    ]
    for name in HAND
}
