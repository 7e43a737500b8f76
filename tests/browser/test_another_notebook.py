"""A further notebook gets its slides and its page, and no file but its own was touched by hand."""

import os
import subprocess
import sys

import pytest

from helpers import PROJECT
from tools import spare


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    root = spare.copy(tmp_path_factory.mktemp("another"))
    spare.add_notebook(root)
    (root / ".venv").mkdir()
    (root / ".venv" / "docs").symlink_to(PROJECT / ".venv" / "docs")  # reveal.js
    for command in (["tools.execute", spare.STEM], ["tools.links"], ["docs.slides.make"]):
        run(root, *command)
    site = ["--builder", "html", "--fail-on-warning", "--quiet", "--conf-dir", "docs/site"]
    run(root, "sphinx", *site, ".", "build/site")
    return root


def run(root, *module):
    environment = os.environ | {"PYTHONPATH": str(root)}
    subprocess.run([sys.executable, "-m", *module], cwd=root, env=environment, check=True)


def test_slides_are_made(root):
    assert "How many letters" in (root / "build" / "slides" / f"{spare.STEM}.html").read_text(
        "utf-8"
    )


def test_the_reading_edition_leads_to_it(root):
    pages = root / "build" / "site" / "notebooks"
    assert "How many letters" in (pages / f"{spare.STEM}.html").read_text("utf-8")
    assert f"{spare.STEM}.html" in (pages / "00_start_here.html").read_text("utf-8")
    assert (pages / "solutions" / f"{spare.STEM}.html").exists()
