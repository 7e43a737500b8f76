"""Figures of notebook 06."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from torch import Tensor

from helpers.drawing.picture import (
    BLUE,
    CENTRED,
    GREY,
    ON_WHITE,
    ORANGE,
    PALE,
    Picture,
    bare,
    note,
)

Level = tuple[Tensor, Tensor, Tensor]


def temperatures(tokens: Sequence[str], probabilities: Mapping[float, Sequence[float]]) -> Picture:
    """Probabilities of the same candidates at several temperatures, a panel each.

    `probabilities`: temperature → one float a token.
    """
    figure = Figure(figsize=(9.6, 0.9 + 0.3 * len(tokens)), layout="constrained")
    panels = figure.subplots(1, len(probabilities), sharey=True, sharex=True)
    said = []
    for axes, (t, values) in zip(panels, probabilities.items(), strict=True):
        bars = bare(axes).barh(range(len(tokens)), values, color=BLUE, height=0.65)
        axes.bar_label(bars, [f"{value:.0%}" for value in values], padding=3, size=9)
        axes.set_title(f"temperature {t}", size=11)
        axes.set_yticks(range(len(tokens)), [repr(token) for token in tokens])
        axes.set_xlabel("probability")
        axes.margins(x=0.22)
        pairs = zip(tokens, values, strict=True)
        said.append(f"temperature {t}: " + ", ".join(f"{token!r} {v:.0%}" for token, v in pairs))
    axes.invert_yaxis()
    words = "; ".join(said)
    return Picture(figure, f"Bar charts of the probabilities of the same candidates. {words}.")


def zeros(kept: Mapping[str, Tensor], leaks: Mapping[str, float], count: int) -> Picture:
    """Where the fill value 0 lies beside the logits that top-k keeps.

    `kept`: name → float [k], the kept logits, descending. `leaks`: name → probability of all
    filtered tokens together. `count`: how many were filtered.
    """
    figure = Figure(figsize=(9.8, 3.7), layout="constrained")
    said = []
    for axes, (name, logits) in zip(
        figure.subplots(1, len(kept), sharey=True), kept.items(), strict=True
    ):
        leak = f"{leaks[name]:.0%}" if leaks[name] > 0.001 else f"{leaks[name]:.0e}"
        axes.set_title(f"{name}\nthe filtered tokens get {leak}", size=10)
        _stems(bare(axes), logits.tolist(), f"{count:,} filtered tokens at 0")
        said.append(
            f"{name}: kept logits from {logits.max():.1f} down to {logits.min():.1f}, "
            f"the filtered tokens get {leak}"
        )
    figure.axes[0].set_ylabel("logit")
    return Picture(
        figure,
        f"{len(kept)} charts of the logits that top-k keeps, by rank, and a dashed line at 0, the "
        f"value given to the {count:,} filtered tokens. {'; '.join(said)}.",
    )


def _stems(axes: Axes, logits: list[float], words: str) -> None:
    """Logits by rank above or below a line at 0; its words stand on the side without stems."""
    ranks = range(1, len(logits) + 1)
    axes.vlines(ranks, 0, logits, color=PALE, lw=2)
    axes.plot(ranks, logits, color=BLUE, marker="o", ms=4, ls="")
    axes.axhline(0, color=ORANGE, lw=2, ls="--")
    offset, align = ((0, -5), "top") if min(logits) > 0 else ((0, 5), "bottom")
    style: dict[str, Any] = {"color": ORANGE, "size": 9, "weight": "bold"}
    note(axes, words, (len(logits), 0), offset, ha="right", va=align, **style)
    axes.set_xlabel("rank of the kept token")


def nucleus(tokens: Sequence[str], probabilities: Sequence[float], p: float) -> Picture:
    """The most probable tokens stacked until they reach `p`. `tokens`: most probable first."""
    figure = Figure(figsize=(9, 0.9 + 0.3 * len(tokens)), layout="constrained")
    axes = bare(figure.subplots())
    start, said = 0.0, []
    for row, (token, value) in enumerate(zip(tokens, probabilities, strict=True)):
        inside = start < p
        state, color = ("kept", BLUE) if inside else ("filtered", GREY)
        [bar] = axes.barh(row, value, 0.7, left=start, color=BLUE if inside else "white")
        bar.set(edgecolor=color, hatch=None if inside else "///")
        start += value
        words = f"{start:.2f} {state}"
        box = ON_WHITE | {"pad": 0.5}
        axes.text(start + 0.01, row, words, va="center", size=9, color=color, bbox=box)
        said.append(f"{token!r} up to {words}")
    axes.axvline(p, color=ORANGE, lw=2, ls="--", zorder=0)
    style: dict[str, Any] = {"color": ORANGE, "weight": "bold", "va": "bottom", "size": 10}
    note(axes, f"p = {p}", (p, -0.6), (4, 0), **style)
    axes.set_yticks(range(len(tokens)), [repr(token) for token in tokens])
    axes.set(xlabel="probability, added up", xlim=(0, 1.12), ylim=(len(tokens) - 0.4, -1.4))
    return Picture(
        figure,
        f"Bars of probabilities, each beginning where the one above it ends, and a dashed line at "
        f"p = {p}. {'; '.join(said)}.",
    )


def sides(
    rows: Mapping[str, list[list[str | None]]], continued: Mapping[str, Sequence[str]]
) -> Picture:
    """Batches as grids of tokens, padded on either side, and how each row is continued.

    `rows`: side → lists of tokens, None for a pad. `continued`: side → a token a row.
    """
    first = next(iter(rows.values()))
    figure = Figure(figsize=(9.8, 0.9 + 0.95 * len(first)), layout="constrained")
    panels = figure.subplots(len(rows), 1)
    said = []
    for axes, (side, batch) in zip(panels, rows.items(), strict=True):
        for y, (tokens, token) in enumerate(zip(batch, continued[side], strict=True)):
            _row(axes, y, tokens, token)
            words = " ".join(piece or "pad" for piece in tokens)
            said.append(f"{side}, row {y + 1}: {words}, continued with {token!r}")
        axes.set_title(f"padded on the {side}", size=11, loc="left")
        axes.set(xlim=(-0.05, len(first[0]) + 1.2), ylim=(len(batch), -0.1))
        axes.axis("off")
    return Picture(figure, f"Two grids of tokens. {'; '.join(said)}.")


def _row(axes: Axes, y: int, tokens: list[str | None], token: str) -> None:
    for x, piece in enumerate(tokens):
        look: dict[str, Any] = {"facecolor": "white", "edgecolor": GREY, "hatch": "///"}
        if piece:
            look = {"facecolor": PALE, "edgecolor": BLUE}
        axes.add_patch(Rectangle((x, y), 1, 0.86, **look))
        box = None if piece else ON_WHITE
        axes.text(x + 0.5, y + 0.43, piece or "pad", bbox=box, **CENTRED)
    style: dict[str, Any] = {"va": "center", "color": ORANGE, "weight": "bold", "size": 10}
    axes.text(len(tokens) + 0.12, y + 0.43, f"→ {token!r}", **style)


def tree(levels: Sequence[Level], decode: Callable[[int], str], prompt: str) -> Picture:
    """A beam search as a tree: every candidate that was kept, its parent, and the winner's path.

    `levels`: per step `(parents, tokens, scores)`: int64 [beams] twice and float [beams], sums of
    log-probabilities, best first. `prompt`: the root.
    """
    beams = max(len(tokens) for _, tokens, _ in levels)
    winners, middle = _winners(levels), (beams - 1) / 2
    figure = Figure(figsize=(9.8, 0.8 + 0.75 * beams), layout="constrained")
    axes = figure.subplots()
    box = {"facecolor": "white", "edgecolor": GREY}
    axes.text(0, middle, repr(prompt), bbox=box, **CENTRED)
    heights, said = [middle], []
    for step, (parents, tokens, scores) in enumerate(levels, start=1):
        used = set(levels[step][0].tolist()) if step < len(levels) else set(range(beams))
        candidates = zip(parents.tolist(), tokens.tolist(), scores.tolist(), strict=True)
        for y, (parent, token, score) in enumerate(candidates):
            won, alive = winners[step - 1] == y, y in used
            words = f"{decode(token)!r}\n{score:.2f}"
            _node(axes, (step, y), heights[parent], words, won, alive)
            fate = ", on the winner's path" if won else "" if alive else ", not continued"
            place = f"step {step}, rank {y + 1}: {decode(token)!r} after rank {parent + 1}"
            said.append(f"{place}, {score:.2f}{fate}")
        heights = list(range(len(tokens)))
    axes.set(xlim=(-0.6, len(levels) + 0.5), ylim=(beams - 0.45, -0.55))
    axes.axis("off")
    return Picture(
        figure,
        f"Tree of a beam search from {prompt!r}; a node is a token with the sum of the "
        f"log-probabilities up to it. {'; '.join(said)}.",
    )


def _winners(levels: Sequence[Level]) -> list[int]:
    """The rank at each step of the candidates that lead to the best of the last step."""
    path, node = [], 0
    for parents, _, _ in reversed(levels):
        path.append(node)
        node = int(parents[node])
    return path[::-1]


def _node(
    axes: Axes, at: tuple[int, int], parent: float, words: str, won: bool, alive: bool
) -> None:
    """One candidate with the line to its parent, which stands a step before at height `parent`."""
    step, y = at
    color, wide = (ORANGE, 3.0) if won else (GREY, 1.2)
    axes.plot([step - 1, step], [parent, y], color=color, lw=wide, zorder=0)
    frame: dict[str, Any] = {"facecolor": PALE if alive else "white", "edgecolor": color}
    frame |= {"lw": 2 if won else 1, "ls": "-" if alive else ":"}
    axes.text(step, y, words, bbox=frame, weight="bold" if won else "normal", **CENTRED)
