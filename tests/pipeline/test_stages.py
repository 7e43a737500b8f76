import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.pipeline import classify, forward, postprocess, preprocess, stages

TEXTS = [
    "I've been waiting for a HuggingFace course my whole life.",
    "I hate this so much!",
    "",
    "   ",
    "Fine. " * 300,
    "No.",
    "<script>alert(1)</script>",
    "😀😀",
    "Ein Film über nichts.",
]


def test_stages_equal_pipeline(tokenizer, model, classifier):
    inputs = preprocess(TEXTS, tokenizer)
    assert inputs["input_ids"].dtype == inputs["attention_mask"].dtype == torch.int64
    assert inputs["input_ids"].shape == (len(TEXTS), 512)
    logits = forward(inputs, model)
    assert logits.shape == (len(TEXTS), 2)
    assert_equal(postprocess(logits, model.config.id2label), classifier(TEXTS, truncation=True))


@pytest.mark.parametrize("max_tokens", [1, 64, 2048])
def test_classify_equals_pipeline_in_input_order(tokenizer, model, classifier, max_tokens):
    assert_equal(
        classify(TEXTS, tokenizer, model, max_tokens=max_tokens), classifier(TEXTS, truncation=True)
    )


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=60), min_size=1, max_size=5)
)
def test_classify_takes_any_text(tokenizer, model, texts):
    answers = classify(texts, tokenizer, model)
    assert len(answers) == len(texts)
    assert all(
        answer["label"] in ("NEGATIVE", "POSITIVE") and 0.5 <= answer["score"] <= 1
        for answer in answers
    )


def test_nothing_in_nothing_out(tokenizer, model):
    assert classify([], tokenizer, model) == []


@pytest.mark.parametrize("texts", ["a str", None, [None], ["fine", 3], [b"bytes"]])
def test_classify_names_what_it_cannot_take(tokenizer, model, texts):
    with pytest.raises(TypeError, match="texts must be a list of str"):
        classify(texts, tokenizer, model)


def test_a_stream_of_texts_is_read_as_answers_are_asked_for(tokenizer, model, monkeypatch):
    monkeypatch.setattr(stages, "AHEAD", 4)
    read = []

    def texts():
        for number, text in enumerate(TEXTS):
            read.append(number)
            yield text

    answers = classify(texts(), tokenizer, model)
    assert read == []
    first = next(answers)
    assert read == [0, 1, 2, 3]
    assert_equal([first, *answers], classify(TEXTS, tokenizer, model))
    assert len(read) == len(TEXTS)


def test_a_stream_names_the_text_that_is_no_text(tokenizer, model, monkeypatch):
    monkeypatch.setattr(stages, "AHEAD", 2)
    answers = classify(iter(["fine", "good", "bad", "half \ud83d"]), tokenizer, model)
    assert [next(answers)["label"], next(answers)["label"]] == ["POSITIVE", "POSITIVE"]
    with pytest.raises(ValueError, match="text 3 is not valid Unicode"):
        next(answers)
    with pytest.raises(TypeError, match="texts must be a list of str"):
        list(classify(iter(["fine", 3]), tokenizer, model))


def test_a_bar_is_shown_only_to_who_asked_for_it(tokenizer, model, capsys):
    classify(["Fine."], tokenizer, model)
    assert capsys.readouterr().err == ""
    classify(["Fine."], tokenizer, model, progress=True)
    assert "1/1" in capsys.readouterr().err


def assert_equal(mine, theirs):
    assert [a["label"] for a in mine] == [a["label"] for a in theirs]
    assert [a["score"] for a in mine] == pytest.approx([a["score"] for a in theirs], abs=1e-5)
