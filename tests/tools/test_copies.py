"""The reader's copy: kept as it is, brought up to date where that costs no work."""

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from tools.copies import bring_up_to_date


def notebook(path, source, output=()):
    path.parent.mkdir(parents=True, exist_ok=True)
    cell = new_code_cell(source, id="one", outputs=[nbformat.from_dict(o) for o in output])
    nbformat.write(new_notebook(cells=[cell]), path)


def source(path):
    return nbformat.read(path, as_version=4).cells[0].source


OUTPUT = [{"output_type": "stream", "name": "stdout", "text": "2\n"}]


@pytest.fixture
def folders(tmp_path):
    originals, mine = tmp_path / "notebooks", tmp_path / "mine"
    notebook(originals / "01.ipynb", "old")
    notebook(originals / "solutions" / "01.ipynb", "solution")
    (originals / "data.tsv").write_text("a\n")
    assert bring_up_to_date(originals, mine) == []
    return originals, mine


def test_everything_is_copied_once(folders):
    originals, mine = folders
    assert source(mine / "solutions" / "01.ipynb") == "solution"
    assert (mine / "data.tsv").read_text() == "a\n"
    notebook(mine / "01.ipynb", "mine")
    assert bring_up_to_date(*folders) == []
    assert source(mine / "01.ipynb") == "mine"


def test_a_newer_original_replaces_a_copy_that_was_only_run(folders):
    originals, mine = folders
    notebook(mine / "01.ipynb", "old", OUTPUT)
    notebook(originals / "01.ipynb", "new")
    assert bring_up_to_date(*folders) == ["01.ipynb is newer now"]
    assert source(mine / "01.ipynb") == "new"
    assert bring_up_to_date(*folders) == []


def test_a_newer_original_stands_beside_work_each_time(folders):
    originals, mine = folders
    notebook(mine / "01.ipynb", "mine")
    for version, name in (("new", "01 (newer).ipynb"), ("newest", "01 (newer 2).ipynb")):
        notebook(originals / "01.ipynb", version)
        said = f"01.ipynb is yours, and stays; the newer one is {name}"
        assert bring_up_to_date(*folders) == [said]
        assert source(mine / name) == version
        assert bring_up_to_date(*folders) == []
    assert source(mine / "01.ipynb") == "mine"


def test_other_outputs_alone_do_not_disturb_work(folders):
    originals, mine = folders
    notebook(mine / "01.ipynb", "mine")
    notebook(originals / "01.ipynb", "old", OUTPUT)
    assert bring_up_to_date(*folders) == []
    assert [path.name for path in mine.glob("*.ipynb")] == ["01.ipynb"]


def test_what_is_no_notebook_any_more_is_work_too(folders):
    originals, mine = folders
    (mine / "01.ipynb").write_text("half a file")
    notebook(originals / "01.ipynb", "new")
    bring_up_to_date(*folders)
    assert (mine / "01.ipynb").read_text() == "half a file"
    assert source(mine / "01 (newer).ipynb") == "new"


def test_what_is_gone_comes_back(folders):
    originals, mine = folders
    (mine / "data.tsv").unlink()
    assert bring_up_to_date(*folders) == []
    assert (mine / "data.tsv").read_text() == "a\n"
