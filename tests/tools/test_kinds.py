"""A name that a notebook binds to another kind of thing is named; a loop over one kind is not."""

import nbformat
import pytest
from transformers import BertConfig, GPT2Config

from tools import execute, kinds


def test_what_a_cell_binds_outside_its_functions():
    source = (
        "a = 1\ndef f():\n    b = 2\nfor c, (d, *e) in []:\n    _ = 0\n[g for g in []]\n(h := 3)"
    )
    assert kinds.bound(source) == {"a", "f", "c", "d", "e", "h"}


@pytest.mark.parametrize(
    "one, other, equal",
    [
        (1, 2.5, True),
        ([1], (1,), True),
        (BertConfig(), GPT2Config(), True),
        ([1], {1: 1}, False),
        ("a", 1, False),
        (len, "a", False),
    ],
)
def test_kinds(one, other, equal):
    assert (kinds.kind(one) == kinds.kind(other)) == equal


def test_a_notebook_that_rebinds_a_name_is_reported(tmp_path, monkeypatch):
    v4 = nbformat.v4
    path = tmp_path / "a.ipynb"
    sources = ("x = [1]\ny = 1", "x = {}\ny = 2.5", "kind = seen = target = {}", "print(dir())")
    cells = [v4.new_code_cell(source) for source in sources]
    nbformat.write(v4.new_notebook(cells=cells), path)
    monkeypatch.setattr(execute, "PROJECT", tmp_path)
    said = execute.execute(path)
    assert said == ["a.ipynb: x is a row ('x = [1]'), then a dict ('x = {}')"]
    cells = nbformat.read(path, as_version=4).cells
    assert [cell.execution_count for cell in cells] == [1, 2, 3, 4]
    assert cells[2].outputs == [], "the notebook's names are its own"
    assert "bound" not in cells[3].outputs[0].text
