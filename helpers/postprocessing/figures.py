"""Figures of notebook 04."""

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from torch import Tensor

from helpers.drawing.picture import BLUE, GREY, ORANGE, Picture, bare, note

STYLES = [(BLUE, "-"), (ORANGE, "--"), (GREY, ":")]


def sigmoid_curve(differences: Tensor, names: Sequence[str], label: str) -> Picture:
    """The probability of `label` against the lead of its logit, with one mark a sentence.

    `differences`: float [batch], logit of `label` minus the other logit. `names`: one a sentence.
    """
    reach = max(8.0, differences.abs().max().item() + 1)
    lead = torch.linspace(-reach, reach, 201)
    figure = Figure(figsize=(7, 3.4), layout="constrained")
    axes = bare(figure.subplots())
    axes.plot(lead, lead.sigmoid(), color=BLUE, lw=2)
    axes.axhline(0.5, color=GREY, lw=0.8, ls=":")
    axes.axvline(0, color=GREY, lw=0.8, ls=":")
    marks = list(zip(names, differences.tolist(), differences.sigmoid().tolist(), strict=True))
    for k, (name, d, p) in enumerate(marks):
        axes.plot(d, p, "o", color=ORANGE, ms=8)
        # Above left and below right in turn, so that neighbours stay legible.
        offset, align = ((-6, 8), "right") if k % 2 == 0 else ((6, -15), "left")
        note(axes, f"{name}: {p:.3f}", (d, p), offset, ha=align, color=ORANGE)
    axes.set_xlabel(f"logit of {label} minus the other logit")
    axes.set(ylabel=f"probability of {label}", ylim=(-0.15, 1.15), yticks=[0, 0.5, 1])
    said = [f"{name} has a lead of {d:+.2f} and a probability of {p:.3f}" for name, d, p in marks]
    return Picture(
        figure,
        f"The sigmoid, an S-shaped curve: probability of {label} against the lead of its logit, "
        f"0.5 at a lead of 0, steep in the middle, flat at both ends. {'; '.join(said)}.",
    )


def temperatures(logits: Tensor, labels: Sequence[str], values: Sequence[float]) -> Picture:
    """Softmax of the same logits at several temperatures, one panel each.

    `logits`: float [labels]. `values`: temperatures above 0.
    """
    figure = Figure(figsize=(9, 2.6), layout="constrained")
    panels = figure.subplots(1, len(values), sharey=True)
    said = []
    for axes, value in zip(panels, values, strict=True):
        probabilities = (logits / value).softmax(dim=-1).tolist()
        bars = bare(axes).bar(labels, probabilities, color=BLUE)
        axes.bar_label(bars, [f"{p:.2f}" for p in probabilities], size=9)
        axes.set(ylim=(0, 1.12), yticks=[0, 0.5, 1])
        axes.set_title(f"T = {value:g}", size=11)
        pairs = zip(labels, probabilities, strict=True)
        said.append(f"T = {value:g}: " + ", ".join(f"{label} {p:.2f}" for label, p in pairs))
    figure.supylabel("probability", size=10)
    return Picture(
        figure,
        f"Bars of probabilities at {len(values)} temperatures. {'; '.join(said)}. "
        "The order never changes.",
    )


def once_and_twice(leads: Tensor, once: Tensor, twice: Tensor) -> Picture:
    """Two losses against the lead of the right logit: softmax once, and softmax twice.

    All float [points].
    """
    figure = Figure(figsize=(7, 3.4), layout="constrained")
    axes = bare(figure.subplots())
    at = len(leads) // 8
    axes.plot(leads, once, color=BLUE, ls="-", lw=2)
    axes.plot(leads, twice, color=ORANGE, ls="--", lw=2)
    place = leads[at].item()
    note(axes, "softmax once", (place, once[at].item()), (6, 8), color=BLUE)
    note(axes, "softmax twice", (place, twice[at].item()), (6, 8), color=ORANGE)
    floor = twice.min().item()
    end = leads[-1].item()
    note(axes, f"floor: {floor:.2f}", (end, floor), (0, 6), ha="right", color=ORANGE)
    axes.set_xlabel("logit of the right label minus the other logit")
    axes.set(ylabel="loss", ylim=(0, None))
    return Picture(
        figure,
        f"Loss against the lead of the right logit, from {leads[0]:.0f} to {end:.0f}. With softmax "
        f"once it falls steeply from {once[0]:.2f} to {once[-1]:.2f}. With softmax twice it is "
        f"nearly flat at the left end, falls from {twice[0]:.2f} to {twice[-1]:.2f}, and stays "
        f"above a floor of {floor:.2f}.",
    )


def loss_curves(
    curves: Mapping[str, Sequence[float]], unit: str, ceiling: float | None = None
) -> Picture:
    """Losses step by step, one line a run.

    `curves`: up to three, by name. `unit`: what is counted along the x axis. `ceiling`: cut the
    picture there; a run that goes above it is cut off, and the legend says so.
    """
    figure = Figure(figsize=(7, 3.4), layout="constrained")
    axes = bare(figure.subplots())
    said = []
    for (name, losses), (color, line) in zip(curves.items(), STYLES, strict=False):
        over = ceiling is not None and max(losses) > ceiling
        shown = f"{name} (goes above {ceiling:g})" if over else name
        axes.plot(range(len(losses)), losses, color=color, ls=line, lw=1.8, label=shown)
        outcome = f"jumps above {ceiling:g}" if over else f"ends at {losses[-1]:.1f}"
        said.append(f"{name} starts at {losses[0]:.1f} and {outcome}")
    axes.set(xlabel=unit, ylabel="loss", ylim=(0, ceiling))
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.legend(frameon=False, loc="lower left", bbox_to_anchor=(0, 1), ncols=len(curves))
    return Picture(figure, f"Loss against {unit}, one line a run. {'; '.join(said)}.")


def reliability(scores: Tensor, correct: Tensor, bins: int = 5) -> Picture:
    """Share of right answers against the score that was given, with the answers in each bin.

    `scores`: float [answers] in [0.5, 1], the best of two labels. `correct`: bool [answers].
    """
    width = 0.5 / bins
    which = ((scores - 0.5) / width).long().clamp(0, bins - 1)
    figure = Figure(figsize=(7, 4.6), layout="constrained")
    upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=[3, 1])
    upper.plot([0.5, 1], [0.5, 1], color=GREY, ls="--", lw=1.2)
    note(upper, "claim = result", (0.56, 0.56), (0, 5), rotation=32, color=GREY, size=9)
    said = []
    for b in range(bins):
        left, inside = 0.5 + b * width, which == b
        words = _bin(upper, lower, left, width, scores[inside], correct[inside])
        said.append(f"{left:.1f} to {left + width:.1f}: {words}")
    upper.set(xlim=(0.5, 1), ylim=(0, 1.08), ylabel="share that is right", yticks=[0, 0.5, 1])
    upper.set_title("bar: result · dot: mean score, the claim · line between: the gap", size=10)
    lower.set_xticks([0.5 + b * width for b in range(bins + 1)])
    lower.set(xlabel="score of the answer", ylabel="answers")
    lower.margins(y=0.35)
    bare(upper)
    bare(lower)
    words = "; ".join(said)
    return Picture(figure, f"Reliability diagram of {len(scores)} answers by score. {words}.")


def _bin(
    upper: Axes, lower: Axes, left: float, width: float, scores: Tensor, correct: Tensor
) -> str:
    """Draw the answers of one bin: result, claim and gap above, how many below."""
    middle, count = left + width / 2, len(scores)
    note(lower, f"{count}", (middle, count), (0, 3), ha="center", size=10)
    if count == 0:
        return "none"
    claim, right = scores.mean().item(), correct.float().mean().item()
    look: dict[str, Any] = {"facecolor": "white", "edgecolor": BLUE, "hatch": "//", "lw": 1.5}
    upper.bar(middle, right, width * 0.86, **look)
    upper.plot([claim, claim], [claim, right], color=ORANGE, lw=2)
    upper.plot(claim, claim, "o", color=ORANGE, ms=7)
    lower.bar(middle, count, width * 0.86, color=GREY)
    return f"{count} answers, mean score {claim:.2f}, right {right:.0%}"
