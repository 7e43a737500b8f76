"""Break each official solution in small ways and ask its check: `python -m tools.mutate [ROOM …]`.

A check should refuse a mutant. One that is right all the same stands, with the reason, in
EQUIVALENT of `helpers/<room>/answers.py`.
"""

import ast
import contextlib
import copy
import functools
import importlib
import io
import re
import sys
from collections import Counter
from collections.abc import Iterator

import nbformat
import numpy as np
import torch

from helpers import PROJECT
from helpers.exercises.verdict import Verdict
from tools.mutants import checked, mutants

ROOMS = {
    "tasks": "07_other_tasks",
    "generation": "06_generation",
    "heads": "03_model_heads",
    "tokenizer": "02_tokenizer",
    "pipeline": "01_pipeline",
    "postprocessing": "04_postprocessing",
    "padding": "05_padding_and_masks",
    "speed": "08_speed",
}


class Room:
    """The official solutions of a notebook, and its checks."""

    def __init__(self, name: str):
        self.checks = importlib.import_module(f"helpers.{name}.checks")
        path = PROJECT / "notebooks" / "solutions" / f"{ROOMS[name]}.ipynb"
        self.cells = [c for c in nbformat.read(path, as_version=4).cells if c.cell_type == "code"]
        self.names = {}
        for cell in self.cells:
            if cell.id.startswith("setup-") and cell.id != "setup-project":
                with contextlib.redirect_stdout(io.StringIO()):
                    exec(cell.source, self.names)

    def solutions(self) -> dict[str, str]:
        """`{check: source}`, each up to the first call of its check."""
        found, lines, done = {}, {}, set()
        for cell in self.cells:
            number = re.match(r"solution-(\d+)", cell.id)
            if not number or number[1] in done:
                continue
            for statement in ast.parse(cell.source).body:
                lines.setdefault(number[1], []).append(ast.unparse(statement))
                if isinstance(statement, ast.Expr) and (name := checked(statement.value)):
                    found[name] = "\n".join(lines[number[1]])
                    done.add(number[1])
                    break
        return found

    def handed_in(self, source: str) -> tuple:
        """Run a solution's source; return `(check, answer, *things)` of its call of a check."""
        calls = []

        class Recorder:
            def __getattr__(recorder, name):
                return lambda *given: calls.append((getattr(self.checks, name), *given))

        with contextlib.redirect_stdout(io.StringIO()):
            exec(source, {**self.names, "checks": Recorder()})
        return calls[0]

    def verdict(self, source: str) -> Verdict:
        """What the check says of a solution's source; code may break before it gets there."""
        try:
            check, *given = self.handed_in(source)
        except Exception as error:
            return Verdict("error", f"before the check: {error!r}")
        return check.judge(*given)

    def mutants(self, source: str) -> Iterator[tuple[str, Verdict]]:
        """Yield `(label, verdict)` of each mutant; one always gives its first answer."""
        check, answer, *things = self.handed_in(source)
        if check.tries:
            first = answer(*next(iter(check.tries(*things))))
            memorised = check.judge(lambda *given: copy.deepcopy(first), *things)
            yield "the first answer, always", memorised
        elif check.otherwise is None:
            return  # an open claim: there is no code to change
        for label, mutant in mutants(source):
            yield label, self.verdict(mutant)


def _array(value):
    return value.numpy() if isinstance(value, torch.Tensor) else value


def _double(value):
    floats = isinstance(value, torch.Tensor) and value.is_floating_point()
    return value.double() if floats else value


def _numpy_scalar(value):
    kinds = {int: np.int64, float: np.float64, str: np.str_}
    return kinds[type(value)](value) if type(value) in kinds else value


def _no_axes(value):
    return torch.tensor(value) if type(value) in (int, float) else value


KINDS = {
    "NumPy arrays": _array,
    "float64": _double,
    "NumPy scalars": _numpy_scalar,
    "0-d tensors": _no_axes,
}
SWAPPED = {"tuples for lists": (list, tuple), "lists for tuples": (tuple, list)}


def in_other_kinds(answer, check):
    """Yield `(name, answer)` for a function, or a value, that gives the same in each other kind."""
    for name in (*KINDS, *SWAPPED):
        if check.tries:
            yield name, lambda *given, name=name: _converted(answer(*given), name)
        else:
            yield name, _converted(answer, name)


def _converted(value, name):
    if isinstance(value, dict):
        return {key: _converted(part, name) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        before, after = SWAPPED.get(name, (None, None))
        kind = after if isinstance(value, before or ()) else type(value)
        return kind(_converted(part, name) for part in value)
    return KINDS.get(name, lambda same: same)(value)


@functools.cache
def score(name: str) -> tuple[Counter, list[str]]:
    """Count the verdicts on all mutants of a room; list those that should not be."""
    room, counts, problems = Room(name), Counter(), []
    known = importlib.import_module(f"helpers.{name}.answers").EQUIVALENT
    for exercise, source in room.solutions().items():
        listed = dict(known.get(exercise, {}))
        for label, verdict in room.mutants(source):
            kind = verdict.kind
            if kind == "right" and listed.pop(label, None):
                kind = "equivalent"
            counts[kind] += 1
            if kind in ("right", "not tried", "not judged"):
                problems.append(f"{exercise}: {kind}: {label}")
        problems += [f"{exercise}: listed, but no longer praised: {label}" for label in listed]
    return counts, problems


def told(counts: Counter) -> str:
    """The score in a line."""
    seen = counts["wrong"] + counts["error"] + counts["timeout"]
    return (
        f"{sum(counts.values())} mutants: {seen} seen, {counts['equivalent']} right all the same, "
        f"{counts['right']} praised, {counts['not tried']} called untried, "
        f"{counts['not judged']} not judged"
    )


def main():
    total = Counter()
    for name in sys.argv[1:] or ROOMS:
        counts, problems = score(name)
        total += counts
        print(*problems, f"{name}: {told(counts)}", sep="\n")
    print(f"in all: {told(total)}")


if __name__ == "__main__":
    main()
