"""A reader's first cell, `resolve(role)`, in a process that can be killed or limited."""

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

from helpers import PROJECT

CELL = """
import json, sys, time
from helpers.weights import CheckpointError, resolve
exec(sys.argv[2])
started, folder, error = time.monotonic(), None, None
try:
    folder = resolve(sys.argv[1])
except CheckpointError as problem:
    error = str(problem)
print(json.dumps([folder, error, time.monotonic() - started]))
"""


class Saw(NamedTuple):
    said: str  # the line about the choice, or the CheckpointError's message
    folder: Path | None  # None after an error
    seconds: float


def start(role, *, first="", wrap=(), preexec=None, **environment):
    """Begin. `environment` replaces every setting of the Hub, pip and the course.

    `first`: code to begin with. `wrap`: a command that runs the reader. `preexec`: called in
    the new process.
    """
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("HF_", "PIP_", "CHECKPOINTS", "XDG_"))
    }
    return subprocess.Popen(
        [*wrap, sys.executable, "-c", CELL, role, first],
        env=kept | {"PYTHONPATH": str(PROJECT)} | environment,
        preexec_fn=preexec,
        start_new_session=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def saw(process):
    """Wait for a reader's end and return what was seen."""
    out, err = process.communicate(timeout=60)
    assert process.returncode == 0, err[-2000:]
    *lines, last = out.splitlines()
    folder, error, seconds = json.loads(last)
    return Saw(error or lines[-1], Path(folder) if folder else None, seconds)


def same_weights(folder, other):
    """Do two checkpoint folders hold the same weights, byte by byte?"""
    digests = []
    for path in (Path(folder, "model.safetensors"), Path(other, "model.safetensors")):
        with path.open("rb") as file:
            digests.append(hashlib.file_digest(file, "sha256").digest())
    return digests[0] == digests[1]
