"""Figures of notebook 03."""

from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from helpers.drawing.picture import BLUE, GREY, ORANGE, Picture


def parameters(parts):
    """How many parameters sit in each part of a model, as bars. `parts`: part name → count. Returns a Picture."""
    total = sum(parts.values())
    rows = sorted(parts.items(), key=lambda row: row[1], reverse=True)
    figure = Figure(figsize=(8, 0.6 + 0.42 * len(rows)), layout="constrained")
    axes = figure.subplots()
    colors, hatches = (
        {"head": ORANGE, "attention": BLUE, "feed-forward": BLUE},
        {"head": "//", "feed-forward": ".."},
    )
    for place, (name, count) in enumerate(rows):
        axes.barh(
            place,
            count / 1e6,
            height=0.7,
            edgecolor="white",
            facecolor=colors.get(name, GREY),
            hatch=hatches.get(name, ""),
        )
        axes.annotate(
            f"{count:,}  ({count / total:.2%})",
            (count / 1e6, place),
            (5, 0),
            textcoords="offset points",
            va="center",
            size=9,
        )
    axes.set_yticks(range(len(rows)), [name for name, _ in rows])
    axes.invert_yaxis()
    axes.margins(x=0.3)
    axes.set_xlabel("millions of parameters, all layers together")
    axes.spines[["top", "right"]].set_visible(False)
    said = ", ".join(f"{name} {count:,} ({count / total:.2%})" for name, count in rows)
    return Picture(figure, f"Where {total:,} parameters sit: {said}.")


def attention_by_head(attention, tokens, layer):
    """One grid a head: how much the token of each row looks at the token of each column.

    `attention`: float [heads, sequence, sequence], rows sum to 1. `tokens`: list of str. `layer`: its number, for the title.
    Returns a Picture.
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
    said = "; ".join(
        f"head {head} at {_habit(grid, tokens)}" for head, grid in enumerate(attention)
    )
    return Picture(
        figure,
        f"Attention of layer {layer} in {heads} grids of {length} × {length}, one a head. Where each looks "
        f"most, as a mean over the rows: {said}.",
    )


def _habit(grid, tokens):
    """Where one head looks most: at an end, or at a place beside the token that looks. `grid`: [sequence, sequence]."""
    shares = {
        f"the first token, {tokens[0]}": grid[:, 0].mean(),
        f"the last token, {tokens[-1]}": grid[:, -1].mean(),
        "the token itself": grid.diagonal().mean(),
    }
    if len(tokens) > 1:
        shares["the token before"], shares["the token after"] = (
            grid.diagonal(-1).mean(),
            grid.diagonal(1).mean(),
        )
    place = max(shares, key=shares.get)
    return f"{place} ({shares[place]:.2f})"


def cosines(lines, word):
    """How alike the vectors of one word in several contexts are, from layer to layer.

    `lines`: name of a pair → float [layers + 1], its cosine before the first layer and after each. Returns a Picture.
    """
    figure = Figure(figsize=(8, 3.4), layout="constrained")
    axes = figure.subplots()
    looks = [(BLUE, "-", "o"), (ORANGE, "--", "s"), (GREY, ":", "^")]
    for k, (name, values) in enumerate(lines.items()):
        color, style, marker = looks[k % len(looks)]
        axes.plot(
            range(len(values)),
            values.tolist(),
            color=color,
            linestyle=style,
            marker=marker,
            label=name,
        )
    axes.set(
        xlabel="hidden state (0: before the first layer)",
        ylabel="cosine",
        xticks=range(len(values)),
    )
    axes.set_title(f"the vector of “{word}” in pairs of contexts", size=11)
    axes.legend(frameon=False, fontsize=9)
    axes.grid(axis="y", color="#dddddd")
    axes.spines[["top", "right"]].set_visible(False)
    said = "; ".join(
        f"{name}: " + ", ".join(f"{value:.2f}" for value in values.tolist())
        for name, values in lines.items()
    )
    return Picture(
        figure,
        f"Cosine between the vectors of “{word}” in pairs of contexts, from before the first layer to after "
        f"the last. {said}.",
    )


def masks(encoder, causal, cross):
    """Who may look at whom in an encoder, a decoder and an encoder-decoder, as three patterns of squares.

    `encoder`: 0/1 [source, source]. `causal`: 0/1 [target, target]. `cross`: 0/1 [target, source]. Returns a Picture.
    """
    source, target = len(encoder), len(causal)
    figure = Figure(figsize=(10, 4), layout="constrained")
    panels = figure.subplots(1, 3, width_ratios=[source, target, source + target + 1])
    _squares(panels[0], encoder, 0, 0, "")
    _squares(panels[1], causal, 0, 0, "//")
    _squares(panels[2], encoder, 0, 0, "")
    _squares(panels[2], cross.T * 0, 0, source + 0.5, "")
    _squares(panels[2], cross, source + 0.5, 0, "..")
    _squares(panels[2], causal, source + 0.5, source + 0.5, "//")
    sources, targets = [f"s{i}" for i in range(source)], [f"t{i}" for i in range(target)]
    apart = [i + source + 0.5 for i in range(target)]
    labels = [
        ("encoder", range(source), sources),
        ("decoder", range(target), targets),
        ("encoder-decoder", [*range(source), *apart], sources + targets),
    ]
    for axes, (title, places, names) in zip(panels, labels):
        axes.set_title(title, size=11, weight="bold")
        axes.set_xticks(places, names, size=9)
        axes.set_yticks(places, names, size=9)
        axes.set(
            aspect="equal",
            xlim=(-0.6, places[-1] + 0.6),
            ylim=(places[-1] + 0.6, -0.6),
            xlabel="looks at",
        )
        axes.set_anchor("N")
        axes.tick_params(length=0)
        axes.spines[:].set_visible(False)
    panels[0].set_ylabel("token")
    middle, later = (source - 1) / 2, source + 0.5 + (target - 1) / 2
    for x, y, text in (
        (middle, middle, "encoder"),
        (middle, later, "cross-attention"),
        (later, later, "causal"),
        (later, middle, "never"),
    ):
        panels[2].text(
            x,
            y,
            text,
            ha="center",
            va="center",
            size=9,
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 2},
        )
    return Picture(
        figure,
        "Three attention masks, a filled square where the token of the row may look at the token of the "
        f"column. Encoder: all {source} × {source} squares. Decoder: {_said(causal)}. Encoder-decoder: the "
        f"{source} source tokens look at each other and never at the target; each of the {target} target "
        f"tokens looks at all {source} source tokens (cross-attention) and, of the target, only at itself "
        "and what came before.",
    )


def _squares(axes, mask, top, left, hatch):
    for row, line in enumerate(mask.tolist()):
        for column, allowed in enumerate(line):
            square = Rectangle(
                (column + left - 0.45, row + top - 0.45),
                0.9,
                0.9,
                facecolor="none",
                edgecolor=GREY,
                lw=0.6,
            )
            if allowed:
                square.set(facecolor=BLUE, edgecolor="white", hatch=hatch)
            axes.add_patch(square)


def _said(mask):
    return (
        ", ".join(f"row {row} has {int(sum(line))}" for row, line in enumerate(mask.tolist()))
        + " filled from the left"
    )
