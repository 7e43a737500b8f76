"""Figures of notebook 07."""

from collections.abc import Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from torch import Tensor

from helpers.drawing.picture import BLUE, CENTRED, GREY, ORANGE, Picture

FORBIDDEN: dict[str, Any] = {"facecolor": "white", "edgecolor": "#bbbbbb", "hatch": "////", "lw": 0}


def start_and_end(
    tokens: Sequence[str], parts: Sequence[int | None], start: Tensor, end: Tensor
) -> Picture:
    """Bars of the probability that an answer starts (upwards) or ends (downwards) at a token.

    Shown are `[CLS]` and the context. `parts`: 0 for a token of the question, 1 for the context,
    None for a special one. `start`, `end`: float [tokens], logits; the first is that of `[CLS]`.
    """
    shown = [0, *(i for i, part in enumerate(parts) if part == 1)]
    names = [tokens[i] for i in shown]
    figure = Figure(figsize=(9.6, 3.6), layout="constrained")
    axes = figure.subplots()
    starts, ends = (logits[shown].softmax(dim=0).tolist() for logits in (start, end))
    _bars(axes, starts, "start", 1, {"facecolor": BLUE, "edgecolor": BLUE})
    _bars(axes, ends, "end", -1, {"facecolor": "white", "edgecolor": ORANGE, "hatch": "///"})
    axes.axhline(0, color=GREY, lw=1)
    axes.axvline(0.5, color=GREY, lw=1, ls=":")
    axes.set_xticks(range(len(shown)), names, rotation=45, ha="right")
    axes.set(ylabel="probability", ylim=(-1.15, 1.15), xlim=(-0.6, len(shown) - 0.4))
    axes.set_yticks((-1, -0.5, 0, 0.5, 1), ("1", "0.5", "0", "0.5", "1"))
    axes.spines[["top", "right", "bottom"]].set_visible(False)
    return Picture(
        figure,
        "Bar chart over [CLS] and the tokens of the context. Probability that the answer starts "
        f"at: {_said(names, starts)}. Probability that the answer ends at: {_said(names, ends)}.",
    )


def _bars(axes: Axes, values: list[float], name: str, sign: int, look: dict[str, Any]) -> None:
    """Bars upwards or downwards, by `sign`, with the probabilities from 0.1 on and a name."""
    bars = axes.bar(range(len(values)), [sign * value for value in values], width=0.75, **look)
    words = [f"{value:.2f}" if value >= 0.1 else "" for value in values]
    axes.bar_label(bars, words, padding=2, size=9)
    style: dict[str, Any] = {"color": look["edgecolor"], "weight": "bold", "va": "center"}
    axes.text(1.01, 0.5 + sign * 0.25, name, transform=axes.transAxes, **style)


def _said(names: list[str], values: list[float]) -> str:
    return ", ".join(f"{token} {value:.2f}" for token, value in zip(names, values, strict=True))


def span_grid(tokens: Sequence[str], context: Tensor, scores: Tensor) -> Picture:
    """The table of spans over the context: a row starts, a column ends; the best cell is framed.

    `context`: bool [tokens]. `scores`: float [tokens, tokens], −inf where a span is not allowed.
    """
    shown = context.nonzero().flatten()
    names = [tokens[i] for i in shown]
    grid = scores[shown][:, shown]
    first, last = divmod(int(grid.argmax()), len(names))
    figure = Figure(figsize=(7.4, 6), layout="constrained")
    axes = figure.subplots()
    image = axes.imshow(grid.masked_fill(grid.isinf(), float("nan")).numpy(), cmap="Blues")
    for row, column in grid.isinf().nonzero().tolist():
        axes.add_patch(Rectangle((column - 0.5, row - 0.5), 1, 1, **FORBIDDEN))
    axes.add_patch(Rectangle((last - 0.5, first - 0.5), 1, 1, fill=False, edgecolor=ORANGE, lw=3))
    axes.set_xticks(range(len(names)), names, rotation=60, ha="right")
    axes.set_yticks(range(len(names)), names)
    axes.set(xlabel="the answer ends with", ylabel="the answer starts with")
    axes.set_title(f"best: {' '.join(names[first : last + 1])}  ({grid.max():.1f})", size=11)
    figure.colorbar(image, ax=axes, shrink=0.7, label="start logit + end logit")
    allowed = int((~grid.isinf()).sum())
    return Picture(
        figure,
        f"Heat map of spans over the {len(names)} tokens of the context, row where the answer "
        f"starts, column where it ends. {allowed} of {grid.numel()} cells are allowed, a band on "
        "and above the diagonal; the others are hatched. The best cell starts with "
        f"{names[first]} and ends with {names[last]}.",
    )


def cross_attention(read: Sequence[str], written: Sequence[str], weights: Tensor) -> Picture:
    """Heat map of cross-attention: row = token that is written, column = token that was read.

    `weights`: float [written, read], rows sum to 1.
    """
    size = (1.6 + 0.75 * len(read), 1.4 + 0.42 * len(written))
    figure = Figure(figsize=size, layout="constrained")
    axes = figure.subplots()
    image = axes.imshow(weights.numpy(), cmap="Blues", vmin=0, aspect="auto")
    middle = weights.max().item() / 2
    for y, row in enumerate(weights.tolist()):
        for x, value in enumerate(row):
            color = "white" if value > middle else "black"
            axes.text(x, y, f"{value:.2f}", color=color, **CENTRED | {"size": 8})
    axes.set_xticks(range(len(read)), read, rotation=45, ha="right")
    axes.set_yticks(range(len(written)), written)
    axes.set(xlabel="was read", ylabel="is written")
    figure.colorbar(image, ax=axes, shrink=0.8, label="cross-attention")
    most = [read[int(row.argmax())] for row in weights]
    said = [f"{token} looks most at {at}" for token, at in zip(written, most, strict=True)]
    sure = int((weights.amax(dim=1) > 0.5).sum())
    return Picture(
        figure,
        f"Heat map of cross-attention, {len(written)} written tokens over {len(read)} read tokens. "
        f"{'; '.join(said)}. {sure} of {len(written)} rows give more than half of their weight to "
        "one token.",
    )
