"""The colours are those of the design, and can be read on the grounds that they stand on."""

import pytest

from helpers.drawing.palette import palette

COLOURS = palette()
DESIGN = {
    "logit": ("#6b4fa0", "#b79df0"),
    "probability": ("#1d5fa8", "#6cb2f5"),
    "answer": ("#1a7f37", "#5bd07a"),
    "filtered": ("#6a737d", "#9aa4af"),
    "attention": ("#0b7a75", "#4fd1c5"),
    "changed": ("#b3470c", "#f0883e"),
}


def luminance(colour):
    parts = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(a, b):
    low, high = sorted((luminance(a), luminance(b)))
    return (high + 0.05) / (low + 0.05)


def test_the_roles_have_the_colours_of_the_design():
    assert {role: tuple(COLOURS[role]) for role in DESIGN} == DESIGN


@pytest.mark.parametrize("ground", ["ground", "panel"])
@pytest.mark.parametrize("role", [*DESIGN, "text", "second"])
def test_contrast(role, ground):
    for mine, below in zip(COLOURS[role], COLOURS[ground], strict=True):
        assert contrast(mine, below) >= 4.5
