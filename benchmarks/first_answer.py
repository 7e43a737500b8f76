"""How long until the first prediction, and JupyterLab; the memory of each notebook."""

import statistics
import subprocess
import sys
import time
import urllib.request

import nbformat
from nbclient import NotebookClient

from benchmarks.timing import interleaved, spread, table
from helpers import PROJECT
from helpers.weights import resolve
from tools.notebooks import COURSE, FIRST_ANSWER

PORT = 8917


def notebook():
    path, prediction = FIRST_ANSWER
    cells = nbformat.read(path, as_version=4)
    client = NotebookClient(
        cells,
        kernel_name="python3",
        resources={"metadata": {"path": path.parent}},
        shutdown_kernel="immediate",
    )  # a reader's kernel goes on; its end is not part of the wait
    with client.setup_kernel():
        for index, cell in enumerate(cells.cells):
            client.execute_cell(cell, index)
            if cell.id == prediction:
                return
    raise LookupError(prediction)


def script():
    call = f"pipeline('sentiment-analysis', {resolve('sentiment')!r})('I hate this.')"
    code = f"from transformers import pipeline; {call}"
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)


def lab():
    """What `make lab` starts, until the server answers."""
    server = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "jupyter",
            "lab",
            "--no-browser",
            f"--port={PORT}",
            "--allow-root",
            "--ServerApp.port_retries=0",
            f"--ServerApp.root_dir={PROJECT}",
        ],
        stderr=subprocess.DEVNULL,
    )
    try:
        while server.poll() is None:
            try:
                return urllib.request.urlopen(f"http://localhost:{PORT}/api", timeout=5).close()
            except OSError:
                time.sleep(0.05)
        raise RuntimeError("JupyterLab did not start")
    finally:
        server.terminate()
        server.wait()


def measure():
    """Markdown: seconds to the first answer and to a server, megabytes of each notebook."""
    seconds = interleaved(
        {
            "plain script with pipeline()": script,
            "kernel start → notebook 01's first prediction": notebook,
        }
    )
    plain, opened = (statistics.median(values) for values in seconds.values())
    seconds |= interleaved({"JupyterLab, until its server answers": lab})
    costs = [(path.stem, nbformat.read(path, as_version=4).metadata.course) for path in COURSE]
    return "\n\n".join(
        [
            table(
                ["what", "aim", "reached"],
                [
                    (
                        "first prediction against the plain script",
                        "≤ 1.1 ×",
                        f"{opened / plain:.2f} ×",
                    )
                ],
            ),
            table(
                ["what", "seconds"], [(name, spread(values)) for name, values in seconds.items()]
            ),
            "Peak memory of each notebook, as `make notebooks` measured it and rounded it up:",
            table(["notebook", "MB"], [(name, cost["peak_mb"]) for name, cost in costs]),
        ]
    )
