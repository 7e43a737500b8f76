"""The explorer of notebook 05: its numbers are those of the library on really padded rows, for every place of its controls."""

import re
import time

import pytest
import torch
from hypothesis import example, given, settings
from hypothesis import strategies as st
from transformers import AutoModelForSequenceClassification

import helpers.padding
from helpers.padding.explorer import (
    EXTRA,
    LIMIT,
    SIDES,
    columns,
    look,
    packed,
    padding_explorer,
    render,
)
from helpers.weights import EMBEDDED
from tools.pictures import labels_of, rows

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


@pytest.fixture
def explorer(tokenizer, reader):
    return padding_explorer(tokenizer, reader, A, "Not bad.")


@pytest.fixture
def passes(reader):
    """A list that grows by one at every forward pass."""
    counted = []
    handle = reader.register_forward_hook(lambda *_: counted.append(1))
    yield counted
    handle.remove()


def by_the_library(texts, extra, side, masked, tokenizer, reader):
    """Logits alone and in the padded batch, float [2, labels] each, and attention on pads, [2], from two plain calls."""
    sequences = tokenizer(list(texts), truncation=True, max_length=LIMIT)["input_ids"]
    third = [1] * (
        max(map(len, sequences)) + extra
    )  # the longer neighbour: its row is cut off again
    ids, mask = (
        tensor[:2]
        for tensor in helpers.padding.pad([*sequences, third], tokenizer.pad_token_id, side)
    )
    with torch.inference_mode():
        alone = torch.cat([reader(torch.tensor([sequence])).logits for sequence in sequences])
        output = reader(ids, attention_mask=mask if masked else None, output_attentions=True)
    attention = torch.stack(output.attentions).mean(dim=(0, 2))  # [2, from, to]
    on_pads = [
        attention[k][mask[k] == 1][:, mask[k] == 0].sum(dim=1).mean().item() for k in range(2)
    ]
    return alone, output.logits, on_pads, mask


def numbers(text):
    return [float(number) for number in re.findall(r"(?<![\w.])[+-]?\d+\.\d{3}", text)]


@pytest.mark.parametrize("texts", PAIRS, ids=str)
def test_every_place_of_the_controls_is_the_librarys(texts, tokenizer, reader):
    explorer = padding_explorer(tokenizer, reader, *texts)
    near = {"abs": 0.00052}
    for side in SIDES:
        for masked in (True, False):
            for extra in EXTRA:
                for name, value in {"extra": extra, "side": side, "masked": masked}.items():
                    explorer.controls[name].value = value
                alone, logits, on_pads, mask = by_the_library(
                    texts, extra, side, masked, tokenizer, reader
                )
                drifts, pads = (
                    (logits - alone).abs().amax(dim=1).tolist(),
                    (mask == 0).sum(dim=1).tolist(),
                )
                picture = explorer.picture.value
                for k, row in enumerate(rows(picture, "The batch as a table")):
                    assert row[:2] == [str(k + 1), str(pads[k])]
                    want = [*alone[k].tolist(), *logits[k].tolist(), drifts[k], on_pads[k]]
                    assert [float(cell) for cell in row[2:]] == pytest.approx(want, **near)
                drawn_logits, drawn_attention, rectangle, curve, drawn_drifts = labels_of(picture)
                pairs = [
                    number
                    for k in range(2)
                    for pair in zip(alone[k].tolist(), logits[k].tolist())
                    for number in pair
                ]
                assert numbers(drawn_logits) == pytest.approx(pairs, **near)
                assert numbers(drawn_attention) == pytest.approx(on_pads, **near)
                assert numbers(drawn_drifts) == pytest.approx(drifts, **near)
                for k in range(2):
                    assert f"row {k + 1}: {mask[k].sum()} tokens and {pads[k]} pads" in rectangle
                    [now] = re.findall(
                        rf"sentence {k + 1}, now {pads[k]}:.*?{pads[k]} pads (\d\.\d+)", curve
                    )
                    assert float(now) == pytest.approx(drifts[k], **near)
                assert f"[2, {mask.shape[1]}]" in picture
                assert (
                    f"{mask.numel()} positions, {sum(pads)} wasted ({sum(pads) / mask.numel():.0%})"
                    in picture
                )


def test_curves_go_through_every_number_of_pads(explorer):
    curve = rows(explorer.picture.value, "The curves as a table")
    assert [int(n) for k, n, _ in curve if k == "1"] == list(EXTRA)
    assert [int(n) for k, n, _ in curve if k == "2"] == [0, *(11 + extra for extra in EXTRA)]
    at_rest = {(k, int(n)): drift for k, n, drift in curve}
    for extra in EXTRA:
        explorer.controls["extra"].value = extra
        for k, pads, *_, drift, _ in rows(explorer.picture.value, "The batch as a table"):
            assert at_rest[k, int(pads)] == drift


def test_mask_on_the_right_brings_both_to_zero_and_on_the_left_only_the_attention(explorer):
    explorer.controls["masked"].value = True
    assert [row[-2:] for row in rows(explorer.picture.value, "The batch as a table")] == [
        ["0.000", "0.000"]
    ] * 2
    explorer.controls["side"].value = "left"
    (*_, drift, attention) = rows(explorer.picture.value, "The batch as a table")[1]
    assert float(drift) > 0.01 and attention == "0.000"
    assert "[CLS] in row 1, [PAD] in row 2" in explorer.picture.value


def test_tokens_stand_over_their_positions(explorer, tokenizer):
    tokens = tokenizer.convert_ids_to_tokens(tokenizer("Not bad.")["input_ids"])
    for side, first in (("right", 0), ("left", 16 - len(tokens))):
        explorer.controls["side"].value = side
        row = re.findall(r"<div><b>\d</b> (.*?)</div>", explorer.picture.value)[1]
        chips = re.findall(r'<span class="chip">(.*?)<small>(\d+)</small>', row)
        assert chips == [(token, str(first + at)) for at, token in enumerate(tokens)]


def test_only_a_new_text_runs_the_model(explorer, passes):
    for name, value in {"extra": 8, "side": "left", "masked": True}.items():
        explorer.controls[name].value = value
    assert passes == []
    explorer.controls["second"].value = "Quite good."
    explorer.controls["first"].value = "Quite bad."
    assert passes == [1, 1]


def test_a_slider_draws_in_milliseconds(tokenizer, reader):
    state = look((A, "Not bad."), tokenizer, reader)
    began = time.process_time()
    for _ in range(100):
        render(state, EXTRA[-1], "left", False)
    assert time.process_time() - began < 100 * 0.005


@settings(max_examples=25, deadline=None)
@given(
    st.text(max_size=60),
    st.text(max_size=60),
    st.integers(0, 16),
    st.sampled_from(SIDES),
    st.booleans(),
)
@example("", "", 0, "left", False)
@example("   ", "😀 \u202e\u0301\x00\ud800", 15, "left", True)
@example("<script>alert(1)</script><img src=x onerror=alert(1)>", "<b>", 7, "right", False)
def test_any_text_and_place_is_drawn_or_refused_in_words(
    tokenizer, reader, first, second, extra, side, masked
):
    explorer = padding_explorer(tokenizer, reader, "fine", "good")
    for name, value in {"extra": extra, "side": side, "masked": masked}.items():
        explorer.controls[name].value = value
    for name, text in (("first", first), ("second", second)):
        before = explorer.picture.value
        explorer.controls[name].value = text
        if explorer.message.value:
            assert explorer.picture.value == before
    labels_of(explorer.picture.value)


def test_script_is_shown_as_text(explorer):
    explorer.controls["second"].value = "<script>x</script>"
    row = re.findall(r"<div><b>\d</b> (.*?)</div>", explorer.picture.value)[1]
    chips = re.findall(r'<span class="chip">(.*?)<small>', row)
    assert chips[1:4] == ["&lt;", "script", "&gt;"]


def test_long_text_says_what_was_cut(explorer):
    explorer.controls["second"].value = "good " * 20_000
    assert f"Sentence 2 is long: {LIMIT} tokens are read and drawn" in explorer.picture.value
    assert f"the last {5 * (20_000 - LIMIT + 2):,} characters are not" in explorer.picture.value
    assert len(explorer.picture.value) < 30_000
    explorer.controls["second"].value = "good " * (LIMIT - 2)
    assert "is long" not in explorer.picture.value


def test_a_model_that_keeps_no_attention_is_refused_in_words(tokenizer, model):
    explorer = padding_explorer(tokenizer, model, "fine", "good")
    assert "attn_implementation=&#x27;eager&#x27;" in explorer.message.value


@given(st.lists(st.integers(1, 30), min_size=1, max_size=30))
def test_packed_rows_share_lines_and_no_position(lengths):
    places, width = packed([range(length) for length in lengths]), max(lengths)
    taken = [
        (line, start + at) for (line, start), length in zip(places, lengths) for at in range(length)
    ]
    assert len(set(taken)) == len(taken) and max(at for _, at in taken) < width
    fullest = {
        line: sum(length for place, length in zip(places, lengths) if place[0] == line)
        for line, _ in places
    }
    assert (
        sum(2 * length <= width for length in fullest.values()) <= 1
    )  # two half-empty lines would have been one


def test_columns_leave_out_what_nobody_looks_at():
    assert columns([7, 8], 2, "right", True, 0) == ((7, 0, True, False), (8, 1, True, False))
    assert columns([7, 8], 2, "left", True, 0) == (
        (0, 0, False, True),
        (7, 2, True, False),
        (8, 3, True, False),
    )
    assert [column[1:] for column in columns([7], 2, "left", False, 0)] == [
        (0, True, True),
        (1, True, True),
        (2, True, False),
    ]


def test_many_changes_end_in_the_last_state(explorer, tokenizer, reader):
    for count in range(200):
        explorer.controls["extra"].value = count % 17
        explorer.controls["masked"].value = bool(count % 2)
        if count % 20 == 19:
            explorer.controls["second"].value = f"Good {count}"
    state = look((A, "Good 199"), tokenizer, reader)
    assert (
        explorer.picture.value == render(state, EXTRA[-1], "right", True)
        and not explorer.message.value
    )  # 199 % 17 is past the end
