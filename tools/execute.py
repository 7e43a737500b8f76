"""Run notebooks in fresh kernels and store their outputs: `make notebooks`, or with ONLY=01.

What differs from run to run is not stored: widget models, timings, versions of the kernel. Each
notebook's metadata keeps what it cost, its kernel's peak memory and its seconds, rounded up; `make
links` writes them where readers see them. A name that a notebook binds to things of different kinds
is reported, and the command fails.
"""

import argparse
import math
import os
import re
import sys
import tempfile
import time
from pathlib import Path

import nbformat
from nbclient import NotebookClient

from helpers import PROJECT
from tools import environment, kinds
from tools.notebooks import NOTEBOOKS
from tools.saving import as_stored


def peak_megabytes(process):
    """Largest resident size of a process so far, MB; None where the system does not tell."""
    try:
        status = Path(f"/proc/{process}/status").read_text()
    except OSError:
        return None
    return int(re.search(r"VmHWM:\s+(\d+) kB", status)[1]) / 1000


async def executed(path, environment):
    """Run a notebook in a fresh kernel: {id of a cell: the text it printed}."""
    notebook = nbformat.read(path, as_version=4)
    client = NotebookClient(
        notebook,
        timeout=300,
        startup_timeout=180,
        kernel_name="python3",
        resources={"metadata": {"path": path.parent}},
    )
    await client.async_execute(env=environment)
    return {
        cell.id: "".join(output.get("text", "") for output in cell.get("outputs", ()))
        for cell in notebook.cells
    }


def execute(path):
    """Run one notebook and store its outputs; return what is to be said of its names."""
    notebook = nbformat.read(path, as_version=4)
    client = NotebookClient(
        notebook,
        timeout=600,
        startup_timeout=180,
        kernel_name="python3",
        resources={"metadata": {"path": path.parent}},
        extra_arguments=[f"--InteractiveShellApp.extra_extensions={kinds.__name__}"],
    )
    with tempfile.TemporaryDirectory() as folder, client.setup_kernel(env=watched(folder)):
        started = time.monotonic()
        for index, cell in enumerate(notebook.cells):
            client.execute_cell(cell, index)
        seconds, peak = time.monotonic() - started, peak_megabytes(client.km.provisioner.pid)
        rebound = kinds.rebound(Path(folder, "kinds.json"))
    course = notebook.metadata.setdefault("course", {})
    if peak and not 0.8 < peak / course.get("peak_mb", 1) <= 1:
        course["peak_mb"] = math.ceil(peak * 1.05 / 50) * 50
    if not 0.3 < seconds / course.get("run_s", 1) <= 1:
        course["run_s"] = math.ceil(seconds / 10) * 10
    nbformat.write(as_stored(notebook), path)
    print(f"{path.relative_to(PROJECT)}: {seconds:.0f} s, peak {peak or math.nan:.0f} MB")
    return [f"{path.name}: {words}" for words in rebound]


def watched(folder):
    """The environment of a kernel that notes the kinds of its names in `folder`."""
    return os.environ | {"KINDS": str(Path(folder, "kinds.json"))}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("only", nargs="?", default="", help="a part of the file name")
    only = parser.parse_args().only
    paths = [path for path in NOTEBOOKS if only in path.name]
    if not paths:
        sys.exit(f"no notebook has {only!r} in its name")
    environment.enter()
    if rebound := [words for path in paths for words in execute(path)]:
        sys.exit("\n".join(["Give what is of another kind another name.", *rebound]))


if __name__ == "__main__":
    main()
