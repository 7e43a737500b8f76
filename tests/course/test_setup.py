"""The lists of dependencies agree, and the course's first command brings a server up."""

import re
import socket
import subprocess
import sys
import tomllib
import urllib.request
from importlib.metadata import distributions

import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from helpers import PROJECT


def lines(name):
    text = (PROJECT / name).read_text(encoding="utf-8")
    return [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#")]


def test_conda_reads_the_one_list():
    conda = yaml.safe_load((PROJECT / "environment.yml").read_text(encoding="utf-8"))
    [pip] = [entry["pip"] for entry in conda["dependencies"] if isinstance(entry, dict)]
    assert pip == [
        "--extra-index-url https://download.pytorch.org/whl/cpu",
        "--constraint constraints.txt",
        "--editable .[lab,test]",
    ]
    [python] = [entry for entry in conda["dependencies"] if str(entry).startswith("python=")]
    wanted = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["project"][
        "requires-python"
    ]
    assert Requirement(f"python{wanted}").specifier.contains(python.removeprefix("python="))


def test_constraints_satisfy_requirements():
    exact = {}
    for line in lines("constraints.txt"):
        name, version = re.fullmatch(r"([\w.-]+)==([\w.]+)", line).groups()
        exact[canonicalize_name(name)] = version
    for line in lines("requirements.txt"):
        wanted = Requirement(line)
        assert wanted.specifier.contains(exact[canonicalize_name(wanted.name)]), line


def test_the_oldest_python_can_install_every_pinned_version():
    """What is installed here may refuse an older 3.11, such as the 3.11.2 of Debian 12."""
    wanted = {
        f"{package.name} {package.version}": package.metadata["Requires-Python"] or ""
        for package in distributions()
    }
    assert {
        name: python for name, python in wanted.items() if "3.11.0" not in SpecifierSet(python)
    } == {}


def test_the_lab_prints_its_address_last_and_alone():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "tools.lab", "--no-browser", "--port", str(port)]
    lab = subprocess.Popen(
        command, cwd=PROJECT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    said = []
    try:
        for line in lab.stdout:
            said.append(line.strip())
            if "token=" in line:
                break
        with urllib.request.urlopen(said[-1], timeout=30) as page:
            assert "jupyter-config-data" in page.read().decode()
    finally:
        lab.terminate()
        after = lab.communicate(timeout=30)[0]
    page = f"http://127.0.0.1:{port}/lab/tree/my_notebooks/00_start_here.ipynb?"
    assert said[-1].startswith(page)
    text = "\n".join([*said, after])
    assert "sentiment" in text and text.count("http://") == 1
