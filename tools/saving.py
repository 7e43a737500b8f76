"""The form in which the repository keeps a notebook: nothing that differs from machine to machine.

`make notebooks` stores it so, and JupyterLab in `make lab` and `make edit`: `before_saving` is its
hook. A view of a widget without its kernel is an error in place of a picture; the still picture
beside it stays.
"""

WIDGET = "application/vnd.jupyter.widget-view+json"
METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


def as_stored(notebook):
    """Change a notebook, a dict of format 4, to that form, and return it."""
    if notebook["metadata"].get("kernelspec", METADATA["kernelspec"])["name"] == "python3":
        notebook["metadata"] |= METADATA
    notebook["metadata"].pop("widgets", None)
    for cell in notebook["cells"]:
        cell["metadata"].pop("execution", None)
        if cell["cell_type"] == "code":
            cell["outputs"] = joined(cell["outputs"])
            for output in cell["outputs"]:
                if output.get("data", {}).pop(WIDGET, None):
                    output["data"]["text/plain"] = ""  # what Python calls it is no picture
    return notebook


def joined(outputs):
    """Outputs with neighbouring pieces of a stream put together: a slow kernel sends several."""
    kept = []
    for output in outputs:
        if kept and output["output_type"] == "stream" and kept[-1].get("name") == output["name"]:
            kept[-1]["text"] += output["text"]
        else:
            kept.append(output)
    return kept


def before_saving(model, **_):
    """For `--ContentsManager.pre_save_hook`: `model` is what Jupyter is about to write."""
    if model["type"] == "notebook":
        as_stored(model["content"])
