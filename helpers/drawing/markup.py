"""Pieces of HTML and SVG that the explorers share. Every piece escapes the text that it is given."""

import unicodedata
from html import escape

STYLE = """<style>
.btp {color: var(--jp-ui-font-color1, currentColor); font: 14px/1.45 system-ui, sans-serif; max-width: 60em}
.btp .strip {display: flex; flex-wrap: wrap; gap: 10px; margin-bottom: 10px}
.btp section {border: 1px solid var(--jp-border-color1, #888); border-radius: 6px; padding: 6px 10px; flex: 1 1 9em}
.btp section.wide {flex-basis: 100%}
.btp section.plot {flex-basis: 310px}
.btp h4 {margin: 0 0 6px; font-size: 13px}
.btp code {font-size: 12px; background: none; color: inherit}
.btp .chip {display: inline-block; border: 1px solid var(--jp-border-color0, #777); border-radius: 4px; margin: 0 3px 4px 0;
  padding: 0 5px; text-align: center; white-space: pre}
.btp .chip small {display: block; font-size: 11px}
.btp .chip.special {border-style: dashed}
.btp table {border-collapse: collapse; color: inherit}
.btp th, .btp td {border: 1px solid var(--jp-border-color1, #888); padding: 1px 8px; text-align: left}
.btp summary {cursor: pointer; margin-top: 6px}
.btp .bar {fill: var(--jp-brand-color1, #1976d2)}
.btp svg text {fill: currentColor; font-size: 13px}
</style>"""


def readable(text, most=5_000):
    """Return the text, or raise ValueError, in words for the reader: it has more than `most` characters, too many to follow
    every key press, or one that UTF-8 can't hold."""
    if len(text) > most:
        raise ValueError(
            f"the text has {len(text):,} characters and this explorer takes {most:,}: shorten it"
        )
    for place, character in enumerate(text):
        if unicodedata.category(character) == "Cs":
            raise ValueError(
                f"character {place} of the text is U+{ord(character):04X}, half of a surrogate pair: delete it"
            )
    return text


def visible(text):
    """A token as HTML text; control characters and spaces that would not be seen are written as their code point."""
    return escape("".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in text))


def lines(text):
    """A text of several lines as HTML, with a mark where each line ends."""
    return "⏎<br>".join(map(visible, text.split("\n")))


def chips(tokens, ids, special_ids):
    """Tokens over their ids, in reading order; special tokens have a dashed frame."""
    return "".join(
        f'<span class="chip{" special" if i in special_ids else ""}">{visible(token)}<small>{i}</small></span>'
        for token, i in zip(tokens, ids)
    )


def bars(names, values, form, low, high, title):
    """Horizontal bars from zero, one a name, as SVG. `form`: a format string for the value. `low`, `high`: the axis."""
    left, right, step = 90, 240, 26
    scale = (right - left) / (high - low)
    zero = left - low * scale
    drawn = []
    for row, (name, value) in enumerate(zip(names, values)):
        x, width = min(zero, zero + value * scale), max(abs(value) * scale, 1)
        drawn.append(
            f'<text x="0" y="{row * step + 17}">{visible(name[:11])}</text>'
            f'<rect class="bar" x="{x:.1f}" y="{row * step + 4}" width="{width:.1f}" height="18"/>'
            f'<text x="{right + 8}" y="{row * step + 17}">{form.format(value)}</text>'
        )
    said = ", ".join(f"{name} {form.format(value)}" for name, value in zip(names, values))
    height = len(names) * step
    return (
        f'<svg role="img" aria-label="{escape(title)}: {escape(said)}" viewBox="0 0 310 {height}" '
        f'style="width:310px;max-width:100%">{"".join(drawn)}'
        f'<line x1="{zero:.1f}" y1="0" x2="{zero:.1f}" y2="{height}" stroke="currentColor"/></svg>'
    )


def table(headers, rows, summary):
    """The numbers of a picture as a table that opens on demand. Cells are escaped."""
    head = "".join(f"<th>{escape(str(header))}</th>" for header in headers)
    body = "".join(
        "<tr>" + "".join(f"<td>{visible(str(cell))}</td>" for cell in row) + "</tr>" for row in rows
    )
    return f"<details><summary>{escape(summary)}</summary><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></details>"
