"""A figure is shown twice in one image, light and dark, and is itself left as it was."""

import base64
import re

import pytest
import torch
from matplotlib.colors import to_hex, to_rgb
from matplotlib.text import Text

import helpers.generation.figures as generation
import helpers.postprocessing.figures as postprocessing
import helpers.tasks.figures as tasks
from helpers.drawing.night import DARK, at_night
from helpers.drawing.palette import palette

GROUND = palette()["ground"].dark
FIGURES = {
    "heat map": lambda: tasks.cross_attention(["a", "b"], ["c"], torch.tensor([[0.7, 0.3]])),
    "lines": lambda: postprocessing.loss_curves({"a": [3.0, 1.0], "b": [3.0, 2.0]}, "step"),
    "bars": lambda: postprocessing.reliability(torch.rand(60) / 2 + 0.5, torch.rand(60) > 0.3),
    "boxes": lambda: generation.nucleus(["a", "b", "c"], [0.6, 0.3, 0.1], 0.8),
}


def bright(colour):
    """Relative luminance, as WCAG defines it."""
    parts = [x / 12.92 if x <= 0.04045 else ((x + 0.055) / 1.055) ** 2.4 for x in to_rgb(colour)]
    return sum(x * weight for x, weight in zip(parts, (0.2126, 0.7152, 0.0722), strict=True))


def contrast(one, other):
    low, high = sorted((bright(one), bright(other)))
    return (high + 0.05) / (low + 0.05)


def texts(figure):
    return [one for one in figure.findobj(Text) if one.get_text().strip()]


@pytest.mark.parametrize("name", FIGURES)
def test_words_are_readable_on_a_dark_page_and_large_enough(name):
    picture = FIGURES[name]()
    before = [to_hex(one.get_color()) for one in texts(picture.figure)]
    assert before and min(one.get_size() for one in texts(picture.figure)) >= 8
    with at_night(picture.figure):
        for one in texts(picture.figure):
            ground = GROUND if to_hex(one.get_color()) != GROUND else palette()["probability"].dark
            assert contrast(one.get_color(), ground) >= 4.5, one.get_text()
    assert [to_hex(one.get_color()) for one in texts(picture.figure)] == before
    assert picture.png != picture.dark


def test_every_colour_of_the_palette_has_its_dark_one():
    assert all(contrast(dark, GROUND) >= 4.5 for dark in (DARK["#1d5fa8"], DARK["#b3470c"]))
    assert DARK["#ffffff"] == GROUND and len(DARK) >= 12


def test_both_are_in_one_image_that_the_theme_switches():
    picture = FIGURES["lines"]()
    picture.alt = 'a "quoted" <b>'
    html = picture._repr_mimebundle_()["text/html"]
    assert "&lt;b&gt;" in html and "<b>" not in html
    svg = base64.b64decode(re.search(r"svg\+xml;base64,([^\"]+)", html)[1]).decode()
    assert svg.index("light") and "prefers-color-scheme: dark" in svg
    for png in (picture.png, picture.dark):
        assert base64.b64encode(png).decode() in svg
