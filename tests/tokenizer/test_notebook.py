"""Notebook 02: its tokenizers against the library, its figures."""

import json
import random
import unicodedata
from html.parser import HTMLParser

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from tokenizers.pre_tokenizers import ByteLevel
from transformers import AutoTokenizer

import helpers.tokenizer.figures as figures
from helpers.weights import resolve
from tools.notebooks import functions

PARTS = [
    "the film",
    "unbelievably",
    "HuggingFace",
    "don't",
    "(1999)",
    "$5.00",
    "50 %",
    "e-mail",
    "…",
    "«quoted»",
    "`code`",
    "~^|+=<>",
    "Déjà vu",
    "Ångström",
    "naïve",
    "e\u0301te\u0301",
    "ÇA",
    "Łódź",
    "İstanbul",
    "Straße",
    "ΟΔΟΣ",
    "Σίσυφος",
    "Привет",
    "שלום",
    "नमस्ते",
    "東京",
    "北京ab大学",
    "\U00020000",
    "ひらがな",
    "カタカナ",
    "한국어",
    "각",
    "Ｆｕｌｌ",
    "ﬁlm",
    "½",
    "☎",
    "→",
    "😍",
    "👩‍👩‍👧",
    "🇫🇷",
    "👍🏽",
    "https://example.org/a_b?c=1&d=%20#top",
    "me@example.org",
    "#tag",
    "##ing",
    "[unused5]",
    "\t",
    "\n",
    "\r\n",
    "\x00",
    "\x07",
    "\x1c",
    "\x85",
    "\u00a0",
    "\u200b",
    "\u200d",
    "\u2028",
    "\u3000",
    "\ufeff",
    "\ufffd",
    "\ue000",
    "\u0378",
    "[SEP]",
    "[MASK]",
    "[CLS]",
    "[PAD]",
    "[UNK]",
    "[sep]",
    "[MASK",
    "[[CLS]]",
    "a" * 99,
    "b" * 100,
    "c" * 101,
    "é" * 101,
    "",
    "  ",
]
TEXTS = st.lists(st.one_of(st.text(), st.sampled_from(PARTS))).map("".join)


def sentences(count):
    generator = random.Random(2)
    made = ["", " ", "[CLS]"]
    while len(made) < count:
        parts = generator.choices(PARTS, k=generator.randint(1, 12))
        made.append("".join(part + generator.choice(["", " ", " ", ", "]) for part in parts))
    return made


@pytest.fixture(scope="module")
def by_hand():
    return functions("02_tokenizer")


@pytest.fixture(scope="module")
def vocabulary(tokenizer):
    return tokenizer.get_vocab()


@pytest.fixture(scope="module")
def differing(by_hand, tokenizer):
    """Characters that notebook and library treat differently, each tried between two letters.

    Beyond plane 1 there are only CJK, private, unassigned code points and variation selectors.
    """
    normalizer, cut = (
        tokenizer.backend_tokenizer.normalizer,
        tokenizer.backend_tokenizer.pre_tokenizer,
    )
    found = set()
    for point in (*range(0xD800), *range(0xE000, 0x20000), *range(0xE0000, 0xE0200)):
        text = f"a{chr(point)}b"
        normal = by_hand["normalize"](text)
        words = [word for word, _ in cut.pre_tokenize_str(normal)]
        if normal != normalizer.normalize_str(text) or by_hand["split"](normal) != words:
            found.add(chr(point))
    return found


@pytest.fixture(scope="module")
def bpe_tokenizer():
    return AutoTokenizer.from_pretrained(resolve("causal-lm"))


@pytest.fixture(scope="module")
def rank(bpe_tokenizer):
    return {
        tuple(pair): i
        for i, pair in enumerate(
            json.loads(bpe_tokenizer.backend_tokenizer.to_str())["model"]["merges"]
        )
    }


def test_wordpiece_equals_the_library_on_2000_sentences(by_hand, tokenizer, vocabulary):
    texts = sentences(2000)
    assert len(set(texts)) > 1900
    for text, ids in zip(texts, tokenizer(texts)["input_ids"], strict=True):
        assert by_hand["encode"](text, vocabulary) == ids, ascii(text)


def test_characters_differ_only_where_unicode_editions_do(differing):
    # Added or reclassified since Unicode 3.2, or not known to this Python.
    old, now = unicodedata.ucd_3_2_0.category, unicodedata.category
    assert all(
        now(character) != old(character) or now(character) == "Cn" for character in differing
    )
    assert len(differing) < 1000


@settings(max_examples=300, deadline=None)
@given(text=TEXTS)
def test_wordpiece_equals_the_library_on_any_text(by_hand, tokenizer, vocabulary, differing, text):
    assume(not differing & set(text))
    assert by_hand["encode"](text, vocabulary) == tokenizer(text)["input_ids"]


def test_special_tokens_are_the_library_s(by_hand, tokenizer):
    default = by_hand["tokenize"].__defaults__[0]
    assert set(default) == set(tokenizer.all_special_tokens)


def test_merge_is_left_to_right_and_never_overlaps(by_hand):
    assert by_hand["merge"](list("aaa"), ("a", "a")) == ["aa", "a"]
    assert by_hand["merge"](list("abab"), ("a", "b")) == ["ab", "ab"]
    assert by_hand["merge"]([], ("a", "b")) == []


def test_learn_takes_the_most_frequent_pair_first(by_hand):
    words = ["low"] * 5 + ["lower"] * 2 + ["newest"] * 6 + ["widest"] * 3
    assert by_hand["learn"](words, 4) == [("e", "s"), ("es", "t"), ("l", "o"), ("lo", "w")]


def test_byte_characters_are_the_library_s(by_hand):
    assert sorted(by_hand["byte_characters"]().values()) == sorted(ByteLevel.alphabet())


@pytest.fixture(scope="module")
def known(bpe_tokenizer):
    return bpe_tokenizer.get_vocab()


@pytest.fixture(scope="module")
def added(bpe_tokenizer):
    return bpe_tokenizer.get_added_vocab()


@settings(max_examples=300, deadline=None)
@given(text=TEXTS)
def test_bpe_equals_the_library_on_any_text(by_hand, bpe_tokenizer, rank, known, added, text):
    assume(not any(token in text for token in added))
    words = [
        word for word, _ in bpe_tokenizer.backend_tokenizer.pre_tokenizer.pre_tokenize_str(text)
    ]
    assert "".join(words) == by_hand["as_bytes"](text)
    # The library drops a byte that is not in the vocabulary, before it merges.
    words = [[character for character in word if character in known] for word in words]
    assert [
        piece for word in words for piece in by_hand["bpe"](word, rank)
    ] == bpe_tokenizer.tokenize(text)


def alternative_text(picture):
    found = []
    parser = HTMLParser()
    parser.handle_startendtag = parser.handle_starttag = lambda tag, attributes: found.append(
        dict(attributes)["alt"]
    )
    parser.feed(picture._repr_mimebundle_()["text/html"])
    return found[0]


def test_figures_tell_their_content_in_words():
    rows = [("characters", 40, 180, 2), ("subwords, 50 merges", 90, 120, 2), ("words", 150, 40, 20)]
    assert "words: vocabulary 150, 40 tokens, 20 unknown" in alternative_text(
        figures.vocabulary_against_length(rows)
    )
