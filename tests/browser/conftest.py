"""A real JupyterLab on a copy of the notebooks, and a headless Chromium that reads it."""

import shutil

import pytest
from playwright.sync_api import sync_playwright

from helpers import PROJECT
from tools import environment
from tools.browser import opened, serve

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def lab(tmp_path_factory):
    """Address of a server on copies of the notebooks, with the project's own helpers."""
    environment.enter()
    root = tmp_path_factory.mktemp("lab")
    course = root / "course"
    shutil.copytree(
        PROJECT / "notebooks", course / "notebooks", ignore=shutil.ignore_patterns(".*", "_*")
    )
    for name in ("helpers", "checkpoints", "requirements.txt"):
        (course / name).symlink_to(PROJECT / name)
    with serve(root, course) as address:
        yield address


@pytest.fixture(scope="session")
def chromium():
    found = (
        shutil.which("chromium")
        or shutil.which("chromium-browser")
        or shutil.which("google-chrome")
    )
    with (
        sync_playwright() as playwright
    ):  # without one on the PATH: the browser that `playwright install chromium` fetches
        browser = playwright.chromium.launch(executable_path=found, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def untouched(lab, chromium):
    """A function: stem of a notebook → page with that notebook, opened and not run."""
    pages = []

    def show(stem):
        page = opened(chromium, lab, f"notebooks/{stem}.ipynb")
        pages.append(page)
        page.evaluate("window.jupyterapp.shell.collapseLeft()")
        return page

    yield show
    for page in pages:
        page.close()
