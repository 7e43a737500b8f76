"""A further notebook needs itself, its solution, room and plan; no other file is touched."""

import os
import re
import subprocess
import sys

import pytest

from tools import spare
from tools.notebooks import COURSE

# Those that read every notebook; tests/browser/test_another_notebook.py has site and slides.
TESTS = ["tests/course/test_hygiene.py", "tests/tools/test_links.py", "tests/docs"]


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    root = spare.copy(tmp_path_factory.mktemp("another"))
    spare.add_notebook(root)
    run(root, "tools.execute", spare.STEM)
    run(root, "tools.links")
    return root


def run(root, *module):
    environment = os.environ | {"PYTHONPATH": str(root)}
    done = subprocess.run(
        [sys.executable, "-m", *module], cwd=root, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]
    return done.stdout


def test_its_neighbours_and_the_contents_lead_to_it(root):
    before = sorted((root / "notebooks").glob("*.ipynb"))[-2]
    for page in (before, root / "notebooks" / "00_start_here.ipynb", root / "README.md"):
        assert f"{spare.STEM}.ipynb)" in page.read_text(encoding="utf-8"), page


def test_every_test_that_reads_notebooks_accepts_it(root):
    pages = " or ".join([spare.STEM, "README", COURSE[0].stem, COURSE[-1].stem])
    said = run(root, "pytest", *TESTS, "-k", pages, f"notebooks/{spare.STEM}.ipynb")
    assert int(re.search(r"(\d+) passed", said)[1]) > 80, said
