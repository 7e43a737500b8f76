"""How long an explorer takes in the kernel: after a change of its text, and after a move of a slider."""

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
    """name → (explorer, name of its text control, name of its slider or None, tokenizer and model of one bare forward pass)."""
    folder, causal_folder = resolve("sentiment"), resolve("causal-lm")
    tokenizer, causal_tokenizer = (
        AutoTokenizer.from_pretrained(f) for f in (folder, causal_folder)
    )
    options = {"dtype": torch.float32}
    model = AutoModelForSequenceClassification.from_pretrained(folder, **options)
    eager = AutoModelForSequenceClassification.from_pretrained(
        folder, attn_implementation="eager", **options
    )
    body = AutoModel.from_pretrained(folder, attn_implementation="eager", **options)
    masked = AutoModelForMaskedLM.from_pretrained(resolve("masked-lm"), **options)
    causal = AutoModelForCausalLM.from_pretrained(causal_folder, **options)
    torch.manual_seed(0)
    answering = DistilBertForQuestionAnswering(DistilBertConfig.from_pretrained(folder)).eval()
    return {
        "pipeline": (pipeline_explorer(tokenizer, model, TEXTS[0]), "text", None, tokenizer, model),
        "tokenizer": (
            tokenizer_explorer(
                {"WordPiece": tokenizer, "byte-level BPE": causal_tokenizer}, TEXTS[0]
            ),
            "text",
            "max_length",
            None,
            None,
        ),
        "heads": (
            heads_explorer(tokenizer, body, model, masked, TEXTS[0]),
            "text",
            "layer",
            tokenizer,
            body,
        ),
        "logits": (
            logits_explorer(tokenizer, model, TEXTS[0]),
            "text",
            "temperature",
            tokenizer,
            model,
        ),
        "padding": (
            padding_explorer(tokenizer, eager, TEXTS[0], "I hate this."),
            "first",
            "extra",
            tokenizer,
            eager,
        ),
        "sampling": (
            sampling_explorer(causal_tokenizer, causal, TEXTS[0]),
            "prompt",
            "temperature",
            causal_tokenizer,
            causal,
        ),
        "spans": (
            spans_explorer(tokenizer, answering, "Where do I work?", CONTEXT, "random"),
            "question",
            "longest",
            tokenizer,
            answering,
        ),
    }


def measure(rounds=20):
    """Rows of explorer, bare forward pass, text change, what is over the pass, slider move; milliseconds."""
    rows = []
    for name, (explorer, text, slider, tokenizer, model) in explorers().items():
        calls, turn = {}, [0]
        if model is not None:
            inputs = tokenizer(TEXTS[0], return_tensors="pt")
            calls["bare"] = torch.inference_mode()(lambda: model(**inputs))

        def change_text():
            turn[0] += 1  # always a text that was never seen, or it would come out of a cache
            explorer.controls[text].value = f"{TEXTS[turn[0] % 2]} {turn[0]}"

        calls["text"] = change_text
        if slider:
            control = explorer.controls[slider]
            low, high = control.min, control.max

            def move_slider():
                control.value = low + control.step if control.value != low + control.step else high

            calls["slider"] = move_slider
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
