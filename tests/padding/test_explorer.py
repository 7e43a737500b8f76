"""The explorer of 05: its numbers are the library's on really padded rows, for every switch."""

import json

import pytest
import torch
from hypothesis import example, given, settings
from hypothesis import strategies as st
from transformers import AutoModelForSequenceClassification

from helpers.padding import pad
from helpers.padding.explorer import LIMIT, padding_explorer
from helpers.weights import EMBEDDED

A = "I've been waiting for a HuggingFace course my whole life."
PAIRS = [
    (A, "Not bad."),
    ("", "Good film, good cast, good music."),
    ("One word", "two [PAD] words"),
    ("the same", "the same"),
]


@pytest.fixture(scope="module")
def reader():
    return AutoModelForSequenceClassification.from_pretrained(
        EMBEDDED, dtype=torch.float32, attn_implementation="eager"
    )


@pytest.fixture(scope="module")
def explorer(tokenizer, reader):
    return padding_explorer(tokenizer, reader, A, "Not bad.")


def ask(explorer, **patch):
    """Set inputs as the view does, from where they began; return the state."""
    n = explorer.inputs["n"] + 1
    explorer.inputs = explorer.start["inputs"] | patch | {"n": n}
    assert explorer.state["n"] == n
    return explorer.state


def picture(explorer, **patch):
    state = ask(explorer, **patch)
    assert state["error"] is None
    return state["picture"]


def close(numbers):
    return [pytest.approx(row, abs=1e-5) for row in numbers]


@pytest.mark.parametrize("texts", PAIRS, ids=str)
@pytest.mark.parametrize("side", ["right", "left"])
@pytest.mark.parametrize("masked", [True, False])
def test_numbers_are_the_librarys(explorer, tokenizer, reader, texts, side, masked):
    sequences = tokenizer(list(texts), truncation=True, max_length=LIMIT)["input_ids"]
    for extra in (0, 3):
        seen = picture(explorer, texts=list(texts), side=side, masked=masked, extra=extra)
        length = max(map(len, sequences)) + extra
        ids, mask = (t[:2] for t in pad([*sequences, [0] * length], tokenizer.pad_token_id, side))
        with torch.inference_mode():
            alone = [reader(torch.tensor([ids])).logits[0].tolist() for ids in sequences]
            used = mask if masked else torch.ones_like(mask)
            output = reader(ids, attention_mask=used, output_attentions=True)
        attention = torch.stack(output.attentions).mean(dim=(0, 2))
        on_pads = [
            attention[k][mask[k] == 1][:, mask[k] == 0].sum(dim=1).mean().item() for k in range(2)
        ]
        assert (seen["ids"], seen["real"]) == (ids.tolist(), mask.tolist())
        assert seen["mask"] == used.tolist()
        assert seen["logits"] == close(output.logits.tolist())
        assert seen["alone"] == close(alone)
        assert seen["on_pads"] == pytest.approx(on_pads, abs=1e-5)


def test_a_switch_turns_one_place_of_the_mask(explorer, reader):
    base = picture(explorer)
    seen = picture(explorer, flips=[[3], [7, 9]])
    mask = torch.tensor(base["mask"])
    mask[0, 3] = mask[1, 7] = mask[1, 9] = 0
    assert seen["mask"] == mask.tolist()
    with torch.inference_mode():
        logits = reader(torch.tensor(seen["ids"]), attention_mask=mask).logits
    assert seen["logits"] == close(logits.tolist()) and seen["logits"] != base["logits"]
    assert picture(explorer, masked=True)["mask"][1][7] == 0
    assert picture(explorer, masked=True, flips=[[], [7]])["mask"][1][7] == 1


def test_the_mask_brings_drift_to_zero_on_the_right_and_attention_on_either_side(explorer):
    def drifts(seen):
        pairs = zip(seen["logits"], seen["alone"], strict=True)
        return [max(abs(z - a) for z, a in zip(*pair, strict=True)) for pair in pairs]

    assert max(drifts(picture(explorer))) > 0.01
    right = picture(explorer, masked=True)
    assert max(drifts(right)) < 1e-4 and max(right["on_pads"]) < 1e-6
    left = picture(explorer, masked=True, side="left")
    assert max(drifts(left)) > 0.01 and max(left["on_pads"]) < 1e-6


def test_all_places_hidden_still_have_numbers(explorer):
    columns = list(range(len(picture(explorer)["ids"][0])))
    seen = picture(explorer, flips=[columns, []])
    assert set(seen["mask"][0]) == {0}
    assert torch.tensor(seen["logits"]).isfinite().all()


@settings(max_examples=15, deadline=None)
@given(st.text(max_size=60), st.sampled_from(["right", "left"]), st.booleans())
@example("", "left", False)
@example("😀 \u202e\u0301\x00\ud800", "left", True)
def test_any_text_is_shown_or_refused_in_words(explorer, text, side, masked):
    state = ask(explorer, texts=["fine", text], side=side, masked=masked)
    json.dumps(explorer.get_state(), allow_nan=False).encode()
    half = any(0xD800 <= ord(c) < 0xE000 for c in text)
    assert (state["error"] is not None) == half
    assert not half or state["error"]["field"] == 1


def test_a_long_text_says_what_was_cut(explorer):
    seen = picture(explorer, texts=["fine", "good " * 100])
    assert len(seen["ids"][1]) == LIMIT
    assert seen["unread"] == [0, 5 * (100 - LIMIT + 2)]
    assert picture(explorer, texts=["good " * (LIMIT - 2), ""])["unread"] == [0, 0]


def test_a_model_that_keeps_no_attention_is_refused_in_words(tokenizer, model):
    state = padding_explorer(tokenizer, model, "fine", "good").state
    assert "eager" in state["error"]["words"] and state["picture"] is None
