"""Notebook 07: the functions in its cells against independent references, and the whole of it on checkpoints that answer."""

import os

import nbformat
import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from nbclient import NotebookClient
from tokenizers import Tokenizer, models, pre_tokenizers, processors
from transformers import (AutoModelForSeq2SeqLM, AutoTokenizer, DistilBertConfig, DistilBertForQuestionAnswering,
                          DistilBertForTokenClassification, MarianConfig, PreTrainedTokenizerFast, T5Config, pipeline)

import helpers.checks.tasks as checks
import helpers.figures.tasks as figures
from helpers.checkpoints import EMBEDDED, resolve
from tests.notebook import PROJECT, functions

NAMES = ["O", "B-PER", "I-PER", "B-ORG", "I-ORG", "B-LOC", "I-LOC"]
SMALL = {"dim": 32, "hidden_dim": 64, "n_layers": 2, "n_heads": 4, "dropout": 0.0, "attention_dropout": 0.0, "qa_dropout": 0.0}
QUESTION, CONTEXT = "Where do I work?", "My name is Sylvain and I work at Hugging Face in Brooklyn"
FRENCH, ENGLISH = "Ce cours est produit par Hugging Face.", "This course is produced by Hugging Face."


@pytest.fixture(scope="module")
def cells():
    return functions("07_other_tasks")


@st.composite
def pairs_of_logits(draw):
    """start and end logits, a mask of context tokens with at least one True, and the longest span allowed."""
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
    """Probabilities over the context and [CLS], multiplied for every span: the way the removed pipeline scored."""
    start, end = (4 * torch.randn(2, size + 4, generator=torch.Generator().manual_seed(seed), dtype=torch.float64))
    parts = [None, 0, None, *[1] * size, None]
    offsets = [(0, 0), (0, 5), (0, 0), *((3 * i, 3 * i + 2) for i in range(size)), (0, 0)]
    taken = [i for i, part in enumerate(parts) if i == 0 or part == 1]
    p_start, p_end = (dict(zip(taken, np.exp(z[taken].numpy()) / np.exp(z[taken].numpy()).sum())) for z in (start, end))
    spans = {(a, b): p_start[a] * p_end[b] for a in taken[1:] for b in taken[1:] if a <= b < a + longest}
    best = max(spans, key=spans.get)
    found = cells["read"](start, end, parts, offsets, longest)
    assert found["score"] == pytest.approx(spans[best], rel=1e-6)
    assert found["null"] == pytest.approx(p_start[0] * p_end[0], rel=1e-6)
    assert (found["start"], found["end"]) == (offsets[best[0]][0], offsets[best[1]][1])


def tagger_of(seed, tokenizer):
    torch.manual_seed(seed)
    config = DistilBertConfig(vocab_size=len(tokenizer), **SMALL, initializer_range=0.3, id2label=dict(enumerate(NAMES)),
                              label2id={name: i for i, name in enumerate(NAMES)})
    return DistilBertForTokenClassification(config).eval()


@pytest.mark.parametrize("strategy", ["first", "average", "max"])
@pytest.mark.parametrize("text", ["Unbelievably, Sylvain's HuggingFace course!", "naïve tokenizers", "A", "☃ in Québec ☃"])
def test_entities_are_the_pipelines(cells, tokenizer, strategy, text):
    for seed in range(4):
        tagger = tagger_of(seed, tokenizer)
        inputs = tokenizer(text, return_offsets_mapping=True, return_tensors="pt")
        offsets = inputs.pop("offset_mapping")[0].tolist()
        with torch.inference_mode():
            probabilities = tagger(**inputs).logits[0].softmax(dim=-1)
        mine = cells["entities"](cells["one_per_word"](probabilities, inputs.word_ids(), strategy), NAMES, offsets)
        library = pipeline("token-classification", model=tagger, tokenizer=tokenizer)(text, aggregation_strategy=strategy)
        for own, other in zip(mine, library, strict=True):
            assert (own["entity_group"], own["start"], own["end"]) == (other["entity_group"], other["start"], other["end"])
            assert own["score"] == pytest.approx(other["score"], abs=1e-5)


def random_marian():
    model, ids, mask = checks._translator()
    return model, ids[3:], mask[3:]  # a row with pads that writes several words and ends


def random_t5():
    torch.manual_seed(35)  # large random weights: each word depends on the ones before
    model = AutoModelForSeq2SeqLM.from_config(T5Config(vocab_size=40, d_model=32, d_kv=8, d_ff=64, num_layers=2, num_heads=4,
                                                       decoder_start_token_id=0, initializer_factor=8.0,
                                                       tie_word_embeddings=False)).eval()
    model.generation_config.bad_words_ids = [[0]]
    return model, torch.randint(2, 40, (1, 7)), torch.ones(1, 7, dtype=torch.int64)


@pytest.mark.parametrize("make", [random_marian, random_t5])
@pytest.mark.parametrize("name", ["translate", "translate_cached"])
@pytest.mark.parametrize("steps", [1, 5, 15])
def test_translate_is_generate(cells, make, name, steps):
    model, ids, mask = make()
    library = model.generate(ids, attention_mask=mask, max_new_tokens=steps, num_beams=1, do_sample=False)
    assert torch.equal(cells[name](model, ids, mask, steps), library)
    assert steps < 15 or len(library.unique()) >= 4, "nothing to tell: the model only repeats itself"


def learn(model, steps=60, **examples):
    optimizer = torch.optim.AdamW(model.parameters(), lr=5e-3)
    for _ in range(steps):
        loss = model(**examples).loss
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return model.eval()


def save_reader(folder):
    """A DistilBERT that has learned the classic question by heart."""
    tokenizer = AutoTokenizer.from_pretrained(EMBEDDED)
    inputs = tokenizer(QUESTION, CONTEXT, return_tensors="pt")
    first, last = (inputs.char_to_token(0, place, sequence_index=1) for place in (33, 44))
    torch.manual_seed(0)
    model = DistilBertForQuestionAnswering(DistilBertConfig(vocab_size=len(tokenizer), **SMALL))
    learn(model, **inputs, start_positions=torch.tensor([first]), end_positions=torch.tensor([last])).save_pretrained(folder)
    tokenizer.save_pretrained(folder)


def save_translator(folder):
    """A Marian with two layers and three heads that has learned the classic sentence by heart, and its tokenizer of words."""
    names = ["</s>", "<pad>", "<unk>", *sorted({*FRENCH[:-1].split(), *ENGLISH[:-1].split(), "."})]
    words = Tokenizer(models.WordLevel({name: i for i, name in enumerate(names)}, unk_token="<unk>"))
    words.pre_tokenizer = pre_tokenizers.Whitespace()
    words.post_processor = processors.TemplateProcessing(single="$A </s>", special_tokens=[("</s>", 0)])
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=words, eos_token="</s>", pad_token="<pad>", unk_token="<unk>")
    torch.manual_seed(0)
    sizes = {f"{part}_{name}": size for part in ("encoder", "decoder")
             for name, size in (("layers", 2), ("attention_heads", 3), ("ffn_dim", 64))}
    model = AutoModelForSeq2SeqLM.from_config(MarianConfig(
        vocab_size=len(names), d_model=48, **sizes, dropout=0.0, init_std=0.1, scale_embedding=True, max_position_embeddings=64,
        pad_token_id=1, eos_token_id=0, decoder_start_token_id=1, forced_eos_token_id=0))
    model.generation_config.update(bad_words_ids=[[1]], num_beams=4)  # as the classic checkpoint has it
    source = tokenizer(FRENCH, return_tensors="pt", return_token_type_ids=False)
    learn(model, **source, labels=tokenizer(ENGLISH, return_tensors="pt")["input_ids"]).save_pretrained(folder)
    tokenizer.save_pretrained(folder)


def test_runs_on_checkpoints_that_answer(tmp_path, monkeypatch):
    """The way of a reader with the Hub: both roles are there, and the notebook prints the published answers."""
    save_reader(tmp_path / "question-answering")
    save_translator(tmp_path / "translation")
    (tmp_path / "masked-lm").symlink_to(EMBEDDED)
    (tmp_path / "causal-lm").symlink_to(resolve("causal-lm"))
    monkeypatch.setenv("CHECKPOINTS", str(tmp_path))
    path = PROJECT / "notebooks" / "07_other_tasks.ipynb"
    notebook = nbformat.read(path, as_version=4)
    client = NotebookClient(notebook, timeout=300, kernel_name="python3", resources={"metadata": {"path": path.parent}})
    client.execute(env=os.environ.copy())
    printed = {cell.id: "".join(output.get("text", "") for output in cell.get("outputs", ())) for cell in notebook.cells}
    assert "question-answering: folder question-answering/" in printed["qa-resolve"]
    assert "this run:  'Hugging Face', characters 33 to 45" in printed["read-show"]
    assert "trained for questions" in printed["read-show"]
    assert f"{FRENCH} → {ENGLISH[:-1]} ." in printed["mt-first"]
    assert "seen in training" not in printed["mt-all"]


def test_alternative_texts_tell_the_figures():
    tokens, parts = ["[CLS]", "who", "[SEP]", "ann", "bob", "[SEP]"], [None, 0, None, 1, 1, None]
    start, end = torch.zeros(6), torch.tensor([0, 9.0, 9, 0, 40, 9])
    alt = figures.start_and_end(tokens, parts, start, end).alt
    assert "starts at: [CLS] 0.33, ann 0.33, bob 0.33" in alt and "ends at: [CLS] 0.00, ann 0.00, bob 1.00" in alt
    scores = torch.full((6, 6), -torch.inf)
    scores[3, 3], scores[3, 4], scores[4, 4] = 1.0, 3.0, 2.0
    alt = figures.span_grid(tokens, torch.tensor([part == 1 for part in parts]), scores).alt
    assert "3 of 4 cells are allowed" in alt and "starts with ann and ends with bob" in alt
    alt = figures.cross_attention(["un", "deux"], ["one", "two"], torch.tensor([[0.9, 0.1], [0.5, 0.5]])).alt
    assert "one looks most at un" in alt and "1 of 2 rows give more than half" in alt
