"""A figure with a text that says what it shows, and what all figures share."""

import base64
import io
from typing import Any

from jinja2 import Environment
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from PIL import Image

from helpers.drawing import palette
from helpers.drawing.night import at_night

INK = palette.palette()
DPI = 110  # 8 points are 12 pixels, the smallest text of a figure
# Each reads on white with a contrast of at least 4.5 : 1.
BLUE, ORANGE, GREY = (INK[role].light for role in ("probability", "changed", "second"))
PALE = palette.PALE.light
CENTRED: dict[str, Any] = {"ha": "center", "va": "center", "size": 9}
ON_WHITE = {"facecolor": "white", "edgecolor": "none", "pad": 1}  # the box of a text on hatching
# Two pictures in one: the theme of the page says which shows, in an untrusted notebook too.
BOTH = Environment(autoescape=True).from_string("""\
<svg xmlns="http://www.w3.org/2000/svg" width="{{ width }}" height="{{ height }}">
<style>.dark {display: none} @media (prefers-color-scheme: dark) {.dark {display: inline} .light \
{display: none}}</style>
{% for name, png in pictures.items() %}<image class="{{ name }}" width="{{ width }}" \
height="{{ height }}" href="data:image/png;base64,{{ png }}"/>
{% endfor %}</svg>""")
IMAGE = Environment(autoescape=True).from_string(
    '<img style="max-width:100%" alt="{{ alt }}" src="data:image/svg+xml;base64,{{ svg }}">'
)


class Picture:
    """A matplotlib figure with an alternative text; Jupyter shows it as a cell's result."""

    def __init__(self, figure: Figure, alt: str) -> None:
        self.figure = figure
        self.alt = alt
        self.png = _png(figure, "white")
        with at_night(figure):
            self.dark = _png(figure, INK["ground"].dark)

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, str]:
        width, height = (int(side) for side in self.figure.get_size_inches() * DPI)
        pictures = {"light": _base64(self.png), "dark": _base64(self.dark)}
        svg = BOTH.render(width=width, height=height, pictures=pictures)
        image = IMAGE.render(alt=self.alt, svg=_base64(svg.encode()))
        return {"text/plain": self.alt, "text/html": image}


def _png(figure: Figure, ground: str) -> bytes:
    drawn, small = io.BytesIO(), io.BytesIO()
    figure.savefig(drawn, format="png", dpi=DPI, facecolor=ground)
    colours = Image.open(drawn).convert("RGB").quantize(dither=Image.Dither.NONE)  # 256 of them
    colours.save(small, "png", optimize=True)
    return small.getvalue()


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def bare(axes: Axes) -> Axes:
    """The same axes without the upper and the right line of their frame."""
    axes.spines[["top", "right"]].set_visible(False)
    return axes


def note(
    axes: Axes, text: str, at: tuple[float, float], offset: tuple[float, float], **style: Any
) -> None:
    """Write a text `offset` points away from `at`, a place in data coordinates."""
    axes.annotate(text, at, offset, textcoords="offset points", **style)
