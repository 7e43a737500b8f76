"""`helpers.tasks.answer` against the removed pipeline's rules, written out in loops."""

import math

import pytest
import torch
from transformers import DistilBertConfig, DistilBertForQuestionAnswering

from helpers.tasks import answer

CONTEXT = (
    "Sylvain lives in Louvain-la-Neuve, unbelievably. In Louvain-la-Neuve the naïve film film Film."
)
SMALL = {"dim": 32, "hidden_dim": 64, "n_layers": 2, "n_heads": 4, "initializer_range": 0.5}


@pytest.fixture(scope="module", params=[1, 2, 3, 4])
def reader(request, tokenizer):
    torch.manual_seed(request.param)
    config = DistilBertConfig(vocab_size=len(tokenizer), **SMALL)
    return DistilBertForQuestionAnswering(config).eval()


def exponentials(logits, places):
    """Softmax over some places: {place: probability}."""
    largest = max(logits[i] for i in places)
    total = sum(math.exp(logits[i] - largest) for i in places)
    return {i: math.exp(logits[i] - largest) / total for i in places}


def by_rules(question, context, tokenizer, model, align, size=384, longest=15):
    """Each window alone, each span on its own; no line is shared with the helper."""
    cut = {"truncation": "only_second", "max_length": size, "stride": min(size // 2, 128)}
    windows = tokenizer(question, context, return_overflowing_tokens=True, **cut)
    answers = {}
    for k, ids in enumerate(windows["input_ids"]):
        with torch.inference_mode():
            output = model(input_ids=torch.tensor([ids]))
        places = [i for i, part in enumerate(windows.sequence_ids(k)) if part == 1]
        starts = exponentials(output.start_logits[0].tolist(), [0, *places])
        ends = exponentials(output.end_logits[0].tolist(), [0, *places])
        spans = [
            (starts[a] * ends[b], a, b) for a in places for b in places if a <= b < a + longest
        ]
        for score, a, b in sorted(spans, reverse=True)[: 12 if align else 1]:
            first, last = windows.encodings[k].offsets[a][0], windows.encodings[k].offsets[b][1]
            if align:  # a word is what the tokenizer's pre-tokenizer calls one
                words = windows.encodings[k].word_ids
                mine = [i for i in places if words[i] in (words[a], words[b])]
                first = min(windows.encodings[k].offsets[i][0] for i in mine)
                last = max(windows.encodings[k].offsets[i][1] for i in mine)
            text = context[first:last]
            kept = answers.setdefault(text.lower(), [text, 0.0, first, last])
            kept[1] += score
    return max(answers.values(), key=lambda found: found[1])


@pytest.mark.parametrize("align", [False, True])
@pytest.mark.parametrize("size, copies", [(384, 1), (40, 3)], ids=["one window", "several"])
def test_answers_are_those_of_the_rules(reader, tokenizer, align, size, copies):
    question, context = "Where does Sylvain live?", " ".join([CONTEXT] * copies)
    found = answer(question, context, tokenizer, reader, align_to_words=align, max_tokens=size)
    text, score, start, end = by_rules(question, context, tokenizer, reader, align, size)
    assert (found["answer"], found["start"], found["end"]) == (text, start, end)
    assert found["score"] == pytest.approx(score, abs=1e-5)
    assert found["answer"] == context[found["start"] : found["end"]]


def test_widening_gives_whole_words(reader, tokenizer):
    found = answer("Where?", CONTEXT, tokenizer, reader, align_to_words=True)
    start, end = found["start"], found["end"]
    assert not (CONTEXT[start - 1 : start].isalnum() and CONTEXT[start].isalnum())
    assert not (CONTEXT[end - 1].isalnum() and CONTEXT[end : end + 1].isalnum())


@pytest.mark.parametrize("name", ["question", "context"])
@pytest.mark.parametrize("text", ["", "  \n"])
def test_an_empty_question_or_context_is_an_error(reader, tokenizer, name, text):
    texts = {"question": "Where?", "context": CONTEXT} | {name: text}
    with pytest.raises(ValueError, match=f"`{name}` cannot be empty"):
        answer(**texts, tokenizer=tokenizer, model=reader)
