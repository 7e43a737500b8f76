"""What the README says is there."""

import re

import pytest
from transformers import pipeline

from helpers import PROJECT
from tools.notebooks import NOTEBOOKS

README = (PROJECT / "README.md").read_text(encoding="utf-8")
CARD = PROJECT / "checkpoints" / "distilbert-reviews" / "README.md"
RELIABILITY = PROJECT / "docs" / "reliability.md"


def test_is_short_and_begins_with_the_picture_and_the_code():
    lines = README.splitlines()
    assert len(lines) <= 120
    beginning = "\n".join(lines[:20])
    assert "![" in beginning and "assert classify(texts) == pipeline(" in beginning


def test_the_code_at_its_top_runs(tokenizer, model):
    [code] = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    names = {"tokenizer": tokenizer, "model": model, "pipeline": pipeline, "approx": pytest.approx}
    exec(code, names)
    with pytest.raises(AssertionError):
        exec(code.replace(".softmax(dim=-1)", ""), names)


@pytest.mark.parametrize(
    "page", [PROJECT / "README.md", CARD, RELIABILITY], ids=lambda page: page.stem
)
def test_links_lead_somewhere(page):
    for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8")):
        assert re.match(r"https?:", target) or (page.parent / target.partition("#")[0]).exists(), (
            target
        )


def test_every_notebook_is_in_the_table():
    for path in NOTEBOOKS:
        if path.parent.name != "solutions":
            assert f"]({path.relative_to(PROJECT).as_posix()})" in README


def test_commands_are_targets_of_make():
    makefile = (PROJECT / "Makefile").read_text(encoding="utf-8")
    for target in re.findall(r"make ([a-z-]+)", README):
        assert re.search(rf"^{target}:", makefile, re.M), target
