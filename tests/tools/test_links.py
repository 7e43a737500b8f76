"""Badges, set-up cells and README lead to one release, and to files that are in it."""

import re
import shutil
import subprocess
import sys

import pytest

from helpers import PROJECT
from tools import links

every_page = pytest.mark.parametrize(
    "page", links.PAGES, ids=lambda page: str(page.relative_to(PROJECT))
)


@pytest.mark.xfail(
    "OWNER" in links.ADDRESS,
    strict=True,
    reason="OWNER in pyproject.toml is a placeholder until the project has "
    "its public address: put that in, run make links, push the tag",
)
def test_address_is_known():
    assert re.fullmatch(rf"https://github\.com/(?!OWNER/)[\w.-]+/{links.NAME}", links.ADDRESS)


@every_page
def test_page_has_todays_address_and_tag(page):
    assert page.read_text(encoding="utf-8") == links.rewritten(page), "run: make links"


@every_page
def test_links_into_the_repository_lead_to_files(page):
    text = page.read_text(encoding="utf-8")
    for file in re.findall(rf"/{links.NAME}/(?:blob|tree)/[^/]+/([^\s)\"\\#?]+)", text):
        assert (PROJECT / file).exists(), file
    for file in re.findall(r"mybinder\.org[^\s)]*urlpath=lab/tree/([^\s)\"\\]+)", text):
        assert (PROJECT / file).exists(), file


def test_one_command_writes_a_new_address_everywhere(tmp_path):
    for name in (
        "README.md",
        "tools/links.py",
        "helpers/__init__.py",
        "tools/notebooks.py",
        "notebooks/01_pipeline.ipynb",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(PROJECT / name, tmp_path / name)
    about = (PROJECT / "pyproject.toml").read_text(encoding="utf-8")
    (tmp_path / "pyproject.toml").write_text(
        about.replace(links.PLACE, f"some.one/{links.NAME}").replace(
            f'version = "{links.TAG[1:]}"', 'version = "7.8.9"'
        ),
        encoding="utf-8",
    )
    command = [sys.executable, "-m", "tools.links"]
    said = subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, text=True).stdout
    assert said.splitlines() == ["README.md", "notebooks/01_pipeline.ipynb"]
    for page in said.splitlines():
        text = (tmp_path / page).read_text(encoding="utf-8")
        assert links.PLACE not in text and links.TAG not in text
        assert f"https://github.com/some.one/{links.NAME}" in text
        assert (
            f"https://colab.research.google.com/github/some.one/{links.NAME}/blob/v7.8.9/notebooks/"
            in text
        )
    assert "behind-the-pipeline@v7.8.9" in text
    assert (
        subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, text=True).stdout
        == ""
    )
