"""What the figures of notebook 04 draw is what they say."""

import pytest
import torch

from helpers.postprocessing import figures
from tools.artists import bars, inside, lines, place, texts, ticks


def test_the_sigmoid_goes_through_every_marked_sentence():
    leads = torch.tensor([2.0, -3.0])
    picture = figures.sigmoid_curve(leads, ["A", "B"], "POSITIVE")
    [axes] = picture.figure.axes
    curve, *_, first, second = lines(axes)
    x, y = map(torch.tensor, zip(*curve, strict=True))
    assert torch.allclose(y, x.sigmoid(), atol=1e-5) and x.min() <= -8 and x.max() >= 8
    for mark, lead, name in ((first, 2.0, "A"), (second, -3.0, "B")):
        p = torch.tensor(lead).sigmoid().item()
        assert mark == [(lead, pytest.approx(p, abs=1e-6))]
        assert texts(axes)[f"{name}: {p:.3f}"] == mark[0]
    assert [dot.get_marker() for dot in axes.lines[-2:]] == ["o", "o"]
    assert axes.get_ylabel() == "probability of POSITIVE" and "logit" in axes.get_xlabel()
    assert "A has a lead of +2.00 and a probability of 0.881" in picture.alt


def test_a_lead_beyond_the_usual_is_within_the_picture():
    [axes] = figures.sigmoid_curve(torch.tensor([12.0]), ["A"], "POSITIVE").figure.axes
    assert inside(axes, 12, 1) and max(lines(axes)[0])[0] == 13
    assert [(0.0, 0.5), (1.0, 0.5)] in lines(axes)  # the level of a half


def test_a_panel_a_temperature_with_its_softmax():
    logits, values = torch.tensor([2.0, 1.0, 0.0]), [0.5, 2]
    picture = figures.temperatures(logits, ["x", "y", "z"], values)
    for axes, value in zip(picture.figure.axes, values, strict=True):
        wanted = (logits / value).softmax(dim=-1).tolist()
        assert [height for *_, height in bars(axes)] == pytest.approx(wanted, abs=1e-6)
        assert ticks(axes.xaxis) == ["x", "y", "z"] and axes.get_title() == f"T = {value:g}"
        assert list(texts(axes)) == [f"{p:.2f}" for p in wanted]
        assert axes.get_ylim()[0] == 0
    assert "T = 0.5: x 0.87, y 0.12, z 0.02; T = 2: x 0.51, y 0.31, z 0.19." in picture.alt


def test_two_losses_and_the_floor_of_the_second():
    leads = torch.linspace(-8, 8, 33)
    once, twice = -leads.sigmoid().log(), torch.linspace(1.5, 0.25, 33)
    [axes] = figures.once_and_twice(leads, once, twice).figure.axes
    first, second = (torch.tensor(line) for line in lines(axes))
    assert torch.allclose(first, torch.stack([leads, once], dim=1), atol=1e-5)
    assert torch.allclose(second, torch.stack([leads, twice], dim=1), atol=1e-5)
    at = texts(axes)
    assert at["floor: 0.25"] == (8, 0.25)
    assert at["softmax once"] in lines(axes)[0]
    assert at["softmax twice"] in lines(axes)[1]
    colors = {note.get_text(): note.get_color() for note in axes.texts}
    assert colors["softmax once"] == axes.lines[0].get_color()
    assert colors["softmax twice"] == colors["floor: 0.25"] == axes.lines[1].get_color()
    assert axes.get_ylim()[0] == 0


def test_a_line_a_run_and_a_word_on_the_run_that_is_cut_off():
    curves = {"slow": [3.0, 2.0, 1.5], "fast": [3.0, 9.0, 1.0]}
    picture = figures.loss_curves(curves, "step", ceiling=4)
    [axes] = picture.figure.axes
    assert lines(axes) == [list(enumerate(losses)) for losses in curves.values()]
    labels = ["slow", "fast (goes above 4)"]
    assert [text.get_text() for text in axes.get_legend().get_texts()] == labels
    assert [line.get_label() for line in axes.lines] == labels
    assert axes.get_ylim() == (0, 4)
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("step", "loss")
    assert picture.alt.endswith(
        "slow starts at 3.0 and ends at 1.5; fast starts at 3.0 and jumps above 4."
    )


def test_without_a_ceiling_every_loss_is_within_the_picture():
    [axes] = figures.loss_curves({"fast": [3.0, 9.0]}, "step").figure.axes
    assert all(inside(axes, *point) for point in lines(axes)[0]) and axes.get_ylim()[0] == 0


def test_bins_of_scores_show_result_claim_gap_and_count():
    scores = torch.tensor([0.55, 0.58, 0.95, 0.97, 0.99])
    correct = torch.tensor([True, False, True, True, False])
    upper, lower = figures.reliability(scores, correct).figure.axes
    assert bars(upper) == [(0.507, 0, 0.086, 0.5), (0.907, 0, 0.086, 0.666667)]
    assert bars(lower) == [(0.507, 0, 0.086, 2), (0.907, 0, 0.086, 3)]
    diagonal, gap, claim, gap_9, claim_9 = lines(upper)
    assert diagonal == [(0.5, 0.5), (1, 1)]
    assert gap == [(0.565, 0.565), (0.565, 0.5)] and claim == [(0.565, 0.565)]
    assert gap_9 == [(0.97, 0.97), (0.97, 0.666667)] and claim_9 == [(0.97, 0.97)]
    counts = [(text.get_text(), place(text)) for text in lower.texts]
    assert counts == [
        ("2", (0.55, 2)),
        ("0", (0.65, 0)),
        ("0", (0.75, 0)),
        ("0", (0.85, 0)),
        ("3", (0.95, 3)),
    ]
    assert upper.get_ylabel() == "share that is right" and lower.get_ylabel() == "answers"


def test_a_score_on_the_edge_of_the_last_bin_is_counted():
    picture = figures.reliability(torch.tensor([0.5, 1.0]), torch.tensor([True, True]))
    assert "0.5 to 0.6: 1 answers, mean score 0.50, right 100%; 0.6 to 0.7: none" in picture.alt
    assert picture.alt.endswith("0.9 to 1.0: 1 answers, mean score 1.00, right 100%.")
