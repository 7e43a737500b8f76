"""One release of the course at its public address: what every link to it opens."""

import re
import subprocess
import sys
import tomllib
from typing import NamedTuple

from helpers import PROJECT

PYPROJECT = PROJECT / "pyproject.toml"
ABOUT = tomllib.loads(PYPROJECT.read_text(encoding="utf-8"))["project"]
GITHUB = re.compile(
    r"(?:https://(?:[^@/]+@)?github\.com/|(?:ssh://)?git@github\.com[:/])"
    r"([\w.-]+/[\w.-]+?)(?:\.git)?/?"
)


class Release(NamedTuple):
    address: str  # https://github.com/owner/name
    tag: str

    @property
    def place(self):
        return self.address.removeprefix("https://github.com/")

    @property
    def name(self):
        return self.place.partition("/")[2]

    @property
    def colab(self):
        return f"https://colab.research.google.com/github/{self.place}/blob/{self.tag}/"

    @property
    def set_up(self):
        """The first code cell of every notebook."""
        return (
            "from importlib.util import find_spec\n\n"
            'if "google.colab" in str(get_ipython()) and not find_spec("helpers"):\n'
            f"    %pip install --quiet git+{self.address}@{self.tag}"
        )


HERE = Release(ABOUT["urls"]["Repository"], f"v{ABOUT['version']}")  # what pyproject.toml says


def origin():
    """Return the GitHub address of the remote `origin`; without one None, and a line why."""
    command = ["git", "-C", PROJECT, "remote", "get-url", "origin"]
    try:
        remote = subprocess.run(command, capture_output=True, text=True).stdout.strip()
    except OSError:
        remote = ""  # no git here
    if found := GITHUB.fullmatch(remote):
        return f"https://github.com/{found[1]}"
    said = (
        f"origin is {remote or 'not set'}, not on GitHub: links lead to {HERE.address}, as before"
    )
    print(said, file=sys.stderr)
    return None


def adopt(address):
    """Write `address` into pyproject.toml and return the release there."""
    text = PYPROJECT.read_text(encoding="utf-8")
    new = text.replace(f'Repository = "{HERE.address}"', f'Repository = "{address}"')
    PYPROJECT.write_text(new, encoding="utf-8", newline="\n")
    return HERE._replace(address=address)
