"""What the figures of notebook 05 draw is what they say."""

import pytest
import torch
from matplotlib.colors import to_hex
from matplotlib.patches import Rectangle

from helpers.drawing.picture import BLUE, ORANGE
from helpers.padding import figures
from tools.artists import bars, inside, lines, rectangles, texts, ticks


def test_drift_is_the_largest_change_of_a_logit():
    alone = torch.tensor([1.0, -1.0])
    without = torch.tensor([[1.5, -1.25], [1.0, -3.0]])
    masked = torch.tensor([[1.0, -1.0], [1.125, -1.0]])
    [axes] = figures.drift([2, 8], alone, without, masked).figure.axes
    assert lines(axes) == [[(2, 0.5), (8, 2)], [(2, 0), (8, 0.125)]]
    assert texts(axes) == {"no mask": (8, 2), "with mask": (8, 0.125)}
    colors = {note.get_text(): note.get_color() for note in axes.texts}
    assert [colors["no mask"], colors["with mask"]] == [line.get_color() for line in axes.lines]
    assert "pads" in axes.get_xlabel() and "change" in axes.get_ylabel()
    assert all(inside(axes, *point) for line in lines(axes) for point in line)


def test_the_frame_lies_on_what_tokens_give_to_pads():
    """Three tokens and two pads, so that rows and columns can be told apart."""
    tokens = ["a", "b", "c", "[PAD]", "[PAD]"]
    open_, masked = torch.full((5, 5), 0.2), torch.zeros(5, 5)
    masked[:, :3] = torch.tensor([0.5, 0.25, 0.25])
    picture = figures.attention_on_pads(tokens, open_, masked)
    left, right, bar = picture.figure.axes
    for axes, weights, title in (
        (left, open_, "no mask: 40% from tokens to pads (frame)"),
        (right, masked, "with mask: 0% from tokens to pads (frame)"),
    ):
        assert bars(axes) == [(2.5, -0.5, 2, 3)]  # columns 3 and 4, rows 0 to 2
        [frame] = rectangles(axes)
        assert not frame.get_fill() and to_hex(frame.get_edgecolor()) == ORANGE
        [image] = axes.images
        assert torch.equal(torch.tensor(image.get_array()), weights)
        assert axes.get_title() == title
        assert ticks(axes.xaxis) == ticks(axes.yaxis) == tokens
        assert axes.yaxis_inverted() and axes.get_xlabel() == "is looked at"
    assert left.images[0].get_clim() == right.images[0].get_clim() == (0, 0.5)
    assert left.get_ylabel() == "looks" and bar.get_ylabel() == "attention"
    assert "over 3 tokens (a b c) and 2 pads. Without the mask the tokens give 40%" in picture.alt


def test_windows_lie_where_they_are_and_say_their_answer():
    scores = torch.tensor([[0.75, 0.25], [0.125, 0.875]])
    picture = figures.windows([(0, 100), (80, 180)], scores, scores.mean(0), ["NEG", "POS"])
    [axes] = picture.figure.axes
    *drawn, overlap = axes.patches
    whole = [(0, -0.31, 100, 0.62), (80, 0.69, 100, 0.62), (0, 1.69, 180, 0.62)]
    assert bars(axes)[:3] == whole and all(isinstance(patch, Rectangle) for patch in drawn)
    assert texts(axes) == {"NEG 0.75": (50, 0), "POS 0.88": (130, 1), "POS 0.56": (90, 2)}
    assert (overlap.get_x(), overlap.get_width()) == (80, 20) and overlap.get_hatch() == "//"
    assert ticks(axes.yaxis) == ["window 1", "window 2", "pooled"] and axes.yaxis_inverted()
    assert axes.get_xlim() == (0, 180)
    assert "window 2, tokens 80 to 179: POS 0.88; pooled, tokens 0 to 179: POS 0.56" in picture.alt


def test_bars_are_the_tokens_and_frames_the_batches():
    batchings = {"by two": [[0, 1], [2, 3]], "one": [[0, 1, 2, 3]]}
    picture = figures.wasted([4, 2, 7, 3], batchings)
    by_two, one = picture.figure.axes
    hatched = [patch.get_hatch() == "///" for patch in by_two.patches]
    frames = [bar for bar, pads in zip(bars(by_two), hatched, strict=True) if pads]
    tokens = [bar for bar, pads in zip(bars(by_two), hatched, strict=True) if not pads]
    assert frames == [(0, 0, 4, 2), (0, 2, 7, 2)]
    assert tokens == [(0, 0, 4, 1), (0, 1, 2, 1), (0, 2, 7, 1), (0, 3, 3, 1)]
    assert bars(one)[0] == (0, 0, 7, 4)
    assert by_two.get_title() == "by two\n22 positions, 27.3% pads"
    assert one.get_title() == "one\n28 positions, 42.9% pads"
    assert by_two.get_ylim() == (4, 0) and by_two.get_xlim()[1] >= 7
    [legend] = picture.figure.legends
    words = [text.get_text() for text in legend.get_texts()]
    assert words == ["tokens", "pads (one frame a batch)"]
    look, pads = legend.get_patches()
    assert to_hex(look.get_facecolor()) == BLUE and not look.get_hatch()
    assert pads.get_hatch() == "///" and to_hex(pads.get_edgecolor()) == ORANGE


@pytest.mark.parametrize("value, words", [(1e-6, "stays below 0.00001"), (0.5, "reaches 0.50000")])
def test_what_the_mask_holds_is_said(value, words):
    alone = torch.zeros(2)
    picture = figures.drift([4], alone, torch.ones(1, 2), torch.full((1, 2), value))
    assert words in picture.alt
