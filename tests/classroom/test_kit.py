"""The offline kit: set up under a second Python, without a network; and made for other systems."""

import os
import signal
import subprocess
import sys
import tarfile
import tempfile
import time
from pathlib import Path

import nbformat
import pytest

from classroom.make_kit import make_kit
from classroom.wheels import download, versions

NOTEBOOK = "notebooks/01_pipeline.ipynb"
# A network of its own with nothing in it but loopback; without root, in a user namespace.
WITHOUT_NETWORK = ["unshare", *([] if os.geteuid() == 0 else ["--map-root-user"]), "--net"]
WITHOUT_NETWORK += ["sh", "-c", 'ip link set lo up && exec "$@"', "sh"]
# Debian's own, which has no ensurepip: another than that of the tests where there are two.
SECOND = "/usr/bin/python3" if Path("/usr/bin/python3").exists() else sys.executable


@pytest.fixture(scope="module")
def kit():
    """An unpacked kit, in a folder with a space in its name, and the variables of a new user."""
    with tempfile.TemporaryDirectory(prefix="offline kit ") as folder:
        version = "import sys; print('%d.%d' % sys.version_info[:2])"
        python = subprocess.run(
            [SECOND, "-c", version], check=True, capture_output=True, text=True
        ).stdout.strip()
        archive = make_kit(Path(folder), python)
        print(f"\n{archive.name}: {archive.stat().st_size / 1e6:.0f} MB")
        with tarfile.open(archive) as packed:
            packed.extractall(folder, filter="data")
        archive.unlink()
        home = Path(folder, "home")
        home.mkdir()
        yield Path(folder, archive.stem), {"HOME": str(home), "PATH": os.environ["PATH"]}


def test_there_is_no_network():
    seen = subprocess.run(
        [*WITHOUT_NETWORK, "cat", "/proc/net/dev"], check=True, capture_output=True, text=True
    ).stdout
    assert [line.split(":")[0].strip() for line in seen.splitlines()[2:]] == ["lo"]


def test_studying_within_two_minutes(kit):
    folder, user = kit
    started = time.monotonic()
    arguments = [
        "--no-browser",
        "--ServerApp.port=0",
        *(["--allow-root"] if os.geteuid() == 0 else []),
    ]
    command = [*WITHOUT_NETWORK, SECOND, folder / "start.py", *arguments]
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    with subprocess.Popen(command, env=user, start_new_session=True, **streams) as start:
        said = []
        for line in start.stdout:
            said.append(line)
            if "is running at" in line:
                break
        seconds = time.monotonic() - started
        os.killpg(start.pid, signal.SIGTERM)
    assert "is running at" in said[-1], "".join(said)
    print(f"\nopen after {seconds:.0f} s")
    assert seconds < 120


def test_a_notebook_runs_and_prints_what_is_stored(kit):
    folder, user = kit
    python, copy = folder / ".venv" / "bin" / "python", folder / "executed.ipynb"
    settings = {"CHECKPOINTS": "embedded", "HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": "2"}
    command = [
        *WITHOUT_NETWORK,
        python,
        "-m",
        "nbconvert",
        "--to",
        "notebook",
        "--execute",
        NOTEBOOK,
        "--output",
        copy,
    ]
    done = subprocess.run(
        command, cwd=folder / "course", env=user | settings, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr[-3000:]
    printed, stored = (texts(path) for path in (copy, folder / "course" / NOTEBOOK))
    assert printed == stored and len(stored) > 10


def texts(path):
    """{cell id: what it printed}, but for versions and paths."""
    cells = [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]
    shown = [cell for cell in cells if cell.id not in ("setup-versions", "cache")]
    return {
        cell.id: "".join(
            output.get("text", "") for output in cell.outputs if output.get("name") == "stdout"
        )
        for cell in shown
    }


def test_wheels_for_another_system_are_that_system_s(tmp_path):
    wanted = tmp_path / "requirements.in"
    wanted.write_text(
        "markupsafe\ncolorama; sys_platform == 'win32'\nappnope; sys_platform == 'darwin'\n"
    )
    download(wanted, "3.12", "windows", tmp_path / "windows")
    names = {
        path.name.partition("-")[0]: path.name for path in (tmp_path / "windows").glob("*.whl")
    }
    assert set(names) == {"markupsafe", "colorama"} and names["markupsafe"].endswith(
        "cp312-cp312-win_amd64.whl"
    )
    assert {line.partition("=")[0] for line in versions(wanted, "3.12", "macos-arm64").split()} == {
        "appnope",
        "markupsafe",
    }


@pytest.mark.parametrize(("python", "system"), [("3.12", "windows"), ("3.12", "macos-arm64")])
def test_the_whole_course_has_wheels_elsewhere(python, system):
    from classroom.make_kit import KIT

    pinned = versions(KIT / "requirements.txt", python, system)
    assert (
        "torch==" in pinned
        and "jupyterlab==" in pinned
        and ("pywinpty==" in pinned) == (system == "windows")
    )
