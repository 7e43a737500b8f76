"""The verdicts that the checks keep: for the student's summary, and for whoever grades."""

import json

import pytest

from helpers.exercises import verdict


@pytest.fixture
def checks(monkeypatch):
    """Two checks in a kernel of their own: is it 3, and what no one has called."""
    monkeypatch.setattr(verdict, "_verdicts", {})

    @verdict.check
    def three(answer):
        return None if verdict.tried(answer) + 0 == 3 else "This should be 3."

    @verdict.check
    def untouched(answer):
        return None

    return three


def test_the_summary_has_the_last_verdict_of_every_check(checks, capsys):
    checks(4)
    checks(3)
    capsys.readouterr()
    verdict.summary()
    lines = [line.split(maxsplit=1) for line in capsys.readouterr().out.splitlines()]
    assert lines == [
        ["exercises.three", "right"],
        ["exercises.untouched", "not run"],
        ["1", "of 2 right"],
    ]


def test_the_grader_is_told_every_verdict(checks, monkeypatch, tmp_path):
    monkeypatch.setenv("VERDICTS", str(tmp_path / "log"))
    for answer in (..., 4, "three", 3):
        checks(answer)
    given = [json.loads(line) for line in (tmp_path / "log").read_text().splitlines()]
    assert given == [
        ["exercises.three", result] for result in ("not tried", "wrong", "error", "right")
    ]
