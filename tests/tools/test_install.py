"""Set-up says in one line what a machine lacks; the next run repairs what one left half made."""

import ast
import os
import shutil
import socket
import subprocess
import sys
import time
from collections import namedtuple
from types import SimpleNamespace

import pytest

from helpers import PROJECT
from tools import install

VERSION = namedtuple("VERSION", "major minor micro releaselevel serial")


@pytest.fixture
def clone(tmp_path, monkeypatch):
    """An empty clone whose commands are only noted; `fails` names the programs that fail."""
    folder = tmp_path / "a course, déjà vu"
    folder.mkdir()
    for name in install.LISTS:
        shutil.copy(PROJECT / name, folder)
    clone = SimpleNamespace(commands=[], fails=set())

    def note(*command, **_):
        words = [str(word) for word in command]
        clone.commands.append(words[1:])
        (folder / ".venv").mkdir(exist_ok=True)
        return not clone.fails & set(words[2:3])

    monkeypatch.setattr(install, "PROJECT", folder)
    monkeypatch.setattr(install, "VENV", folder / ".venv")
    monkeypatch.setattr(install, "DONE", folder / ".venv" / "installed")
    monkeypatch.setattr(install, "PYTHON", sys.executable)
    monkeypatch.setattr(install, "run", note)
    monkeypatch.setattr(install, "answers", lambda address: True)
    monkeypatch.setattr(install, "refuse_full_disk", lambda *_: None)
    monkeypatch.setattr(install, "settings_of_pip", dict)
    return clone


def modules(clone):
    return [command[1] for command in clone.commands]


def test_an_older_python_reaches_its_message(monkeypatch):
    ast.parse(
        (PROJECT / "tools" / "install.py").read_text(encoding="utf-8"), feature_version=(3, 8)
    )
    monkeypatch.setattr(sys, "version", "3.10.13 (main)")
    monkeypatch.setattr(sys, "version_info", VERSION(3, 10, 13, "final", 0))
    with pytest.raises(SystemExit, match=r"3\.11 or newer .* is 3\.10\.13\. Name another"):
        install.refuse()


@pytest.mark.parametrize("missing", ["venv", "ensurepip"])
def test_a_python_without_venv_is_told_the_package(monkeypatch, missing):
    monkeypatch.setattr(install, "find_spec", lambda name: name != missing)
    with pytest.raises(SystemExit, match=r"sudo apt install python3\.\d+-venv"):
        install.refuse()


def test_a_full_disk_is_named_with_what_is_free(monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: namedtuple("Usage", "free")(4e8))
    with pytest.raises(SystemExit, match="disk is full: 3.0 GB are needed in .*, 0.4 GB are free"):
        install.refuse()


@pytest.mark.skipif(os.name == "nt", reason="Windows keeps no such bit for a folder")
def test_a_read_only_clone_is_named(tmp_path):
    (tmp_path / "tools").mkdir()
    shutil.copy(PROJECT / "tools" / "install.py", tmp_path / "tools")
    tmp_path.chmod(0o555)
    command = [sys.executable, "-m", "tools.install"]
    if os.geteuid() == 0:  # root may write anywhere, unless it lays that right down
        right = "-dac_override"
        command = ["setpriv", f"--inh-caps={right}", f"--bounding-set={right}", *command]
    said = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    tmp_path.chmod(0o755)
    assert said.returncode == 1
    assert said.stderr == (
        f"{tmp_path} can't be written. Clone the course into a folder of your own.\n"
    )


def test_what_is_whole_is_left_alone(clone):
    install.main()
    assert modules(clone) == ["venv", "pip", "uv"]
    install.main()
    assert len(clone.commands) == 3


def test_a_newer_list_is_installed_into_the_same_venv(clone):
    install.main()
    os.utime(install.DONE, (0, 0))
    install.main()
    assert modules(clone) == ["venv", "pip", "uv", "pip", "uv"]


def test_a_half_made_venv_is_made_anew(clone):
    clone.fails = {"uv", "pip"}
    with pytest.raises(SystemExit, match="could not be installed"):
        install.main()
    assert install.VENV.exists() and not install.DONE.exists()
    clone.fails, clone.commands = set(), []
    install.main()
    assert clone.commands[0] == ["-m", "venv", "--clear", str(install.VENV)]
    assert install.DONE.exists()


def test_a_venv_whose_python_is_gone_is_made_anew(clone, monkeypatch):
    install.main()
    monkeypatch.setattr(install, "PYTHON", str(install.VENV / "gone"))
    install.main()
    assert modules(clone)[3:] == ["venv", "pip", "uv"]


def test_pip_does_what_uv_can_not(clone):
    clone.fails = {"uv"}
    install.main()
    assert modules(clone) == ["venv", "pip", "uv", "pip"]
    assert clone.commands[-1][3:] == install.WANTED + (
        ["--extra-index-url", install.CPU_BUILDS] if install.has_no_gpu() else []
    )
    assert install.DONE.exists()


@pytest.mark.parametrize(
    ("no_gpu", "reached", "taken"), [(1, 1, True), (1, 0, False), (0, 1, False), (0, 0, False)]
)
def test_builds_without_cuda_where_they_help_and_can_be_had(
    clone, monkeypatch, no_gpu, reached, taken
):
    monkeypatch.setattr(install, "has_no_gpu", lambda: no_gpu)
    monkeypatch.setattr(install, "answers", lambda address: reached)
    install.main()
    assert (clone.commands[-1][-2:] == ["--torch-backend", "cpu"]) is taken


def test_uv_looks_where_pip_looks(monkeypatch, tmp_path):
    for name in [name for name in os.environ if name.startswith("PIP_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setattr(install, "PYTHON", sys.executable)
    assert install.settings_of_pip() == {}
    monkeypatch.setenv("PIP_FIND_LINKS", "one two")
    assert install.settings_of_pip() == {"UV_FIND_LINKS": "one,two"}


def test_an_index_that_keeps_silent_costs_three_seconds():
    with socket.create_server(("127.0.0.1", 0)) as silent:
        started = time.monotonic()
        assert not install.answers(f"http://127.0.0.1:{silent.getsockname()[1]}/")
        assert time.monotonic() - started < 5
    assert not install.answers("http://127.0.0.1:9/")
