"""A home for each student: a file system of fixed size in a file, which Docker mounts into that
student's container alone.

A full home is full for its student and for nobody else. The file belongs to the teacher and
outlives the class.
"""

import os
import shutil
import subprocess
from pathlib import Path

from classroom.image import IMAGE, docker

GIGABYTES = 2
ATTACH = """for file in /homes/*.img; do
  device=$(losetup --associated "$file" --noheadings --output NAME)
  echo "$(basename "$file" .img) ${device:-$(losetup --find --show "$file")}"
done"""
DETACH = """for file in /homes/*.img; do
  losetup --associated "$file" --noheadings --output NAME | xargs --no-run-if-empty losetup --detach
done"""


def prepare(folder: Path, room: str, logins: list[str]) -> None:
    """Make missing homes in `folder` and a Docker volume `ROOM-LOGIN` for each; what is in a home
    stays.
    """
    folder.mkdir(mode=0o700, exist_ok=True)
    for name in logins:
        if not (folder / f"{name}.img").exists():
            _format(folder / f"{name}.img")
    for name, device in (line.split() for line in _as_root(folder, ATTACH).splitlines()):
        if name in logins and _device(f"{room}-{name}") != device:
            _forget(f"{room}-{name}")
            options = ["type=ext4", f"device={device}", "o=nosuid,nodev,noatime"]
            options = [part for option in options for part in ("--opt", option)]
            docker("volume", "create", "--label", f"class={room}", *options, f"{room}-{name}")


def _forget(volume: str) -> None:
    """Take a volume away from Docker, and the stale containers that hold it."""
    if stale := docker("ps", "--all", "--quiet", "--filter", f"volume={volume}").split():
        docker("rm", "--force", *stale)
    docker("volume", "rm", "--force", volume)


def put_away(folder: Path, room: str) -> None:
    """Take the volumes away from Docker; the homes stay as files."""
    if volumes := docker("volume", "ls", "--quiet", "--filter", f"label=class={room}").split():
        docker("volume", "rm", *volumes)
    _as_root(folder, DETACH)


def _format(path: Path) -> None:
    """Write an empty file system for user 1000; only what is used takes room on the disk."""
    partial = path.with_suffix(".partial")
    with partial.open("wb") as file:
        file.truncate(GIGABYTES * 10**9)
    make = shutil.which("mkfs.ext4", path=f"{os.environ['PATH']}:/usr/sbin:/sbin") or "mkfs.ext4"
    subprocess.run([make, "-q", "-m", "0", "-E", "root_owner=1000:1000", partial], check=True)
    partial.replace(path)


def _as_root(folder: Path, script: str) -> str:
    """Run a script where loop devices can be set up: the only thing here that needs more than an
    ordinary user.
    """
    mounts = ["--volume", "/dev:/dev", "--volume", f"{folder}:/homes"]
    rights = ["--user", "0", "--cap-add", "SYS_ADMIN", "--security-opt", "apparmor=unconfined"]
    for rule in ("b 7:* rw", "c 10:237 rw"):  # loop devices, and no others
        rights += ["--device-cgroup-rule", rule]
    sandbox = ["--rm", "--network", "none", "--entrypoint", "sh"]
    return docker("run", *sandbox, *rights, *mounts, IMAGE, "-c", script)


def _device(volume: str) -> str | None:
    """The device of a Docker volume, or None where there is no such volume."""
    names = docker("volume", "ls", "--quiet", "--filter", f"name=^{volume}$")
    return (
        docker("volume", "inspect", "--format", "{{.Options.device}}", volume).strip()
        if names
        else None
    )
