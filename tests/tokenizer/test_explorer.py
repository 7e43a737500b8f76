"""The explorer of 02: tokens, ids and offsets are the library's, and no character is lost."""

import json

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from transformers import AutoTokenizer

from helpers.tokenizer.explorer import MOST, cut, pieces, short, tokenizer_explorer
from helpers.weights import resolve

FAMILY = "👩\u200d👩\u200d👧"
TEXTS = [
    "Unbelievably, Zoë's café  reopened 😍",
    "",
    "   ",
    f"Hi {FAMILY}, naïve\n",
    "A [SEP] b <|im_end|> [sep]",
    "東京 e\u0301",
    "a\x06b\x00",
    "İ ﬁ ½ \u202e <b>&amp;</b>",
]


@pytest.fixture(scope="module")
def tokenizers(tokenizer):
    causal = AutoTokenizer.from_pretrained(resolve("causal-lm"))
    return {"WordPiece": tokenizer, "byte-level BPE": causal}


@pytest.fixture
def explorer(tokenizers):
    return tokenizer_explorer(tokenizers, "fine")


def ask(explorer, text):
    """Set the text as the view does; return the state."""
    explorer.inputs = {"text": text, "n": explorer.inputs["n"] + 1}
    assert explorer.state["n"] == explorer.inputs["n"]
    return explorer.state


def tokens_of(row, key="id"):
    return [token[key] for piece in row["pieces"] for token in piece["tokens"]]


@pytest.mark.parametrize("text", TEXTS)
def test_tokens_ids_and_offsets_are_the_librarys(explorer, tokenizers, text):
    picture = ask(explorer, text)["picture"]
    assert (picture["characters"], picture["bytes"]) == (len(text), len(text.encode()))
    for row, (name, tokenizer) in zip(picture["rows"], tokenizers.items(), strict=True):
        known = tokenizer(text, return_offsets_mapping=True)
        bare = tokenizer(text, add_special_tokens=False)["input_ids"]
        ids = known["input_ids"]
        assert row["name"] == name and tokens_of(row) == ids
        assert tokens_of(row, "token") == tokenizer.convert_ids_to_tokens(ids)
        spans = zip(tokens_of(row, "start"), tokens_of(row, "end"), strict=True)
        assert list(spans) == [tuple(span) for span in known["offset_mapping"]]
        assert tokens_of(row, "special") == [i in tokenizer.all_special_ids for i in ids]
        assert (row["own"], row["added"]) == (len(bare), len(ids) - len(bare))


@settings(max_examples=60, deadline=None)
@given(st.text(st.characters(), max_size=40))
@example(FAMILY)
@example("  a\x06 ")
@example("\ud83d alone")
@example("𐀀" * 30)
@example("<script>alert(1)</script>")
def test_any_text_is_drawn_whole_or_refused_in_words(tokenizers, text):
    explorer = tokenizer_explorer(tokenizers, "fine")
    before = explorer.state["picture"]
    state = ask(explorer, text)
    json.dumps(explorer.get_state(), allow_nan=False).encode()
    if any("\ud800" <= character <= "\udfff" for character in text):
        assert state["error"]["field"] == "text" and state["picture"] == before
        return
    assert state["error"] is None
    for row in state["picture"]["rows"]:
        inner = [piece for piece in row["pieces"] if not piece.get("added")]
        drawn = "".join(piece["text"] for piece in inner)
        assert text.startswith(drawn) and (drawn == text or row["own"] > MOST)
        for piece in inner:
            within = [
                piece["start"] <= t["start"] <= t["end"] <= piece["end"] for t in piece["tokens"]
            ]
            assert all(within)


def test_pieces_by_hand():
    assert pieces(5, {}) == [(0, 5, [])]
    assert pieces(0, {}) == []
    assert pieces(6, {1: (1, 2), 2: (2, 4), 3: (3, 4)}) == [
        (0, 1, []),
        (1, 2, [1]),
        (2, 4, [2, 3]),
        (4, 6, []),
    ]


def test_added_tokens_stand_at_their_ends(tokenizer):
    for text in ("a b", ""):
        first, *_, last = cut(text, tokenizer)["pieces"]
        assert [piece["tokens"][0]["token"] for piece in (first, last)] == ["[CLS]", "[SEP]"]
        assert first["added"] and last["added"]


def test_bytes_of_one_character_share_a_piece(tokenizers):
    last = cut("a 😍", tokenizers["byte-level BPE"])["pieces"][-1]
    assert last["text"] == " 😍" and len(last["tokens"]) == 2


@pytest.mark.parametrize("text", ["<&> " * 1250, "😍" * 5_000, "x" * 5_000, " " * 5_000])
def test_of_a_long_text_the_first_tokens_are_drawn_and_all_are_counted(explorer, tokenizers, text):
    state = ask(explorer, text)
    assert not state["error"] and len(json.dumps(state)) < 40_000
    for row, tokenizer in zip(state["picture"]["rows"], tokenizers.values(), strict=True):
        ids = tokenizer(text, add_special_tokens=False)["input_ids"]
        assert row["own"] == len(ids)
        inner = [piece for piece in row["pieces"] if not piece.get("added")]
        assert tokens_of({"pieces": inner}) == ids[:MOST]


def test_a_text_over_the_limit_is_refused_in_words(explorer):
    before = explorer.state["picture"]
    state = ask(explorer, "x" * 100_000)
    assert state["error"]["field"] == "text" and "100,000 characters" in state["error"]["words"]
    assert state["picture"] == before


def test_a_long_piece_keeps_both_ends():
    assert short("a" * 48) == "a" * 48
    assert short("a" * 100 + "b" * 8) == f"{'a' * 24} … 76 characters … {'b' * 8}"
