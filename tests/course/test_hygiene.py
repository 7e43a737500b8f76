"""What every notebook must keep, whoever saved it last."""

import re

import nbformat
import pytest

from helpers import PROJECT
from tools.clean import traces
from tools.facts import EXERCISE, FACTS, text_of
from tools.notebooks import NOTEBOOKS
from tools.quizzes import CALL
from tools.release import HERE

MACHINE_PATH = re.compile(
    r"(?<![\w.:/])/(?:home|Users|root|private|tmp|mnt|opt|usr|var)/\w|[A-Z]:\\\\?Users"
)
HIDDEN = ("source_hidden", "outputs_hidden")
# Tinted in JupyterLab, trusted or not; elsewhere a quotation with a sign in front.
FACE = r'<blockquote class="alert alert-info">\n\n🔮 \*\*Predict\.\*\* (.+\n)+\n</blockquote>\Z'
PREDICT = re.compile(FACE)

pytestmark = pytest.mark.parametrize(
    "path", NOTEBOOKS, ids=lambda path: str(path.relative_to(PROJECT / "notebooks"))
)


@pytest.fixture
def notebook(path):
    return nbformat.read(path, as_version=4)


def code_cells(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def outputs(notebook):
    return [(cell, output) for cell in code_cells(notebook) for output in cell.outputs]


def test_nothing_is_left_by_the_program_that_saved_it(notebook):
    assert traces(notebook) == [], "run: make clean-notebooks"


def test_run_top_to_bottom(notebook):
    assert [cell.execution_count for cell in code_cells(notebook)] == list(
        range(1, len(code_cells(notebook)) + 1)
    )


def test_cells_are_short(notebook):
    lines = {cell.id: cell.source.splitlines() for cell in code_cells(notebook)}
    assert [name for name, source in lines.items() if len(source) > 10] == []
    assert [name for name, source in lines.items() if max(map(len, source)) > 100] == []


def test_only_plumbing_is_folded(notebook):
    folded = {cell.id for cell in notebook.cells if cell.metadata.get("jupyter", {}).get(HIDDEN[0])}
    assert folded <= {"setup-project", "setup-versions", "explorer"}


def test_a_question_has_its_face_and_ends_its_cell(notebook):
    for cell in notebook.cells:
        if cell.cell_type == "markdown" and "**Predict" in cell.source:
            assert PREDICT.search(cell.source) and cell.source.count("**Predict") == 1, cell.id


def test_what_answers_a_question_is_folded_and_nothing_else(notebook):
    """The outputs up to the next text, but for the explorers', which are touched to find out."""
    asked, answers = False, set()
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            asked = PREDICT.search(cell.source)
        elif asked and cell.outputs and cell.id != "explorer" and not CALL.search(cell.source):
            answers.add(cell.id)
    folded = {cell.id for cell in notebook.cells if cell.metadata.get("jupyter", {}).get(HIDDEN[1])}
    assert folded == answers


def test_ids_are_stable_names(notebook):
    ids = [cell.id for cell in notebook.cells]
    assert len(set(ids)) == len(ids)
    assert [i for i in ids if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", i)] == []


def test_nothing_on_stderr_and_no_error_unannounced(notebook):
    for cell, output in outputs(notebook):
        assert output.get("name") != "stderr", cell.id
        assert output.output_type != "error" or "raises-exception" in cell.metadata.get(
            "tags", ()
        ), cell.id


def test_no_widget_state_and_no_live_view(notebook):
    assert "widgets" not in notebook.metadata
    assert [
        cell.id
        for cell, output in outputs(notebook)
        if "widget" in " ".join(output.get("data", {}))
    ] == []


def test_no_path_of_a_machine(notebook):
    for cell in notebook.cells:
        shown = re.sub(r"base64,[A-Za-z0-9+/=]+", "", str([cell.source, cell.get("outputs")]))
        assert not MACHINE_PATH.search(shown), (cell.id, MACHINE_PATH.search(shown))


def test_outputs_are_small(path, notebook):
    assert path.stat().st_size < 1_500_000
    assert [cell.id for cell, output in outputs(notebook) if len(str(output)) > 200_000] == []


def test_pictures_have_words(notebook):
    for cell, output in outputs(notebook):
        data = output.get("data", {})
        assert not {"image/png", "image/jpeg", "image/svg+xml"} & set(data), (
            f"{cell.id}: a picture without alternative text"
        )
        for image in re.findall(r"<img[^>]*>", data.get("text/html", "")):
            assert re.search(r'alt="[^"]{20,}"', image), cell.id
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            assert "![](" not in cell.source, cell.id


def test_colab_opens_this_file(path, notebook):
    assert f"]({HERE.colab}{path.relative_to(PROJECT).as_posix()})" in notebook.cells[0].source, (
        "run: make links"
    )


def test_nothing_in_the_text_needs_the_network(notebook):
    assert [
        cell.id for cell in notebook.cells if re.search(r"!\[[^\]]*\]\(http", cell.source)
    ] == []


def test_links_lead_somewhere(path, notebook):
    text = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if not re.match(r"https?:", target):
            file, _, anchor = target.partition("#")
            there = (path.parent / file).resolve() if file else path
            assert there.exists(), target
            assert not anchor or f'id="{anchor}"' in str(
                nbformat.read(there, as_version=4)
            ).replace('\\"', '"'), target


def test_set_up_is_the_same_everywhere(notebook):
    first = code_cells(notebook)[0]
    assert (first.id, first.source) == ("setup-project", HERE.set_up), "run: make links"
    assert len(first.source.splitlines()) <= 4


def test_an_output_that_is_not_compared_says_why(notebook):
    for cell in code_cells(notebook):
        if "nbval-ignore-output" in cell.metadata.get("tags", ()):
            assert cell.source.startswith("# Output not compared: "), cell.id


def test_has_solutions_and_they_link_back(path):
    if path.parent.name != "solutions" and not path.stem.startswith("00"):
        assert (path.parent / "solutions" / path.name).exists()


def test_each_exercise_states_its_number_minutes_and_difficulty(path, notebook):
    tasks = [cell.id for cell in notebook.cells if re.fullmatch(r"exercise-\d+", cell.id)]
    stated = [number for number, _ in EXERCISE.findall(text_of(notebook))]
    assert stated == [f"{int(path.stem[:2])}.{name.split('-')[1]}" for name in tasks]


def test_no_lesson_takes_longer_than_75_minutes(path):
    assert path not in FACTS or FACTS[path].minutes <= 75


def test_cost_is_known(notebook):
    course = notebook.metadata["course"]
    assert course["run_s"] > 0 and 0 < course["peak_mb"] < 3000  # MB; a free Colab machine: 12,700
