"""What the figure of notebook 02 draws is what it says."""

from helpers.tokenizer import figures
from tools.artists import inside, lines, texts

ROWS = [("characters", 30, 141, 0), ("words", 9_000, 42, 3), ("ours", 300, 85, 1)]


def test_a_point_a_row_at_its_vocabulary_and_length():
    picture = figures.vocabulary_against_length(ROWS)
    [axes] = picture.figure.axes
    assert lines(axes) == [[(size, length)] for _, size, length, _ in ROWS]
    assert texts(axes) == {
        "characters\n141 tokens, 0 unknown": (30, 141),
        "words\n42 tokens, 3 unknown": (9_000, 42),
        "ours\n85 tokens, 1 unknown": (300, 85),
    }
    assert "characters: vocabulary 30, 141 tokens, 0 unknown" in picture.alt


def test_the_axes_say_which_is_which_and_hold_every_point():
    [axes] = figures.vocabulary_against_length(ROWS).figure.axes
    assert "vocabulary" in axes.get_xlabel() and "length" in axes.get_ylabel()
    assert axes.get_xscale() == "log" and axes.get_yscale() == "linear"
    assert axes.get_ylim()[0] == 0
    assert all(inside(axes, *point) for [point] in lines(axes))


def test_kinds_of_vocabularies_have_markers_of_their_own():
    [axes] = figures.vocabulary_against_length(ROWS).figure.axes
    assert [line.get_marker() for line in axes.lines] == ["^", "s", "o"]
