"""What a check found right is kept beside the reader's copy, and read without being run."""

import linecache
import sys

import pytest

from helpers import PROJECT
from helpers.exercises import check_function, kept

CODE = "def double(x):\n    return 2 * x\n"


@check_function(right=lambda x: 2 * x, slips=[], otherwise="Twice {x}.")
def double():
    return [(1,), (3,)]


def written(source):
    """A function as a notebook's cell defines it."""
    name = f"<cell {len(linecache.cache)}>"
    linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
    names = {}
    exec(compile(source, name, "exec"), names)
    return names["double"]


@pytest.fixture(autouse=True)
def copy(tmp_path, monkeypatch):
    """The folder of a reader's copy, and a kernel."""
    monkeypatch.setitem(sys.modules, "ipykernel", sys)
    monkeypatch.chdir(tmp_path)
    return tmp_path / kept.NAME


def test_what_is_right_is_kept_and_what_is_wrong_is_not(copy, capsys):
    double(written(CODE.replace("2", "3")))
    assert not copy.exists()
    double(written(CODE))
    assert kept.kept() == {"exercises.double": CODE}
    assert "exercises.double " in capsys.readouterr().out


def test_a_newer_one_takes_the_place_of_the_older_and_leaves_the_others(copy):
    kept.keep("padding.waste", written(CODE))
    newer = CODE.replace("2 * x", "x + x")
    for source in (CODE, newer):
        kept.keep("pipeline.answer", written(source))
    assert kept.kept() == {"padding.waste": CODE, "pipeline.answer": newer}
    assert copy.read_text().startswith(kept.HEAD)
    exec(compile(copy.read_text(), "my_functions.py", "exec"), {})  # a module as any other


def test_decorators_and_indented_functions_are_kept_whole(copy):
    source = "if True:\n    @staticmethod\n    def double(x):\n        return 2 * x\n"
    kept.keep("a.b", written(source))
    assert kept.kept()["a.b"] == "@staticmethod\ndef double(x):\n    return 2 * x\n"


@pytest.mark.parametrize(
    "function", [len, lambda x: 2 * x, 3], ids=["built-in", "lambda", "number"]
)
def test_what_has_no_source_of_its_own_is_left_out(copy, function):
    kept.keep("a.b", function)
    assert not copy.exists()


@pytest.mark.parametrize(
    "broken",
    ["def double(x):\n    return 2 *", "import os\n", "", "print(1)\ndef f(x): pass\n", "\0"],
    ids=["half", "import", "empty", "more", "null"],
)
def test_what_is_no_whole_function_is_named_and_left_out(copy, capsys, broken):
    copy.write_text(f"# %% a.b\n{broken}\n# %% c.d\n{CODE}")
    assert kept.kept() == {"c.d": CODE}
    assert "no whole function" in capsys.readouterr().out


def test_bytes_that_are_no_text_lose_only_their_part(copy):
    copy.write_bytes(b"# %% a.b\n\xff\xfe\n# %% c.d\n" + CODE.encode())
    assert kept.kept() == {"c.d": CODE}


def test_reading_runs_nothing(copy):
    copy.write_text("raise SystemExit\n# %% a.b\ndef f(x=print('run')):\n    raise SystemExit\n")
    assert list(kept.kept()) == ["a.b"]


def test_nothing_is_kept_beside_the_originals_or_without_a_kernel(copy, monkeypatch):
    originals = PROJECT / "notebooks" / "solutions"
    monkeypatch.chdir(originals)
    kept.keep("a.b", written(CODE))
    assert not (originals / kept.NAME).exists()
    monkeypatch.chdir(copy.parent)
    monkeypatch.delitem(sys.modules, "ipykernel")
    kept.keep("a.b", written(CODE))
    assert not copy.exists()


def test_a_folder_that_takes_no_file_is_no_error(copy):
    (copy.parent / f"{kept.NAME}.part").mkdir()
    kept.keep("a.b", written(CODE))
    assert not copy.exists()


def test_no_file_gives_nothing_and_says_so(capsys):
    assert kept.kept() == {}
    assert "not here" in capsys.readouterr().out
