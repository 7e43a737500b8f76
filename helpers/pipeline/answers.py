"""Answers to the exercises of notebook 01, on the embedded weights.

`WRONG`: typical slips, and words of the verdict. `RIGHT`: other ways and kinds. `THINGS`: what a
check needs beside the answer. `EQUIVALENT`: changes of the official solution that leave it right,
by the label of tools/mutate.py, with the reason.
"""

import functools
from typing import Any

import numpy as np
import torch
from transformers import (
    AutoModelForSequenceClassification,
    AutoTokenizer,
    TextClassificationPipeline,
)

from helpers.weights import EMBEDDED

LOGITS = torch.tensor([[1.0, 3.0], [-2.0, 0.5]])


@functools.cache
def classifier() -> Any:
    """The sentiment pipeline."""
    tokenizer = AutoTokenizer.from_pretrained(EMBEDDED)
    model = AutoModelForSequenceClassification.from_pretrained(EMBEDDED, dtype=torch.float32)
    return TextClassificationPipeline(model=model, tokenizer=tokenizer)


THINGS = {
    "probabilities": lambda: (LOGITS,),
    "answer": lambda: (classifier(),),
    "ranking": lambda: (classifier(),),
    "fooled": lambda: (classifier(),),
}


def logits_of(text: str) -> torch.Tensor:
    """The logits of one text, float [labels]."""
    with torch.inference_mode():
        return classifier().model(**classifier().tokenizer(text, return_tensors="pt")).logits[0]


def entry(place: int, score: float) -> dict:
    """A label with its score, as the pipeline returns it."""
    return {"label": classifier().model.config.id2label[place], "score": score}


def entries(scores: torch.Tensor) -> list[dict]:
    """All labels with their scores, the best first."""
    order = scores.argsort(descending=True).tolist()
    return [entry(place, scores[place].item()) for place in order]


def answer_by_hand(text: str) -> dict:
    """Softmax from exp() and sum()."""
    powers = logits_of(text).exp()
    return entry(int(powers.argmax()), (powers.max() / powers.sum()).item())


def ranking_by_hand(text: str) -> list[dict]:
    """The official way."""
    return entries(logits_of(text).softmax(dim=0))


def in_numpy(text: str) -> dict:
    """Softmax in NumPy, in float64; label from a dictionary of its own."""
    logits = logits_of(text).numpy().astype("float64")
    powers = np.exp(logits - logits.max())
    return entry(int(powers.argmax()), (powers / powers.sum()).max())


def no_return(text: str) -> None:
    """The commonest slip."""
    answer_by_hand(text)


def caught(text: str) -> list[dict] | dict:
    """The forbidden call, out of sight."""
    return functools.partial(classifier())(text)[0]


def memorised(text: str) -> dict:
    """Right for the first text."""
    return answer_by_hand("I love this movie.")


RIGHT = {
    "probabilities": [
        LOGITS.softmax(dim=1),
        LOGITS.softmax(dim=-1).double(),
        LOGITS.softmax(dim=1).numpy(),
        LOGITS.softmax(dim=1).tolist(),
        (LOGITS - LOGITS.amax(dim=1, keepdim=True)).softmax(dim=1),
        LOGITS.log_softmax(dim=1).exp(),
        torch.stack([row.exp() / row.exp().sum() for row in LOGITS]),
        LOGITS.clone().requires_grad_().softmax(dim=1),
    ],
    "answer": [
        answer_by_hand,
        in_numpy,
        lambda text: ranking_by_hand(text)[0],
        lambda text: {
            "score": answer_by_hand(text)["score"],
            "label": answer_by_hand(text)["label"],
        },
        lambda text: answer_by_hand(text) | {"score": logits_of(text).softmax(dim=0).max()},
    ],
    "ranking": [
        ranking_by_hand,
        lambda text: tuple(ranking_by_hand(text)),
        lambda text: [
            {**entry, "score": np.float32(entry["score"])} for entry in ranking_by_hand(text)
        ],
        lambda text: entries(logits_of(text).double().softmax(dim=0)),
        lambda text: sorted(ranking_by_hand(text)[::-1], key=lambda entry: -entry["score"]),
    ],
    "fooled": [
        ("I wanted to hate this film but I could not.", "POSITIVE"),
        ["I wanted to hate this film but I could not.", "POSITIVE"],
        ("I wanted to hate this film, but I just could not.", "POSITIVE"),
        ("I tried hard to hate it and failed.", "POSITIVE"),
    ],
}
WRONG = {
    "probabilities": [
        (..., "Not tried yet"),
        (None, "This is None"),
        (LOGITS.softmax(dim=0), "columns sum to 1"),
        (LOGITS.exp() / LOGITS.exp().sum(dim=1), "keepdim=True"),
        (LOGITS.exp() / LOGITS.exp().sum(dim=0), "columns sum to 1"),
        (LOGITS.exp() / LOGITS.exp().sum(), "All the numbers together"),
        (LOGITS.exp(), "Now divide each row"),
        (LOGITS / LOGITS.sum(dim=1, keepdim=True), "Take exp() first"),
        (LOGITS.log_softmax(dim=1), "Leave the log() out"),
        (LOGITS.sigmoid(), "sigmoid of each logit"),
        (LOGITS, "never negative"),
        (LOGITS.softmax(dim=1)[0], "shape should stay [2, 2]"),
        (LOGITS.softmax(dim=1).flip(1), "keep the order"),
        ("0.12, 0.88", "Return a tensor; yours is a str"),
        (LOGITS.softmax(dim=1).argmax(dim=1), "shape should stay"),
    ],
    "answer": [
        (lambda text: ..., "Not tried yet"),
        (no_return, "is `return` missing"),
        (caught, "calls `classifier`"),
        (lambda text: classifier()(text)[0], "calls `classifier`"),
        (memorised, "For 'I hate this so much!'"),
        (lambda text: [answer_by_hand(text)], "take row 0"),
        (lambda text: answer_by_hand(text)["label"], "keys 'label' and 'score'"),
        (lambda text: entry(0, 0.9) | {"label": 1}, "id2label"),
        (lambda text: answer_by_hand(text) | {"label": torch.tensor(1)}, "id2label"),
        (lambda text: answer_by_hand(text) | {"score": "0.9"}, "keys 'label' and 'score'"),
        (lambda text: entries(-logits_of(text).softmax(dim=0))[0], "argmax"),
        (lambda text: entries(logits_of(text))[0], "Softmax is missing"),
        (lambda text: entries(logits_of(text).sigmoid())[0], "the library's score"),
        (lambda text: entry(0, 0.9)["nothing"], "raised KeyError"),
        (lambda: 1, "called with 1 argument"),
        (answer_by_hand("I love this movie."), "Hand in the function itself"),
    ],
    "ranking": [
        (lambda text: print(end=""), "is `return` missing"),
        (lambda text: classifier()(text, top_k=None), "calls `classifier`"),
        (lambda text: ranking_by_hand(text)[::-1], "reverse=True"),
        (lambda text: ranking_by_hand(text)[:1], "2 labels; your list has 1"),
        (lambda text: ranking_by_hand(text)[0], "one for each label"),
        (lambda text: entries(logits_of(text)), "Softmax is missing"),
        (lambda text: entries(logits_of(text).sigmoid()), "the library's score"),
        (lambda text: ranking_by_hand("I love this movie."), "the library"),
        (
            lambda text: [{**one, "label": i} for i, one in enumerate(ranking_by_hand(text))],
            "id2label",
        ),
        (lambda text: list(ranking_by_hand(text)[0]), "Return a list of dictionaries"),
        (lambda text: [e["label"] for e in ranking_by_hand(text)], "Return a list of dictionaries"),
    ],
    "fooled": [
        ((..., ...), "Not tried yet"),
        (("I wanted to hate this film but I could not.", ...), "Not tried yet"),
        ("I hate this so much!", "Return 2 things"),
        (("I hate this so much!", "NEGATIVE"), "agrees with you"),
        (("I hate this so much!", "POSITIVE"), "would say NEGATIVE too"),
        (("I really loved this film.", "NEGATIVE"), "would say POSITIVE too"),
        (("Hate it.", "POSITIVE"), "At least four words"),
        (("I would not call this film bad at all.", "POSITIVE"), "only with"),
        (("I hate this so much!", "positive"), "one of NEGATIVE, POSITIVE"),
        ((["I hate this so much!"], "NEGATIVE"), "Return 2 things"),
        (("I hate this so much!", None), "This is None"),
    ],
}
ONE_ROW = "there is one row, the first and the last"
ONE_AXIS = "one text's logits have one axis, the first and the last"
SHORT = "`classifier` itself reads no text that would be cut"
KIND = "a 0-d tensor is accepted for a number"
EQUIVALENT = {
    "answer": {
        "2: tokenizer([text], truncation=True, return_tensors='pt') → "
        "tokenizer([text], return_tensors='pt')": SHORT,
        "2: tokenizer([text], truncation=True, return_tensors='pt') → "
        "tokenizer([text], truncation=False, return_tensors='pt')": SHORT,
        "4: model(**inputs).logits[0] → model(**inputs).logits[-1]": ONE_ROW,
        "4: model(**inputs).logits[0].softmax(dim=0) → "
        "model(**inputs).logits[0].softmax(dim=-1)": ONE_AXIS,
        "6: probabilities[best].item() → probabilities[best]": KIND,
    },
    "ranking": {
        "3: tokenizer([text], truncation=True, return_tensors='pt') → "
        "tokenizer([text], return_tensors='pt')": SHORT,
        "3: tokenizer([text], truncation=True, return_tensors='pt') → "
        "tokenizer([text], truncation=False, return_tensors='pt')": SHORT,
        "3: model(**tokenizer([text], truncation=True, return_tensors='pt')).logits[0] → "
        "model(**tokenizer([text], truncation=True, return_tensors='pt')).logits[-1]": ONE_ROW,
        "4: logits.softmax(dim=0).tolist → logits.softmax(dim=-1).tolist": ONE_AXIS,
        "4: logits.softmax(dim=0).tolist() → logits.softmax(dim=0)": KIND,
    },
}
