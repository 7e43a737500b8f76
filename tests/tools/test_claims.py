"""Each marked sentence has one cell that bears it out, and docs/claims.md lists them."""

import nbformat
import pytest

from tools import claims


def test_every_marked_sentence_has_one_cell_that_asserts_or_prints():
    assert claims.faults(claims.read()) == []


def test_the_page_is_of_today():
    said = claims.page(claims.read())
    assert said == claims.PAGE.read_text(encoding="utf-8"), "run: python -m tools.claims"


def book(text, source, tags):
    v4 = nbformat.v4
    cell = v4.new_code_cell(source, metadata={"tags": tags}, id="proof")
    return {"a.ipynb": v4.new_notebook(cells=[v4.new_markdown_cell(text), cell])}


GOOD = ("Look.\n<!-- claim:a-b -->It is **so**: see.", "print(1)", ["claim:a-b"])


def test_a_good_marker_is_a_row_with_a_link():
    assert claims.faults(book(*GOOD)) == []
    row = "| It is **so**: see | [a · proof](../notebooks/a.ipynb#cell-id=proof) |"
    assert row in claims.page(book(*GOOD))


@pytest.mark.parametrize(
    "text, source, tags, fault",
    [
        (GOOD[0], "print(1)", [], "a-b: no cell has the tag"),
        ("Look.", "print(1)", ["claim:a-b"], "a-b: no sentence has the marker"),
        (GOOD[0] + GOOD[0], "print(1)", ["claim:a-b"], "a-b: 2 times"),
        (GOOD[0], "x = 1", ["claim:a-b"], "a-b: the cell proof neither asserts nor prints"),
    ],
)
def test_each_fault_is_named(text, source, tags, fault):
    assert fault in claims.faults(book(text, source, tags))


def test_a_second_cell_with_the_tag_is_a_fault():
    books = book(*GOOD)
    books["a.ipynb"].cells.append(books["a.ipynb"].cells[-1])
    assert claims.faults(books) == ["a-b: 2 times"]


def test_an_assert_is_enough():
    assert claims.faults(book(GOOD[0], "assert 1", ["claim:a-b"])) == []
