from tests import environment

environment.enter()  # before anything imports transformers

import pytest
import torch
from transformers import AutoModelForSequenceClassification, AutoTokenizer, pipeline

from helpers.checkpoints import EMBEDDED, resolve

torch.set_num_threads(2)
resolve("causal-lm")  # fetched and converted here if need be: in a notebook, its progress would be an output that differs


@pytest.fixture(scope="session")
def tokenizer():
    return AutoTokenizer.from_pretrained(EMBEDDED)


@pytest.fixture(scope="session")
def model():
    return AutoModelForSequenceClassification.from_pretrained(EMBEDDED, dtype=torch.float32)


@pytest.fixture(scope="session")
def classifier(model, tokenizer):
    return pipeline("sentiment-analysis", model=model, tokenizer=tokenizer)
