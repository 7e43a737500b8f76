"""Every notebook as on Colab: its versions, an empty folder, the project fetched by the set-up cell. `make test-colab`.

The set-up cell's address is rewritten by git to a repository made from this folder; packages come from a folder of wheels,
so that nothing is installed that is not known to be missing on Colab.
"""

import json
import os
import re
import subprocess
import time
from functools import partial

import nbformat
import pytest
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from nbformat.v4 import new_code_cell, new_notebook

from helpers import PROJECT
from tools.execute import WIDGET, peak_megabytes
from tools.links import ADDRESS, SET_UP, TAG
from tools.notebooks import NOTEBOOKS

HERE = PROJECT / "tests" / "colab"
COLAB = PROJECT / ".venv-colab"
PYTHON = str(COLAB / "bin" / "python")
MEMORY = 3000  # MB, of the 12.7 GB that a free machine has


@pytest.fixture(scope="session")
def remote(tmp_path_factory):
    """A git repository with the files of this folder, committed or not, under the tag that the set-up cell fetches."""
    repository = tmp_path_factory.mktemp("remote")
    git = [
        "git",
        f"--git-dir={repository}",
        f"--work-tree={PROJECT}",
        "-c",
        "user.name=test",
        "-c",
        "user.email=test",
    ]
    for command in (
        ["init", "--quiet"],
        ["add", "--all"],
        ["commit", "--quiet", "--no-gpg-sign", "--message=as it is"],
        ["tag", TAG],
    ):
        subprocess.run([*git, *command], check=True, cwd=PROJECT)
    return repository


@pytest.fixture(scope="session")
def as_delivered():
    """Colab's Python without what an earlier run of the set-up cell installed."""
    subprocess.run([PYTHON, "-m", "pip", "uninstall", "--quiet", "--yes", "gguf"], check=True)


@pytest.fixture
def client(as_delivered, remote, tmp_path, tmp_path_factory, monkeypatch):
    """A function that returns a client for a notebook; its kernel is Colab's and starts in an empty folder."""
    kernel = tmp_path_factory.mktemp("jupyter") / "kernels" / "colab"
    kernel.mkdir(parents=True)
    spec = {
        "argv": [PYTHON, "-m", "colab_kernel_launcher", "-f", "{connection_file}"],
        "display_name": "Colab",
    }
    (kernel / "kernel.json").write_text(json.dumps(spec))
    for name, value in {
        "JUPYTER_PATH": str(kernel.parents[1]),
        "PYTHONPATH": str(HERE / "stub"),
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": f"url.file://{remote}.insteadOf",
        "GIT_CONFIG_VALUE_0": ADDRESS,
        "PIP_NO_INDEX": "1",
        "PIP_FIND_LINKS": str(COLAB / "wheels"),
    }.items():
        monkeypatch.setenv(name, value)
    return partial(
        NotebookClient, kernel_name="colab", timeout=300, resources={"metadata": {"path": tmp_path}}
    )


def printed(cell):
    return "".join(output.get("text", "") for output in cell.outputs)


def versions():
    said = subprocess.run(
        [PYTHON, "-m", "pip", "freeze", "--all"], check=True, capture_output=True, text=True
    ).stdout
    return set(said.replace("+cpu", "").splitlines())


def test_set_up_fetches_installs_what_is_missing_and_says_so_once(client, tmp_path):
    before = versions()
    notebook = new_notebook(
        cells=[
            new_code_cell(code)
            for code in (
                SET_UP,
                SET_UP,
                "import os, gguf, helpers.weights\nprint(project, repr(os.environ['CUDA_VISIBLE_DEVICES']))",
            )
        ]
    )
    client(notebook).execute()
    first, second, after = map(printed, notebook.cells)
    assert first == (
        f"course:  version {TAG[1:]} in {tmp_path}/behind-the-pipeline\ninstall: gguf>=0.10\n"
        "device:  the CPU, which is enough; a GPU is not used\n"
    )
    assert second == ""
    assert after == f"{tmp_path}/behind-the-pipeline ''\n"
    assert {re.sub("==.*", "", line) for line in versions() ^ before} == {"gguf"}


def test_a_failed_fetch_says_why_and_can_be_repeated(client, remote, tmp_path, monkeypatch):
    monkeypatch.setenv("GIT_CONFIG_KEY_0", f"url.file://{tmp_path}/later.insteadOf")
    with pytest.raises(CellExecutionError) as failure:
        client(new_notebook(cells=[new_code_cell(SET_UP)])).execute()
    assert re.search(
        "does not appear to be a git repository.*On Colab, run this cell again",
        failure.value.evalue,
        re.S,
    )
    (tmp_path / "later").symlink_to(remote)
    client(new_notebook(cells=[new_code_cell(SET_UP)])).execute()


def test_a_failed_install_says_why(client, monkeypatch, tmp_path):
    subprocess.run([PYTHON, "-m", "pip", "uninstall", "--quiet", "--yes", "gguf"], check=True)
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    with pytest.raises(CellExecutionError) as failure:
        client(new_notebook(cells=[new_code_cell(SET_UP)])).execute()
    assert failure.value.evalue.startswith(
        "gguf>=0.10 could not be installed. Run this cell again; pip said:\nERROR: "
    )


@pytest.mark.parametrize(
    "path", NOTEBOOKS, ids=lambda path: str(path.relative_to(PROJECT / "notebooks").with_suffix(""))
)
def test_notebook_runs_and_its_explorers_answer(path, client, capsys):
    notebook = nbformat.read(path, as_version=4)
    notebook.cells.append(
        new_code_cell("from tools.touch import touch\nprint(touch(Out.values()))")
    )
    runner = client(notebook)
    with runner.setup_kernel(env=os.environ.copy()):
        started = time.monotonic()
        for index, cell in enumerate(notebook.cells):
            runner.execute_cell(cell, index)
        seconds, peak = time.monotonic() - started, peak_megabytes(runner.km.provisioner.pid)
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", ())]
    with capsys.disabled():
        print(f" {seconds:.0f} s, peak {peak:.0f} MB", end=" ")
    assert [output.text for output in outputs if output.get("name") == "stderr"] == []
    assert (
        printed(notebook.cells[-1])
        == f"{sum(WIDGET in output.get('data', {}) for output in outputs)}\n"
    )
    assert peak < MEMORY
