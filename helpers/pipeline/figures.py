"""Figures of notebook 01."""

from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch

from helpers.drawing.picture import BLUE, GREY, ORANGE, Picture


def three_stages(text, tokens, input_ids, logits, id2label):
    """Text, ids, logits, probabilities and label of one sentence, in a row, with the stage between each two.

    `tokens`: list of str. `input_ids`: int64 [1, sequence]. `logits`: float [1, labels]. Returns a Picture.
    """
    probabilities = logits.softmax(dim=-1)
    label = id2label[int(logits.argmax())]
    named = [
        (id2label[i], z, p)
        for i, (z, p) in enumerate(zip(logits[0].tolist(), probabilities[0].tolist()))
    ]
    shown = list(zip(tokens, input_ids[0].tolist()))
    lines = [
        f"{token}  {i}"
        for token, i in (shown if len(shown) <= 10 else shown[:6] + [("…", "")] + shown[-2:])
    ]
    states = [
        ("text", "str", text.split(" ")),
        ("input_ids", f"int64 {list(input_ids.shape)}", lines),
        ("logits", f"float {list(logits.shape)}", [f"{name}  {z:+.2f}" for name, z, _ in named]),
        ("answer", "dict", [f"{name}  {p:.3f}" for name, _, p in named] + ["", f"→ {label}"]),
    ]
    stages = [
        ("1\ntokenizer", "text → ids"),
        ("2\nmodel", "ids → logits"),
        ("3\npostprocessing", "softmax, argmax,\nid2label"),
    ]
    figure = Figure(figsize=(10, 3.6))
    axes = figure.add_axes([0, 0, 1, 1], xlim=(0, 10), ylim=(0, 3.6))
    axes.axis("off")
    for column, (name, kind, content) in enumerate(states):
        left = 0.15 + 2.72 * column
        axes.add_patch(
            FancyBboxPatch(
                (left, 0.25), 1.4, 2.85, boxstyle="round,pad=0.06", fill=False, edgecolor=GREY
            )
        )
        axes.text(left + 0.7, 3.27, name, ha="center", weight="bold", size=11)
        axes.text(
            left + 0.7, 2.92, kind, ha="center", va="center", size=9, color=GREY, family="monospace"
        )
        axes.text(
            left + 0.7, 1.45, "\n".join(content), ha="center", va="center", size=9, linespacing=1.5
        )
    for column, (name, what) in enumerate(stages):
        left = 1.67 + 2.72 * column
        axes.annotate(
            "",
            (left + 1.1, 1.6),
            (left, 1.6),
            arrowprops={"arrowstyle": "-|>", "color": BLUE, "lw": 2},
        )
        axes.text(
            left + 0.55,
            1.72,
            name,
            ha="center",
            va="bottom",
            size=9,
            weight="bold",
            color=BLUE,
            linespacing=1.3,
        )
        axes.text(
            left + 0.55, 1.46, what, ha="center", va="top", size=8, color=BLUE, linespacing=1.3
        )
    return Picture(
        figure,
        f"Three stages for “{text}”: the tokenizer makes {len(tokens)} ids, shape {list(input_ids.shape)}; "
        f"the model makes logits, shape {list(logits.shape)}; postprocessing makes {label} with probability "
        f"{probabilities.max():.3f}.",
    )


def logits_beside_probabilities(logits, id2label, names):
    """The same answers twice: logits as bars around zero, probabilities as bars that fill up to one.

    `logits`: float [batch, labels]. `names`: one str a row. Returns a Picture.
    """
    rows, labels = logits.shape
    figure = Figure(figsize=(8, 0.8 + 0.8 * rows), layout="constrained")
    left, right = figure.subplots(1, 2, sharey=True)
    positions = [
        row + (label - (labels - 1) / 2) * 0.3 for row in range(rows) for label in range(labels)
    ]
    colors, hatches = [ORANGE, BLUE, GREY], ["//", "", ".."]
    for axes, values, form in (
        (left, logits, "{:+.2f}"),
        (right, logits.softmax(dim=-1), "{:.3f}"),
    ):
        flat = values.flatten().tolist()
        bars = axes.barh(positions, flat, height=0.27)
        for k, (bar, value) in enumerate(zip(bars, flat)):
            bar.set(
                facecolor=colors[k % labels % 3], hatch=hatches[k % labels % 3], edgecolor="white"
            )
            axes.annotate(
                form.format(value),
                (value, positions[k]),
                (4 if value >= 0 else -4, 0),
                textcoords="offset points",
                ha="left" if value >= 0 else "right",
                va="center",
                size=9,
            )
        axes.spines[["top", "right"]].set_visible(False)
        axes.axvline(0, color=GREY, lw=0.8)
        axes.margins(x=0.2)
    left.set_title("logits: any size, any sign", size=11)
    right.set(xlim=(0, 1.2), xticks=[0, 0.5, 1])
    right.set_title("probabilities: 0 to 1, sum 1", size=11)
    left.set_yticks(range(rows), names)
    left.invert_yaxis()
    right.legend(
        right.patches[:labels],
        [id2label[i] for i in range(labels)],
        loc="upper center",
        bbox_to_anchor=(0.5, -0.12),
        ncols=labels,
        frameon=False,
        fontsize=9,
    )
    said = "; ".join(
        f"{name}: "
        + ", ".join(f"{id2label[i]} {z:+.2f} → {p:.3f}" for i, (z, p) in enumerate(zip(zs, ps)))
        for name, zs, ps in zip(names, logits.tolist(), logits.softmax(dim=-1).tolist())
    )
    return Picture(figure, f"Logits and probabilities. {said}.")
