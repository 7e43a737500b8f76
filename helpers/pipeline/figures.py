"""Figures of notebook 01."""

from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch
from torch import Tensor

from helpers.drawing.picture import BLUE, CENTRED, GREY, ORANGE, Picture, bare, note

COLUMN = 2.72  # inches from one state to the next
STAGES = [
    ("1\ntokenizer", "text → ids"),
    ("2\nmodel", "ids → logits"),
    ("3\npostprocessing", "softmax, argmax,\nid2label"),
]
COLORS, HATCHES = (ORANGE, BLUE, GREY), ("//", "", "..")


def three_stages(
    text: str, tokens: list[str], input_ids: Tensor, logits: Tensor, id2label: Mapping[int, str]
) -> Picture:
    """Text, ids, logits, probabilities and label of one sentence, with the stage between each two.

    `input_ids`: int64 [1, sequence], the ids of `tokens`. `logits`: float [1, labels].
    """
    probabilities = logits.softmax(dim=-1)
    label = id2label[int(logits.argmax())]
    ids = list(map(str, input_ids[0].tolist()))
    answer = [f"{id2label[i]}  {p:.3f}" for i, p in enumerate(probabilities[0].tolist())]
    states = [
        ("text", "str", text.split(" ")),
        ("input_ids", f"int64 {list(input_ids.shape)}", _shortened(tokens, ids)),
        (
            "logits",
            f"float {list(logits.shape)}",
            [f"{id2label[i]}  {z:+.2f}" for i, z in enumerate(logits[0].tolist())],
        ),
        ("answer", "dict", [*answer, "", f"→ {label}"]),
    ]
    figure = Figure(figsize=(10, 3.6))
    axes = figure.add_axes((0, 0, 1, 1), xlim=(0, 10), ylim=(0, 3.6))
    axes.axis("off")
    for column, state in enumerate(states):
        _state(axes, 0.15 + COLUMN * column, *state)
    for column, stage in enumerate(STAGES):
        _stage(axes, 1.67 + COLUMN * column, *stage)
    return Picture(
        figure,
        f"Three stages for “{text}”: the tokenizer makes {len(tokens)} ids, shape "
        f"{list(input_ids.shape)}; the model makes logits, shape {list(logits.shape)}; "
        f"postprocessing makes {label} with probability {probabilities.max():.3f}.",
    )


def _shortened(tokens: list[str], ids: list[str]) -> list[str]:
    lines = [f"{token}  {i}" for token, i in zip(tokens, ids, strict=True)]
    return lines if len(lines) <= 10 else [*lines[:6], "…  ", *lines[-2:]]


def _state(axes: Axes, left: float, name: str, kind: str, content: list[str]) -> None:
    """What lies between two stages: its name above a box, its type and content inside."""
    style = "round,pad=0.06"
    axes.add_patch(
        FancyBboxPatch((left, 0.25), 1.4, 2.85, boxstyle=style, fill=False, edgecolor=GREY)
    )
    middle = left + 0.7
    axes.text(middle, 3.27, name, ha="center", weight="bold", size=11)
    axes.text(middle, 2.92, kind, color=GREY, family="monospace", **CENTRED)
    axes.text(middle, 1.45, "\n".join(content), linespacing=1.5, **CENTRED)


def _stage(axes: Axes, left: float, name: str, what: str) -> None:
    """An arrow to the right, with the name of the stage above it and what it does below."""
    arrow = {"arrowstyle": "-|>", "color": BLUE, "lw": 2}
    axes.annotate("", (left + 1.1, 1.6), (left, 1.6), arrowprops=arrow)
    style: dict[str, Any] = {"ha": "center", "color": BLUE, "linespacing": 1.3}
    axes.text(left + 0.55, 1.72, name, va="bottom", size=9, weight="bold", **style)
    axes.text(left + 0.55, 1.46, what, va="top", size=8, **style)


def logits_beside_probabilities(
    logits: Tensor, id2label: Mapping[int, str], names: Sequence[str]
) -> Picture:
    """The same answers twice: logits as bars around zero, probabilities as bars up to one.

    `logits`: float [batch, labels]. `names`: one a row.
    """
    rows, labels = logits.shape
    probabilities = logits.softmax(dim=-1)
    figure = Figure(figsize=(8, 0.8 + 0.8 * rows), layout="constrained")
    left, right = figure.subplots(1, 2, sharey=True)
    _bars(left, logits, "{:+.2f}")
    _bars(right, probabilities, "{:.3f}")
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
    said = []
    for name, zs, ps in zip(names, logits.tolist(), probabilities.tolist(), strict=True):
        pairs = [f"{id2label[i]} {zs[i]:+.2f} → {ps[i]:.3f}" for i in range(labels)]
        said.append(f"{name}: {', '.join(pairs)}")
    return Picture(figure, f"Logits and probabilities. {'; '.join(said)}.")


def _bars(axes: Axes, values: Tensor, form: str) -> None:
    """A group of bars a row, one a label, each with its value at its end."""
    rows, labels = values.shape
    for row, line in enumerate(values.tolist()):
        for label, value in enumerate(line):
            y = row + (label - (labels - 1) / 2) * 0.3
            [bar] = axes.barh(y, value, height=0.27)
            bar.set(facecolor=COLORS[label % 3], hatch=HATCHES[label % 3], edgecolor="white")
            side = 1 if value >= 0 else -1
            align = "left" if value >= 0 else "right"
            note(axes, form.format(value), (value, y), (4 * side, 0), ha=align, va="center", size=9)
    bare(axes).axvline(0, color=GREY, lw=0.8)
    axes.margins(x=0.2)
