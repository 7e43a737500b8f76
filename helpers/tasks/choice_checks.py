"""Checks of notebook 07 on choosing among scores: words, labels, spans."""

from typing import Any

import torch

from helpers.exercises import check_function, does, other_shape, turned


@check_function(
    right=lambda logits, target_ids: logits.softmax(dim=0)[target_ids],
    slips=[
        (
            other_shape,
            "Return one number a target: shape {wanted_shape}. Yours is {got_shape}.",
        ),
        (
            does(lambda logits, target_ids: logits[target_ids].softmax(dim=0)),
            "Your scores sum to 1: you chose first. The softmax goes over the whole vocabulary, "
            "then choose.",
        ),
        (
            does(lambda logits, target_ids: logits[target_ids]),
            "These are logits. Make probabilities of them, over the whole vocabulary, before you "
            "choose.",
        ),
        (
            turned(torch.log),
            "These are logarithms of the probabilities: softmax instead of log_softmax.",
        ),
        (
            turned(lambda wanted: wanted.sort(descending=True).values),
            "The scores are right, the order is not: keep the order of target_ids.",
        ),
        (
            does(lambda logits, target_ids: logits.softmax(dim=0)[sorted(target_ids)]),
            "The scores are right, the order is not: keep the order of target_ids.",
        ),
    ],
    otherwise="For target_ids {target_ids} the scores should be {wanted}; yours are {got}.",
)
def target_scores() -> list[tuple]:
    """7.1: `function(logits, target_ids)` chooses from a softmax over the vocabulary, [targets]."""
    random = torch.Generator().manual_seed(0)
    tried = ((12, [7, 2]), (30, [4, 29, 0]), (5, [3]))
    return [(3 * torch.randn(size, generator=random), ids) for size, ids in tried]


@check_function(
    right=lambda logits, entailment, contradiction: logits[:, [contradiction, entailment]].softmax(
        dim=1
    )[:, 1],
    slips=[
        (
            lambda got, wanted, *_: got.shape == (len(wanted), 2),
            "Two numbers a label: keep the column of entailment.",
        ),
        (
            other_shape,
            "Return one number a label: shape {wanted_shape}. Yours is {got_shape}.",
        ),
        (
            turned(lambda wanted: 1 - wanted),
            "That is the probability of contradiction. You want the other column.",
        ),
        (
            does(lambda logits, entailment, _: logits.softmax(dim=1)[:, entailment]),
            "You let neutral take part. The softmax is over two columns.",
        ),
        (
            does(lambda logits, entailment, _: logits[:, entailment].softmax(dim=0)),
            "Your labels compete: that is multi_label=False. Softmax within each row.",
        ),
        (
            does(lambda logits, entailment, _: logits[:, entailment]),
            "These are logits. Make probabilities of each row's two columns.",
        ),
        (
            does(lambda logits, *_: logits[:, [0, 2]].softmax(dim=1)[:, 1]),
            "You took columns 0 and 2. Models differ in the order: use the arguments.",
        ),
    ],
    otherwise="The scores should be {wanted}; yours are {got}.",
)
def independent() -> list[tuple]:
    """7.2: `function(logits, entailment, contradiction)` judges by two columns, [labels]."""
    random = torch.Generator().manual_seed(0)
    tried = ((2, 0, 4), (1, 0, 5), (0, 2, 3), (1, 2, 1))
    return [(2 * torch.randn(labels, 3, generator=random), a, b) for a, b, labels in tried]


def _apart(scores: torch.Tensor, k: int) -> list[tuple[int, int]]:
    """The best spans that share no token, best first."""
    kept: list[tuple[int, int]] = []
    for cell in scores.flatten().argsort(descending=True).tolist():
        first, last = divmod(cell, scores.shape[1])
        free = all(last < a or b < first for a, b in kept)
        if free and len(kept) < k and scores[first, last] > -torch.inf:
            kept.append((first, last))
    return kept


def _table(got: Any, wanted: Any, scores: torch.Tensor, k: int) -> str:
    first, last = scores.isfinite().nonzero().unbind(dim=1)
    longest = int((last - first).max()) + 1
    return f"A table of {len(scores)} tokens, spans of at most {longest}, k={k}: "


def _allowed(scores: torch.Tensor, first: int, last: int) -> bool:
    inside = 0 <= first < len(scores) and 0 <= last < len(scores)
    return inside and bool(scores[int(first), int(last)] > -torch.inf)


def _touching(got: list) -> tuple | None:
    """The first pair of spans that share a token."""
    pairs = ((a, b) for i, b in enumerate(got) for a in got[:i])
    return next(((a, b) for a, b in pairs if b[0] <= a[1] and a[0] <= b[1]), None)


@check_function(
    right=_apart,
    case=_table,
    kinds=[(object, "return a list of (first, last); yours is {kind}.")],
    slips=[
        (
            lambda got, wanted, scores, k: len(got) > k,
            lambda got, wanted, scores, k: f"{len(got)} spans, but k is {k}.",
        ),
        (
            turned(lambda wanted: [(last, first) for first, last in wanted]),
            "first and last have changed places. The row is the first token, the column the last.",
        ),
        (
            lambda got, wanted, scores, k: any(not _allowed(scores, *span) for span in got),
            lambda got, wanted, scores, k: (
                f"the span {next(span for span in got if not _allowed(scores, *span))} is not "
                "allowed: its score is −∞, or it lies outside. Stop there."
            ),
        ),
        (
            lambda got, *_: _touching(got),
            lambda got, *_: (
                "{} and {} share a token. Skip a span that touches one that you have kept.".format(
                    *_touching(got) or ()
                )
            ),
        ),
        (
            lambda got, wanted, scores, k: got != sorted(got, key=lambda span: -scores[span]),
            "the best span must come first.",
        ),
        (
            lambda got, wanted, *_: len(got) < len(wanted),
            lambda got, wanted, *_: (
                f"{len(got)} spans, but {len(wanted)} are possible. Go on to the next best cell "
                "until you have k."
            ),
        ),
    ],
    otherwise="the spans should be {wanted}; yours are {got}.",
)
def several() -> list[tuple]:
    """7.3: `function(scores, k)` gives the best spans that share no token, as (first, last)."""
    random = torch.Generator().manual_seed(0)
    tried: list[tuple] = []
    for size, longest, k in ((6, 3, 3), (9, 4, 3), (5, 2, 9), (7, 7, 2), (8, 3, 1)):
        start, end = torch.randn(2, size, generator=random)
        band = torch.ones(size, size).bool().triu().tril(longest - 1)
        tried.append(((start[:, None] + end[None, :]).masked_fill(~band, -torch.inf), k))
    nested = torch.full((6, 6), -torch.inf)  # (1, 3) encloses the best span and is the next
    nested[[2, 1, 2, 0, 4], [2, 3, 3, 0, 5]] = torch.tensor([5.0, 4.0, 3.0, 2.0, 1.0])
    return [*tried, (nested, 3)]
