"""The explorer of 00 and 01 computes what the library says, and refuses bad input in words."""

import json

import pytest
import torch
from hypothesis import example, given, settings
from hypothesis import strategies as st

from helpers.pipeline.explorer import WEIGHED, pipeline_explorer


@pytest.fixture
def explorer(tokenizer, model):
    return pipeline_explorer(tokenizer, model, "I hate this so much!")


def ask(explorer, **patch):
    """Set inputs as the view does; return the state."""
    explorer.inputs = explorer.inputs | patch | {"n": explorer.inputs["n"] + 1}
    assert explorer.state["n"] == explorer.inputs["n"]
    return explorer.state


def lanes(explorer, **patch):
    state = ask(explorer, **patch)
    assert state["error"] is None
    return state["picture"]["lanes"]


def logits(model, ids):
    with torch.inference_mode():
        return model(torch.tensor([ids])).logits[0].tolist()


def test_numbers_are_the_models(explorer, tokenizer, model, classifier):
    for text in ("What a film!", "I hate this.", "Not bad, not good."):
        [lane] = lanes(explorer, texts=[text, ""])
        ids = tokenizer(text)["input_ids"]
        assert (lane["ids"], lane["tokens"]) == (ids, tokenizer.convert_ids_to_tokens(ids))
        assert lane["logits"] == lane["whole"] == pytest.approx(logits(model, ids), abs=1e-5)
        shares = torch.tensor(lane["logits"]).softmax(-1).tolist()
        said = {entry["label"]: entry["score"] for entry in classifier(text, top_k=None)}
        assert dict(zip(lane["labels"], shares, strict=True)) == pytest.approx(said, abs=1e-5)


def test_marks_leave_a_token_out_or_mask_it(explorer, tokenizer, model):
    [lane] = lanes(explorer, marks=[{"2": "out", "4": "mask"}, {}])
    ids = lane["ids"]
    changed = [*ids[:2], ids[3], tokenizer.mask_token_id, *ids[5:]]
    assert lane["logits"] == pytest.approx(logits(model, changed), abs=1e-5)
    assert lane["whole"] == pytest.approx(logits(model, ids), abs=1e-5)
    assert lane["marks"] == ["", "", "out", "", "mask", "", "", ""]


def test_words_are_weighed_by_leaving_each_out(explorer, model):
    [lane] = lanes(explorer, weigh=True)
    ids = lane["ids"]
    for i, found in enumerate(lane["without"]):
        assert found == pytest.approx(logits(model, ids[:i] + ids[i + 1 :]), abs=1e-5)
    assert lanes(explorer, weigh=False)[0]["without"] is None


def test_a_key_costs_one_forward_pass(explorer, model):
    passes = []
    handle = model.register_forward_hook(lambda *_: passes.append(1))
    ask(explorer, texts=["Better.", ""], weigh=False)
    ask(explorer, weigh=True)
    ask(explorer, texts=["Better.", "Worse."], weigh=True)
    handle.remove()
    assert len(passes) == 1 + 1 + 2


def test_every_token_out_leaves_the_whole(explorer):
    [lane] = lanes(explorer, marks=[{str(i): "out" for i in range(8)}, {}])
    assert lane["logits"] == lane["whole"]


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=80))
@example("")
@example("   ")
@example("😀 \u202e\u0301\x00")
@example("\ud800")
def test_any_text_is_answered_or_refused_in_words(tokenizer, model, text):
    explorer = pipeline_explorer(tokenizer, model, "fine")
    before = explorer.state["picture"]
    state = ask(explorer, texts=[text, ""], weigh=False)
    json.dumps(explorer.get_state(), allow_nan=False).encode()
    if state["error"]:
        assert state["error"]["field"] == 0 and state["picture"] == before


def test_what_is_refused(explorer):
    for text, words in (
        ("a\ud800", "Character 2 is half of one"),
        ("x" * 5001, "5,001 characters"),
    ):
        state = ask(explorer, texts=["fine", text])
        assert state["error"]["field"] == 1 and words in state["error"]["words"]
        assert [len(state["picture"]["lanes"])] == [1]


def test_an_explorer_of_a_refused_text_still_opens(tokenizer, model):
    state = pipeline_explorer(tokenizer, model, "\ud800").state
    assert state["picture"] is None and "half" in state["error"]["words"]


def test_an_error_keeps_the_last_picture(explorer, monkeypatch):
    before = explorer.state["picture"]

    def fail(inputs):
        raise RuntimeError("no memory")

    monkeypatch.setattr(explorer, "_compute", fail)
    state = ask(explorer, texts=["Better.", ""])
    assert state["error"] == {"field": None, "words": "no memory"} and state["picture"] == before


def test_a_long_text_says_what_was_cut(explorer):
    [lane] = lanes(explorer, texts=["good " * 510, ""], weigh=False)
    assert (len(lane["ids"]), lane["unread"]) == (512, 0)
    [lane] = lanes(explorer, texts=["good " * 511, ""], weigh=False)
    assert (len(lane["ids"]), lane["unread"]) == (512, 5)  # a space and a word


def test_only_what_is_drawn_is_weighed(explorer):
    [lane] = lanes(explorer, texts=["good " * 100, ""], weigh=True)
    assert len(lane["without"]) == WEIGHED


def test_the_bundle_has_a_live_view_and_no_address(explorer):
    data, metadata = explorer._repr_mimebundle_()
    assert data["text/plain"] == "" and metadata == {}
    assert data["application/vnd.jupyter.widget-view+json"]["model_id"] == explorer.model_id
