"""The reader's own functions: a check keeps what it found right in a file beside the notebook.

`my_functions.py` is the reader's: to read, to change, to delete. A last notebook is to read it, in
a cell that says so. Nothing is kept beside the originals, whose outputs the tests compare.
"""

import ast
import contextlib
import inspect
import os
import re
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path

from helpers import PROJECT

NAME = "my_functions.py"
HEAD = "# What you wrote in exercises, and a check found right. Notebook 09 can use it.\n"
PART = re.compile(r"^# %% (\S+)\n(.*?)(?=^# %% |\Z)", re.MULTILINE | re.DOTALL)


def _beside_a_copy() -> bool:
    originals = (PROJECT / "notebooks").resolve()
    ours = Path.cwd().resolve().is_relative_to(originals) and (PROJECT / "tests").is_dir()
    return "ipykernel" in sys.modules and not ours


def keep(exercise: str, function: Callable) -> None:
    """Keep the source of a function, in place of what the exercise had; what has none is left out.

    `exercise`: "padding.waste". The file is written anew beside the old one, then takes its name.
    """
    if not _beside_a_copy():
        return
    with contextlib.suppress(OSError, TypeError):  # no source, no place
        source = textwrap.dedent(inspect.getsource(function)).rstrip() + "\n"
        if not _is_functions(source):
            return
        parts = _parts() | {exercise: source}
        whole = HEAD + "".join(f"\n# %% {name}\n{source}" for name, source in parts.items())
        Path(NAME + ".part").write_text(whole, encoding="utf-8")
        os.replace(NAME + ".part", NAME)


def _parts() -> dict[str, str]:
    path = Path(NAME)
    text = path.read_text(encoding="utf-8", errors="replace") if path.is_file() else ""
    return {name: source.rstrip() + "\n" for name, source in PART.findall(text)}


def _is_functions(source: str) -> bool:
    try:
        body = ast.parse(source).body
    except (SyntaxError, ValueError):
        return False
    return bool(body) and all(isinstance(part, ast.FunctionDef) for part in body)


def kept() -> dict[str, str]:
    """Return `{exercise: source}` of the file beside the notebook, and print what is in it.

    What is no function, or can't be read as Python, is named and left out. Runs nothing.
    """
    parts = _parts()
    if not parts:
        print(f"{NAME} is not here, or empty: what a check finds right is kept there.")
    for exercise, source in parts.items():
        print(
            f"{exercise:<32} {'kept' if _is_functions(source) else 'no whole function: left out'}"
        )
    return {exercise: source for exercise, source in parts.items() if _is_functions(source)}
