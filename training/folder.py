"""Data folders: `<kind>/<set>.jsonl.gz`, one JSON object a line. training/README.md names the kinds
and their fields.
"""

import gzip
import json
import random


def rows(folder, *names):
    """The objects of `<folder>/<name>.jsonl.gz`, one list for all names. Raises FileNotFoundError
    that names the file.
    """
    return [row for name in names for row in _lines(folder / f"{name}.jsonl.gz")]


def _lines(path):
    if not path.exists():
        raise FileNotFoundError(
            f"{path} is missing: training/README.md says where each set is published"
        )
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def write(path, objects):
    """Write objects as one `.jsonl.gz`; the same objects give the same bytes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in objects)
    path.write_bytes(gzip.compress(lines.encode(), mtime=0))


def part(items, share, seed=0):
    """Two lists: about `share` of the items, drawn by their text alone, and the rest. Equal items
    stay together.
    """
    chosen, rest = [], []
    for item in items:
        drawn = random.Random(f"{seed} {item}").random() < share
        (chosen if drawn else rest).append(item)
    return chosen, rest
