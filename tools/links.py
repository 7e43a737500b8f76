"""Write address and version, which stand in pyproject.toml, where readers meet them: `make links`.

Badges, set-up cells and the README all open one release, the tag `v<version>`.
"""

import re
import tomllib

import nbformat

from helpers import PROJECT
from tools.notebooks import NOTEBOOKS

ABOUT = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
NAME, TAG, ADDRESS = ABOUT["name"], f"v{ABOUT['version']}", ABOUT["urls"]["Repository"]
PLACE = ADDRESS.removeprefix("https://github.com/")  # owner/name
COLAB = f"https://colab.research.google.com/github/{PLACE}/blob/{TAG}/"
BINDER = f"https://mybinder.org/v2/gh/{PLACE}/{TAG}"
PAGES = [*PROJECT.glob("*.md"), *PROJECT.glob("[a-z]*/**/*.md"), *NOTEBOOKS]

SET_UP = f"""\
from importlib.util import find_spec

if "google.colab" in str(get_ipython()) and not find_spec("helpers"):
    %pip install --quiet git+{ADDRESS}@{TAG}"""


def rewritten(page):
    """Return the text that a page should have: its own, with today's address and tag in it."""
    text = page.read_text(encoding="utf-8")
    sites = r"(https://(?:github\.com|colab\.research\.google\.com/github|mybinder\.org/v2/gh)/)"
    text = re.sub(rf"{sites}[\w.-]+/{NAME}\b", rf"\g<1>{PLACE}", text)
    text = re.sub(rf"(/{PLACE}/blob|//mybinder\.org/v2/gh/{PLACE})/[\w.-]+", rf"\g<1>/{TAG}", text)
    if page.suffix == ".ipynb":
        notebook = nbformat.reads(text, as_version=4)
        for cell in notebook.cells:
            if cell.get("id") == "setup-project":
                cell.source = SET_UP
        text = nbformat.writes(notebook) + "\n"
    return text


def main():
    for page in PAGES:
        text = rewritten(page)
        if text != page.read_text(encoding="utf-8"):
            page.write_text(text, encoding="utf-8", newline="\n")
            print(page.relative_to(PROJECT))


if __name__ == "__main__":
    main()
