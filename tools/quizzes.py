"""The quiz of each notebook: where its questions stand, what a teacher learns from an answer."""

import functools
import re

import nbformat

from helpers.exercises.quiz import questions

CALL = re.compile(r'^quiz\("(\w+)", "(\w+)"\)$', re.MULTILINE)


@functools.cache
def asked(path):
    """{(room, name): id of the cell} of a notebook's questions, in reading order."""
    cells = nbformat.read(path, as_version=4).cells
    return {found.groups(): cell.id for cell in cells for found in CALL.finditer(cell.source)}


def revealed(path, up):
    """What each answer of a notebook's quiz reveals, in Markdown. `up`: to the project's folder."""
    lines = []
    for (room, name), cell in asked(path).items():
        question = questions(room)[name]
        lines += ["", f"**{question['ask']}** [{cell}]({up}notebooks/{path.name}#cell-id={cell})"]
        for option in question["options"]:
            right = f"- **{option['say']}** Right. {option['words']}"
            lines.append(
                f"- *{option['say']}* {option['reveals']}" if "reveals" in option else right
            )
    return "\n".join(lines[1:])
