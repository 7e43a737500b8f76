"""Draw the stills, each with its real view in headless Chromium: `make stills ONLY=pipeline`."""

import argparse
import contextlib
import hashlib
import json
import shutil
from pathlib import Path

import torch
from transformers import (
    AutoModel,
    AutoModelForCausalLM,
    AutoModelForMaskedLM,
    AutoModelForSequenceClassification,
    AutoTokenizer,
    DistilBertConfig,
    DistilBertForQuestionAnswering,
    DistilBertForSequenceClassification,
    DistilBertForTokenClassification,
)

from helpers import weights
from helpers.drawing.still import ROOMS
from helpers.drawing.view import View, module, plain
from helpers.generation.explorer import sampling_explorer
from helpers.heads.explorer import heads_explorer
from helpers.padding.explorer import padding_explorer
from helpers.pipeline.explorer import pipeline_explorer
from helpers.postprocessing.explorer import logits_explorer
from helpers.tasks.explorer import entities_explorer, labels_explorer, spans_explorer
from helpers.tokenizer.explorer import tokenizer_explorer
from tools import environment

WIDTH = 1040  # CSS pixels: an output of JupyterLab on a laptop
A = "I've been waiting for a HuggingFace course my whole life."
B = "I hate this so much!"


def _load(role, kind):
    folder = weights.resolve(role)
    return AutoTokenizer.from_pretrained(folder), kind.from_pretrained(folder, dtype=torch.float32)


def _pipeline(*texts):
    return pipeline_explorer(*_load("sentiment", AutoModelForSequenceClassification), *texts)


def _sampling():
    return sampling_explorer(*_load("causal-lm", AutoModelForCausalLM), "Once upon a time")


def _padding():
    folder, kind = weights.resolve("sentiment"), AutoModelForSequenceClassification
    reader = kind.from_pretrained(folder, dtype=torch.float32, attn_implementation="eager")
    return padding_explorer(AutoTokenizer.from_pretrained(folder), reader, A, "Not bad.")


def _heads(text):
    words, classifier = _load("sentiment", AutoModelForSequenceClassification)
    folder, options = weights.resolve("sentiment"), {"attn_implementation": "eager"}
    body = AutoModel.from_pretrained(folder, dtype=torch.float32, **options)
    masked = _load("masked-lm", AutoModelForMaskedLM)[1]
    return heads_explorer(words, body, classifier, masked, text)


def _tiny(kind, words, **more):
    """The random model of notebook 07."""
    drops = dict.fromkeys(("dropout", "attention_dropout", "qa_dropout", "seq_classif_dropout"), 0)
    sizes = {"dim": 32, "hidden_dim": 64, "n_layers": 2, "n_heads": 4, "initializer_range": 0.2}
    torch.manual_seed(1)
    return kind(DistilBertConfig(vocab_size=len(words), **sizes, **drops, **more)).eval()


def _learn(model, given, steps=80):
    """Its lessons by heart."""
    optimizer = torch.optim.AdamW(model.parameters(), lr=5e-3)
    for _ in range(steps):
        optimizer.zero_grad()
        model(**given).loss.backward()
        optimizer.step()
    return model


def _words():
    return AutoTokenizer.from_pretrained(weights.resolve("masked-lm"))


def _spans(question, context):
    words = _words()
    both = [question, "Who wrote Hamlet?"], [context, context]
    inputs = words(*both, padding=True, return_tensors="pt")
    first, last = (inputs.char_to_token(0, at, sequence_index=1) for at in (33, 44))
    ends = {"start_positions": torch.tensor([first, 0]), "end_positions": torch.tensor([last, 0])}
    given = {name: inputs[name] for name in ("input_ids", "attention_mask")} | ends
    pupil = _learn(_tiny(DistilBertForQuestionAnswering, words), given)
    known = "tiny, knows two questions on one text by heart, all else is luck"
    return spans_explorer(words, pupil, question, context, known)


def _named(verdicts):
    return {
        "id2label": dict(enumerate(verdicts)),
        "label2id": {n: i for i, n in enumerate(verdicts)},
    }


def _entities(text):
    words, names = _words(), ["O", "B-PER", "I-PER", "B-ORG", "I-ORG", "B-LOC", "I-LOC"]
    truth = [0, 0, 0, 0, 1, 2, 2, 0, 0, 0, 0, 3, 4, 0, 5, 0, 0]  # a label a token
    given = words(text, return_tensors="pt") | {"labels": torch.tensor([truth])}
    tagger = _learn(_tiny(DistilBertForTokenClassification, words, **_named(names)), given)
    known = "tiny, knows one sentence by heart, all else is luck"
    return entities_explorer(words, tagger, text, known)


def _labels(text):
    words = _words()
    named = _named(["contradiction", "neutral", "entailment"])
    nli = _tiny(DistilBertForSequenceClassification, words, **named)
    labels = ["travel", "cooking", "politics"]
    return labels_explorer(words, nli, text, labels, "tiny and random, its answers are noise")


def _logits(text):
    return logits_explorer(*_load("sentiment", AutoModelForSequenceClassification), text)


def _tokenizers(text):
    roles = {"WordPiece": "sentiment", "byte-level BPE": "causal-lm"}
    loaded = {
        name: AutoTokenizer.from_pretrained(weights.resolve(role)) for name, role in roles.items()
    }
    return tokenizer_explorer(loaded, text)


STILLS = {  # room → name → the explorer, as a notebook calls it
    "generation": {"one": _sampling},
    "padding": {"one": _padding},
    "heads": {"mask": lambda: _heads("This movie was absolutely [MASK].")},
    "pipeline": {"one": lambda: _pipeline(A), "two": lambda: _pipeline(B, "I love this so much!")},
    "tasks": {
        "where": lambda: _spans(
            "Where do I work?", "My name is Sylvain and I work at Hugging Face in Brooklyn"
        ),
        "names": lambda: _entities("My name is Sylvain and I work at Hugging Face in Brooklyn."),
        "topics": lambda: _labels("The train to Lyon leaves two hours late."),
    },
    "tokenizer": {"accents": lambda: _tokenizers("Unbelievably, Zoë's café  reopened 😍")},
    "postprocessing": {"blame": lambda: _logits(B)},
}


def sources(room):
    """Hash of all that a still's look depends on beside its state."""
    drawn = module(room) + View._css + Path(__file__).with_suffix(".js").read_text()
    return hashlib.sha256(drawn.encode()).hexdigest()


def parts(explorer):
    """What an explorer's view is drawn from, as its model holds it."""
    return {
        name: plain(getattr(explorer, name)) for name in ("inputs", "choices", "start", "state")
    }


@contextlib.contextmanager
def page():
    from playwright.sync_api import sync_playwright  # comparing, as the tests do, needs no browser

    flags = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=flags)
        yield browser.new_page(viewport={"width": 1280, "height": 1000}, color_scheme="light")
        browser.close()


def draw(page, room, explorer):
    """The still of an explorer as (dict for its JSON, SVG)."""
    script = Path(__file__).with_suffix(".js").read_text()
    given = {"module": module(room), "css": View._css, "parts": parts(explorer), "width": WIDTH}
    drawn = page.evaluate(script, given)
    kept = {
        "sources": sources(room),
        **explorer.start,
        "state": given["parts"]["state"],
    }
    return kept | {"alt": drawn["alt"], "tables": drawn["tables"]}, drawn["svg"]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("only", nargs="?", default="", help="a part of the room's name")
    only = parser.parse_args().only
    environment.enter()
    with page() as sheet:
        for room, name, build in (
            (r, n, b) for r in STILLS if only in r for n, b in STILLS[r].items()
        ):
            kept, svg = draw(sheet, room, build())
            folder = ROOMS / room / "stills"
            folder.mkdir(exist_ok=True)
            (folder / f"{name}.svg").write_text(svg)
            (folder / f"{name}.json").write_text(
                json.dumps(kept, ensure_ascii=False, separators=(",", ":")) + "\n"
            )
            print(f"{room}/{name}: {len(svg) / 1000:.0f} kB")


if __name__ == "__main__":
    main()
