"""Notebook 04: its functions, the checks of its exercises, its figures and its data."""

from collections import Counter

import matplotlib.pyplot as plt
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st
from ipywidgets import interactive

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


def test_the_readers_own_explorer_draws_the_sentence_that_is_typed(tokenizer, model, monkeypatch):
    NOTEBOOK["draw"].__globals__.update(tokenizer=tokenizer, model=model, torch=torch)
    pictures = []

    def shown():
        left, right = plt.gcf().axes
        pictures.append([[bar.get_width() for bar in axes.patches] for axes in (left, right)])
        plt.close()

    monkeypatch.setattr(plt, "show", shown)
    explorer = interactive(NOTEBOOK["draw"], sentence="I hate this so much!")
    pictures.clear()  # ipywidgets 8 has drawn once, ipywidgets 7 has not
    explorer.update()
    field, _ = explorer.children
    field.value = "I love this so much!"
    for sentence, (logits, probabilities) in zip(
        ["I hate this so much!", field.value], pictures, strict=True
    ):
        with torch.inference_mode():
            z = model(**tokenizer(sentence, return_tensors="pt")).logits[0]
        assert logits == pytest.approx(z.tolist(), abs=1e-5)
        assert probabilities == pytest.approx(z.softmax(dim=0).tolist(), abs=1e-5)
    assert pictures[0] != pictures[1]
