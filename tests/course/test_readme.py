"""What the README says is there."""

import re

import pytest

from helpers import PROJECT
from tools.notebooks import NOTEBOOKS

README = (PROJECT / "README.md").read_text(encoding="utf-8")
CARD = PROJECT / "checkpoints" / "distilbert-reviews" / "README.md"


@pytest.mark.parametrize("page", [PROJECT / "README.md", CARD], ids=["readme", "card"])
def test_links_lead_somewhere(page):
    for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8")):
        assert re.match(r"https?:", target) or (page.parent / target).exists(), target


def test_every_notebook_is_in_the_table():
    for path in NOTEBOOKS:
        if path.parent.name != "solutions":
            assert f"]({path.relative_to(PROJECT).as_posix()})" in README


def test_commands_are_targets_of_make():
    makefile = (PROJECT / "Makefile").read_text(encoding="utf-8")
    for target in re.findall(r"make ([a-z-]+)", README):
        assert re.search(rf"^{target}:", makefile, re.M), target
