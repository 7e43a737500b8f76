"""The explorer of notebook 03 computes what the library's own classes say, and refuses in words."""

import functools
import json

import pytest
import torch
import transformers
from hypothesis import example, given, settings
from hypothesis import strategies as st
from transformers import AutoModel, AutoModelForMaskedLM, DistilBertConfig, pipeline

from helpers.heads.explorer import heads_explorer
from helpers.heads.outputs import SHOWN, fresh
from helpers.heads.passes import CHOICES
from helpers.weights import EMBEDDED

TEXTS = ["This movie was [MASK].", "I hate it!", "", "Zoë saw <b>it</b> & [MASK] [MASK] 😍"]
LONG = "The old cinema on the corner opens at seven. The same [MASK] sells the tickets. " * 3


@pytest.fixture(scope="module")
def body():
    return AutoModel.from_pretrained(EMBEDDED, dtype=torch.float32, attn_implementation="eager")


@pytest.fixture(scope="module")
def masked_model():
    return AutoModelForMaskedLM.from_pretrained(EMBEDDED, dtype=torch.float32)


@pytest.fixture(scope="module")
def explorer(tokenizer, body, model, masked_model):
    return heads_explorer(tokenizer, body, model, masked_model, "It was [MASK].")


def ask(explorer, text, masked=()):
    """Set inputs as the view does; return the state."""
    n = explorer.inputs["n"] + 1
    explorer.inputs = {"text": text, "masked": list(masked), "n": n}
    assert explorer.state["n"] == n
    return explorer.state


def picture(explorer, text, masked=()):
    state = ask(explorer, text, masked)
    assert state["error"] is None
    return state["picture"] | {head["name"]: head for head in state["picture"]["heads"]}


def run(model, inputs):
    with torch.inference_mode():
        return model(**inputs)


def numbers(rows):
    return [[list(entry[1:]) for entry in place] for place in rows]


def close(rows):
    return [[pytest.approx(entry, abs=1e-4) for entry in place] for place in rows]


@functools.cache
def whole(name, body, **sizes):
    """A model of the library's own class with our body and the head that the explorer shows."""
    kind = getattr(transformers, name)
    config = DistilBertConfig(**{**body.config.to_dict(), **sizes})
    model = kind.from_config(config, dtype=torch.float32).eval()
    head = fresh(kind, body.config, **sizes).state_dict()
    own = {key: tensor for key, tensor in head.items() if not key.startswith("distilbert.")}
    below = {f"distilbert.{key}": tensor for key, tensor in body.state_dict().items()}
    model.load_state_dict(below | own)
    return model


@pytest.mark.parametrize("text", TEXTS)
def test_body_and_trained_heads_are_the_librarys(explorer, tokenizer, body, classifier, text):
    inputs = tokenizer(text, return_tensors="pt")
    seen = picture(explorer, text)
    assert list(seen["ids"]) == inputs["input_ids"][0].tolist()
    hidden = run(body, inputs).last_hidden_state
    assert seen["AutoModel"]["shape"] == seen["AutoModel"]["hidden"] == [*hidden.shape]
    wanted = [[[x, None] for x in vector[:3]] for vector in hidden[0].tolist()]
    assert numbers(seen["AutoModel"]["rows"]) == close(wanted)
    scores = {entry["label"]: entry["score"] for entry in classifier(text, top_k=None)}
    [rows] = seen["SequenceClassification"]["rows"]
    assert {name: p for name, _, p in rows} == pytest.approx(scores, abs=1e-5)
    assert run(classifier.model, inputs).logits[0].tolist() == pytest.approx([r[1] for r in rows])


@pytest.mark.parametrize("text", [*TEXTS, LONG])
def test_words_are_the_masked_models(explorer, tokenizer, masked_model, text):
    head = picture(explorer, text)["MaskedLM"]
    logits = run(masked_model, tokenizer(text, return_tensors="pt")).logits
    assert head["shape"] == [*logits.shape] and len(head["rows"]) == min(len(logits[0]), SHOWN)
    best = logits[0, :SHOWN].softmax(dim=-1).topk(5)
    for place, row in enumerate(head["rows"]):
        assert [p for _, _, p in row] == pytest.approx(best.values[place].tolist(), abs=1e-4)
        assert row[0][0] == tokenizer.convert_ids_to_tokens(best.indices[place, 0].item())
        assert row[0][1] == pytest.approx(logits[0, place].max().item(), abs=1e-4)


def test_a_masked_word_is_guessed_as_by_fill_mask(explorer, tokenizer, masked_model):
    seen = picture(explorer, "This movie was awful.", masked=[4])
    assert seen["tokens"][4] == "[MASK]"
    found = pipeline("fill-mask", model=masked_model, tokenizer=tokenizer)("This movie was [MASK].")
    wanted = {tokenizer.convert_ids_to_tokens(one["token"]): one["score"] for one in found}
    got = {name: p for name, _, p in seen["MaskedLM"]["rows"][4]}
    assert got == pytest.approx(wanted, abs=1e-4)


@pytest.mark.parametrize("text", TEXTS)
def test_random_heads_compute_as_the_librarys_classes_do(explorer, tokenizer, body, text):
    inputs = tokenizer(text, return_tensors="pt")
    seen = picture(explorer, text)
    logits = run(whole("AutoModelForTokenClassification", body, num_labels=3), inputs).logits[0]
    head = seen["TokenClassification"]
    assert "random" in head["weights"] and head["shape"] == [1, *logits.shape]
    assert numbers(head["rows"]) == close(torch.stack([logits, logits.softmax(-1)], -1).tolist())
    output = run(whole("AutoModelForQuestionAnswering", body, num_labels=2), inputs)
    ends = torch.stack([output.start_logits[0], output.end_logits[0]], dim=-1)
    head = seen["QuestionAnswering"]
    assert numbers(head["rows"]) == close(torch.stack([ends, ends.softmax(0)], dim=-1).tolist())
    first, last = ends.argmax(dim=0).tolist()
    assert head["answer"] == f"{seen['tokens'][first]} … {seen['tokens'][last]}"


@pytest.mark.parametrize("texts", [["fine"], ["A good film.", "It was long, and slow.", ""]])
def test_choices_are_the_librarys(explorer, tokenizer, body, texts):
    batch = tokenizer(texts, padding=True, return_tensors="pt")
    inputs = {name: tensor[None] for name, tensor in batch.items()}
    logits = run(whole("AutoModelForMultipleChoice", body), inputs).logits
    head = picture(explorer, "|".join(texts))["MultipleChoice"]
    assert head["inputs"] == [*inputs["input_ids"].shape] and head["shape"] == [*logits.shape]
    assert numbers(head["rows"]) == close(torch.stack([logits, logits.softmax(-1)], -1).tolist())


@pytest.mark.parametrize("text", [*TEXTS, LONG])
def test_attention_is_the_bodys_in_thousandths(explorer, tokenizer, body, text):
    inputs = tokenizer(text, return_tensors="pt") | {"output_attentions": True}
    weights = torch.stack(run(body, inputs).attentions)[:, 0, :, :SHOWN]
    got = torch.tensor(picture(explorer, text)["attentions"]) / 1000
    n = weights.shape[-1]
    assert torch.allclose(got[..., :SHOWN], weights[..., :SHOWN], rtol=0, atol=6e-4)
    assert got.shape[-1] == min(n, SHOWN + 1)
    if n > SHOWN:
        assert torch.allclose(got[..., SHOWN], weights[..., SHOWN:].sum(-1), rtol=0, atol=6e-4)


def test_it_opens_on_a_head_in_which_the_mask_looks_at_words(explorer):
    choices = explorer.start["choices"]
    seen = picture(explorer, "It was [MASK].")
    words = [sum(head[3][i] for i in (1, 2, 4)) for heads in seen["attentions"] for head in heads]
    assert words[12 * choices["layer"] + choices["attention"]] == max(words) > 500


def test_one_forward_pass_a_text(explorer, body):
    passes = []
    handle = body.register_forward_hook(lambda *_: passes.append(1))
    for text, masked in (("A new text.", []), ("A new text.", [2]), ("One | two", [])):
        ask(explorer, text, masked)
    handle.remove()
    assert len(passes) == 1 + 1 + 2  # choices are a batch of their own


@settings(max_examples=30, deadline=None)
@given(st.text(st.characters(), max_size=60))
@example("\udc00")
@example("😀 \u202e\u0301\x00")
@example("a|b||c")
def test_any_text_is_answered_or_refused_in_words(explorer, text):
    before = picture(explorer, "fine")["tokens"]
    state = ask(explorer, text)
    json.dumps(explorer.get_state(), allow_nan=False).encode()
    if state["error"]:
        assert state["error"]["field"] == "text" and state["picture"]["tokens"] == before


@pytest.mark.parametrize(
    "text, words",
    [("x" * 5001, "5,001 characters"), ("\ud83d", "half"), ("a" + "|b" * CHOICES, "write fewer |")],
)
def test_what_is_refused(explorer, text, words):
    before = picture(explorer, "fine")["tokens"]
    state = ask(explorer, text)
    assert words in state["error"]["words"] and state["picture"]["tokens"] == before


def test_a_long_text_says_that_it_was_cut(explorer):
    assert picture(explorer, "good " * 600)["full"] and not picture(explorer, "good")["full"]


@pytest.fixture
def tiny(tokenizer):
    """A body, and a masked model on another body, with sizes that are nobody else's."""
    sizes = {"dim": 15, "hidden_dim": 20, "n_layers": 2, "n_heads": 3}
    config = DistilBertConfig(vocab_size=len(tokenizer), attn_implementation="eager", **sizes)
    torch.manual_seed(1)
    classifier = transformers.AutoModelForSequenceClassification.from_config(config).eval()
    return classifier.distilbert, classifier, AutoModelForMaskedLM.from_config(config).eval()


def test_a_masked_model_reads_its_own_body(tokenizer, tiny):
    seen = picture(heads_explorer(tokenizer, *tiny, "fine"), "It was [MASK].")
    assert "with a body of its own" in seen["MaskedLM"]["weights"]
    logits = run(tiny[2], tokenizer("It was [MASK].", return_tensors="pt")).logits[0]
    best = logits.softmax(dim=-1).max(dim=-1).values.tolist()
    assert [row[0][2] for row in seen["MaskedLM"]["rows"]] == pytest.approx(best, abs=1e-6)
    assert [len(seen["attentions"]), len(seen["attentions"][0])] == [2, 3]


def test_attention_that_is_not_kept_is_named(tokenizer, model, masked_model):
    state = heads_explorer(tokenizer, model.distilbert, model, masked_model, "fine").state
    assert state["picture"] is None and 'attn_implementation="eager"' in state["error"]["words"]


def test_random_heads_leave_the_readers_seed_alone(body):
    kind = transformers.AutoModelForQuestionAnswering
    torch.manual_seed(5)
    before = torch.get_rng_state()
    first, second = (fresh(kind, body.config, num_labels=2).qa_outputs.weight for _ in range(2))
    assert torch.equal(before, torch.get_rng_state()) and torch.equal(first, second)
