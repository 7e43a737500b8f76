"""Make slides of the notebooks: `make slides`.

Each HTML file in build/slides works alone, from the disk, without a network.

Which cell stands where is its metadata, `slideshow.slide_type`, as JupyterLab edits it: `slide` and
`subslide` begin a slide, `-` stays on it, `notes` is for the speaker, `skip` is nowhere. Of a text
cell that is on a slide the headings, questions, lists and tables are shown; the rest is for the
speaker too.
"""

import re

import nbformat
from markdown_it import MarkdownIt
from nbconvert import SlidesExporter
from nbconvert.preprocessors import Preprocessor
from traitlets.config import Config

from helpers import PROJECT
from tools.notebooks import COURSE

REVEAL = PROJECT / ".venv" / "docs" / "node_modules" / "reveal.js" / "dist"
BUILD = PROJECT / "build" / "slides"
KEYS = (
    "<small>Space: the next slide · S: the speaker's view, with notes · Esc: all slides · "
    "?: all keys</small>"
)
SHOWN = re.compile(
    r"#|\*\*You will|.*\*\*Predict", re.DOTALL
)  # how a block of text begins that the class sees


def blocks(text):
    """Return the blocks of a Markdown text: [(its source, whether it is shown on a slide)]."""
    lines = text.splitlines()
    found = []
    for token in MarkdownIt().enable("table").parse(text):
        if token.level == 0 and token.map and token.nesting >= 0:
            source = "\n".join(lines[slice(*token.map)])
            found.append(
                (
                    source,
                    bool(SHOWN.match(source)) or token.type.endswith(("list_open", "table_open")),
                )
            )
    return found


def parts(text):
    """Return the parts of a text cell: spoken before its slide, shown, spoken on it."""
    kinds = blocks(text)
    first = next(i for i, (source, _) in enumerate(kinds) if SHOWN.match(source))
    before = [source for source, _ in kinds[:first]]
    shown = [source for source, on_slide in kinds[first:] if on_slide]
    spoken = [source for source, on_slide in kinds[first:] if not on_slide]
    return tuple("\n\n".join(sources) for sources in (before, shown, spoken))


def portable(text):
    """Return a text without anchors, markers and ways to pages, its links leading to slides."""
    marks = r"^(.*\[Open in Colab\]|\*\*Next:).*|^<a id=.*|^<!-- .*|^</?blockquote.*"
    text = re.sub(marks, "", text, flags=re.MULTILINE)
    text = re.sub(r"\]\((\d\d_\w+)\.ipynb(#[^)]*)?\)", r"](\1.html)", text)
    return re.sub(r"\[([^\]]+)\]\((?!https?:|\d\d_\w+\.html\))[^)]*\)", r"\1", text)


class Slides(Preprocessor):
    """Split text cells into shown and spoken; code on its own slide gets its section's heading."""

    def preprocess(self, notebook, resources):
        cells, heading = [], ""
        for cell in notebook.cells:
            kind = cell.metadata.slideshow.slide_type
            headings = (
                re.findall(r"^#+ (.+)", cell.source, re.MULTILINE)
                if cell.cell_type == "markdown"
                else []
            )
            heading = headings[-1] if headings else heading
            if cell.cell_type == "markdown" and kind in ("slide", "subslide"):
                before, shown, spoken = parts(portable(cell.source))
                shown = shown if headings else f"###### {heading}\n\n{shown}"
                cells += [_text(before, "notes"), _text(shown, kind), _text(spoken, "notes")]
            elif cell.cell_type == "markdown":
                cells.append(_text(portable(cell.source), kind))
            else:
                if kind in ("slide", "subslide"):
                    cells.append(_text(f"###### {heading}", kind))
                    cell.metadata.slideshow.slide_type = "-"
                for output in cell.outputs:
                    if output.output_type == "execute_result":  # a picture or a table stands alone
                        cell.metadata.transient = {"remove_source": True}
                    if "text/html" in output.get(
                        "data", ()
                    ):  # to reveal.js each <section> is a slide
                        output.data["text/html"] = re.sub(
                            r"(</?|\.btp )section\b", r"\1btp-section", output.data["text/html"]
                        )
                cells.append(cell)
        cells[1].source += f"\n\n{KEYS}"
        notebook.cells = [cell for cell in cells if cell.source]
        return notebook, resources


def _text(source, kind):
    return nbformat.v4.new_markdown_cell(
        source.strip(), metadata={"slideshow": {"slide_type": kind}}
    )


def exporter():
    """Return nbconvert's exporter with our template, which fetches nothing."""
    configuration = Config(
        {
            "CSSHTMLHeaderPreprocessor": {"style": "a11y-light"},
            "HTMLExporter": {"exclude_anchor_links": True},
            "TemplateExporter": {"exclude_input_prompt": True, "exclude_output_prompt": True},
        }
    )
    return SlidesExporter(
        config=configuration,
        template_name="slides",
        extra_template_basedirs=[str(PROJECT / "docs")],
        preprocessors=[Slides],
    )


def main():
    inlined = {
        name: (REVEAL / path).read_text(encoding="utf-8")
        for name, path in {
            "reveal_css": "reveal.css",
            "reveal_js": "reveal.js",
            "notes_js": "plugin/notes.js",
        }.items()
    }
    inlined["own_css"] = (PROJECT / "docs" / "slides" / "slides.css").read_text(encoding="utf-8")
    BUILD.mkdir(parents=True, exist_ok=True)
    for path in COURSE:
        notebook = nbformat.read(path, as_version=4)
        title = notebook.cells[0].source.splitlines()[0].removeprefix("# ")
        page, _ = exporter().from_notebook_node(notebook, {"inlined": inlined, "title": title})
        (BUILD / f"{path.stem}.html").write_text(page, encoding="utf-8", newline="\n")
        print(f"build/slides/{path.stem}.html")


if __name__ == "__main__":
    main()
