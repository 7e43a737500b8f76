"""Homework: eight hand-ins of notebook 01, each with its own trouble, and the verdicts that come out."""

import subprocess

import nbformat
import pytest

from classroom.grade import exercises, grade
from helpers import PROJECT
from tools import environment

STEM = "01_pipeline"
WANTED = ["pipeline.probabilities", "pipeline.answer", "pipeline.ranking", "pipeline.fooled"]
UNTOUCHED = ["not tried"] * 4


@pytest.fixture(scope="module", autouse=True)
def settings():
    environment.enter()


def hand_in(tmp_path, folder="", append=(), **cells):
    """A student's notebook: the course's, or its solution, with the source of some cells replaced (None: deleted)."""
    notebook = nbformat.read(PROJECT / "notebooks" / folder / f"{STEM}.ipynb", as_version=4)
    kept = []
    for cell in notebook.cells:
        if (source := cells.get(cell.id.replace("-", "_"), cell.source)) is not None:
            cell.source = source
            kept.append(cell)
    notebook.cells = [*kept, *(nbformat.v4.new_code_cell(source) for source in append)]
    path = tmp_path / "ada" / f"{STEM}.ipynb"
    path.parent.mkdir()
    nbformat.write(notebook, path)
    return path


def verdicts(path, **limits):
    return list(grade(path, WANTED, **limits).values())


def test_the_exercises_are_read_from_the_notebook():
    for path in sorted((PROJECT / "notebooks").glob("0[1-9]*.ipynb")):
        assert len(exercises(nbformat.read(path, as_version=4))) >= 3, path.name
    assert exercises(nbformat.read(PROJECT / "notebooks" / f"{STEM}.ipynb", as_version=4)) == WANTED


def test_the_solution_is_right(tmp_path):
    assert verdicts(hand_in(tmp_path, "solutions")) == ["right"] * 4


def test_printing_right_does_not_count(tmp_path):
    path = hand_in(tmp_path, exercise_1="import helpers.pipeline.checks as checks\nprint('✓ Right.')",
                   exercise_2="checks.answer = lambda *given: print('✓ Right.')\nchecks.answer(1, 2)")
    assert verdicts(path) == ["not tried", "error", "not tried", "not tried"]


def test_wrong_broken_and_deleted_are_told_apart(tmp_path):
    setup = "import helpers.pipeline.checks as checks\nsome_logits = torch.tensor([[1.0, 3.0], [-2.0, 0.5]])\n"
    path = hand_in(tmp_path, exercise_1=setup + "checks.probabilities(some_logits.softmax(dim=0), some_logits)",
                   exercise_2="def answer(text)\n    return 1\n\nchecks.answer(answer, classifier)", exercise_3=None,
                   exercise_4="checks.fooled((1 / 0, 'POSITIVE'), classifier)")
    assert verdicts(path) == ["wrong", "error", "not tried", "error"]


def test_an_endless_loop_costs_its_own_exercise(tmp_path):
    path = hand_in(tmp_path, exercise_2="def answer(text):\n    while True:\n        pass\n\nchecks.answer(answer, classifier)")
    assert verdicts(path, cell_seconds=30) == ["not tried", "timeout", "not tried", "not tried"]


def test_a_loop_that_catches_the_interrupt_is_stopped(tmp_path):
    stubborn = "while True:\n    try:\n        while True: pass\n    except BaseException: pass\n"
    path = hand_in(tmp_path, exercise_2=stubborn + "checks.answer(answer, classifier)")
    assert verdicts(path, notebook_seconds=45) == ["not tried", "timeout", "timeout", "timeout"]


def test_a_dead_kernel_stops_nobody_else(tmp_path):
    hand_in(tmp_path, setup_versions="import os\nos._exit(1)")
    (tmp_path / "bob").mkdir()
    (tmp_path / "bob" / f"{STEM} (1).ipynb").write_text("this is no notebook")
    (tmp_path / "eve").mkdir()
    (tmp_path / "eve" / f"{STEM}.ipynb").write_text((PROJECT / "notebooks" / f"{STEM}.ipynb").read_text(encoding="utf-8"))
    done = subprocess.run(["make", "grade", f"FOLDER={tmp_path}"], cwd=PROJECT, check=True, capture_output=True, text=True)
    rows = [line.split("  ") for line in done.stdout.splitlines()]
    table = {row[0].strip(): [entry.strip() for entry in row[1:] if entry.strip()] for row in rows if row[0]}
    assert table["ada"] == ["error"] * 4
    assert table[f"bob: {STEM} (1)"] == ["error"] * 4
    assert table["eve"] == UNTOUCHED
