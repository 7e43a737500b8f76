"""Any text and any answer: the right result, or an error in words."""

import contextlib
import importlib
import inspect
import io
import pkgutil

import pytest
import torch
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

import helpers
from helpers.exercises.form import Check
from helpers.pipeline import classify, preprocess
from helpers.pipeline.explorer import pipeline_explorer
from tools.faults.report import row

UNICODE = st.text(
    st.characters(exclude_categories=[]), max_size=60
)  # lone surrogates too, which st.text() leaves out
TEXTS = {
    "HTML and script": "<script>alert(1)</script><img src=x onerror=alert(1)>&amp;",
    "right to left": "\u202eمرحبا שלום\u202c",
    "combining marks": "e" + "\u0301" * 500,
    "NUL and control characters": "a\x00b\x07\x1b[31m",
    "nothing": "",
    "spaces only": " \t\n\u00a0\u200b",
    "emoji, flags, families": "👨‍👩‍👧‍👦🇫🇷🏳️‍🌈",
    "100,000 characters in one word": "x" * 100_000,
    "100,000 characters in words": "good film " * 10_000,
}


def valid(text):
    return not any("\ud800" <= c <= "\udfff" for c in text)


@pytest.mark.parametrize("name", TEXTS)
def test_strange_text_gets_the_librarys_answer(name, tokenizer, model, classifier):
    mine, theirs = (
        classify([TEXTS[name]], tokenizer, model),
        classifier([TEXTS[name]], truncation=True),
    )
    assert mine[0]["label"] == theirs[0]["label"] and mine[0]["score"] == pytest.approx(
        theirs[0]["score"], abs=1e-5
    )


@settings(max_examples=60, deadline=None)
@given(st.lists(UNICODE, min_size=1, max_size=3))
def test_any_text_is_classified_or_refused_in_words(tokenizer, model, texts):
    if all(map(valid, texts)):
        assert preprocess(texts, tokenizer)["input_ids"].shape[0] == len(texts)
        assert len(classify(texts, tokenizer, model)) == len(texts)
    else:
        with pytest.raises(
            ValueError, match="text . is not valid Unicode: it has half a character"
        ):
            classify(texts, tokenizer, model)


def test_half_a_character(tokenizer, model):
    with pytest.raises(ValueError) as error:
        classify(["fine", "bad \ud83d"], tokenizer, model)
    row(
        "a text with half a character, as a bad copy leaves it",
        f"ValueError: {error.value}",
        "nothing",
    )


@pytest.mark.parametrize(
    "texts",
    [
        "one str",
        b"bytes",
        None,
        3,
        0.5,
        [None],
        [b"bytes"],
        [3],
        ["fine", ["nested"]],
        {"a": "b"},
    ],
)
@pytest.mark.parametrize(
    "function", [preprocess, lambda texts, tokenizer: classify(texts, tokenizer, None)]
)
def test_not_a_list_of_texts(function, texts, tokenizer):
    with pytest.raises(TypeError, match="texts must be a list of str, got "):
        function(texts, tokenizer)


def test_a_stream_of_texts_is_no_list_to_preprocess(tokenizer):
    with pytest.raises(TypeError, match="texts must be a list of str, got "):
        preprocess(iter("ab"), tokenizer)


def test_an_empty_batch(tokenizer, model):
    assert classify([], tokenizer, model) == classify((), tokenizer, model) == []
    with pytest.raises(ValueError, match="texts is empty"):
        preprocess([], tokenizer)


def test_ten_thousand_sentences(tokenizer, model):
    answers = classify(["Good.", "Bad."] * 5_000, tokenizer, model)
    assert [answer["label"] for answer in answers] == ["POSITIVE", "NEGATIVE"] * 5_000


@settings(max_examples=60, deadline=None)
@given(UNICODE)
def test_any_text_is_drawn_or_refused_in_words(tokenizer, model, text):
    explorer = pipeline_explorer(tokenizer, model, "fine")
    before = explorer.state["picture"]
    explorer.inputs = explorer.inputs | {"texts": [text, ""], "n": 1}
    error, picture = explorer.state["error"], explorer.state["picture"]
    assert error is None if valid(text) else error["words"] and picture == before


CHECKS = [
    (f"{module.name}.{name}", function)
    for module in pkgutil.walk_packages(helpers.__path__, "helpers.")
    if module.name.endswith(".checks")
    for name, function in vars(importlib.import_module(module.name)).items()
    if isinstance(function, Check)
]
TENSORS = [
    torch.empty(0),
    torch.tensor(1.0),
    torch.tensor([[float("nan")]]),
    torch.zeros(2, 3, dtype=torch.bool),
    torch.full((2, 2), float("inf")),
    torch.zeros(1, 2, 3, 4),
    torch.tensor(1j),
]
ODD = [
    *TENSORS,
    None,
    ...,
    b"bytes",
    "",
    "\ud800",
    "x" * 100_000,
    -1,
    10**400,
    float("nan"),
    [],
    {},
    (),
    [None],
    [[]],
    [b""],
    {"label": None},
    {"label": "POSITIVE", "score": float("nan")},
    (None, None),
    (torch.empty(0), torch.empty(0)),
    object(),
    int,
    range(3),
    set(),
]
ANSWERS = st.one_of(
    st.sampled_from(ODD),
    UNICODE,
    st.integers(),
    st.floats(),
    st.lists(st.integers(), max_size=3),
    st.lists(UNICODE, max_size=3),
    st.tuples(st.sampled_from(ODD), st.sampled_from(ODD)),
)


def with_every_odd_one(test):
    for odd in ODD:
        test = example(answer=odd)(test)
    return test


@pytest.mark.parametrize("name, check", CHECKS, ids=[name for name, _ in CHECKS])
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@with_every_odd_one
@given(answer=ANSWERS)
def test_a_check_answers_any_answer(name, check, tokenizer, model, classifier, answer):
    """As a value and as what a function returns: one verdict, never praise nor an exception."""
    things = {
        "tokenizer": tokenizer,
        "model": model,
        "classifier": classifier,
        "vocabulary": tokenizer.get_vocab(),
        "logits": torch.tensor([[1.0, 2.0], [0.0, 3.0]]),
        "input_ids": torch.tensor([[5, 6], [7, 0]]),
        "pad_id": 0,
        "attentions": torch.ones(2, 1, 3, 4, 4).softmax(dim=-1),
    }
    rest = [things.get(parameter) for parameter in inspect.signature(check).parameters]
    for given_answer in (answer, lambda *arguments, **named: answer):
        said = io.StringIO()
        with contextlib.redirect_stdout(said):
            check(given_answer, *rest)
        assert said.getvalue()[0] in "✗○" and said.getvalue().endswith("\n")
        assert "The check failed" not in said.getvalue()
