"""Answers to the exercises of notebook 02; helpers/pipeline/answers.py says what the tables are."""

import functools
from collections.abc import Callable
from typing import Any

from transformers import AutoTokenizer

from helpers.weights import EMBEDDED

SPECIAL = ("[CLS]", "[SEP]", "[PAD]")


@functools.cache
def tokenizer() -> Any:
    """The tokenizer of the embedded weights."""
    return AutoTokenizer.from_pretrained(EMBEDDED)


THINGS: dict[str, Callable] = {
    "surfaces": lambda: (tokenizer(),),
    "fewest": lambda: (tokenizer().get_vocab(),),
    "twins": lambda: (tokenizer(),),
}


def joined(tokens: list) -> str:
    """As the official solution."""
    words: list[str] = []
    for token in tokens:
        if token.startswith("##"):
            words[-1] += token[2:]
        elif token not in SPECIAL:
            words.append(token)
    return " ".join(words)


def glued(tokens: list) -> str:
    """One str, grown from left to right."""
    text = ""
    for token in tokens:
        if token in SPECIAL:
            continue
        text += token[2:] if token.startswith("##") else " " + token
    return text.strip()


def returns_in_the_loop(tokens: list) -> str:
    """The first token only."""
    for token in tokens:
        if token not in SPECIAL:
            return token
    return ""


def plain(tokens: list) -> list:
    """Without the three special tokens."""
    return [token for token in tokens if token not in SPECIAL]


def sliced(text: str, special: bool = False, longer: int = 0) -> list[str]:
    """The text cut at its offsets."""
    found = tokenizer()(text, add_special_tokens=special, return_offsets_mapping=True)
    return [text[start : end + longer] for start, end in found["offset_mapping"]]


def by_length(text: str) -> list[str]:
    """A walk through the text that takes as many characters as the token has."""
    parts, place = [], 0
    for token in tokenizer().tokenize(text):
        while text[place : place + 1].isspace():
            place += 1
        length = len(token.removeprefix("##"))
        parts.append(text[place : place + length])
        place += length
    return parts


def by_offsets_of(text: str) -> list[str]:
    """From the spans of the encoding's tokens."""
    encoding = tokenizer()(text)
    spans = [encoding.token_to_chars(i) for i in range(len(encoding["input_ids"]))]
    return [text[span.start : span.end] for span in spans if span is not None]


def best(word: str, vocabulary: dict, shortest: int = 1) -> list[str]:
    """As the official solution; no piece shorter than `shortest`."""
    cuts: list = [[]] + [None] * len(word)
    for end in range(1, len(word) + 1):
        for start in range(end - shortest + 1):
            piece = ("##" if start else "") + word[start:end]
            reached = cuts[start] is not None and piece in vocabulary
            if reached and (cuts[end] is None or len(cuts[start]) + 1 < len(cuts[end])):
                cuts[end] = [*cuts[start], piece]
    return cuts[-1] or ["[UNK]"]


def recursive(word: str, vocabulary: dict) -> list[str]:
    """Every cut there is, the shortest of them."""

    @functools.cache
    def cut(start: int) -> tuple | None:
        if start == len(word):
            return ()
        found = []
        for end in range(start + 1, len(word) + 1):
            piece = ("##" if start else "") + word[start:end]
            if piece in vocabulary and (rest := cut(end)) is not None:
                found.append((piece, *rest))
        return min(found, key=len, default=None)

    pieces = cut(0)
    return ["[UNK]"] if pieces is None else list(pieces)


def from_the_end(word: str, vocabulary: dict) -> list[str]:
    """Breadth first: all cuts of one piece, of two, of three."""
    rows: list = [(0, [])]
    for _ in word:
        rows = [
            (end, [*pieces, piece])
            for start, pieces in rows
            for end in range(start + 1, len(word) + 1)
            if (piece := ("##" if start else "") + word[start:end]) in vocabulary
        ]
        if found := [pieces for end, pieces in rows if end == len(word)]:
            return found[0]
    return ["[UNK]"]


def longest_match(word: str, vocabulary: dict) -> list[str]:
    """WordPiece itself."""
    pieces: list[str] = []
    start = 0
    while start < len(word):
        mark = "##" if pieces else ""
        ends = [e for e in range(start + 1, len(word) + 1) if mark + word[start:e] in vocabulary]
        if not ends:
            return ["[UNK]"]
        pieces.append(mark + word[start : ends[-1]])
        start = ends[-1]
    return pieces


RIGHT: dict[str, list] = {
    "join": [
        joined,
        glued,
        lambda tokens: " ".join(plain(tokens)).replace(" ##", ""),
        lambda tokens: tokenizer().convert_tokens_to_string(plain(tokens))
        if not any("###" in token for token in tokens) else joined(tokens),
    ],
    "surfaces": [
        sliced,
        by_offsets_of,
        lambda text: tuple(sliced(text)),
        lambda text: [part for part in sliced(text, special=True) if part],
    ],
    "fewest": [best, recursive, from_the_end, lambda *given: tuple(best(*given))],
    "twins": [
        ("un pêcheur", "un pécheur"),
        ["a resume", "a résumé"],
        ("naïve art", "naive art"),
        ("über allem", "uber allem"),
    ],
}  # fmt: skip
WRONG: dict[str, list] = {
    "join": [
        (lambda tokens: ..., "Not tried yet"),
        (lambda tokens: print(end=""), "is `return` missing"),
        (plain, "Return one str; yours is a list"),
        (lambda tokens: " ".join(tokens).replace(" ##", ""), "special token is still there"),
        (lambda tokens: joined([t for t in tokens if t[0] != "["]), "not all that begins with ["),
        (lambda tokens: " ".join(plain(tokens)), "A ## is still there"),
        (lambda tokens: joined(tokens).replace("#", ""), "belongs to the text is lost"),
        (lambda tokens: " ".join(plain(tokens)).replace(" ##", "").replace("##", ""), "lost"),
        (lambda tokens: joined(tokens).replace(" ", ""), "glued together"),
        (lambda tokens: " ".join(t.removeprefix("##") for t in plain(tokens)), "still apart"),
        (lambda tokens: joined(tokens) + " ", "the spaces are not"),
        (lambda tokens: joined(tokens).upper(), "this should be"),
        (lambda tokens: joined(tokens[1:-2]), "this should be"),
        (lambda tokens: tokens[99], "IndexError"),
        (returns_in_the_loop, "this should be"),
        (lambda tokens: tokens.clear() or "", "You changed `tokens`"),
    ],
    "surfaces": [
        (lambda text: print(end=""), "is `return` missing"),
        (lambda text: "".join(sliced(text)), "Return a list of str"),
        (lambda text: sliced(text, special=True), "empty parts"),
        (lambda text: tokenizer().tokenize(text), "These are tokens"),
        (lambda text: [t.removeprefix("##") for t in tokenizer().tokenize(text)], "are tokens"),
        (lambda text: sliced(text, longer=1), "one character too long"),
        (lambda text: text.split(), "These are words"),
        (lambda text: sliced(text)[1:], "your list has"),
        (lambda text: sliced(text)[::-1], "this should begin"),
        (lambda text: [part.lower() for part in sliced(text)], "this should begin"),
        (by_length, "take the offsets"),
        (lambda text: sliced("Zoë's CAFÉ  reopened!"), "your list has 6 parts"),
    ],
    "fewest": [
        (lambda word, vocabulary: print(end=""), "is `return` missing"),
        (lambda word, vocabulary: word, "Return a list of str"),
        (lambda word, known: best(word, known) if "🙂" not in word else [], "can't be cut"),
        (lambda word, vocabulary: ["[UNK]"], "can be cut"),
        (lambda word, vocabulary: best(word, vocabulary)[:1], "don't add up"),
        (lambda word, vocabulary: best(word, vocabulary)[::-1], "don't add up"),
        (lambda *given: [p.removeprefix("##") for p in best(*given)], "carries ##"),
        (lambda word, vocabulary: [word], "is not in the vocabulary"),
        (lambda word, vocabulary: list(word), "carries ##"),
        (lambda word, vocabulary: best(word, vocabulary, shortest=2), "can be cut"),
        (longest_match, "Is that the longest match?"),
        (lambda word, vocabulary: len(best(word, vocabulary)), "Return a list of str"),
    ],
    "twins": [
        ((..., ...), "Not tried yet"),
        (("film", ...), "Not tried yet"),
        (("film", 3), "Both should be a str"),
        (("film", "film"), "the same text"),
        (("a film", "a movie"), "first in 'film' and 'movie'"),
        (("a film", "a film again"), "first in 'the end' and 'again'"),
        (("A film", "a  film"), "only in case or spaces"),
        (("good 😍", "good 🤮"), "[UNK]"),
        (("free speech", "free\u200b speech"), "can't be seen"),
        (("cafe\u0301", "café"), "can't be seen"),
        (("a\u00a0film", "a film"), "only in case or spaces"),
        ("un pêcheur", "Both should be a str"),
    ],
}  # fmt: skip
SAME_LENGTH = "another cut with as many pieces"
EQUIVALENT = {
    "fewest": {
        "3: for end in range(1, len(word) + 1): → for end in range(0, len(word) + 1):": (
            "nothing starts before 0"
        ),
        "7: len(best[start]) + 1 < len(best[end]) → len(best[start]) + 1 <= len(best[end])": (
            SAME_LENGTH
        ),
        "7: len(best[start]) + 1 < len(best[end]) → len(best[start]) < len(best[end])": SAME_LENGTH,
        "7: len(best[start]) + 1 < len(best[end]) → len(best[start]) + 0 < len(best[end])": (
            SAME_LENGTH
        ),
    }
}
