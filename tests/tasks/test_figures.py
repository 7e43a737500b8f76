"""What the figures of notebook 07 draw is what they say."""

import numpy as np
import pytest
import torch
from matplotlib.colors import to_hex

from helpers.drawing.picture import BLUE, ORANGE
from helpers.tasks import figures
from tools.artists import bars, rectangles, texts, ticks

TOKENS = ["[CLS]", "who", "[SEP]", "a", "b", "c", "[SEP]"]
PARTS = [None, 0, None, 1, 1, 1, None]


def test_starts_go_up_and_ends_go_down():
    start, end = torch.randn(2, 7, generator=torch.Generator().manual_seed(0)) * 2
    picture = figures.start_and_end(TOKENS, PARTS, start, end)
    [axes] = picture.figure.axes
    shown = [0, 3, 4, 5]
    up, down = start[shown].softmax(0).tolist(), end[shown].softmax(0).tolist()
    heights = [height for *_, height in bars(axes)]
    assert heights == pytest.approx([*up, *(-p for p in down)], abs=1e-6)
    middles = [left + width / 2 for left, _, width, _ in bars(axes)]
    assert middles == pytest.approx([0, 1, 2, 3] * 2)
    assert ticks(axes.xaxis) == ["[CLS]", "a", "b", "c"]
    assert ticks(axes.yaxis) == ["1", "0.5", "0", "0.5", "1"]
    written = [text.get_text() for text in axes.texts]
    assert [w for w in written if w[:1] == "0"] == [f"{p:.2f}" for p in up + down if p >= 0.1]
    assert texts(axes)["start"] == (1.01, 0.75) and texts(axes)["end"] == (1.01, 0.25)
    looks = [(to_hex(bar.get_edgecolor()), bar.get_hatch()) for bar in rectangles(axes)]
    assert looks == [(BLUE, None)] * 4 + [(ORANGE, "///")] * 4
    assert ", ".join(f"{t} {p:.2f}" for t, p in zip(["[CLS]", *"abc"], up, strict=True)) in (
        picture.alt
    )


def test_the_best_cell_is_framed_and_what_is_not_allowed_hatched():
    no = -torch.inf
    scores = torch.tensor([[0.0, 0, 0, 0], [0, 1, 2, 5], [0, no, 3, 2], [0, no, no, 1]])
    context = torch.tensor([False, True, True, True])
    picture = figures.span_grid(["[CLS]", "a", "b", "c"], context, scores)
    axes, bar = picture.figure.axes
    *hatched, best = bars(axes)
    assert hatched == [(-0.5, 0.5, 1, 1), (-0.5, 1.5, 1, 1), (0.5, 1.5, 1, 1)]
    assert {patch.get_hatch() for patch in axes.patches[:-1]} == {"////"}
    assert best == (1.5, -0.5, 1, 1)  # row a, column c
    assert to_hex(axes.patches[-1].get_edgecolor()) == ORANGE
    assert axes.get_title() == "best: a b c  (5.0)"
    assert (axes.get_xlabel(), axes.get_ylabel()) == (
        "the answer ends with",
        "the answer starts with",
    )
    drawn = np.ma.filled(axes.images[0].get_array(), np.nan)
    wanted = scores[1:, 1:].numpy()
    assert np.array_equal(np.isnan(drawn), np.isinf(wanted))
    assert np.array_equal(drawn[~np.isnan(drawn)], wanted[~np.isinf(wanted)])
    assert ticks(axes.xaxis) == ticks(axes.yaxis) == ["a", "b", "c"] and axes.yaxis_inverted()
    assert "6 of 9 cells are allowed" in picture.alt and bar.get_ylabel()


def test_cross_attention_has_a_row_a_written_token():
    weights = torch.tensor([[0.75, 0.125, 0.125], [0.125, 0.375, 0.5]])
    picture = figures.cross_attention(["a", "b", "c"], ["x", "y"], weights)
    axes, _ = picture.figure.axes
    assert torch.equal(torch.tensor(axes.images[0].get_array()), weights)
    written = [(text.get_text(), text.get_position(), text.get_color()) for text in axes.texts]
    assert written == [
        ("0.75", (0, 0), "white"),
        ("0.12", (1, 0), "black"),
        ("0.12", (2, 0), "black"),
        ("0.12", (0, 1), "black"),
        ("0.38", (1, 1), "black"),
        ("0.50", (2, 1), "white"),
    ]
    assert ticks(axes.xaxis) == ["a", "b", "c"] and ticks(axes.yaxis) == ["x", "y"]
    assert axes.yaxis_inverted()
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("was read", "is written")
    assert "x looks most at a; y looks most at c. 1 of 2 rows" in picture.alt
