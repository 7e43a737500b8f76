"""Figures of notebook 05."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch, Rectangle
from torch import Tensor

from helpers.drawing.picture import BLUE, ORANGE, PALE, Picture, bare, note

PADS: dict[str, Any] = {"facecolor": "white", "edgecolor": ORANGE, "hatch": "///"}


def drift(counts: Sequence[int], alone: Tensor, without: Tensor, masked: Tensor) -> Picture:
    """How far the logits of one sentence move as pads are added, with and without the mask.

    `counts`: number of pads, ascending. `alone`: float [labels], the logits with no pad.
    `without`, `masked`: float [counts, labels].
    """
    moved, held = ((logits - alone).abs().amax(dim=1).tolist() for logits in (without, masked))
    figure = Figure(figsize=(8, 3.4), layout="constrained")
    axes = bare(figure.subplots())
    axes.plot(counts, moved, color=ORANGE, marker="o", lw=2)
    axes.plot(counts, held, color=BLUE, marker="s", lw=2, ls="--")
    end, top = counts[-1], max(moved)
    axes.set(xlabel="pads added to the sentence", ylabel="largest change of a logit")
    axes.set(xlim=(-0.01 * end, 1.22 * end), ylim=(-0.06 * top, 1.12 * top))
    style: dict[str, Any] = {"va": "center", "weight": "bold"}
    note(axes, "no mask", (end, moved[-1]), (10, 0), color=ORANGE, **style)
    note(axes, "with mask", (end, held[-1]), (10, 0), color=BLUE, **style)
    said = ", ".join(f"{n}: {value:.2f}" for n, value in zip(counts, moved, strict=True))
    held_below = "stays below 0.00001" if max(held) < 1e-5 else f"reaches {max(held):.5f}"
    return Picture(
        figure,
        "Line chart: largest change of a logit over the number of pads. Without the mask it moves; "
        f"change by number of pads: {said}. With the mask it {held_below} throughout.",
    )


def attention_on_pads(tokens: list[str], without: Tensor, masked: Tensor) -> Picture:
    """Two heat maps of attention, the pads framed: a row's token looks at a column's.

    `tokens`: pads included and last. `without`, `masked`: float [sequence, sequence], each row
    sums to 1.
    """
    real = sum(token != "[PAD]" for token in tokens)
    size = len(tokens)
    top = max(without.max().item(), masked.max().item())
    figure = Figure(figsize=(9.6, 4.9), layout="constrained")
    panels = figure.subplots(1, 2)
    shares = [weights[:real, real:].sum(dim=1).mean().item() for weights in (without, masked)]
    for axes, weights, share, name in zip(
        panels, (without, masked), shares, ("no mask", "with mask"), strict=True
    ):
        image = axes.imshow(weights.numpy(), cmap="Blues", vmin=0, vmax=top)
        look: dict[str, Any] = {"fill": False, "edgecolor": ORANGE, "lw": 3, "clip_on": False}
        axes.add_patch(Rectangle((real - 0.5, -0.5), size - real, real, **look))
        axes.set_title(f"{name}: {share:.0%} from tokens to pads (frame)", size=11)
        axes.set_xticks(range(size), tokens, rotation=90, size=8)
        axes.set_yticks(range(size), tokens, size=8)
        axes.set_xlabel("is looked at")
    panels[0].set_ylabel("looks")
    figure.colorbar(image, ax=panels, shrink=0.7, label="attention")
    return Picture(
        figure,
        f"Two heat maps of attention over {real} tokens ({' '.join(tokens[:real])}) and "
        f"{size - real} pads. Without the mask the tokens give {shares[0]:.0%} of their attention "
        f"to the pads; with the mask {shares[1]:.0%}: the columns of the pads are empty. Their "
        "rows are not: pads still look at tokens.",
    )


def windows(
    spans: Sequence[tuple[int, int]], scores: Tensor, pooled: Tensor, labels: Sequence[str]
) -> Picture:
    """Where each window lies in a long text, and what the model says of it.

    `spans`: `(first, last + 1)` token positions of each window. `scores`: float [windows, labels]
    and `pooled`: float [labels], probabilities.
    """
    figure = Figure(figsize=(9, 1.1 + 0.5 * (len(spans) + 1)), layout="constrained")
    axes = bare(figure.subplots())
    end = spans[-1][1]
    names = [f"window {k + 1}" for k in range(len(spans))] + ["pooled"]
    said = []
    for row, ((first, last), score) in enumerate(
        zip([*spans, (0, end)], [*scores, pooled], strict=True)
    ):
        best = int(score.argmax())
        answer = f"{labels[best]} {score[best]:.2f}"
        said.append(f"{names[row]}, tokens {first} to {last - 1}: {answer}")
        color = PALE if row < len(spans) else "white"
        axes.barh(row, last - first, 0.62, left=first, color=color, edgecolor=BLUE)
        axes.text((first + last) / 2, row, answer, ha="center", va="center", size=10)
    twice: dict[str, Any] = {"facecolor": "none", "edgecolor": ORANGE, "hatch": "//", "lw": 0}
    for (_, last), (first, _) in pairwise(spans):
        axes.axvspan(first, last, alpha=0.6, zorder=0, **twice)
    axes.set_yticks(range(len(names)), names)
    axes.set(xlabel="token of the review (hatched: read by two windows)", xlim=(0, end))
    axes.invert_yaxis()
    return Picture(figure, f"Windows over a long text, each with its answer. {'; '.join(said)}.")


def wasted(lengths: Sequence[int], batchings: Mapping[str, list[list[int]]]) -> Picture:
    """Tokens and pads of the same sequences in several batchings, to scale: a bar a sequence.

    `lengths`: one a sequence. `batchings`: name → batches, each a list of indices into `lengths`.
    """
    figure = Figure(figsize=(10, 4.4), layout="constrained")
    panels = figure.subplots(1, len(batchings), sharex=True, sharey=True)
    said = []
    for axes, (name, batches) in zip(panels, batchings.items(), strict=True):
        positions = _batches(axes, [[lengths[i] for i in batch] for batch in batches])
        share = 1 - sum(lengths) / positions
        said.append(
            f"{name}: {len(batches)} batches, {positions:,} positions, {share:.1%} of them pads"
        )
        axes.set_title(f"{name}\n{positions:,} positions, {share:.1%} pads", size=10)
        axes.set_xlabel("position")
        axes.set(xlim=(0, max(lengths) * 1.02), ylim=(len(lengths), 0))
    panels[0].set_ylabel("sequence")
    patches, names = [Patch(facecolor=BLUE), Patch(**PADS)], ["tokens", "pads (one frame a batch)"]
    figure.legend(patches, names, loc="outside lower center", ncols=2, frameon=False)
    return Picture(
        figure,
        f"The same {len(lengths)} sequences, {sum(lengths):,} tokens, in {len(batchings)} "
        f"batchings, drawn to scale. {'; '.join(said)}.",
    )


def _batches(axes: Axes, batches: list[list[int]]) -> int:
    """Draw batches of lengths below each other; returns how many positions they hold, with pads."""
    top = positions = 0
    for lengths in batches:
        longest, rows = max(lengths), len(lengths)
        axes.add_patch(Rectangle((0, top), longest, rows, lw=1.2, **PADS))
        axes.barh([top + k + 0.5 for k in range(rows)], lengths, height=1, color=BLUE, zorder=2)
        top += rows
        positions += rows * longest
    return positions
