"""`make lab` and `make edit` in a real browser.

Nothing pops up, nothing is left behind, a second visit shows pictures.
"""

import contextlib
import os
import shutil
import subprocess
import sys

import pytest

from helpers import PROJECT

STEM = "00_start_here"
IDLE = "window.jupyterapp.shell.currentWidget?.sessionContext?.session?.kernel?.status === 'idle'"
PROMPTS = "[...document.querySelectorAll('.jp-InputArea-prompt')]"
RAN = f"!{PROMPTS}.some(prompt => /\\[[* ]\\]/.test(prompt.innerText))"


@pytest.fixture(scope="module")
def clone(tmp_path_factory):
    """A clone of this folder as it is, all of it committed."""
    folder = tmp_path_factory.mktemp("clone") / "course"
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(command, cwd=PROJECT, check=True, capture_output=True, text=True).stdout
    for name in filter(None, names.split("\0")):
        if (PROJECT / name).exists():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(PROJECT / name, folder / name)
    author = ["-c", "user.name=test", "-c", "user.email=test"]
    for command in (["init", "-q"], ["add", "--all"], [*author, "commit", "-q", "-m", "all"]):
        subprocess.run(["git", *command], cwd=folder, check=True)
    settings = folder.parent / "LAB_SETTINGS" / "@jupyterlab" / "notebook-extension"
    settings.mkdir(parents=True)  # every cell is in the page, not only those on the screen
    (settings / "tracker.jupyterlab-settings").write_text('{"windowingMode": "none"}')
    return folder


def changed(clone):
    command = ["git", "status", "--porcelain"]
    return subprocess.run(command, cwd=clone, check=True, capture_output=True, text=True).stdout


@contextlib.contextmanager
def lab(clone, *arguments):
    """The address that the command prints last."""
    command = [sys.executable, "-m", "tools.lab", "--no-browser", *arguments]
    command += ["--LabApp.expose_app_in_browser=True"]
    variables = {
        **os.environ,
        "CHECKPOINTS": "embedded",
        **{
            f"JUPYTER{name}_DIR": str(clone.parent / name)
            for name in ("_CONFIG", "LAB_SETTINGS", "LAB_WORKSPACES")
        },
    }
    with subprocess.Popen(
        command, cwd=clone, env=variables, stdout=subprocess.PIPE, text=True
    ) as server:
        try:
            yield next(line.strip() for line in server.stdout if "token=" in line)
        finally:
            server.terminate()


@contextlib.contextmanager
def visit(chromium, address):
    page = chromium.new_page(viewport={"width": 1280, "height": 720})
    page.goto(f"{address}&reset", timeout=90_000)
    page.wait_for_selector(".jp-NotebookPanel .jp-Cell", timeout=90_000)
    page.wait_for_function(IDLE, timeout=90_000)
    yield page
    page.close()


def save(page):
    page.evaluate("window.jupyterapp.commands.execute('docmanager:save')")
    page.wait_for_function(
        "!window.jupyterapp.shell.currentWidget.context.model.dirty", timeout=30_000
    )


def pop_ups(page):
    return page.locator(".jp-Dialog, .Toastify__toast").all_inner_texts()


def test_opening_and_saving_an_original_changes_nothing(clone, chromium):
    with lab(clone, "--originals") as address, visit(chromium, address) as page:
        assert f"/notebooks/{STEM}.ipynb" in page.url
        save(page)
        assert pop_ups(page) == []
    assert changed(clone) == ""


def test_a_second_visit_without_a_kernel_shows_what_was_there(clone, chromium):
    with lab(clone) as address:
        with visit(chromium, address) as page:
            page.evaluate("window.jupyterapp.commands.execute('notebook:run-all-cells')")
            page.wait_for_function(RAN, timeout=240_000)
            assert page.locator(".btp-view").first.is_visible()
            save(page)
            saved = (clone / "my_notebooks" / f"{STEM}.ipynb").read_text(encoding="utf-8")
            assert "widget-view" not in saved
            page.evaluate("window.jupyterapp.shell.currentWidget.sessionContext.shutdown()")
        with visit(chromium, address) as page:
            page.wait_for_timeout(2000)
            assert page.locator(".btp-still img").first.is_visible()
            assert pop_ups(page) == []
            assert "Error displaying widget" not in page.locator(".jp-Notebook").inner_text()
            page.screenshot(path=clone.parent / "second-visit.png")
    assert changed(clone) == ""
