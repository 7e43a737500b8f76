"""The base of every explorer: a view draws it in the browser, a function here computes what it draws."""

import functools
import math
import re
import unicodedata
from collections.abc import Callable
from pathlib import Path

import anywidget
import traitlets
from IPython.display import display

from helpers.drawing.still import Still

DRAWING = Path(__file__).parent
KIT = ("numbers.js", "kit.js", "controls.js", "explorer.js")  # each may use the ones before it
IMPORT = re.compile(r'^import \{[^}]*\} from "[./a-z]+\.js"\n', re.M)


class Refused(ValueError):
    """An input that an explorer can't take. `field`: the control that it stands in; the message says what to do."""

    def __init__(self, field: str | int, words: str):
        super().__init__(words)
        self.field = field


def readable(text: str, field: str | int, most: int = 5_000) -> str:
    """Return the text, or raise Refused: it has more than `most` characters, or half a surrogate pair."""
    if len(text) > most:
        raise Refused(field, f"These are {len(text):,} characters, and {most:,} fit here: shorten the text.")
    for place, character in enumerate(text, start=1):
        if unicodedata.category(character) == "Cs":
            raise Refused(field, f"Character {place} is half of one (U+{ord(character):04X}): delete it.")
    return text


@functools.cache
def module(room: str) -> str:
    """The view of a room as one ES module: its imports are put in place, since it is loaded from a blob, without a folder."""
    files = [*(DRAWING / name for name in KIT), DRAWING.parent / room / "view.js"]
    texts = [IMPORT.sub("", path.read_text("utf-8")) for path in files]
    return "".join(re.sub(r"^export (?!default)", "", text, flags=re.M) for text in texts)


def plain(value, _=None):
    """A value as every JSON reader takes it: NaN and ∞ as words, half a character as �, numbers to six decimals."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, str):
        return value.encode("utf-16", "replace").decode("utf-16")
    if not isinstance(value, float):
        return value
    return round(value, 6) if math.isfinite(value) else {math.inf: "Infinity", -math.inf: "-Infinity"}.get(value, "NaN")


class View(anywidget.AnyWidget):
    """An explorer: the result of a cell. helpers/drawing/explorer.js says what its four parts hold.

    `compute(inputs)` returns what the view draws, a dict for JSON; where it raises, the reader sees the message and the last good picture stays.
    """

    _css = (DRAWING / "view.css").read_text("utf-8")
    _ipython_display_ = None  # or ipywidgets 7 shows the widget without the bundle below
    inputs = traitlets.Dict().tag(sync=True, to_json=plain)
    choices = traitlets.Dict().tag(sync=True, to_json=plain)
    start = traitlets.Dict().tag(sync=True, to_json=plain)
    state = traitlets.Dict({"n": None, "picture": None, "error": None}).tag(sync=True, to_json=plain)

    def __init__(self, room: str, compute: Callable[[dict], dict], inputs: dict, choices: dict | None = None):
        self._room, self._compute = room, compute
        start = {"inputs": inputs, "choices": choices or {}}
        super().__init__(_esm=module(room), start=start, inputs=inputs | {"n": 0}, choices=choices or {})

    @traitlets.observe("inputs")
    def _answer(self, _) -> None:
        picture, error = self.state["picture"], None
        try:
            picture = self._compute(self.inputs)
        except Exception as problem:  # whatever it is, the reader sees it and the cell stays alive
            error = {"field": getattr(problem, "field", None), "words": str(problem)}
        self.state = {"n": self.inputs.get("n"), "picture": picture, "error": error}

    def _repr_mimebundle_(self, **_) -> tuple[dict, dict]:
        display(Still.of(self._room, self.start["inputs"]))  # an output of its own: what stands there while nothing runs
        live = {"version_major": 2, "version_minor": 0, "model_id": self.model_id}
        return {"text/plain": "", "application/vnd.jupyter.widget-view+json": live}, {}
