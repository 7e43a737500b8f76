"""What a figure really draws, read back from matplotlib's artists."""

from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from matplotlib.text import Text


def bars(axes: Axes) -> list[tuple[float, float, float, float]]:
    """`(left, top, width, height)` of each bar, rounded to six places, in the order drawn."""
    corners = [(bar.get_xy(), bar.get_width(), bar.get_height()) for bar in rectangles(axes)]
    return [(round(x, 6), round(y, 6), round(w, 6), round(h, 6)) for (x, y), w, h in corners]


def rectangles(axes: Axes) -> list[Rectangle]:
    return [patch for patch in axes.patches if isinstance(patch, Rectangle)]


def lines(axes: Axes) -> list[list[tuple[float, float]]]:
    """The points of each line, rounded to six places, in the order drawn."""
    return [
        [(round(float(x), 6), round(float(y), 6)) for x, y in zip(*line.get_data(), strict=True)]
        for line in axes.lines
    ]


def texts(axes: Axes) -> dict[str, tuple[float, float]]:
    """The place in data coordinates of each text that is written into the picture."""
    return {text.get_text(): place(text) for text in axes.texts if text.get_text()}


def place(text: Text) -> tuple[float, float]:
    x, y = getattr(text, "xy", text.get_position())
    return round(float(x), 6), round(float(y), 6)


def ticks(axis) -> list[str]:
    return [label.get_text() for label in axis.get_ticklabels()]


def inside(axes: Axes, x: float, y: float) -> bool:
    """Does a place in data coordinates lie within what is shown?"""
    (left, right), (bottom, top) = sorted(axes.get_xlim()), sorted(axes.get_ylim())
    return left <= x <= right and bottom <= y <= top
