"""Grade homework: `make grade FOLDER=homework` runs each hand-in in a container of its own and
says who solved what.

A container has no network, a course that it can't change, limits of memory, processes, time and
output, and one student's notebook. It prints a table and writes `build/grades/`: a CSV and an HTML
report a student. `TRUST=1` grades without Docker: then students' code runs as you, and can do what
you can.
"""

import argparse
import contextlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nbformat
from tqdm import tqdm

from classroom.handins import HandIn, read
from classroom.image import IMAGE, PROJECT, docker, ready
from classroom.report import Grade, table, write

CELL_SECONDS, NOTEBOOK_SECONDS = 60, 300  # the slowest cell of the course takes a tenth of it
GRACE = 60  # seconds more until a container is killed from outside
ANSWER = 1_000_000  # bytes of a container's answer that are read
MEMORY = "1500m"
LIMITS = f"""--network none --read-only --cap-drop ALL --security-opt no-new-privileges
--memory {MEMORY} --memory-swap {MEMORY} --cpus 1 --pids-limit 200 --ulimit core=0 --init
--log-driver none --tmpfs /tmp:size=64m,mode=1777
--tmpfs /home/student:size=128m,uid=1000,gid=1000,mode=700""".split()
VERDICTS = {"right", "wrong", "not tried", "error", "timeout", "no verdict", "killed"}
VERDICTS |= {"too much output", "the kernel died"}


def lessons() -> dict[str, nbformat.NotebookNode]:
    """{stem: notebook} of the course's notebooks with exercises."""
    paths = sorted((PROJECT / "notebooks").glob("[0-9]*.ipynb"))
    course = {path.stem: nbformat.read(path, as_version=4) for path in paths}
    return {stem: notebook for stem, notebook in course.items() if exercises(notebook)}


def exercises(notebook: nbformat.NotebookNode) -> list[str]:
    """The checks that a notebook of the course calls, in order: `["probabilities", …]`."""
    cells = [
        cell
        for cell in notebook.cells
        if cell.cell_type == "code" and cell.id.startswith("exercise")
    ]
    return re.findall(r"^checks\.(\w+)\(", "\n".join(cell.source for cell in cells), re.MULTILINE)


def grade(handin: HandIn, wanted: list[str], trust: bool = False) -> Grade:
    """Run one hand-in. Whatever it does, this returns."""
    if handin.problem:
        return Grade(handin, {}, handin.problem)
    answer, ending = (_trusted if trust else _contained)(handin.data)
    try:
        result = json.loads(answer)
        checks = {name: _verdict(*result["checks"].get(name, ("not tried", ""))) for name in wanted}
        note = str(result["ending"] or "")[:200]
        if result.get("meddles") is True:
            note = f"{note}; its code changes a check: read it".strip("; ")
    except (ValueError, TypeError, KeyError, AttributeError):  # no answer, or none of our runner's
        checks, note = dict.fromkeys(wanted, ("killed", "")), ending or "its answer can't be read"
    return Grade(handin, checks, note)


def _verdict(verdict: object, words: object) -> tuple[str, str]:
    return (verdict if verdict in VERDICTS else "error", str(words)[:600])


def _contained(data: bytes) -> tuple[bytes, str | None]:
    """The answer of a container, and why there is none."""
    name = f"homework-{uuid.uuid4().hex[:12]}"
    command = ["docker", "run", "--name", name, "--interactive", *LIMITS]
    command += [part for variable in _seconds() for part in ("--env", variable)]
    command += [IMAGE, "python", "/opt/course/bin/run_homework.py"]
    with tempfile.TemporaryFile() as notebook:
        notebook.write(data)
        notebook.seek(0)
        started = time.monotonic()
        with subprocess.Popen(
            command, stdin=notebook, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        ) as run:
            answer = _bounded(run, name)
    with contextlib.suppress(subprocess.CalledProcessError):
        state = ["inspect", "--format", "{{.State.OOMKilled}}", name]
        killed = docker(*state, stderr=subprocess.DEVNULL).strip()
        docker("rm", "--force", name)
        if killed == "true":
            return answer, f"out of memory: more than {MEMORY}"
    return answer, "time is up" if time.monotonic() - started > NOTEBOOK_SECONDS + GRACE else None


def _bounded(run: subprocess.Popen, name: str) -> bytes:
    """What the container prints, up to ANSWER bytes; one that says too much or nothing in its time
    is killed.
    """
    with ThreadPoolExecutor(1) as pool:
        reading = pool.submit(run.stdout.read, ANSWER)
        try:
            answer = reading.result(NOTEBOOK_SECONDS + GRACE)
        except TimeoutError:
            answer = b""
        if len(answer) in (0, ANSWER):
            docker("kill", name, check=False, stderr=subprocess.DEVNULL)
    return answer


def _seconds() -> list[str]:
    return [f"CELL_SECONDS={CELL_SECONDS}", f"NOTEBOOK_SECONDS={NOTEBOOK_SECONDS}"]


def _trusted(data: bytes) -> tuple[bytes, str | None]:
    """Without Docker: the same run as you, in a folder of its own."""
    with tempfile.TemporaryDirectory() as home:
        room = Path(home, "behind-the-pipeline")
        room.mkdir()
        shutil.copytree(
            PROJECT / "notebooks", room / "notebooks", ignore=shutil.ignore_patterns("solutions")
        )
        command = [sys.executable, PROJECT / "classroom" / "image" / "run_homework.py"]
        environment = os.environ | {"HOME": home, "CHECKPOINTS": "embedded", "HF_HUB_OFFLINE": "1"}
        environment |= dict(variable.split("=") for variable in _seconds())
        environment["XDG_CACHE_HOME"] = os.environ.get("XDG_CACHE_HOME") or str(
            Path.home() / ".cache"
        )
        with contextlib.suppress(subprocess.TimeoutExpired):
            options = {"stdout": subprocess.PIPE, "timeout": NOTEBOOK_SECONDS + GRACE}
            done = subprocess.run(command, input=data, env=environment, **options)
            return done.stdout, None
    return b"", "time is up"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument(
        "--trust", action="store_true", help="without Docker: students' code runs as you"
    )
    given = parser.parse_args()
    if not given.folder.is_dir():
        sys.exit(f"there is no folder {given.folder}; it should hold what students handed in")
    if given.trust:
        print(
            "Without Docker: students' code runs as you, and can read and change what you can.",
            file=sys.stderr,
        )
    else:
        ready(IMAGE)
    course = lessons()
    if not (handins := read(given.folder, course)):
        sys.exit(f"{given.folder} is empty")
    wanted = {stem: exercises(notebook) for stem, notebook in course.items()}
    with ThreadPoolExecutor(1 if given.trust else max(1, (os.cpu_count() or 2) - 1, 2)) as pool:
        runs = pool.map(lambda each: grade(each, wanted.get(each.lesson, []), given.trust), handins)
        grades = list(tqdm(runs, total=len(handins), desc="grading", unit="hand-in"))
    write(grades, target := PROJECT / "build" / "grades")
    print(table(grades, wanted))
    print(f"\n{len(grades)} hand-ins; {target / 'grades.csv'}, and a report a student beside it")


if __name__ == "__main__":
    main()
