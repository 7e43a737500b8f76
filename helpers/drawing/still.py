"""A still: what stands where an explorer will be, and where it was once its kernel is gone."""

import base64
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment

ROOMS = Path(__file__).parents[1]
# JupyterLab shows image and tables of a notebook that it does not trust. Of one that it trusts it
# takes the style too, which hides what the output below says while no view has come to life
# (a view has elements, the loader's sentence is bare text; CSS takes no :has() within :has()).
PAGE = Environment(autoescape=True, trim_blocks=True).from_string("""<style>
.jp-OutputArea-child:has(.btp-still)
  + .jp-OutputArea-child:not(:has(> .jp-OutputArea-output > *))
  {display: none}
</style>
<div class="btp-still">
<img src="data:image/svg+xml;base64,{{ picture }}" alt="{{ alt }}">
<p><b>▶ Run this cell to touch it.</b>
A picture, drawn on the weights that come with the course.</p>
{% for table in tables %}
<details><summary>{{ table.summary }}</summary><table>
<tr>{% for header in table.headers %}<th>{{ header }}</th>{% endfor %}</tr>
{% for row in table.rows %}
<tr>{% for cell in row %}<td>{{ cell }}</td>{% endfor %}</tr>
{% endfor %}
</table></details>
{% endfor %}
</div>""")


@dataclass(frozen=True)  # a tuple's own repr would stand in the notebook
class Still:
    """A view drawn once by `make stills`: picture as SVG, words, numbers of its tables."""

    svg: str
    alt: str
    tables: list  # of {"summary": str, "headers": [str], "rows": [[str]]}

    @classmethod
    def of(cls, room: str, inputs: dict) -> "Still | None":
        """The still of a room that shows these inputs, else its first of inputs of these names.

        None where it has none.
        """
        paths = sorted((ROOMS / room / "stills").glob("*.json"))
        every = [(json.loads(path.read_text("utf-8")), path.with_suffix(".svg")) for path in paths]
        known = [one for one in every if one[0]["inputs"].keys() == inputs.keys()]
        if not known:
            return None
        kept, svg = next((one for one in known if one[0]["inputs"] == inputs), known[0])
        return cls(svg.read_text("utf-8"), kept["alt"], kept["tables"])

    def _repr_mimebundle_(self, **_: Any) -> dict:
        picture = base64.b64encode(self.svg.encode()).decode()
        html = PAGE.render(picture=picture, alt=self.alt, tables=self.tables)
        return {"text/plain": self.alt, "text/html": html}
