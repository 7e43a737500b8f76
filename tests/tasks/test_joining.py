"""What the views of notebook 07 make of logits is what the library's pipelines make of them."""

import json

import torch
from transformers import (
    DistilBertConfig,
    DistilBertForSequenceClassification,
    DistilBertForTokenClassification,
    pipeline,
)

from helpers.drawing.view import plain
from helpers.tasks.explorer import entities_explorer, labels_explorer
from tools.node import node

TEXTS = [
    "My name is Sylvain and I work at Hugging Face in Brooklyn.",
    "Zoë, unbelievably, met Jean-Luc of A.B.C. 😀 twice\n\nin São Paulo",
    "word",
]
SCHEMES = [
    ["O", "B-PER", "I-PER", "B-ORG", "I-ORG"],
    ["PER", "O", "B-WORK-OF-ART", "I-WORK-OF-ART", "E-PER"],
]


def random_model(kind, tokenizer, names, seed):
    torch.manual_seed(seed)
    sizes = {"vocab_size": len(tokenizer), "dim": 32, "hidden_dim": 64, "n_layers": 2, "n_heads": 4}
    named = {"id2label": dict(enumerate(names)), "label2id": {n: i for i, n in enumerate(names)}}
    return kind(DistilBertConfig(**sizes, **named, initializer_range=0.4)).eval()


def entities(tokenizer):
    for seed in range(4):
        model = random_model(DistilBertForTokenClassification, tokenizer, SCHEMES[seed % 2], seed)
        library = pipeline("token-classification", model=model, tokenizer=tokenizer, device="cpu")
        for text in TEXTS:
            picture = entities_explorer(tokenizer, model, text, "random").state["picture"]
            for strategy in ("simple", "first", "average", "max"):
                found = library(text, aggregation_strategy=strategy)
                keys = ("entity_group", "start", "end")
                wanted = [{key: one[key] for key in keys} for one in found]
                for one, its in zip(wanted, found, strict=True):
                    one["score"] = float(its["score"])
                yield {"picture": picture, "strategy": strategy, "wanted": wanted}


def labels(tokenizer):
    for seed, names in enumerate([["travel"], ["travel", "food", "a b"], ["x", "y", "z", "u"]]):
        for verdicts in (["contradiction", "neutral", "entailment"], ["ENTAILMENT", "no"]):
            kind = DistilBertForSequenceClassification
            model = random_model(kind, tokenizer, verdicts, seed)
            zero = pipeline(
                "zero-shot-classification", model=model, tokenizer=tokenizer, device="cpu"
            )
            seen = labels_explorer(tokenizer, model, TEXTS[0], names, "random").state["picture"]
            for apart in (False, True):
                found = zero(TEXTS[0], candidate_labels=names, multi_label=apart)
                wanted = dict(zip(found["labels"], found["scores"], strict=True))
                apart = apart or len(names) == 1
                yield {"picture": seen, "apart": apart, "wanted": wanted}


def test_the_views_join_as_the_library_does(tokenizer, tmp_path):
    cases = {"entities": [*entities(tokenizer)], "labels": [*labels(tokenizer)]}
    (tmp_path / "cases.json").write_text(json.dumps(plain(cases)))
    node("tests/tasks/joining.test.js", CASES=str(tmp_path / "cases.json"))
