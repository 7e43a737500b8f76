"""What a notebook says of itself: its metadata's `course`, its exercises, the length of its text.

The metadata hold `title`, `subtitle`, what the notebook `opens`, its `roles`, and what `make
notebooks` measured: `run_s`, the seconds to run it, and `peak_mb`, its kernel's memory. All else
is computed here.
"""

import math
import re
from typing import NamedTuple

import nbformat

from helpers.weights import ROLES
from tools.notebooks import COURSE

WORDS_A_MINUTE = 180
EXERCISE = re.compile(r"^\*\*(\d+\.\d+) · (\d+) minutes · (?:easy|medium|hard|open)\.\*\*", re.M)
BLOCK = re.compile(r"(<!-- (\w+) -->\n).*?(<!-- /\2 -->)", re.DOTALL)  # what tools.links writes
MARKER = re.compile(r"<!-- .*? -->")  # what tools.claims reads
WRITTEN = re.compile(r"# .*|.*\[Open in Colab\]\(.*|About \d+ minutes.*|\*\*Next:\*\*.*", re.DOTALL)


class Facts(NamedTuple):
    number: str
    title: str
    subtitle: str
    opens: str
    roles: list
    exercises: list  # minutes of each
    minutes: int
    fetched: int  # MB with the embedded weights
    hub: int  # MB with the Hugging Face Hub
    memory: int  # MB

    @property
    def name(self):
        return f"{self.number} {self.title}"


def facts(path):
    """Return the Facts of a notebook of the course."""
    notebook = nbformat.read(path, as_version=4)
    said = notebook.metadata.course
    exercises = [int(minutes) for _, minutes in EXERCISE.findall(text_of(notebook))]
    roles = [ROLES[role] for role in said.roles]
    return Facts(
        path.stem[:2],
        said.title,
        said.subtitle,
        said.opens,
        said.roles,
        exercises,
        minutes(notebook, exercises),
        sum(role.embedded_megabytes for role in roles),
        sum(role.hub_megabytes for role in roles),
        said.peak_mb,
    )


def text_of(notebook):
    """The prose of a notebook, without what is written by a tool."""
    text = "\n\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    parts = MARKER.sub("", BLOCK.sub("", text)).split("\n\n")
    return "\n\n".join(part for part in parts if not WRITTEN.fullmatch(part))


def minutes(notebook, exercises):
    """Reading, running and the exercises; rounded up to the next five."""
    reading = len(text_of(notebook).split()) / WORDS_A_MINUTE
    running = notebook.metadata.course.run_s / 60
    return math.ceil((reading + running + sum(exercises)) / 5) * 5


FACTS = {path: facts(path) for path in COURSE}
