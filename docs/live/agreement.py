"""How far the model in 8 bits is from the one in fp32; one that strays too far is not published."""

import tempfile
from pathlib import Path

import numpy as np
import onnxruntime
import torch
from transformers import AutoTokenizer

from helpers import PROJECT, weights

DATA = PROJECT / "notebooks" / "data"
COUNT, MOST = 200, 0.02  # sentences, and the largest difference of a probability
TIE = 0.01  # where fp32's own labels are nearer to each other, either may come first


def sentences():
    """The first 200 sentences of the notebooks' data."""
    tables = [(DATA / name).read_text("utf-8") for name in ("sentences.tsv", "sentiment.tsv")]
    lines = [line.split("\t")[1] for text in tables for line in text.splitlines()[1:]]
    review = (DATA / "long_review.txt").read_text("utf-8").replace("\n", " ").split(". ")
    return [*lines, *review][:COUNT]


def check(files, models):
    """The largest |Δp| of sentiment over the sentences, and how many labels are equal.

    AssertionError where it is large, or a label differs that is no tie. `files`: name → bytes, as
    the page gets them. `models`: role → model in fp32.
    """
    tokenizer = AutoTokenizer.from_pretrained(weights.resolve("sentiment"))
    with tempfile.TemporaryDirectory() as folder:
        for name, content in files.items():
            Path(folder, name).write_bytes(content)
        body, head = (
            onnxruntime.InferenceSession(Path(folder, f"{name}.onnx"))
            for name in ("body", "sentiment")
        )
    worst, equal = 0.0, 0
    for text in sentences():
        inputs = tokenizer(text, truncation=True, return_tensors="pt")
        with torch.inference_mode():
            truth = models["sentiment"](**inputs).logits.softmax(dim=-1).numpy()
        given = {name: inputs[name].numpy() for name in ("input_ids", "attention_mask")}
        hidden = body.run(["hidden"], given)[0]
        logits = torch.from_numpy(head.run(["logits"], {"hidden": hidden})[0])
        found = logits.softmax(dim=-1).numpy()
        same = found.argmax() == truth.argmax()
        assert same or np.ptp(truth) < TIE, f"8 bits give another label to: {text}"
        worst, equal = max(worst, float(np.abs(found - truth).max())), equal + int(same)
    assert worst <= MOST, f"8 bits move a probability by {worst:.3f}, more than {MOST}"
    return {"probability": round(worst, 4), "labels": equal, "sentences": COUNT}
