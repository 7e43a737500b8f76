"""The rooms of the page against the explorers in Python: the same picture, the same refusal."""

import json
import math
import os
import subprocess

import pytest

from docs.live.explorers import NEEDS
from docs.live.serve import SITE
from helpers import PROJECT
from helpers.drawing.view import plain
from tools.stills import STILLS

ALIVE = json.loads((SITE / "live" / "manifest.json").read_text("utf-8"))["explorers"]
LONG = "A film that goes on and on. " * 100
FAR = 0.2  # of a logit; what that makes of a probability is measured when the model is made
ASKED = {
    "pipeline": [
        {"texts": ["Not bad at all.", ""], "marks": [{}, {}]},
        {"texts": ["Not bad at all.", "no"], "marks": [{"1": "out"}, {"1": "mask"}]},
        {"texts": ["", "😍 Zoë"]},
        {"texts": [LONG, ""], "weigh": False},
        {"texts": ["x" * 5001, ""]},
    ],
    "postprocessing": [{"text": "I love it"}, {"text": ""}, {"text": LONG}, {"text": "y" * 6000}],
    "padding": [
        {"texts": ["Good.", ""], "side": "left", "extra": 3, "flips": [[0], [2]]},
        {"texts": [LONG, "no"], "masked": True, "flips": [[], []]},
        {"texts": ["Good.", "z" * 5001]},
    ],
    "heads": [
        {"text": "one | two words | three", "masked": [1]},
        {"text": "|" * 7},
        {"text": "A long sentence, " * 8},
    ],
    "tokenizer": [{"text": "In 2024, 1,234 [MASK] 東京"}, {"text": ""}, {"text": "ab " * 90}],
    "where": [{"question": "Who?", "context": "Ada wrote it. " * 60}, {"question": "why " * 70}],
    "names": [{"text": "Ada Lovelace met Zoë in Paris."}, {"text": "Paris " * 80}],
    "topics": [
        {"labels": "one, two, three four"},
        {"labels": " , "},
        {"template": "no place"},
        {"text": "On and on. " * 60},
    ],
}


def distance(a, b, path=""):
    """(largest difference of two numbers, where); infinite where anything else differs."""
    if isinstance(a, dict) and isinstance(b, dict) and a.keys() == b.keys():
        return max((distance(a[key], b[key], f"{path}.{key}") for key in a), default=(0, path))
    if isinstance(a, list) and isinstance(b, list) and len(a) == len(b):
        pairs = enumerate(zip(a, b, strict=True))
        return max((distance(*pair, f"{path}[{i}]") for i, pair in pairs), default=(0, path))
    if isinstance(a, float) or isinstance(b, float):
        return abs(a - b), path
    return (0 if a == b else math.inf), f"{path}: {str(a)[:60]} is not {str(b)[:60]}"


def without_ties(picture):
    """A picture of 03 without what a near tie may turn: order of guesses, an answer in words."""
    heads = [
        head | {"rows": [sorted(float(z) for _, z, _ in row) for row in head["rows"]], "answer": ""}
        for head in picture["heads"]
    ]
    shares = [
        [[[x / 1000 for x in row] for row in head] for head in layer]
        for layer in picture["attentions"]
    ]
    return picture | {"heads": heads, "attentions": shares}


def in_browser(questions, folder):
    """What the page's JavaScript answers."""
    given, made = folder / "given.json", folder / "made.json"
    given.write_text(json.dumps(questions))
    variables = os.environ | {"GIVEN": str(given), "MADE": str(made)}
    command = ["node", "tests/browser/pictures.js"]
    run = subprocess.run(command, cwd=PROJECT, env=variables, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr[-2000:]
    return json.loads(made.read_text())


@pytest.mark.parametrize("name", [name for name in NEEDS if name in ALIVE])
def test_the_page_answers_as_python(name, tmp_path):
    room, still = name.split("/")
    explorer = STILLS[room][still]()
    first = explorer.state["picture"]
    start = dict(explorer.start["inputs"])
    asked = [start, *(start | change for change in ASKED.get(still) or ASKED[room])]
    answers = []
    for n, inputs in enumerate(asked, start=1):
        explorer.inputs = inputs | {"n": n}
        answers.append(plain(explorer.state))
    made = in_browser([[name, plain(first), inputs] for inputs in asked], tmp_path)
    assert any(one["error"] for one in answers) == any("error" in one for one in made)
    for inputs, truth, found in zip(asked, answers, made, strict=True):
        if truth["error"]:
            assert found["error"] == truth["error"]
            continue
        pictures = [truth["picture"], found["picture"]]
        if room == "heads":
            pictures = [*map(without_ties, pictures)]
        far, where = distance(*pictures)
        assert far <= FAR, f"{str(inputs)[:80]}: {where}"
