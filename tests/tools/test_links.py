"""Every page says what pyproject.toml, metadata and helpers.weights say; links lead to files."""

import re
import subprocess
import sys

import pytest

from helpers import PROJECT
from helpers.weights import ROLES
from tools import links, release, spare

every_page = pytest.mark.parametrize(
    "page", links.PAGES, ids=lambda page: str(page.relative_to(PROJECT))
)
HERE = release.HERE


@pytest.mark.xfail(
    "OWNER" in HERE.address,
    strict=True,
    reason="OWNER in pyproject.toml is a placeholder until the project has "
    "its public address: set the remote, run make links, push the tag",
)
def test_address_is_known():
    assert re.fullmatch(r"https://github\.com/(?!OWNER/)[\w.-]+/[\w.-]+", HERE.address)


@every_page
def test_page_has_the_facts_of_today(page):
    assert page.read_text(encoding="utf-8") == links.rewritten(page), "run: make links"


@every_page
def test_links_into_the_repository_lead_to_files(page):
    text = page.read_text(encoding="utf-8")
    for file in re.findall(rf"/{HERE.name}/(?:blob|tree)/[^/]+/([^\s)\"\\#?]+)", text):
        assert (PROJECT / file).exists(), file
    for file in re.findall(r"mybinder\.org[^\s)]*urlpath=lab/tree/([^\s)\"\\]+)", text):
        assert (PROJECT / file).exists(), file


@pytest.mark.parametrize("name", ["README.md", "notebooks/00_start_here.ipynb"])
def test_roles_and_notebooks_are_listed(name):
    text = (PROJECT / name).read_text(encoding="utf-8")
    assert [role for role in ROLES if f"| {role} |" not in text] == []
    assert [path for path in links.COURSE if f"{path.name})" not in text] == []


def test_no_command_that_a_reader_types_has_a_placeholder():
    for page in links.PAGES:
        if page.suffix == ".md":
            text = page.read_text(encoding="utf-8")
            typed = re.findall(r"^```.*?^```|`[^`\n]+`", text, re.DOTALL | re.MULTILINE)
            assert [command for command in typed if "OWNER" in command] == [], page


@pytest.mark.parametrize(
    "remote",
    [
        "git@github.com:some.one/my-fork.git",
        "https://github.com/some.one/my-fork",
        "ssh://git@github.com/some.one/my-fork.git",
        "https://token@github.com/some.one/my-fork.git/",
    ],
)
def test_an_address_on_github_is_read_in_each_form(remote):
    assert release.GITHUB.fullmatch(remote)[1] == "some.one/my-fork"


@pytest.mark.parametrize(
    "remote", ["", "/srv/git/course.git", "https://example.org/some.one/course.git"]
)
def test_no_other_address_is_taken_for_one(remote):
    assert not release.GITHUB.fullmatch(remote)


@pytest.fixture(scope="module")
def fork(tmp_path_factory):
    """A copy of the project; a function that runs a command there and returns what it printed."""
    root = spare.copy(tmp_path_factory.mktemp("fork"))

    def run(*command):
        done = subprocess.run(command, cwd=root, check=True, capture_output=True, text=True)
        return done.stdout.splitlines()

    return root, run


def test_one_command_in_a_copy_leads_a_forks_links_to_the_fork(fork):
    root, run = fork
    make_links = (sys.executable, "-m", "tools.links")
    run("git", "init", "--quiet")
    assert run(*make_links) == []  # no remote: all stays
    run("git", "remote", "add", "origin", "git@github.com:some.one/my-fork.git")
    assert {"README.md", "notebooks/01_pipeline.ipynb"} <= set(run(*make_links))
    assert (
        'Repository = "https://github.com/some.one/my-fork"'
        in (root / "pyproject.toml").read_text()
    )
    texts = [page.read_text(encoding="utf-8") for page in pages(root)]
    assert not [text for text in texts if HERE.place in text]
    assert f"github/some.one/my-fork/blob/{HERE.tag}/notebooks/01" in "".join(texts)
    assert run(*make_links) == []
    run("git", "remote", "set-url", "origin", "https://github.com/an-other/behind-the-pipeline.git")
    run(*make_links)
    assert not [page for page in pages(root) if "some.one" in page.read_text(encoding="utf-8")]


def pages(root):
    return [root / page.relative_to(PROJECT) for page in links.PAGES]


def test_a_new_version_is_written_everywhere_in_a_copy(fork):
    root, run = fork
    about = root / "pyproject.toml"
    about.write_text(about.read_text().replace(f'version = "{HERE.tag[1:]}"', 'version = "7.8.9"'))
    run(sys.executable, "-m", "tools.links")
    assert not [page for page in pages(root) if f"/{HERE.tag}" in page.read_text(encoding="utf-8")]
