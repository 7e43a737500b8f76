"""Figures of notebook 04."""

import torch
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from helpers.drawing.picture import BLUE, GREY, ORANGE, Picture

STYLES = [(BLUE, "-"), (ORANGE, "--"), (GREY, ":")]


def _axes(axes):
    axes.spines[["top", "right"]].set_visible(False)
    return axes


def sigmoid_curve(differences, names, label):
    """The probability of `label` against the lead of its logit, with one mark a sentence.

    `differences`: float [batch], logit of `label` minus the other logit. `names`: one str a sentence. Returns a Picture.
    """
    reach = max(8.0, differences.abs().max().item() + 1)
    lead = torch.linspace(-reach, reach, 201)
    figure = Figure(figsize=(7, 3.4), layout="constrained")
    axes = _axes(figure.subplots())
    axes.plot(lead, lead.sigmoid(), color=BLUE, lw=2)
    axes.axhline(0.5, color=GREY, lw=0.8, ls=":")
    axes.axvline(0, color=GREY, lw=0.8, ls=":")
    marks = list(zip(names, differences.tolist(), differences.sigmoid().tolist()))
    for k, (name, d, p) in enumerate(
        marks
    ):  # above left and below right in turn, so that neighbours stay legible
        axes.plot(d, p, "o", color=ORANGE, ms=8)
        offset, align = ((-6, 8), "right") if k % 2 == 0 else ((6, -15), "left")
        axes.annotate(
            f"{name}: {p:.3f}", (d, p), offset, textcoords="offset points", ha=align, color=ORANGE
        )
    axes.set(
        xlabel=f"logit of {label} minus the other logit",
        ylabel=f"probability of {label}",
        ylim=(-0.15, 1.15),
    )
    axes.set_yticks([0, 0.5, 1])
    said = "; ".join(
        f"{name} has a lead of {d:+.2f} and a probability of {p:.3f}" for name, d, p in marks
    )
    return Picture(
        figure,
        f"The sigmoid, an S-shaped curve: probability of {label} against the lead of its logit, 0.5 at a lead "
        f"of 0, steep in the middle, flat at both ends. {said}.",
    )


def temperatures(logits, labels, values):
    """Softmax of the same logits at several temperatures, one panel each.

    `logits`: float [labels]. `labels`: their names. `values`: temperatures above 0. Returns a Picture.
    """
    figure = Figure(figsize=(9, 2.6), layout="constrained")
    said = []
    for axes, value in zip(figure.subplots(1, len(values), sharey=True), values):
        probabilities = (logits / value).softmax(dim=-1).tolist()
        bars = _axes(axes).bar(labels, probabilities, color=BLUE)
        axes.bar_label(bars, [f"{p:.2f}" for p in probabilities], size=9)
        axes.set(ylim=(0, 1.12), yticks=[0, 0.5, 1])
        axes.set_title(f"T = {value:g}", size=11)
        said.append(
            f"T = {value:g}: "
            + ", ".join(f"{label} {p:.2f}" for label, p in zip(labels, probabilities))
        )
    figure.supylabel("probability", size=10)
    return Picture(
        figure,
        f"Bars of probabilities at {len(values)} temperatures. {'; '.join(said)}. The order never changes.",
    )


def once_and_twice(leads, once, twice):
    """Two losses against the lead of the right logit: softmax once, and softmax twice. All float [points]. Returns a Picture."""
    figure = Figure(figsize=(7, 3.4), layout="constrained")
    axes = _axes(figure.subplots())
    at = len(leads) // 8
    for values, (color, line), name in zip(
        (once, twice), STYLES, ("softmax once", "softmax twice")
    ):
        axes.plot(leads, values, color=color, ls=line, lw=2)
        axes.annotate(
            name, (leads[at], values[at]), (6, 8), textcoords="offset points", color=color
        )
    floor = twice.min().item()
    axes.annotate(
        f"floor: {floor:.2f}",
        (leads[-1], floor),
        (0, 6),
        textcoords="offset points",
        ha="right",
        color=ORANGE,
    )
    axes.set(xlabel="logit of the right label minus the other logit", ylabel="loss", ylim=(0, None))
    return Picture(
        figure,
        f"Loss against the lead of the right logit, from {leads[0]:.0f} to {leads[-1]:.0f}. With softmax once "
        f"it falls steeply from {once[0]:.2f} to {once[-1]:.2f}. With softmax twice it is nearly flat at the "
        f"left end, falls from {twice[0]:.2f} to {twice[-1]:.2f}, and stays above a floor of {floor:.2f}.",
    )


def loss_curves(curves, unit, ceiling=None):
    """Losses step by step, one line a run.

    `curves`: up to three lists of float, by name. `unit`: what is counted along the x axis. `ceiling`: cut the picture there;
    a run that goes above it is cut off, and the legend says so. Returns a Picture.
    """
    figure = Figure(figsize=(7, 3.4), layout="constrained")
    axes = _axes(figure.subplots())
    said = []
    for (name, losses), (color, line) in zip(curves.items(), STYLES):
        over = ceiling is not None and max(losses) > ceiling
        shown = f"{name} (goes above {ceiling:g})" if over else name
        axes.plot(range(len(losses)), losses, color=color, ls=line, lw=1.8, label=shown)
        outcome = f"jumps above {ceiling:g}" if over else f"ends at {losses[-1]:.1f}"
        said.append(f"{name} starts at {losses[0]:.1f} and {outcome}")
    axes.set(xlabel=unit, ylabel="loss", ylim=(0, ceiling))
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.legend(frameon=False, loc="lower left", bbox_to_anchor=(0, 1), ncols=len(curves))
    return Picture(figure, f"Loss against {unit}, one line a run. {'; '.join(said)}.")


def reliability(scores, correct, bins=5):
    """Share of right answers against the score that was given, with the number of answers in each bin.

    `scores`: float [answers] in [0.5, 1], the score of the best of two labels. `correct`: bool [answers]. Returns a Picture.
    """
    width = 0.5 / bins
    which = ((scores - 0.5) / width).long().clamp(0, bins - 1)
    figure = Figure(figsize=(7, 4.6), layout="constrained")
    upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=[3, 1])
    upper.plot([0.5, 1], [0.5, 1], color=GREY, ls="--", lw=1.2)
    upper.annotate(
        "claim = result",
        (0.56, 0.56),
        (0, 5),
        textcoords="offset points",
        rotation=32,
        color=GREY,
        size=9,
    )
    said = []
    for b in range(bins):
        inside = which == b
        count, left = int(inside.sum()), 0.5 + b * width
        lower.annotate(
            f"{count}",
            (left + width / 2, count),
            (0, 3),
            textcoords="offset points",
            ha="center",
            size=10,
        )
        if count == 0:
            said.append(f"{left:.1f} to {left + width:.1f}: none")
            continue
        claim, right = scores[inside].mean().item(), correct[inside].float().mean().item()
        upper.bar(
            left + width / 2,
            right,
            width * 0.86,
            facecolor="white",
            edgecolor=BLUE,
            hatch="//",
            lw=1.5,
        )
        upper.plot([claim, claim], [claim, right], color=ORANGE, lw=2)
        upper.plot(claim, claim, "o", color=ORANGE, ms=7)
        lower.bar(left + width / 2, count, width * 0.86, color=GREY)
        said.append(
            f"{left:.1f} to {left + width:.1f}: {count} answers, mean score {claim:.2f}, right {right:.0%}"
        )
    upper.set(xlim=(0.5, 1), ylim=(0, 1.08), ylabel="share that is right", yticks=[0, 0.5, 1])
    upper.set_title("bar: result · dot: mean score, the claim · line between: the gap", size=10)
    lower.set(
        xlabel="score of the answer",
        ylabel="answers",
        xticks=[0.5 + b * width for b in range(bins + 1)],
    )
    lower.margins(y=0.35)
    _axes(upper), _axes(lower)
    return Picture(
        figure, f"Reliability diagram of {len(scores)} answers by score. {'; '.join(said)}."
    )
