"""Checks of notebook 02."""

import unicodedata
from typing import Any

from helpers.exercises import check_function, check_value, does

SPECIAL = ("[CLS]", "[SEP]", "[PAD]")


def _joined(tokens: list[str]) -> str:
    words: list[str] = []
    for token in tokens:
        if token.startswith("##"):
            words[-1] += token.removeprefix("##")
        elif token not in SPECIAL:
            words.append(token)
    return " ".join(words)


@check_function(
    right=lambda tokens: _joined(tokens),
    kinds=[
        (list, "Return one str; yours is a list. ' '.join(…) makes a str of a list."),
        (object, "Return one str; yours is {kind}."),
    ],
    slips=[
        (
            lambda got, *_: any(token in got for token in SPECIAL),
            "A special token is still there: {got!r}.",
        ),
        (
            does(lambda tokens: _joined([t for t in tokens if not t.startswith("[")])),
            "A token that belongs to the text is lost: {got!r}. "
            "Only [CLS], [SEP] and [PAD] are left out, not all that begins with [.",
        ),
        (
            does(lambda tokens: _joined(tokens).replace(" ", "")),
            "Everything is glued together: {got!r}. Only pieces with ## continue a word.",
        ),
        (
            lambda got, wanted, *_: (
                got.replace(" ", "") == wanted.replace(" ", "")
                and len(got.split()) > len(wanted.split())
            ),
            "The pieces of a word are still apart: {got!r}. No space before a ## piece.",
        ),
        (
            lambda got, wanted, *_: "##" in got and "##" not in wanted,
            "A ## is still there: {got!r}.",
        ),
        (
            lambda got, wanted, *_: got.count("#") < wanted.count("#"),
            "A # that belongs to the text is lost: {got!r}. "
            "Only the first ## of a token is a mark.",
        ),
        (
            lambda got, wanted, *_: got.split() == wanted.split(),
            "The words are right, the spaces are not: {got!r}. "
            "One space between words, none at the ends.",
        ),
    ],
    otherwise="For {tokens} this should be {wanted!r}; yours is {got!r}.",
)
def join() -> list[tuple]:
    """2.1: `function(tokens)` gives the words of a list of WordPiece tokens as one str."""
    return [
        (["[CLS]", "un", "##bel", "##ie", "##va", "##bly", "good", "[SEP]", "[PAD]"],),
        (["[CLS]", "hugging", "##face", "course", "[SEP]"],),
        (["#", "1", "film", "##s"],),
        (["[CLS]", "see", "[", "1", "]", "[UNK]", "[SEP]", "[PAD]", "[PAD]"],),
        (["c", "###", "and", "f", "####"],),
        (["[CLS]", "[SEP]"],),
    ]


def _cut(text: str, tokenizer: Any, longer: int = 0) -> list[str]:
    encoding = tokenizer(text, add_special_tokens=False, return_offsets_mapping=True)
    return [text[start : end + longer] for start, end in encoding["offset_mapping"]]


def _bare(pieces: list[str]) -> list[str]:
    return [piece.removeprefix("##") for piece in pieces]


@check_function(
    right=_cut,
    slips=[
        (
            lambda got, wanted, text, tokenizer: "" in got,
            "There are empty parts: a special token has the offset (0, 0). Leave it out.",
        ),
        (
            lambda got, wanted, text, tokenizer: _bare(got) == _bare(tokenizer.tokenize(text)),
            lambda got, *_: (
                f"These are tokens, lower-cased and without accents: {got[:4]}. "
                "Cut the original text at the offsets."
            ),
        ),
        (
            does(lambda text, tokenizer: _cut(text, tokenizer, longer=1)),
            lambda got, *_: (
                f"Each part is one character too long: {got[:4]}. "
                "The end of an offset is not included, as in text[start:end]."
            ),
        ),
        (
            does(lambda text, tokenizer: text.split()),
            "These are words; a word may have several tokens.",
        ),
        (
            lambda got, wanted, *_: len(got) != len(wanted),
            lambda got, wanted, text, tokenizer: (
                f"{text!r} has {len(wanted)} tokens without special ones; your list has "
                f"{len(got)} parts."
            ),
        ),
    ],
    otherwise=lambda got, wanted, text, tokenizer: (
        f"For {text!r} this should begin {wanted[:5]}; yours begins {got[:5]}. "
        "A token may be longer or shorter than its part of the text: take the offsets."
    ),
)
def surfaces(tokenizer: Any) -> list[tuple]:
    """2.2: `function(text)` gives the part of `text` behind each token, special tokens left out."""
    return [
        ("Zoë's CAFÉ  reopened!",),
        ("I've been waiting for a HuggingFace course.",),
        ("Cafe\u0301 with na\u200bi\u0308ve art\x07 by Ångström",),
        ("It is 🤖, unbelievably!",),
    ]


def _fewest(word: str, vocabulary: dict) -> list[str] | None:
    best: list[list[str] | None] = [[], *[None] * len(word)]
    for end in range(1, len(word) + 1):
        for start in range(end):
            piece = ("##" if start else "") + word[start:end]
            before, now = best[start], best[end]
            better = before is not None and (now is None or len(before) + 1 < len(now))
            if better and piece in vocabulary:
                best[end] = [*(before or []), piece]
    return best[-1]


UNKNOWN = ["[UNK]"]
# The longest match makes three pieces of "abcde" and none of "aab"; two are enough for each.
SMALL = {p: i for i, p in enumerate(["a", "ab", "abc", "aa", "##d", "##e", "##cde", "##ab", "##c"])}


@check_function(
    right=lambda word, vocabulary, *_: _fewest(word, vocabulary) or UNKNOWN,
    kinds=[(object, "Return a list of str; for {word!r} yours is {kind}.")],
    slips=[
        (
            lambda got, wanted, *_: wanted == UNKNOWN != got,
            "{word!r} can't be cut with this vocabulary: return ['[UNK]'], the whole word; "
            "yours is {got}.",
        ),
        (
            lambda got, wanted, *_: got == UNKNOWN != wanted,
            "{word!r} can be cut, for example as {wanted}; you say [UNK].",
        ),
        (
            lambda got, wanted, word, *_: wanted != UNKNOWN and "".join(_bare(got)) != word,
            "The pieces of {word!r} don't add up to the word: {got}.",
        ),
        (
            lambda got, wanted, word, *_: (
                wanted != UNKNOWN
                and [p.startswith("##") for p in got] != [False] + [True] * (len(got) - 1)
            ),
            "Every piece but the first carries ##: {got}.",
        ),
        (
            lambda got, wanted, word, vocabulary, *_: (
                any(p not in vocabulary for p in got) and got != UNKNOWN
            ),
            lambda got, wanted, word, vocabulary, *_: (
                f"{next(p for p in got if p not in vocabulary)!r} is not in the vocabulary."
            ),
        ),
        (
            lambda got, wanted, *_: len(got) > len(wanted),
            lambda got, wanted, word, *_: (
                f"{word!r} as {got} has {len(got)} pieces, and there is a cut with {len(wanted)}. "
                "Is that the longest match? It never takes back a piece."
            ),
        ),
    ],
)
def fewest(vocabulary: dict) -> list[tuple]:
    """2.3: `function(word, vocabulary)` cuts a word into as few pieces as there can be."""
    words = (
        "film",
        "films",
        "rethinking",
        "overthinking",
        "unbelievably",
        "🙂",
        "reviews🙂",
        "a",
        "x",
    )
    small = "abcde", "aab", "a", "b", "abcd", "abx", "xab"
    return [(word, vocabulary) for word in words] + [(word, SMALL) for word in small]


def _looks(text: str) -> str:
    """A text as a person sees it: nothing invisible, composed accents; case and spaces aside."""
    seen = (c for c in unicodedata.normalize("NFC", text) if unicodedata.category(c)[0] not in "CZ")
    return "".join(seen).lower()


def _first_difference(pair: tuple, _: Any, tokenizer: Any) -> str:
    one, other = (tokenizer.tokenize(text) for text in pair)
    pairs = zip([*one, "the end"], [*other, "the end"], strict=False)
    a, b = next((a, b) for a, b in pairs if a != b)
    return f"The ids differ, first in {a!r} and {b!r}."


@check_value(
    right=lambda tokenizer: ("one text", "another text"),
    kinds=[(object, "Both should be a str.")],
    slips=[
        (lambda pair, *_: pair[0] == pair[1], "These are the same text."),
        (
            lambda pair, _, tokenizer: tokenizer.tokenize(pair[0]) != tokenizer.tokenize(pair[1]),
            _first_difference,
        ),
        (
            lambda pair, *_: "".join(pair[0].split()).lower() == "".join(pair[1].split()).lower(),
            "The ids are equal, but the texts differ only in case or spaces. "
            "Find another difference.",
        ),
        (
            lambda pair, *_: _looks(pair[0]) == _looks(pair[1]),
            "The ids are equal, but a person can't tell these two apart either: they differ in "
            "characters that can't be seen. Find a difference that can.",
        ),
        (
            lambda pair, _, tokenizer: tokenizer.unk_token in tokenizer.tokenize(pair[0]),
            "The ids are equal, but some are [UNK], which stands for anything. "
            "Find two without it.",
        ),
    ],
)
def twins(tokenizer: Any) -> None:
    """2.4: two texts that a person tells apart, with equal ids and without `[UNK]`."""
