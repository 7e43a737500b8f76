"""Figures of notebook 03."""

from collections.abc import Mapping

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Circle, Rectangle
from torch import Tensor

from helpers.drawing.palette import palette
from helpers.drawing.picture import BLUE, CENTRED, GREY, ORANGE, Picture, bare, note

PARTS = {"head": (ORANGE, "//"), "attention": (BLUE, ""), "feed-forward": (BLUE, "..")}
# The parts of a layer: name, what is in it, left edge, width, role of its colour.
LAYER = [
    ("attention", "q_lin, k_lin, v_lin\nevery head\nout_lin", 1.1, 2.1, "attention"),
    ("sa_layer_norm", "mean 0, variance 1,\nstretch, shift", 4.0, 1.6, "filtered"),
    ("ffn", "lin1\nGELU\nlin2", 6.1, 1.1, "probability"),
    ("output_layer_norm", "mean 0, variance 1,\nstretch, shift", 8.0, 1.6, "filtered"),
]
ADDED = [(0.7, 3.6), (5.85, 7.6)]  # where each residual connection leaves and comes back
LOOKS = [(BLUE, "-", "o"), (ORANGE, "--", "s"), (GREY, ":", "^")]


def parameters(parts: Mapping[str, int]) -> Picture:
    """How many parameters sit in each part of a model, as bars. `parts`: part name → count."""
    total = sum(parts.values())
    rows = sorted(parts.items(), key=lambda row: row[1], reverse=True)
    figure = Figure(figsize=(8, 0.6 + 0.42 * len(rows)), layout="constrained")
    axes = bare(figure.subplots())
    for y, (name, count) in enumerate(rows):
        color, hatch = PARTS.get(name, (GREY, ""))
        axes.barh(y, count / 1e6, 0.7, edgecolor="white", facecolor=color, hatch=hatch)
        words = f"{count:,}  ({count / total:.2%})"
        note(axes, words, (count / 1e6, y), (5, 0), va="center", size=9)
    axes.set_yticks(range(len(rows)), [name for name, _ in rows])
    axes.invert_yaxis()
    axes.margins(x=0.3)
    axes.set_xlabel("millions of parameters, all layers together")
    said = ", ".join(f"{name} {count:,} ({count / total:.2%})" for name, count in rows)
    return Picture(figure, f"Where {total:,} parameters sit: {said}.")


def one_layer() -> Picture:
    """One layer of DistilBERT: the names of its parts, and the residual connections around two."""
    figure = Figure(figsize=(10.2, 2.5))
    axes = figure.add_axes((0, 0, 1, 1), xlim=(0, 10.2), ylim=(0, 2.5))
    axes.axis("off")
    axes.annotate("", (10.1, 1), (0.4, 1), arrowprops={"arrowstyle": "->", "color": GREY}, zorder=1)
    axes.text(0.2, 1, "x", weight="bold", **CENTRED)
    for name, inside, left, width, role in LAYER:
        colour = palette()[role].light
        box = Rectangle(
            (left, 0.4), width, 1.2, facecolor="white", edgecolor=colour, lw=2, zorder=2
        )
        axes.add_patch(box)
        axes.text(left + width / 2, 1.42, name, weight="bold", color=colour, **CENTRED)
        axes.text(left + width / 2, 0.88, inside, linespacing=1.4, **CENTRED)
    for leaves, comes_back in ADDED:
        axes.plot([leaves, leaves, comes_back, comes_back], [1, 2.05, 2.05, 1.17], color=ORANGE)
        axes.add_patch(Circle((comes_back, 1), 0.17, facecolor="white", edgecolor=ORANGE, zorder=2))
        axes.text(comes_back, 1, "+", color=ORANGE, **CENTRED)
        axes.text((leaves + comes_back) / 2, 2.22, "residual connection", color=ORANGE, **CENTRED)
    parts = ", ".join(name for name, *_ in LAYER)
    return Picture(
        figure,
        f"One layer, from left to right: {parts}. A residual connection leads around attention, "
        "another around ffn: what came in is added to the result, and then normed.",
    )


def attention_by_head(attention: Tensor, tokens: list[str], layer: int) -> Picture:
    """One grid a head: how much the token of each row looks at the token of each column.

    `attention`: float [heads, sequence, sequence], rows sum to 1. `layer`: its number, for the
    title.
    """
    heads, length, _ = attention.shape
    columns = next(n for n in (6, 4, 5, 3, 2, 1) if heads % n == 0)
    lines = heads // columns
    figure = Figure(figsize=(1.75 * columns + 1.2, 1.85 * lines + 1.1), layout="constrained")
    grid = figure.subplots(lines, columns, sharex=True, sharey=True, squeeze=False)
    for head, axes in enumerate(grid.flat):
        image = axes.imshow(attention[head].tolist(), vmin=0, vmax=1, cmap="Greys")
        axes.set_title(f"head {head}", size=10)
        axes.set_xticks(range(length), tokens, rotation=90, size=8)
        axes.set_yticks(range(length), tokens, size=8)
        axes.tick_params(length=0)
    figure.colorbar(image, ax=grid, shrink=0.6, label="share of attention")
    figure.suptitle(f"Attention of layer {layer}: a row looks at its columns", size=11)
    habits = [f"head {head} at {_habit(one, tokens)}" for head, one in enumerate(attention)]
    return Picture(
        figure,
        f"Attention of layer {layer} in {heads} grids of {length} × {length}, one a head. Where "
        f"each looks most, as a mean over the rows: {'; '.join(habits)}.",
    )


def _habit(grid: Tensor, tokens: list[str]) -> str:
    """Where one head looks most: at an end, or at a place beside the token that looks.

    `grid`: float [sequence, sequence].
    """
    means = {
        f"the first token, {tokens[0]}": grid[:, 0].mean(),
        f"the last token, {tokens[-1]}": grid[:, -1].mean(),
        "the token itself": grid.diagonal().mean(),
    }
    if len(tokens) > 1:
        means["the token before"] = grid.diagonal(-1).mean()
        means["the token after"] = grid.diagonal(1).mean()
    place, share = max(means.items(), key=lambda item: item[1].item())
    return f"{place} ({share:.2f})"


def cosines(lines: Mapping[str, Tensor], word: str) -> Picture:
    """How alike the vectors of one word in several contexts are, from layer to layer.

    `lines`: name of a pair → float [layers + 1], its cosine before the first layer and after
    each.
    """
    figure = Figure(figsize=(8, 3.4), layout="constrained")
    axes = bare(figure.subplots())
    for k, (name, values) in enumerate(lines.items()):
        color, style, marker = LOOKS[k % len(LOOKS)]
        axes.plot(values.tolist(), color=color, ls=style, marker=marker, label=name)
        axes.set_xticks(range(len(values)))
    axes.set(xlabel="hidden state (0: before the first layer)", ylabel="cosine")
    axes.set_title(f"the vector of “{word}” in pairs of contexts", size=11)
    axes.legend(frameon=False, fontsize=9)
    axes.grid(axis="y", color="#dddddd")
    said = [
        f"{name}: " + ", ".join(f"{value:.2f}" for value in values.tolist())
        for name, values in lines.items()
    ]
    return Picture(
        figure,
        f"Cosine between the vectors of “{word}” in pairs of contexts, from before the first "
        f"layer to after the last. {'; '.join(said)}.",
    )


def masks(encoder: Tensor, causal: Tensor, cross: Tensor) -> Picture:
    """Who may look at whom in encoder, decoder and encoder-decoder: three patterns of squares.

    Each 0 or 1. `encoder`: [source, source]. `causal`: [target, target]. `cross`: [target, source].
    """
    source, target = len(encoder), len(causal)
    figure = Figure(figsize=(10, 4), layout="constrained")
    panels = figure.subplots(1, 3, width_ratios=[source, target, source + target + 1])
    apart = source + 0.5  # where the target begins in the third panel
    sources, targets = [f"s{i}" for i in range(source)], [f"t{i}" for i in range(target)]
    both = [*range(source), *(i + apart for i in range(target))]
    _squares(panels[0], encoder)
    _squares(panels[1], causal, hatch="//")
    _squares(panels[2], encoder)
    _squares(panels[2], cross.T * 0, left=apart)
    _squares(panels[2], cross, top=apart, hatch="..")
    _squares(panels[2], causal, apart, apart, "//")
    _frame(panels[0], "encoder", range(source), sources)
    _frame(panels[1], "decoder", range(target), targets)
    _frame(panels[2], "encoder-decoder", both, sources + targets)
    panels[0].set_ylabel("token")
    middle, later = (source - 1) / 2, apart + (target - 1) / 2
    box = {"facecolor": "white", "edgecolor": "none", "pad": 2}
    panels[2].text(middle, middle, "encoder", bbox=box, **CENTRED)
    panels[2].text(middle, later, "cross-attention", bbox=box, **CENTRED)
    panels[2].text(later, later, "causal", bbox=box, **CENTRED)
    panels[2].text(later, middle, "never", bbox=box, **CENTRED)
    return Picture(
        figure,
        "Three attention masks, a filled square where the token of the row may look at the token "
        f"of the column. Encoder: all {source} × {source} squares. Decoder: {_said(causal)}. "
        f"Encoder-decoder: the {source} source tokens look at each other and never at the target; "
        f"each of the {target} target tokens looks at all {source} source tokens (cross-attention) "
        "and, of the target, only at itself and what came before.",
    )


def _squares(
    axes: Axes, mask: Tensor, top: float = 0, left: float = 0, hatch: str | None = None
) -> None:
    for row, line in enumerate(mask.tolist()):
        for column, allowed in enumerate(line):
            corner = (column + left - 0.45, row + top - 0.45)
            square = Rectangle(corner, 0.9, 0.9, facecolor="none", edgecolor=GREY, lw=0.6)
            if allowed:
                square.set(facecolor=BLUE, edgecolor="white", hatch=hatch)
            axes.add_patch(square)


def _frame(axes: Axes, title: str, places: range | list[float], names: list[str]) -> None:
    axes.set_title(title, size=11, weight="bold")
    axes.set_xticks(places, names, size=9)
    axes.set_yticks(places, names, size=9)
    end = places[-1] + 0.6
    axes.set(aspect="equal", xlim=(-0.6, end), ylim=(end, -0.6), xlabel="looks at")
    axes.set_anchor("N")
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)


def _said(mask: Tensor) -> str:
    rows = [f"row {row} has {int(sum(line))}" for row, line in enumerate(mask.tolist())]
    return f"{', '.join(rows)} filled from the left"
