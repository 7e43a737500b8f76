"""Figures of notebook 07."""

import torch
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from helpers.drawing.picture import BLUE, GREY, ORANGE, Picture


def start_and_end(tokens, parts, start, end):
    """Bars of the probability that the answer starts (upwards) or ends (downwards) at `[CLS]` or at a token of the context.

    `tokens`: list of str. `parts`: 0 for a token of the question, 1 for the context, None for a special one. `start`, `end`:
    float [tokens], logits; the first one is that of `[CLS]`. Returns a Picture.
    """
    shown = [0, *(i for i, part in enumerate(parts) if part == 1)]
    names = [tokens[i] for i in shown]
    figure = Figure(figsize=(9.6, 3.6), layout="constrained")
    axes = figure.subplots()
    said = []
    for logits, sign, color, hatch, name in (
        (start, 1, BLUE, None, "start"),
        (end, -1, ORANGE, "///", "end"),
    ):
        values = logits[shown].softmax(dim=0)
        bars = axes.bar(
            range(len(shown)),
            (sign * values).tolist(),
            width=0.75,
            facecolor=color if hatch is None else "white",
            edgecolor=color,
            hatch=hatch,
        )
        axes.bar_label(
            bars,
            [f"{value:.2f}" if value >= 0.1 else "" for value in values.tolist()],
            padding=2,
            size=9,
        )
        axes.text(
            1.01,
            0.5 + sign * 0.25,
            name,
            transform=axes.transAxes,
            color=color,
            weight="bold",
            va="center",
        )
        numbers = ", ".join(f"{token} {value:.2f}" for token, value in zip(names, values.tolist()))
        said.append(f"that the answer {name}s at: {numbers}")
    axes.axhline(0, color=GREY, lw=1)
    axes.axvline(0.5, color=GREY, lw=1, ls=":")
    axes.set_xticks(range(len(shown)), names, rotation=45, ha="right")
    axes.set(ylabel="probability", ylim=(-1.15, 1.15), xlim=(-0.6, len(shown) - 0.4))
    axes.set_yticks((-1, -0.5, 0, 0.5, 1), ("1", "0.5", "0", "0.5", "1"))
    axes.spines[["top", "right", "bottom"]].set_visible(False)
    return Picture(
        figure,
        f"Bar chart over [CLS] and the tokens of the context. Probability {said[0]}. Probability {said[1]}.",
    )


def span_grid(tokens, context, scores):
    """The table of all spans over the context: row = first token, column = last token, best cell framed.

    `tokens`: list of str. `context`: bool [tokens]. `scores`: float [tokens, tokens], −inf where a span is not allowed.
    Returns a Picture.
    """
    shown = context.nonzero().flatten()
    names = [tokens[i] for i in shown]
    grid = scores[shown][:, shown]
    first, last = divmod(int(grid.argmax()), len(names))
    figure = Figure(figsize=(7.4, 6), layout="constrained")
    axes = figure.subplots()
    image = axes.imshow(grid.masked_fill(grid.isinf(), float("nan")).numpy(), cmap="Blues")
    for row, column in grid.isinf().nonzero().tolist():
        axes.add_patch(
            Rectangle(
                (column - 0.5, row - 0.5),
                1,
                1,
                facecolor="white",
                edgecolor="#bbbbbb",
                hatch="////",
                lw=0,
            )
        )
    axes.add_patch(Rectangle((last - 0.5, first - 0.5), 1, 1, fill=False, edgecolor=ORANGE, lw=3))
    axes.set_xticks(range(len(names)), names, rotation=60, ha="right")
    axes.set_yticks(range(len(names)), names)
    axes.set(xlabel="the answer ends with", ylabel="the answer starts with")
    axes.set_title(f"best: {' '.join(names[first : last + 1])}  ({grid.max():.1f})", size=11)
    figure.colorbar(image, ax=axes, shrink=0.7, label="start logit + end logit")
    allowed = int((~grid.isinf()).sum())
    return Picture(
        figure,
        f"Heat map of spans over the {len(names)} tokens of the context, row where the answer starts, column "
        f"where it ends. {allowed} of {grid.numel()} cells are allowed, a band on and above the diagonal; the "
        f"others are hatched. The best cell starts with {names[first]} and ends with {names[last]}.",
    )


def cross_attention(read, written, weights):
    """Heat map of cross-attention: row = token that is written, column = token that was read.

    `read`, `written`: lists of str. `weights`: float [written, read], rows sum to 1. Returns a Picture.
    """
    figure = Figure(
        figsize=(1.6 + 0.75 * len(read), 1.4 + 0.42 * len(written)), layout="constrained"
    )
    axes = figure.subplots()
    image = axes.imshow(weights.numpy(), cmap="Blues", vmin=0, aspect="auto")
    middle = weights.max().item() / 2
    for row, column in torch.cartesian_prod(*map(torch.arange, weights.shape)).tolist():
        value = weights[row, column].item()
        axes.text(
            column,
            row,
            f"{value:.2f}",
            ha="center",
            va="center",
            size=8,
            color="white" if value > middle else "black",
        )
    axes.set_xticks(range(len(read)), read, rotation=45, ha="right")
    axes.set_yticks(range(len(written)), written)
    axes.set(xlabel="was read", ylabel="is written")
    figure.colorbar(image, ax=axes, shrink=0.8, label="cross-attention")
    said = "; ".join(
        f"{token} looks most at {read[int(row.argmax())]}" for token, row in zip(written, weights)
    )
    sure = int((weights.amax(dim=1) > 0.5).sum())
    return Picture(
        figure,
        f"Heat map of cross-attention, {len(written)} written tokens over {len(read)} read tokens. {said}. "
        f"{sure} of {len(written)} rows give more than half of their weight to one token.",
    )
