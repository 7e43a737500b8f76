"""Copy the students' notebooks out of their homes: `make collect`, into a new folder with a
manifest of names, times, hashes.

Homes are read in a container, so that a link in a student's home leads nowhere on this machine.
"""

import csv
import hashlib
import io
import json
import subprocess
import tarfile
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

from classroom.image import IMAGE, PROJECT
from classroom.room import Room

MEGABYTES = 20  # a notebook larger than this is named, not copied
LARGEST = 500_000_000  # bytes of one student's notebooks
NOTEBOOKS = "find behind-the-pipeline/ -type f -name '*.ipynb' -not -path '*/.*'"
FIND = f"{NOTEBOOKS} -size -{MEGABYTES}M -print0 | tar --null -cf - --files-from -"
TOO_LARGE = (
    f"find behind-the-pipeline/ -type f -name '*.ipynb' -not -path '*/.*' -size +{MEGABYTES - 1}M"
)


def collect(room: Room, target: Path) -> list[tuple[str, ...]]:
    """Write `target/LOGIN/…ipynb`, and the manifest beside it as `target.csv`; return its rows.

    A copy that is still as it was handed out is named there and not copied.
    """
    handed_out = {_hash(path.read_bytes()) for path in (PROJECT / "notebooks").glob("*.ipynb")}
    rows = [("name", "login", "notebook", "modified", "sha256", "note")]
    for login, account in json.loads(room.accounts.read_text(encoding="utf-8")).items():
        home, who = f"{room.name}-{login}", (account["name"], login)
        for path, modified, data in notebooks(_read(home, FIND)):
            untouched = _hash(data) in handed_out
            if not untouched:
                copy = target / login / path
                copy.parent.mkdir(parents=True, exist_ok=True)
                copy.write_bytes(data)
            rows.append((*who, str(path), modified, _hash(data), "untouched" if untouched else ""))
        for path in _read(home, TOO_LARGE).decode(errors="replace").splitlines()[:100]:
            rows.append((*who, path, "", "", f"not copied: {MEGABYTES} MB or more"))
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.with_name(f"{target.name}.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(rows)
    return rows


def _hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def notebooks(archive: bytes):
    """Yield (path, time, content) of the plain files of a tar; a path that leads out of it, and
    all else, is left out.
    """
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        for entry in tar:
            path = PurePosixPath(entry.name)
            if entry.isfile() and not path.is_absolute() and ".." not in path.parts:
                modified = datetime.fromtimestamp(entry.mtime, UTC).isoformat(timespec="seconds")
                yield path, modified, tar.extractfile(entry).read()


def _read(volume: str, script: str) -> bytes:
    """What a script prints in a student's home, which it can't change; at most LARGEST bytes."""
    sandbox = [
        "--rm",
        "--network",
        "none",
        "--read-only",
        "--cap-drop",
        "ALL",
        "--log-driver",
        "none",
    ]
    mount = ["--volume", f"{volume}:/home/student:ro", "--workdir", "/home/student"]
    command = [
        "docker",
        "run",
        *sandbox,
        *mount,
        "--entrypoint",
        "sh",
        IMAGE,
        "-c",
        f"{script} | head -c {LARGEST}",
    ]
    return subprocess.run(command, check=True, capture_output=True).stdout
