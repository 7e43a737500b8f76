"""The reader's copy of the notebooks: made once and kept; nothing overwrites a reader's work."""

import json
import os
import shutil
from pathlib import Path

from helpers import PROJECT

ORIGINALS = PROJECT / "notebooks"
MINE = PROJECT / "my_notebooks"
KEPT = ".as_copied"  # in there: each original as it was when it was copied


def bring_up_to_date(originals=ORIGINALS, mine=MINE):
    """Copy what is new in `originals` to `mine`; return a line on each file that changes.

    A copy whose cells are as they were copied is replaced by a newer original; beside any other
    copy the original gets a name of its own. Raises OSError where `mine` can't be written.
    """
    said = []
    for original in sorted(originals.rglob("*")):
        if original.is_file() and ".ipynb_checkpoints" not in original.parts:
            said += _one_file(original, mine, original.relative_to(originals))
    return said


def _one_file(original, mine, name):
    copy, kept = mine / name, mine / KEPT / name
    if not copy.exists():
        _write(original, copy, kept)
        return []
    if kept.exists() and kept.read_bytes() == original.read_bytes():
        return []
    if _content(copy) in (_content(kept), _content(original)):
        _write(original, copy, kept)
        return [f"{name} is newer now"]
    if _content(kept) == _content(original):  # other outputs only
        return []
    beside = _free(copy)
    _write(original, beside, kept)
    return [f"{name} is yours, and stays; the newer one is {beside.name}"]


def _content(path):
    """What a reader can have changed: sources of cells, or a file's bytes. None without a file."""
    if not path.exists():
        return None
    if path.suffix != ".ipynb":
        return path.read_bytes()
    try:
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        return [(cell["cell_type"], "".join(cell["source"])) for cell in cells]
    except (ValueError, KeyError, TypeError):  # no notebook any more, but a reader's work
        return path.read_bytes()


def _free(copy):
    number, path = 1, copy.with_stem(f"{copy.stem} (newer)")
    while path.exists():
        number += 1
        path = copy.with_stem(f"{copy.stem} (newer {number})")
    return path


def _write(original, *copies):
    """Write each copy under another name and rename it when it is whole."""
    for copy in copies:
        copy.parent.mkdir(parents=True, exist_ok=True)
        part = Path(f"{copy}.part")
        shutil.copyfile(original, part)
        os.replace(part, copy)
