"""What Colab lacks once the course is there; every notebook's first cell calls `prepare`."""

import functools
import os
import subprocess
import sys
import tomllib
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from packaging.requirements import Requirement

PROJECT = Path(__file__).resolve().parents[1]
NOT_NEEDED = {"jupyterlab", "nbval", "hypothesis"}  # Colab shows notebooks itself, and no tests are run on it


def missing():
    """Return the lines of requirements.txt that a notebook needs and this Python does not satisfy, a list of str."""
    lines = (PROJECT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    wanted = [Requirement(line) for line in lines if line and not line.startswith("#")]
    return [str(need) for need in wanted if need.name not in NOT_NEEDED and not _satisfied(need)]


def _satisfied(need):
    try:
        return need.specifier.contains(version(need.name), prereleases=True)
    except PackageNotFoundError:
        return False


@functools.cache  # a second run of the cell does nothing, unless the first one failed
def prepare():
    """Install what is missing and say so, hide a GPU. Raises RuntimeError with pip's own words when pip fails."""
    # pipeline() moves a model to the first GPU it sees, away from the tensors that a notebook makes by hand.
    os.environ["CUDA_VISIBLE_DEVICES"] = ""
    packages = missing()
    if packages:
        pip = subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", *packages], capture_output=True, text=True)
        if pip.returncode:
            raise RuntimeError(f"{', '.join(packages)} could not be installed. Run this cell again; pip said:\n{pip.stderr}")
    about = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    print("course: ", f"version {about['version']} in {PROJECT}")
    print("install:", ", ".join(packages) or "nothing was missing")
    print("device:  the CPU, which is enough; a GPU is not used")
