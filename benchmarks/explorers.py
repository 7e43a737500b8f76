"""How long an explorer takes in the kernel, after a change of its text or its slider."""

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

TEXTS = [
    "I've been waiting for a HuggingFace course my whole life.",
    "I've been waiting for a HuggingFace course my whole year.",
]
CONTEXT = "My name is Sylvain and I work at Hugging Face in Brooklyn"


def explorers():
    """name → (explorer, text control, slider or None, tokenizer and model of a bare pass)."""
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
    text = TEXTS[0]
    whole = pipeline_explorer(words, model, text)
    cut = tokenizer_explorer({"WordPiece": words, "byte-level BPE": pieces}, text)
    heads = heads_explorer(words, body, model, masked, text)
    logits = logits_explorer(words, model, text)
    padding = padding_explorer(words, looking, text, "I hate this.")
    sampling = sampling_explorer(pieces, causal, text)
    spans = spans_explorer(words, asked, "Where do I work?", CONTEXT, "random")
    return {
        "pipeline": (whole, "text", None, words, model),
        "tokenizer": (cut, "text", "max_length", None, None),
        "heads": (heads, "text", "layer", words, body),
        "logits": (logits, "text", "temperature", words, model),
        "padding": (padding, "first", "extra", words, looking),
        "sampling": (sampling, "prompt", "temperature", pieces, causal),
        "spans": (spans, "question", "longest", words, asked),
    }


def text_changer(control):
    numbers = itertools.count(1)

    def change():  # always to a text that was never seen, or it would come out of a cache
        number = next(numbers)
        control.value = f"{TEXTS[number % 2]} {number}"

    return change


def slider_mover(control):
    low, high = control.min + control.step, control.max

    def move():
        control.value = low if control.value != low else high

    return move


def measure(rounds=20):
    """Rows of explorer, bare pass, new text, what is over the pass, slider; milliseconds."""
    rows = []
    for name, (explorer, text, slider, tokenizer, model) in explorers().items():
        calls = {"text": text_changer(explorer.controls[text])}
        if model is not None:
            inputs = tokenizer(TEXTS[0], return_tensors="pt")
            calls["bare"] = functools.partial(torch.inference_mode()(model), **inputs)
        if slider:
            calls["slider"] = slider_mover(explorer.controls[slider])
        seconds = interleaved(calls, rounds)
        assert not explorer.message.value, explorer.message.value
        median = {key: statistics.median(value) for key, value in seconds.items()}
        over = median["text"] - median.get("bare", 0)
        rows.append(
            (
                name,
                spread(seconds["bare"], 1e-3, "{:.1f}") if model is not None else "none needed",
                spread(seconds["text"], 1e-3, "{:.1f}"),
                f"{over * 1e3:+.1f}",
                f"{median['text'] / median['bare']:.2f}" if model is not None else "–",
                spread(seconds["slider"], 1e-3, "{:.1f}") if slider else "–",
            )
        )
    return table(
        [
            "explorer",
            "bare forward pass, ms",
            "new text → picture, ms",
            "over the pass, ms",
            "ratio",
            "slider → picture, ms",
        ],
        rows,
    )
