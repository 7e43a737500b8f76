"""The course's own code: short lines, short functions, short modules, arrows that go down only."""

import ast
import statistics
import subprocess
import sys
from pathlib import Path

from helpers import PROJECT

TRACKED = [
    PROJECT / name
    for name in subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "*.py"],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split("\0")
    if name and (PROJECT / name).is_file()
]
PRODUCT = [path for path in TRACKED if path.relative_to(PROJECT).parts[0] != "tests"]


def name(path):
    return path.relative_to(PROJECT).as_posix()


def lines(path):
    return path.read_text(encoding="utf-8").splitlines()


def functions(path):
    """{place and name: lines without the docstring} of all functions of a module."""
    lengths = {}
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            first = node.body[0]
            words = first.end_lineno - first.lineno + 1 if ast.get_docstring(node) else 0
            place = f"{name(path)}:{node.lineno} {node.name}"
            lengths[place] = node.end_lineno - node.lineno + 1 - words
    return lengths


def imported(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (one.name for one in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield "." * node.level + (node.module or "")


def test_no_line_is_longer_than_100_columns():
    places = [(path, n) for path in TRACKED for n, line in enumerate(lines(path), 1) if line[100:]]
    assert [f"{name(path)}:{n}" for path, n in places] == []


def test_no_module_is_longer_than_250_lines():
    assert [name(path) for path in PRODUCT if len(lines(path)) > 250] == []


def test_no_function_is_longer_than_40_lines():
    lengths = {place: n for path in PRODUCT for place, n in functions(path).items()}
    assert {place: n for place, n in lengths.items() if n > 40} == {}


def test_half_of_all_functions_tests_included_have_at_most_eight_lines():
    lengths = [n for path in TRACKED for n in functions(path).values()]
    assert statistics.median(lengths) <= 8


def test_nothing_imports_from_tests():
    found = [(name(path), module) for path in TRACKED for module in imported(path)]
    assert [pair for pair in found if pair[1].split(".")[0] == "tests"] == []


def lint_imports(folder):
    command = [Path(sys.executable).with_name("lint-imports"), "--no-cache", "--no-logo"]
    run = subprocess.run(command, cwd=folder, capture_output=True, text=True, encoding="utf-8")
    return run.returncode, run.stdout + run.stderr


def test_a_room_imports_only_what_stands_below_it():
    code, said = lint_imports(PROJECT)
    assert code == 0, said


def test_a_wrong_arrow_is_named(tmp_path):
    """The contract of this project on rooms of one line, one of which imports what is above it."""
    layers = ["speed", "pipeline", "generation", "tasks", "tokenizer", "heads"]
    layers += ["postprocessing", "padding", "drawing", "exercises", "listening", "weights"]
    for room in ("", *layers):
        (tmp_path / "helpers" / room).mkdir()
        (tmp_path / "helpers" / room / "__init__.py").touch()
    (tmp_path / "pyproject.toml").write_bytes((PROJECT / "pyproject.toml").read_bytes())
    (tmp_path / "helpers" / "heads" / "__init__.py").write_text("import helpers.padding\n")
    (tmp_path / "helpers" / "weights" / "__init__.py").write_text("import helpers.speed\n")
    code, said = lint_imports(tmp_path)
    assert code == 1
    assert "helpers.heads -> helpers.padding" in said
    assert "helpers.weights -> helpers.speed" in said
