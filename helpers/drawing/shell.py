"""The widgets around a picture: controls above, picture below, an error in words between them."""

import html

import ipywidgets

# ipywidgets gives the handle of a slider no name that a screen reader could say. The number field in front of it has one,
# so the handle leaves the keyboard's path and stays for the mouse: its inner area is drawn in its place.
CONTROLS_STYLE = """<style>
.btp-slider .noUi-handle {visibility: hidden}
.btp-slider .noUi-touch-area {visibility: visible; box-sizing: border-box; border: 1px solid var(--jp-ui-font-color1, #555);
  border-radius: 50%; background: var(--jp-brand-color1, #1976d2)}
.btp-controls .widget-label, .btp-controls .widget-label-basic {color: var(--jp-ui-font-color1, inherit)}
</style>"""


class Explorer:
    """Draws anew whenever a control changes; an error is shown in words and the last good picture stays.

    `controls`: name → widget with a `value`; a slider gets a labelled number field for the keyboard.
    `draw(**values)` → str of HTML, called with the values of all controls; it may set controls without being called again.
    `actions`: label → function without arguments, a
    button each: it is called at a click, then the picture is drawn anew.
    The result of a cell: live in a notebook with a kernel, and its first picture where there is none.
    """

    def __init__(self, controls, draw, actions=None):
        self.controls = controls
        self.picture = ipywidgets.HTML()
        self.message = ipywidgets.HTML()
        self.tables = ipywidgets.Checkbox(description="Keep the tables open", indent=False)
        self.buttons = {label: ipywidgets.Button(description=label) for label in actions or {}}
        self._draw, self._drawing = draw, False
        for label, button in self.buttons.items():
            button.on_click(lambda _, action=actions[label]: self.update(action))
        for control in (*controls.values(), self.tables):
            control.observe(lambda _: self.update(), names="value")
        self.update()
        rows = [_row(control) for control in controls.values()]
        if self.buttons:
            rows.append(
                ipywidgets.HBox(
                    [*self.buttons.values()], layout=ipywidgets.Layout(flex_flow="row wrap")
                )
            )
        self.box = ipywidgets.VBox(
            [ipywidgets.HTML(CONTROLS_STYLE), *rows, self.message, self.picture, self.tables]
        )
        self.box.add_class("btp-controls")

    def update(self, action=None):
        """Draw anew, after `action()` if there is one. Never raises: an error goes into `message`."""
        if self._drawing:
            return
        self._drawing = True
        try:
            if action:
                action()
            picture = self._draw(**{name: control.value for name, control in self.controls.items()})
        except (
            Exception
        ) as error:  # whatever it is, the reader sees it here and the cell stays alive
            self.message.value = (
                f'<p role="alert"><b>{type(error).__name__}:</b> {html.escape(str(error)[:300])} '
                "The picture below is the last one that worked.</p>"
            )
            return
        finally:
            self._drawing = False
        self.message.value = ""
        # A table opened by hand would close at the next change, since the picture is replaced as a whole.
        self.picture.value = (
            picture.replace("<details>", "<details open>") if self.tables.value else picture
        )

    def _repr_mimebundle_(self, **kwargs):
        view = {"version_major": 2, "version_minor": 0, "model_id": self.box.model_id}
        return {
            "text/plain": f"{type(self).__name__}: {', '.join(self.controls)}",
            "text/html": self.picture.value,
            "application/vnd.jupyter.widget-view+json": view,
        }


def _row(control):
    """A control as it stands in the explorer: a slider behind a number field that carries its name."""
    control.style.description_width = "initial"
    if not isinstance(control, (ipywidgets.IntSlider, ipywidgets.FloatSlider)):
        return control
    kind = (
        ipywidgets.BoundedIntText
        if isinstance(control, ipywidgets.IntSlider)
        else ipywidgets.BoundedFloatText
    )
    field = kind(
        value=control.value,
        min=control.min,
        max=control.max,
        step=control.step,
        description=control.description,
        style={"description_width": "initial"},
        layout=ipywidgets.Layout(width="auto"),
    )
    for trait in ("value", "min", "max"):
        ipywidgets.link((control, trait), (field, trait))
    control.description, control.readout = "", False
    control.layout.flex = "1 1 8em"
    control.add_class("btp-slider")
    return ipywidgets.HBox(
        [field, control], layout=ipywidgets.Layout(flex_flow="row wrap", max_width="60em")
    )
