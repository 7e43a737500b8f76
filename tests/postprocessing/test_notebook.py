"""Notebook 04: its functions, the checks of its exercises, its figures and its data."""

import math
from collections import Counter

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st

import helpers.postprocessing.checks as checks
import helpers.postprocessing.figures as figures
from helpers import PROJECT
from tools.notebooks import functions

NOTEBOOK = functions("04_postprocessing")
DATA = PROJECT / "notebooks" / "data"


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10_000), rows=st.integers(1, 6), labels=st.integers(2, 5))
def test_step_is_one_step_of_sgd(seed, rows, labels):
    random = torch.Generator().manual_seed(seed)
    head = torch.nn.Linear(3, labels)
    (
        torch.nn.init.normal_(head.weight, generator=random),
        torch.nn.init.normal_(head.bias, generator=random),
    )
    x, y = torch.randn(rows, 3, generator=random), torch.randint(labels, (rows,), generator=random)
    weight, bias = NOTEBOOK["step"](head.weight.detach(), head.bias.detach(), x, y, 0.7)
    optimizer = torch.optim.SGD(head.parameters(), lr=0.7)
    F.cross_entropy(head(x), y).backward()
    optimizer.step()
    torch.testing.assert_close(weight, head.weight.detach(), atol=1e-5, rtol=0)
    torch.testing.assert_close(bias, head.bias.detach(), atol=1e-5, rtol=0)


def test_calibration_error_of_known_cases():
    error = NOTEBOOK["expected_calibration_error"]
    assert error(torch.full((10,), 0.75), torch.tensor([True, False] * 5)) == pytest.approx(0.25)
    assert (
        error(torch.tensor([1.0, 1.0]), torch.tensor([True, True])) == 0
    )  # 1.0 belongs to the last bin
    two_bins = torch.tensor([0.55] * 3 + [0.95])
    assert error(two_bins, torch.tensor([True, True, True, False])) == pytest.approx(
        0.75 * 0.45 + 0.25 * 0.95
    )


@given(st.lists(st.tuples(st.floats(0.5, 1, width=32), st.booleans()), min_size=1, max_size=40))
def test_calibration_error_is_a_share(answers):
    scores, correct = zip(*answers, strict=True)
    assert (
        0
        <= NOTEBOOK["expected_calibration_error"](torch.tensor(scores), torch.tensor(correct))
        <= 1
    )


def naive(logits):
    powers = logits.exp()
    return powers / powers.sum(dim=-1, keepdim=True)


def stable(logits):
    return naive(logits - logits.amax(dim=-1, keepdim=True))


def in_place(logits):
    logits -= logits.amax(dim=-1, keepdim=True)
    return stable(logits)


SOFTMAX = [
    (stable, "✓"),
    (lambda logits: None, "Not tried"),
    (lambda logits: 1 / 0, "raised ZeroDivisionError"),
    (lambda logits: stable(logits).tolist(), "a list"),
    (lambda logits: stable(logits).sum(dim=-1), "shape should stay"),
    (in_place, "changed the logits"),
    (naive, "overflows"),
    (lambda logits: naive(logits - logits.max().clamp(min=0)), "rounds to 0"),
    (lambda logits: naive(logits - logits.max()), "each row's own maximum"),
    (lambda logits: logits.softmax(dim=0), "columns sum to 1"),
    (lambda logits: logits.flatten().softmax(dim=0).view_as(logits), "All the numbers together"),
    (lambda logits: logits, "should be softmax"),
]


def right(logits, labels):
    return logits[torch.arange(len(labels)), labels]


CROSS_ENTROPY = [
    (lambda z, y: (z.logsumexp(dim=-1) - right(z, y)).mean(), "✓"),
    (lambda z, y: None, "Not tried"),
    (lambda z, y: (z.logsumexp(dim=-1) - right(z, y)).tolist(), "a list"),
    (lambda z, y: z.logsumexp(dim=-1) - right(z, y), "Average them"),
    (lambda z, y: -z.log_softmax(dim=-1), "Pick the right label"),
    (lambda z, y: -F.cross_entropy(z, y), "sign is wrong"),
    (lambda z, y: F.cross_entropy(z, y, reduction="sum"), "the sum over the rows"),
    (lambda z, y: F.cross_entropy(z.softmax(dim=-1), y), "softmax twice"),
    (lambda z, y: F.cross_entropy(z, z.argmax(dim=-1)), "likes best"),
    (lambda z, y: -z.log_softmax(dim=-1).mean(), "averaged over all labels"),
    (lambda z, y: -right(z.softmax(dim=-1), y).mean(), "logarithm is missing"),
    (lambda z, y: -right(z.log_softmax(dim=0), y).mean(), "runs down the columns"),
    (lambda z, y: -right(z.softmax(dim=-1), y).log2().mean(), "base 2"),
    (lambda z, y: -right(z, y).mean(), "logsumexp of the row is missing"),
    (lambda z, y: -right(z.softmax(dim=-1), y).log().mean(), "rounded to 0"),
    (lambda z, y: torch.tensor(9.0), "yours is 9.0000"),
]


def lead(logits):
    return (logits.max() - logits.min()).item()


TEMPERATURE = [
    (lambda z, p: lead(z) / math.log(p / (1 - p)), "✓"),
    (lambda z, p: None, "Not tried"),
    (lambda z, p: math.log(p / (1 - p)) / lead(z), "1 / T"),
    (lambda z, p: -lead(z) / math.log(p / (1 - p)), "negative"),
    (lambda z, p: lead(z) / (p / (1 - p)), "logarithm is missing"),
    (lambda z, p: -lead(z) / math.log(p), "you used log(p)"),
    (lambda z, p: (z[0] - z[1]) / math.log(p / (1 - p)), "negative"),
    (lambda z, p: -7.0, "a temperature is above 0"),
    (lambda z, p: 1.0, "gives a score of"),
]


def multi_label(gradient, average=lambda error: error.numel(), direction=-1):
    def run(weight, bias, x, targets, rate):
        error = gradient(x @ weight.T + bias, targets)
        error = error / average(error)
        return weight + direction * rate * error.T @ x, bias + direction * rate * error.sum(dim=0)

    return run


def p_minus_y(logits, targets):
    return logits.sigmoid() - targets


CORRECT = multi_label(p_minus_y)
MULTI_LABEL = [
    (CORRECT, "✓"),
    (lambda *given: None, "Not tried"),
    (lambda *given: CORRECT(*given)[0], "two things"),
    (lambda *given: (CORRECT(*given)[0].T, CORRECT(*given)[1]), "should stay"),
    (
        lambda weight, bias, *given: (CORRECT(weight, bias, *given)[0], bias),
        "bias takes a step too",
    ),
    (multi_label(p_minus_y, direction=1), "uphill"),
    (multi_label(p_minus_y, average=lambda error: 1), "number of entries"),
    (multi_label(p_minus_y, average=len), "divided by the number of rows"),
    (multi_label(lambda z, y: z.softmax(dim=-1) - y), "That is softmax"),
    (multi_label(lambda z, y: z.sigmoid()), "subtract the targets"),
    (multi_label(lambda z, y: z - y), "targets from the logits"),
    (
        lambda weight, bias, x, targets, rate: CORRECT(weight, bias, x, targets, 1),
        "learning rate is missing",
    ),
    (
        lambda w, b, x, y, rate: [
            given - new for given, new in zip((w, b), CORRECT(w, b, x, y, 1), strict=True)
        ],
        "return the gradient",
    ),
    (lambda w, b, x, y, rate: (w, b), "Not yet. Compare"),
]

CASES = [
    (check, function, words)
    for check, cases in (
        (checks.stable_softmax, SOFTMAX),
        (checks.cross_entropy, CROSS_ENTROPY),
        (checks.temperature, TEMPERATURE),
        (checks.multi_label_step, MULTI_LABEL),
    )
    for function, words in cases
]


@pytest.mark.parametrize(
    "check, function, words", CASES, ids=[f"{check.__name__}: {words}" for check, _, words in CASES]
)
def test_check_says(check, function, words, capsys):
    check(function)
    said = capsys.readouterr().out
    assert words in said
    assert said.startswith({"✓": "✓", "Not tried": "○"}.get(words, "✗"))


@pytest.mark.parametrize("name, labels, total", [("sentences", 4, 120), ("sentiment", 2, 60)])
def test_data_is_balanced_and_has_no_repeats(name, labels, total):
    header, *lines = (DATA / f"{name}.tsv").read_text(encoding="utf-8").splitlines()
    assert header == "label\tsentence"
    names, sentences = zip(*(line.split("\t") for line in lines), strict=True)
    assert len(set(sentences)) == total
    assert set(Counter(names).values()) == {total // labels}


def test_held_out_sentences_are_balanced():
    lines = (DATA / "sentences.tsv").read_text(encoding="utf-8").splitlines()[1:]
    assert set(Counter(line.split("\t")[0] for line in lines[80:]).values()) == {10}


def test_figures_say_their_numbers():
    two = torch.tensor([3.0, -7.0])
    assert (
        "A has a lead of +3.00 and a probability of 0.953"
        in figures.sigmoid_curve(two, ["A", "B"], "POSITIVE").alt
    )
    assert (
        "T = 2: x 0.62, y 0.38"
        in figures.temperatures(torch.tensor([1.0, 0.0]), ["x", "y"], [1, 2]).alt
    )
    line = torch.linspace(1, 0, 9)
    assert "floor of 0.00" in figures.once_and_twice(torch.linspace(-4, 4, 9), line, line).alt
    said = figures.loss_curves(
        {"good": [1.4, 0.2], "wild": [1.4, 90.0, 3.0]}, "step", ceiling=4
    ).alt
    assert (
        "good starts at 1.4 and ends at 0.2" in said
        and "wild starts at 1.4 and jumps above 4" in said
    )


def test_reliability_counts_empty_bins_and_a_score_of_one():
    alt = figures.reliability(
        torch.tensor([0.55, 0.57, 1.0]), torch.tensor([True, False, True])
    ).alt
    assert "0.5 to 0.6: 2 answers, mean score 0.56, right 50%" in alt
    assert "0.7 to 0.8: none" in alt
    assert "0.9 to 1.0: 1 answers, mean score 1.00, right 100%" in alt
