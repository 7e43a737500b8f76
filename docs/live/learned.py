"""What the page's tokenizers learned, out of the files of the library's."""

import json
from pathlib import Path

from transformers import AutoTokenizer

from helpers import weights


def word_pieces(role):
    """For wordpiece.js: the tokens, in the order of their ids."""
    vocabulary = AutoTokenizer.from_pretrained(weights.resolve(role)).get_vocab()
    return sorted(vocabulary, key=vocabulary.get)


def byte_pairs(role):
    """For bpe.js: every token behind the first ones is a merge's result. ValueError where not."""
    learned = json.loads((Path(weights.resolve(role)) / "tokenizer.json").read_text("utf-8"))
    vocabulary, merges = (learned["model"][name] for name in ("vocab", "merges"))
    pairs = [pair if isinstance(pair, str) else " ".join(pair) for pair in merges]
    every = sorted(vocabulary, key=vocabulary.get)
    first = every[: -len(pairs)]
    if every[len(first) :] != [pair.replace(" ", "") for pair in pairs]:
        raise ValueError(f"{role}: the ids do not follow the merges")
    special = [token["content"] for token in learned["added_tokens"]]
    return {"first": first, "merges": pairs, "special": special}
