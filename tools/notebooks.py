"""Reading the notebooks as the tests need them."""

import nbformat

from helpers import PROJECT

NOTEBOOKS = sorted(
    p for p in (PROJECT / "notebooks").rglob("*.ipynb") if ".ipynb_checkpoints" not in p.parts
)
COURSE = [path for path in NOTEBOOKS if path.parent.name != "solutions"]
WITH_EXPLORER = [path for path in COURSE if '"id": "explorer"' in path.read_text(encoding="utf-8")]
FIRST_ANSWER = (PROJECT / "notebooks" / "01_pipeline.ipynb", "call")  # the cell that waits for it


def functions(stem):
    """Execute the cells of notebooks/<stem>.ipynb tagged `tested`; returns their namespace."""
    notebook = nbformat.read(PROJECT / "notebooks" / f"{stem}.ipynb", as_version=4)
    namespace = {}
    for cell in notebook.cells:
        if cell.cell_type == "code" and "tested" in cell.metadata.get("tags", ()):
            exec(compile(cell.source, f"{stem}#{cell.id}", "exec"), namespace)
    return namespace
