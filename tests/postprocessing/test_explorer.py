"""The explorer of 04 sends the model's logits, runs the model for a new text, refuses in words."""

import json

import pytest
import torch
from hypothesis import example, given, settings
from hypothesis import strategies as st

from helpers.postprocessing.explorer import CLASSES, logits_explorer


@pytest.fixture
def explorer(tokenizer, model):
    return logits_explorer(tokenizer, model, "I hate this so much!")


def ask(explorer, text):
    """Set the text as the view does; return the state."""
    explorer.inputs = {"text": text, "n": explorer.inputs["n"] + 1}
    assert explorer.state["n"] == explorer.inputs["n"]
    return explorer.state


def test_logits_are_the_models(explorer, tokenizer, model, classifier):
    for text in ("What a film!", "I hate this.", "Not bad, not good.", ""):
        picture = ask(explorer, text)["picture"]
        with torch.inference_mode():
            logits = model(**tokenizer(text, return_tensors="pt")).logits[0]
        assert picture["logits"] == pytest.approx(logits.tolist(), abs=1e-5)
        said = {entry["label"]: entry["score"] for entry in classifier(text, top_k=None)}
        shares = torch.tensor(picture["logits"]).softmax(-1).tolist()
        assert dict(zip(picture["labels"], shares, strict=True)) == pytest.approx(said, abs=1e-5)


def test_it_opens_with_the_models_classes_and_logits(explorer):
    start = {"own": None, "classes": 2, "temperature": 1.0, "truth": 0}
    assert explorer.choices == explorer.start["choices"] == start
    assert explorer.start["inputs"] == {"text": "I hate this so much!"}


def test_only_a_new_text_runs_the_model(explorer, model):
    passes = []
    handle = model.register_forward_hook(lambda *_: passes.append(1))
    explorer.choices = explorer.choices | {"temperature": 0.5, "truth": 1, "own": [0.0] * CLASSES}
    assert not passes
    for text in ("Another one.", "One more.", "Another one."):
        ask(explorer, text)
    handle.remove()
    assert len(passes) == 2


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=80))
@example("   ")
@example("😀 \u202e\u0301\x00")
@example("\ud800")
def test_any_text_is_answered_or_refused_in_words(tokenizer, model, text):
    explorer = logits_explorer(tokenizer, model, "fine")
    before = explorer.state["picture"]
    state = ask(explorer, text)
    json.dumps(explorer.get_state(), allow_nan=False).encode()
    half = any("\ud800" <= character <= "\udfff" for character in text)
    assert bool(state["error"]) == half
    if half:
        assert state["error"]["field"] == "text" and state["picture"] == before


def test_a_text_that_is_too_long_is_refused(explorer):
    before = explorer.state["picture"]
    state = ask(explorer, "x" * 5001)
    assert state["error"]["field"] == "text" and "5,001 characters" in state["error"]["words"]
    assert state["picture"] == before


def test_a_long_text_says_what_was_cut(explorer):
    picture = ask(explorer, "good " * 510)["picture"]
    assert (picture["read"], picture["unread"]) == (512, 0)
    picture = ask(explorer, "good " * 511)["picture"]
    assert (picture["read"], picture["unread"]) == (512, 5)  # a space and a word


@pytest.mark.parametrize("count", [1, 7])
def test_a_model_with_too_few_or_too_many_labels_is_refused(tokenizer, count):
    class Model:
        class config:
            num_labels = count
            id2label = {k: f"label {k}" for k in range(count)}

    with pytest.raises(ValueError, match=f"the model has {count} labels; .* 2 to 6"):
        logits_explorer(tokenizer, Model, "fine")
