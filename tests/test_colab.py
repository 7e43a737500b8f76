"""The set-up cell where there is no Colab, and what it would install there; tests/colab runs it as on Colab."""

import importlib.metadata
import subprocess
import sys

import pytest

from docs.links import NAME, SET_UP
from helpers import colab
from tests.notebook import PROJECT


def run(folder, *more):
    code = "\n".join([SET_UP, *more])
    return subprocess.run([sys.executable, "-c", code], cwd=folder, capture_output=True, text=True)


def test_set_up_is_short():
    assert len(SET_UP.splitlines()) <= 15


@pytest.mark.parametrize("folder", [".", "notebooks", "notebooks/solutions", "checkpoints/distilbert-reviews"])
def test_set_up_finds_the_project_and_says_nothing(folder):
    found = run(PROJECT / folder, SET_UP)
    assert (found.returncode, found.stdout, found.stderr) == (0, "", "")
    found = run(PROJECT / folder, SET_UP, "import helpers.checkpoints, os", "print(project, sys.path.count(str(project)), os.environ)")
    assert found.stdout.startswith(f"{PROJECT} 1 ") and "CUDA_VISIBLE_DEVICES" not in found.stdout


def test_set_up_finds_the_project_in_the_folder_above(tmp_path):
    (tmp_path / NAME).symlink_to(PROJECT)
    assert run(tmp_path, "print(project)").stdout == f"{PROJECT}\n"


def test_set_up_elsewhere_says_where_to_begin(tmp_path):
    assert "elsewhere, begin at https://github.com/" in run(tmp_path).stderr.splitlines()[-1]


def test_what_satisfies_the_range_is_not_missing(monkeypatch):
    assert colab.missing() == []
    there = {"torch": "2.11.0+cu128", "transformers": "5.14.9", "pip": "24.1.2", "ipywidgets": "7.7.1"}

    def version(name):
        if name == "gguf":
            raise importlib.metadata.PackageNotFoundError
        return there.get(name, "999")

    monkeypatch.setattr(colab, "version", version)
    assert colab.missing() == ["transformers<6,>=5.15", "gguf>=0.10"]
