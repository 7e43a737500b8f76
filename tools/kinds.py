"""Which names a notebook binds to things of different kinds, noted in the kernel while it runs.

An extension of the kernel: it writes what it saw to the file that KINDS names, {name: {kind: the
first cell that bound the name to it}}, and leaves no name of its own among the notebook's.
"""

import ast
import json
import os
from pathlib import Path
from typing import Any

# Subclasses of these are one kind each: a reader may well loop over several configs.
FAMILIES = ("ModelOutput", "PreTrainedConfig", "PreTrainedModel", "Module", "BatchEncoding")
PLAIN = {"int": "number", "float": "number", "bool": "number", "list": "row", "tuple": "row"}


def kind(value: Any) -> str:
    bases = [base.__name__ for base in type(value).__mro__]
    return next((name for name in FAMILIES if name in bases), PLAIN.get(bases[0], bases[0]))


def bound(source: str) -> set[str]:
    """The names that a cell binds outside functions and comprehensions."""
    found, waiting = set(), list(ast.parse(source).body)
    inner = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp, ast.Lambda)
    while waiting:
        node = waiting.pop()
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            found.add(node.name)
        elif not isinstance(node, inner):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                found.add(node.id)
            waiting += ast.iter_child_nodes(node)
    return found - {"_"}


def rebound(path: Path) -> list[str]:
    """What to say of each name with several kinds."""
    seen = json.loads(path.read_text(encoding="utf-8"))
    return [
        f"{name} is " + ", then ".join(f"a {what} ({cell!r})" for what, cell in kinds.items())
        for name, kinds in seen.items()
        if len(kinds) > 1
    ]


def load_ipython_extension(shell: Any) -> None:
    """Note, after each cell, the kinds of the names that it bound."""
    target = Path(os.environ["KINDS"])
    seen: dict[str, dict[str, str]] = {}

    def note(result: Any) -> None:
        source = result.info.raw_cell or ""
        if result.error_before_exec:
            return
        for name in bound(shell.transform_cell(source)) & shell.user_ns.keys():
            first_line = source.strip().splitlines()[0]
            seen.setdefault(name, {}).setdefault(kind(shell.user_ns[name]), first_line)
        target.write_text(json.dumps(seen), encoding="utf-8")

    shell.events.register("post_run_cell", note)
