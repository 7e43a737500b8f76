"""What the figures of notebook 06 draw is what they say."""

import pytest
import torch
from matplotlib.colors import to_hex

from helpers.drawing.picture import BLUE, GREY, ORANGE, PALE
from helpers.generation import figures
from tools.artists import bars, inside, lines, rectangles, texts, ticks


def test_a_panel_a_temperature_the_likeliest_above():
    values = {0.5: [0.75, 0.25], 1.5: [0.625, 0.375]}
    picture = figures.temperatures([" a", "b"], values)
    for axes, (t, wanted) in zip(picture.figure.axes, values.items(), strict=True):
        assert [width for _, _, width, _ in bars(axes)] == wanted
        assert axes.yaxis_inverted() and axes.get_title() == f"temperature {t}"
        assert list(texts(axes)) == [f"{value:.0%}" for value in wanted]
    assert ticks(picture.figure.axes[0].yaxis) == ["' a'", "'b'"]
    assert "temperature 1.5: ' a' 62%, 'b' 38%." in picture.alt


def test_zeros_lie_below_warm_logits_and_above_cold_ones():
    kept = {"warm": torch.tensor([9.0, 8, 7]), "cold": torch.tensor([-1.0, -2, -3])}
    picture = figures.zeros(kept, {"warm": 0.25, "cold": 1e-7}, 1_098)
    for axes, (name, logits) in zip(picture.figure.axes, kept.items(), strict=True):
        dots, zero = lines(axes)
        assert dots == list(enumerate(logits.tolist(), start=1))
        assert {y for _, y in zero} == {0} and axes.lines[1].get_linestyle() == "--"
        [stems] = axes.collections
        ends = [segment.tolist() for segment in stems.get_segments()]
        assert ends == [[[x, 0], [x, y]] for x, y in dots]
        [words] = axes.texts
        assert words.get_text() == "1,098 filtered tokens at 0" and words.xy == (3, 0)
        assert (words.xyann[1] < 0) == (name == "warm")  # on the side without stems
    warm, cold = (axes.get_title() for axes in picture.figure.axes)
    assert warm == "warm\nthe filtered tokens get 25%" and cold.endswith("get 1e-07")
    assert picture.figure.axes[0].get_ylabel() == "logit"


def test_the_nucleus_ends_with_the_token_that_reaches_p():
    [axes] = figures.nucleus(["x", "y", "z"], [0.5, 0.25, 0.25], 0.6).figure.axes
    assert [(left, width) for left, _, width, _ in bars(axes)] == [
        (0, 0.5),
        (0.5, 0.25),
        (0.75, 0.25),
    ]
    looks = [(to_hex(bar.get_facecolor()), bar.get_hatch()) for bar in axes.patches]
    assert looks == [(BLUE, None), (BLUE, None), ("#ffffff", "///")]
    at = texts(axes)
    assert [at[words] for words in ("0.50 kept", "0.75 kept", "1.00 filtered")] == [
        (0.51, 0),
        (0.76, 1),
        (1.01, 2),
    ]
    assert at["p = 0.6"][0] == 0.6 and {x for x, _ in lines(axes)[0]} == {0.6}
    assert ticks(axes.yaxis) == ["'x'", "'y'", "'z'"] and axes.yaxis_inverted()
    assert all(inside(axes, *point) for point in at.values())


def test_boxes_of_both_sides_lie_within_the_picture():
    rows = {"right": [["a", "b", None], ["c", "d", "e"]], "left": [[None, "a", "b"], [*"cde"]]}
    picture = figures.sides(rows, {"right": ["!", "."], "left": ["?", ","]})
    for axes, (side, batch) in zip(picture.figure.axes, rows.items(), strict=True):
        assert axes.get_title(loc="left") == f"padded on the {side}"
        assert bars(axes) == [(x, y, 1, 0.86) for y in range(2) for x in range(3)]
        looks = [(to_hex(box.get_facecolor()), box.get_hatch()) for box in rectangles(axes)]
        pieces = [piece for line in batch for piece in line]
        assert looks == [(PALE, None) if piece else ("#ffffff", "///") for piece in pieces]
        for (x, y, width, height), piece in zip(bars(axes), pieces, strict=True):
            assert texts(axes)[piece or "pad"] == (x + width / 2, pytest.approx(y + height / 2))
            assert inside(axes, x, y) and inside(axes, x + width, y + height)
    right, left = picture.figure.axes
    assert texts(right)["→ '!'"] == (3.12, 0.43) and texts(left)["→ ','"] == (3.12, 1.43)
    assert inside(right, 3.12, 1.43) and right.yaxis_inverted()
    assert picture.alt.startswith("Two grids of tokens. right, row 1: a b pad, continued with '!'")


LEVELS = [
    (torch.tensor([0, 0]), torch.tensor([5, 6]), torch.tensor([-0.25, -0.5])),
    (torch.tensor([1, 0]), torch.tensor([7, 8]), torch.tensor([-0.75, -1.0])),
    (torch.tensor([0, 0]), torch.tensor([9, 10]), torch.tensor([-1.25, -1.5])),
]


def test_a_line_leads_from_every_candidate_to_its_parent():
    [axes] = figures.tree(LEVELS, str, "go").figure.axes
    at = texts(axes)
    assert at["'go'"] == (0, 0.5)
    nodes = ["'5'\n-0.25", "'6'\n-0.50", "'7'\n-0.75", "'8'\n-1.00", "'9'\n-1.25", "'10'\n-1.50"]
    assert [at[node] for node in nodes] == [(1, 0), (1, 1), (2, 0), (2, 1), (3, 0), (3, 1)]
    parents = [(0, 0.5), (0, 0.5), (1, 1), (1, 0), (2, 0), (2, 0)]
    assert lines(axes) == [[parents[k], at[node]] for k, node in enumerate(nodes)]
    assert all(inside(axes, *point) for point in at.values()) and axes.yaxis_inverted()


def test_the_winners_path_is_heavy_and_what_was_dropped_is_dotted():
    [axes] = figures.tree(LEVELS, str, "go").figure.axes
    won = [line.get_color() == ORANGE and line.get_linewidth() == 3 for line in axes.lines]
    assert won == [False, True, True, False, True, False]  # 6, then 7, then 9
    boxes = {text.get_text().partition("\n")[0]: text.get_bbox_patch() for text in axes.texts}
    dotted = {name for name, box in boxes.items() if box.get_linestyle() == ":"}
    assert dotted == {"'8'"}
    assert {name for name, box in boxes.items() if to_hex(box.get_edgecolor()) == ORANGE} == {
        "'6'",
        "'7'",
        "'9'",
    }
    assert to_hex(boxes["'5'"].get_edgecolor()) == GREY


def test_the_tree_in_words():
    said = figures.tree(LEVELS, str, "go").alt
    assert "step 2, rank 1: '7' after rank 2, -0.75, on the winner's path" in said
    assert "step 2, rank 2: '8' after rank 1, -1.00, not continued" in said
    assert said.endswith("step 3, rank 2: '10' after rank 1, -1.50.")
