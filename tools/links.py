"""Write what stands once into the pages where readers meet it: `make links`.

Address and version come from pyproject.toml; without an argument the address is first taken from
the git remote `origin`, so that a fork needs this one command. What a notebook is about comes from
its metadata (tools/facts.py), the roles from helpers.weights. A test fails where a page differs.
"""

import re
import sys
from functools import partial

import nbformat

from helpers import PROJECT
from helpers.weights import ROLES
from tools import quizzes, release
from tools.facts import BLOCK, FACTS, WRITTEN
from tools.notebooks import COURSE, NOTEBOOKS

MADE = ("build", "node_modules")  # not written by us
BELOW = PROJECT.glob("[a-z]*/**/*.md")
OURS = [page for page in BELOW if page.relative_to(PROJECT).parts[0] not in MADE]
PAGES = [*PROJECT.glob("*.md"), *OURS, *PROJECT.glob("*.cff"), *NOTEBOOKS]
NEXT = re.compile(r"^\*\*Next:\*\*(?:.+\n?)*", re.MULTILINE)
CONTENTS = "00_start_here.ipynb#contents"
WITHOUT_THE_HUB = {
    "ours": "[distilbert-reviews]({up}checkpoints/distilbert-reviews/README.md), in the clone",
    "smollm2": "the same, from a Python package",
    None: "a tiny random model",
}


def rewritten(page, here=release.HERE):
    """Return the text that a page, Markdown or notebook, should have: its own, with the facts."""
    text = page.read_text(encoding="utf-8")
    names = "|".join({release.ABOUT["name"], release.HERE.name})
    sites = r"(https://(?:github\.com|colab\.research\.google\.com/github|mybinder\.org/v2/gh)/)"
    text = re.sub(rf"{sites}[\w.-]+/(?:{names})\b", rf"\g<1>{here.place}", text)
    place = re.escape(here.place)
    text = re.sub(
        rf"(/{place}/blob|//mybinder\.org/v2/gh/{place})/[\w.-]+", rf"\1/{here.tag}", text
    )
    if page.suffix != ".ipynb":
        return with_blocks(text, page)
    notebook = nbformat.reads(text, as_version=4)
    for cell in notebook.cells:
        if cell.get("id") == "setup-project":
            cell.source = here.set_up
        elif cell.cell_type == "markdown":
            cell.source = with_blocks(NEXT.sub(lambda _: next_line(page), cell.source), page)
    notebook.cells[0].source = opening(notebook.cells[0].source, page, here)
    return nbformat.writes(notebook) + "\n"


def with_blocks(text, page):
    """Fill each `<!-- name --> … <!-- /name -->` whose name is known."""
    up = "../" * (len(page.relative_to(PROJECT).parts) - 1)

    def fill(found):
        write = BLOCKS.get(found[2])
        return f"{found[1]}\n{write(up)}\n\n{found[3]}" if write else found[0]

    return BLOCK.sub(fill, text)


def notebooks_table(up):
    """Contents and costs. `up`: from the page to the project's folder."""
    rows = ["| notebook | opens | minutes | MB to fetch | MB of memory |", "|---|---|--:|--:|--:|"]
    for path, fact in FACTS.items():
        link = f"[{fact.name}]({up}{path.relative_to(PROJECT).as_posix()})"
        fetch = f"{fact.fetched:,} / {fact.hub:,}"
        rows.append(f"| {link} | {fact.opens} | {fact.minutes} | {fetch} | {fact.memory:,} |")
    return "\n".join(rows)


def roles_table(up):
    """Which checkpoint each role has, on the Hub and without it."""
    rows = ["| role | Hugging Face Hub | MB | without it | MB to fetch |", "|---|---|--:|---|--:|"]
    for name, role in ROLES.items():
        without = WITHOUT_THE_HUB[role.embedded].format(up=up)
        hub = f"{role.hub_id} | {role.hub_megabytes}"
        rows.append(f"| {name} | {hub} | {without} | {role.embedded_megabytes} |")
    return "\n".join(rows)


BLOCKS = {"notebooks": notebooks_table, "roles": roles_table}
BLOCKS |= {f"quiz_{page.stem[:2]}": partial(quizzes.revealed, page) for page in COURSE}


def opening(source, page, here):
    """The first cell: title, ways and costs are written here, the other paragraphs are its own."""
    own = [part for part in source.split("\n\n") if not WRITTEN.fullmatch(part)]
    colab = f"[Open in Colab]({here.colab}{page.relative_to(PROJECT).as_posix()})"
    if page in FACTS:
        fact = FACTS[page]
        title = f"# {fact.number} · {fact.title}: {fact.subtitle}"
        ways = [*course_ways(page), colab]
        own = [costs(fact), *own] if page != COURSE[0] else own  # there the table has them
    else:
        lesson = page.parents[1] / page.name
        title = f"# {page.stem[:2]} · Solutions"
        ways = [f"← {link(lesson, '../')}", f"[Contents](../{CONTENTS})", colab]
    return "\n\n".join([title, " · ".join(ways), *own])


def course_ways(page):
    place = COURSE.index(page)
    ways = [f"← {link(COURSE[place - 1])}", f"[Contents]({CONTENTS})"] if place else []
    return ways + [f"{link(following)} →" for following in COURSE[place + 1 : place + 2]]


def link(path, up=""):
    return f"[{FACTS[path].name}]({up}{path.name})"


def costs(fact):
    included = ", exercises included" if fact.exercises else ""
    return (
        f"About {fact.minutes} minutes{included}. "
        f"To fetch, once: {fact.fetched:,} MB for the embedded "
        f"weights, {fact.hub:,} MB from the Hugging Face Hub. Memory: {fact.memory:,} MB."
    )


def next_line(page):
    """The last line of a notebook."""
    contents = "" if page == COURSE[0] else f" · [Contents]({CONTENTS})"
    if page == COURSE[-1]:
        return f"**Next:** a task that you need, and a model that you name yourself.{contents}"
    following = COURSE[COURSE.index(page) + 1]
    return f"**Next:** {link(following)}: {FACTS[following].subtitle}.{contents}"


def main():
    address = sys.argv[1] if sys.argv[1:] else release.origin()
    here = release.adopt(address) if address else release.HERE
    for page in PAGES:
        text = rewritten(page, here)
        if text != page.read_text(encoding="utf-8"):
            page.write_text(text, encoding="utf-8", newline="\n")
            print(page.relative_to(PROJECT))


if __name__ == "__main__":
    main()
