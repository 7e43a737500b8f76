"""Two tokenizers that disagree on every id, each in a folder of its own, for 9.7."""

import functools
import tempfile

from tokenizers import Regex, Tokenizer, models, pre_tokenizers
from transformers import PreTrainedTokenizerFast

TEXTS = ["I've been waiting for this my whole life.", "Bad.", "Not bad at all, I think."]


@functools.cache
def folders() -> dict[str, str]:
    """Two tokenizers of one text each in a folder of its own: {"words": folder, "letters": folder}.

    The folders are deleted when the process ends.
    """
    made = {}
    for name, pieces, cut in (("words", " ".join(TEXTS).split(), "WhitespaceSplit"),
                              ("letters", sorted(set("".join(TEXTS))), "Split")):  # fmt: skip
        kept = tempfile.TemporaryDirectory(prefix=name)
        _kept.append(kept)
        vocabulary = {piece: i for i, piece in enumerate(dict.fromkeys(["[UNK]", *pieces]))}
        words = Tokenizer(models.WordLevel(vocabulary, unk_token="[UNK]"))
        arguments = () if cut == "WhitespaceSplit" else (Regex("."), "isolated")
        words.pre_tokenizer = getattr(pre_tokenizers, cut)(*arguments)
        PreTrainedTokenizerFast(tokenizer_object=words, unk_token="[UNK]").save_pretrained(
            kept.name
        )
        made[name] = kept.name
    return made


_kept: list[tempfile.TemporaryDirectory] = []  # a folder is deleted with its last name
