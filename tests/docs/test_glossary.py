"""Every term of docs/glossary.md is seen in the cell that its row links to."""

import re

import nbformat
import pytest

from helpers import PROJECT
from tools.notebooks import COURSE

TEXT = (PROJECT / "docs" / "glossary.md").read_text(encoding="utf-8")
ROW = re.compile(
    r"\| (.+?) \| (.+?) \| \[(\d\d) · ([\w-]+)\]\(\.\./notebooks/(.+?)#cell-id=(.+?)\) \|"
)
ROWS = [line for line in TEXT.splitlines() if line.startswith("| ")][1:]
NOTEBOOKS = {path.name: nbformat.read(path, as_version=4).cells for path in COURSE}


def around(file, cell_id):
    """The code cell with that id, and the texts before and behind it, in one; `_` reads as `-`."""
    cells = NOTEBOOKS[file]
    [place] = [i for i, cell in enumerate(cells) if cell.id == cell_id]
    assert cells[place].cell_type == "code"
    before = next(i for i in range(place, -1, -1) if cells[i].cell_type == "markdown")
    after = next(i for i in range(place, len(cells)) if cells[i].cell_type == "markdown")
    return "\n".join(cell.source for cell in cells[before : after + 1]).replace("_", "-")


def words(term):
    """What of a term must be read there: its longest word, without plural and backticks."""
    return max(re.findall(r"[\w…-]+", term.replace("_", "-")), key=len).lower().removesuffix("s")


@pytest.mark.parametrize("row", ROWS)
def test_a_term_is_seen_in_its_cell(row):
    term, what, number, label, file, cell_id = ROW.fullmatch(row).groups()
    assert label == cell_id and file.startswith(number) and what
    assert words(term) in around(file, cell_id).lower()


def test_terms_are_in_order_and_once():
    terms = [row.strip("| `[").lower() for row in ROWS]
    assert terms == sorted(terms) and len(set(terms)) == len(terms) > 70
