"""Runs last: by then every test has said what it saw."""

from helpers import PROJECT
from tools.faults import report


def test_the_page_on_reliability_has_the_table():
    page = (PROJECT / "docs" / "reliability.md").read_text(encoding="utf-8")
    faults = page.partition("\n## Faults\n")[2].partition("\n## ")[0]
    assert report.table() in faults, "copy the table that this run prints at its end into that page"
