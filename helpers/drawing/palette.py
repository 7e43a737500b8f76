"""The colours of the course, one a role, for figures; view.css is where they are chosen."""

import re
from pathlib import Path
from typing import NamedTuple

COLOUR = re.compile(r"--btp-(\w+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\);")


class Colour(NamedTuple):
    """The colour of a role on a light and on a dark ground."""

    light: str
    dark: str


def palette() -> dict[str, Colour]:
    """Role → Colour: logit, probability, answer, filtered, attention, changed, and the greys."""
    css = Path(__file__).with_name("view.css").read_text("utf-8")
    return {role: Colour(light, dark) for role, light, dark in COLOUR.findall(css)}


PALE = Colour("#dbe7f5", "#24384f")  # a ground for text
