"""The wheels that another machine needs: any Python and any system that the course runs on,
whatever this one is.

uv finds the versions, since pip would ask the markers of a requirement of *this* system; pip
downloads them. pip's and uv's own variables apply. For the CPU build of PyTorch on Linux, which is
a third of the size: `PIP_EXTRA_INDEX_URL=https://download.pytorch.org/whl/cpu
UV_EXTRA_INDEX_URL=$PIP_EXTRA_INDEX_URL`.
"""

import os
import platform
import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
# {system: (uv's name for it, pip's names for it, newest first)}
SYSTEMS = {
    "linux-x86_64": (
        "x86_64-manylinux_2_28",
        [f"manylinux_2_{n}_x86_64" for n in range(28, 4, -1)],
    ),
    "linux-arm64": (
        "aarch64-manylinux_2_28",
        [f"manylinux_2_{n}_aarch64" for n in range(28, 16, -1)],
    ),
    "windows": ("x86_64-pc-windows-msvc", ["win_amd64"]),
    "macos-arm64": (
        "aarch64-apple-darwin",
        [f"macosx_{n}_0_{a}" for n in range(14, 10, -1) for a in ("arm64", "universal2")],
    ),
}


def this_system() -> str:
    """The key of SYSTEMS for this machine. Raises KeyError where the course does not run."""
    names = {"Linux": "linux-", "Windows": "windows", "Darwin": "macos-"}
    name = names[platform.system()]
    machine = {"AMD64": "x86_64", "aarch64": "arm64"}.get(platform.machine(), platform.machine())
    return name if name == "windows" else name + machine


def versions(requirements: Path, python: str, system: str) -> str:
    """Pin `requirements` and all that they need for a Python such as "3.12"; returns lines
    `name==version`.
    """
    command = [
        sys.executable,
        "-m",
        "uv",
        "pip",
        "compile",
        "--quiet",
        "--no-header",
        "--no-annotate",
        "--no-progress",
    ]
    command += ["--constraint", PROJECT / "constraints.txt", "--only-binary", ":all:"]
    command += ["--python-version", python, "--python-platform", SYSTEMS[system][0], requirements]
    oldest = os.environ | {"MACOSX_DEPLOYMENT_TARGET": "14.0"}  # of torch's wheels
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, env=oldest).stdout


def download(
    requirements: Path, python: str, system: str, folder: Path, more: tuple[str, ...] = ()
) -> None:
    """Put the wheels into `folder`, with `requirements.txt` that pins them; `more` come without
    what they need.

    Raises CalledProcessError when uv or pip fails, whose own words are on stderr.
    """
    folder.mkdir(parents=True, exist_ok=True)
    pinned = folder / "requirements.txt"
    pinned.write_text(versions(requirements, python, system), encoding="utf-8")
    pip = [
        sys.executable,
        "-m",
        "pip",
        "download",
        "--quiet",
        "--no-deps",
        "--only-binary",
        ":all:",
        "--dest",
        folder,
    ]
    pip += ["--python-version", python]
    pip += [part for name in SYSTEMS[system][1] for part in ("--platform", name)]
    subprocess.run([*pip, "--requirement", pinned, *more], check=True)
