# ruff: noqa: E402 - the environment comes before anything that imports transformers.
from tools import environment

environment.enter()

import pytest
import torch
from transformers import (
    AutoModelForCausalLM,
    AutoModelForSequenceClassification,
    AutoTokenizer,
    pipeline,
)

from helpers.weights import EMBEDDED, resolve

torch.set_num_threads(2)
# Fetched and converted here if need be: in a notebook its progress would be another output.
resolve("causal-lm")


@pytest.fixture(scope="session")
def tokenizer():
    return AutoTokenizer.from_pretrained(EMBEDDED)


@pytest.fixture(scope="session")
def model():
    return AutoModelForSequenceClassification.from_pretrained(EMBEDDED, dtype=torch.float32)


@pytest.fixture(scope="session")
def classifier(model, tokenizer):
    return pipeline("sentiment-analysis", model=model, tokenizer=tokenizer)


@pytest.fixture(scope="session")
def batch():
    """Three prompts of 3, 6 and 5 tokens, padded on the left."""
    ids = torch.randint(3, 97, (3, 6), generator=torch.Generator().manual_seed(0))
    mask = torch.tensor([[0, 0, 0, 1, 1, 1], [1, 1, 1, 1, 1, 1], [0, 1, 1, 1, 1, 1]])
    return {"input_ids": ids * mask, "attention_mask": mask}


@pytest.fixture(scope="session")
def smollm2():
    folder = resolve("causal-lm")
    return AutoModelForCausalLM.from_pretrained(
        folder, dtype=torch.float32
    ), AutoTokenizer.from_pretrained(folder)
