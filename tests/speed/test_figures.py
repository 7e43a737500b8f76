"""What the figures of notebook 08 draw is what they say."""

from helpers.drawing.picture import BLUE, ORANGE
from helpers.speed import figures
from tools.artists import inside, lines, texts


def test_step_times_are_milliseconds_over_lengths():
    picture = figures.step_times([16, 32], [0.25, 0.5], [0.125, 0.125])
    [axes] = picture.figure.axes
    assert lines(axes) == [[(16, 250), (32, 500)], [(16, 125), (32, 125)]]
    assert texts(axes) == {"the whole text": (32, 500), "one token + cache": (32, 125)}
    colors = [note.get_color() for note in axes.texts]
    assert colors == [line.get_color() for line in axes.lines] == [ORANGE, BLUE]
    assert "tokens" in axes.get_xlabel() and "milliseconds" in axes.get_ylabel()
    assert axes.get_ylim()[0] == 0 and all(inside(axes, *p) for line in lines(axes) for p in line)
    assert "500" not in picture.alt and "16, 32 tokens" in picture.alt


def test_the_account_is_time_over_memory_with_the_limit():
    picture = figures.account({"loop": (40.0, 500.0), "8 bits": (12.5, 125.0)}, 50.0)
    [axes] = picture.figure.axes
    assert lines(axes) == [[(500, 40)], [(125, 12.5)], [(0, 0), (500, 10)]]
    assert texts(axes) == {"loop": (500, 40), "8 bits": (125, 12.5), "limit": (500, 10)}
    assert axes.lines[2].get_linestyle() == "--"
    assert "MB" in axes.get_xlabel() and "milliseconds" in axes.get_ylabel()
    assert all(inside(axes, *point) for line in lines(axes) for point in line)
    assert "loop, 8 bits" in picture.alt and "500" not in picture.alt
