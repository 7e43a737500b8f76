"""Checks of notebook 02."""

from helpers.exercises import check, tried

SPECIAL = ("[CLS]", "[SEP]", "[PAD]")
TOKENS = [
    (
        ["[CLS]", "un", "##bel", "##ie", "##va", "##bly", "good", "[SEP]", "[PAD]"],
        "unbelievably good",
    ),
    (["[CLS]", "hugging", "##face", "course", "[SEP]"], "huggingface course"),
    (["#", "1", "film", "##s"], "# 1 films"),
]


@check
def join(function):
    """2.1: `function(tokens)` must return the words of a list of WordPiece tokens as one str."""
    for tokens, wanted in TOKENS:
        got = tried(function(list(tokens)))
        if got == wanted:
            continue
        if not isinstance(got, str):
            return f"Return one str; yours is a {type(got).__name__}. ' '.join(…) makes a str of a list."
        if any(token in got for token in SPECIAL):
            return f"A special token is still there: {got!r}."
        if "##" in got:
            return f"A ## is still there: {got!r}."
        if "#" in wanted and "#" not in got:
            return f"A # that belongs to the text is lost: {got!r}. Only ## at the start of a token is a mark."
        if got == wanted.replace(" ", ""):
            return f"Everything is glued together: {got!r}. Only pieces with ## continue a word."
        if got.replace(" ", "") == wanted.replace(" ", "") and len(got.split()) > len(
            wanted.split()
        ):
            return f"The pieces of a word are still apart: {got!r}. No space before a ## piece."
        if got.split() == wanted.split():
            return f"The words are right, the spaces are not: {got!r}. One space between words, none at the ends."
        return f"For {tokens} this should be {wanted!r}; yours is {got!r}."


TEXTS = ("Zoë's CAFÉ  reopened!", "I've been waiting for a HuggingFace course.")


@check
def surfaces(function, tokenizer):
    """2.2: `function(text)` must return the part of `text` behind each token of `tokenizer`, without special tokens."""
    for text in TEXTS:
        got = tried(function(text))
        encoding = tokenizer(text, add_special_tokens=False, return_offsets_mapping=True)
        wanted = [text[start:end] for start, end in encoding["offset_mapping"]]
        if got == wanted:
            continue
        if not isinstance(got, list) or not all(isinstance(part, str) for part in got):
            return f"Return a list of str; yours is {got!r:.80}."
        if "" in got:
            return "There are empty parts: a special token has the offset (0, 0). Leave it out."
        if [part.removeprefix("##") for part in got] == [
            part.removeprefix("##") for part in encoding.tokens()
        ]:
            return f"These are tokens, lower-cased and without accents: {got[:4]}. Cut the original text at the offsets."
        if got == [text[start : end + 1] for start, end in encoding["offset_mapping"]]:
            return f"Each part is one character too long: {got[:4]}. The end of an offset is not included, as in text[start:end]."
        if got == text.split():
            return "These are words; a word may have several tokens."
        if len(got) != len(wanted):
            return f"{text!r} has {len(wanted)} tokens without special ones; your list has {len(got)} parts."
        return f"For {text!r} this should begin {wanted[:5]}; yours begins {got[:5]}."


WORDS = ("film", "films", "rethinking", "overthinking", "unbelievably", "🙂", "reviews🙂")


@check
def fewest(function, vocabulary):
    """2.3: `function(word, vocabulary)` must cut a word into as few WordPiece pieces as there can be."""
    for word in WORDS:
        got, wanted = tried(function(word, vocabulary)), _fewest(word, vocabulary)
        if not isinstance(got, list) or not all(isinstance(piece, str) for piece in got):
            return f"Return a list of str; for {word!r} yours is {got!r:.80}."
        if wanted is None:
            if got != ["[UNK]"]:
                return f"{word!r} can't be cut with this vocabulary: return ['[UNK]'], the whole word; yours is {got}."
            continue
        if got == ["[UNK]"]:
            return f"{word!r} can be cut, for example as {wanted}; you say [UNK]."
        if "".join(piece.removeprefix("##") for piece in got) != word:
            return f"The pieces of {word!r} don't add up to the word: {got}."
        if got[0].startswith("##") or not all(piece.startswith("##") for piece in got[1:]):
            return f"Every piece but the first carries ##: {got}."
        if strange := [piece for piece in got if piece not in vocabulary]:
            return f"{strange[0]!r} is not in the vocabulary."
        if len(got) > len(wanted):
            return (
                f"{word!r} as {got} has {len(got)} pieces, and there is a cut with {len(wanted)}. "
                "Is that the longest match? It never takes back a piece."
            )


def _fewest(word, vocabulary):
    best = [[]] + [None] * len(word)
    for end in range(1, len(word) + 1):
        for start in range(end):
            piece = ("##" if start else "") + word[start:end]
            if (
                best[start] is not None
                and piece in vocabulary
                and (best[end] is None or len(best[start]) + 1 < len(best[end]))
            ):
                best[end] = [*best[start], piece]
    return best[-1]


@check
def twins(pair, tokenizer):
    """2.4: two texts with equal ids that differ in more than case and spaces, without `[UNK]`."""
    one, other = (tried(text) for text in pair)
    if not isinstance(one, str) or not isinstance(other, str):
        return "Both should be a str."
    if one == other:
        return "These are the same text."
    ids, other_ids = tokenizer(one)["input_ids"], tokenizer(other)["input_ids"]
    if ids != other_ids:
        pairs = zip(
            tokenizer.convert_ids_to_tokens(ids), tokenizer.convert_ids_to_tokens(other_ids)
        )
        different = next((a, b) for a, b in pairs if a != b)
        return f"The ids differ, first in {different[0]!r} and {different[1]!r}."
    if "".join(one.split()).lower() == "".join(other.split()).lower():
        return "The ids are equal, but the texts differ only in case or spaces. Find another difference."
    if tokenizer.unk_token_id in ids:
        return (
            "The ids are equal, but some are [UNK], which stands for anything. Find two without it."
        )
    return None
