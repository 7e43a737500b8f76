"""What the figures of notebook 03 draw is what they say."""

from itertools import pairwise

import pytest
import torch
from transformers import DistilBertConfig
from transformers.models.distilbert.modeling_distilbert import TransformerBlock

from helpers.heads import figures
from tools.artists import bars, inside, lines, rectangles, texts, ticks


def test_parts_are_bars_of_their_millions_the_largest_above():
    parts = {"head": 1_000_000, "embeddings": 11_000_000, "attention": 4_000_000}
    picture = figures.parameters(parts)
    [axes] = picture.figure.axes
    assert [(left, width) for left, _, width, _ in bars(axes)] == [(0, 11), (0, 4), (0, 1)]
    assert ticks(axes.yaxis) == ["embeddings", "attention", "head"] and axes.yaxis_inverted()
    assert texts(axes) == {
        "11,000,000  (68.75%)": (11, 0),
        "4,000,000  (25.00%)": (4, 1),
        "1,000,000  (6.25%)": (1, 2),
    }
    assert "millions" in axes.get_xlabel()
    assert picture.alt.startswith("Where 16,000,000 parameters sit: embeddings 11,000,000")
    assert [patch.get_hatch() for patch in axes.patches] == ["", "", "//"]


def test_a_layer_has_its_parts_in_order_and_two_ways_around():
    picture = figures.one_layer()
    [axes] = picture.figure.axes
    at = texts(axes)
    places = [at[name][0] for name in ("x", "attention", "sa_layer_norm", "ffn")]
    assert places == sorted(places) and at["output_layer_norm"][0] > places[-1]
    boxes = [(left, left + width) for left, _, width, _ in bars(axes)]
    attention, first_norm, ffn, last_norm = boxes
    for way, (left, right), norm in zip(
        lines(axes), (attention, ffn), (first_norm, last_norm), strict=True
    ):
        (leaves, low), *_, (comes_back, _) = way
        assert leaves < left and right < comes_back < norm[0] and low == 1
    assert all(end < begins for (_, end), (begins, _) in pairwise(boxes))
    assert [text.get_text() for text in axes.texts].count("residual connection") == 2
    assert all(inside(axes, x, y) for x, y in at.values())
    assert "around attention" in picture.alt and "around ffn" in picture.alt


def test_a_layers_names_are_the_librarys():
    layer = TransformerBlock(DistilBertConfig(dim=8, hidden_dim=8, n_heads=2))
    children = {name.split(".")[-1] for name, _ in layer.named_modules()}
    said = {word for name, inside, *_ in figures.LAYER for word in f"{name} {inside}".split()}
    names = {word.strip(",") for word in said if "_" in word or word[:3] == "lin" or word == "ffn"}
    assert names >= {"q_lin", "lin2", "ffn", "output_layer_norm"} and names <= children


def test_a_grid_a_head_with_the_looking_token_in_its_row():
    attention = torch.rand(2, 3, 3).softmax(dim=-1)
    picture = figures.attention_by_head(attention, ["a", "b", "c"], 4)
    *grids, bar = picture.figure.axes
    for head, axes in enumerate(grids):
        assert axes.get_title() == f"head {head}"
        [image] = axes.images
        assert torch.allclose(torch.tensor(image.get_array()), attention[head].double())
        assert image.get_clim() == (0, 1)
        assert ticks(axes.xaxis) == ["a", "b", "c"]
        assert axes.yaxis_inverted()  # the first row above
    assert ticks(grids[0].yaxis) == ["a", "b", "c"]
    assert len(grids) == 2 and bar.get_ylabel() == "share of attention"
    assert "layer 4" in picture.figure.get_suptitle()


@pytest.mark.parametrize(
    "place, words",
    [
        (lambda n: torch.eye(n)[[0] * n], "the first token, a"),
        (lambda n: torch.eye(n)[[-1] * n], "the last token, d"),
        (torch.eye, "the token itself"),
        (lambda n: torch.eye(n).roll(1, dims=0), "the token before"),
        (lambda n: torch.eye(n).roll(-1, dims=0), "the token after"),
    ],
)
def test_a_heads_habit_is_named(place, words):
    picture = figures.attention_by_head(place(4)[None], list("abcd"), 0)
    assert f"head 0 at {words} (1.00)" in picture.alt


def test_a_line_a_pair_over_the_hidden_states():
    values = {"one": torch.tensor([1, 0.5, 0.25]), "two": torch.tensor([0.75, 0.5, 0.75])}
    picture = figures.cosines(values, "bank")
    [axes] = picture.figure.axes
    assert lines(axes) == [[(0, 1), (1, 0.5), (2, 0.25)], [(0, 0.75), (1, 0.5), (2, 0.75)]]
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["one", "two"]
    assert [line.get_label() for line in axes.lines] == ["one", "two"]
    assert len({line.get_linestyle() for line in axes.lines}) == 2
    assert "bank" in axes.get_title() and axes.get_ylabel() == "cosine"
    assert "hidden state" in axes.get_xlabel() and axes.get_xticks().tolist() == [0, 1, 2]
    assert "one: 1.00, 0.50, 0.25; two: 0.75, 0.50, 0.75." in picture.alt


def filled(axes):
    """The row and column of each square that is filled, in the places of the axes' labels."""
    found = set()
    for square, (left, top, width, height) in zip(rectangles(axes), bars(axes), strict=True):
        if square.get_facecolor()[3]:
            found.add((top + height / 2, left + width / 2))
    columns = dict(zip(axes.get_xticks().tolist(), ticks(axes.xaxis), strict=True))
    rows = dict(zip(axes.get_yticks().tolist(), ticks(axes.yaxis), strict=True))
    return {(rows[round(y, 6)], columns[round(x, 6)]) for y, x in found}


def test_a_filled_square_is_an_allowed_look():
    encoder, causal, cross = torch.ones(3, 3), torch.ones(2, 2).tril(), torch.ones(2, 3)
    left, middle, right = figures.masks(encoder, causal, cross).figure.axes
    sources = {(f"s{i}", f"s{j}") for i in range(3) for j in range(3)}
    targets = {("t0", "t0"), ("t1", "t0"), ("t1", "t1")}
    across = {(f"t{i}", f"s{j}") for i in range(2) for j in range(3)}
    assert filled(left) == sources
    assert filled(middle) == targets
    assert filled(right) == sources | targets | across
    assert len(rectangles(right)) == 25  # also what is never looked at has its squares
    for axes in (left, middle, right):
        assert axes.yaxis_inverted() and axes.get_xlabel() == "looks at"
    titles = [axes.get_title() for axes in (left, middle, right)]
    assert titles == ["encoder", "decoder", "encoder-decoder"]


def test_the_quarters_of_an_encoder_decoder_are_named_where_they_are():
    *_, axes = figures.masks(
        torch.ones(3, 3), torch.ones(2, 2).tril(), torch.ones(2, 3)
    ).figure.axes
    at = texts(axes)
    assert at["encoder"] == (1, 1) and at["causal"] == (4, 4)
    assert at["cross-attention"] == (1, 4) and at["never"] == (4, 1)
    looks = {square.get_hatch() for square in rectangles(axes) if square.get_facecolor()[3]}
    assert looks == {None, "..", "//"}
