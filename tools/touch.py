"""Runs in a notebook's kernel: work each explorer as a reader would, without a browser."""

from helpers.drawing.shell import Explorer


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
    return len(explorers)


def _change(control):
    if hasattr(control, "index"):  # one of several options
        control.index = (control.index + 1) % len(control.options)
    elif isinstance(control.value, bool):
        control.value = not control.value
    elif isinstance(control.value, str):
        control.value += " not bad"
    else:
        control.value = control.min if control.value == control.max else control.max
