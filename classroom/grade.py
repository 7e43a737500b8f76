"""Grade homework: `make grade FOLDER=homework` prints who solved what.

FOLDER holds one folder a student with notebooks in it, `homework/ada/01_pipeline.ipynb`; a copy's name such as
`01_pipeline (1).ipynb` will do. Each notebook runs in a fresh kernel, whole, beside this project's own helpers. A verdict
counts when a check of these helpers gave it; what a notebook prints does not count.

Students' code runs as you: grade under an account, or in a container, that has nothing to lose. It could still forge a
verdict by writing to the grader's file; read the code where a result surprises you.
"""

import argparse
import json
import os
import re
import sys
import tempfile
import threading
from pathlib import Path

import nbformat
from nbclient import NotebookClient

from helpers import PROJECT  # noqa: E402
CELL_SECONDS = 60  # the slowest cell of the course takes a tenth of it
NOTEBOOK_SECONDS = 600


def exercises(notebook):
    """The checks that a notebook of the course calls, in order: `["pipeline.probabilities", …]`."""
    code = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "code" and cell.id.startswith("exercise"))
    module = re.search(r"^import helpers\.checks\.(\w+) as checks$", code, re.MULTILINE)
    return [f"{module[1]}.{name}" for name in re.findall(r"^checks\.(\w+)\(", code, re.MULTILINE)] if module else []


def grade(path, wanted, cell_seconds=CELL_SECONDS, notebook_seconds=NOTEBOOK_SECONDS):
    """Run a student's notebook and return `{exercise: verdict}` for the exercises `wanted`.

    Verdicts: right, wrong, not tried, error, timeout. Whatever the notebook does, this returns; a file that is no
    notebook has an error in every exercise.
    """
    try:
        notebook = nbformat.read(path, as_version=4)
    except Exception:  # damaged in any way
        return dict.fromkeys(wanted, "error")
    with tempfile.TemporaryDirectory() as folder:
        room, log = Path(folder, "notebooks"), Path(folder, "verdicts")
        room.mkdir()
        log.touch()
        for name, source in (("helpers", "helpers"), ("notebooks/data", "notebooks/data")):
            Path(folder, name).symlink_to(PROJECT / source)
        ending = _run(notebook, room, {**os.environ, "VERDICTS": str(log)}, cell_seconds, notebook_seconds)
        # "right" comes last, so that it stays: an answer may be followed by a try of what is wrong.
        given = dict(sorted(map(json.loads, log.read_text(encoding="utf-8").splitlines()), key=lambda entry: entry[1] == "right"))
    return {exercise: given.get(exercise) or _without_verdict(notebook, exercise, ending) for exercise in wanted}


def _run(notebook, room, environment, cell_seconds, notebook_seconds):
    """Execute in place; return what ended it before its last cell, "timeout" or "error", or None."""
    client = NotebookClient(notebook, timeout=cell_seconds, interrupt_on_timeout=True, allow_errors=True, startup_timeout=120,
                            kernel_name="python3", resources={"metadata": {"path": str(room)}})
    late = threading.Event()

    def stop():  # for a cell that catches the interrupt, too
        late.set()
        client.km.provisioner.process.kill()

    limit = threading.Timer(notebook_seconds, stop)
    limit.start()
    try:
        client.execute(env=environment)
    except Exception:  # the kernel died, or the file holds what no kernel accepts
        return "timeout" if late.is_set() else "error"
    finally:
        limit.cancel()
    return None


def _without_verdict(notebook, exercise, ending):
    call = f"checks.{exercise.partition('.')[2]}("
    cell = next((cell for cell in notebook.cells if cell.cell_type == "code" and call in cell.source), None)
    if cell is None:
        return "not tried"
    raised = [output.ename for output in cell.outputs if output.output_type == "error"]
    if raised:
        return "timeout" if raised == ["KeyboardInterrupt"] else "error"
    return ending or "error"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    if not folder.is_dir():
        sys.exit(f"there is no folder {folder}; it should hold one folder a student")
    found = False
    for model in sorted((PROJECT / "notebooks").glob("[0-9]*.ipynb")):
        wanted = exercises(nbformat.read(model, as_version=4))
        paths = sorted(folder.glob(f"*/{model.stem}*.ipynb"))
        if not wanted or not paths:
            continue
        found = True
        names = [f"{path.parent.name}" if path.stem == model.stem else f"{path.parent.name}: {path.stem}" for path in paths]
        widths = [max(map(len, names)), *(max(9, len(exercise.partition(".")[2])) for exercise in wanted)]
        print(f"\n{model.stem}")
        print("  ".join(f"{title:<{width}}" for title, width in zip(["", *(e.partition(".")[2] for e in wanted)], widths)))
        for name, path in zip(names, paths):
            verdicts = grade(path, wanted).values()
            print("  ".join(f"{entry:<{width}}" for entry, width in zip([name, *verdicts], widths)), flush=True)
    if not found:
        sys.exit(f"{folder} holds no notebook of the course in a student's folder, such as {folder}/ada/01_pipeline.ipynb")


if __name__ == "__main__":
    main()
