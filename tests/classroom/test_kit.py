"""The offline kit on a machine without a network: set up from an empty home, then two notebooks, compared to the letter."""

import os
import signal
import subprocess
import tarfile
import tempfile
import time
from pathlib import Path

import pytest

from classroom.make_kit import make_kit
from tools.environment import SETTINGS

NOTEBOOKS = ["notebooks/01_pipeline.ipynb", "notebooks/06_generation.ipynb"]
# A network of its own with nothing in it but loopback; without root, in a user namespace.
WITHOUT_NETWORK = ["unshare", *([] if os.geteuid() == 0 else ["--map-root-user"]), "--net",
                   "sh", "-c", 'ip link set lo up && exec "$@"', "sh"]


@pytest.fixture(scope="module")
def room():
    """An unpacked kit, in a folder with a space in its name, and the environment of a user who has nothing yet."""
    with tempfile.TemporaryDirectory(prefix="offline kit ") as folder:
        archive = make_kit(folder)
        print(f"{archive.name}: {archive.stat().st_size / 1e6:.0f} MB")
        with tarfile.open(archive) as packed:
            packed.extractall(folder, filter="data")
        home = Path(folder, "home")
        home.mkdir()
        yield Path(folder, archive.stem), {"HOME": str(home), "PATH": os.environ["PATH"]}


def test_there_is_no_network():
    seen = subprocess.run([*WITHOUT_NETWORK, "cat", "/proc/net/dev"], check=True, capture_output=True, text=True).stdout
    assert [line.split(":")[0].strip() for line in seen.splitlines()[2:]] == ["lo"]


def test_studying_within_two_minutes(room):
    kit, user = room
    started = time.monotonic()
    arguments = ["--no-browser", "--ServerApp.port=0", *(["--allow-root"] if os.geteuid() == 0 else [])]
    with subprocess.Popen([*WITHOUT_NETWORK, "python3", kit / "start.py", *arguments], env=user, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True) as start:
        said = []
        for line in start.stdout:
            said.append(line)
            if "is running at" in line:
                break
        seconds = time.monotonic() - started
        causal_lm = Path(user["HOME"], ".cache", "behind-the-pipeline", "SmolLM2-135M-Instruct")
        while not causal_lm.exists() and time.monotonic() < started + 600:
            time.sleep(1)
        unpacked = time.monotonic() - started
        os.killpg(start.pid, signal.SIGTERM)
    assert "is running at" in said[-1], "".join(said)
    print(f"open after {seconds:.0f} s, causal-lm unpacked after {unpacked:.0f} s")
    assert causal_lm.exists()
    assert seconds < 120


def test_the_notebooks_run(room):
    kit, user = room
    there = [name for name in NOTEBOOKS if (kit / "course" / name).exists()]
    done = subprocess.run([*WITHOUT_NETWORK, kit / ".venv" / "bin" / "python", "-m", "pytest", "--quiet", *there],
                          cwd=kit / "course", env=user | SETTINGS, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr
