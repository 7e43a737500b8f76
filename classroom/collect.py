"""Copy the students' notebooks out of their homes: `make collect`, into a new folder with a
manifest of names, times, hashes.

Homes are read in a container, so that a link in a student's home leads nowhere on this machine.
"""

import contextlib
import csv
import hashlib
import io
import json
import subprocess
import tarfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

from classroom.image import IMAGE, PROJECT
from classroom.room import Room

MEGABYTES = 20  # a notebook larger than this is named, not copied
LARGEST = 500_000_000  # bytes of one student's notebooks
NOTEBOOKS = "2>/dev/null find behind-the-pipeline/ -type f -name '*.ipynb' -not -path '*/.*'"
FIND = f"{NOTEBOOKS} -size -{MEGABYTES}M -print0 | tar --null -cf - --files-from -"
TOO_LARGE = f"{NOTEBOOKS} -size +{MEGABYTES - 1}M"
SANDBOX = ["--rm", "--network", "none", "--read-only", "--cap-drop", "ALL", "--log-driver", "none"]


def collect(room: Room, target: Path) -> list[tuple[str, ...]]:
    """Write `target/LOGIN/…ipynb`, and the manifest beside it as `target.csv`; return its rows.

    A copy that is still as it was handed out is named there and not copied.
    """
    handed_out = {_hash(path.read_bytes()) for path in (PROJECT / "notebooks").glob("*.ipynb")}
    rows = [("name", "login", "notebook", "modified", "sha256", "note")]
    for login, account in json.loads(room.accounts.read_text(encoding="utf-8")).items():
        home, who = f"{room.name}-{login}", (account["name"], login)
        archive = _read(home, FIND)
        for path, modified, data in notebooks(archive):
            note = "untouched" if _hash(data) in handed_out else _copy(data, target / login / path)
            rows.append((*who, str(path), modified, _hash(data), note))
        for path in _read(home, TOO_LARGE).decode(errors="replace").splitlines()[:100]:
            rows.append((*who, path, "", "", f"not copied: {MEGABYTES} MB or more"))
        if len(archive) == LARGEST:
            note = f"the rest is not copied: more than {LARGEST // 10**6} MB in all"
            rows.append((*who, "", "", "", note))
    target.parent.mkdir(parents=True, exist_ok=True)
    manifest = {"newline": "", "encoding": "utf-8", "errors": "backslashreplace"}
    with target.with_name(f"{target.name}.csv").open("w", **manifest) as file:
        csv.writer(file).writerows(rows)
    return rows


def _copy(data: bytes, path: Path) -> str:
    """Write one notebook; return a note where that fails, since a student chose its path."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    except OSError as error:
        return f"not copied: {error.strerror}"
    return ""


def _hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def notebooks(archive: bytes) -> Iterator[tuple[PurePosixPath, str, bytes]]:
    """Yield (path, time, content) of the plain files of a tar, up to where it was cut off; a path
    that leads out of it, and all else, is left out.
    """
    with contextlib.suppress(tarfile.ReadError), tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        for entry in tar:
            path = PurePosixPath(entry.name)
            if entry.isfile() and not path.is_absolute() and ".." not in path.parts:
                modified = datetime.fromtimestamp(entry.mtime, UTC).isoformat(timespec="seconds")
                yield path, modified, tar.extractfile(entry).read()


def _read(volume: str, script: str) -> bytes:
    """What a script prints in a student's home, which it can't change; at most LARGEST bytes."""
    mount = ["--volume", f"{volume}:/home/student:ro", "--workdir", "/home/student"]
    shell = ["--entrypoint", "sh", IMAGE, "-c", f"{script} | head -c {LARGEST}"]
    command = ["docker", "run", *SANDBOX, *mount, *shell]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout
