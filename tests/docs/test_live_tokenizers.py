"""The page's tokenizers, in JavaScript, against the library's: ids and places in the text."""

import json
import os
import random
import shutil
import subprocess

import pytest
from transformers import AutoTokenizer

from docs.live.learned import byte_pairs, word_pieces
from helpers import PROJECT, weights

ROLES = {"wordpiece": "sentiment", "bpe": "causal-lm"}
# Some bytes of the higher planes BPE has not learned; there the library's own places are off.
BEYOND = {"wordpiece": 0x110000, "bpe": 0x30000}
COUNT = 8000


def texts(beyond):
    """Random Unicode below `beyond`, half of it ASCII."""
    dice = random.Random(8)

    def character():
        kind = dice.random()
        if kind < 0.6:
            return chr(dice.randrange(32, 127))
        if kind < 0.7:
            return dice.choice(" \t\n\u00a0\u3000")
        code = dice.randrange(0xA0, 0x3000 if kind < 0.85 else beyond)
        return "\ufffd" if 0xD800 <= code < 0xE000 else chr(code)

    return ["".join(character() for _ in range(dice.randrange(30))) for _ in range(COUNT)]


@pytest.mark.parametrize("kind", ROLES)
def test_ids_and_places_are_the_librarys(kind, tmp_path):
    if not shutil.which("node"):
        pytest.skip("the page's tokenizers run under Node: install it")
    tokenizer = AutoTokenizer.from_pretrained(weights.resolve(ROLES[kind]))
    learned = byte_pairs(ROLES[kind]) if kind == "bpe" else word_pieces(ROLES[kind])
    options = {"add_special_tokens": False, "return_offsets_mapping": True, "verbose": False}
    own = [
        "Unbelievably, Zoë's café  reopened 😍",
        "a [MASK]ed  word, 1,234 x<|im_end|>y",
        "İΣ ﬁ",
        "",
    ]
    given = [*own, *texts(BEYOND[kind])]
    cut = [tokenizer(text, **options) for text in given]
    pairs = [zip(one["input_ids"], one["offset_mapping"], strict=True) for one in cut]
    expected = [[[i, *place] for i, place in pair] for pair in pairs]
    path = tmp_path / "given.json"
    path.write_text(
        json.dumps({"kind": kind, "learned": learned, "texts": given, "expected": expected})
    )
    run = subprocess.run(
        ["node", "tests/docs/cut.js"],
        cwd=PROJECT,
        env=os.environ | {"GIVEN": str(path)},
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    assert run.returncode == 0, run.stderr[-2000:]
    differ = json.loads(run.stdout)
    assert not set(differ) & set(own)
    assert len(differ) <= COUNT / 1000, differ  # a browser's Unicode is younger than the library's
