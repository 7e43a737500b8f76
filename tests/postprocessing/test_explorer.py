"""The explorer of notebook 04: its numbers are the model's and autograd's, and only a new text runs the model."""

import html
import re

import pytest
import torch
import torch.nn.functional as F
from hypothesis import example, given, settings
from hypothesis import strategies as st

from helpers.pipeline.explorer import look
from helpers.postprocessing.explorer import LIMIT, STEP, logits_explorer, render
from tools.pictures import labels_of

GRID = st.integers(round(-LIMIT / STEP), round(LIMIT / STEP)).map(
    lambda k: k * STEP
)  # what a logit slider can say


@pytest.fixture
def explorer(tokenizer, model):
    return logits_explorer(tokenizer, model, "I hate this so much!")


@pytest.fixture
def passes(model):
    """A list that grows by one at every forward pass."""
    counted = []
    handle = model.register_forward_hook(lambda *_: counted.append(1))
    yield counted
    handle.remove()


def rows(picture):
    """The cells of the picture's table, row by row."""
    cells = [re.findall(r"<td>(.*?)</td>", row) for row in re.findall(r"<tr>(.*?)</tr>", picture)]
    return [[html.unescape(cell) for cell in row] for row in cells if row]


def expected(logits, temperature, truth):
    """[logit, scaled, probability, loss if true, y, gradient], one row a class, by PyTorch in double precision."""
    logits = torch.tensor(logits, dtype=torch.float64)
    scaled = (logits / temperature).requires_grad_()
    F.cross_entropy(scaled[None], torch.tensor([truth])).backward()
    y = F.one_hot(torch.tensor(truth), len(logits))
    return torch.stack(
        [
            logits,
            scaled.detach(),
            scaled.detach().softmax(dim=0),
            -scaled.detach().log_softmax(dim=0),
            y,
            scaled.grad,
        ],
        dim=1,
    ).tolist()


def assert_drawn(picture, names, logits, temperature, truth):
    """Assert that the picture has PyTorch's numbers: in the table, in the words of the drawings, and beside their bars."""
    wanted = expected(logits, temperature, truth)
    assert [row[0] for row in rows(picture)] == names
    for row, want in zip(rows(picture), wanted, strict=True):
        assert [float(cell) for cell in row[1:]] == pytest.approx(want, abs=0.00051)
    *panels, curve = labels_of(picture)
    for label, column in zip(panels, (0, 1, 2, 5), strict=True):
        said = [float(number) for number in re.findall(r" ([+-]?\d+\.\d{3})(?:,|$)", label)]
        assert said == pytest.approx([want[column] for want in wanted], abs=0.00051)
        assert all(
            f">{number}</text>" in picture
            for number in re.findall(r" ([+-]?\d+\.\d{3})(?:,|$)", label)
        )
    p, gradient = wanted[0][2], wanted[0][5]
    said = re.search(
        r"logit (\S+) its probability p is (\S+), its y is (\d), so p - y is (\S+)$", curve
    ).groups()
    assert [float(number) for number in said] == pytest.approx(
        [logits[0], p, int(truth == 0), gradient], abs=0.00051
    )
    loss = float(re.search(r"loss = .*? = <b>(.*?)</b>", picture)[1])
    assert loss == pytest.approx(wanted[truth][3], abs=0.00051)


def test_typing_draws_the_models_numbers(explorer, tokenizer, model):
    for truth, text in enumerate(("What a film!", "I hate this.")):
        explorer.controls["truth"].value = truth
        explorer.controls["text"].value = text
        with torch.inference_mode():
            logits = model(**tokenizer([text], return_tensors="pt")).logits[0].tolist()
        assert_drawn(explorer.picture.value, ["NEGATIVE", "POSITIVE"], logits, 1, truth)
        assert f"<b>the model's</b>, for “{text}”" in explorer.picture.value
        for k, z in enumerate(logits):
            assert abs(explorer.controls[f"logit_{k + 1}"].value - z) <= STEP / 2


@settings(max_examples=60, deadline=None)
@given(
    logits=st.lists(GRID, min_size=2, max_size=6), temperature=st.integers(1, 50), data=st.data()
)
@example(logits=[LIMIT, -LIMIT], temperature=1, data=None)
def test_dragging_draws_the_readers_numbers(tokenizer, model, logits, temperature, data):
    truth = data.draw(st.integers(0, len(logits) - 1)) if data else 1
    explorer = logits_explorer(tokenizer, model, "Fine.")
    explorer.controls["classes"].value = len(logits)
    explorer.controls["truth"].value = truth
    explorer.controls["temperature"].value = temperature / 10
    for k, z in enumerate(logits):
        explorer.controls[f"logit_{k + 1}"].value = z
    own = look("Fine.", tokenizer, model).logits
    drawn = [o if abs(z - o) <= STEP / 2 else z for z, o in zip(logits, own)] + logits[2:]
    names = ["NEGATIVE", "POSITIVE", "class 3", "class 4", "class 5", "class 6"][: len(logits)]
    assert_drawn(explorer.picture.value, names, drawn, temperature / 10, truth)
    assert ("yours, not the model's" in explorer.picture.value) == (drawn[:2] != own)
    assert not explorer.message.value


def test_the_picture_says_whose_logits_they_are(explorer):
    slider = explorer.controls["logit_2"]
    theirs = explorer.picture.value
    slider.value += 4 * STEP
    assert "yours, not the model's" in explorer.picture.value
    for label, z in re.findall(
        r"(NEGATIVE|POSITIVE) (?:✓ )?([+-]\d+\.\d{3})", labels_of(theirs)[0]
    ):
        assert (
            f"{label} {z}" in explorer.picture.value
        )  # what the model would say stays in the picture
    explorer.buttons["Model's logits"].click()
    assert explorer.picture.value == theirs
    slider.value += 4 * STEP
    explorer.controls["text"].value += " "
    assert labels_of(explorer.picture.value) == labels_of(theirs)


def test_only_a_new_text_runs_the_model_and_each_change_draws_once(explorer, passes):
    drawn = []
    explorer.picture.observe(lambda change: drawn.append(change["new"]), names="value")
    for name, value in {
        "logit_1": 3.0,
        "temperature": 2.5,
        "truth": 1,
        "classes": 4,
        "logit_4": 1.0,
    }.items():
        explorer.controls[name].value = value
    explorer.buttons["Model's logits"].click()
    assert (len(drawn), len(passes)) == (6, 0)
    explorer.controls["text"].value = "Another one."
    assert (len(drawn), len(passes)) == (7, 1)


def test_only_the_sliders_of_used_classes_are_there(explorer):
    for count in (2, 5, 3, 6):
        explorer.controls["classes"].value = count
        there = [
            row.children[1]
            for row in explorer.box.children
            if hasattr(row, "children") and len(row.children) == 2
        ]
        assert [explorer.controls[f"logit_{k}"] in there for k in range(1, 7)] == [True] * count + [
            False
        ] * (6 - count)
        assert len(explorer.controls["truth"].options) == count


def test_the_true_label_survives_a_change_of_classes_or_becomes_the_last(explorer):
    explorer.controls["classes"].value = 6
    explorer.controls["truth"].value = 3
    explorer.controls["classes"].value = 5
    assert explorer.controls["truth"].value == 3
    explorer.controls["classes"].value = 2
    assert explorer.controls["truth"].value == 1
    assert "true label: POSITIVE" in explorer.picture.value


def test_the_curve_is_softmax(tokenizer, model):
    logits, temperature = [1.5, -0.25, 4.0], 0.7
    picture = render("Fine.", look("Fine.", tokenizer, model), logits, temperature, 0)
    points = re.search(r'<polyline points="(.*?)"', picture)[1].split()
    drawn = torch.tensor([[float(number) for number in point.split(",")] for point in points])
    x = (drawn[:, 0] - 170) / 130 * LIMIT
    rows = torch.stack([x, torch.full_like(x, logits[1]), torch.full_like(x, logits[2])], dim=1)
    torch.testing.assert_close(
        (158 - drawn[:, 1]) / 130,
        (rows / temperature).softmax(dim=1)[:, 0],
        atol=0.5 / 130,
        rtol=1e-4,
    )
    point = re.search(r'<circle class="bar" cx="(\d+)" cy="(\d+)"', picture)
    p = (torch.tensor(logits) / temperature).softmax(dim=0)[0].item()
    assert (
        abs(int(point[1]) - (170 + 130 * logits[0] / LIMIT)) <= 0.5
        and abs(int(point[2]) - (158 - 130 * p)) <= 0.5
    )


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=80))
@example("")
@example("   ")
@example("😀 \u202e\u0301\x00\ud800")
@example("<script>alert(1)</script><img src=x onerror=alert(1)>")
def test_any_text_is_drawn_or_refused_in_words(tokenizer, model, text):
    explorer = logits_explorer(tokenizer, model, "fine")
    before = explorer.picture.value
    explorer.controls["text"].value = text
    if explorer.message.value:
        assert explorer.picture.value == before
    labels_of(explorer.picture.value)


def test_labels_of_a_model_are_escaped(tokenizer, model):
    state = look("Fine.", tokenizer, model)._replace(labels=["<b>", "&"])
    assert len(labels_of(render("<i>", state, [1.0, 2.0, 0.0], 2.0, 0))) == 5


def test_an_error_is_shown_and_the_next_text_is_read_again(explorer, tokenizer, model, monkeypatch):
    before = explorer.picture.value
    with monkeypatch.context() as patch:
        patch.setattr(model, "forward", lambda **inputs: 1 / 0)
        explorer.controls["text"].value = "Good."
        assert "ZeroDivisionError" in explorer.message.value and explorer.picture.value == before
    explorer.controls["text"].value = "Good!"
    assert not explorer.message.value
    assert_drawn(
        explorer.picture.value,
        ["NEGATIVE", "POSITIVE"],
        look("Good!", tokenizer, model).logits,
        1,
        0,
    )


def test_long_text_says_what_was_cut(explorer):
    explorer.controls["text"].value = "good " * 20_000
    assert re.search(
        r"512 tokens at most: the last [\d,]+ characters were cut off", explorer.picture.value
    )
    assert f"“{('good ' * 60)}…”" in explorer.picture.value
    assert len(explorer.picture.value) < 30_000


def test_a_model_with_too_many_labels_is_refused(tokenizer):
    class Many:
        class config:
            num_labels, id2label = 7, {k: str(k) for k in range(7)}

    with pytest.raises(ValueError, match="7 labels"):
        logits_explorer(tokenizer, Many, "fine")


def test_many_changes_end_in_the_last_state(explorer, tokenizer, model):
    for count in range(100):
        explorer.controls["text"].value = f"Good {count}"
        explorer.controls["logit_1"].value = count * STEP
    logits = [99 * STEP, look("Good 99", tokenizer, model).logits[1]]
    assert_drawn(explorer.picture.value, ["NEGATIVE", "POSITIVE"], logits, 1, 0)
    assert not explorer.message.value
