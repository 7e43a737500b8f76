"""Which cells of the notebooks stand on slides, and in what order the class sees them."""

import nbformat
import pytest

from docs.slides.make import Slides, parts, portable
from tools.notebooks import COURSE

KINDS = {"slide", "subslide", "-", "notes", "skip"}

pytestmark = pytest.mark.parametrize("path", COURSE, ids=lambda path: path.stem)


def slides_of(path):
    """Return the slides of a notebook, each a list of what is shown on it."""
    notebook, _ = Slides().preprocess(nbformat.read(path, as_version=4), {})
    slides = []
    for cell in notebook.cells:
        kind = cell.metadata.slideshow.slide_type
        if kind in ("slide", "subslide"):
            slides.append([])
        if kind not in ("notes", "skip"):
            slides[-1].append(cell)
    return slides


def test_every_cell_has_a_place(path):
    for cell in nbformat.read(path, as_version=4).cells:
        assert cell.metadata.get("slideshow", {}).get("slide_type") in KINDS, cell.id


def test_a_lesson_has_so_many_slides(path):
    assert 2 <= len(slides_of(path)) <= 35


def test_no_answer_beside_its_question(path):
    for cells in slides_of(path):
        asks = [
            cell.source
            for cell in cells
            if "**Predict" in cell.source and not cell.source.startswith("## How a notebook")
        ]
        assert not asks or all(cell.cell_type == "markdown" for cell in cells), asks


def test_no_plumbing_and_no_exercise(path):
    kinds = {
        cell.id: cell.metadata.slideshow.slide_type
        for cell in nbformat.read(path, as_version=4).cells
    }
    assert {
        kind
        for name, kind in kinds.items()
        if name.startswith(("setup-project", "exercise", "hand-in"))
    } == {"skip"}
    assert kinds.get("explorer", "subslide") == "subslide"


def test_what_is_not_shown_is_spoken(path):
    for cell in nbformat.read(path, as_version=4).cells:
        if cell.cell_type == "markdown" and cell.metadata.slideshow.slide_type in (
            "slide",
            "subslide",
        ):
            words = sorted(" ".join(parts(portable(cell.source))).split())
            assert words == sorted(portable(cell.source).split()), cell.id


def test_text_needs_neither_network_nor_notebooks(path):
    for cells in slides_of(path):
        for cell in cells:
            assert cell.cell_type == "code" or not any(
                mark in cell.source for mark in ("![", ".ipynb", "](..")
            ), cell.source
