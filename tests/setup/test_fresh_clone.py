"""A fresh clone in a folder with a space and an accent: `make test-setup`."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
import venv

import pytest

from helpers import PROJECT

pytestmark = pytest.mark.skipif(os.name == "nt", reason="make; Windows has python -m tools.lab")


def git(*arguments):
    said = subprocess.run(
        ["git", *arguments], cwd=PROJECT, check=True, capture_output=True, encoding="utf-8"
    )
    return said.stdout


@pytest.fixture(scope="module")
def clone(tmp_path_factory):
    """The files of this folder, committed or not, under git."""
    folder = tmp_path_factory.mktemp("readers") / "mes études, déjà vu"
    for name in git("ls-files", "-z", "--cached", "--others", "--exclude-standard").split("\0"):
        if name and (PROJECT / name).exists():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(PROJECT / name, folder / name)
    for command in (["init", "--quiet"], ["add", "--all"]):
        subprocess.run(["git", *command], cwd=folder, check=True)
    return folder


@contextlib.contextmanager
def make_lab(clone):
    """What `make lab` prints, as a list of lines that grows, and its process."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with (clone.parent / "said").open("w+") as said:
        lab = subprocess.Popen(
            ["make", "lab", f"PYTHON={sys.executable}", f"ARGS=--no-browser --port {port}"],
            cwd=clone,
            env={**os.environ, "CHECKPOINTS": "embedded"},
            stdout=said,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            yield lab, lambda: (clone.parent / "said").read_text(encoding="utf-8").splitlines()
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(lab.pid, signal.SIGKILL)
            lab.wait()


def wait_for(condition, seconds):
    for _ in range(seconds * 10):
        if condition():
            return
        time.sleep(0.1)
    raise AssertionError(f"not within {seconds} s")


def test_cut_off_half_way_and_run_again(clone):
    with make_lab(clone):
        wait_for((clone / ".venv" / "bin" / "python").exists, 60)
    assert not (clone / ".venv" / "installed").exists()
    for again in (False, True):
        with make_lab(clone) as (lab, said):
            wait_for(lambda: said() and "token=" in said()[-1] or lab.poll() is not None, 300)
            page = urllib.request.urlopen(said()[-1], timeout=30).read().decode()
            assert "jupyter-config-data" in page, said()
            assert ("uv" in "\n".join(said()) or "Installed" in "\n".join(said())) is not again
    assert (clone / "my_notebooks" / "00_start_here.ipynb").exists()
    status = ["git", "status", "--porcelain"]
    seen = subprocess.run(status, cwd=clone, capture_output=True, text=True).stdout.splitlines()
    assert [line for line in seen if not line.startswith("A  ")] == []


def test_a_clone_that_can_not_be_written_is_named(clone):
    shutil.rmtree(clone / "my_notebooks", ignore_errors=True)
    clone.chmod(0o555)
    command = [clone / ".venv" / "bin" / "python", "-m", "tools.lab", "--no-browser"]
    if os.geteuid() == 0:  # root may write anywhere, unless it lays that right down
        right = "-dac_override"
        command = ["setpriv", f"--inh-caps={right}", f"--bounding-set={right}", *command]
    said = subprocess.run(command, cwd=clone, capture_output=True, text=True, timeout=120)
    clone.chmod(0o755)
    assert said.returncode == 1
    assert "can't be written (Permission denied). Clone the course into a folder" in said.stderr


def test_the_package_carries_weights_and_data(clone, tmp_path):
    venv.create(tmp_path / "fresh", with_pip=False)
    python = tmp_path / "fresh" / "bin" / "python"
    uv = [sys.executable, "-m", "uv", "pip", "install", "--python", python, "--no-deps", clone]
    subprocess.run(uv, check=True)
    code = (
        "from helpers import PROJECT\n"
        "assert 'site-packages' in str(PROJECT), PROJECT\n"
        "for name in ('checkpoints/distilbert-reviews/model.safetensors',\n"
        "             'notebooks/data/long_review.txt', 'notebooks/00_start_here.ipynb'):\n"
        "    assert (PROJECT / name).is_file(), name\n"
    )
    subprocess.run([python, "-c", code], check=True, cwd=tmp_path)
