"""JupyterLab for the tests in a real browser, what they do there, and where they leave pictures."""

import contextlib
import json
import os
import socket
import subprocess
import sys
import time
import urllib.request

from helpers import PROJECT

AXE = PROJECT / "node_modules" / "axe-core" / "axe.min.js"
PICTURES = PROJECT / "build" / "browser"
# No question about news gets in the way; every cell is in the page, not only those on the screen.
NO_NEWS = {"apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False}}
ALL_CELLS = NO_NEWS | {"notebook-extension/tracker": {"windowingMode": "none"}}


def _wait(address, log):
    """Return when the server answers; raise with the end of its log after a minute."""
    for _ in range(300):
        with contextlib.suppress(OSError):
            urllib.request.urlopen(address, timeout=5).close()
            return
        time.sleep(0.2)
    raise AssertionError(f"JupyterLab did not answer: {log.read_text()[-2000:]}")


@contextlib.contextmanager
def serve(root, course, *options, settings=ALL_CELLS):
    """Start JupyterLab on the folder `course`, its settings and log in `root`.

    `options`: of JupyterLab. Yields the address of the server, whose token is `secret`.
    """
    for name, values in settings.items():
        folder, file = name.split("/")
        path = root / "settings" / "@jupyterlab" / folder / f"{file}.jupyterlab-settings"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(values))
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
        f"--ServerApp.root_dir={course}",
        "--LabApp.expose_app_in_browser=True",
        *options,
    ]
    variables = {
        **os.environ,
        "JUPYTERLAB_SETTINGS_DIR": str(root / "settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(root / "workspaces"),
        "JUPYTER_CONFIG_DIR": str(root / "config"),
        "PYTHONPATH": str(PROJECT),
    }
    with (
        (root / "log").open("w") as log,
        subprocess.Popen(command, env=variables, stdout=log, stderr=log) as server,
    ):
        try:
            _wait(f"http://127.0.0.1:{port}/api?token=secret", root / "log")
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()


def opened(chromium, address, path):
    """A page of 1280 × 720 with the notebook `path` in it, its kernel started and idle."""
    page = chromium.new_page(viewport={"width": 1280, "height": 720}, reduced_motion="reduce")
    page.goto(f"{address}/lab/tree/{path}?token=secret&reset", timeout=60_000)
    page.wait_for_selector(".jp-NotebookPanel .jp-Cell", timeout=60_000)
    page.wait_for_function(
        "window.jupyterapp.shell.currentWidget?.sessionContext?.session?.kernel?.status === 'idle'",
        timeout=60_000,
    )
    return page


def run_all(page):
    page.evaluate("window.jupyterapp.commands.execute('notebook:run-all-cells')")
    page.wait_for_function(
        "![...document.querySelectorAll('.jp-InputArea-prompt')]"
        ".some(p => /\\[[* ]\\]/.test(p.innerText))",
        timeout=240_000,
    )
