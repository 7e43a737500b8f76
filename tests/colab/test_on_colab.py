"""Every notebook as on Colab: `make test-colab`.

Its versions, an empty folder, the project fetched by the set-up cell.

The set-up cell's address is rewritten by git to a repository made from this folder; packages
come from a folder of wheels, so that nothing is installed that Colab is not known to lack.
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
from nbformat.v4 import new_code_cell, new_notebook

from helpers import PROJECT
from tools.execute import peak_megabytes
from tools.notebooks import NOTEBOOKS
from tools.release import ABOUT
from tools.release import HERE as RELEASE
from tools.saving import WIDGET

HERE = PROJECT / "tests" / "colab"
COLAB = PROJECT / ".venv-colab"
PYTHON = str(COLAB / "bin" / "python")
MEMORY = 3000  # MB, of the 12.7 GB that a free machine has


@pytest.fixture(scope="session")
def remote(tmp_path_factory):
    """A git repository with this folder's files, committed or not, under the set-up cell's tag."""
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
        ["tag", RELEASE.tag],
    ):
        subprocess.run([*git, *command], check=True, cwd=PROJECT)
    return repository


def uninstall():
    """Leave Colab's Python without what an earlier run of the set-up cell installed."""
    command = [PYTHON, "-m", "pip", "uninstall", "--quiet", "--yes", "gguf", ABOUT["name"]]
    subprocess.run(command, check=True, stderr=subprocess.DEVNULL)


@pytest.fixture
def client(remote, tmp_path, tmp_path_factory, monkeypatch):
    """A function: notebook → client; its kernel is Colab's and starts in an empty folder."""
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
        "GIT_CONFIG_VALUE_0": RELEASE.address,
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


def run(client, *codes):
    """Execute cells in one fresh kernel; return what each printed."""
    notebook = new_notebook(cells=[new_code_cell(code) for code in codes])
    client(notebook).execute()
    return [printed(cell) for cell in notebook.cells]


def test_set_up_fetches_and_installs_what_is_missing_once(client):
    uninstall()
    before = versions()
    use = (
        "import os, gguf, helpers.weights\n"
        "print(helpers.weights.EMBEDDED.is_dir(), repr(os.environ['CUDA_VISIBLE_DEVICES']))"
    )
    first, second, after = run(client, RELEASE.set_up, RELEASE.set_up, use)
    assert "ERROR" not in first and second == ""
    assert after == "On Colab the course runs on the CPU, which is enough.\nTrue ''\n"
    assert {re.split("==| @", line)[0] for line in versions() ^ before} == {"gguf", ABOUT["name"]}


def test_a_failed_fetch_says_why_and_can_be_repeated(client, remote, tmp_path, monkeypatch):
    uninstall()
    monkeypatch.setenv("GIT_CONFIG_KEY_0", f"url.file://{tmp_path}/later.insteadOf")
    [said] = run(client, RELEASE.set_up)
    assert "does not appear to be a git repository" in said
    (tmp_path / "later").symlink_to(remote)
    assert run(client, RELEASE.set_up, "import helpers.weights; print('here')")[1].endswith(
        "here\n"
    )


def test_a_failed_install_says_why_and_can_be_repeated(client, monkeypatch, tmp_path):
    uninstall()
    wheels = os.environ["PIP_FIND_LINKS"]
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    [said] = run(client, RELEASE.set_up)
    assert "ERROR: No matching distribution found" in said
    monkeypatch.setenv("PIP_FIND_LINKS", wheels)
    assert run(client, RELEASE.set_up, "import helpers.weights; print('here')")[1].endswith(
        "here\n"
    )


@pytest.mark.parametrize(
    "path", NOTEBOOKS, ids=lambda path: str(path.relative_to(PROJECT / "notebooks").with_suffix(""))
)
def test_notebook_runs_and_its_explorers_answer(path, client, capsys):
    notebook = nbformat.read(path, as_version=4)
    notebook.cells.append(
        new_code_cell(
            f"import sys\nsys.path.append({str(PROJECT)!r})\n"
            "from tools.touch import touch\nprint(touch(Out.values()))"
        )
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
