"""Quizzes: their data, what bears the right answer out, and what the browser gets before one."""

import functools
import json
import re

import nbformat
import pytest

from helpers import PROJECT
from helpers.drawing.view import plain
from helpers.exercises.quiz import ROOMS, Quiz, questions, quiz
from tools.notebooks import COURSE
from tools.quizzes import asked

# 00 has a single question to predict; most of 08's are about times, which no cell bears out.
FEWEST = {"00_start_here": 1, "08_speed": 3}
NAMED = [(path.parent.name, name) for path in sorted(ROOMS.glob("*/quiz.toml"))
         for name in questions(path.parent.name)]  # fmt: skip
WHERE = {key: path for path in COURSE for key in asked(path)}


@functools.cache
def cells_of(path):
    return nbformat.read(path, as_version=4).cells


def printed(path, cell):
    [found] = [one for one in cells_of(path) if one.id == cell]
    return "".join(output.get("text", "") for output in found.outputs)


@pytest.mark.parametrize("path", COURSE, ids=lambda path: path.stem)
def test_a_notebook_asks_four_at_least_where_it_says_predict(path):
    cells = cells_of(path)
    before = dict(zip([cell.id for cell in cells[1:]], cells, strict=False))
    assert len(asked(path)) >= FEWEST.get(path.stem, 4)
    assert all("**Predict.**" in before[cell].source for cell in asked(path).values())


def test_every_question_is_asked_once():
    assert sorted(WHERE) == sorted(NAMED)
    assert len(WHERE) == sum(len(asked(path)) for path in COURSE)


@pytest.mark.parametrize("room, name", NAMED)
def test_the_right_answer_is_borne_out_by_a_cell(room, name):
    options = questions(room)[name]["options"]
    [right] = [option for option in options if "shown" in option]
    cell, pattern = right["shown"]
    assert re.search(pattern, printed(WHERE[room, name], cell), re.MULTILINE)


@pytest.mark.parametrize("room, name", NAMED)
def test_each_answer_has_words_of_its_own(room, name):
    options = questions(room)[name]["options"]
    assert 3 <= len(options) <= 4
    for option in options:
        assert option.keys() in ({"say", "words", "reveals"}, {"say", "words", "shown"})
    assert len({option["words"] for option in options}) == len(options)


def test_the_right_answer_has_no_favourite_place():
    places = [
        ["shown" in option for option in questions(room)[name]["options"]].index(True)
        for room, name in NAMED
    ]
    assert max(places.count(place) for place in set(places)) < 0.6 * len(places)
    assert set(places) == {0, 1, 2, 3}


@pytest.mark.parametrize("path", COURSE, ids=lambda path: path.stem)
def test_no_notebook_holds_what_an_answer_says(path):
    text = path.read_text(encoding="utf-8")
    told = [
        option["words"] for key in asked(path) for option in questions(key[0])[key[1]]["options"]
    ]
    assert [words for words in told if json.dumps(words, ensure_ascii=False)[1:-1] in text] == []


def parts(view):
    return {name: plain(getattr(view, name)) for name in ("inputs", "choices", "start", "state")}


@pytest.mark.parametrize("room, name", NAMED)
def test_untouched_it_is_the_same_each_time_and_keeps_its_words(room, name):
    both = [quiz(room, name), quiz(room, name)]
    assert parts(both[0]) == parts(both[1])
    bundles = [one.still()._repr_mimebundle_() for one in both]
    assert bundles[0] == bundles[1]
    sent = json.dumps([parts(both[0]), bundles[0]], ensure_ascii=False)
    assert [one["words"] for one in questions(room)[name]["options"] if one["words"] in sent] == []


@pytest.mark.parametrize("room, name", NAMED)
def test_the_answer_that_is_committed_to_gets_its_words(room, name):
    view = quiz(room, name)
    for i, option in enumerate(questions(room)[name]["options"]):
        view.inputs = {"picked": i, "n": i + 1}
        picture = view.state["picture"]
        assert (picture["words"], picture["right"]) == (option["words"], "shown" in option)


def test_on_paper_a_question_is_never_markup():
    view = Quiz("exercises", lambda inputs: {"ask": "<i>?", "options": ["<b>"]}, {"picked": None})
    html = view.still()._repr_mimebundle_()["text/html"]
    assert "&lt;i&gt;?" in html and "<li>&lt;b&gt;</li>" in html and "btp-still" in html


def test_its_files_come_with_the_package():
    assert {path.name for path in (PROJECT / "helpers" / "exercises").glob("quiz.*")} == {
        "quiz.py",
        "quiz.js",
        "quiz.css",
    }
