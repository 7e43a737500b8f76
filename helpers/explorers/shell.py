"""The widgets around a picture: controls above, picture below, an error in words between them."""

import html

import ipywidgets


class Explorer:
    """Draws anew whenever a control changes; an error is shown in words and the last good picture stays.

    `controls`: name → widget with a `value`. `draw(**values)` → str of HTML, called with the values of all controls.
    The result of a cell: live in a notebook with a kernel, and its first picture where there is none.
    """

    def __init__(self, controls, draw):
        self.controls = controls
        self.picture = ipywidgets.HTML()
        self.message = ipywidgets.HTML()
        self._draw = draw
        for control in controls.values():
            control.observe(self._update, names="value")
        self._update()
        self.box = ipywidgets.VBox([*controls.values(), self.message, self.picture])

    def _update(self, change=None):
        try:
            picture = self._draw(**{name: control.value for name, control in self.controls.items()})
        except Exception as error:  # whatever it is, the reader sees it here and the cell stays alive
            self.message.value = (f'<p role="alert"><b>{type(error).__name__}:</b> {html.escape(str(error)[:300])} '
                                  "The picture below is the last one that worked.</p>")
            return
        self.message.value = ""
        self.picture.value = picture

    def _repr_mimebundle_(self, **kwargs):
        view = {"version_major": 2, "version_minor": 0, "model_id": self.box.model_id}
        return {"text/plain": f"{type(self).__name__}: {', '.join(self.controls)}", "text/html": self.picture.value,
                "application/vnd.jupyter.widget-view+json": view}
