"""helpers.speed.DistilBertByHand against the library's forward pass, and through `classify`."""

import pytest
import torch
from transformers import (
    BertConfig,
    BertForSequenceClassification,
    DistilBertConfig,
    DistilBertForSequenceClassification,
    DistilBertForTokenClassification,
)

from helpers.pipeline import classify, preprocess
from helpers.speed import DistilBertByHand

TEXTS = [
    "I hate this.",
    "",
    "I've been waiting for this my whole life. " * 80,
    "No.",
    "Fine. " * 40,
]
SIZES = {"dim": 16, "n_heads": 2, "n_layers": 1, "hidden_dim": 32, "vocab_size": 50}


@pytest.mark.parametrize("texts", [TEXTS, TEXTS[:1], ["No.", "So."]], ids=["pads", "one", "equal"])
def test_logits_are_the_library(texts, tokenizer, model):
    inputs = preprocess(texts, tokenizer)
    with torch.inference_mode():
        wanted = model(**inputs).logits
    assert (DistilBertByHand(model)(**inputs).logits - wanted).abs().max() < 1e-5


@pytest.mark.parametrize("max_tokens", [1, 512, 4096])
def test_classify_takes_it_in_the_models_place(max_tokens, tokenizer, model, classifier):
    mine = classify(TEXTS, tokenizer, DistilBertByHand(model), max_tokens=max_tokens)
    for own, other in zip(mine, classifier(TEXTS, truncation=True), strict=True):
        assert own["label"] == other["label"]
        assert abs(own["score"] - other["score"]) < 1e-5


def test_no_weight_is_held_twice(model):
    for layer in DistilBertByHand(model).layers:
        attention = layer.layer.attention
        for part in (attention.q_lin, attention.k_lin, attention.v_lin):
            assert part.weight.untyped_storage().data_ptr() == layer.qkv.data_ptr()


@pytest.mark.parametrize(
    "other",
    [
        DistilBertForSequenceClassification(DistilBertConfig(**SIZES, activation="relu")),
        DistilBertForTokenClassification(DistilBertConfig(**SIZES)),
        BertForSequenceClassification(
            BertConfig(hidden_size=16, num_attention_heads=2, num_hidden_layers=1, vocab_size=50)
        ),
    ],
    ids=lambda other: type(other).__name__,
)
def test_other_models_are_refused_by_name(other):
    with pytest.raises(ValueError, match=f"does not cover {type(other).__name__}"):
        DistilBertByHand(other)
