"""A figure with a text that says what it shows, and the colours that all figures share."""

import base64
import html
import io

# Each reads on white with a contrast of at least 4.5 : 1.
BLUE, ORANGE, GREY = "#1d5fa8", "#b3470c", "#555555"


class Picture:
    """A matplotlib figure as a PNG with an alternative text; Jupyter shows it as the result of a cell."""

    def __init__(self, figure, alt):
        self.alt = alt
        buffer = io.BytesIO()
        figure.savefig(buffer, format="png", dpi=110, facecolor="white")
        self.png = buffer.getvalue()

    def _repr_mimebundle_(self, **kwargs):
        source = base64.b64encode(self.png).decode()
        image = f'<img style="max-width:100%" alt="{html.escape(self.alt)}" src="data:image/png;base64,{source}">'
        return {"text/plain": self.alt, "text/html": image}
