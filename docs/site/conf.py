"""The reading edition, `make site`: notebooks as stored, teacher's guide and model card."""

import json
import re

from docs.live.explorers import explorer_of, table

project = "Behind the Pipeline"
extensions = ["myst_nb"]
root_doc = "README"
include_patterns = [
    "README.md",
    "CONTRIBUTING.md",
    "classroom/guide.md",
    "classroom/kubernetes/README.md",
    "helpers/README.md",
    "benchmarks/results.md",
    "checkpoints/*/README.md",
    "docs/*.md",
    "docs/live/README.md",
    "notebooks/**.ipynb",
]
exclude_patterns = ["**/.ipynb_checkpoints"]

nb_execution_mode = "off"
# The explorers stand as pictures; what would revive them comes from a network.
nb_ipywidgets_js = {}
myst_heading_anchors = 3
nitpick_ignore_regex = [
    ("myst", "cell-id=.*")
]  # links to the anchors below: Sphinx does not look into HTML

html_theme = "furo"
html_title = project
html_static_path, html_css_files = (
    ["static", "../../helpers/drawing/view.css"],
    ["site.css", "view.css"],
)
html_js_files = ["start.js"]
html_show_search_summary = False  # a page on the disk may not fetch the others
html_copy_source = html_show_sourcelink = False
pygments_style, pygments_dark_style = "a11y-light", "a11y-dark"

CONTENTS = """

```{toctree}
:hidden:
:caption: Notebooks
:glob:

notebooks/[0-9]*
```

```{toctree}
:hidden:
:caption: And beside them
:glob:

CONTRIBUTING
classroom/guide
classroom/kubernetes/README
docs/*
docs/live/README
helpers/README
benchmarks/results
notebooks/solutions/*
checkpoints/*/README
```
"""


def mark(cell):
    """Write into a cell's still which explorer it stands for: start.js looks for that."""
    for output in cell.get("outputs", []):
        data = output.get("data", {})
        if name := explorer_of("".join(data.get("text/plain", []))):
            named = f'<div class="btp-still" data-explorer="{name}">'
            page = "".join(data["text/html"]).replace('<div class="btp-still">', named)
            data["text/html"] = page
            outputs = [one for one in cell["outputs"] if one["output_type"] != "execute_result"]
            cell["outputs"] = outputs  # without the widget, which is empty here


def prepare(app, page, source):
    """Before Sphinx reads a page: contents for the first, anchors for a notebook's cells."""
    if page == root_doc:
        source[0] = (
            source[0].replace("](notebooks/solutions)", "](notebooks/solutions/01_pipeline.ipynb)")
            + CONTENTS
        )
    elif page == "docs/live/README":
        source[0] = re.sub("<!-- live -->.*<!-- /live -->", table(), source[0], flags=re.S)
    elif page.startswith("notebooks/"):
        notebook, cells = json.loads(source[0]), []
        for cell in notebook["cells"]:
            if cell["metadata"].get("jupyter", {}).get("outputs_hidden"):  # folded here too
                cell["metadata"].setdefault("tags", []).append("hide-output")
            mark(cell)
            anchor = f'<a id="cell-id={cell["id"]}"></a>'
            cells += [
                {
                    "cell_type": "markdown",
                    "id": f"anchor-{len(cells)}",
                    "metadata": {},
                    "source": anchor,
                },
                cell,
            ]
        source[0] = json.dumps(notebook | {"cells": cells})


def setup(app):
    app.connect("source-read", prepare)
