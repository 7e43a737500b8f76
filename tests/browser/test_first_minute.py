"""Notebook 00 in JupyterLab as `make edit` opens it: the first screen, and what saving changes."""

import subprocess

import pytest

from tools import environment, spare
from tools.browser import NO_NEWS, PICTURES, opened, run_all, serve

START = "notebooks/00_start_here.ipynb"


@pytest.fixture(scope="module")
def clone(tmp_path_factory):
    """A copy of the project in a git repository of its own, and a function that runs git there."""
    root = spare.copy(tmp_path_factory.mktemp("clone"))

    def git(*arguments):
        command = ["git", "-c", "user.name=t", "-c", "user.email=t", *arguments]
        return subprocess.run(command, cwd=root, check=True, capture_output=True, text=True).stdout

    git("init", "--quiet")
    git("add", "--all")
    git("commit", "--quiet", "--no-gpg-sign", "--message=as it is")
    return root, git


@pytest.fixture(scope="module")
def page(clone, chromium, tmp_path_factory):
    environment.enter()
    root = tmp_path_factory.mktemp("edit")
    hook = "--ContentsManager.pre_save_hook=tools.saving.before_saving"
    with serve(root, clone[0], hook, settings=NO_NEWS) as address:
        page = opened(chromium, address, START)
        PICTURES.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=PICTURES / "first-screen-before.png")
        yield page
        page.close()


def save(page):
    page.evaluate("window.jupyterapp.commands.execute('docmanager:save')")
    page.wait_for_function("!window.jupyterapp.shell.currentWidget.context.model.dirty")


def test_opening_and_saving_leaves_the_clone_clean(page, clone):
    save(page)
    assert clone[1]("status", "--porcelain") == ""


def test_after_run_all_the_promise_the_picture_and_the_field_are_in_view(page):
    run_all(page)
    page.wait_for_selector(".btp-view .btp-picture", timeout=20_000)
    page.wait_for_timeout(1000)
    page.screenshot(path=PICTURES / "first-screen-after.png")
    assert page.evaluate("document.querySelector('.jp-WindowedPanel-outer').scrollTop") == 0
    for part in (
        "text=until your code gives its answer",
        ".btp-view input[type=text] >> nth=0",
    ):
        box = page.locator(part).first.bounding_box()
        assert box["y"] > 0 and box["y"] + box["height"] < 720, part
    picture = page.locator(".btp-view .btp-picture").first.bounding_box()
    assert picture["y"] + min(picture["height"], 200) < 720


def test_running_all_and_saving_changes_nothing_that_the_run_did_not_change(page, clone):
    save(page)
    changed = clone[1]("diff", "--unified=0").splitlines()
    assert [line for line in changed if line[:1] in "+-" and "widget" in line] == []
    assert clone[1]("status", "--porcelain") == ""
