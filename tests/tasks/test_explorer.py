"""Explorer of notebook 07: its scores are those of all spans in two loops, whatever is asked of whatever text."""

import html
import math
import re

import pytest
import torch
from hypothesis import example, given, settings
from hypothesis import strategies as st
from transformers import DistilBertConfig, DistilBertForQuestionAnswering

from helpers.tasks.explorer import (
    BEST,
    LONGEST,
    QUESTION,
    SHOWN,
    State,
    best_spans,
    look,
    render,
    spans_explorer,
)
from tools.notebooks import functions
from tools.pictures import labels_of, rows

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


def by_loops(tokenizer, model, question, context, longest):
    """All spans with their scores, best first, as (score, first character, last character), and the score of no answer."""
    inputs = tokenizer(question, context, return_offsets_mapping=True, return_tensors="pt")
    with torch.inference_mode():
        output = model(inputs["input_ids"])
    inside = [i for i, part in enumerate(inputs.sequence_ids()) if part == 1]
    start, end = (
        [math.exp(z) for z in logits[0].tolist()]
        for logits in (output.start_logits, output.end_logits)
    )
    all_starts, all_ends = (sum(side[i] for i in [0, *inside]) for side in (start, end))
    place = inputs["offset_mapping"][0].tolist()
    spans = [
        (start[a] / all_starts * end[b] / all_ends, place[a][0], place[b][1])
        for a in inside
        for b in inside
        if a <= b < a + longest
    ]
    return sorted(spans, reverse=True), start[0] / all_starts * end[0] / all_ends


def assert_spans_are(explorer, spans, null):
    *ranked, nothing = rows(explorer.picture.value, "The spans as a table")
    assert len(ranked) == min(BEST, len(spans))
    for (_, text, characters, _, score), (wanted, start, end) in zip(ranked, spans):
        assert float(score) == pytest.approx(wanted, abs=5.1e-4)
    assert nothing[0] == "no answer" and float(nothing[-1]) == pytest.approx(null, abs=5.1e-4)


@pytest.mark.parametrize("longest", [1, 2, 15, 30])
def test_numbers_in_the_picture_are_the_models(tokenizer, reader, explorer, longest):
    explorer.controls["longest"].value = longest
    for question in (ASKED, "Who?", ""):
        explorer.controls["question"].value = question
        spans, null = by_loops(tokenizer, reader, question, CONTEXT, longest)
        assert_spans_are(explorer, spans, null)
        (score, start, end), picture = spans[0], explorer.picture.value
        assert f"<mark>{CONTEXT[start:end]}</mark>" in picture
        assert f"Characters {start} to {end}, score {score:.3f}. No answer: {null:.3f}." in picture
        assert ("The best span wins" in picture) == (score > null)
        [label] = labels_of(picture)
        assert f"1 {CONTEXT[start:end][:32]}" in label and f"no answer {null:.3f}" in label
        for _, text, characters, _, score in rows(picture, "The spans as a table")[:-1]:
            assert (
                text == CONTEXT[slice(*map(int, characters.split(" to ")))]
                and f">{score}</text>" in picture
            )


def test_tokens_in_the_picture_are_the_models(tokenizer, reader, explorer):
    inputs = tokenizer(ASKED, CONTEXT, return_tensors="pt")
    with torch.inference_mode():
        output = reader(inputs["input_ids"])
    inside = [0, *(i for i, part in enumerate(inputs.sequence_ids()) if part == 1)]
    table = rows(explorer.picture.value, "The tokens as a table")
    assert [row[0] for row in table] == [inputs.tokens()[i] for i in inside]
    for logits, column in ((output.start_logits, 2), (output.end_logits, 3)):
        assert [float(row[column]) for row in table] == pytest.approx(
            logits[0, inside].softmax(dim=0).tolist(), abs=5.1e-3
        )
    said = re.search("aria-label='Start and end of each token: (.*?)'", explorer.picture.value)[1]
    assert html.unescape(said) == "; ".join(f"{row[0]} {row[2]} {row[3]}" for row in table)


def test_a_span_is_read_as_in_the_notebook(tokenizer, reader):
    read = functions("07_other_tasks")["read"]
    for question in (ASKED, "Who?", "Why is it so?"):
        for longest in (1, 3, 15):
            inputs = tokenizer(question, CONTEXT, return_offsets_mapping=True, return_tensors="pt")
            with torch.inference_mode():
                output = reader(inputs["input_ids"])
            found = read(
                output.start_logits[0],
                output.end_logits[0],
                inputs.sequence_ids(),
                inputs["offset_mapping"][0].tolist(),
                longest,
            )
            state = look(question, CONTEXT, tokenizer, reader)
            score, first, last = best_spans(state, longest)[0]
            assert score == pytest.approx(found["score"], abs=1e-5)
            assert (state.offsets[first][0], state.offsets[last][1]) == (
                found["start"],
                found["end"],
            )


def test_best_span_in_the_tokens_is_marked(explorer):
    explorer.controls["longest"].value = 2
    best = rows(explorer.picture.value, "The spans as a table")[0]
    marked = re.findall(r'class="end in">.*?<b>(.*?)</b>', explorer.picture.value)
    assert len(marked) == int(best[3]) and "".join(marked).replace("##", "") == best[
        1
    ].lower().replace(" ", "")


def test_the_reader_is_told_which_weights(explorer):
    assert "Weights: <b>random &lt;never&gt; trained</b>" in explorer.picture.value


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=40), st.text(max_size=80), st.integers(1, 30))
@example("", "", 1)
@example("  ", "\n \t", 3)
@example("?", "😀 \u202e\u0301\x00", 15)
@example("<script>alert(1)</script>", "<img src=x onerror=alert(1)></span></section>", 15)
def test_any_text_is_drawn_with_the_right_scores(tokenizer, reader, question, context, longest):
    explorer = spans_explorer(tokenizer, reader, ASKED, CONTEXT, "random")
    explorer.controls["longest"].value = longest
    explorer.controls["question"].value = question
    explorer.controls["context"].value = context
    assert not explorer.message.value
    labels_of(explorer.picture.value)
    assert_spans_are(explorer, *by_loops(tokenizer, reader, question, context, longest))


def test_tokens_and_spans_are_shown_as_text():
    logits = torch.tensor([0.0, 9.0, 0.0])
    state = State(
        "<b>",
        "<script>x</script>",
        ["[CLS]", "<script>x", "</script>"],
        [(0, 0), (0, 9), (9, 18)],
        logits,
        logits.roll(1),
        0,
    )
    picture = render(state, 2, "none")
    labels_of(picture)
    assert "<div class='context'>&lt;b&gt;</div>" in picture
    assert (
        "<mark>&lt;script&gt;x&lt;/script&gt;</mark>" in picture
        and picture.count("<b>&lt;script&gt;x</b>") == 1
    )


def test_one_forward_pass_for_a_text_and_none_for_the_slider(tokenizer, reader):
    passes = []
    handle = reader.register_forward_hook(lambda *_: passes.append(1))
    explorer = spans_explorer(tokenizer, reader, ASKED, CONTEXT, "random")
    counted = [len(passes)]
    for name, value in (
        ("longest", 3),
        ("question", "Who?"),
        ("longest", 9),
        ("context", "Me."),
        ("longest", 1),
    ):
        explorer.controls[name].value = value
        counted.append(len(passes))
    handle.remove()
    assert counted == [1, 1, 2, 2, 3, 3]


def test_no_words_to_point_at(explorer):
    explorer.controls["context"].value = " "
    assert (
        "No words to point at" in explorer.picture.value and "<mark>" not in explorer.picture.value
    )
    assert rows(explorer.picture.value, "The spans as a table") == [
        ["no answer", "", "", "", "1.000"]
    ]


def test_long_text_is_drawn_around_the_best_span_and_says_what_was_cut(tokenizer, reader, explorer):
    words = ["film"] * 300
    for place, around in ((0, False), (150, True), (299, False)):
        explorer.controls["context"].value = " ".join([*words[:place], CONTEXT, *words[place:]])
        drawn = rows(explorer.picture.value, "The tokens as a table")
        best = rows(explorer.picture.value, "The spans as a table")[0][2].split(" to ")
        assert len(drawn) == 1 + SHOWN and f"of {300 + 14} are drawn" in explorer.picture.value
        assert best[0] in [row[1].split(" to ")[0] for row in drawn[1:]]
        assert "cut off" not in explorer.picture.value and len(explorer.picture.value) < 30_000
    context = "film " * 900
    explorer.controls["context"].value = context
    read = LONGEST - 3 - len(tokenizer.tokenize(ASKED))
    assert f"of {read} are drawn" in explorer.picture.value
    assert (
        f"the last {len(context) - 5 * read:,} characters of the text were cut off"
        in explorer.picture.value
    )


def test_text_of_just_the_limit_is_not_called_cut(tokenizer, reader):
    read = LONGEST - 3 - len(tokenizer.tokenize(ASKED))
    assert look(ASKED, "film " * read, tokenizer, reader).unread == 0
    assert look(ASKED, "film " * (read + 1), tokenizer, reader).unread == 5  # a space and a word


def test_what_is_too_long_is_refused_in_words(explorer):
    before = explorer.picture.value
    for name, text, said in (
        ("question", "why " * (QUESTION + 1), f"the question has {QUESTION + 1} tokens"),
        ("context", "good " * 20_000, "100,000 characters"),
        ("context", "half \ud83d", "surrogate"),
    ):
        good = explorer.controls[name].value
        explorer.controls[name].value = text
        assert said in explorer.message.value and explorer.picture.value == before
        explorer.controls[name].value = good
        assert not explorer.message.value and explorer.picture.value == before
    explorer.controls["question"].value = "why " * QUESTION
    assert not explorer.message.value


def test_many_changes_end_in_the_last_state(tokenizer, reader, explorer):
    for count in range(200):
        name, value = [
            ("question", f"Who {count}?"),
            ("context", f"{CONTEXT} {count}"),
            ("longest", 1 + count % 30),
        ][count % 3]
        explorer.controls[name].value = value
    assert_spans_are(
        explorer, *by_loops(tokenizer, reader, "Who 198?", f"{CONTEXT} 199", 1 + 197 % 30)
    )
    assert f"{CONTEXT} 199" in re.sub("</?mark>", "", explorer.picture.value)
