"""A figure with a text that says what it shows, and what all figures share."""

import base64
import html
import io
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

# Each reads on white with a contrast of at least 4.5 : 1.
BLUE, ORANGE, GREY = "#1d5fa8", "#b3470c", "#555555"
PALE = "#dbe7f5"  # a ground for black text
CENTRED: dict[str, Any] = {"ha": "center", "va": "center", "size": 9}
ON_WHITE = {"facecolor": "white", "edgecolor": "none", "pad": 1}  # the box of a text on hatching


class Picture:
    """A matplotlib figure with an alternative text; Jupyter shows its PNG as a cell's result."""

    def __init__(self, figure: Figure, alt: str) -> None:
        self.figure = figure
        self.alt = alt
        buffer = io.BytesIO()
        figure.savefig(buffer, format="png", dpi=110, facecolor="white")
        self.png = buffer.getvalue()

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, str]:
        source = f"data:image/png;base64,{base64.b64encode(self.png).decode()}"
        alt = html.escape(self.alt)
        image = f'<img style="max-width:100%" alt="{alt}" src="{source}">'
        return {"text/plain": self.alt, "text/html": image}


def bare(axes: Axes) -> Axes:
    """The same axes without the upper and the right line of their frame."""
    axes.spines[["top", "right"]].set_visible(False)
    return axes


def note(
    axes: Axes, text: str, at: tuple[float, float], offset: tuple[float, float], **style: Any
) -> None:
    """Write a text `offset` points away from `at`, a place in data coordinates."""
    axes.annotate(text, at, offset, textcoords="offset points", **style)
