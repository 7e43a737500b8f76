"""Answers to the exercises of notebook 06; helpers/pipeline/answers.py says what the tables are."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from transformers import MinPLogitsWarper

NO_IDS: Any = None
THINGS: dict[str, Callable] = {}


def until(row: list, eos: int) -> list:
    """A row before its first end."""
    return row[: row.index(eos)] if eos in row else row


def new_rows(ids: torch.Tensor, prompt_length: int, eos: int) -> list:
    """As the official solution."""
    return [until(row, eos) for row in ids[:, prompt_length:].tolist()]


def answers_of(ids: torch.Tensor, prompt_length: int) -> list:
    """The prompt cut off, nothing else."""
    return ids[:, prompt_length:].tolist()


def token_by_token(ids: torch.Tensor, prompt_length: int, eos: int) -> list:
    """A loop that breaks at the end."""
    rows = []
    for row in ids:
        kept = []
        for token in row[prompt_length:]:
            if token == eos:
                break
            kept.append(token)
        rows.append(kept)
    return rows


def returns_in_the_loop(ids: torch.Tensor, prompt_length: int, eos: int) -> list:
    """The first row only."""
    for row in ids[:, prompt_length:].tolist():
        return [until(row, eos)]
    return []


def tensors(ids: torch.Tensor, prompt_length: int, eos: int) -> list:
    """One tensor a row."""
    return [torch.tensor(row, dtype=torch.int64) for row in new_rows(ids, prompt_length, eos)]


def below(logits: torch.Tensor, p: float) -> torch.Tensor:
    """Which tokens go."""
    probabilities = logits.softmax(dim=-1)
    return probabilities < p * probabilities.amax(dim=-1, keepdim=True)


def filtered(logits: torch.Tensor, p: float) -> torch.Tensor:
    """As the official solution."""
    return logits.masked_fill(below(logits, p), -torch.inf)


def border_goes(logits: torch.Tensor, p: float) -> torch.Tensor:
    """<= for <."""
    soft = logits.softmax(dim=-1)
    return logits.masked_fill(soft <= p * soft.amax(dim=-1, keepdim=True), -torch.inf)


def of_the_batch(logits: torch.Tensor, p: float) -> torch.Tensor:
    """One border for all rows."""
    soft = logits.softmax(dim=-1)
    return logits.masked_fill(soft < p * soft.max(), -torch.inf)


def by_logits(logits: torch.Tensor, p: float) -> torch.Tensor:
    """p times the largest logit."""
    largest = logits.amax(dim=-1, keepdim=True)
    return logits.masked_fill(logits < p * largest, -torch.inf)


def in_logits(logits: torch.Tensor, p: float) -> torch.Tensor:
    """The same rule: a logit more than log p below the largest goes."""
    border = logits.amax(dim=-1, keepdim=True) + math.log(p)
    return torch.where(logits < border, -torch.inf, logits)


def total(batch: int, tokens: int, layers: int, kv_heads: int, width: int, size: int) -> int:
    """The bytes of keys and values."""
    return 2 * batch * tokens * layers * kv_heads * width * size


def scored(logits: torch.Tensor, ids: torch.Tensor, prompt_length: int) -> torch.Tensor:
    """As the official solution."""
    log_p = logits[:, prompt_length - 1 : -1].log_softmax(dim=-1)
    return log_p.gather(2, ids[:, prompt_length:, None])[:, :, 0].sum(dim=1)


def scored_in_loops(logits: torch.Tensor, ids: torch.Tensor, prompt_length: int) -> list:
    """Position by position."""
    sums = []
    for row, tokens in zip(logits.double(), ids, strict=True):
        places = range(prompt_length, len(tokens))
        sums.append(sum(row[i - 1].log_softmax(dim=0)[tokens[i]].item() for i in places))
    return sums


def unshifted(logits: torch.Tensor, ids: torch.Tensor, prompt_length: int) -> torch.Tensor:
    """Rows and tokens of the same positions."""
    log_p = logits[:, prompt_length:].log_softmax(dim=-1)
    return log_p.gather(2, ids[:, prompt_length:, None])[:, :, 0].sum(dim=1)


def parts(logits: torch.Tensor, ids: torch.Tensor, prompt_length: int) -> torch.Tensor:
    """What is summed, of any values: [batch, new tokens]."""
    return logits[:, prompt_length - 1 : -1].gather(2, ids[:, prompt_length:, None])[:, :, 0]


def mean(logits: torch.Tensor, ids: torch.Tensor, prompt_length: int) -> torch.Tensor:
    """Divided by the number of new tokens."""
    return scored(logits, ids, prompt_length) / (ids.shape[1] - prompt_length)


RIGHT: dict[str, list] = {
    "new_tokens": [
        new_rows,
        token_by_token,
        tensors,
        lambda *given: tuple(map(tuple, new_rows(*given))),
        lambda *given: [list(map(np.int64, row)) for row in new_rows(*given)],
    ],
    "min_p": [
        filtered,
        in_logits,
        lambda logits, p: MinPLogitsWarper(p)(NO_IDS, logits),
        lambda logits, p: filtered(logits.double(), p),
        lambda logits, p: filtered(logits, p).numpy(),
        lambda logits, p: filtered(logits, p).tolist(),
    ],
    "cache_bytes": [
        total,
        lambda *case: 2 * math.prod(case),
        lambda *case: float(total(*case)),
        lambda *case: np.int64(total(*case)),
        lambda *case: torch.tensor(total(*case)),
    ],
    "score": [
        scored,
        scored_in_loops,
        lambda logits, ids, n: parts(logits.log_softmax(dim=-1), ids, n).sum(dim=1),
        lambda logits, ids, n: scored(logits.double(), ids, n).numpy(),
        lambda logits, ids, n: parts(logits.softmax(dim=-1), ids, n).prod(dim=1).log(),
    ],
}
WRONG: dict[str, list] = {
    "new_tokens": [
        (lambda *given: ..., "Not tried yet"),
        (lambda *given: print(end=""), "is `return` missing"),
        (lambda ids, n, eos: answers_of(ids, n), "behind the end is still there"),
        (lambda ids, n, eos: [[*until(r, eos), *r[r.index(eos):][:1]] if eos in r else r
                              for r in answers_of(ids, n)], "keep the end token"),
        (lambda ids, n, eos: [until(r, eos) if eos in r else r[:-1] for r in answers_of(ids, n)],
         "drop its last token"),
        (lambda ids, n, eos: [[i for i in r if i != eos] for r in answers_of(ids, n)], "Cut there"),
        (lambda ids, n, eos: [until(r, eos) for r in ids.tolist()], "cut off the prompt first"),
        (lambda *given: new_rows(*given)[:1], "3 rows, your list has 1"),
        (returns_in_the_loop, "3 rows, your list has 1"),
        (lambda ids, n, eos: ids[:, n:], "behind the end is still there"),
        (lambda ids, n, eos: [[1] for _ in ids], "the answer is [[5, 6], [3, 5, 6, 7], []]"),
        (lambda ids, n, eos: [r[: r.index(eos)] for r in answers_of(ids, n)], "raised ValueError"),
        (lambda ids, n, eos: "5 6", "list of lists"),
        (lambda ids, n, eos: new_rows(ids, n - 1, eos), "the answer is"),
    ],
    "min_p": [
        (lambda logits, p: print(end=""), "is `return` missing"),
        (border_goes, "nothing is left"),
        (lambda logits, p: logits.masked_fill(below(logits, p), 0.0), "to the logit 0"),
        (lambda logits, p: logits.softmax(dim=-1).masked_fill(below(logits, p), 0.0),
         "you return probabilities"),
        (lambda logits, p: logits.masked_fill(logits.softmax(dim=-1) < p, -torch.inf),
         "compare with p itself"),
        (of_the_batch, "its own largest"),
        (by_logits, "you compare logits"),
        (lambda logits, p: logits.masked_fill(~below(logits, p), -torch.inf), "right way round"),
        (lambda logits, p: filtered(logits, p).log_softmax(dim=-1), "the others have changed"),
        (lambda logits, p: logits, "row 0 should keep columns"),
        (lambda logits, p: logits[0], "of the shape [3, 5]; yours is [5]"),
        (lambda logits, p: "3", "yours is a str"),
        (lambda logits, p: logits.masked_fill_(below(logits, p), -torch.inf), "You changed"),
        (lambda logits, p: filtered(logits, 0.1), "p = 0.3"),
    ],
    "cache_bytes": [
        (lambda *case: print(end=""), "is `return` missing"),
        (lambda *case: total(*case) / 2, "keys alone"),
        (lambda *case: total(*case) // 2 * 3, "Queries are not kept"),
        (lambda b, t, n, heads, width, _: total(b, t, n, heads, width, 1), "`size` bytes"),
        (lambda batch, tokens, layers, *rest: total(batch, tokens, 1, *rest), "one layer"),
        (lambda batch, *rest: total(1, *rest), "one row"),
        (lambda b, t, layers, kv_heads, *rest: total(b, t, layers, 1, *rest), "one head"),
        (lambda batch, tokens, *rest: total(batch, tokens**2, *rest), "pairs of tokens"),
        (lambda *case: 2 * sum(case), "You say 12"),
        (lambda *case: 2, "You say 2"),
        (lambda *case: f"{total(*case)} bytes", "Return one number"),
        (lambda *case: True, "Return one number"),
        (lambda batch, tokens: 1, "6 argument(s)"),
    ],
    "score": [
        (lambda *given: print(end=""), "is `return` missing"),
        (unshifted, "shift by one"),
        (lambda logits, ids, n: scored(logits, ids, 1), "begins in the prompt"),
        (lambda logits, ids, n: scored(logits, ids, n + 1), "first new token is missing"),
        (mean, "That is a mean"),
        (lambda *given: parts(*given).sum(dim=1), "These are logits"),
        (lambda logits, *given: parts(logits.softmax(dim=-1), *given).sum(dim=1), "multiplied"),
        (lambda *given: -scored(*given), "The sign"),
        (lambda *given: scored(*given).exp(), "probability of the text"),
        (lambda *given: scored(*given).sum().tolist(), "one number a row"),
        (lambda logits, ids, n: parts(logits.log_softmax(dim=-1), ids, n), "one number a row"),
        (lambda logits, ids, n: parts(logits.log_softmax(dim=1), ids, n).sum(dim=1), "sums should"),
        (lambda *given: torch.tensor([-5.0]), "The sums should be"),
    ],
}  # fmt: skip
EQUIVALENT = {
    "min_p": {
        "2: probabilities = logits.softmax(dim=-1) → probabilities = logits.softmax(dim=1)": (
            "of two axes"
        ),
        "3: probabilities.amax(dim=-1, keepdim=True) → probabilities.amax(dim=1, keepdim=True)": (
            "of two axes"
        ),
    },
    "score": {
        "2: (:, prompt_length - 1:-1) → (:, prompt_length - 1:)": (
            "gather reads as many rows as there are tokens"
        ),
        "3: log_probabilities.gather(2, ids[:, prompt_length:, None])[:, :, 0] → "
        "log_probabilities.gather(2, ids[:, prompt_length:, None])[:, :, -1]": "of one column",
    },
}
