"""Homework as it comes: names and zips of all kinds, hostile notebooks, and nobody lost.

COUNT=60 runs as many hand-ins.
"""

import csv
import io
import json
import os
import subprocess
import sys
import zipfile
from concurrent.futures import ThreadPoolExecutor

import nbformat
import pytest

from classroom import grade as grading
from classroom import handins
from classroom.grade import exercises, grade, lessons, table, write
from classroom.handins import read
from classroom.image import PROJECT
from tools.walls import wall

STEM = "01_pipeline"
COURSE = lessons()
WANTED = ["probabilities", "answer", "ranking", "fooled"]
IMPORT = "import helpers.pipeline.checks as checks\n"
COUNT = int(os.environ.get("COUNT", 11))
# An interrupt that comes at the end of a loop belongs, for Python 3.11 and 3.12, to what stands
# before the loop: only with a line there does `try` catch it.
CATCHES = "x = 0\n        while True: x += 1\n    except BaseException: pass"
HOSTILE = {
    "endless": f"while True:\n    try:\n        {CATCHES}",
    "slow": "while True: pass",
    "bomb": "import os\nwhile True: os.fork()",
    "flood": "while True: print('x' * 1_000_000)",
    "exit": "import os; os._exit(0)",
    "memory": "held = [bytes([1]) * 100_000_000 for _ in range(40)]",
    "forger": IMPORT + "checks.answer = lambda *given: print('✓ Right.')",
}


def notebook(folder="", first=None, **cells):
    """The course's notebook or its solution, with some cells' source replaced (None: gone)."""
    made = nbformat.read(PROJECT / "notebooks" / folder / f"{STEM}.ipynb", as_version=4)
    kept = []
    for cell in made.cells:
        if (source := cells.get(cell.id.replace("-", "_"), cell.source)) is not None:
            cell.source = source
            kept.append(cell)
    made.cells = [*([nbformat.v4.new_code_cell(first)] if first else []), *kept]
    return nbformat.writes(made).encode()


def hand_in(folder, name, data):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def zipped(**files):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return packed.getvalue()


@pytest.fixture(scope="module")
def homework(tmp_path_factory):
    """Eleven hand-ins or more; six are hostile, and one has a cell that does not end."""
    folder = tmp_path_factory.mktemp("homework")
    for name, code in HOSTILE.items():
        hand_in(folder, f"{name}/{STEM}.ipynb", notebook(first=code))
    hand_in(folder, f"ada/Copy of {STEM}.ipynb", notebook("solutions"))
    changed = "mine = some_logits.softmax(dim=0)\nchecks.probabilities(mine, some_logits)"
    setup = IMPORT + "import torch\nsome_logits = torch.tensor([[1.0, 3.0], [-2.0, 0.5]])\n"
    broken = "def answer(text)\n    return 1\n\nchecks.answer(answer, classifier)"
    hand_in(
        folder,
        "dan_01.ipynb",
        notebook(exercise_1=setup + changed, exercise_2=broken, exercise_3=None),
    )
    hand_in(folder, f"eve/{STEM}.ipynb", b"this is no notebook")
    for number in range(COUNT - len(HOSTILE) - 3):
        hand_in(folder, f"student {number}/{STEM}.ipynb", notebook())
    return folder


@pytest.fixture(scope="module")
def grades(image, homework):
    """{student: Grade}, every hand-in in its own container, two at a time."""
    grading.CELL_SECONDS, grading.NOTEBOOK_SECONDS = 20, 45
    with ThreadPoolExecutor(2) as pool:
        done = list(
            pool.map(
                lambda each: grade(each, exercises(COURSE[each.lesson])), read(homework, COURSE)
            )
        )
    print("\n" + table(done, {STEM: WANTED}))
    return {each.handin.student: each for each in done}


def verdicts(each):
    return [verdict for verdict, _ in each.checks.values()]


def test_nobody_is_lost(grades, homework, tmp_path):
    assert len(grades) == COUNT
    write(list(grades.values()), tmp_path)
    with (tmp_path / "grades.csv").open(encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    assert (
        {row["student"] for row in rows}
        == set(grades)
        == {path.stem for path in tmp_path.glob("*.html")}
    )


def test_each_verdict_has_its_words(grades, tmp_path):
    assert verdicts(grades["ada"]) == ["right"] * 4
    assert verdicts(grades["dan"]) == ["wrong", "error", "not tried", "not tried"]
    assert grades["dan"].checks["probabilities"][1].startswith("✗ ")
    assert grades["dan"].checks["answer"][1].startswith("SyntaxError")
    assert verdicts(grades["student 0"]) == ["not tried"] * 4
    assert grades["eve"].note.startswith("no notebook")
    write([grades["dan"]], tmp_path)
    page = (tmp_path / "dan.html").read_text(encoding="utf-8")
    assert grades["dan"].checks["probabilities"][1][:30] in page.replace("&#39;", "'")


@wall(
    "homework: an endless loop that catches interrupts",
    "a time limit a cell and a notebook, kept from outside the kernel",
)
def test_endless_loop(grades):
    assert grades["endless"].note == "timeout" and set(verdicts(grades["endless"])) == {"timeout"}
    assert grades["slow"].note.startswith("timeout") and "right" not in verdicts(grades["slow"])


@wall(
    "homework: fork bomb, 40 times 100 MB, 50 GB of output, `os._exit`",
    "limits of processes, memory, output and time; each notebook in a container of its own",
)
def test_bombs(grades):
    for name in ("bomb", "flood", "exit", "memory"):
        assert "right" not in verdicts(grades[name]) and grades[name].note, name
    # what waits to be read may fill the memory before it is counted
    assert grades["flood"].note.startswith(("too much output", "the kernel died", "out of memory"))


@wall(
    "homework: a changed check",
    "the course is read-only; what a notebook changes in its own kernel counts for nothing, "
    "and the row says so",
)
def test_changed_check(grades):
    assert "right" not in verdicts(grades["forger"])
    assert "changes a check" in grades["forger"].note


@wall(
    "homework: read or write another's work, the verdicts of others, the network",
    "a container sees one notebook, which comes through a pipe, and no network",
)
def test_only_one_s_own_work_is_visible(image, tmp_path):
    look = """
import os, socket
names = [name for _, _, names in os.walk('/') for name in names if name.endswith('.ipynb')]
assert all(name[0] in '0123456789' for name in names)
assert [name for name in os.listdir('/sys/class/net')] == ['lo']
assert not os.access('/opt/course/bin/run_homework.py', os.W_OK)
"""
    hand_in(
        tmp_path,
        f"mal/{STEM}.ipynb",
        notebook("solutions", first=look, exercise_1=f"{look}\nseen = 1"),
    )
    [handin] = read(tmp_path, COURSE)
    result = grade(handin, WANTED)
    assert result.note == "" and verdicts(result)[1:] == ["right"] * 3


def test_names_as_they_come(tmp_path):
    solved = notebook()
    hand_in(tmp_path, "ada/Copy of 01_pipeline.ipynb", solved)
    hand_in(tmp_path, "José/aufgabe größer (1).ipynb", solved)
    hand_in(tmp_path, "dan_01.ipynb", solved)
    hand_in(tmp_path, "eve/01_pipeline.ipynb", b"")
    hand_in(tmp_path, "Grace Hopper_1234_assignsubmission_file_/01_pipeline.ipynb", solved)
    hand_in(tmp_path, "lovelaceada_LATE_12345_678_01_pipeline-1.ipynb", solved)
    hand_in(tmp_path, "bob/report.docx", b"PK")
    hand_in(tmp_path, "bob/.DS_Store", b"x")
    inner = zipped(**{"01_pipeline.ipynb": solved, "__MACOSX/._01": b"x"})
    moodle = {
        "Kim_1077_assignsubmission_file_/01_pipeline.ipynb": solved,
        "Lee_1078_assignsubmission_file_/work.zip": inner,
    }
    hand_in(tmp_path, "class 7b.zip", zipped(**moodle))
    hand_in(tmp_path, "pat/broken.zip", b"PK\x03\x04 broken")
    (tmp_path / "mal").mkdir()
    (tmp_path / "mal" / "01_pipeline.ipynb").symlink_to("/etc/passwd")
    found = {
        (each.student, each.lesson, each.problem and each.problem.partition(":")[0])
        for each in read(tmp_path, COURSE)
    }
    graded = ["ada", "José", "dan", "Grace Hopper", "lovelaceada", "Kim", "Lee"]
    assert found == {(name, STEM, None) for name in graded} | {
        ("eve", STEM, "empty file"),
        ("bob", None, "no notebook"),
        ("pat", None, "this zip can't be read"),
        ("mal", None, "a link, which is not followed"),
    }


def test_a_zip_that_would_fill_the_memory_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr(handins, "UNPACKED", 5_000_000)
    bomb = zipped(**{f"{number}.ipynb": b"0" * 1_000_000 for number in range(6)})
    hand_in(tmp_path, "mal/homework.zip", bomb)
    [handin] = read(tmp_path, COURSE)
    assert len(bomb) < 1_000_000 and handin.problem.endswith("unpacks to more than 5 MB")


def test_the_exercises_are_read_from_the_notebook():
    assert len(COURSE) >= 7
    assert exercises(COURSE[STEM]) == WANTED


def test_a_cell_is_no_formula(tmp_path):
    hand_in(tmp_path, "=1+1/01_pipeline.ipynb", b"")
    write([grade(each, WANTED) for each in read(tmp_path, COURSE)], tmp_path / "grades")
    assert "'=1+1,'=1+1/01_pipeline.ipynb" in (tmp_path / "grades" / "grades.csv").read_text(
        encoding="utf-8-sig"
    )


def test_without_docker_it_stops_or_warns(tmp_path):
    hand_in(tmp_path, "eve/01_pipeline.ipynb", b"")
    nowhere = os.environ | {"DOCKER_HOST": "unix:///nowhere.sock"}
    command = [sys.executable, "-m", "classroom.grade", tmp_path]
    stopped = subprocess.run(command, env=nowhere, cwd=PROJECT, capture_output=True, text=True)
    assert stopped.returncode == 1 and "Docker does not answer" in stopped.stderr
    trusted = subprocess.run(
        [*command, "--trust"], env=nowhere, cwd=PROJECT, capture_output=True, text=True
    )
    assert (
        trusted.returncode == 0
        and "runs as you" in trusted.stderr
        and "empty file" in trusted.stdout
    )


def test_an_answer_that_no_runner_wrote_is_no_grade(monkeypatch, tmp_path):
    hand_in(tmp_path, f"ada/{STEM}.ipynb", notebook())
    [handin] = read(tmp_path, COURSE)
    for answer in (
        b"",
        b"null",
        b"[]",
        b"{}",
        json.dumps({"checks": {"answer": "right"}, "ending": None}).encode(),
    ):
        monkeypatch.setattr(grading, "_contained", lambda data, answer=answer: (answer, None))
        assert verdicts(grade(handin, WANTED)) == ["killed"] * 4, answer
