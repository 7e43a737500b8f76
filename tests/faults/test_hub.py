"""The path over the Hub, and what goes wrong with one: see helpers/weights/hub.py."""

import contextlib
import ctypes
import os
import re
import resource
import signal
import socket
import time

import pytest

from helpers.weights import EMBEDDED
from tools.faults.reader import same_weights, saw, start
from tools.faults.report import row
from tools.faults.servers import Hub, cut_off, on_weights, other_content, stall, status, times

FETCHED = "from the Hub, 268 MB fetched on first use"


@pytest.fixture
def hub():
    with Hub({"sentiment": EMBEDDED}) as server:
        yield server


@contextlib.contextmanager
def refused():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    yield f"http://127.0.0.1:{port}"


@contextlib.contextmanager
def no_answer():
    """A port whose queue of connections is full: connecting to it takes forever."""
    with socket.socket() as full, contextlib.ExitStack() as stack:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        for _ in range(3):
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(full.getsockname())
        yield f"http://127.0.0.1:{full.getsockname()[1]}"


def both(url, tmp_path, **options):
    """What a reader sees with CHECKPOINTS=auto and with hub, each with a cache of its own."""
    readers = [
        start(
            "sentiment", HF_ENDPOINT=url, HF_HOME=str(tmp_path / mode), CHECKPOINTS=mode, **options
        )
        for mode in ("auto", "hub")
    ]
    return [saw(reader) for reader in readers]


def reason(auto, hub):
    """Why the Hub was not used: the fallback's line and the error give the same one, in time."""
    assert max(auto.seconds, hub.seconds) <= 10
    assert same_weights(auto.folder, EMBEDDED)
    assert hub.folder is None and hub.said.endswith("or set CHECKPOINTS=embedded.")
    why, error = (re.sub(r"/\S+/(auto|hub)/hub\b", "…", answer.said) for answer in (auto, hub))
    why = why.removeprefix("sentiment: embedded distilbert-reviews — ")
    assert why in error
    return why


def left(cache):
    """What is in a Hub cache, in words; fails on half a file or another file than was served."""
    assert not list(cache.rglob("*.incomplete"))
    files = [path for path in cache.glob("hub/models--*/snapshots/*/*") if path.exists()]
    assert all(path.read_bytes() == (EMBEDDED / path.name).read_bytes() for path in files)
    return f"{len(files)} of 4 files, whole" if files else "nothing"


def next_run(hub, tmp_path):
    """With the fault gone, the same cache must give the Hub's weights."""
    hub.fault = None
    for again in both(hub.url, tmp_path):
        assert FETCHED in again.said and same_weights(again.folder, EMBEDDED)


def test_no_fault(hub, tmp_path):
    for first in both(hub.url, tmp_path):
        assert FETCHED in first.said and same_weights(first.folder, EMBEDDED)
    asked = len(hub.asked)
    for second in both(hub.url, tmp_path):
        assert second.said.endswith(
            "from the Hub, already in its cache"
        ) and second.folder.is_relative_to(tmp_path)
    assert len(hub.asked) == asked


@pytest.mark.parametrize(
    "fault, network",
    [
        ("the connection is refused", refused),
        ("the Hub's name has no address", lambda: contextlib.nullcontext("http://hub.invalid")),
        ("no answer to the connection", no_answer),
    ],
)
def test_no_network(fault, network, hub, tmp_path):
    with network() as url:
        why = reason(*both(url, tmp_path))
    row(fault, why, left(tmp_path))
    next_run(hub, tmp_path)


def test_name_without_end(hub, tmp_path):
    """The system's look-up of a name has no limit of its own: here it takes a minute."""
    why = reason(
        *both(
            hub.url,
            tmp_path,
            first="import socket\nsocket.getaddrinfo = lambda *given, **more: time.sleep(60)",
        )
    )
    row("the look-up of the Hub's name does not end", why, left(tmp_path))
    next_run(hub, tmp_path)


@pytest.mark.parametrize(
    "name, fault",
    [
        (
            "401: a token that is not valid",
            status(401, X_Error_Message="Invalid credentials in Authorization header"),
        ),
        ("404: no such model", status(404, X_Error_Code="RepoNotFound")),
        ("429: too many requests, come back in 300 s", status(429, Retry_After="300")),
        ("500, again and again", status(500)),
        ("a log-in page in place of every answer", status(200)),
        ("the body stalls half-way", on_weights(stall)),
        ("the body ends half-way, again and again", on_weights(cut_off)),
        ("other contents than published", on_weights(other_content)),
    ],
)
def test_hub_fails(name, fault, hub, tmp_path):
    hub.fault = fault
    why = reason(*both(hub.url, tmp_path))
    assert left(tmp_path / "auto") == left(tmp_path / "hub")
    # After five tries, one a second, or after 5 s, whichever comes first: two ways to say the same.
    row(
        name, re.search("peer closed connection [^(]*body|$", why)[0] or why, left(tmp_path / "hub")
    )
    next_run(hub, tmp_path)


@pytest.mark.parametrize(
    "name, fault",
    [
        ("500 twice, then an answer", status(500)),
        ("the body ends half-way, once", on_weights(cut_off)),
        ("other contents than published, once", on_weights(other_content)),
    ],
)
def test_hub_recovers(name, fault, hub, tmp_path):
    for mode in ("auto", "hub"):
        hub.fault = times(2 if "twice" in name else 1, fault)
        answer = saw(
            start("sentiment", HF_ENDPOINT=hub.url, HF_HOME=str(tmp_path / mode), CHECKPOINTS=mode)
        )
        assert (
            answer.seconds <= 10
            and FETCHED in answer.said
            and same_weights(answer.folder, EMBEDDED)
        )
    row(name, "the Hub's weights", left(tmp_path / "hub"))


def test_no_safetensors(hub, tmp_path):
    """The other kind, pytorch_model.bin, is a pickle: not wanted, and not fetched either."""
    [model] = hub.models
    hub.models[model] = tmp_path / "served"
    hub.models[model].mkdir()
    for name in ("config.json", "pytorch_model.bin"):
        (hub.models[model] / name).write_text("{}")
    why = reason(*both(hub.url, tmp_path))
    assert not any("/resolve/" in path for _, path in hub.asked)
    row("the model has no safetensors", why, left(tmp_path))


def test_killed_half_way(hub, tmp_path):
    hub.fault = on_weights(stall)
    reader = start(
        "sentiment", HF_ENDPOINT=hub.url, HF_HOME=str(tmp_path / "hub"), CHECKPOINTS="hub"
    )
    while not any(path.stat().st_size > 20_000_000 for path in tmp_path.rglob("*.incomplete")):
        assert reader.poll() is None
        time.sleep(0.05)
    os.killpg(reader.pid, signal.SIGKILL)
    assert reader.wait() == -signal.SIGKILL
    for path in tmp_path.rglob("*.incomplete"):
        os.utime(path, (0, 0))  # the next run comes later
    next_run(hub, tmp_path)
    assert left(tmp_path / "hub") == "4 of 4 files, whole"
    row(
        "kill −9 during the download",
        "a dead kernel; the next run fetches anew",
        "half a file, which the next run deletes",
    )


def without_override():
    """Let permissions bind root too: 1 is CAP_DAC_OVERRIDE, 24 PR_CAPBSET_DROP."""
    ctypes.CDLL(None).prctl(24, 1)


def test_read_only_cache(hub, tmp_path):
    for mode in ("auto", "hub"):
        (tmp_path / mode).mkdir(mode=0o555)
    why = reason(*both(hub.url, tmp_path, preexec=without_override))
    row("the cache is read-only", why, left(tmp_path))
    for mode in ("auto", "hub"):
        (tmp_path / mode).chmod(0o755)
    next_run(hub, tmp_path)
    (tmp_path / "hub").chmod(0o555)
    whole = saw(
        start(
            "sentiment",
            HF_ENDPOINT=hub.url,
            HF_HOME=str(tmp_path / "hub"),
            preexec=without_override,
        )
    )
    assert whole.said.endswith("from the Hub, already in its cache")


def test_no_room(hub, tmp_path):
    """A disk of 60 MB, seen by the reader alone."""
    for mode in ("auto", "hub"):
        (tmp_path / mode).mkdir()
    mount = f"mount -t tmpfs -o size=60m tmpfs {tmp_path}/$mode"
    disks = f'for mode in auto hub; do {mount}; done; exec "$@"'
    why = reason(
        *both(
            hub.url,
            tmp_path,
            wrap=("unshare", "--map-root-user", "--mount", "sh", "-ec", disks, "sh"),
        )
    )
    assert not any("/resolve/" in path for _, path in hub.asked)
    row("less room on the disk than the model needs", why, "nothing")


def test_disk_fills_up(hub, tmp_path):
    """No file may grow beyond 30 MB: writing fails as on a disk that others fill meanwhile."""
    why = reason(
        *both(
            hub.url,
            tmp_path,
            preexec=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (30_000_000, 30_000_000)),
        )
    )
    row("a write fails during the download", why, left(tmp_path / "hub"))
    next_run(hub, tmp_path)


def test_eight_at_once(hub, tmp_path):
    readers = [
        start("sentiment", HF_ENDPOINT=hub.url, HF_HOME=str(tmp_path / "hub"), CHECKPOINTS="auto")
        for _ in range(8)
    ]
    for answer in [saw(reader) for reader in readers]:
        assert same_weights(answer.folder, EMBEDDED) and answer.folder.is_relative_to(tmp_path)
    assert (
        sum(method == "GET" and path.endswith("model.safetensors") for method, path in hub.asked)
        == 1
    )
    row("eight first uses at once", "the Hub's weights, fetched once", left(tmp_path / "hub"))
