"""Runs in a notebook's kernel: work each explorer as a reader would, without a browser."""

from helpers.drawing.shell import Explorer
from helpers.drawing.view import View


def touch(results):
    """Change each control and press each button of each Explorer among `results`; return how many
    explorers there are.

    Raises AssertionError when one shows an error or keeps its picture.
    """
    explorers = [result for result in results if isinstance(result, Explorer)]
    for explorer in explorers:
        pictures = {explorer.picture.value}
        for name, control in explorer.controls.items():
            _change(control)
            assert not explorer.message.value, f"{name}: {explorer.message.value}"
            pictures.add(explorer.picture.value)
        for label, button in explorer.buttons.items():
            button.click()
            assert not explorer.message.value, f"{label}: {explorer.message.value}"
        assert len(pictures) > 1, f"no control of {sorted(explorer.controls)} changed the picture"
    views = [result for result in results if isinstance(result, View)]
    for view in views:
        _ask(view)
    return len(explorers) + len(views)


def _ask(view):
    """Ask a view's Python side about longer texts; the rest is asked in a browser."""
    before = view.state["picture"]
    view.inputs = _longer(view.inputs) | {"n": view.inputs["n"] + 1}
    assert view.state["error"] is None, view.state["error"]
    assert view.state["picture"] != before, "another text did not change the picture"


def _longer(inputs):
    def longer(value):
        if isinstance(value, list):
            return [longer(one) for one in value]
        return value + " not bad" if isinstance(value, str) and " " in value else value

    return {name: longer(value) for name, value in inputs.items()}


def _change(control):
    if hasattr(control, "index"):  # one of several options
        control.index = (control.index + 1) % len(control.options)
    elif isinstance(control.value, bool):
        control.value = not control.value
    elif isinstance(control.value, str):
        control.value += " not bad"
    else:
        control.value = control.min if control.value == control.max else control.max
