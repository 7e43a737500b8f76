"""Explorer of notebook 02: one text under several tokenizers, each token below the characters that it came from."""

import functools
import unicodedata
from typing import NamedTuple

import ipywidgets

from helpers.drawing.markup import STYLE, readable, table, visible
from helpers.drawing.shell import Explorer

MOST = 48  # tokens that one row draws

PIECES = """<style>
.btp .row {display: flex; flex-wrap: wrap; align-items: flex-start; gap: 6px 2px; margin-bottom: 4px}
.btp .piece {border: 1px solid var(--jp-border-color0, #777); border-radius: 4px; text-align: center; max-width: 100%}
.btp .piece > span:first-child {display: block; padding: 0 4px; font-size: 17px; white-space: pre-wrap; overflow-wrap: anywhere;
  min-height: 1.45em; background: rgba(25, 118, 210, .18); border-bottom: 3px solid}
.btp .piece.odd > span:first-child {background: rgba(255, 152, 0, .18); border-bottom-style: double}
.btp .piece.bare, .btp .piece.cut {border: 1px dotted; font-size: 11px}
.btp .piece.bare > span:first-child, .btp .piece.cut > span:first-child {background: none; border-bottom: none}
.btp .piece.special {border: 1px dashed}
.btp .piece.special > span:first-child {background: none; border-bottom: 1px dashed}
.btp .piece.added > span:first-child {font-size: 11px; line-height: 25px}
.btp .token {display: inline-block; padding: 0 4px; white-space: pre}
.btp .token + .token {border-left: 1px solid var(--jp-border-color0, #777)}
.btp .token small {display: block; font-size: 11px}
.btp p {margin: 4px 0}
</style>"""


class Cut(NamedTuple):
    """What one tokenizer makes of a text, uncut, special tokens included."""

    name: str
    tokens: list  # of str
    ids: list  # of int, one a token
    offsets: list  # of (start, end), one a token: characters of the text; (0, 0) for what is not from the text
    added: list  # of bool, one a token: put there by the tokenizer, not found in the text
    special_ids: frozenset
    pieces: (
        list  # of (start, end, [index of a token, …]): the text from left to right, see `pieces`
    )


class State(NamedTuple):
    text: str
    cuts: list  # of Cut, one a tokenizer


def pieces(length, spans):
    """Cut a text where a token begins or ends: `[(start, end, [index of a token, …])]`, without gaps, in order.

    `length`: characters of the text. `spans`: `{index of a token: (start, end)}` in reading order. Tokens that share a
    character are in one piece: the bytes of one character can be several tokens. A piece without a token has an empty list.
    """
    found, position = [], 0
    for token, (start, end) in spans.items():
        if start < position:
            first, _, tokens = found.pop()
            found.append((first, max(end, position), tokens))
            tokens.append(token)
        else:
            if start > position:
                found.append((position, start, []))
            found.append((start, end, [token]))
        position = found[-1][1]
    return [*found, (position, length, [])] if position < length else found


def look(text, tokenizers):
    """Run a text through tokenizers: a State. `tokenizers`: name → fast tokenizer. Raises ValueError as `readable` does."""
    cuts = []
    for name, tokenizer in tokenizers.items():
        encoding = tokenizer(
            readable(text),
            return_offsets_mapping=True,
            return_special_tokens_mask=True,
            verbose=False,
        )
        added = [bool(flag) for flag in encoding["special_tokens_mask"]]
        spans = {i: span for i, span in enumerate(encoding["offset_mapping"]) if not added[i]}
        cuts.append(
            Cut(
                name,
                encoding.tokens(),
                encoding["input_ids"],
                encoding["offset_mapping"],
                added,
                frozenset(tokenizer.all_special_ids),
                pieces(len(text), spans),
            )
        )
    return State(text, cuts)


def kept(cut, special, max_length):
    """Which tokens are left: their indices, in order, as truncation on the right leaves at most `max_length`.

    `special`: keep what the tokenizer adds; it counts, too. `max_length`: at least the number of added tokens.
    """
    added = [i for i, flag in enumerate(cut.added) if flag and special]
    own = [i for i, flag in enumerate(cut.added) if not flag]
    return sorted(added + own[: max_length - len(added)])


def render(state, special, max_length):
    """Draw a State: for each tokenizer the text in pieces, each over its tokens and ids, and what `max_length` cuts off."""
    left = [kept(cut, special, max_length) for cut in state.cuts]
    rows = "".join(_row(state.text, cut, indices) for cut, indices in zip(state.cuts, left))
    tables = "".join(
        table(
            ("token", "id", "from", "to", "text"),
            [
                (
                    cut.tokens[i],
                    cut.ids[i],
                    *cut.offsets[i],
                    _short(state.text[slice(*cut.offsets[i])]),
                )
                for i in indices
            ],
            f"The tokens of {cut.name} as a table",
        )
        for cut, indices in zip(state.cuts, left)
    )
    return (
        f"{STYLE}{PIECES}<div class='btp'><p>{len(state.text):,} characters, {len(state.text.encode()):,} bytes in UTF-8. "
        "In each frame: the text above (␣ is a space), its tokens and their ids below. Dashed: special. Dotted: no token.</p>"
        f"<div class='strip'>{rows}</div>{tables}</div>"
    )


def _row(text, cut, left):
    own = {i for i in left if not cut.added[i]}
    lost = cut.added.count(False) - len(own)
    count = f"{len(left)} token{'s' * (len(left) != 1)}"
    if len(own) < len(left):
        count += f", {len(left) - len(own)} of them added"
    if lost:
        count += f"; {lost:,} cut off"
    shown = cut.pieces
    if lost:
        shown = shown[
            : 1
            + max(
                (k for k, (_, _, tokens) in enumerate(shown) if own.intersection(tokens)),
                default=-1,
            )
        ]
    end = shown[-1][1] if shown else 0
    drawn = [
        _piece(text[start:stop], cut, [i for i in tokens if i in own], len(tokens), k % 2)
        for k, (start, stop, tokens) in enumerate(shown)
    ]
    ends = [i for i in left if cut.added[i]]  # an added token stands at one of the two ends
    before = [_piece("", cut, [i], 1, 0) for i in ends if i < len(cut.ids) / 2]
    after = [_piece("", cut, [i], 1, 0) for i in ends[len(before) :]]
    if lost and end < len(text):
        after.append(
            f'<span class="piece cut"><span><del>{_seen(text[end:])}</del></span>'
            f"{len(text) - end:,} characters cut off</span>"
        )
    return (
        f"<section class='wide'><h4>{visible(cut.name)}: {count}</h4>"
        f"<div class='row' role='group' aria-label='{visible(cut.name)}: {count}'>{''.join(before + drawn + after)}</div>"
        "</section>"
    )


def _piece(text, cut, tokens, whole, odd):
    """One frame: `text` over those of its `whole` tokens that are left."""
    if not whole:
        return f'<span class="piece bare"><span>{_seen(text)}</span></span>'
    special = any(cut.ids[i] in cut.special_ids for i in tokens)
    cells = "".join(
        f'<span class="token">{visible(cut.tokens[i])}<small>{cut.ids[i]}</small></span>'
        for i in tokens
    )
    if len(tokens) < whole:
        cells += f'<span class="token">+{whole - len(tokens)}<small>cut off</small></span>'
    looks = " special" * special + " odd" * odd + " added" * (not text)
    return f'<span class="piece{looks}"><span>{_seen(text) or "added"}</span>{cells}</span>'


def _short(text):
    """The text, or both its ends and how much is between them."""
    return (
        text if len(text) <= 60 else f"{text[:40]} … {len(text) - 50:,} characters … {text[-10:]}"
    )


def _seen(text):
    """A piece of the text as HTML text in which spaces, and accents without a letter, can be seen."""
    alone = "◌" if text and unicodedata.category(text[0]).startswith("M") else ""
    return alone + visible(_short(text.replace(" ", "␣")))


def tokenizer_explorer(tokenizers, text):
    """Explorer with three controls, `text`, `special` (special tokens added) and `max_length` (truncation).

    `tokenizers`: name → fast tokenizer, one row each. `text`: str to begin with.
    """
    wide = ipywidgets.Layout(width="auto", max_width="60em")
    controls = {
        "text": ipywidgets.Textarea(value=text, description="Text:", rows=2, layout=wide),
        "special": ipywidgets.Checkbox(value=True, description="add special tokens", indent=False),
        "max_length": ipywidgets.IntSlider(value=MOST, min=2, max=MOST, description="max_length:"),
    }
    cached = functools.lru_cache(4)(lambda text: look(text, tokenizers))
    return Explorer(
        controls, lambda text, special, max_length: render(cached(text), special, max_length)
    )
