"""Figures and their standard errors: spans as SQuAD scores them, entities, calibration."""

import random
import re
import string
from collections import Counter
from typing import NamedTuple


class Figure(NamedTuple):
    value: float
    error: float  # one standard error
    n: int

    def __str__(self):
        return f"{100 * self.value:.1f} ± {100 * self.error:.1f} (n = {self.n:,})"


def mean(values):
    """Mean of numbers and its standard error, each taken as independent of the others."""
    n = len(values)
    value = sum(values) / n
    return Figure(value, (sum((v - value) ** 2 for v in values) / max(1, n - 1) / n) ** 0.5, n)


def plain(text):
    """An answer as SQuAD compares it: lower case, without articles, punctuation and double spaces
    (Rajpurkar et al., 2016).
    """
    kept = "".join(c for c in text.lower() if c not in string.punctuation)
    return " ".join(re.sub(r"\b(a|an|the)\b", " ", kept).split())


def exact(answer, right):
    """1.0 if the answer equals one of the right ones, else 0.0. No right answer: the empty one is
    right.
    """
    return float(any(plain(answer) == plain(one) for one in right or [""]))


def overlap(answer, right):
    """F1 of the answer's words with those of the right answer that fits best."""
    return max(_overlap(plain(answer).split(), plain(one).split()) for one in right or [""])


def _overlap(words, others):
    if not words or not others:
        return float(words == others)
    common = (Counter(words) & Counter(others)).total()
    return 2 * common / (len(words) + len(others))


def spans(tags):
    """Entities of B-, I- and O tags as {(kind, first, one past the last)}; an I- without its B-
    begins one, as in CoNLL.
    """
    found, begin, kind = set(), None, None
    for i, tag in enumerate([*tags, "O"]):
        if begin is not None and (tag[0] != "I" or tag[2:] != kind):
            found.add((kind, begin, i))
            begin = None
        if begin is None and tag != "O":
            begin, kind = i, tag[2:]
    return found


def entity_f1(sentences, resamples=500):
    """F1 of entities whose kind and both ends are right. `sentences`: (right tags, given tags).
    Error: bootstrap of sentences.
    """
    counts = []
    for right, given in sentences:
        a, b = spans(right), spans(given)
        counts.append((len(a & b), len(a) + len(b)))
    rng = random.Random(0)
    drawn = [_f1(rng.choices(counts, k=len(counts))) for _ in range(resamples)]
    middle = sum(drawn) / resamples
    return Figure(
        _f1(counts), (sum((d - middle) ** 2 for d in drawn) / (resamples - 1)) ** 0.5, len(counts)
    )


def _f1(counts):
    return 2 * sum(c[0] for c in counts) / max(1, sum(c[1] for c in counts))


def calibration_error(scores, right, bins=10):
    """Expected calibration error (Guo et al., 2017): mean distance of score and share right over
    bins of the score.
    """
    boxes = {}
    for score, hit in zip(scores, right, strict=False):
        boxes.setdefault(min(bins - 1, int(score * bins)), []).append((score, hit))
    return sum(
        abs(sum(s for s, _ in box) - sum(h for _, h in box)) for box in boxes.values()
    ) / len(scores)
