"""What every explorer's picture keeps: our own tags, closed; words for drawings; tables."""

import html
import re
from html.parser import HTMLParser

OURS = {
    "style",
    "div",
    "section",
    "h4",
    "code",
    "span",
    "small",
    "b",
    "br",
    "p",
    "details",
    "summary",
    "mark",
    "del",
    "table",
    "caption",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
    "ol",
    "ul",
    "li",
    "svg",
    "g",
    "title",
    "text",
    "tspan",
    "rect",
    "line",
    "path",
    "polyline",
    "circle",
    "defs",
    "pattern",
}
VOID = {"br"}


class _Reader(HTMLParser):
    def __init__(self):
        super().__init__()
        self.open, self.drawings, self.tables = [], [], 0

    def handle_starttag(self, tag, attributes):
        assert tag in OURS, f"<{tag}> is not one of the explorers' tags"
        attributes = dict(attributes)
        assert not [
            name
            for name in attributes
            if name.startswith("on") or name in ("src", "href", "srcdoc")
        ], attributes
        if tag == "svg":
            assert attributes.get("role") == "img" and len(attributes.get("aria-label", "")) > 10, (
                attributes
            )
            self.drawings.append(attributes["aria-label"])
        self.tables += tag == "table"
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.handle_starttag(tag, attributes)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        assert self.open and self.open.pop() == tag, f"</{tag}> closes nothing"


def labels_of(picture):
    """Assert that a picture is well-formed, ours alone, has a table; returns its aria-labels."""
    reader = _Reader()
    reader.feed(picture)
    reader.close()
    assert reader.open == []
    assert reader.tables, "no table of the numbers"
    assert not re.search(r"url\(\s*['\"]?(?!#)|@import", picture), "the picture fetches something"
    return reader.drawings


def rows(picture, summary):
    """Cells of the table under a summary, as text."""
    body = (
        picture.split(f"<summary>{summary}</summary>")[1].split("</details>")[0].split("<tbody>")[1]
    )
    return [
        [html.unescape(cell) for cell in re.findall("<td>(.*?)</td>", row)]
        for row in body.split("<tr>")[1:]
    ]
