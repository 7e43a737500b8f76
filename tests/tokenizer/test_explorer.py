"""The explorer of notebook 02."""

import html
import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from transformers import AutoTokenizer

from helpers.drawing.markup import visible
from helpers.tokenizer.explorer import MOST, look, pieces, tokenizer_explorer
from helpers.weights import resolve
from tools.pictures import labels_of

FAMILY = "👩\u200d👩\u200d👧"
TEXTS = [
    "Unbelievably, Zoë's café  reopened 😍",
    "",
    "   ",
    f"Hi {FAMILY}, naïve\n",
    "A [SEP] b <|im_end|> [sep]",
    "東京 e\u0301",
    "a\x06b\x00",
    "I  HATE this " * 40,
    "İ ﬁ ½ \u202e <b>&amp;</b>",
]


@pytest.fixture(scope="module")
def tokenizers(tokenizer):
    return {
        "WordPiece": tokenizer,
        "byte-level BPE": AutoTokenizer.from_pretrained(resolve("causal-lm")),
    }


@pytest.fixture
def explorer(tokenizers):
    return tokenizer_explorer(tokenizers, "fine")


def change(explorer, **values):
    for name, value in values.items():
        explorer.controls[name].value = value
    return explorer.picture.value


def rows(picture):
    """What the picture shows of each tokenizer: heading, [(token, id), …], [text above, …], text cut off."""
    shown = []
    for section in re.findall(r"<section class='wide'>(.*?)</section>", picture, re.DOTALL):
        heading = re.search("<h4>(.*?)</h4>", section)[1]
        tokens = [
            (token, int(i))
            for token, i in re.findall(r'<span class="token">([^<]*)<small>(\d+)</small>', section)
        ]
        above = [
            html.unescape(text)
            for text in re.findall(
                r'<span class="piece(?! cut)[^"]*"><span>([^<]*)</span>', section
            )
        ]
        cut = re.search(r"<del>([^<]*)</del></span>([\d,]+) characters cut off", section)
        shown.append((heading, tokens, above, cut))
    return shown


@pytest.mark.parametrize("special", [True, False])
@pytest.mark.parametrize("max_length", [2, 3, 7, MOST])
def test_tokens_are_the_librarys(explorer, tokenizers, special, max_length):
    for text in TEXTS:
        picture = change(explorer, text=text, special=special, max_length=max_length)
        assert not explorer.message.value
        for (heading, tokens, *_), (name, tokenizer) in zip(
            rows(picture), tokenizers.items(), strict=True
        ):
            ids = tokenizer(
                text, truncation=True, max_length=max_length, add_special_tokens=special
            )["input_ids"]
            whole = tokenizer(text, add_special_tokens=special)["input_ids"]
            assert tokens == [
                (visible(token), i) for token, i in zip(tokenizer.convert_ids_to_tokens(ids), ids)
            ]
            assert heading.startswith(f"{name}: {len(ids)} token{'s' * (len(ids) != 1)}")
            assert ("cut off" in heading) == (len(whole) > len(ids))
            if len(whole) > len(ids):
                assert f"; {len(whole) - len(ids):,} cut off" in heading


@settings(max_examples=60, deadline=None)
@given(st.text(st.characters(), max_size=60), st.booleans(), st.integers(2, MOST))
@example("\ud83d alone", True, 5)
@example("<script>alert(1)</script><img src=x onerror=alert(1)>", True, MOST)
@example(f"{FAMILY}" * 5, False, 30)
def test_any_text_is_drawn_or_refused_in_words(tokenizers, text, special, max_length):
    explorer = tokenizer_explorer(tokenizers, "fine")
    before = change(explorer, special=special, max_length=max_length)
    picture = change(explorer, text=text)
    labels_of(picture)
    if re.search("[\ud800-\udfff]", text):
        assert "half of a surrogate pair: delete it" in explorer.message.value and picture == before
        return
    assert not explorer.message.value
    for (_, tokens, *_), tokenizer in zip(rows(picture), tokenizers.values(), strict=True):
        wanted = tokenizer(
            text, truncation=True, max_length=max_length, add_special_tokens=special
        )["input_ids"]
        assert [i for _, i in tokens] == wanted


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=60))
@example(FAMILY)
@example("  a\x06 ")
def test_pieces_make_the_text_and_hold_every_token_once(tokenizers, text):
    for cut in look(text, tokenizers).cuts:
        assert "".join(text[start:end] for start, end, _ in cut.pieces) == text
        held = [i for _, _, tokens in cut.pieces for i in tokens]
        assert held == [i for i, added in enumerate(cut.added) if not added]
        for start, end, tokens in cut.pieces:
            assert all(start <= cut.offsets[i][0] <= cut.offsets[i][1] <= end for i in tokens)


def test_pieces_by_hand():
    assert pieces(5, {}) == [(0, 5, [])]
    assert pieces(0, {}) == []
    assert pieces(6, {1: (1, 2), 2: (2, 4), 3: (3, 4)}) == [
        (0, 1, []),
        (1, 2, [1]),
        (2, 4, [2, 3]),
        (4, 6, []),
    ]


@pytest.mark.parametrize("max_length", [4, 9, MOST])
def test_the_text_above_is_the_whole_text(explorer, max_length):
    text = "Unbelievably, Zoë's café  reopened 😍 "
    for _, _, above, cut in rows(change(explorer, text=text, max_length=max_length)):
        shown = "".join(piece for piece in above if piece != "added")
        lost = html.unescape(cut[1]) if cut else ""
        assert (shown + lost).replace("␣", " ") == text
        assert not cut or int(cut[2]) == len(lost)


def test_bytes_of_one_character_share_a_frame(explorer):
    frames = re.findall(
        r'<span class="piece[^"]*"><span>␣😍</span>(.*?)</span></span>',
        change(explorer, text="a 😍"),
    )
    assert [frame.count('class="token"') for frame in frames] == [2]
    [frame] = re.findall(
        r"<span>␣😍</span>(.*?)</span></span>", change(explorer, max_length=2, special=False)
    )
    assert "+1<small>cut off</small>" in frame
    assert rows(explorer.picture.value)[1][3] is None  # no whole character is lost


def test_text_without_a_token_stays_visible(explorer):
    word_piece, bpe = rows(change(explorer, text=" a\x06 b"))
    assert word_piece[2] == ["added", "␣", "a", "\\u0006␣", "b", "added"]
    assert "\\u0006" in bpe[2] and "\\u0006" not in [token for token, _ in bpe[1]]


def test_only_special_tokens_are_dashed(explorer):
    picture = change(explorer, text="a [SEP] b")
    dashed = re.findall(
        r'<span class="piece special[^"]*"><span>([^<]*)</span><span class="token">([^<]*)<',
        picture,
    )
    assert dashed == [("added", "[CLS]"), ("[SEP]", "[SEP]"), ("added", "[SEP]")]


def test_the_table_has_the_offsets(explorer, tokenizers):
    text = "Zoë's café 😍"
    picture = change(explorer, text=text, special=False)
    for name, tokenizer in tokenizers.items():
        found = re.search(
            rf"<summary>The tokens of {name} as a table</summary>.*?<tbody>(.*?)</tbody>", picture
        )[1]
        encoding = tokenizer(text, add_special_tokens=False, return_offsets_mapping=True)
        cells = [
            [html.unescape(cell) for cell in re.findall("<td>(.*?)</td>", row)]
            for row in found.split("</tr>")[:-1]
        ]
        assert cells == [
            [token, str(i), str(start), str(end), text[start:end]]
            for token, i, (start, end) in zip(
                encoding.tokens(), encoding["input_ids"], encoding["offset_mapping"], strict=True
            )
        ]


def test_text_over_the_limit_is_refused_in_words(explorer):
    before = explorer.picture.value
    change(explorer, text="x" * 100_000)
    assert f"100,000 characters and this explorer takes 5,000" in explorer.message.value
    assert explorer.picture.value == before
    change(explorer, text="x " * (2_500))
    assert not explorer.message.value


@pytest.mark.parametrize(
    "text", ["<&> " * 1250, "😍" * 5_000, "x" * 5_000, " " * 5_000, "\x00" * 5_000]
)
def test_pictures_are_small(explorer, text):
    assert len(change(explorer, text=text)) < 40_000


def test_sliders_do_not_tokenize_again(tokenizers):
    calls = []

    class Counted:
        def __init__(self, tokenizer):
            self.all_special_ids, self.call = tokenizer.all_special_ids, tokenizer

        def __call__(self, *arguments, **options):
            calls.append(arguments)
            return self.call(*arguments, **options)

    explorer = tokenizer_explorer(
        {name: Counted(tokenizer) for name, tokenizer in tokenizers.items()}, "fine"
    )
    assert len(calls) == 2
    for max_length in range(2, MOST):
        change(explorer, max_length=max_length, special=max_length % 2 == 0)
    assert len(calls) == 2
    change(explorer, text="finer")
    assert len(calls) == 4


def test_many_changes_end_in_the_last_state(explorer, tokenizer):
    for count in range(200):
        change(explorer, text=f"Good {count}", max_length=2 + count % 30)
    ids = tokenizer("Good 199", truncation=True, max_length=2 + 199 % 30)["input_ids"]
    assert [i for _, i in rows(explorer.picture.value)[0][1]] == ids


def test_every_control_has_a_label(explorer):
    fields = [child for row in explorer.box.children for child in getattr(row, "children", [row])]
    assert {"Text:", "add special tokens", "max_length:"} <= {
        getattr(field, "description", "") for field in fields
    }
