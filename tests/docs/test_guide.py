"""What the teacher's guide says of the notebooks."""

import re

import nbformat
import pytest

from helpers import PROJECT
from tools.facts import EXERCISE
from tools.notebooks import COURSE, NOTEBOOKS

PAGE = PROJECT / "classroom" / "guide.md"
GUIDE = PAGE.read_text(encoding="utf-8")
each_notebook = pytest.mark.parametrize("path", COURSE, ids=lambda path: path.stem)


def plans():
    """{heading: sum of the first column} of the guide's tables that begin `| min |`."""
    parts = re.split(r"^#+ (.+)$", GUIDE, flags=re.MULTILINE)
    found = {}
    for heading, text in zip(parts[1::2], parts[2::2], strict=True):
        column = [line.split("|")[1].strip() for line in text.splitlines() if line.startswith("|")]
        if column[:1] == ["min"]:
            found[heading] = sum(map(int, column[2:]))
    return found


@pytest.mark.parametrize(("heading", "total"), plans().items(), ids=plans())
def test_minutes_of_a_plan_sum_to_its_heading(heading, total):
    assert total == int(re.search(r"(\d+) minutes$", heading)[1])


@each_notebook
def test_has_one_plan_and_a_short_one(path):
    number = path.stem[:2]
    [total] = [total for heading, total in plans().items() if re.match(f"{number} .* · ", heading)]
    assert total <= 10 or plans()[f"{number} in 10 minutes"] == 10


@each_notebook
def test_each_exercise_is_answered(path):
    cells = nbformat.read(path, as_version=4).cells
    headings = [found[0] for cell in cells for found in EXERCISE.finditer(cell.source)]
    assert [heading for heading in headings if GUIDE.count(f"\n{heading} ") != 1] == []


def test_links_lead_somewhere():
    cells = {
        path: {cell.id for cell in nbformat.read(path, as_version=4).cells} for path in NOTEBOOKS
    }
    for target in re.findall(r"\]\(([^)\s]+)\)", GUIDE):
        name, _, fragment = target.partition("#")
        page = (PAGE.parent / name).resolve() if name else PAGE
        assert page.exists(), target
        if page in cells:  # JupyterLab jumps to #cell-id=…, and nowhere for the bare id of a cell
            assert (
                fragment.startswith("cell-id=") and fragment.removeprefix("cell-id=") in cells[page]
            ), target
        elif fragment:
            headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
            assert fragment in {
                re.sub(r"[^\w -]", "", heading).lower().replace(" ", "-") for heading in headings
            }, target


def test_commands_are_targets_of_make():
    targets = re.findall(
        r"^([a-z-]+):", (PROJECT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE
    )
    assert set(re.findall(r"`(?:\S+ )?make ([a-z-]+)", GUIDE)) <= set(targets)
