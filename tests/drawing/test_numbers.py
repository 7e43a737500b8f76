"""The numbers of the browser are those of Python: both take the same random vectors."""

import json
import math
import random

import torch

from helpers.drawing.view import plain
from helpers.generation import temperature, top_k, top_p
from tools.node import node


def vector(rng):
    """One question with Python's answers; many have ties, and −∞ where a filter has been."""
    grid = rng.choice([None, 2, 1])
    drawn = [rng.gauss(0, 3) for _ in range(rng.randint(1, 12))]
    if rng.random() < 0.2:  # equal shares, whose sums meet 1 − p exactly
        drawn = [1.0] * rng.choice([2, 4, 8])
    drawn = [x if grid is None else round(x * grid) / grid for x in drawn]
    gone = [i for i in range(1, len(drawn)) if rng.random() < 0.15]
    logits = torch.tensor(drawn, dtype=torch.float64)
    logits[gone] = -math.inf
    truth = rng.choice([i for i in range(len(drawn)) if i not in gone])
    t, k, p = rng.uniform(0.1, 3), rng.randint(1, 12), rng.choice([0.5, 1.0, rng.uniform(0.05, 1)])
    asked = logits.clone().requires_grad_()
    loss = torch.nn.functional.cross_entropy(asked[None], torch.tensor([truth]))
    loss.backward()
    answers = {
        "softmax": logits.softmax(-1),
        "temperature": temperature(logits, t),
        "top_k": top_k(logits, k),
        "top_p": top_p(logits, p),
        "loss": loss.detach(),
        "gradient": asked.grad,
    }
    lists = {name: exact(tensor.tolist()) for name, tensor in answers.items()}
    return lists | {"logits": exact(logits.tolist()), "truth": truth, "t": t, "k": k, "p": p}


def exact(value):
    """Numbers with all their digits; −∞ as the word that a view is sent."""
    if isinstance(value, list):
        return [exact(x) for x in value]
    return value if math.isfinite(value) else plain(value)


def test_both_give_the_same(tmp_path):
    rng = random.Random(0)
    vectors = tmp_path / "vectors.json"
    vectors.write_text(json.dumps([vector(rng) for _ in range(300)]))
    node("tests/drawing/numbers.test.js", VECTORS=str(vectors))
