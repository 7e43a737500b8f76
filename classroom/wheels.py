"""The wheels that another machine needs: any Python and any system that the course runs on.

uv finds the versions, since pip would ask the markers of a requirement of *this* system; pip
downloads them. On Linux PyTorch's builds for processors are taken, a third of the size, where they
can be had: from their own index, or from where pip looks.
"""

import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path

from tools.install import CPU_BUILDS, answers, settings_of_pip

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


def versions(requirements: Path, python: str, system: str, cpu: bool = False) -> str:
    """Pin `requirements` and all that they need for a Python such as "3.12"; lines `name==version`.

    `cpu`: ask PyTorch's own index for its builds for processors.
    """
    command = [sys.executable, "-m", "uv", "pip", "compile", "--quiet", "--no-header"]
    command += ["--no-annotate", "--no-progress", "--only-binary", ":all:"]
    command += ["--constraint", PROJECT / "constraints.txt"]
    command += ["--python-version", python, "--python-platform", SYSTEMS[system][0]]
    command += ["--torch-backend", "cpu"] if cpu else []
    oldest = {"MACOSX_DEPLOYMENT_TARGET": "14.0"}  # of torch's wheels
    environment = os.environ | settings_of_pip() | oldest
    streams = {"check": True, "stdout": subprocess.PIPE, "text": True}
    return subprocess.run([*command, requirements], env=environment, **streams).stdout


def download(
    requirements: Path, python: str, system: str, folder: Path, more: tuple[str, ...] = ()
) -> None:
    """Put the wheels into `folder`, with `requirements.txt` that pins them.

    `more` come without what they need. What lies there from another time goes. Raises
    CalledProcessError when uv or pip fails, whose own words are on stderr.
    """
    cpu = system.startswith("linux") and answers(f"{CPU_BUILDS}/torch/")
    pinned = versions(requirements, python, system, cpu)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    (folder / "requirements.txt").write_text(pinned, encoding="utf-8")
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
    pip += ["--only-binary", ":all:", "--dest", folder, "--python-version", python]
    pip += [part for name in SYSTEMS[system][1] for part in ("--platform", name)]
    pip += ["--extra-index-url", CPU_BUILDS] if cpu else []
    subprocess.run([*pip, "--requirement", folder / "requirements.txt", *more], check=True)
