"""docs/claims.md: each marked sentence of the notebooks, and the cell that bears it out.

In a text, `<!-- claim:softmax-shift -->` stands before the sentence; the cell that asserts or
prints it has the tag `claim:softmax-shift`. `python -m tools.claims` writes the page.
"""

import ast
import re
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import nbformat

from helpers import PROJECT
from tools.notebooks import COURSE

PAGE = PROJECT / "docs" / "claims.md"
SENTENCE = re.compile(
    r"<!-- claim:([\w-]+) -->(.+?(?:[.?!](?=\W*(?:\s|$))|:(?=\n\n|$)))", re.DOTALL
)


class Claim(NamedTuple):
    """A sentence, and the cell whose tag has its name."""

    name: str
    sentence: str
    cell: str
    notebook: str


def sentences(notebook) -> list[tuple[str, str]]:
    """Name and words of each marked sentence, in the notebook's order."""
    texts = [cell.source for cell in notebook.cells if cell.cell_type == "markdown"]
    return [
        (name, " ".join(words.strip(" .:,;").split()))
        for text in texts
        for name, words in SENTENCE.findall(text)
    ]


def cells(notebook) -> list[tuple[str, nbformat.NotebookNode]]:
    """Name and cell of each tag."""
    return [
        (tag.removeprefix("claim:"), cell)
        for cell in notebook.cells
        for tag in cell.metadata.get("tags", ())
        if tag.startswith("claim:")
    ]


def bears_out(source: str) -> bool:
    """Does the cell assert or print anything?"""
    nodes = list(ast.walk(ast.parse(source)))
    called = {
        node.func.id for node in nodes if isinstance(node, ast.Call) and hasattr(node.func, "id")
    }
    return "print" in called or any(isinstance(node, ast.Assert) for node in nodes)


def faults(notebooks: dict) -> list[str]:
    """What is wrong with the markers of these notebooks, {name of the file: notebook}."""
    said = [name for book in notebooks.values() for name, _ in sentences(book)]
    shown = [(name, cell) for book in notebooks.values() for name, cell in cells(book)]
    tags = [name for name, _ in shown]
    found = [f"{name}: no cell has the tag" for name in said if name not in tags]
    found += [f"{name}: no sentence has the marker" for name in tags if name not in said]
    for names in (said, tags):
        found += [f"{name}: {count} times" for name, count in Counter(names).items() if count > 1]
    found += [
        f"{name}: the cell {cell.id} neither asserts nor prints"
        for name, cell in shown
        if not bears_out(cell.source)
    ]
    return found


def read() -> dict:
    return {path.name: nbformat.read(path, as_version=4) for path in COURSE}


def claims(notebooks: dict) -> list[Claim]:
    tagged = {name: cell.id for book in notebooks.values() for name, cell in cells(book)}
    return [
        Claim(name, words[0].upper() + words[1:], tagged[name], file)
        for file, book in notebooks.items()
        for name, words in sentences(book)
    ]


def page(notebooks: dict) -> str:
    rows = [
        f"| {claim.sentence.replace('|', '/')} | "
        f"[{Path(claim.notebook).stem[:2]} · {claim.cell}]"
        f"(../notebooks/{claim.notebook}#cell-id={claim.cell}) |"
        for claim in claims(notebooks)
    ]
    return TEMPLATE.format(count=len(rows), rows="\n".join(rows))


TEMPLATE = """# Claims, and the cells that bear them out

{count} sentences of the notebooks are marked in their source. Each has a cell that asserts it, or
prints what it says; run it and see. `python -m tools.claims` writes this page.

| the sentence | its cell |
|---|---|
{rows}
"""

if __name__ == "__main__":
    notebooks = read()
    if wrong := faults(notebooks):
        raise SystemExit("\n".join(wrong))
    PAGE.write_text(page(notebooks), encoding="utf-8")
