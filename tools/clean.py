"""Take out of the notebooks what Colab or JupyterLab added: `make clean-notebooks`.

A notebook that bears no trace of them is left as it is. In the others, a cell whose source is that
of the last clean commit gets back its id, tags, place in the slides and outputs; so an edit of the
text needs nothing else. After an edit of code, this says what to run.
"""

import difflib
import subprocess

import nbformat

from helpers import PROJECT
from tools.notebooks import NOTEBOOKS
from tools.saving import METADATA

OF_CELLS = ("tags", "slideshow", "jupyter", "jp-MarkdownHeadingCollapsed")


def traces(notebook):
    """Return what is in a notebook that only a program puts there on saving, as a list of str."""
    found = [] if (notebook.nbformat, notebook.nbformat_minor) == (4, 5) else ["an old format"]
    found += [key for key in notebook.metadata if key not in ("course", *METADATA)]
    found += [key for key, wanted in METADATA.items() if notebook.metadata.get(key) != wanted]
    for number, cell in enumerate(notebook.cells):
        found += [f"{key} of cell {number}" for key in cell.metadata if key not in OF_CELLS]
    return found


def cleaned(notebook, committed):
    """Return `notebook` without traces, and the ids of code cells that are new, changed or gone.

    `committed`: the notebook that ids, tags, outputs and metadata are taken from. New and changed
    cells get no outputs. Order, text and code stay as they are in `notebook`, but for the badge
    that Colab adds.
    """
    cells = [
        _own(cell)
        for cell in notebook.cells
        if cell.metadata.get("id", cell.get("id")) != "view-in-github"
    ]
    before, after = (
        [(cell.cell_type, cell.source) for cell in side] for side in (committed.cells, cells)
    )
    stale = set()
    for kind, a, b, c, d in difflib.SequenceMatcher(
        None, before, after, autojunk=False
    ).get_opcodes():
        if kind == "equal":
            cells[c:d] = committed.cells[a:b]
            continue
        if b - a == d - c:  # as many as before: edited, it seems
            for old, new in zip(committed.cells[a:b], cells[c:d], strict=True):
                new.id, new.metadata = old.id, old.metadata
        stale |= {cell.id for cell in committed.cells[a:b] + cells[c:d] if cell.cell_type == "code"}
    notebook = {
        "cells": cells,
        "metadata": committed.metadata or METADATA,
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return nbformat.from_dict(notebook), sorted(stale)


def _own(cell):
    """A cell with its id, source and own metadata only."""
    own = {
        "cell_type": cell.cell_type,
        "id": cell.get("id") or cell.metadata.get("id", "unnamed"),
        "source": cell.source,
        "metadata": {key: cell.metadata[key] for key in OF_CELLS if key in cell.metadata},
    }
    return nbformat.from_dict(
        own | ({"outputs": [], "execution_count": None} if cell.cell_type == "code" else {})
    )


def last_clean(path):
    """Return a notebook as in the last commit that has it without traces; else an empty one."""

    def git(*arguments):
        return subprocess.run(
            ["git", *arguments], cwd=path.parent, capture_output=True, encoding="utf-8"
        ).stdout

    for commit in git("rev-list", "HEAD", "--", path.name).split():
        notebook = nbformat.reads(git("show", f"{commit}:./{path.name}"), as_version=4)
        if not traces(notebook):
            return notebook
    return nbformat.v4.new_notebook()


def main():
    for path in NOTEBOOKS:
        notebook = nbformat.read(path, as_version=4)
        found = traces(notebook)
        if not found:
            continue
        notebook, stale = cleaned(notebook, last_clean(path))
        nbformat.write(notebook, path)
        name = path.relative_to(PROJECT)
        print(f"{name}: took out {len(found)} traces of the program that saved it")
        if stale:
            print(
                f"  Code is new, changed or gone: {', '.join(stale)}. "
                f"Store the outputs: make notebooks ONLY={path.stem}"
            )


if __name__ == "__main__":
    main()
