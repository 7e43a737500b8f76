"""Notebook 07: the functions in its cells against independent references."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from transformers import (
    AutoModelForSeq2SeqLM,
    DistilBertConfig,
    DistilBertForTokenClassification,
    T5Config,
    pipeline,
)

import helpers.tasks.checks as checks
import helpers.tasks.figures as figures
from tools.notebooks import functions

NAMES = ["O", "B-PER", "I-PER", "B-ORG", "I-ORG", "B-LOC", "I-LOC"]
SMALL = {
    "dim": 32,
    "hidden_dim": 64,
    "n_layers": 2,
    "n_heads": 4,
    "dropout": 0.0,
    "attention_dropout": 0.0,
}


@pytest.fixture(scope="module")
def cells():
    return functions("07_other_tasks")


@st.composite
def pairs_of_logits(draw):
    """Start and end logits, a mask of the context with one True at least, the longest span."""
    size = draw(st.integers(1, 14))
    seed = draw(st.integers(0, 10**6))
    generator = torch.Generator().manual_seed(seed)
    start, end = 3 * torch.randn(2, size, generator=generator)
    context = torch.tensor(draw(st.lists(st.booleans(), min_size=size, max_size=size)))
    context[draw(st.integers(0, size - 1))] = True
    return start, end, context, draw(st.integers(1, size + 2))


def every_span(start, end, context, longest):
    """{(first, last): score} of the allowed spans, one after the other."""
    spans = {}
    for first in range(len(start)):
        for last in range(len(start)):
            if first <= last < first + longest and context[first] and context[last]:
                spans[first, last] = start[first].item() + end[last].item()
    return spans


@given(given_logits=pairs_of_logits())
def test_span_scores_are_those_of_all_allowed_spans(cells, given_logits):
    spans = every_span(*given_logits)
    scores = cells["span_scores"](*given_logits)
    for cell in np.ndindex(*scores.shape):
        assert scores[cell].item() == pytest.approx(spans.get(cell, -np.inf), abs=1e-5)


@given(given_logits=pairs_of_logits())
def test_best_span_is_the_best_of_all(cells, given_logits):
    spans = every_span(*given_logits)
    first, last, score = cells["best_span"](*given_logits)
    assert (first, last) in spans
    assert score == pytest.approx(max(spans.values()), abs=1e-5)


@given(size=st.integers(1, 12), seed=st.integers(0, 10**6), longest=st.integers(1, 15))
def test_read_is_the_product_of_two_softmaxes(cells, size, seed, longest):
    """Probabilities multiplied for every span: the way the removed pipeline scored."""
    start, end = 4 * torch.randn(
        2, size + 4, generator=torch.Generator().manual_seed(seed), dtype=torch.float64
    )
    parts = [None, 0, None, *[1] * size, None]
    offsets = [(0, 0), (0, 5), (0, 0), *((3 * i, 3 * i + 2) for i in range(size)), (0, 0)]
    taken = [i for i, part in enumerate(parts) if i == 0 or part == 1]
    p_start, p_end = (
        dict(zip(taken, z[taken].softmax(dim=0).tolist(), strict=True)) for z in (start, end)
    )
    spans = {
        (a, b): p_start[a] * p_end[b] for a in taken[1:] for b in taken[1:] if a <= b < a + longest
    }
    best = max(spans, key=spans.get)
    found = cells["read"](start, end, parts, offsets, longest)
    assert found["score"] == pytest.approx(spans[best], rel=1e-6)
    assert found["null"] == pytest.approx(p_start[0] * p_end[0], rel=1e-6)
    assert (found["start"], found["end"]) == (offsets[best[0]][0], offsets[best[1]][1])


SCHEMES = [
    NAMES,
    ["O", "B-WORK-OF-ART", "I-WORK-OF-ART", "B-ART", "I-ART", "I-OF-ART", "B-"],
    ["O", "B-PER", "I-PER", "E-PER", "S-PER", "B-LOC", "E-LOC"],
    ["O", "b-per", "i-per", "B-I-PER", "I-B-PER", "PER", "b-loc"],
]


def tagger_of(seed, tokenizer, names=NAMES):
    torch.manual_seed(seed)
    config = DistilBertConfig(
        vocab_size=len(tokenizer),
        **SMALL,
        initializer_range=0.3,
        id2label=dict(enumerate(names)),
        label2id={name: i for i, name in enumerate(names)},
    )
    return DistilBertForTokenClassification(config).eval()


@pytest.mark.parametrize("strategy", ["first", "average", "max"])
@pytest.mark.parametrize(
    "text",
    ["Unbelievably, Sylvain's HuggingFace course!", "naïve tokenizers", "A", "☃ in Québec ☃"],
)
@pytest.mark.parametrize("names", SCHEMES, ids=lambda names: names[1])
def test_entities_are_the_pipelines(cells, tokenizer, strategy, text, names):
    for seed in range(4):
        tagger = tagger_of(seed, tokenizer, names)
        inputs = tokenizer(text, return_offsets_mapping=True, return_tensors="pt")
        offsets = inputs.pop("offset_mapping")[0].tolist()
        with torch.inference_mode():
            probabilities = tagger(**inputs).logits[0].softmax(dim=-1)
        mine = cells["entities"](
            cells["one_per_word"](probabilities, inputs.word_ids(), strategy), names, offsets
        )
        library = pipeline("token-classification", model=tagger, tokenizer=tokenizer)(
            text, aggregation_strategy=strategy
        )
        for own, other in zip(mine, library, strict=True):
            assert (own["entity_group"], own["start"], own["end"]) == (
                other["entity_group"],
                other["start"],
                other["end"],
            )
            assert own["score"] == pytest.approx(other["score"], abs=1e-5)


def random_marian():
    model, ids, mask = checks._translator()
    return model, ids[3:], mask[3:]  # a row with pads that writes several words and ends


def random_t5():
    torch.manual_seed(35)  # large random weights: each word depends on the ones before
    model = AutoModelForSeq2SeqLM.from_config(
        T5Config(
            vocab_size=40,
            d_model=32,
            d_kv=8,
            d_ff=64,
            num_layers=2,
            num_heads=4,
            decoder_start_token_id=0,
            initializer_factor=8.0,
            tie_word_embeddings=False,
        )
    ).eval()
    model.generation_config.bad_words_ids = [[0]]
    return model, torch.randint(2, 40, (1, 7)), torch.ones(1, 7, dtype=torch.int64)


@pytest.mark.parametrize("make", [random_marian, random_t5])
@pytest.mark.parametrize("name", ["translate", "translate_cached"])
@pytest.mark.parametrize("steps", [1, 5, 15])
def test_translate_is_generate(cells, make, name, steps):
    model, ids, mask = make()
    library = model.generate(
        ids, attention_mask=mask, max_new_tokens=steps, num_beams=1, do_sample=False
    )
    assert torch.equal(cells[name](model, ids, mask, steps), library)
    assert steps < 15 or len(library.unique()) >= 4, (
        "nothing to tell: the model only repeats itself"
    )


def test_alternative_texts_tell_the_figures():
    tokens, parts = ["[CLS]", "who", "[SEP]", "ann", "bob", "[SEP]"], [None, 0, None, 1, 1, None]
    start, end = torch.zeros(6), torch.tensor([0, 9.0, 9, 0, 40, 9])
    alt = figures.start_and_end(tokens, parts, start, end).alt
    assert (
        "starts at: [CLS] 0.33, ann 0.33, bob 0.33" in alt
        and "ends at: [CLS] 0.00, ann 0.00, bob 1.00" in alt
    )
    scores = torch.full((6, 6), -torch.inf)
    scores[3, 3], scores[3, 4], scores[4, 4] = 1.0, 3.0, 2.0
    alt = figures.span_grid(tokens, torch.tensor([part == 1 for part in parts]), scores).alt
    assert "3 of 4 cells are allowed" in alt and "starts with ann and ends with bob" in alt
    alt = figures.cross_attention(
        ["un", "deux"], ["one", "two"], torch.tensor([[0.9, 0.1], [0.5, 0.5]])
    ).alt
    assert "one looks most at un" in alt and "1 of 2 rows give more than half" in alt
