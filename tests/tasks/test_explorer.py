"""The explorer of notebook 07 computes the model's logits, and refuses bad input in words."""

import json
import math

import pytest
import torch
from hypothesis import example, given, settings
from hypothesis import strategies as st
from transformers import (
    DistilBertConfig,
    DistilBertForQuestionAnswering,
    DistilBertForSequenceClassification,
    DistilBertForTokenClassification,
)

from helpers.tasks.explorer import entities_explorer, labels_explorer, spans_explorer
from helpers.tasks.looks import LONGEST, NAMED, PAIR, SHORT, look_spans
from tools.notebooks import functions

ASKED = "Where do I work?"
CONTEXT = "My name is Sylvain and I work at Hugging Face in Brooklyn"


@pytest.fixture(scope="module")
def reader(tokenizer):
    torch.manual_seed(0)
    sizes = {"vocab_size": len(tokenizer), "dim": 32, "hidden_dim": 64, "n_layers": 2, "n_heads": 4}
    return DistilBertForQuestionAnswering(DistilBertConfig(**sizes, initializer_range=0.3)).eval()


@pytest.fixture
def explorer(tokenizer, reader):
    return spans_explorer(tokenizer, reader, ASKED, CONTEXT, "random <never> trained")


def ask(explorer, **patch):
    """Set inputs as the view does; return the state."""
    explorer.inputs = explorer.inputs | patch | {"n": explorer.inputs["n"] + 1}
    assert explorer.state["n"] == explorer.inputs["n"]
    return explorer.state


@pytest.mark.parametrize("question", [ASKED, "Who?", ""])
@pytest.mark.parametrize("context", [CONTEXT, "Zoë saw 😀 there.\n\nTwice.", " "])
def test_tokens_places_and_logits_are_the_models(tokenizer, reader, explorer, question, context):
    seen = ask(explorer, question=question, context=context)["picture"]
    inputs = tokenizer(question, context, return_offsets_mapping=True, return_tensors="pt")
    with torch.inference_mode():
        output = reader(inputs["input_ids"])
    inside = [0, *(i for i, part in enumerate(inputs.sequence_ids()) if part == 1)]
    assert seen["tokens"] == [inputs.tokens()[i] for i in inside]
    assert seen["offsets"] == inputs["offset_mapping"][0, inside].tolist()
    for name, logits in (("starts", output.start_logits), ("ends", output.end_logits)):
        assert seen[name] == pytest.approx(logits[0, inside].tolist(), abs=1e-4)
    assert seen["weights"] == "random <never> trained" and seen["context"] == context


@pytest.mark.parametrize("longest", [1, 3, 15])
@pytest.mark.parametrize("question", [ASKED, "Who?"])
def test_its_logits_give_the_notebooks_answer(tokenizer, reader, explorer, question, longest):
    """P(start) · P(end) over [CLS] and the context, as the view takes it, is its score."""
    seen = ask(explorer, question=question)["picture"]
    starts, ends = (torch.tensor(seen[name]).softmax(dim=0) for name in ("starts", "ends"))
    places = range(1, len(seen["tokens"]))
    spans = [(a, b) for a in places for b in places if a <= b < a + longest]
    a, b = max(spans, key=lambda one: starts[one[0]] * ends[one[1]])
    inputs = tokenizer(question, CONTEXT, return_offsets_mapping=True, return_tensors="pt")
    with torch.inference_mode():
        output = reader(inputs["input_ids"])
    offsets = inputs["offset_mapping"][0].tolist()
    logits = output.start_logits[0], output.end_logits[0]
    read = functions("07_other_tasks")["read"](*logits, inputs.sequence_ids(), offsets, longest)
    assert (seen["offsets"][a][0], seen["offsets"][b][1]) == (read["start"], read["end"])
    assert math.isclose(starts[a] * ends[b], read["score"], abs_tol=1e-5)
    assert math.isclose(starts[0] * ends[0], read["null"], abs_tol=1e-5)


def test_one_forward_pass_a_text(explorer, reader):
    passes = []
    handle = reader.register_forward_hook(lambda *_: passes.append(1))
    ask(explorer, question="Who?")
    ask(explorer, context="Me.")
    ask(explorer, context="Me.")
    handle.remove()
    assert len(passes) == 2


@settings(max_examples=40, deadline=None)
@given(st.text(st.characters(), max_size=40), st.text(st.characters(), max_size=80))
@example("", "")
@example("?", "😀 \u202e\u0301\x00")
@example("\ud800", "fine")
def test_any_text_is_answered_or_refused_in_words(tokenizer, reader, question, context):
    explorer = spans_explorer(tokenizer, reader, ASKED, CONTEXT, "random")
    before = explorer.state["picture"]
    state = ask(explorer, question=question, context=context)
    json.dumps(explorer.get_state(), allow_nan=False).encode()
    if state["error"]:
        assert state["error"]["field"] in ("question", "context") and state["picture"] == before


def test_what_is_cut_off_is_counted(tokenizer, reader):
    read = LONGEST - 3 - len(tokenizer.tokenize(ASKED))
    assert look_spans(ASKED, "film " * read, tokenizer, reader)["unread"] == 0
    seen = look_spans(ASKED, "film " * (read + 1), tokenizer, reader)
    assert seen["unread"] == 5 and len(seen["tokens"]) == 1 + read  # a space and a word


@pytest.mark.parametrize(
    "field, text, words",
    [
        ("question", "why " * (SHORT + 1), f"has {SHORT + 1} tokens"),
        ("context", "x" * 5001, "5,001 characters"),
        ("context", "half \ud83d", "half of one"),
    ],
)
def test_what_is_refused(explorer, field, text, words):
    before = explorer.state["picture"]
    state = ask(explorer, **{field: text})
    assert state["error"]["field"] == field and words in state["error"]["words"]
    assert state["picture"] == before
    assert ask(explorer, **{field: "why " * SHORT})["error"] is None


@pytest.fixture
def tagger_explorer(tokenizer):
    torch.manual_seed(0)
    sizes = {"vocab_size": len(tokenizer), "dim": 32, "hidden_dim": 64, "n_layers": 2, "n_heads": 4}
    model = DistilBertForTokenClassification(DistilBertConfig(**sizes, num_labels=5)).eval()
    return entities_explorer(tokenizer, model, CONTEXT, "random"), model


@pytest.fixture
def nli_explorer(tokenizer):
    torch.manual_seed(0)
    sizes = {"vocab_size": len(tokenizer), "dim": 32, "hidden_dim": 64, "n_layers": 2, "n_heads": 4}
    names = {"id2label": dict(enumerate(["contradiction", "neutral", "entailment"]))}
    model = DistilBertForSequenceClassification(DistilBertConfig(**sizes, **names)).eval()
    return labels_explorer(tokenizer, model, CONTEXT, ["work", "food"], "random"), model


@pytest.mark.parametrize("text", [CONTEXT, "Zoë saw 😀 there.\n\nTwice.", " ", ""])
def test_tokens_words_and_logits_of_a_tagger(tokenizer, tagger_explorer, text):
    explorer, model = tagger_explorer
    seen = ask(explorer, text=text)["picture"]
    inputs = tokenizer(text, return_offsets_mapping=True, return_tensors="pt")
    with torch.inference_mode():
        logits = model(inputs["input_ids"]).logits[0]
    assert seen["tokens"] == inputs.tokens() and seen["words"] == inputs.word_ids()
    assert seen["offsets"] == inputs["offset_mapping"][0].tolist() and seen["unread"] == 0
    assert torch.allclose(torch.tensor(seen["logits"]), logits, atol=1e-4)
    assert ask(explorer, text="film " * (NAMED - 1))["picture"]["unread"] == 5


@pytest.mark.parametrize(
    "text, labels, template",
    [
        (CONTEXT, "work, food", "This example is {}."),
        ("", "a", "{}"),
        ("😀 " * 9, "Zoë,, b , ", "Is it {}?"),
    ],
)
def test_a_pair_for_each_label(tokenizer, nli_explorer, text, labels, template):
    explorer, model = nli_explorer
    seen = ask(explorer, text=text, labels=labels, template=template)["picture"]
    for name, row, logits in zip(seen["labels"], seen["rows"], seen["logits"], strict=True):
        inputs = tokenizer(text, template.format(name), return_tensors="pt")
        with torch.inference_mode():
            wanted = model(inputs["input_ids"]).logits[0]
        assert row["tokens"] == inputs.tokens() and row["second"] == inputs.sequence_ids().index(1)
        assert torch.allclose(torch.tensor(logits), wanted, atol=1e-4)
    assert seen["entailment"] == 2 and seen["unread"] == 0


@pytest.mark.parametrize(
    "field, asked, words",
    [
        ("labels", " , ", "These are 0 labels"),
        ("labels", "a, b, c, d, e, f, g", "These are 7 labels"),
        ("labels", "a " * SHORT, "shorten it"),
        ("template", "no place", "Write {} once"),
        ("template", "{} or {}", "Write {} once"),
        ("template", "{0}", "Write {} once"),
        ("template", "{{}}", "Write {} once"),
        ("text", "half \ud83d", "half of one"),
    ],
)
def test_what_the_labels_explorer_refuses(nli_explorer, field, asked, words):
    explorer, _ = nli_explorer
    before = explorer.state["picture"]
    state = ask(explorer, **{field: asked})
    assert state["error"]["field"] == field and words in state["error"]["words"]
    assert state["picture"] == before


def test_a_long_text_is_cut_and_its_label_is_not(nli_explorer):
    explorer, _ = nli_explorer
    seen = ask(explorer, text="film " * 500)["picture"]
    assert max(len(row["tokens"]) for row in seen["rows"]) == PAIR
    assert all(
        row["tokens"][-3] == name for name, row in zip(seen["labels"], seen["rows"], strict=True)
    )
    read = min(row["second"] for row in seen["rows"]) - 2
    assert seen["unread"] == len(("film " * 500).rstrip()) - len(("film " * read).rstrip())


def test_a_model_without_entailment_is_refused(tokenizer, reader):
    with pytest.raises(ValueError, match="no output of this model is called entailment"):
        labels_explorer(tokenizer, reader, CONTEXT, ["a"], "random")
