"""What grading found: a table for the terminal, a CSV for a spreadsheet, an HTML page a student."""

import csv
import re
from pathlib import Path
from typing import NamedTuple

from classroom.handins import HandIn
from classroom.names import PAGES


class Grade(NamedTuple):
    handin: HandIn
    checks: dict[str, tuple[str, str]]  # {exercise: (verdict, words)}
    note: str


def table(grades: list[Grade], wanted: dict[str, list[str]]) -> str:
    """A block a lesson, a row a hand-in; what could not be graded comes last, with the reason."""
    lines = []
    for lesson, checks in wanted.items():
        rows = [
            (each.handin.student, *(each.checks[name][0] for name in checks), each.note)
            for each in grades
            if each.handin.lesson == lesson and each.checks
        ]
        if rows:
            lines += ["", lesson, *_aligned([("", *checks, ""), *rows])]
    if left := [
        (each.handin.student, each.handin.file, each.note) for each in grades if not each.checks
    ]:
        lines += ["", "not graded", *_aligned(left)]
    return "\n".join(lines)


def _aligned(rows: list[tuple[str, ...]]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return ["  ".join(map(str.ljust, row, widths)).rstrip() for row in rows]


def write(grades: list[Grade], folder: Path) -> None:
    """`grades.csv`, a row an exercise, and one HTML report a student."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "grades.csv").open("w", newline="", encoding="utf-8-sig") as file:
        rows = csv.writer(file)
        rows.writerow(("student", "file", "notebook", "exercise", "verdict", "note"))
        for (student, name, lesson, _, _), checks, note in grades:
            for exercise, (verdict, _) in (checks or {"": ("not graded", "")}).items():
                rows.writerow(map(_plain, (student, name, lesson or "", exercise, verdict, note)))
    page = PAGES.get_template("report.html")
    for student in {each.handin.student for each in grades}:
        own = [each for each in grades if each.handin.student == student]
        name = re.sub(r"[^\w .-]", "_", student)[:80].strip(". ") or "_"
        (folder / f"{name}.html").write_text(
            page.render(student=student, grades=own), encoding="utf-8"
        )


def _plain(text: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@") else text
