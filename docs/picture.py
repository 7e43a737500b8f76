"""Make the README's picture, docs/three_stages.png, from a run of the three stages: `make picture`."""

from pathlib import Path

from transformers import AutoModelForSequenceClassification, AutoTokenizer

from helpers.checkpoints import EMBEDDED
from helpers.figures.pipeline import three_stages
from helpers.pipeline import forward, preprocess

TEXT = "I've been waiting for a HuggingFace course my whole life."

tokenizer = AutoTokenizer.from_pretrained(EMBEDDED)
model = AutoModelForSequenceClassification.from_pretrained(EMBEDDED, dtype="float32")
inputs = preprocess([TEXT], tokenizer)
tokens = tokenizer.convert_ids_to_tokens(inputs["input_ids"][0])
picture = three_stages(TEXT, tokens, inputs["input_ids"], forward(inputs, model), model.config.id2label)
Path(__file__).with_name("three_stages.png").write_bytes(picture.png)
