"""The guide's menu paths are those of the JupyterLab that is installed; its plans have the length
of the notebooks.
"""

import re
import sys
from pathlib import Path

import pytest

from tools.facts import FACTS
from tools.notebooks import COURSE

PROJECT = Path(__file__).resolve().parents[2]
GUIDE = " ".join((PROJECT / "classroom" / "guide.md").read_text(encoding="utf-8").split())
LAB = Path(sys.prefix, "share", "jupyter", "lab")
# Of Colab, and of JupyterHub.
ELSEWHERE = {"Save a copy in Drive", "Clear all outputs", "Hub Control Panel", "Stop My Server"}
MENUS = "File|Edit|View|Run|Kernel|Settings|Help|Open With"
PATHS = sorted(set(re.findall(rf"\*((?:{MENUS}) → [^*]+)\*", GUIDE)))


@pytest.fixture(scope="module")
def program():
    files = [*(LAB / "static").glob("*.js"), *(LAB / "schemas").rglob("*.json")]
    return "\n".join(path.read_text(encoding="utf-8") for path in files)


def test_the_guide_names_menus():
    assert len(PATHS) > 8
    assert GUIDE.count("* →") == 0


@pytest.mark.parametrize("path", PATHS)
def test_each_entry_is_a_label_of_jupyterlab(path, program):
    for entry in path.split(" → ")[1:]:
        label = re.escape(entry.rstrip("…"))  # the dots are not part of every label
        found = re.search(rf"[\"'`]{label}(…|\.\.\.|\\u2026)?[\"'`]", program)
        assert found or entry in ELSEWHERE, entry


@pytest.mark.parametrize("path", COURSE, ids=lambda path: path.stem)
def test_a_plan_takes_two_to_three_times_what_a_reader_alone_needs_for_the_cells(path):
    """To the half: the reader's minutes are rounded up to the next five."""
    [planned] = re.findall(rf"## {path.stem[:2]} [^#|]*? · (\d+) minutes", GUIDE)
    alone = FACTS[path].minutes - sum(FACTS[path].exercises)
    assert 1.5 <= int(planned) / alone <= 3.5
