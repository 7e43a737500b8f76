"""Checks of notebook 09, part 1: each task by the reader's own function, on tiny random models.

A tiny model knows nothing, but every stage around it must be right. The notebook's conformance run
asks the trained ones.
"""

import functools
from typing import Any

from transformers import (
    DistilBertForMaskedLM,
    DistilBertForQuestionAnswering,
    DistilBertForSequenceClassification,
    DistilBertForTokenClassification,
    Pipeline,
)
from transformers.generation import GenerationMixin

from helpers.exercises import check_function
from helpers.tasks import answer
from helpers.your_pipeline.library import library
from helpers.your_pipeline.tiny import tiny, writer

ALONE = {"`pipeline`": Pipeline.__call__}
TAGS = ["O", "B-PER", "I-PER", "B-LOC", "I-LOC"]
VERDICTS = ["ENTAILMENT", "neutral", "CONTRADICTION"]  # authors differ
SIXTEEN = (
    "Face my and and Hugging in in train Brooklyn live is in film doctor name name Hugging I and a "
    "Face Brooklyn near who and Face Sylvain"
)
TEXTS = ["I love this film.", "Zoë's café was closed, déjà vu!", "Bad."]


@functools.cache
def said(task: str, tokenizer: Any, model: Any, *given: Any) -> Any:
    """The library's answer, asked once; labels as a tuple."""
    asked = [list(one) if isinstance(one, tuple) else one for one in given]
    return library(task, tokenizer, model)(*asked)


def _first(got: Any, wanted: Any) -> str:
    """Where two lists of dictionaries part, in words."""
    if len(got) != len(wanted):
        return f"{len(wanted)} entries are wanted; yours are {len(got)}."
    pairs = list(zip(got, wanted, strict=True))
    at, key = next(
        (i, key) for i, (a, b) in enumerate(pairs) for key in b if not _near(a[key], b[key])
    )
    mine, theirs = pairs[at][0][key], pairs[at][1][key]
    return f"entry {at}, {key!r}: the library says {theirs!r}, you {mine!r}."


def _near(a: Any, b: Any) -> bool:
    return abs(a - b) <= 1e-5 if isinstance(b, float) else a == b


def _scores(got: Any) -> list[float]:
    entries = got if isinstance(got, list) else [got]
    return [one["score"] for one in entries]


NO_PROBABILITY = (
    lambda got, *_: any(not 0 <= score <= 1 for score in _scores(got)),
    "a score is a probability, between 0 and 1. Is softmax missing, or is this a logarithm?",
)


@check_function(
    right=lambda text, tokenizer, model, _: said("sentiment-analysis", tokenizer, model, text),
    forbids=ALONE,
    case="For {text!r:.40}: ",
    kinds=[(list, "one text in, one dictionary out: take row 0.")],
    slips=[
        (
            lambda got, wanted, *_: got["label"] != wanted["label"],
            lambda got, wanted, *_: (
                f"the label should be {wanted['label']!r}; yours is "
                f"{got['label']!r}. argmax of the row, then model.config.id2label."
            ),
        ),
        NO_PROBABILITY,
    ],
    otherwise=lambda got, wanted, *_: (
        f"the score should be {wanted['score']:.5f}; yours is "
        f"{got['score']:.5f}. Softmax over the labels, special tokens in the input?"
    ),
)
def sentiment(tokenizer: Any) -> list[tuple]:
    """9.1: `function(text, tokenizer, model)` is `pipeline("sentiment-analysis")(text)[0]`."""
    model = tiny(DistilBertForSequenceClassification, tokenizer, ("bad", "fair", "good"))
    return [(text, tokenizer, model) for text in [*TEXTS, "", "so good " * 300]]


@check_function(
    right=lambda text, tokenizer, model, _: said("fill-mask", tokenizer, model, text),
    forbids=ALONE,
    case="For {text!r:.40}: ",
    slips=[
        (
            lambda got, wanted, *_: len(got) != len(wanted),
            lambda got, wanted, *_: _first(got, wanted),
        ),
        (
            lambda got, *_: _scores(got) != sorted(_scores(got), reverse=True),
            "the most probable word comes first.",
        ),
        NO_PROBABILITY,
        (
            lambda got, *_: abs(sum(_scores(got)) - 1) < 1e-4,
            "your five scores sum to 1. Softmax over the whole vocabulary first, then choose five.",
        ),
    ],
    otherwise=lambda got, wanted, *_: _first(got, wanted) + " Is it the row at the mask?",
)
def fill_mask(tokenizer: Any) -> list[tuple]:
    """9.2: `function(text, tokenizer, model)` gives the five best words, as the pipeline does."""
    model, mask = tiny(DistilBertForMaskedLM, tokenizer), tokenizer.mask_token
    texts = [f"This is the best {mask} of the year.", f"{mask}!", f"He said: “{mask} déjà vu”."]
    return [(text, tokenizer, model) for text in texts]


@check_function(
    right=lambda text, tokenizer, model, _: said("token-classification", tokenizer, model, text),
    forbids=ALONE,
    case="For {text!r:.40}: ",
    slips=[
        (lambda got, *_: any(one["entity_group"] == "O" for one in got),
         "O is no entity: leave it out, but let it part its neighbours."),
        (lambda got, *_: any("-" in one["entity_group"] for one in got),
         "the group of B-PER and I-PER is PER: what follows the hyphen."),
        (lambda got, wanted, *_: len(got) > len(wanted),
         "you have more entities than the library. Neighbours of one kind are one, unless the "
         "label begins with B-; [CLS] and [SEP] are none."),
        (lambda got, wanted, *_: len(got) < len(wanted),
         "you have fewer entities than the library. A label with B- begins a new one, and so does "
         "another kind."),
        NO_PROBABILITY,
    ],
    otherwise=lambda got, wanted, *_: _first(got, wanted)
    + " Places are characters, by the offsets; the score is the mean of the tokens'.",
)  # fmt: skip
def entities(tokenizer: Any) -> list[tuple]:
    """9.3: `function(text, tokenizer, model)` is the pipeline, `aggregation_strategy="simple"`."""
    model = tiny(DistilBertForTokenClassification, tokenizer, tuple(TAGS))
    texts = [*TEXTS, "Amélie and John Keats took the train from Lyon to New York on Monday."]
    return [(text, tokenizer, model) for text in texts]


@check_function(
    right=lambda text, labels, tokenizer, model, _: said(
        "zero-shot-classification", tokenizer, model, text, tuple(labels)
    ),
    forbids=ALONE,
    case="For {labels}: ",
    slips=[
        (lambda got, wanted, *_: set(got["labels"]) != set(wanted["labels"]),
         "each label that was asked for, once."),
        (lambda got, *_: any(not 0 <= score <= 1 for score in got["scores"]),
         "scores are probabilities. Softmax is missing."),
        (lambda got, wanted, *_: len(wanted["labels"]) == 1 and got["scores"][0] > 1 - 1e-6,
         "a single label always gets 1 that way. The library asks entailment against contradiction "
         "then, within its row."),
        (lambda got, *_: got["scores"] != sorted(got["scores"], reverse=True),
         "the best label comes first, with its score."),
        (lambda got, *_: len(got["scores"]) > 1 and abs(sum(got["scores"]) - 1) > 1e-4,
         "the scores should sum to 1: one softmax over the labels, down the column of entailment."),
    ],
    otherwise="the library says {wanted}, you {got}. Which column is entailment? Ask "
    "model.config.label2id. The pair is text and “This example is ….”",
)  # fmt: skip
def zero_shot(tokenizer: Any) -> list[tuple]:
    """9.4: `function(text, labels, tokenizer, model)` is the zero-shot pipeline."""
    model = tiny(DistilBertForSequenceClassification, tokenizer, tuple(VERDICTS))
    asked = [["food", "travel", "sport"], ["music", "a very long label of seven words"], ["sport"]]
    asked_of = [(TEXTS[0], labels) for labels in asked] + [("so good " * 300, asked[0])]
    return [(text, labels, tokenizer, model) for text, labels in asked_of]


@check_function(
    right=lambda question, context, tokenizer, model, _: said(
        "question-answering", tokenizer, model, question, context
    ),
    forbids={"`helpers.tasks.answer`": answer},
    case="For {question!r}: ",
    slips=[
        (lambda got, _, question, context, *more: got["answer"] != context[got["start"]:got["end"]],
         "the answer is cut out of the context: context[start:end], with your start and end."),
        (lambda got, *_: got["end"] <= got["start"],
         "your answer ends before it starts. Look at pairs, start ≤ end."),
        NO_PROBABILITY,
        (lambda got, wanted, *_: got["answer"] != wanted["answer"],
         lambda got, wanted, *_: f"the best span is {wanted['answer']!r}, yours {got['answer']!r}. "
         "Both ends in the context, at most 15 tokens."),
    ],
    otherwise="the score should be {wanted[score]:.6f}; yours is {got[score]:.6f}. One softmax "
    "over the starts, one over the ends: the context's tokens and [CLS] take part, no other.",
)  # fmt: skip
def question_answering(tokenizer: Any) -> list[tuple]:
    """9.5: `function(question, context, tokenizer, model)`: the best span of a short context."""
    model = tiny(DistilBertForQuestionAnswering, tokenizer, ("start", "end"))
    context = "My name is Sylvain and I work at Hugging Face in Brooklyn"
    long = context + ", near the bridge, where my sister, who is a doctor, used to live in May"
    # Of the last two, one answers best at [CLS], the other with 16 tokens, if that were allowed.
    asked = [("Where do I work?", context), ("Who?", "Zoë's café."), ("Where do I live?", long)]
    asked += [("Where?", "to used live train Brooklyn"), ("Where?", SIXTEEN)]
    return [(*pair, tokenizer, model) for pair in asked]


@check_function(
    right=lambda text, tokenizer, model, _: said("text-generation", tokenizer, model, text),
    forbids=ALONE | {"`generate`": GenerationMixin.generate},
    case="After {text!r}: ",
    slips=[
        (lambda got, wanted, text, *_: not got.startswith(text),
         "the library returns the prompt too, and the new text behind it."),
        (lambda got, wanted, *_: len(got) > len(wanted) and got.startswith(wanted),
         "you write on. Stop after three tokens, or at model.generation_config.eos_token_id."),
        (lambda got, wanted, *_: len(got) < len(wanted) and wanted.startswith(got),
         "you stop early: three new tokens, unless the end comes."),
    ],
    otherwise="the library writes {wanted!r}, you {got!r}. The last row of the logits, argmax, "
    "append, again?",
)  # fmt: skip
def generation(tokenizer: Any) -> list[tuple]:
    """9.6: `function(text, tokenizer, model)` writes three tokens, as the pipeline does."""
    prompts = ["The cat", "Once upon a time", "Rain"]
    return [(text, tokenizer, writer(tokenizer)) for text in prompts]
