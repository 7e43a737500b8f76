"""Checks of notebook 01."""

import re
from typing import Any

import torch
from transformers import Pipeline

from helpers.exercises import check_function, check_value, does, other_shape


@check_value(
    right=lambda logits: logits.softmax(dim=1),
    slips=[
        (
            other_shape,
            "The shape should stay {wanted_shape}; yours is {got_shape}. "
            "Does the sum keep its dimension (keepdim=True)?",
        ),
        (
            does(lambda logits: logits.softmax(dim=0)),
            "Your columns sum to 1, but each row is a sentence: its labels should share the 1. "
            "Try the other dim.",
        ),
        (
            does(lambda logits: logits.exp() / logits.exp().sum(dim=1)),
            "Each number is divided by the sum of another row. Keep the sums as a column, "
            "[batch, 1]: keepdim=True.",
        ),
        (
            does(lambda logits: logits.exp() / logits.exp().sum()),
            "All the numbers together sum to 1. Each row should: sum along one dim only.",
        ),
        (does(torch.exp), "These are the powers of e. Now divide each row by its sum."),
        (
            does(lambda logits: logits / logits.sum(dim=1, keepdim=True)),
            "You divided the logits themselves. Take exp() first: it makes every number positive.",
        ),
        (
            does(lambda logits: logits.log_softmax(dim=1)),
            "These are the logarithms of the probabilities. Leave the log() out.",
        ),
        (
            does(torch.sigmoid),
            "That is the sigmoid of each logit by itself. The labels of a row share the 1: divide "
            "each power of e by the sum of its row.",
        ),
        (
            lambda got, *_: (got < 0).any(),
            "A probability is never negative. Is the exp() missing?",
        ),
    ],
    otherwise=lambda got, wanted, logits: (
        "The rows should sum to 1 and keep the order of the logits; yours sum to "
        f"{[round(s, 3) for s in got.sum(dim=1).tolist()]}."
    ),
)
def probabilities(logits: torch.Tensor) -> None:
    """1.1: the answer must be softmax of `logits`, float [batch, labels], along the rows."""


TRIED_ON = [
    ("I love this movie.",),
    ("I hate this so much!",),
    ("A dull plot, but what a cast!",),
    ("What a surprise: nobody in the room had expected a film as quiet as this one.",),
]


def _has_a_number_for_a_label(got: Any, *_: Any) -> bool:
    entries = got if isinstance(got, list) else [got]
    labels = [entry.get("label", "") for entry in entries if isinstance(entry, dict)]
    return any(not isinstance(label, str) for label in labels)


ENTRY_KINDS = [
    (
        _has_a_number_for_a_label,
        "The label should be a word, not a number: look it up in model.config.id2label.",
    ),
]


def _about_entry(got: dict, wanted: dict, text: str) -> str:
    if got["label"] != wanted["label"]:
        return (
            f"For {text!r} the library says {wanted['label']} here and you say {got['label']}. "
            "Is it argmax, and over the labels?"
        )
    if not 0 <= got["score"] <= 1:
        return (
            f"A score lies between 0 and 1; yours is {got['score']:.3f}. Is that a logit? "
            "Softmax is missing."
        )
    return (
        f"For {text!r} the library's score is {wanted['score']:.5f}, yours {got['score']:.5f}. "
        "Same dim, same row?"
    )


@check_function(
    right=lambda text, classifier: classifier(text)[0],
    kinds=[
        (list, "You return a list. One sentence in, one dictionary out: take row 0."),
        *ENTRY_KINDS,
    ],
    slips=[],
    otherwise=lambda got, wanted, text, classifier: _about_entry(got, wanted, text),
    forbids={"`classifier`": Pipeline.__call__},
)
def answer(classifier: Pipeline) -> list[tuple]:
    """1.2: `function(text)` must return the dictionary that `classifier(text)` returns first."""
    return TRIED_ON


@check_function(
    right=lambda text, classifier: classifier(text, top_k=None),
    kinds=[
        (dict, "You return one dictionary. Return a list with one for each label."),
        *ENTRY_KINDS,
    ],
    slips=[
        (
            lambda got, wanted, *_: len(got) != len(wanted),
            lambda got, wanted, *_: (
                f"The model has {len(wanted)} labels; your list has {len(got)} entries."
            ),
        ),
        (
            lambda got, *_: got != sorted(got, key=lambda entry: -entry["score"]),
            "The best label should come first: sort by score, largest first (reverse=True).",
        ),
    ],
    otherwise=lambda got, wanted, text, classifier: next(
        _about_entry(mine, theirs, text)
        for mine, theirs in zip(got, wanted, strict=True)
        if mine["label"] != theirs["label"] or abs(mine["score"] - theirs["score"]) > 1e-5
    ),
    forbids={"`classifier`": Pipeline.__call__},
)
def ranking(classifier: Pipeline) -> list[tuple]:
    """1.3: `function(text)` must return the list that `classifier(text, top_k=None)` returns."""
    return TRIED_ON


PRAISE = r"\bi (really |absolutely |just )?(love|loved|adore|adored|enjoy|enjoyed)\b"
BLAME = r"\b(i (really |absolutely |just )?hated?|awful|terrible|horrible|worst|boring|dreadful)\b"
TURNS = r"\b(not?|never|nobody|nothing|but|wanted|tried|failed|would|could|if|than|without)\b|n't"


def _plain(sentence: str) -> str | None:
    """What anyone says of plain words: NEGATIVE, POSITIVE, or None if the sentence has a turn."""
    said = sentence.lower().replace("’", "'")
    if re.search(TURNS, said) or bool(re.search(PRAISE, said)) == bool(re.search(BLAME, said)):
        return None
    return "NEGATIVE" if re.search(BLAME, said) else "POSITIVE"


def _names(classifier: Pipeline) -> list[str]:
    return sorted((classifier.model.config.id2label or {}).values())


@check_value(
    right=lambda classifier: ("a sentence", "a label"),
    slips=[
        (
            lambda claim, wanted, classifier: claim[1] not in _names(classifier),
            lambda claim, wanted, classifier: (
                f"The label should be one of {', '.join(_names(classifier))}; "
                f"yours is {claim[1]!r}."
            ),
        ),
        (
            lambda claim, *_: len(claim[0].split()) < 4,
            "At least four words, please: with fewer there is little to understand.",
        ),
        (
            lambda claim, *_: _plain(claim[0]) not in (None, claim[1]),
            lambda claim, *_: (
                f"A person would say {_plain(claim[0])} too: nothing in this sentence turns its "
                "plain words round. The label is what you mean, the model must get it wrong."
            ),
        ),
        (
            lambda claim, wanted, classifier: classifier(claim[0])[0]["label"] == claim[1],
            lambda claim, wanted, classifier: (
                f"The model agrees with you: {claim[1]} {classifier(claim[0])[0]['score']:.2f}. "
                "Try irony, or a double negation."
            ),
        ),
        (
            lambda claim, wanted, classifier: classifier(claim[0])[0]["score"] < 0.7,
            lambda claim, wanted, classifier: (
                "Close! The model is wrong, but only with "
                f"{classifier(claim[0])[0]['score']:.2f}; 0.7 is wanted."
            ),
        ),
    ],
)
def fooled(classifier: Pipeline) -> None:
    """1.4: the answer is `(sentence, label)`; the model must be sure of the other label."""
