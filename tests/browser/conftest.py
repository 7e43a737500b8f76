"""A real JupyterLab on a copy of the notebooks, and a headless Chromium that reads it."""

import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request

import pytest
from playwright.sync_api import sync_playwright

from helpers import PROJECT
from tools import environment

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# Every cell is in the page, not only those on the screen; no question about news gets in the way.
LAB_SETTINGS = {
    "notebook-extension/tracker": {"windowingMode": "none"},
    "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
}


@pytest.fixture(scope="session")
def lab(tmp_path_factory):
    """Address of a server on copies of the notebooks, with the project's own helpers."""
    environment.enter()
    root = tmp_path_factory.mktemp("lab")
    shutil.copytree(
        PROJECT / "notebooks",
        root / "course" / "notebooks",
        ignore=shutil.ignore_patterns(".*", "_*"),
    )
    for name in ("helpers", "checkpoints", "requirements.txt"):
        (root / "course" / name).symlink_to(PROJECT / name)
    for name, settings in LAB_SETTINGS.items():
        folder, file = name.split("/")
        path = root / "settings" / "@jupyterlab" / folder / f"{file}.jupyterlab-settings"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(settings))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [
        sys.executable,
        "-m",
        "jupyterlab",
        "--no-browser",
        "--allow-root",
        f"--ServerApp.port={port}",
        "--ServerApp.port_retries=0",
        "--IdentityProvider.token=secret",
        f"--ServerApp.root_dir={root / 'course'}",
        "--LabApp.expose_app_in_browser=True",
    ]
    variables = {
        **os.environ,
        "JUPYTERLAB_SETTINGS_DIR": str(root / "settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(root / "workspaces"),
        "JUPYTER_CONFIG_DIR": str(root / "config"),
    }
    with (
        (root / "log").open("w") as log,
        subprocess.Popen(command, env=variables, stdout=log, stderr=log) as server,
    ):
        try:
            for _ in range(300):
                with contextlib.suppress(OSError):
                    urllib.request.urlopen(
                        f"http://127.0.0.1:{port}/api?token=secret", timeout=5
                    ).close()
                    break
                time.sleep(0.2)
            else:
                raise AssertionError(
                    f"JupyterLab did not answer: {(root / 'log').read_text()[-2000:]}"
                )
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()


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
def open_notebook(lab, chromium):
    """A function: stem of a notebook → its page, run top to bottom, the explorer in view."""
    pages = []

    def run(stem):
        page = chromium.new_page(viewport={"width": 1280, "height": 720}, reduced_motion="reduce")
        pages.append(page)
        page.goto(f"{lab}/lab/tree/notebooks/{stem}.ipynb?token=secret&reset", timeout=60_000)
        page.wait_for_selector(".jp-NotebookPanel .jp-Cell", timeout=60_000)
        page.wait_for_function(
            "window.jupyterapp.shell.currentWidget?.sessionContext?.session?.kernel?.status"
            " === 'idle'",
            timeout=60_000,
        )
        page.evaluate("window.jupyterapp.shell.collapseLeft()")
        page.evaluate("window.jupyterapp.commands.execute('notebook:run-all-cells')")
        page.wait_for_function(
            "![...document.querySelectorAll('.jp-InputArea-prompt')]"
            ".some(p => /\\[[* ]\\]/.test(p.innerText))",
            timeout=240_000,
        )
        page.locator(".btp-controls .btp").first.scroll_into_view_if_needed(timeout=20_000)
        return page

    yield run
    for page in pages:
        page.close()
