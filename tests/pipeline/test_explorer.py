import html
import re

import ipywidgets
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from helpers.drawing.shell import Explorer
from helpers.pipeline.explorer import look, pipeline_explorer, render
from tools.pictures import labels_of


@pytest.fixture
def explorer(tokenizer, model):
    return pipeline_explorer(tokenizer, model, "I hate this so much!")


def test_numbers_in_the_picture_are_the_models(explorer, classifier):
    for text in ("What a film!", "I hate this.", "Not bad, not good."):
        explorer.controls["text"].value = text
        answer, picture = classifier(text)[0], explorer.picture.value
        assert f"<b>{answer['label']}</b><br>score {answer['score']:.4f}" in picture
        for entry in classifier(text, top_k=None):
            assert re.search(
                rf"Probabilities: [^\"]*{entry['label']} {entry['score']:.4f}", picture
            )
            assert f">{entry['score']:.4f}</text>" in picture


def test_tokens_in_the_picture_are_the_tokenizers(explorer, tokenizer):
    explorer.controls["text"].value = "Unbelievably good"
    ids = tokenizer("Unbelievably good")["input_ids"]
    chips = re.findall(r'<span class="chip[^>]*>(.*?)<small>(\d+)</small>', explorer.picture.value)
    assert chips == [(token, str(i)) for token, i in zip(tokenizer.convert_ids_to_tokens(ids), ids)]
    assert f"[1, {len(ids)}]" in explorer.picture.value


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=80))
@example("")
@example("   ")
@example("😀 \u202e\u0301\x00")
@example("<script>alert(1)</script><img src=x onerror=alert(1)>")
def test_any_text_is_drawn_or_refused_in_words(tokenizer, model, text):
    explorer = pipeline_explorer(tokenizer, model, "fine")
    before = explorer.picture.value
    explorer.controls["text"].value = text
    if explorer.message.value:
        assert explorer.picture.value == before
    labels_of(explorer.picture.value)


def test_script_is_shown_as_text(explorer):
    explorer.controls["text"].value = "<script>x</script>"
    chips = re.findall(r'<span class="chip[^>]*>(.*?)<small>', explorer.picture.value)
    assert [html.unescape(chip) for chip in chips][1:4] == ["<", "script", ">"]


def test_second_sentence_is_compared(explorer, classifier):
    explorer.controls["second"].value = "What a film!"
    for text in ("I hate this so much!", "What a film!"):
        answer = classifier(text)[0]
        assert f"<b>{answer['label']}</b><br>score {answer['score']:.4f}" in explorer.picture.value
    explorer.controls["second"].value = ""
    assert explorer.picture.value.count("<h4>1 tokenizer") == 1


def test_one_forward_pass_a_change(tokenizer, model):
    passes = []
    handle = model.register_forward_hook(lambda *_: passes.append(1))
    explorer = pipeline_explorer(tokenizer, model, "Good.", "Bad.")
    before = len(passes)
    explorer.controls["text"].value = "Better."
    explorer.tables.value = True
    handle.remove()
    assert (before, len(passes)) == (2, 3)


def test_no_words(explorer):
    explorer.controls["text"].value = "  "
    assert "No words here" in explorer.picture.value


def test_long_text_says_what_was_cut(explorer):
    text = "good film " * 10_000
    explorer.controls["text"].value = text
    assert "[1, 512]" in explorer.picture.value
    assert (
        f"the last {len(text.rstrip()) - 510 * 5 + 1:,} characters were cut off"
        in explorer.picture.value
    )
    assert "80 of 512 tokens are drawn" in explorer.picture.value
    assert len(explorer.picture.value) < 30_000


def test_text_of_just_the_limit_is_not_called_cut(tokenizer, model):
    assert look("good " * 510, tokenizer, model).unread == 0
    assert look("good " * 511, tokenizer, model).unread == 5  # a space and a word


def test_an_error_is_shown_and_the_last_picture_stays(explorer, monkeypatch):
    explorer.controls["text"].value = "Good."
    before = explorer.picture.value

    def fail(**values):
        raise RuntimeError("<b>no</b> memory")

    monkeypatch.setattr(explorer, "_draw", fail)
    explorer.controls["text"].value = "Better."
    assert "RuntimeError" in explorer.message.value and "&lt;b&gt;no" in explorer.message.value
    assert explorer.picture.value == before


def test_many_changes_end_in_the_last_state(explorer, classifier):
    for count in range(200):
        explorer.controls["text"].value = f"Good {count}"
    assert f"score {classifier('Good 199')[0]['score']:.4f}" in explorer.picture.value
    assert not explorer.message.value


def test_picture_has_words_for_its_drawings(tokenizer, model):
    state = look("Good.", tokenizer, model)
    assert [label.split(":")[0] for label in labels_of(render([state]))] == [
        "Logits",
        "Probabilities",
    ]
    assert len(labels_of(render([state, state]))) == 4


def test_a_cell_result_has_a_still_picture_and_a_live_one(explorer):
    bundle = explorer._repr_mimebundle_()
    assert bundle["text/html"] == explorer.picture.value
    assert bundle["application/vnd.jupyter.widget-view+json"]["model_id"] == explorer.box.model_id


def test_tables_stay_open_on_demand(explorer):
    assert "<details open>" not in explorer.picture.value
    explorer.tables.value = True
    explorer.controls["text"].value = "Still open?"
    assert explorer.picture.value.count("<details open>") == explorer.picture.value.count(
        "<details"
    )


def test_a_slider_has_a_named_field_that_moves_with_it():
    slider = ipywidgets.IntSlider(value=3, min=0, max=9, description="Pads:")
    explorer = Explorer({"pads": slider}, lambda pads: f"<p>{pads}</p>")
    [field] = [
        child
        for row in explorer.box.children
        for child in getattr(row, "children", ())
        if child is not slider
    ]
    assert (field.description, slider.description) == ("Pads:", "")
    field.value = 7
    assert slider.value == 7 and explorer.picture.value == "<p>7</p>"
    slider.value = 2
    assert field.value == 2 and explorer.picture.value == "<p>2</p>"


def test_a_button_acts_and_draws_and_its_errors_are_shown():
    clicks = []

    def step():
        clicks.append(1)
        if len(clicks) > 2:
            raise ValueError("no more")

    explorer = Explorer({}, lambda: f"<p>{len(clicks)}</p>", actions={"Step": step})
    for _ in range(3):
        explorer.buttons["Step"].click()
    assert explorer.picture.value == "<p>2</p>" and "ValueError" in explorer.message.value
