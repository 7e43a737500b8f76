"""The official solution is the library on texts that a machine makes up; what differs is named."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.your_pipeline import tiny as tiny_models
from helpers.your_pipeline.conformance import compare, difference, show
from helpers.your_pipeline.library import library
from helpers.your_pipeline.milestone_answers import tokenizer_of
from helpers.your_pipeline.texts import inputs
from tools.mutate import Room

TASKS = {
    "sentiment-analysis": "sentiment",
    "fill-mask": "fill_mask",
    "token-classification": "entities",
    "zero-shot-classification": "zero_shot",
    "question-answering": "question_answering",
    "text-generation": "generation",
}
PIECES = ["I", "the", "film", "not", "Zoë's", "café!", "東京", "🙂", "1,000", "...", "[SEP]"]
WORDS = st.lists(st.sampled_from(PIECES))
TEXTS = st.one_of(st.text(max_size=40), WORDS.map(" ".join))
TRY = settings(max_examples=25, deadline=None, derandomize=True)


@pytest.fixture(scope="module")
def solved():
    """{name of a check: (the official function, its tokenizer and tiny model)}."""
    room, found = Room("your_pipeline"), {}
    for name, source in room.solutions().items():
        if name in TASKS.values():
            check, function, *things = room.handed_in(source)
            found[name] = function, next(iter(check.tries(*things)))[-2:]
    return found


def same(solved, task, *given):
    function, parts = solved[TASKS[task]]
    return difference(function(*given, *parts), library(task, *parts)(*given)) <= 1e-5


@TRY
@given(text=TEXTS)
def test_sentiment_is_the_library_on_any_text(solved, text):
    assert same(solved, "sentiment-analysis", text)


@TRY
@given(text=TEXTS, after=TEXTS)
def test_fill_mask_is_the_library_wherever_the_mask_stands(solved, text, after):
    text, after = (part.replace("[MASK]", "") for part in (text, after))
    assert same(solved, "fill-mask", f"{text} [MASK] {after}")


@TRY
@given(text=TEXTS.filter(str.strip))
def test_entities_are_the_librarys_on_any_text(solved, text):
    assert same(solved, "token-classification", text)


@TRY
@given(
    text=TEXTS.filter(str.strip),
    labels=st.lists(st.sampled_from("abcdef"), min_size=1, unique=True),
)
def test_zero_shot_is_the_library_for_any_labels(solved, text, labels):
    assert same(solved, "zero-shot-classification", text, labels)


@TRY
@given(words=WORDS.filter(bool))
def test_question_answering_is_what_the_pipeline_did(solved, words):
    assert same(solved, "question-answering", "Where is it?", "A film: " + " ".join(words))


@settings(TRY, max_examples=8)
@given(words=WORDS.filter(bool))
def test_generation_is_the_library_after_any_words(solved, words):
    assert same(solved, "text-generation", " ".join(words))


@pytest.mark.parametrize("task", TASKS)
def test_there_are_fifty_inputs_of_a_task(task):
    asked = inputs(task)
    assert len(asked) == 50 and len({str(one) for one in asked}) == 50
    assert all("[MASK]" in one[0] for one in asked) or task != "fill-mask"


@pytest.mark.parametrize(
    "got, wanted, far",
    [
        ({"a": 0.5}, {"a": 0.25}, 0.25),
        ({"a": 1.0}, {"b": 1.0}, math.inf),
        ([0.5, 0.5], [0.5, 0.25], 0.25),
        ([0.5], [0.5, 0.25], math.inf),
        ("a", "b", math.inf),
        (float("nan"), 1.0, math.inf),
        (None, 1.0, math.inf),
        ([], [], 0.0),
        ({"labels": ["x"], "scores": [1.0]}, {"labels": ["y"], "scores": [1.0]}, math.inf),
    ],
)
def test_a_difference_is_a_number_or_all_there_is(got, wanted, far):
    assert difference(got, wanted) == far


def test_the_table_names_the_first_difference_and_an_error(capsys):
    given_texts = [("fine",), ("bad",), ("worse",)]
    rows = [
        compare("equal", len, len, given_texts),
        compare("other", lambda text: len(text) + (text == "bad"), len, given_texts),
        compare("raises", lambda text: 1 / (text != "bad") and len(text), len, given_texts),
        compare("nothing", lambda text: None, len, given_texts),
    ]
    show(rows)
    said = capsys.readouterr().out.splitlines()
    assert [row.equal for row in rows] == [3, 2, 2, 0]
    assert "none" in said[1] and "within 1e-5" in said[1]
    assert "'bad': you 4, the library 3" in said[2]
    assert "ZeroDivisionError" in said[3]
    assert "not written yet" in said[4]


def test_a_tiny_model_stops_at_its_end(solved):
    words = tokenizer_of("causal-lm")
    model = tiny_models.writer(words)
    made = solved["generation"][0]("The cat", words, model)
    ids = words(made)["input_ids"]
    assert model.generation_config.eos_token_id is not None and len(ids) >= 3
