"""Explorer of notebook 05: two sentences in one rectangle, and what its pads do to the logits, the attention and the work."""

from functools import lru_cache
from html import escape
from math import ceil
from typing import NamedTuple

import ipywidgets
import torch

from helpers.drawing.markup import STYLE, bars, table, visible
from helpers.drawing.shell import Explorer

LIMIT = 16  # ids of a sentence, special tokens included: with more of them, typing would lag
EXTRA = range(
    0, 9, 4
)  # pads that a longer neighbour would add to both rows; few, for the same reason
SIDES = ("right", "left")


class Row(NamedTuple):
    """One sentence with one number of pads."""

    logits: list  # of float, one a label
    on_pads: float  # share of its attention that a token gives to the pads: mean over tokens, heads and layers


class State(NamedTuple):
    tokens: list  # two lists of str, special tokens included
    unread: list  # two ints: characters beyond LIMIT ids
    labels: list  # of str
    rows: dict  # (sentence, pads, side, masked) → Row

    def pads(self, sentence, extra):
        """Pads in the row of a sentence, 0 or 1: up to the longer one, and `extra` for both."""
        return max(map(len, self.tokens)) - len(self.tokens[sentence]) + extra

    def drift(self, sentence, pads, side, masked):
        """Largest change of a logit against the sentence alone."""
        alone = self.rows[sentence, 0, "right", True].logits
        return max(
            abs(z - a) for z, a in zip(self.rows[sentence, pads, side, masked].logits, alone)
        )


def columns(ids, pads, side, masked, pad_id):
    """The columns of one padded row that make a difference: a tuple of (id, position, is looked at, is a pad).

    With a mask nobody looks at a pad, and only the head reads one: that of column 0. The other pads are left out here.
    """
    row = [(pad_id, True)] * pads + [(i, False) for i in ids]
    if side == "right":
        row = row[pads:] + row[:pads]
    return tuple(
        (i, at, not (masked and pad), pad)
        for at, (i, pad) in enumerate(row)
        if at == 0 or not (masked and pad)
    )


def packed(rows):
    """Put rows of different lengths behind each other in lines as long as the longest row.

    `rows`: sequences, at least one. Returns a list of (line, start), one a row.
    """
    width, used, places = max(map(len, rows)), [], [None] * len(rows)
    for k in sorted(range(len(rows)), key=lambda k: len(rows[k]), reverse=True):
        line = next(
            (line for line, length in enumerate(used) if length + len(rows[k]) <= width), len(used)
        )
        if line == len(used):
            used.append(0)
        places[k] = line, used[line]
        used[line] += len(rows[k])
    return places


def look(texts, tokenizer, model):
    """Run two texts with every number of pads, on both sides, with and without a mask: a State. One forward pass.

    The rows share lines, each hidden from its neighbours in the line as a mask hides pads, so that few positions are
    computed. `model`: a DistilBERT classifier loaded with `attn_implementation="eager"`; ValueError if it is another.
    """
    if model.config._attn_implementation != "eager":
        raise ValueError("attention weights need a model loaded with attn_implementation='eager'")
    inputs = tokenizer(list(texts), truncation=True, max_length=LIMIT, return_offsets_mapping=True)
    longest = max(map(len, inputs.input_ids))
    wanted = {
        (k, pads, side, masked): columns(ids, pads, side, masked, tokenizer.pad_token_id)
        for k, ids in enumerate(inputs.input_ids)
        for pads in {0, *(longest - len(ids) + extra for extra in EXTRA)}
        for side in SIDES
        for masked in (True, False)
    }
    rows = list(dict.fromkeys(wanted.values()))
    places = packed(rows)
    lines, starts = torch.tensor(places).T
    shape = int(lines.max()) + 1, max(map(len, rows))
    cells, owner = torch.zeros(*shape, 4, dtype=torch.int64), torch.full(shape, -1)
    for k, ((line, start), row) in enumerate(zip(places, rows)):
        cells[line, start : start + len(row)] = torch.tensor(row, dtype=torch.int64)
        owner[line, start : start + len(row)] = k
    ids, positions, looked_at, is_pad = cells.unbind(dim=2)
    hidden_from = (owner[:, :, None] != owner[:, None, :]) | (
        looked_at[:, None, :] == 0
    )  # [lines, from, to]
    mask = torch.zeros(hidden_from.shape).masked_fill(hidden_from, torch.finfo(torch.float32).min)[
        :, None
    ]
    with torch.inference_mode():
        output = model(
            ids,
            attention_mask=mask,
            position_ids=positions,
            output_hidden_states=True,
            output_attentions=True,
        )
        first_columns = output.hidden_states[-1][lines, starts]
        logits = model.classifier(model.pre_classifier(first_columns).relu()).tolist()
        to_pads = (torch.stack(output.attentions).mean(dim=(0, 2)) * is_pad[:, None, :]).sum(
            dim=2
        )  # [lines, from]
    found = {}
    for row, (line, start), z in zip(rows, places, logits):
        tokens = [start + at for at, (*_, pad) in enumerate(row) if not pad]
        found[row] = Row(z, to_pads[line, tokens].mean().item())
    return State(
        tokens=[tokenizer.convert_ids_to_tokens(ids) for ids in inputs.input_ids],
        unread=[
            len(text.rstrip()) - max(end for _, end in offsets) if len(ids) == LIMIT else 0
            for text, ids, offsets in zip(texts, inputs.input_ids, inputs.offset_mapping)
        ],
        labels=[model.config.id2label[k] for k in range(len(logits[0]))],
        rows={key: found[row] for key, row in wanted.items()},
    )


def batch(state, pads, side):
    """The two rows as chips, each token over its position; pads next to each other share a chip. HTML."""
    drawn = []
    for k, tokens in enumerate(state.tokens):
        start = pads[k] if side == "left" else 0
        first, last = (0, start - 1) if side == "left" else (len(tokens), len(tokens) + pads[k] - 1)
        filled = [
            f'<span class="chip">{visible(token)}<small>{start + at}</small></span>'
            for at, token in enumerate(tokens)
        ]
        if pads[k]:
            span = f"{first}" if first == last else f"{first} to {last}"
            filled.insert(
                0 if side == "left" else len(filled),
                f'<span class="chip special">[PAD] × {pads[k]}<small>{span}</small></span>',
            )
        drawn.append(f"<div><b>{k + 1}</b> {''.join(filled)}</div>")
    return "".join(drawn)


def positions(state, pads, side):
    """Every position of the rectangle to scale, tokens filled and pads crossed out, as SVG."""
    width, size = len(state.tokens[0]) + pads[0], 8
    cells, crosses = [], []
    for k, tokens in enumerate(state.tokens):
        start = pads[k] if side == "left" else 0
        top = k * 26 + 2
        for at in range(width):
            x = 16 + at * size
            if start <= at < start + len(tokens):
                cells.append(
                    f'<rect class="bar" x="{x}" y="{top}" width="{size - 1}" height="20"/>'
                )
            else:
                crosses.append(f"M{x} {top}l{size - 1} 20m0 -20l{1 - size} 20")
        cells.append(f'<text x="0" y="{top + 15}">{k + 1}</text>')
    said = ", ".join(
        f"row {k + 1}: {len(tokens)} tokens and {pads[k]} pads"
        for k, tokens in enumerate(state.tokens)
    )
    return (
        f'<svg role="img" aria-label="The rectangle, pads on the {side}: {said}" viewBox="0 0 310 54" '
        f'style="width:310px;max-width:100%">{"".join(cells)}<path d="{"".join(crosses)}" stroke="currentColor"/></svg>'
    )


def moved_logits(state, rows, alone):
    """Logits alone (hollow) and in the batch (filled), joined by a line: SVG."""
    names = [f"{k + 1} {label[:9]}" for k in range(2) for label in state.labels]
    pairs = [(a, z) for k in range(2) for a, z in zip(alone[k].logits, rows[k].logits)]
    reach = max(1.0, *(abs(z) for pair in pairs for z in pair))
    drawn, said = [], []
    for at, (name, (a, z)) in enumerate(zip(names, pairs)):
        y, x_alone, x = at * 26 + 13, *(165 + round(70 * value / reach) for value in (a, z))
        drawn.append(
            f'<text x="0" y="{y + 5}">{visible(name)}</text><text x="248" y="{y + 5}">{z:+z.3f}</text>'
            f'<line x1="{x_alone}" y1="{y}" x2="{x}" y2="{y}" stroke="currentColor" stroke-width="3"/>'
            f'<circle class="bar" cx="{x}" cy="{y}" r="5"/>'
            f'<circle cx="{x_alone}" cy="{y}" r="8" fill="none" stroke="currentColor" stroke-width="2"/>'
        )
        said.append(f"{name} alone {a:+z.3f}, now {z:+z.3f}")
    height = len(pairs) * 26
    return (
        f'<svg role="img" aria-label="Logits: {escape("; ".join(said))}" viewBox="0 0 310 {height}" '
        f'style="width:310px;max-width:100%"><line x1="165" y1="0" x2="165" y2="{height}" stroke="currentColor" '
        f'stroke-opacity=".5"/>{"".join(drawn)}</svg>'
    )


def answers(state, alone, rows):
    """Label and score of each sentence, alone and in the batch. HTML."""
    said = []
    for k in range(2):
        before, now = (
            max(zip(torch.tensor(row.logits).softmax(dim=0).tolist(), state.labels))
            for row in (alone[k], rows[k])
        )
        said.append(
            f"<div><b>{k + 1}</b> alone {visible(before[1])} {before[0]:.3f}, "
            f"here {visible(now[1])} {now[0]:.3f}</div>"
        )
    return "".join(said)


def drift_curve(state, extra, side, masked):
    """Largest change of a logit over the number of pads, one curve a sentence, the current points ringed: SVG."""
    counts = [sorted({0, *(state.pads(k, e) for e in EXTRA)}) for k in range(2)]
    largest = max(
        state.drift(k, n, side, either)
        for k in range(2)
        for n in counts[k]
        if n
        for either in (True, False)
    )
    top = max(
        0.1, ceil(10 * largest) / 10
    )  # the same with and without the mask: what the mask does is seen
    end = max(counts[0][-1], counts[1][-1])

    def place(k, n):
        return 40 + round(240 * n / end), 150 - round(125 * state.drift(k, n, side, masked) / top)

    drawn, said = [], []
    for k in range(2):
        now, points = state.pads(k, extra), [place(k, n) for n in counts[k]]
        dashes = ' stroke-dasharray="6 4"' if k else ""
        drawn.append(
            f'<polyline points="{" ".join(f"{x},{y}" for x, y in points)}" fill="none" stroke="currentColor" '
            f'stroke-width="2"{dashes}/>'
        )
        drawn += [f'<circle class="bar" cx="{x}" cy="{y}" r="3"/>' for x, y in points]
        x, y = place(k, now)
        drawn.append(
            f'<circle cx="{x}" cy="{y}" r="7" fill="none" stroke="currentColor" stroke-width="2"/>'
            f'<text x="{points[-1][0] + 10}" y="{points[-1][1] + 5}"><tspan font-weight="bold">{k + 1}</tspan></text>'
        )
        said.append(
            f"sentence {k + 1}, now {now}: "
            + ", ".join(f"{n} pads {state.drift(k, n, side, masked):.3f}" for n in counts[k])
        )
    return (
        f'<svg role="img" aria-label="Largest change of a logit by number of pads. {"; ".join(said)}" '
        f'viewBox="0 0 310 190" style="width:310px;max-width:100%">'
        f'<line x1="40" y1="150" x2="290" y2="150" stroke="currentColor"/>'
        f'<line x1="40" y1="20" x2="40" y2="150" stroke="currentColor"/>'
        f'<text x="34" y="154" text-anchor="end">0</text><text x="34" y="30" text-anchor="end">{top:.1f}</text>'
        f'<text x="40" y="168" text-anchor="middle">0</text><text x="280" y="168" text-anchor="middle">{end}</text>'
        f'<text x="165" y="182" text-anchor="middle">pads in the row</text>{"".join(drawn)}</svg>'
    )


def render(state, extra, side, masked):
    """Draw a State with `extra` pads (one of EXTRA) more than the longer sentence needs, on a side of SIDES, as HTML."""
    pads = [state.pads(k, extra) for k in range(2)]
    rows = [state.rows[k, pads[k], side, masked] for k in range(2)]
    alone = [state.rows[k, 0, "right", True] for k in range(2)]
    drifts = [state.drift(k, pads[k], side, masked) for k in range(2)]
    width = len(state.tokens[0]) + pads[0]
    wasted = sum(pads) / (2 * width)
    names = ["sentence 1", "sentence 2"]
    read = [
        tokens[0] if side == "right" or not n else "[PAD]" for tokens, n in zip(state.tokens, pads)
    ]
    parts = [
        f"<section class='wide'><h4>input_ids <code>[2, {width}]</code>: tokens over their positions</h4>"
        f"{batch(state, pads, side)}The head reads column 0: {visible(read[0])} in row 1, {visible(read[1])} in row 2.</section>",
        f"<section class='plot'><h4>logits: alone (ring) and here (dot)</h4>{moved_logits(state, rows, alone)}</section>",
        f"<section class='plot'><h4>attention that a token pays to pads</h4>"
        f"{bars(names, [row.on_pads for row in rows], '{:.3f}', 0, 1, 'Attention on pads')}"
        f"<h4>work: {2 * width} positions, {sum(pads)} wasted ({wasted:.0%})</h4>{positions(state, pads, side)}</section>",
        f"<section class='plot'><h4>drift over pads, {side}, mask {'on' if masked else 'off'}</h4>"
        f"{drift_curve(state, extra, side, masked)}</section>",
        f"<section class='plot'><h4>drift: largest change of a logit</h4>"
        f"{bars(names, drifts, '{:.3f}', 0, max(1, *drifts), 'Drift')}{answers(state, alone, rows)}</section>",
    ]
    notes = [
        f"Sentence {k + 1} is long: {LIMIT} tokens are read and drawn, the last {unread:,} characters are not."
        for k, unread in enumerate(state.unread)
        if unread
    ]
    headers = [
        "sentence",
        "pads",
        *(f"{label} alone" for label in state.labels),
        *state.labels,
        "drift",
        "attention on pads",
    ]
    numbers = [
        (
            k + 1,
            pads[k],
            *(f"{z:+z.3f}" for z in alone[k].logits + rows[k].logits),
            f"{drifts[k]:.3f}",
            f"{rows[k].on_pads:.3f}",
        )
        for k in range(2)
    ]
    curve = [
        (k + 1, n, f"{state.drift(k, n, side, masked):.3f}")
        for k in range(2)
        for n in sorted({0, *(state.pads(k, e) for e in EXTRA)})
    ]
    return (
        f"{STYLE}<div class='btp'><div class='strip'>{''.join(parts)}</div>{''.join(f'<p>{note}</p>' for note in notes)}"
        f"{table(headers, numbers, 'The batch as a table')}"
        f"{table(['sentence', 'pads', 'drift'], curve, 'The curves as a table')}</div>"
    )


def padding_explorer(tokenizer, model, first, second):
    """Explorer of two sentences in one batch.

    Controls: `first`, `second` (texts), `extra` (pads more than the longer sentence needs), `side`, `masked`. Only a new
    text runs the model, which must be a DistilBERT classifier loaded with `attn_implementation="eager"`.
    """
    looked = lru_cache(maxsize=4)(lambda first, second: look((first, second), tokenizer, model))
    wide = {"width": "auto", "max_width": "60em"}
    controls = {
        "first": ipywidgets.Text(
            value=first, description="Sentence 1:", layout=ipywidgets.Layout(**wide)
        ),
        "second": ipywidgets.Text(
            value=second, description="Sentence 2:", layout=ipywidgets.Layout(**wide)
        ),
        "extra": ipywidgets.IntSlider(
            min=EXTRA[0], max=EXTRA[-1], step=EXTRA.step, description="More pads:"
        ),
        "side": ipywidgets.Dropdown(options=SIDES, description="Padding side:"),
        "masked": ipywidgets.Checkbox(description="Attention mask", indent=False),
    }

    def draw(first, second, extra, side, masked):
        nearest = round(extra / EXTRA.step) * EXTRA.step  # a number field takes any number
        return render(looked(first, second), nearest, side, masked)

    return Explorer(controls, draw)
