"""Answers to the exercises of notebook 07; helpers/pipeline/answers.py says what the tables are."""

from collections.abc import Callable
from typing import Any

import torch

from helpers.tasks.checks import _greedy

THINGS: dict[str, Callable] = {}


def spans(
    scores: torch.Tensor, k: int, touches: Callable | None = None, infinite: bool = False
) -> list:
    """Best first; `touches(span, kept)` is what is skipped, or by default any shared token."""
    kept: list = []
    for cell in scores.flatten().argsort(descending=True).tolist():
        span = divmod(cell, scores.shape[1])
        if len(kept) == k or (scores[span] == -torch.inf and not infinite):
            break
        clash = touches or (lambda new, old: new[0] <= old[1] and old[0] <= new[1])
        if not any(clash(span, old) for old in kept):
            kept.append(span)
    return kept


def an_end_inside(new: tuple, old: tuple) -> bool:
    """Forgets the span that encloses another."""
    return old[0] <= new[0] <= old[1] or old[0] <= new[1] <= old[1]


def never(new: tuple, old: tuple) -> bool:
    """Skips nothing."""
    return False


def by_masking(scores: torch.Tensor, k: int) -> list:
    """The best of what is left, again and again."""
    scores = scores.clone()
    kept: list = []
    while len(kept) < k and scores.max() > -torch.inf:
        first, last = divmod(int(scores.argmax()), len(scores))
        kept.append((first, last))
        scores[: last + 1, first:] = -torch.inf
    return kept


def first_come(scores: torch.Tensor, k: int) -> list:
    """Spans of one token from the left, in the order of their scores."""
    places = [i for i in range(len(scores)) if scores[i, i] > -torch.inf]
    return sorted([(i, i) for i in places[:k]], key=lambda span: -scores[span])


def never_ends(scores: torch.Tensor, k: int) -> list:
    """Waits for a k-th span that may not be there, and adds none."""
    kept: list = []
    while len(kept) < k:
        kept = spans(scores, 1)[:0]
    return kept


def swapped(scores: torch.Tensor, k: int) -> list:
    """Column first."""
    return [(last, first) for first, last in spans(scores, k)]


def batch(start: int = 1, **broken: bool) -> Callable:
    """Greedy decoding with a rule broken."""
    return lambda model, ids, mask, steps: _greedy(model, ids, mask, steps, start=start, **broken)


def blind(model: Any, ids: torch.Tensor, mask: torch.Tensor, steps: int) -> torch.Tensor:
    """No mask at all."""
    return _greedy(model, ids, torch.ones_like(mask), steps)


def stops_with_the_first(model: Any, ids: Any, mask: Any, steps: int) -> torch.Tensor:
    """The loop ends with the first row."""
    got = _greedy(model, ids, mask, steps)
    ended = (got == 0).any(dim=0).nonzero()
    return got[:, : ended[0, 0] + 1] if len(ended) else got


def never_stops(model: Any, ids: Any, mask: Any, steps: int) -> torch.Tensor:
    """All steps, whoever has ended."""
    got = _greedy(model, ids, mask, steps)
    rest = torch.ones(len(got), steps + 1 - got.shape[1], dtype=torch.int64)
    return torch.cat([got, rest], dim=1)


def one_by_one(model: Any, ids: Any, mask: Any, steps: int) -> torch.Tensor:
    """Row by row without pads, put together at the end."""
    alone = [
        _greedy(model, row[None, : int(ones.sum())], ones[None, : int(ones.sum())], steps)[0]
        for row, ones in zip(ids, mask, strict=True)
    ]
    return torch.nn.utils.rnn.pad_sequence(alone, batch_first=True, padding_value=1)


def generates(model: Any, ids: Any, mask: Any, steps: int) -> torch.Tensor:
    """The forbidden call."""
    return model.generate(
        ids, attention_mask=mask, max_new_tokens=steps, num_beams=1, do_sample=False
    )


def scores(logits: torch.Tensor, ids: list) -> torch.Tensor:
    """As the official solution of 7.1."""
    return logits.softmax(dim=0)[ids]


def pairs(z: torch.Tensor, e: int, c: int, dim: int = 1) -> torch.Tensor:
    """Contradiction and entailment, [labels, 2]."""
    return z[:, [c, e]].softmax(dim=dim)


RIGHT: dict[str, list] = {
    "target_scores": [
        scores,
        lambda logits, ids: scores(logits, ids).tolist(),
        lambda logits, ids: scores(logits.double(), ids).numpy(),
        lambda logits, ids: [(logits[i] - logits.logsumexp(dim=0)).exp() for i in ids],
        lambda logits, ids: logits.exp()[ids] / logits.exp().sum(),
    ],
    "independent": [
        lambda z, e, c: pairs(z, e, c)[:, 1],
        lambda z, e, c: (z[:, e] - z[:, c]).sigmoid(),
        lambda z, e, c: pairs(z.double(), e, c)[:, 1].numpy(),
        lambda z, e, c: [row[[c, e]].softmax(dim=0)[1].item() for row in z],
        lambda z, e, c: z[:, e].exp() / (z[:, e].exp() + z[:, c].exp()),
    ],
    "several": [
        spans,
        by_masking,
        lambda table, k: tuple(map(list, spans(table, k))),
        lambda table, k: torch.tensor(spans(table, k)),
        lambda table, k: [tuple(torch.tensor(span)) for span in spans(table, k)],
    ],
    "translate_batch": [
        batch(),
        one_by_one,
        lambda *given: batch()(*given).numpy(),
        lambda *given: batch()(*given).tolist(),
    ],
}
WRONG: dict[str, list] = {
    "target_scores": [
        (lambda logits, ids: ..., "Not tried yet"),
        (lambda logits, ids: print(end=""), "is `return` missing"),
        (lambda logits, ids: logits[ids].softmax(dim=0), "you chose first"),
        (lambda logits, ids: logits[ids], "These are logits"),
        (lambda logits, ids: logits.log_softmax(dim=0)[ids], "logarithms"),
        (lambda logits, ids: scores(logits, ids).sort(descending=True).values, "order"),
        (lambda logits, ids: scores(logits, sorted(ids)), "order"),
        (lambda logits, ids: logits.softmax(dim=0), "one number a target"),
        (lambda logits, ids: logits.sigmoid()[ids], "the scores should be"),
        (lambda logits, ids: scores(logits, ids)[0], "one number a target"),
        (lambda logits, ids: "0.5", "Return a tensor"),
        (lambda logits, ids: ids.sort() or scores(logits, ids), "You changed `ids`"),
    ],
    "independent": [
        (lambda z, e, c: print(end=""), "is `return` missing"),
        (lambda z, e, c: pairs(z, e, c)[:, 0], "probability of contradiction"),
        (lambda z, e, c: z.softmax(dim=1)[:, e], "neutral take part"),
        (lambda z, e, c: z[:, e].softmax(dim=0), "labels compete"),
        (lambda z, e, c: pairs(z, e, c, dim=0)[:, 1], "labels compete"),
        (lambda z, e, c: z[:, e], "These are logits"),
        (lambda z, e, c: pairs(z, 2, 0)[:, 1], "columns 0 and 2"),
        (pairs, "Two numbers a label"),
        (lambda z, e, c: z[:, e].sigmoid(), "The scores should be"),
        (lambda z, e, c: pairs(z, e, c)[0, 1], "one number a label"),
        (lambda z, e, c: z[:, e] - z[:, c], "The scores should be"),
    ],
    "several": [
        (lambda table, k: print(end=""), "is `return` missing"),
        (lambda table, k: spans(table, k, touches=never), "share a token"),
        (lambda table, k: spans(table, k, touches=an_end_inside), "share a token"),
        (lambda table, k: spans(table, k, infinite=True), "not allowed"),
        (lambda table, k: spans(table, k + 1), "but k is"),
        (lambda table, k: spans(table, k)[:1], "Go on to the next best"),
        (lambda table, k: spans(table, k)[::-1], "best span must come first"),
        (swapped, "first and last have changed places"),
        (first_come, "the spans should be"),
        (lambda table, k: [(0, 99)], "not allowed"),
        (lambda table, k: table, "list of (first, last)"),
        (lambda table, k: [], "Go on to the next best"),
        (never_ends, "had not ended"),
        (lambda table, k: [(first, last + 1) for first, last in spans(table, k)], "spans"),
    ],
    "translate_batch": [
        (lambda *given: print(end=""), "is `return` missing"),
        (generates, "calls `generate`"),
        (batch(stop=False), "go on after their end"),
        (batch(cross=False), "Cross-attention looks at the pads"),
        (blind, "encoder reads the pads"),
        (batch(pads=True), "wrote a pad"),
        (batch(start=0), "start with the end token"),
        (lambda *given: batch()(*given)[:, 1:], "start token is missing"),
        (stops_with_the_first, "when the first row has ended"),
        (never_stops, "the loop should have ended"),
        (lambda *given: batch()(*given).flip(0), "Row 0 should be"),
        (lambda *given: batch()(*given)[0], "one row for each"),
        (lambda *given: batch()(*given).float(), "Ids are int64"),
        (lambda *given: "bonjour", "one row for each"),
    ],
}
EQUIVALENT = {
    "target_scores": {
        "2: logits.softmax(dim=0)[target_ids] → logits.softmax(dim=-1)[target_ids]": "of one axis",
    },
    "several": {
        "6: break → continue": "what comes after is skipped too",
        "4: divmod(cell, scores.shape[1]) → divmod(cell, scores.shape[0])": "the table is square",
    },
    "translate_batch": {
        "6: logits.argmax(dim=-1, keepdim=True) → logits.argmax(dim=1, keepdim=True)": (
            "of two axes"
        ),
    },
}
