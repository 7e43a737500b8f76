"""How long an explorer takes in the kernel after a change of its text."""

import functools
import itertools
import statistics

import torch
from transformers import (
    AutoModel,
    AutoModelForCausalLM,
    AutoModelForMaskedLM,
    AutoModelForSequenceClassification,
    AutoTokenizer,
    DistilBertConfig,
    DistilBertForQuestionAnswering,
)

from benchmarks.timing import interleaved, spread, table
from helpers.generation.explorer import sampling_explorer
from helpers.heads.explorer import heads_explorer
from helpers.padding.explorer import padding_explorer
from helpers.pipeline.explorer import pipeline_explorer
from helpers.postprocessing.explorer import logits_explorer
from helpers.tasks.explorer import spans_explorer
from helpers.tokenizer.explorer import tokenizer_explorer
from helpers.weights import resolve
from tools.touch import longer

TEXT = "I've been waiting for a HuggingFace course my whole life."
CONTEXT = "My name is Sylvain and I work at Hugging Face in Brooklyn"


def explorers():
    """name → (view, tokenizer and model of a bare pass or None)."""
    folder, causal_folder = resolve("sentiment"), resolve("causal-lm")
    words = AutoTokenizer.from_pretrained(folder)
    pieces = AutoTokenizer.from_pretrained(causal_folder)
    plain = {"dtype": torch.float32}
    eager = plain | {"attn_implementation": "eager"}
    model = AutoModelForSequenceClassification.from_pretrained(folder, **plain)
    looking = AutoModelForSequenceClassification.from_pretrained(folder, **eager)
    body = AutoModel.from_pretrained(folder, **eager)
    masked = AutoModelForMaskedLM.from_pretrained(resolve("masked-lm"), **plain)
    causal = AutoModelForCausalLM.from_pretrained(causal_folder, **plain)
    torch.manual_seed(0)
    asked = DistilBertForQuestionAnswering(DistilBertConfig.from_pretrained(folder)).eval()
    text = TEXT
    whole = pipeline_explorer(words, model, text)
    cut = tokenizer_explorer({"WordPiece": words, "byte-level BPE": pieces}, text)
    heads = heads_explorer(words, body, model, masked, text)
    logits = logits_explorer(words, model, text)
    padding = padding_explorer(words, looking, text, "I hate this.")
    sampling = sampling_explorer(pieces, causal, text)
    spans = spans_explorer(words, asked, "Where do I work?", CONTEXT, "random")
    return {
        "pipeline": (whole, words, model),
        "tokenizer": (cut, None, None),
        "heads": (heads, words, body),
        "logits": (logits, words, model),
        "padding": (padding, words, looking),
        "sampling": (sampling, pieces, causal),
        "spans": (spans, words, asked),
    }


def asker(view):
    """A function that asks about texts that were never seen, or they would come from a cache."""
    start, numbers = dict(view.inputs), itertools.count(1)

    def ask():
        n = next(numbers)
        view.inputs = longer(start, f" {n}") | {"n": n}

    return ask


def measure(rounds=20):
    """Rows of explorer, bare pass, new text, what is over the pass; milliseconds."""
    rows = []
    for name, (view, tokenizer, model) in explorers().items():
        calls = {"text": asker(view)}
        if model is not None:
            inputs = tokenizer(TEXT, return_tensors="pt")
            calls["bare"] = functools.partial(torch.inference_mode()(model), **inputs)
        seconds = interleaved(calls, rounds)
        assert view.state["error"] is None, view.state["error"]
        median = {key: statistics.median(value) for key, value in seconds.items()}
        over = median["text"] - median.get("bare", 0)
        rows.append(
            (
                name,
                spread(seconds["bare"], 1e-3, "{:.1f}") if model is not None else "none needed",
                spread(seconds["text"], 1e-3, "{:.1f}"),
                f"{over * 1e3:+.1f}",
                f"{median['text'] / median['bare']:.2f}" if model is not None else "–",
            )
        )
    headers = ["explorer", "bare forward pass, ms", "new text → picture, ms"]
    return table([*headers, "over the pass, ms", "ratio"], rows)
