"""The Hugging Face Hub: does it answer, what is in its cache, and a download that never hangs.

The download runs in a process of its own, this file as a script: the Hub's client tries again for
minutes, asks for a name without a limit, and can't be told to stop; a process can be ended.
"""

import contextlib
import functools
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import IO, Any

from tqdm.auto import tqdm

PATIENCE = 3  # seconds that the Hub may take to answer
SILENCE = 5  # seconds without a byte after which a download is given up
FILES = ["*.json", "*.txt", "*.spm", "*.jinja", "model.safetensors"]
STARTED = "started "
# Plain HTTP, whose progress can be seen on disk; a connection that stalls is opened again while
# there is time.
CLIENT = {
    "HF_HUB_DISABLE_XET": "1",
    "HF_HUB_DOWNLOAD_TIMEOUT": str(PATIENCE),
    "HF_HUB_DISABLE_PROGRESS_BARS": "1",
}


class HubError(RuntimeError):
    """The Hub gave nothing that can be used; the message says why."""


@functools.cache
def problem() -> str | None:
    """Why the Hub can't be used, in a few words, or None.

    Known within PATIENCE seconds, asked once per process.
    """
    from huggingface_hub.constants import ENDPOINT
    from huggingface_hub.utils import get_session

    answers: list[str | None] = []

    def ask() -> None:
        try:
            get_session().head(ENDPOINT, timeout=PATIENCE)
            answers.append(None)
        except Exception as error:  # its kind depends on the client's version
            answers.append(f"the Hub can't be reached ({type(error).__name__})")

    # A name look-up knows no timeout of its own, hence a thread that may be left behind.
    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    thread.join(PATIENCE)
    return answers[0] if answers else f"the Hub did not answer within {PATIENCE} s"


def cached(hub_id: str, revision: str) -> str | None:
    """Return the folder of a snapshot in the Hub's cache, or None. Asks nobody."""
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import LocalEntryNotFoundError

    try:
        return snapshot_download(
            hub_id, revision=revision, allow_patterns=FILES, local_files_only=True
        )
    except LocalEntryNotFoundError:
        return None


def download(hub_id: str, revision: str, megabytes: int) -> str:
    """Fetch a checkpoint into the Hub's cache, compare it with its published hashes.

    Returns the snapshot's folder. `revision`: a commit. `megabytes`: its size, for the bar and the
    room on the disk. Raises HubError with the reason, SILENCE seconds after the last byte at the
    latest.
    """
    from huggingface_hub.constants import HF_HUB_CACHE

    blobs = _room(HF_HUB_CACHE, hub_id, megabytes)
    command = [sys.executable, "-P", __file__, hub_id, revision, HF_HUB_CACHE]
    with (
        tempfile.TemporaryFile("w+") as said,
        tqdm(desc=hub_id, total=megabytes * 1e6, unit="B", unit_scale=True) as bar,
        subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=subprocess.PIPE,
            text=True,
            env=os.environ | CLIENT,
        ) as child,
    ):
        try:
            warned = _end(child, said, blobs, bar)
        finally:  # also when the reader interrupts
            child.kill()
            _remove_leftovers(blobs)
        if child.returncode:
            said.seek(len(STARTED))
            raise HubError(f"the Hub failed: {_brief(said.read() or warned)}")
    if (folder := cached(hub_id, revision)) is None:
        raise HubError("the Hub's client left no snapshot behind")
    return folder


def _room(cache: str, hub_id: str, megabytes: int) -> Path:
    """The folder in the Hub's cache that takes the files; raises HubError where they don't fit."""
    blobs = Path(cache, f"models--{hub_id.replace('/', '--')}", "blobs")
    try:
        blobs.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise HubError(f"the Hub's cache can't be written ({error}); HF_HOME moves it") from error
    free = shutil.disk_usage(blobs).free
    if free < megabytes * 1e6:
        raise HubError(
            f"{megabytes} MB of disk are needed in {cache}, {free / 1e6:.0f} MB are free; "
            "HF_HOME moves it"
        )
    return blobs


def _end(child: subprocess.Popen[str], said: IO[str], blobs: Path, bar: tqdm) -> str:
    """Wait for the end of a download and return its warnings.

    Raises HubError after SILENCE seconds without a byte.
    """
    seen, heard = 0, time.monotonic()  # not bar.n: a disabled bar does not count
    while True:
        try:
            return child.communicate(timeout=0.2)[1]
        except subprocess.TimeoutExpired:
            size = _bytes(blobs)
        bar.update(size - seen)
        if size != seen or not os.fstat(said.fileno()).st_size:
            seen, heard = size, time.monotonic()
        elif time.monotonic() - heard > SILENCE:
            child.kill()
            reason = _brief(" ".join(child.communicate()[1].splitlines()[-2:]))
            raise HubError(
                f"the Hub sent nothing for {SILENCE} s" + (f" ({reason})" if reason else "")
            )


def _remove_leftovers(blobs: Path) -> None:
    for path in blobs.glob("*.incomplete"):
        with contextlib.suppress(OSError):  # finished meanwhile, or, on Windows, open
            if time.time() - path.stat().st_mtime > SILENCE - 1:  # else another process writes it
                path.unlink()


def _bytes(folder: Path) -> int:
    size = 0
    for path in folder.iterdir():
        with contextlib.suppress(FileNotFoundError):  # moved to its place meanwhile
            size += path.stat().st_size
    return size


def _brief(text: str) -> str:
    """What the client said, without addresses and advice."""
    said = re.split("For more info|Please make", text)[0]
    said = re.sub(r"(?:thrown while requesting \w+|for url:?|from) '?https?://\S+", "", said)
    return " ".join(said.split())[:200].rstrip(" .")


def main(hub_id: str, revision: str, cache: str) -> str | None:
    """What the download's own process does; returns what went wrong, or None."""
    from huggingface_hub import HfApi, constants, snapshot_download

    print(STARTED, end="", flush=True)  # from here on it is the Hub that keeps the reader waiting
    # The default writes every 10 MB, which on a slow line would look like silence.
    constants.DOWNLOAD_CHUNK_SIZE = 2**17
    listing = HfApi().list_repo_tree(hub_id, revision=revision, recursive=True)
    published = {entry.path: entry for entry in listing}
    if "model.safetensors" not in published:
        return f"{hub_id} has no model.safetensors at this revision"
    for _ in range(2):
        snapshot = snapshot_download(
            hub_id, revision=revision, cache_dir=cache, allow_patterns=FILES
        )
        wrong = _wrong(Path(snapshot), published)
        if not wrong:
            return None
    return f"{', '.join(wrong)} came twice with other contents than published, and was deleted"


def _wrong(folder: Path, published: dict[str, Any]) -> list[str]:
    """Delete, and name, the files whose content is not what the Hub published."""
    wrong = []
    for path in list(filter(Path.is_file, folder.rglob("*"))):
        name = path.relative_to(folder).as_posix()
        if name in published and not _same(path, published[name]):
            wrong.append(name)
            path.resolve().unlink()
            path.unlink(missing_ok=True)  # the link to it
    return wrong


def _same(path: Path, entry: Any) -> bool:
    """Has the file the published hash?

    SHA-256 for large files, else git's own: SHA-1 of the content behind a header.
    """
    if entry.lfs:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == entry.lfs.sha256
    data = path.read_bytes()
    return hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest() == entry.blob_id


if __name__ == "__main__":
    try:
        failure = main(*sys.argv[1:])
    except Exception as error:  # whatever the client raises, the parent process shows it
        failure = f"{type(error).__name__}: {error}"
    if failure:
        print(failure)
        sys.exit(1)
