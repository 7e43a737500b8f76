"""Runs last: by then every test has said what it saw."""

from helpers import PROJECT
from tools.faults import report


def test_readme_has_the_table():
    readme = (PROJECT / "README.md").read_text(encoding="utf-8")
    assert report.table() in readme, "copy the table that this run prints at its end into README.md"
