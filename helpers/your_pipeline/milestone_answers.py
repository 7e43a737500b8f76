"""Wrong and right answers to 9.1 to 9.6, with words of the verdict that each must get."""

import functools
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from transformers import AutoTokenizer

from helpers.weights import resolve
from helpers.your_pipeline.library import TOKENS


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


def _row(text: str, tokenizer: Any, model: Any, **how: Any) -> torch.Tensor:
    with torch.inference_mode():
        return model(**tokenizer([text], truncation=True, return_tensors="pt", **how)).logits[0]


def sentiment(text: str, tokenizer: Any, model: Any, rule: str = "", **how: Any) -> dict:
    """The task by hand, with a `rule` broken."""
    z = _row(text, tokenizer, model, **how)
    p = {"logits": z, "sigmoid": z.sigmoid(), "log": z.log_softmax(0)}.get(rule, z.softmax(0))
    best = int(p.argmin() if rule == "argmin" else p.argmax())
    return {"label": model.config.id2label[best], "score": p[best].item()}


def _broken(function: Callable, **rule: Any) -> Callable:
    return lambda *given: function(*given, **rule)


def fill_mask(text: str, tokenizer: Any, model: Any, rule: str = "") -> list[dict]:
    """The task by hand, with a `rule` broken."""
    z = _row(text, tokenizer, model)
    ids = tokenizer(text)["input_ids"]
    place = 0 if rule == "place" else ids.index(tokenizer.mask_token_id)
    p = z[place] if rule == "logits" else z[place].softmax(0)
    best = p.topk(4 if rule == "four" else 5)
    scores = best.values.softmax(0) if rule == "chosen" else best.values
    pairs = list(zip(scores.tolist(), best.indices.tolist(), strict=True))
    pairs = pairs[::-1] if rule == "upwards" else pairs
    return [{"score": s, "token": i, "token_str": tokenizer.decode([i])} for s, i in pairs]


def entities(text: str, tokenizer: Any, model: Any, rule: str = "") -> list[dict]:
    """The task by hand, with a `rule` broken."""
    inputs = tokenizer(text, return_offsets_mapping=True)
    p = _row(text, tokenizer, model).softmax(-1)
    groups: list = []
    for i, place in enumerate(inputs["offset_mapping"]):
        if place == (0, 0) and rule != "special":
            continue
        name, score = model.config.id2label[int(p[i].argmax())], p[i].max().item()
        kind, last = name.split("-")[-1], groups[-1] if groups else None
        fresh = name.startswith("B-") and rule != "joined"
        if last and last["kind"] == kind and not fresh and rule != "apart":
            last["scores"].append(score)
            last["end"] = place[1]
        else:
            start = {"start": place[0], "end": place[1]}
            groups.append({"kind": kind, "name": name, "scores": [score], **start})
    shown = [one for one in groups if one["kind"] != "O" or rule == "O"]
    key = "name" if rule == "B-" else "kind"
    mean = {"max": max, "first": lambda some: some[0]}.get(rule, lambda some: sum(some) / len(some))
    return [
        {"entity_group": one[key], "score": mean(one["scores"]),
         "start": one["start"], "end": one["end"] - (rule == "last")} for one in shown
    ]  # fmt: skip


def zero_shot(text: str, labels: list, tokenizer: Any, model: Any, rule: str = "") -> dict:
    """The task by hand, with a `rule` broken."""
    words = "{}" if rule == "bare" else "This example is {}."
    pairs = [text] * len(labels), [words.format(label) for label in labels]
    inputs = tokenizer(*(pairs[::-1] if rule == "turned" else pairs), padding=True,
                       return_tensors="pt")  # fmt: skip
    with torch.inference_mode():
        z = model(**inputs).logits
    names = model.config.label2id
    column = names["contradiction" if rule == "column" else "entailment"]
    scores = z[:, column].softmax(0)
    if rule == "row":
        scores = z.softmax(1)[:, column]
    elif rule == "logits":
        scores = z[:, column]
    elif len(labels) == 1 and rule != "single":
        scores = z[:, [names["contradiction"], column]].softmax(1)[:, 1]
    order = scores.argsort(descending=True).tolist()
    order = range(len(labels)) if rule == "unsorted" else order
    return {"labels": [labels[i] for i in order], "scores": [scores[i].item() for i in order]}


def spans(question: str, context: str, tokenizer: Any, model: Any, rule: str = "") -> dict:
    """The task by hand, with a `rule` broken."""
    inputs = tokenizer(question, context, return_offsets_mapping=True, return_tensors="pt")
    places = inputs.pop("offset_mapping")[0].tolist()
    with torch.inference_mode():
        output = model(**inputs)
    inside = torch.tensor([part == 1 for part in inputs.sequence_ids()])
    taken = inside.clone()
    taken[0] = rule != "without [CLS]"
    taken |= rule == "all"
    both = (output.start_logits[0], output.end_logits[0])
    start, end = (z.masked_fill(~taken, -torch.inf).softmax(0) for z in both)
    allowed = inside[:, None] & inside[None, :]
    allowed = allowed if rule == "maxima" else allowed.triu()
    allowed = allowed if rule in ("long", "maxima") else allowed.tril(14)
    scores = (start[:, None] * end[None, :]).masked_fill(~allowed, -1)
    first, last = divmod(int(scores.argmax()), len(start))
    a, b = places[first][0], places[last][1]
    score = both[0][first] + both[1][last] if rule == "logits" else scores[first, last]
    return {"answer": context[a:b], "score": score.item(), "start": a, "end": b}


@torch.inference_mode()
def generation(text: str, tokenizer: Any, model: Any, rule: str = "", steps: int = TOKENS) -> str:
    """The task by hand, with a `rule` broken."""
    ids = tokenizer(text, return_tensors="pt")["input_ids"]
    read = ids.shape[1]
    for _ in range(steps):
        z = model(ids).logits[:, 0 if rule == "first" else -1]
        new = (z.argmin if rule == "argmin" else z.argmax)(-1, keepdim=True)
        ids = torch.cat([ids, new], dim=1)
        if new.item() == model.generation_config.eos_token_id and rule != "on":
            break
    ids = ids[:, read:] if rule == "new only" else ids
    return tokenizer.decode(ids[0], skip_special_tokens=True)


@functools.cache
def tokenizer_of(role: str) -> Any:
    """The tokenizer of a role, loaded once."""
    return AutoTokenizer.from_pretrained(resolve(role))


HAND = {
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
