"""Every check against the answers in `helpers/<room>/answers.py`, and mutants of each solution.

A wrong answer gets the words that name its slip; a right one passes in whatever kind it comes; no
mutant is praised, save those listed as equivalent; nothing tried is called untried.
"""

import importlib
from collections import Counter

import pytest

from helpers.exercises import door
from helpers.exercises.form import Check
from tools.mutate import ROOMS, Room, in_other_kinds, score, told

BANKS = {name: importlib.import_module(f"helpers.{name}.answers") for name in ROOMS}
CHECKS = {
    (name, exercise): check
    for name in ROOMS
    for exercise, check in vars(importlib.import_module(f"helpers.{name}.checks")).items()
    if isinstance(check, Check)
}


def things(room, exercise):
    return BANKS[room].THINGS.get(exercise, tuple)()


@pytest.fixture(autouse=True)
def short(monkeypatch):
    monkeypatch.setattr(door, "SECONDS", 2.0)


@pytest.mark.parametrize("room, exercise", CHECKS)
def test_a_typical_slip_is_called_by_its_name(room, exercise):
    bank = BANKS[room].WRONG[exercise]
    assert len(bank) >= 8
    for i, (answer, words) in enumerate(bank):
        verdict = CHECKS[room, exercise].judge(answer, *things(room, exercise))
        assert verdict.kind not in ("right", "not judged") and words in verdict.words, (i, verdict)
        assert verdict.kind != "not tried" or words == "Not tried yet", (i, verdict)


@pytest.mark.parametrize("room, exercise", CHECKS)
def test_what_is_right_passes(room, exercise):
    bank = BANKS[room].RIGHT[exercise]
    assert len(bank) >= 4
    for i, answer in enumerate(bank):
        verdict = CHECKS[room, exercise].judge(answer, *things(room, exercise))
        assert verdict.kind == "right", (i, verdict)


@pytest.mark.parametrize("room, exercise", [key for key, check in CHECKS.items() if check.tries])
def test_a_forgotten_return_is_called_by_its_name(room, exercise):
    def forgets(*given):
        given[0]  # and nothing else

    verdict = CHECKS[room, exercise].judge(forgets, *things(room, exercise))
    assert verdict == ("wrong", "✗ Your function returns nothing: is `return` missing?")


@pytest.mark.parametrize("room", ROOMS)
def test_a_right_answer_passes_in_every_kind(room):
    solutions = Room(room)
    for exercise, source in solutions.solutions().items():
        check, answer, *given = solutions.handed_in(source)
        for kind, other in in_other_kinds(answer, check):
            verdict = check.judge(other, *given)
            assert verdict.kind == "right", (exercise, kind, verdict)


@pytest.mark.parametrize("room", ROOMS)
def test_no_mutant_is_praised(room, capsys):
    counts, problems = score(room)
    with capsys.disabled():
        print(f"\n{room}: {told(counts)}")
    assert not problems


def test_few_mutants_are_right_all_the_same(capsys):
    total = sum((score(room)[0] for room in ROOMS), Counter())
    with capsys.disabled():
        print(f"\nin all: {told(total)}")
    assert total["equivalent"] <= 0.07 * sum(total.values())
