"""Figures of notebook 06."""

from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from helpers.drawing.picture import BLUE, GREY, ORANGE, Picture

PALE = "#dbe7f5"


def step_times(lengths, whole, cached):
    """Time of one step over the length of the text, with and without the cache.

    `lengths`: ascending ints. `whole`, `cached`: seconds per length. The alternative text leaves the seconds out: they differ
    from run to run. Returns a Picture.
    """
    figure = Figure(figsize=(8, 3.4), layout="constrained")
    axes = figure.subplots()
    lines = (
        (whole, ORANGE, "o", "-", "the whole text"),
        (cached, BLUE, "s", "--", "one token + cache"),
    )
    for seconds, color, marker, style, name in lines:
        axes.plot(lengths, [1000 * s for s in seconds], color=color, marker=marker, ls=style, lw=2)
        axes.annotate(
            name,
            (lengths[-1], 1000 * seconds[-1]),
            (10, 0),
            textcoords="offset points",
            color=color,
            va="center",
            weight="bold",
        )
    axes.set(
        xlabel="tokens in the text so far",
        ylabel="milliseconds for the next token",
        xlim=(0, 1.32 * lengths[-1]),
    )
    axes.set_ylim(0)
    axes.spines[["top", "right"]].set_visible(False)
    return Picture(
        figure,
        f"Line chart of this machine's time for one more token, with {', '.join(map(str, lengths))} tokens in "
        "the text. One line feeds the whole text at each step and rises with its length. The other feeds one "
        "token with a cache. The heights differ from run to run.",
    )


def temperatures(tokens, probabilities):
    """Probabilities of the same candidates at several temperatures, a panel each.

    `tokens`: list of str. `probabilities`: temperature → list of float, one per token. Returns a Picture.
    """
    figure = Figure(figsize=(9.6, 0.9 + 0.3 * len(tokens)), layout="constrained")
    said = []
    for axes, (t, values) in zip(
        figure.subplots(1, len(probabilities), sharey=True, sharex=True), probabilities.items()
    ):
        bars = axes.barh(range(len(tokens)), values, color=BLUE, height=0.65)
        axes.bar_label(bars, [f"{value:.0%}" for value in values], padding=3, size=9)
        axes.set_title(f"temperature {t}", size=11)
        axes.set_yticks(range(len(tokens)), [repr(token) for token in tokens])
        axes.set_xlabel("probability")
        axes.margins(x=0.22)
        axes.spines[["top", "right"]].set_visible(False)
        said.append(
            f"temperature {t}: "
            + ", ".join(f"{token!r} {value:.0%}" for token, value in zip(tokens, values))
        )
    axes.invert_yaxis()
    return Picture(
        figure, "Bar charts of the probabilities of the same candidates. " + "; ".join(said) + "."
    )


def zeros(kept, leaks, count):
    """Where the fill value 0 lies beside the logits that top-k keeps.

    `kept`: name → float [k], the kept logits, descending. `leaks`: name → probability of all filtered tokens together.
    `count`: how many were filtered. Returns a Picture.
    """
    figure = Figure(figsize=(9.8, 3.7), layout="constrained")
    said = []
    for axes, (name, logits) in zip(figure.subplots(1, len(kept), sharey=True), kept.items()):
        ranks = range(1, len(logits) + 1)
        axes.vlines(ranks, 0, logits.tolist(), color=PALE, lw=2)
        axes.plot(ranks, logits.tolist(), color=BLUE, marker="o", ms=4, ls="")
        axes.axhline(0, color=ORANGE, lw=2, ls="--")
        free = -1 if logits.min() > 0 else 1  # the side of the line without stems
        axes.annotate(
            f"{count:,} filtered tokens at 0",
            (len(logits), 0),
            (0, 5 * free),
            textcoords="offset points",
            ha="right",
            va="top" if free < 0 else "bottom",
            color=ORANGE,
            size=9,
            weight="bold",
        )
        leak = f"{leaks[name]:.0%}" if leaks[name] > 0.001 else f"{leaks[name]:.0e}"
        axes.set_title(f"{name}\nthe filtered tokens get {leak}", size=10)
        axes.set_xlabel("rank of the kept token")
        axes.spines[["top", "right"]].set_visible(False)
        said.append(
            f"{name}: kept logits from {logits.max():.1f} down to {logits.min():.1f}, the filtered tokens get {leak}"
        )
    figure.axes[0].set_ylabel("logit")
    return Picture(
        figure,
        f"{len(kept)} charts of the logits that top-k keeps, by rank, and a dashed line at 0, the value given "
        f"to the {count:,} filtered tokens. {'; '.join(said)}.",
    )


def nucleus(tokens, probabilities, p):
    """The most probable tokens stacked until they reach `p`.

    `tokens`: list of str, most probable first. `probabilities`: list of float. `p`: float. Returns a Picture.
    """
    figure = Figure(figsize=(9, 0.9 + 0.3 * len(tokens)), layout="constrained")
    axes = figure.subplots()
    start, said = 0.0, []
    for row, value in enumerate(probabilities):
        inside = start < p
        axes.barh(
            row,
            value,
            left=start,
            height=0.7,
            color=BLUE if inside else "white",
            edgecolor=BLUE if inside else GREY,
            hatch=None if inside else "///",
        )
        axes.text(
            start + value + 0.01,
            row,
            f"{start + value:.2f} {'kept' if inside else 'filtered'}",
            va="center",
            size=9,
            color=BLUE if inside else GREY,
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.5},
        )
        start += value
        said.append(f"{tokens[row]!r} up to {start:.2f} {'kept' if inside else 'filtered'}")
    axes.axvline(p, color=ORANGE, lw=2, ls="--", zorder=0)
    axes.annotate(
        f"p = {p}",
        (p, -0.6),
        (4, 0),
        textcoords="offset points",
        color=ORANGE,
        weight="bold",
        va="bottom",
        size=10,
    )
    axes.set_yticks(range(len(tokens)), [repr(token) for token in tokens])
    axes.set(xlabel="probability, added up", xlim=(0, 1.12), ylim=(len(tokens) - 0.4, -1.4))
    axes.spines[["top", "right"]].set_visible(False)
    return Picture(
        figure,
        f"Bars of probabilities, each beginning where the one above it ends, and a dashed line at p = {p}. "
        + "; ".join(said)
        + ".",
    )


def sides(rows, continued):
    """Two batches as grids of tokens, padded on the right and on the left, and the token each row is continued with.

    `rows`: side → list of token lists, None for a pad. `continued`: side → list of str, one per row. Returns a Picture.
    """
    width = len(next(iter(rows.values()))[0])
    figure = Figure(
        figsize=(9.8, 0.9 + 0.95 * len(next(iter(rows.values())))), layout="constrained"
    )
    said = []
    for axes, (side, batch) in zip(figure.subplots(len(rows), 1), rows.items()):
        for y, (tokens, token) in enumerate(zip(batch, continued[side])):
            for x, piece in enumerate(tokens):
                axes.add_patch(
                    Rectangle(
                        (x, y),
                        1,
                        0.86,
                        facecolor=PALE if piece else "white",
                        edgecolor=BLUE if piece else GREY,
                        hatch=None if piece else "///",
                    )
                )
                axes.text(
                    x + 0.5,
                    y + 0.43,
                    piece or "pad",
                    ha="center",
                    va="center",
                    size=9,
                    bbox=None if piece else {"facecolor": "white", "edgecolor": "none", "pad": 1},
                )
            axes.text(
                width + 0.12,
                y + 0.43,
                f"→ {token!r}",
                va="center",
                color=ORANGE,
                weight="bold",
                size=10,
            )
            said.append(
                f"{side}, row {y + 1}: {' '.join(piece or 'pad' for piece in tokens)}, continued with {token!r}"
            )
        axes.set_title(f"padded on the {side}", size=11, loc="left")
        axes.set(xlim=(-0.05, width + 1.2), ylim=(len(batch), -0.1))
        axes.axis("off")
    return Picture(figure, "Two grids of tokens. " + "; ".join(said) + ".")


def tree(levels, decode, prompt):
    """A beam search as a tree: every candidate that was kept, its parent, and the winner's path.

    `levels`: per step `(parents, tokens, scores)`: int64 [beams] twice and float [beams], sums of log-probabilities, best first.
    `decode`: id → str. `prompt`: str, the root. Returns a Picture.
    """
    beams = max(len(tokens) for _, tokens, _ in levels)
    winners, node = [], 0
    for parents, _, _ in reversed(levels):
        winners.insert(0, node)
        node = int(parents[node])
    figure = Figure(figsize=(9.8, 0.8 + 0.75 * beams), layout="constrained")
    axes = figure.subplots()
    middle = (beams - 1) / 2
    axes.text(
        0,
        middle,
        repr(prompt),
        ha="center",
        va="center",
        size=9,
        bbox={"facecolor": "white", "edgecolor": GREY},
    )
    heights, said = [middle], []
    for step, (parents, tokens, scores) in enumerate(levels, start=1):
        used = set(levels[step][0].tolist()) if step < len(levels) else set(range(beams))
        for y, (parent, token, score) in enumerate(
            zip(parents.tolist(), tokens.tolist(), scores.tolist())
        ):
            won, alive = winners[step - 1] == y, y in used
            axes.plot(
                [step - 1, step],
                [heights[parent], y],
                color=ORANGE if won else GREY,
                lw=3 if won else 1.2,
                zorder=0,
            )
            frame = {
                "facecolor": PALE if alive else "white",
                "edgecolor": ORANGE if won else GREY,
                "lw": 2 if won else 1,
                "ls": "-" if alive else ":",
            }
            axes.text(
                step,
                y,
                f"{decode(token)!r}\n{score:.2f}",
                ha="center",
                va="center",
                size=9,
                bbox=frame,
                weight="bold" if won else "normal",
            )
            said.append(
                f"step {step}, rank {y + 1}: {decode(token)!r} after rank {parent + 1}, {score:.2f}"
                + (", on the winner's path" if won else "" if alive else ", not continued")
            )
        heights = list(range(len(tokens)))
    axes.set(xlim=(-0.6, len(levels) + 0.5), ylim=(beams - 0.45, -0.55))
    axes.axis("off")
    return Picture(
        figure,
        f"Tree of a beam search from {prompt!r}; a node is a token with the sum of the log-probabilities up "
        f"to it. {'; '.join(said)}.",
    )
