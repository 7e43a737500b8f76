"""Explorer of notebook 04: logits, temperature and probabilities, and what a true label makes of them: loss and gradient."""

from functools import lru_cache
from html import escape
from math import exp, log, tanh

import ipywidgets

from helpers.drawing.markup import STYLE, bars, table, visible
from helpers.drawing.shell import Explorer
from helpers.pipeline.explorer import look

CLASSES = 6  # more sliders than these hide the picture
SHOWN = 300  # characters of the sentence that are quoted
# A logit slider goes from -LIMIT to LIMIT. A page returns a value that it was sent only where it lies on the slider's grid
# exactly, in floating point: hence a range of 25 and a step that is a power of 2.
LIMIT, STEP = 12.5, 1 / 16


def class_names(labels, count):
    """Names of `count` classes, list of str: the model's `labels` first, then "class 3" and so on."""
    return [*labels, *(f"class {k + 1}" for k in range(len(labels), count))]


def softmax_curve(name, logits, temperature, target):
    """Probability of the first class over its own logit, the others held still, as SVG with the current point on it.

    `logits`: float, one a class. `target`: 1 or 0, the first class's y; the dashed line from the point to it is p - y.
    """

    def probability(logit):
        return (
            1 + tanh((logit / temperature - rest) / 2)
        ) / 2  # the sigmoid of the lead, in a form that cannot overflow

    def across(logit):
        return 170 + round(130 * max(-LIMIT, min(LIMIT, logit)) / LIMIT)

    def down(share):
        return 158 - round(130 * share)

    scaled = [z / temperature for z in logits]
    top = max(scaled[1:])
    rest = top + log(sum(exp(z - top) for z in scaled[1:]))
    p = probability(logits[0])
    points = " ".join(
        f"{x},{down(probability((x - 170) / 130 * LIMIT))}" for x in range(40, 301, 2)
    )
    x, y, goal = across(logits[0]), down(p), down(target)
    marks = "".join(
        f'<text x="{across(z)}" y="175" text-anchor="middle">{z:+d}</text>'
        for z in (-10, -5, 5, 10)
    )
    said = (
        f"Softmax curve of {name}: at logit {logits[0]:+z.3f} its probability p is {p:.3f}, its y is {target}, "
        f"so p - y is {p - target:+z.3f}"
    )
    return (
        f'<svg role="img" aria-label="{escape(said)}" viewBox="0 0 310 196" style="width:310px;max-width:100%">'
        f'<text x="40" y="13">p = {p:.3f}, y = {target}: p − y = {p - target:+z.3f}</text>'
        f'<text x="32" y="33" text-anchor="end">1</text><text x="32" y="162" text-anchor="end">0</text>{marks}'
        f'<text x="170" y="193" text-anchor="middle">logit of {visible(name[:20])}</text>'
        f'<line x1="40" y1="158" x2="300" y2="158" stroke="currentColor"/>'
        f'<line x1="40" y1="28" x2="300" y2="28" stroke="currentColor" stroke-opacity=".5"/>'
        f'<line x1="170" y1="28" x2="170" y2="158" stroke="currentColor" stroke-opacity=".5"/>'
        f'<polyline points="{points}" fill="none" stroke="currentColor" stroke-width="2"/>'
        f'<line x1="{x}" y1="{y}" x2="{x}" y2="{goal}" stroke="currentColor" stroke-width="2" stroke-dasharray="4 3"/>'
        f'<circle class="bar" cx="{x}" cy="{y}" r="6" stroke="currentColor"/></svg>'
    )


def render(text, state, logits, temperature, truth):
    """Draw logits → scaled → probabilities → gradient, the loss, and the softmax curve of the first class, as HTML.

    `state`: what the model says of `text` (`helpers.pipeline.explorer.State`). `logits`: float, one a class, the
    ones to draw; the first ones may be the model's own. `temperature` > 0. `truth`: number of the true class.
    """
    names = class_names(state.labels, len(logits))
    scaled = [z / temperature for z in logits]
    top = max(scaled)
    log_sum = top + log(sum(exp(z - top) for z in scaled))
    losses = [
        log_sum - z for z in scaled
    ]  # -log p of each class; no power of a large number is ever written down
    probabilities = [exp(-loss) for loss in losses]
    gradient = [p - (k == truth) for k, p in enumerate(probabilities)]
    marked = [f"{name[:9]} ✓" if k == truth else name for k, name in enumerate(names)]
    largest = max(abs(z) for z in logits + scaled)
    reach = next((r for r in (3, 6, LIMIT) if r >= largest), largest)
    panels = [
        ("1 logits z", logits, "{:+z.3f}", -reach, reach),
        (f"2 scaled: z / T, T = {temperature:g}", scaled, "{:+z.3f}", -reach, reach),
        ("3 softmax: probabilities p", probabilities, "{:.3f}", 0, 1),
        ("4 gradient: p − y", gradient, "{:+z.3f}", -1, 1),
    ]
    parts = [
        f"<section class='plot'><h4>{title}</h4>{bars(marked, values, form, low, high, title)}</section>"
        for title, values, form, low, high in panels
    ]
    parts.append(
        f"<section class='plot'><h4>softmax curve of {visible(names[0])}</h4>"
        f"{softmax_curve(names[0], logits, temperature, int(truth == 0))}</section>"
    )
    parts.append(
        f"<section class='plot'><h4>✓ true label: {visible(names[truth])}</h4>"
        f"loss = −log p = −log {probabilities[truth]:.3f} = <b>{losses[truth]:.3f}</b><br>"
        f"y is 1 for {visible(names[truth])}, else 0.<br>"
        f"A step against the gradient raises its logit and lowers the others.</section>"
    )
    rows = [
        (
            name,
            *(f"{z:+z.3f}" for z in (logits[k], scaled[k])),
            f"{probabilities[k]:.3f}",
            f"{losses[k]:.3f}",
            int(k == truth),
            f"{gradient[k]:+z.3f}",
        )
        for k, name in enumerate(names)
    ]
    headers = [
        "class",
        "logit z",
        "scaled z / T",
        "probability p",
        "−log p, the loss if it were true",
        "y",
        "p − y",
    ]
    return (
        f"{STYLE}<div class='btp'>{notes(text, state, logits, temperature)}"
        f"<div class='strip'>{''.join(parts)}</div>{table(headers, rows, 'The numbers as a table')}</div>"
    )


def notes(text, state, logits, temperature):
    """Paragraphs of HTML that say whose logits are drawn, and what else must be known to read them."""
    own, made_up = len(state.labels), class_names(state.labels, len(logits))[len(state.labels) :]
    quoted = f"“{visible(text[:SHOWN])}{'…' if len(text) > SHOWN else ''}”"
    if logits[:own] == state.logits:
        said = [f"These logits are <b>the model's</b>, for {quoted}."]
    else:
        theirs = ", ".join(
            f"{visible(name)} {z:+z.3f}" for name, z in zip(state.labels, state.logits)
        )
        said = [f"These logits are <b>yours, not the model's</b>. It has {theirs} for {quoted}."]
    if made_up:
        said.append(
            f"Made up: {', '.join(made_up)}. The model has no logits for that and never shared its 1 with it."
        )
    if temperature != 1:
        said.append(
            f"p − y is the gradient for the scaled logits; for the logits divide it by T = {temperature:g}."
        )
    if state.unread:
        said.append(
            f"The model reads {len(state.ids)} tokens at most: the last {state.unread:,} characters were cut off."
        )
    return "".join(f"<p style='overflow-wrap: anywhere'>{note}</p>" for note in said)


def logits_explorer(tokenizer, model, text):
    """Explorer of logits: type a sentence and the sliders go to the model's logits, or drag them yourself.

    Controls: `text`, `classes` (2 to 6), `logit_1` to `logit_6`, `temperature`, `truth` (number of the true class). Only a
    new text runs the model. Raises ValueError for a model with fewer than 2 or more than 6 labels.
    """
    labels = [model.config.id2label[k] for k in range(model.config.num_labels)]
    if not 2 <= len(labels) <= CLASSES:
        raise ValueError(f"the model has {len(labels)} labels; this explorer draws 2 to {CLASSES}")
    looked = lru_cache(maxsize=8)(lambda text: look(text, tokenizer, model))
    names = class_names(labels, CLASSES)
    sliders = [
        ipywidgets.FloatSlider(min=-LIMIT, max=LIMIT, step=STEP, description=f"{name[:12]}:")
        for name in names
    ]
    truth_box = ipywidgets.Dropdown(
        options=[(name, k) for k, name in enumerate(names)], description="True label:"
    )
    typed = []  # the text that the sliders were last set by; empty: by none

    def draw(text, classes, temperature, truth, **values):
        state = looked(text)
        if typed != [text]:
            typed[:] = [text]
            for slider, z in zip(sliders, state.logits):
                slider.value = round(z / STEP) * STEP
        if len(truth_box.options) != classes:
            truth_box.options = [(name, k) for k, name in enumerate(names[:classes])]
            truth_box.value = min(truth, classes - 1)
        logits = [slider.value for slider in sliders[:classes]]
        for k, z in enumerate(state.logits):
            if abs(logits[k] - max(-LIMIT, min(LIMIT, z))) <= STEP / 2:
                logits[k] = z  # not dragged: the model's own digits, which the slider had to round
        return render(
            text, state, logits, round(temperature, 2), truth_box.value
        )  # a page may send 1.0000000000000002

    controls = {
        "text": ipywidgets.Text(
            value=text,
            description="Sentence:",
            layout=ipywidgets.Layout(width="auto", max_width="60em"),
        ),
        "classes": ipywidgets.IntSlider(
            value=len(labels), min=len(labels), max=CLASSES, description="Classes:"
        ),
        **{f"logit_{k + 1}": slider for k, slider in enumerate(sliders)},
        "temperature": ipywidgets.FloatSlider(
            value=1, min=0.1, max=5, step=0.1, description="Temperature:"
        ),
        "truth": truth_box,
    }
    explorer = Explorer(controls, draw, {"Model's logits": typed.clear})
    everything = explorer.box.children
    rows = dict(zip(controls, everything[1:]))

    def show_used(change):
        unused = [rows[f"logit_{k + 1}"] for k in range(controls["classes"].value, CLASSES)]
        explorer.box.children = [row for row in everything if row not in unused]

    controls["classes"].observe(show_used, names="value")
    show_used(None)
    return explorer
