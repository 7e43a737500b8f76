"""A notebook that Colab saved: recognised, cleaned, and given back what Colab dropped."""

import copy
import subprocess

import nbformat
import pytest

from helpers import PROJECT
from tools import clean
from tools.clean import cleaned, traces

PATH = PROJECT / "notebooks" / "01_pipeline.ipynb"


def saved_by_colab(notebook, keeps_ids):
    """What Colab makes of a notebook opened from the repository, run and saved."""
    saved = copy.deepcopy(notebook)
    for number, cell in enumerate(saved.cells):
        cell.metadata["id"] = cell.id if keeps_ids else f"Xw{number:03}_zQ-Kd1"
        if not keeps_ids:
            del cell["id"]
        if cell.cell_type == "code":
            cell.execution_count = number + 7
            cell.metadata.update(
                outputId="4f1f3c1e-8a55-4d6c-b9b8-4a3a6f0e6c11",
                executionInfo={"elapsed": 812, "user_tz": -120},
                colab={"base_uri": "https://localhost:8080/", "referenced_widgets": ["0a1b"]},
            )
            cell.outputs = [
                nbformat.v4.new_output("stream", name="stderr", text="Loading weights: 100%")
            ]
    badge = nbformat.v4.new_markdown_cell(
        '<a href="https://colab.research.google.com/…"><img alt="Open In Colab"/></a>'
    )
    badge.metadata.update(id="view-in-github", colab_type="text")
    saved.cells.insert(0, badge)
    if not keeps_ids:
        del badge["id"]
    saved.metadata = nbformat.from_dict(
        {
            "accelerator": "GPU",
            "colab": {"provenance": [], "gpuType": "T4", "include_colab_link": True},
            "kernelspec": {"name": "python3", "display_name": "Python 3"},
            "language_info": {"name": "python"},
            "widgets": {
                "application/vnd.jupyter.widget-state+json": {
                    "0a1b": {"model_name": "HTMLModel", "state": {}}
                }
            },
        }
    )
    saved.nbformat_minor = 5 if keeps_ids else 0
    return nbformat.reads(nbformat.writes(saved), as_version=4)


@pytest.fixture
def committed():
    return nbformat.read(PATH, as_version=4)


@pytest.fixture(params=[True, False], ids=["keeps ids", "new ids"])
def saved(request, committed):
    return saved_by_colab(committed, request.param)


def named(notebook, name):
    [cell] = [cell for cell in notebook.cells if cell.id == name]
    return cell


def cell_of(notebook, source):
    [cell] = [cell for cell in notebook.cells if cell.source == source]
    return cell


def test_traces_are_found(committed, saved):
    assert traces(committed) == []
    first = next(number for number, cell in enumerate(saved.cells) if cell.cell_type == "code")
    assert {"accelerator", "colab", "widgets", "kernelspec", f"outputId of cell {first}"} <= set(
        traces(saved)
    )


def test_unchanged_comes_back_to_the_byte(committed, saved):
    notebook, stale = cleaned(saved, committed)
    assert stale == []
    assert nbformat.writes(notebook) == nbformat.writes(committed)


def test_an_edited_text_is_kept_and_outputs_too(committed, saved):
    text = named(committed, "call-explain")
    cell_of(saved, text.source).source = "Another text."
    notebook, stale = cleaned(saved, committed)
    assert stale == []
    text.source = "Another text."
    assert nbformat.writes(notebook) == nbformat.writes(committed)


def test_edited_code_loses_its_output_and_is_named(committed, saved):
    old = named(committed, "softmax")
    cell_of(saved, old.source).source = "powers = 0"
    notebook, stale = cleaned(saved, committed)
    assert stale == ["softmax"]
    assert cell_of(notebook, "powers = 0") == old | {
        "source": "powers = 0",
        "outputs": [],
        "execution_count": None,
    }


def test_new_and_deleted_code_is_named(committed, saved):
    old = named(committed, "labels")
    saved.cells.remove(cell_of(saved, old.source))
    assert cleaned(saved, committed)[1] == ["labels"]
    saved.cells.append(
        nbformat.v4.new_code_cell("1 + 1", id="mine", metadata={"id": "mine", "tags": ["tested"]})
    )
    notebook, stale = cleaned(saved, committed)
    assert stale == ["labels", "mine"]
    assert notebook.cells[-1].metadata == {"tags": ["tested"]}


def test_command_finds_the_last_clean_commit_and_says_what_to_do(
    committed, tmp_path, monkeypatch, capsys
):
    path = tmp_path / "01_pipeline.ipynb"
    monkeypatch.setattr(clean, "NOTEBOOKS", [path])
    monkeypatch.setattr(clean, "PROJECT", tmp_path)

    def commit(notebook):
        nbformat.write(notebook, path)
        for command in (
            ["init", "-q"],
            ["add", "."],
            ["-c", "user.name=t", "-c", "user.email=t", "commit", "-qm", "x"],
        ):
            subprocess.run(["git", *command], cwd=tmp_path, check=True)

    commit(committed)
    saved = saved_by_colab(committed, keeps_ids=False)
    saved.cells[-1].source += " And more."
    commit(saved)
    clean.main()
    assert capsys.readouterr().out.startswith("01_pipeline.ipynb: took out")
    assert [cell.id for cell in nbformat.read(path, as_version=4).cells] == [
        cell.id for cell in committed.cells
    ]
    before = path.read_bytes()
    clean.main()
    assert (path.read_bytes(), capsys.readouterr().out) == (before, "")
    saved.cells[-1:] = [nbformat.v4.new_code_cell("1 + 1", id="sum")]
    nbformat.write(saved, path)
    clean.main()
    assert "Store the outputs: make notebooks ONLY=01_pipeline" in capsys.readouterr().out


def test_a_notebook_without_history_is_only_stripped(committed):
    notebook, stale = cleaned(saved_by_colab(committed, keeps_ids=True), nbformat.v4.new_notebook())
    assert traces(notebook) == []
    assert [cell.id for cell in notebook.cells] == [cell.id for cell in committed.cells]
    assert len(stale) == sum(cell.cell_type == "code" for cell in committed.cells)
