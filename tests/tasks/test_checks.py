"""The checks of notebook 07's exercises: a right answer passes, each usual mistake gets its own words."""

import pytest
import torch

import helpers.tasks.checks as checks


def verdict(capsys, check, answer):
    check(answer)
    return capsys.readouterr().out


@pytest.mark.parametrize(
    "function, words",
    [
        (lambda logits, ids: logits.softmax(dim=0)[ids], "✓ Right"),
        (lambda logits, ids: logits[ids].softmax(dim=0), "you chose first"),
        (lambda logits, ids: logits[ids], "These are logits"),
        (lambda logits, ids: logits.log_softmax(dim=0)[ids], "logarithms"),
        (lambda logits, ids: logits.softmax(dim=0)[ids].sort(descending=True).values, "order"),
        (lambda logits, ids: logits.softmax(dim=0), "one number a target"),
        (lambda logits, ids: logits.sigmoid()[ids], "the scores should be"),
        (lambda logits, ids: [0.5, 0.5], "Return a tensor"),
        (lambda logits, ids: None, "Not tried yet"),
    ],
)
def test_target_scores(capsys, function, words):
    assert words in verdict(capsys, checks.target_scores, function)


@pytest.mark.parametrize(
    "function, words",
    [
        (lambda z, e, c: z[:, [c, e]].softmax(dim=1)[:, 1], "✓ Right"),
        (lambda z, e, c: (z[:, e] - z[:, c]).sigmoid(), "✓ Right"),
        (lambda z, e, c: z[:, [c, e]].softmax(dim=1)[:, 0], "probability of contradiction"),
        (lambda z, e, c: z.softmax(dim=1)[:, e], "neutral take part"),
        (lambda z, e, c: z[:, e].softmax(dim=0), "labels compete"),
        (lambda z, e, c: z[:, [c, e]].softmax(dim=0)[:, 1], "labels compete"),
        (lambda z, e, c: z[:, e], "These are logits"),
        (lambda z, e, c: z[:, [0, 2]].softmax(dim=1)[:, 1], "columns 0 and 2"),
        (lambda z, e, c: z[:, [c, e]].softmax(dim=1), "Two numbers a label"),
        (lambda z, e, c: z[:, e].sigmoid(), "the scores should be"),
        (lambda z, e, c: None, "Not tried yet"),
    ],
)
def test_independent(capsys, function, words):
    assert words.lower() in verdict(capsys, checks.independent, function).lower()


def several(scores, k, overlap=False, infinite=False, limit=None):
    kept = []
    for cell in scores.flatten().argsort(descending=True).tolist():
        first, last = divmod(cell, len(scores))
        if len(kept) < (limit or k) and (infinite or scores[first, last] > -torch.inf):
            if overlap or all(last < a or b < first for a, b in kept):
                kept.append((first, last))
    return kept


def first_come(scores, k):
    """Spans of one token each, from left to right: allowed and apart, but neither the best nor in order."""
    return [(place, place) for place in range(min(k, len(scores)))]


@pytest.mark.parametrize(
    "function, words",
    [
        (several, "✓ Right"),
        (lambda scores, k: several(scores, k, overlap=True), "share a token"),
        (lambda scores, k: several(scores, k, infinite=True), "its score is −∞"),
        (lambda scores, k: several(scores, k, limit=k + 1), "but k is"),
        (lambda scores, k: several(scores, k)[:1], "Go on to the next best"),
        (lambda scores, k: several(scores, k)[::-1], "best span must come first"),
        (
            lambda scores, k: (
                [(b, a) for a, b in several(scores, k) if a < b] or several(scores, k)
            ),
            "before they start",
        ),
        (
            lambda scores, k: sorted(first_come(scores, k), key=lambda span: -scores[span]),
            "the spans should be",
        ),
        (lambda scores, k: [(0, 99)], "not allowed"),
        (lambda scores, k: scores, "list of (first, last)"),
        (lambda scores, k: [], "Go on to the next best"),
        (lambda scores, k: None, "Not tried yet"),
    ],
)
def test_several(capsys, function, words):
    assert words in verdict(capsys, checks.several, function)


def batch(start=1, **broken):
    return lambda model, ids, mask, steps: checks._greedy(
        model, ids, mask, steps, start=start, **broken
    )


def stops_with_the_first(model, ids, mask, steps):
    got = checks._greedy(model, ids, mask, steps)
    ended = (got == 0).any(dim=0).nonzero()
    return got[:, : ended[0, 0] + 1] if len(ended) else got


def never_stops(model, ids, mask, steps):
    got = checks._greedy(model, ids, mask, steps)
    return torch.cat(
        [got, torch.ones(len(got), steps + 1 - got.shape[1], dtype=torch.int64)], dim=1
    )


@pytest.mark.parametrize(
    "function, words",
    [
        (batch(), "✓ Right"),
        (batch(stop=False), "go on after their end"),
        (batch(cross=False), "Cross-attention looks at the pads"),
        (
            lambda model, ids, mask, steps: checks._greedy(
                model, ids, torch.ones_like(mask), steps
            ),
            "encoder reads the pads",
        ),
        (batch(pads=True), "wrote a pad"),
        (batch(start=0), "start with the end token"),
        (lambda *inputs: batch()(*inputs)[:, 1:], "start token is missing"),
        (stops_with_the_first, "when the first row has ended"),
        (never_stops, "the loop should have ended"),
        (lambda *inputs: batch()(*inputs).flip(0), "Row 0 should be"),
        (lambda *inputs: batch()(*inputs)[0], "one row for each"),
        (lambda *inputs: None, "Not tried yet"),
    ],
)
def test_translate_batch(capsys, function, words):
    assert words in verdict(capsys, checks.translate_batch, function)


def test_the_small_translator_tells_mistakes_apart():
    model, ids, mask = checks._translator()
    right = model.generate(
        ids, attention_mask=mask, max_new_tokens=checks.STEPS, num_beams=1, do_sample=False
    )
    ends = [row.tolist().index(0) for row in right]
    assert len(set(ends)) >= 3 and right.shape[1] <= checks.STEPS
    assert torch.equal(right, checks._greedy(model, ids, mask, checks.STEPS))
