"""The views under Node, the types of their JavaScript, and the module that Python makes of each."""

import re
import subprocess

import pytest

from helpers import PROJECT
from helpers.drawing.view import module
from helpers.exercises.quiz import Quiz
from tools.node import MODULES, node

FOLDERS = {path.parent.name for path in PROJECT.glob("helpers/*/*.js")}
ROOMS = sorted(FOLDERS - {"drawing"})


@pytest.mark.parametrize(
    "path",
    sorted(PROJECT.glob("tests/*/*.test.js")),
    ids=lambda path: f"{path.parent.name}-{path.stem}",
)
def test_under_node(path):
    if path.name not in ("numbers.test.js", "joining.test.js"):  # each has a test of its own
        node(str(path.relative_to(PROJECT)))


def test_types():
    if not MODULES.is_dir():
        pytest.skip("the types are checked with tsc: `npm install`")
    tsc = [str(MODULES / ".bin" / "tsc"), "--project", "."]
    done = subprocess.run(tsc, cwd=PROJECT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("room", ROOMS)
def test_a_view_is_one_module_without_imports(room, tmp_path):
    text = module(room)
    assert "import " not in re.sub(r"/\*.*?\*/|//.*", "", text, flags=re.S)
    assert text.count("export ") == 1 and "export default" in text
    path = tmp_path / "view.mjs"
    path.write_text(text)
    subprocess.run(["node", "--check", path], check=True)


def test_every_class_has_the_prefix():
    css = re.sub(r"/\*.*?\*/", "", Quiz._css, flags=re.S)
    css = re.sub(r"\{[^{}]*\}", "{}", css)
    others = {name for name in re.findall(r"\.([a-zA-Z][\w-]*)", css) if name[:4] != "btp-"}
    assert others <= {"vscode-dark"}
    for path in PROJECT.glob("helpers/*/*.js"):
        used = re.findall(r'class: [`"]([^`"$]*)', path.read_text())
        assert all(name.startswith("btp-") for names in used for name in names.split())
