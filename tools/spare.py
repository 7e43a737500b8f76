"""A copy of the project with one notebook more, to see that nothing else has to be touched for it.

What a contributor writes: the notebook, its solution, a room with one check, and a plan in the
teacher's guide.
"""

import shutil

import nbformat

from helpers import PROJECT
from tools.notebooks import COURSE

NUMBER = f"{int(COURSE[-1].stem[:2]) + 1:02}"
STEM = f"{NUMBER}_spare"
LEFT = shutil.ignore_patterns(
    ".git", ".venv*", "node_modules", "__pycache__", ".*_*", ".hypothesis", "build", "my_notebooks"
)

COURSE_METADATA = {
    "title": "Spare",
    "subtitle": "a test",
    "opens": "nothing",
    "roles": ["sentiment"],
}

TITLE = """**You will** count.

**You need** nothing."""
EXERCISE = f"""## Exercises

**{int(NUMBER)}.1 · 2 minutes · easy.** Give the number of letters in *spare*."""
COUNT = """## Count

<blockquote class="alert alert-info">

🔮 **Predict.** How many letters has *spare*?

</blockquote>"""
CELLS = [
    ("title", "slide", TITLE),
    ("setup-project", "skip", "pass  # make links writes this one"),
    ("count-text", "slide", COUNT),
    ("count", "subslide", 'print(len("spare"))'),
    ("exercises", "skip", EXERCISE),
    ("exercise-1", "skip", "import helpers.spare.checks as checks\n\nchecks.letters(...)"),
    ("remember", "slide", "## What to remember\n\n- Letters can be counted.\n\n**Next:** "),
]
SOLUTION = [
    ("title", "slide", "One way to solve each exercise."),
    ("setup-project", "skip", "pass  # make links writes this one"),
    ("solution-1-text", "slide", f"**{int(NUMBER)}.1** Five."),
    ("solution-1", "slide", "import helpers.spare.checks as checks\n\nchecks.letters(5)"),
]
CODE = {"setup-project", "count", "exercise-1", "solution-1"}
FOLDED = {"count": {"jupyter": {"outputs_hidden": True}}}  # it answers a question
CHECKS = '''"""Checks of the spare notebook."""

from helpers.exercises import check_value


@check_value(right=lambda: len("spare"), slips=[], otherwise="Count again.")
def letters() -> None:
    """The number of letters in *spare*."""
'''
SOLVED = f"../notebooks/solutions/{STEM}.ipynb#cell-id=solution-1"
PLAN = f"""
## {NUMBER} Spare · 5 minutes

| min | cells | do | ask |
|---|---|---|---|
| 5 | [count](../notebooks/{STEM}.ipynb#cell-id=count) | Predict. | How many? (Five.) |

**{int(NUMBER)}.1 · 2 minutes · easy.** Five. [Solution]({SOLVED})
"""


def copy(folder):
    """Copy the project without history, environments and builds into `folder`; return its root."""
    return shutil.copytree(PROJECT, folder / "course", ignore=LEFT)


def add_notebook(root):
    """Write what a contributor writes."""
    _write(root / "notebooks" / f"{STEM}.ipynb", CELLS, {"course": COURSE_METADATA})
    _write(root / "notebooks" / "solutions" / f"{STEM}.ipynb", SOLUTION, {})
    room = root / "helpers" / "spare"
    room.mkdir()
    (room / "__init__.py").write_text('"""The spare room."""\n', encoding="utf-8")
    (room / "checks.py").write_text(CHECKS, encoding="utf-8")
    with (root / "classroom" / "guide.md").open("a", encoding="utf-8") as guide:
        guide.write(PLAN)


def _write(path, cells, metadata):
    notebook = nbformat.v4.new_notebook(metadata=metadata)
    for name, slide, source in cells:
        new = nbformat.v4.new_code_cell if name in CODE else nbformat.v4.new_markdown_cell
        kept = {"slideshow": {"slide_type": slide}} | FOLDED.get(name, {})
        cell = new(source, id=name, metadata=kept)
        notebook.cells.append(cell)
    nbformat.write(notebook, path)
