"""Make .venv, with what the course needs in it: `python3 -m tools.install`, or any target of make.

The Python of the machine runs this: it needs the standard library alone, and an older Python must
get as far as its message. Nothing happens where .venv is whole and newer than its lists.
"""

import ast
import os
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
VENV = PROJECT / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
DONE = VENV / "installed"  # written last: a .venv without it is half made
LISTS = ["requirements.txt", "constraints.txt", "pyproject.toml"]
WANTED = ["--editable", ".[lab,test]", "--constraint", "constraints.txt"]
CPU_BUILDS = "https://download.pytorch.org/whl/cpu"
GIGABYTES = 3  # .venv has 1.5 with PyTorch's CPU build; as much lies in the cache of packages


def main():
    if is_whole():
        return
    refuse()
    try:
        make()
    except OSError as error:
        sys.exit(f"{error.strerror}: {error.filename}. Run it again when that is repaired.")


def is_whole():
    """Whether .venv has all it needs: its Python starts, and no list of packages is newer."""
    if not DONE.exists() or any(
        (PROJECT / name).stat().st_mtime > DONE.stat().st_mtime for name in LISTS
    ):
        return False
    try:
        return subprocess.run([PYTHON, "-c", ""]).returncode == 0
    except OSError:  # the Python that it was made from is gone
        DONE.unlink()
        return False


def refuse():
    """End with one line where this machine lacks what set-up asks for."""
    if sys.version_info < (3, 11):  # noqa: UP036
        sys.exit(
            f"Python 3.11 or newer is needed, and {sys.executable} is {sys.version.split()[0]}. "
            "Name another: make lab PYTHON=python3.12"
        )
    if not (find_spec("venv") and find_spec("ensurepip")):
        sys.exit(
            f"{sys.executable} comes without its module venv. On Debian and Ubuntu: "
            f"sudo apt install python3.{sys.version_info.minor}-venv"
        )
    if not os.access(PROJECT, os.W_OK):
        sys.exit(f"{PROJECT} can't be written. Clone the course into a folder of your own.")
    refuse_full_disk(GIGABYTES, PROJECT)


def refuse_full_disk(gigabytes, *folders):
    for folder in folders:
        free = shutil.disk_usage(folder).free / 1e9
        if free < gigabytes:
            sys.exit(
                f"The disk is full: {gigabytes:.1f} GB are needed in {folder}, {free:.1f} GB are "
                "free. Make room and run it again."
            )


def make():
    """Make .venv anew where it is half made, and install: with uv in seconds, else with pip."""
    if not DONE.exists() and not run(sys.executable, "-m", "venv", "--clear", VENV):
        sys.exit("No .venv could be made, as said above.")
    DONE.unlink(missing_ok=True)
    cpu = has_no_gpu() and answers(f"{CPU_BUILDS}/torch/")
    if not install_with_uv(cpu):
        refuse_full_disk(0.1, PROJECT, Path.home())
        print("uv could not do it; pip does, and takes a minute or two.", flush=True)
        index = ["--extra-index-url", CPU_BUILDS] if cpu else []
        if not run(PYTHON, "-m", "pip", "install", *WANTED, *index):
            refuse_full_disk(0.1, PROJECT, Path.home())
            sys.exit("The packages could not be installed, as pip says above. Run it again.")
    DONE.touch()


def install_with_uv(cpu):
    """Return whether that went well. `cpu`: whether to take PyTorch's builds without CUDA."""
    quiet = ["--quiet", "--retries=1", "--disable-pip-version-check"]
    if not run(PYTHON, "-m", "pip", "install", *quiet, "uv", "--constraint", "constraints.txt"):
        return False
    backend = ["--torch-backend", "cpu"] if cpu else []
    command = [PYTHON, "-m", "uv", "pip", "install", "--python", PYTHON, *WANTED, *backend]
    return run(*command, **settings_of_pip())


def settings_of_pip():
    """Return where pip looks for packages on this machine, as uv's environment variables."""
    command = [PYTHON, "-m", "pip", "config", "list"]
    lines = subprocess.run(command, capture_output=True, encoding="utf-8").stdout.splitlines()
    settings = {}
    for line in lines:
        name, _, value = line.partition("=")
        settings[name.rpartition(".")[2]] = ast.literal_eval(value)
    if "find-links" in settings:
        settings["find-links"] = ",".join(settings["find-links"].split())
    ours = {"UV_FIND_LINKS": "find-links", "UV_DEFAULT_INDEX": "index-url", "SSL_CERT_FILE": "cert"}
    return {name: settings[key] for name, key in ours.items() if key in settings}


def has_no_gpu():
    """Whether this is Linux, where PyTorch's usual build has CUDA, without an NVIDIA GPU."""
    driver = Path("/proc/driver/nvidia/version").exists() or shutil.which("nvidia-smi")
    return sys.platform == "linux" and not driver


def answers(address):
    """Whether a server answers within 3 s, the look-up of its name included."""
    code = f"from urllib.request import urlopen; urlopen({address!r})"
    try:
        command = [sys.executable, "-c", code]
        return subprocess.run(command, stderr=subprocess.DEVNULL, timeout=3).returncode == 0
    except subprocess.TimeoutExpired:
        return False


def run(*command, **environment):
    """Return whether a command in the project's folder ended well."""
    return not subprocess.run(command, cwd=PROJECT, env={**os.environ, **environment}).returncode


if __name__ == "__main__":
    main()
