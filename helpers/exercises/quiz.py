"""A quiz: where a notebook asks to predict, the reader commits to an answer before the cell runs.

Questions stand in `helpers/<room>/quiz.toml`. An option says its answer (`say`), what the reader is
told who commits to it (`words`) and what a teacher learns from it (`reveals`). The right one has
`shown` in place of `reveals`: the cell whose output bears it out, and a pattern of that output.
"""

import functools
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment

from helpers.drawing.view import View

ROOMS = Path(__file__).parents[1]
PAGE = Environment(autoescape=True, trim_blocks=True).from_string("""<div class="btp-still">
<p><b>{{ ask }}</b></p>
<ul>
{% for option in options %}
<li>{{ option }}</li>
{% endfor %}
</ul>
<p>▶ Run this cell to commit to an answer.</p>
</div>""")


@dataclass(frozen=True)
class Paper:
    """What stands where a quiz will be, and where it was once its kernel is gone."""

    ask: str
    options: list[str]

    def _repr_mimebundle_(self, **_: Any) -> dict:
        text = "\n".join([self.ask, *(f"- {option}" for option in self.options)])
        html = PAGE.render(ask=self.ask, options=self.options)
        return {"text/plain": text, "text/html": html}


class Quiz(View):
    """The live question: radio buttons, and a button that commits."""

    _css = View._css + Path(__file__).with_suffix(".css").read_text("utf-8")

    def still(self) -> Paper:
        """The question on paper."""
        return Paper(self.state["picture"]["ask"], self.state["picture"]["options"])


@functools.cache
def questions(room: str) -> dict[str, dict]:
    """`{name: question}` of a room, in the order of its file."""
    return tomllib.loads((ROOMS / room / "quiz.toml").read_text("utf-8"))


def quiz(room: str, name: str) -> Quiz:
    """A question of a room. The browser gets what an answer says when the reader commits to it."""
    question = questions(room)[name]
    options = question["options"]

    def compute(inputs: dict) -> dict:
        chosen = {} if inputs["picked"] is None else options[inputs["picked"]]
        told = {"words": chosen.get("words"), "right": "shown" in chosen}
        return {"ask": question["ask"], "options": [one["say"] for one in options], **told}

    return Quiz("exercises", compute, {"picked": None}, {"picked": None})
