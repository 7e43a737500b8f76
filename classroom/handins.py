"""What students handed in, as teachers have it: a folder a student, flat files, the zips of
learning platforms, zips in zips.

Nothing is skipped without a word: what is no notebook of the course comes out with the reason.
"""

import io
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import NamedTuple

import nbformat

BYTES = 50_000_000  # of one file, unpacked
FILES, UNPACKED = 2_000, 500_000_000  # in one zip: files, and their bytes
HIDDEN = re.compile(r"(^|/)(\.[^/]+|__MACOSX|Thumbs\.db|desktop\.ini)(/|$)")
# Before the file's own name, platforms put "Ada Lovelace_123456_assignsubmission_file_" or
# "lovelaceada_123_456_".
PLATFORM = re.compile(
    r"^(?P<student>.+?)_(?:LATE_)?\d{3,}_(?:assignsubmission_file_?|\d{3,}_)?(?P<file>.*)$"
)


class HandIn(NamedTuple):
    student: str
    file: str  # path as it was handed in
    lesson: str | None  # stem of the course's notebook that it is a copy of
    data: bytes
    problem: str | None  # why it can't be graded


def read(folder: Path, course: dict[str, nbformat.NotebookNode]) -> list[HandIn]:
    """All hand-ins under `folder`. `course`: {stem: notebook} of the lessons with exercises."""
    found = []
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_symlink():
            found.append(
                HandIn(_student(name, course)[0], name, None, b"", "a link, which is not followed")
            )
        elif path.is_file() and not HIDDEN.search(name):
            found += _one(name, path.read_bytes() if path.stat().st_size <= BYTES else None, course)
    return found


def _one(name: str, data: bytes | None, course: dict, depth: int = 0) -> Iterator[HandIn]:
    student, lesson = _student(name, course)
    if data is None:
        yield HandIn(student, name, lesson, b"", f"larger than {BYTES // 10**6} MB")
    elif name.lower().endswith(".zip"):
        yield from _unzip(name, data, course, depth)
    elif not name.lower().endswith(".ipynb"):
        yield HandIn(student, name, None, b"", "no notebook: a file .ipynb is wanted")
    elif not data.strip():
        yield HandIn(student, name, lesson, b"", "empty file")
    else:
        yield _notebook(HandIn(student, name, lesson, data, None), course)


def _unzip(name: str, data: bytes, course: dict, depth: int) -> Iterator[HandIn]:
    student = _student(name, course)[0]
    if depth == 2:
        yield HandIn(student, name, None, b"", "a zip in a zip in a zip")
        return
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = [
                entry
                for entry in archive.infolist()
                if not entry.is_dir() and not HIDDEN.search(entry.filename)
            ]
            if len(entries) > FILES:
                raise ValueError(f"more than {FILES} files")
            if sum(entry.file_size for entry in entries) > UNPACKED:
                raise ValueError(f"it unpacks to more than {UNPACKED // 10**6} MB")
            for entry in entries:
                # A student's own zip keeps its student; the zip of a whole class names them inside.
                outside = (
                    name.removesuffix(PurePosixPath(name).name)
                    if depth == 0 and _whole_class(entries)
                    else f"{name}/"
                )
                content = archive.read(entry) if entry.file_size <= BYTES else None
                yield from _one(outside + entry.filename, content, course, depth + 1)
    except (
        Exception
    ) as error:  # damaged, encrypted, of an unknown kind: zipfile has an exception for each
        yield HandIn(student, name, None, b"", f"this zip can't be read: {error}")


def _whole_class(entries: list[zipfile.ZipInfo]) -> bool:
    named = [PLATFORM.match(entry.filename) for entry in entries]
    folders = {PurePosixPath(entry.filename).parts[0] for entry in entries if "/" in entry.filename}
    return all(named) or len(folders) > 1


def _student(name: str, course: dict) -> tuple[str, str | None]:
    """Who handed in a file, and which lesson its name names."""
    parts = PurePosixPath(name).parts
    first = parts[0]
    if platform := PLATFORM.match(first):
        student = platform["student"]
    else:
        student = first if len(parts) > 1 else PurePosixPath(first).stem
    lesson = next((stem for stem in course if stem in parts[-1]), None)
    if number := re.search(r"(?<!\d)(0\d)(?!\d)", parts[-1]):
        lesson = lesson or next((stem for stem in course if stem.startswith(number[1])), None)
    if len(parts) == 1 and lesson:
        student = re.sub(rf"{lesson}|{lesson[:2]}", "", student).strip(" _-") or student
    return student.removesuffix(".zip"), lesson


def _notebook(handin: HandIn, course: dict) -> HandIn:
    """Find the lesson by the cells, whatever the file is called; else by its name."""
    try:
        ids = {
            cell.get("id")
            for cell in nbformat.reads(handin.data.decode("utf-8-sig"), as_version=4).cells
        }
    except Exception as error:  # damaged in any way
        return handin._replace(problem=f"no notebook: {type(error).__name__}")
    shared = {
        stem: len(ids & {cell.id for cell in lesson.cells}) for stem, lesson in course.items()
    }
    best = max(shared, key=shared.__getitem__)
    lesson = best if shared[best] > len(course[best].cells) / 4 else handin.lesson
    if lesson is None:
        return handin._replace(
            problem="which notebook of the course is it? Neither name nor cells say"
        )
    return handin._replace(lesson=lesson)
