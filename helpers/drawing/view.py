"""The base of every explorer: a view draws in the browser, a function here computes what."""

import functools
import math
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import anywidget
import traitlets
from IPython.display import display

from helpers.drawing.still import Still

DRAWING = Path(__file__).parent
KIT = ("numbers.js", "kit.js", "controls.js", "explorer.js")  # each may use the ones before it
IMPORT = re.compile(r'^import \{[^}]*\} from "[./a-z]+\.js"\n', re.M)


@functools.cache
def module(room: str) -> str:
    """The view of a room as one ES module, imports put in place: a blob has no folder."""
    own = sorted((DRAWING.parent / room).glob("*.js"))  # view.js, and what comes before it
    files = [*(DRAWING / name for name in KIT), *own]
    texts = [IMPORT.sub("", path.read_text("utf-8")) for path in files]
    return "".join(re.sub(r"^export (?!default)", "", text, flags=re.M) for text in texts)


def plain(value: Any, _: Any = None) -> Any:
    """A value for JSON: numbers to six decimals, NaN and ∞ as words, half a character as "?"."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if not isinstance(value, float):
        return value
    words = {math.inf: "Infinity", -math.inf: "-Infinity"}
    return round(value, 6) if math.isfinite(value) else words.get(value, "NaN")


def _part() -> traitlets.Dict:
    return traitlets.Dict().tag(sync=True, to_json=plain)


class View(anywidget.AnyWidget):
    """An explorer, the result of a cell; explorer.js says what its four parts hold.

    `compute(inputs)` returns what the view draws, a dict for JSON. Where it raises, the reader sees
    the message and the last good picture stays. `choices`: what the browser alone acts on.
    """

    _css = (DRAWING / "view.css").read_text("utf-8")
    _ipython_display_ = None  # or ipywidgets 7 shows the widget without the bundle below
    inputs, choices, start, state = _part(), _part(), _part(), _part()

    def __init__(self, room: str, compute: Callable, inputs: dict, choices: dict | None = None):
        self._room, self._compute = room, compute
        start = {"inputs": inputs, "choices": choices or {}}
        asked = inputs | {"n": 0}
        super().__init__(_esm=module(room), start=start, inputs=asked, choices=choices or {})

    @traitlets.observe("inputs")
    def _answer(self, _: Any) -> None:
        picture, error = self.state.get("picture"), None
        try:
            picture = self._compute(self.inputs)
        except Exception as problem:  # whatever it is, the reader sees it and the cell stays alive
            error = {"field": getattr(problem, "field", None), "words": str(problem)}
        self.state = {"n": self.inputs.get("n"), "picture": picture, "error": error}

    def still(self) -> Any:
        """What stands where nothing runs, None for nothing."""
        return Still.of(self._room, self.start["inputs"])

    def _repr_mimebundle_(self, **_: Any) -> tuple[dict, dict]:
        still = self.still()
        if still:
            display(still)  # an output of its own: it stands there while nothing runs
        live = {"version_major": 2, "version_minor": 0, "model_id": self.model_id}
        return {"text/plain": "", "application/vnd.jupyter.widget-view+json": live}, {}
