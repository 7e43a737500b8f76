"""Figures of notebook 05."""

from matplotlib.figure import Figure
from matplotlib.patches import Patch, Rectangle

from helpers.drawing.picture import BLUE, GREY, ORANGE, Picture


def drift(counts, alone, without, masked):
    """How far the logits of one sentence move as pads are added, with and without the mask.

    `counts`: number of pads, ascending ints. `alone`: float [labels], the logits with no pad. `without`, `masked`: float
    [counts, labels]. Returns a Picture.
    """
    moved, held = ((logits - alone).abs().amax(dim=1) for logits in (without, masked))
    figure = Figure(figsize=(8, 3.4), layout="constrained")
    axes = figure.subplots()
    axes.plot(counts, moved.tolist(), color=ORANGE, marker="o", lw=2)
    axes.plot(counts, held.tolist(), color=BLUE, marker="s", lw=2, ls="--")
    top = moved.max().item()
    axes.set(xlabel="pads added to the sentence", ylabel="largest change of a logit")
    axes.set(xlim=(-0.01 * counts[-1], 1.22 * counts[-1]), ylim=(-0.06 * top, 1.12 * top))
    for values, color, name in ((moved, ORANGE, "no mask"), (held, BLUE, "with mask")):
        axes.annotate(
            name,
            (counts[-1], values[-1].item()),
            (10, 0),
            textcoords="offset points",
            color=color,
            va="center",
            weight="bold",
        )
    axes.spines[["top", "right"]].set_visible(False)
    said = ", ".join(f"{n}: {value:.2f}" for n, value in zip(counts, moved.tolist()))
    held_below = "stays below 0.00001" if held.max() < 1e-5 else f"reaches {held.max():.5f}"
    return Picture(
        figure,
        "Line chart: largest change of a logit over the number of pads. Without the mask it moves; "
        f"change by number of pads: {said}. With the mask it {held_below} throughout.",
    )


def attention_on_pads(tokens, without, masked):
    """Two heat maps of attention, row = token that looks, column = token looked at, with the pads framed.

    `tokens`: list of str, pads included and last. `without`, `masked`: float [sequence, sequence], rows sum to 1. Returns a
    Picture.
    """
    real = sum(token != "[PAD]" for token in tokens)
    size = len(tokens)
    top = max(without.max().item(), masked.max().item())
    figure = Figure(figsize=(9.6, 4.9), layout="constrained")
    panels = figure.subplots(1, 2)
    shares = []
    for axes, weights, name in zip(panels, (without, masked), ("no mask", "with mask")):
        image = axes.imshow(weights.numpy(), cmap="Blues", vmin=0, vmax=top)
        shares.append(weights[:real, real:].sum(dim=1).mean().item())
        axes.add_patch(
            Rectangle(
                (real - 0.5, -0.5),
                size - real,
                real,
                fill=False,
                edgecolor=ORANGE,
                lw=3,
                clip_on=False,
            )
        )
        axes.set_title(f"{name}: {shares[-1]:.0%} from tokens to pads (frame)", size=11)
        axes.set_xticks(range(size), tokens, rotation=90, size=8)
        axes.set_yticks(range(size), tokens, size=8)
        axes.set_xlabel("is looked at")
    panels[0].set_ylabel("looks")
    figure.colorbar(image, ax=panels, shrink=0.7, label="attention")
    return Picture(
        figure,
        f"Two heat maps of attention over {real} tokens ({' '.join(tokens[:real])}) and {size - real} pads. "
        f"Without the mask the tokens give {shares[0]:.0%} of their attention to the pads; with the mask "
        f"{shares[1]:.0%}: the columns of the pads are empty. Their rows are not: pads still look at tokens.",
    )


def windows(spans, scores, pooled, labels):
    """Where each window lies in a long text, and what the model says of it.

    `spans`: `(first, last + 1)` token positions of each window. `scores`: float [windows, labels] and `pooled`: float
    [labels], probabilities. `labels`: list of str. Returns a Picture.
    """
    figure = Figure(figsize=(9, 1.1 + 0.5 * (len(spans) + 1)), layout="constrained")
    axes = figure.subplots()
    end = spans[-1][1]
    names = [f"window {k + 1}" for k in range(len(spans))] + ["pooled"]
    said = []
    for row, ((first, last), score) in enumerate(zip([*spans, (0, end)], [*scores, pooled])):
        best = int(score.argmax())
        said.append(f"{names[row]}, tokens {first} to {last - 1}: {labels[best]} {score[best]:.2f}")
        axes.barh(
            row,
            last - first,
            left=first,
            height=0.62,
            color="#dbe7f5" if row < len(spans) else "white",
            edgecolor=BLUE,
        )
        axes.text(
            (first + last) / 2,
            row,
            f"{labels[best]} {score[best]:.2f}",
            ha="center",
            va="center",
            size=10,
        )
    for (first, _), (_, last) in zip(spans[1:], spans):
        axes.axvspan(
            first, last, facecolor="none", edgecolor=ORANGE, hatch="//", lw=0, alpha=0.6, zorder=0
        )
    axes.set_yticks(range(len(names)), names)
    axes.set(xlabel="token of the review (hatched: read by two windows)", xlim=(0, end))
    axes.invert_yaxis()
    axes.spines[["top", "right"]].set_visible(False)
    return Picture(
        figure, "Windows over a long text, each with its answer. " + "; ".join(said) + "."
    )


def wasted(lengths, batchings):
    """Tokens and pads of the same sequences in several batchings, drawn to scale: one thin bar a sequence.

    `lengths`: int per sequence. `batchings`: name → list of batches, each a list of indices into `lengths`. Returns a Picture.
    """
    figure = Figure(figsize=(10, 4.4), layout="constrained")
    panels = figure.subplots(1, len(batchings), sharex=True, sharey=True)
    said = []
    for axes, (name, batches) in zip(panels, batchings.items()):
        top, positions = 0, 0
        for batch in batches:
            longest = max(lengths[i] for i in batch)
            axes.add_patch(
                Rectangle(
                    (0, top),
                    longest,
                    len(batch),
                    facecolor="white",
                    edgecolor=ORANGE,
                    hatch="///",
                    lw=1.2,
                )
            )
            rows = [top + k + 0.5 for k in range(len(batch))]
            axes.barh(rows, [lengths[i] for i in batch], height=1, color=BLUE, zorder=2)
            top, positions = top + len(batch), positions + len(batch) * longest
        share = 1 - sum(lengths) / positions
        said.append(
            f"{name}: {len(batches)} batches, {positions:,} positions, {share:.1%} of them pads"
        )
        axes.set_title(f"{name}\n{positions:,} positions, {share:.1%} pads", size=10)
        axes.set_xlabel("position")
        axes.set(xlim=(0, max(lengths) * 1.02), ylim=(len(lengths), 0))
    panels[0].set_ylabel("sequence")
    patches = [Patch(facecolor=BLUE), Patch(facecolor="white", edgecolor=ORANGE, hatch="///")]
    figure.legend(
        patches,
        ["tokens", "pads (one frame a batch)"],
        loc="outside lower center",
        ncols=2,
        frameon=False,
    )
    return Picture(
        figure,
        f"The same {len(lengths)} sequences, {sum(lengths):,} tokens, in {len(batchings)} batchings, drawn "
        f"to scale. {'; '.join(said)}.",
    )


def times(seconds, published, count, published_count):
    """Seconds by way of classifying: this machine beside the published measurement.

    `seconds`, `published`: name → float. `count`, `published_count`: how many texts each. The alternative text leaves this
    machine's seconds out: they differ from run to run. Returns a Picture.
    """
    figure = Figure(figsize=(9.6, 2.6), layout="constrained")
    panels = figure.subplots(1, 2)
    titles = (f"this machine, {count} texts", f"published, {published_count} texts, two cores")
    for axes, values, title, color in zip(panels, (seconds, published), titles, (BLUE, GREY)):
        bars = axes.barh(list(values), list(values.values()), color=color, height=0.6)
        axes.bar_label(bars, [f"{value:.1f} s" for value in values.values()], padding=4)
        axes.set_title(title, size=11)
        axes.margins(x=0.28)
        axes.invert_yaxis()
        axes.set_xlabel("seconds")
        axes.spines[["top", "right"]].set_visible(False)
    said = ", ".join(f"{name} {value:g} s" for name, value in published.items())
    return Picture(
        figure,
        f"Bar charts of seconds. Left, measured on this machine with {count} texts: {', '.join(seconds)}; "
        f"these bars differ from run to run. Right, published, {published_count} texts on two cores: {said}.",
    )
