"""What contributors and the forge read: valid, and calling only what exists here."""

import re
import subprocess
import sys
import tomllib

import pytest
import yaml

from helpers import PROJECT

WORKFLOWS = sorted((PROJECT / ".github" / "workflows").glob("*.yml"))
SCHEMAS = {
    "github-workflows": WORKFLOWS,
    "github-issue-forms": sorted((PROJECT / ".github" / "ISSUE_TEMPLATE").glob("*.yml")),
    "dependabot": [PROJECT / ".github" / "dependabot.yml"],
    "citation-file-format": [PROJECT / "CITATION.cff"],
}


def steps(path):
    jobs = yaml.safe_load(path.read_text(encoding="utf-8"))["jobs"]
    return [step for job in jobs.values() for step in job["steps"]]


@pytest.mark.parametrize("schema", SCHEMAS)
def test_files_follow_their_schema(schema):
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", f"vendor.{schema}"]
    options = ["--force-filetype", "yaml"] if schema == "citation-file-format" else []
    said = subprocess.run([*command, *options, *SCHEMAS[schema]], capture_output=True, text=True)
    assert said.returncode == 0, said.stdout + said.stderr


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_actions_are_pinned_by_commit(path):
    used = re.findall(r"uses: (.*)", path.read_text(encoding="utf-8"))
    assert [
        one for one in used if not re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40} # v[\d.]+", one)
    ] == []


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_workflows_call_what_is_here(path):
    makefile = (PROJECT / "Makefile").read_text(encoding="utf-8")
    for command in [step["run"] for step in steps(path) if "run" in step]:
        for target in re.findall(r"make ([\w-]+)", command):
            assert re.search(rf"^{target}:", makefile, re.M), target
        for module in re.findall(r"python -m (tools\S+)", command):
            assert (PROJECT / f"{module.replace('.', '/')}.py").exists(), module


def test_every_python_that_may_install_is_tested():
    [matrix] = re.findall(r"python: (\[.*\])", (WORKFLOWS[1]).read_text(encoding="utf-8"))
    assert yaml.safe_load(matrix) == ["3.11", "3.12", "3.13"]


def test_the_citation_is_of_this_version():
    about = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    citation = yaml.safe_load((PROJECT / "CITATION.cff").read_text(encoding="utf-8"))
    assert (citation["version"], citation["license"]) == (about["version"], about["license"])
    assert f"## {about['version']}" in (PROJECT / "CHANGELOG.md").read_text(encoding="utf-8")
