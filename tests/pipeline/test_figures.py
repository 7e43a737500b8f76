"""What the figures of notebook 01 draw is what they say."""

from itertools import pairwise

import pytest
import torch
from matplotlib.patches import FancyBboxPatch
from matplotlib.text import Annotation

from helpers.pipeline import figures
from tools.artists import bars, inside, place, texts, ticks

NAMES = {0: "NEGATIVE", 1: "POSITIVE"}


def three_stages(count):
    tokens = [f"token{i}" for i in range(count)]
    ids = torch.arange(100, 100 + count)[None]
    return figures.three_stages("I am glad", tokens, ids, torch.tensor([[-1.0, 2.0]]), NAMES)


@pytest.fixture
def stages():
    [axes] = three_stages(3).figure.axes
    return axes


def test_states_and_stages_stand_in_their_order(stages):
    at = texts(stages)
    order = ["text", "1\ntokenizer", "input_ids", "2\nmodel", "logits", "3\npostprocessing"]
    places = [at[name][0] for name in [*order, "answer"]]
    assert places == sorted(places) and len(set(places)) == 7
    doing = ["text → ids", "ids → logits", "softmax, argmax,\nid2label"]
    assert [at[words][0] for words in doing] == [at[name][0] for name in order[1::2]]


def test_each_state_holds_its_content(stages):
    at = texts(stages)
    columns = [
        ("text", "str", "I\nam\nglad"),
        ("input_ids", "int64 [1, 3]", "token0  100\ntoken1  101\ntoken2  102"),
        ("logits", "float [1, 2]", "NEGATIVE  -1.00\nPOSITIVE  +2.00"),
        ("answer", "dict", "NEGATIVE  0.047\nPOSITIVE  0.953\n\n→ POSITIVE"),
    ]
    boxes = [patch for patch in stages.patches if isinstance(patch, FancyBboxPatch)]
    for box, (name, kind, content) in zip(boxes, columns, strict=True):
        assert at[name][0] == at[kind][0] == at[content][0]
        left, bottom, right, top = box.get_bbox().extents
        assert left < at[content][0] < right and bottom < at[content][1] < at[kind][1] < top
        assert at[name][1] > top


def test_an_arrow_leads_from_each_state_to_the_next(stages):
    boxes = [patch.get_bbox() for patch in stages.patches if isinstance(patch, FancyBboxPatch)]
    arrows = [text for text in stages.texts if isinstance(text, Annotation)]
    for (before, after), arrow in zip(pairwise(boxes), arrows, strict=True):
        (head, _), (tail, _) = arrow.xy, arrow.xyann
        assert before.x1 < tail < head < after.x0


def test_everything_lies_within_the_picture(stages):
    assert all(inside(stages, *place(text)) for text in stages.texts)
    assert stages.get_xlim() == (0, 10) and stages.get_ylim() == pytest.approx((0, 3.6))


def test_of_many_tokens_the_first_six_and_the_last_two_are_shown():
    [axes] = three_stages(12).figure.axes
    shown = "\n".join([*(f"token{i}  {100 + i}" for i in range(6)), "…  ", "token10  110"])
    assert f"{shown}\ntoken11  111" in texts(axes)
    [axes] = three_stages(10).figure.axes
    assert any("token6  106" in text for text in texts(axes))


def test_bars_are_the_logits_and_the_probabilities():
    logits = torch.tensor([[-1.5, 2.0], [3.0, -2.0]])
    picture = figures.logits_beside_probabilities(logits, NAMES, ["A", "B"])
    for axes, values, form in zip(
        picture.figure.axes, (logits, logits.softmax(dim=-1)), ("{:+.2f}", "{:.3f}"), strict=True
    ):
        drawn = bars(axes)
        assert [width for _, _, width, _ in drawn] == pytest.approx(
            values.flatten().tolist(), abs=1e-6
        )
        assert all(left == 0 for left, *_ in drawn)
        middles = [top + height / 2 for _, top, _, height in drawn]
        assert middles == pytest.approx([-0.15, 0.15, 0.85, 1.15])
        for value, y in zip(values.flatten().tolist(), middles, strict=True):
            assert texts(axes)[form.format(value)] == pytest.approx((value, y), abs=1e-5)
        assert axes.yaxis_inverted()  # A stands above B
    left, right = picture.figure.axes
    assert ticks(left.yaxis) == ["A", "B"]
    assert right.get_xlim() == (0, 1.2) and "probabilities" in right.get_title()
    assert "logits" in left.get_title()


def test_the_legend_names_each_labels_look():
    logits = torch.tensor([[-1.5, 2.0], [3.0, -2.0]])
    picture = figures.logits_beside_probabilities(logits, NAMES, ["A", "B"])
    _, right = picture.figure.axes
    legend = right.get_legend()
    assert [text.get_text() for text in legend.get_texts()] == ["NEGATIVE", "POSITIVE"]
    looks = [(patch.get_facecolor(), patch.get_hatch()) for patch in legend.get_patches()]
    drawn = [(patch.get_facecolor(), patch.get_hatch()) for patch in right.patches]
    assert drawn == looks * 2 and len(set(looks)) == 2
