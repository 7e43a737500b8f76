"""The verdicts that the checks keep: for the student's summary, and for whoever grades."""

import json

import pytest

from helpers.exercises import check_value, verdict


@pytest.fixture
def check(monkeypatch):
    """Two checks in a kernel of their own: is it 3, and what no one has called."""
    monkeypatch.setattr(verdict, "_verdicts", {})

    @check_value(right=lambda: 3, slips=[], otherwise="This should be 3.")
    def three():
        pass

    @check_value(right=lambda: 3, slips=[], otherwise="")
    def untouched():
        pass

    return three


def test_the_summary_has_the_last_verdict_of_every_check(check, capsys):
    check(4)
    check(3)
    capsys.readouterr()
    verdict.summary()
    lines = [line.split(maxsplit=1) for line in capsys.readouterr().out.splitlines()]
    assert [name.split(".")[-1] for name, _ in lines[:2]] == ["three", "untouched"]
    assert [said for _, said in lines] == ["right", "not run", "of 2 right"]


def test_the_grader_is_told_every_verdict(check, monkeypatch, tmp_path):
    monkeypatch.setenv("VERDICTS", str(tmp_path / "log"))
    for answer in (..., 4, "three", 3):
        check(answer)
    given = [json.loads(line) for line in (tmp_path / "log").read_text().splitlines()]
    assert [kind for _, kind in given] == ["not tried", "wrong", "wrong", "right"]
