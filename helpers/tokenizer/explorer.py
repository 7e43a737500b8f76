"""Explorer of 02: one text cut by several tokenizers, each token below its characters."""

from typing import Any

from transformers import PreTrainedTokenizerFast

from helpers.drawing.refused import readable
from helpers.drawing.view import View

MOST = 48  # tokens of a text that are drawn


def tokenizer_explorer(tokenizers: dict[str, PreTrainedTokenizerFast], text: str) -> View:
    """Explorer of a text. `tokenizers`: name → fast tokenizer, one row each.

    Special tokens and truncation (`max_length`) act in the browser.
    """

    def compute(inputs: dict) -> dict:
        text = readable(inputs["text"], "text")
        rows = [{"name": name} | cut(text, one) for name, one in tokenizers.items()]
        return {"characters": len(text), "bytes": len(text.encode()), "rows": rows}

    return View("tokenizer", compute, {"text": text}, {"special": True, "limit": MOST})


def cut(text: str, tokenizer: PreTrainedTokenizerFast) -> dict:
    """The text from left to right as one tokenizer cuts it, never truncated.

    `own`, `added`: how many tokens are from the text, and from the tokenizer. `pieces`: as the
    function of that name cuts, for the first `MOST` tokens, with ids and offsets in code points.
    """
    options: dict[str, Any] = {"return_offsets_mapping": True, "return_special_tokens_mask": True}
    encoding = tokenizer(text, verbose=False, **options)
    ids, offsets = encoding["input_ids"], encoding["offset_mapping"]
    names = tokenizer.convert_ids_to_tokens(ids)
    added = [i for i, flag in enumerate(encoding["special_tokens_mask"]) if flag]
    own = [i for i in range(len(ids)) if i not in set(added)]
    special = set(tokenizer.all_special_ids)

    def frame(start: int, end: int, tokens: list) -> dict:
        keys = ("token", "id", "start", "end", "special")
        values = [(names[i], ids[i], *offsets[i], ids[i] in special) for i in tokens]
        cells = [dict(zip(keys, value, strict=True)) for value in values]
        return {"text": short(text[start:end]), "start": start, "end": end, "tokens": cells}

    length = len(text) if len(own) <= MOST else max(offsets[i][1] for i in own[:MOST])
    ends = [frame(0, 0, [i]) | {"added": True} for i in added]  # at one of the two ends
    before = sum(i < len(ids) / 2 for i in added)
    inner = [frame(*piece) for piece in pieces(length, {i: offsets[i] for i in own[:MOST]})]
    drawn = [*ends[:before], *inner, *ends[before:]]
    return {"own": len(own), "added": len(added), "pieces": drawn, "most": MOST}


def pieces(length: int, spans: dict) -> list:
    """Cut a text where tokens begin or end: (start, end, [index of a token, …]), without gaps.

    `length`: characters of the text. `spans`: index of a token → (start, end), in reading order.
    Tokens that share a character are in one piece: its bytes can be several tokens. A piece
    without a token has an empty list.
    """
    found: list = []
    position = 0
    for token, (start, end) in spans.items():
        if start < position:
            first, _, tokens = found.pop()
            found.append((first, max(end, position), [*tokens, token]))
        else:
            found += [(position, start, [])] if start > position else []
            found.append((start, end, [token]))
        position = found[-1][1]
    return [*found, (position, length, [])] if position < length else found


def short(text: str) -> str:
    """The text, or both its ends and how much is between them."""
    between = f"{text[:24]} … {len(text) - 32:,} characters … {text[-8:]}"
    return text if len(text) <= 48 else between
