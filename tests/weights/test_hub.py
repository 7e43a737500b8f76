"""Downloads from a Hub on this machine that is slow but alive, or falls silent."""

import json
import os
from pathlib import Path

import pytest

from helpers.weights import ROLES, hub
from tools.faults.servers import Hub, on_weights, slowly, stall

ROLE = ROLES["sentiment"]
PIECE = 160_000  # bytes: more than the client keeps back before it writes


@pytest.fixture
def server(tmp_path, monkeypatch):
    """A Hub that has two megabytes of weights; a second of silence is too much."""
    folder = tmp_path / "model"
    folder.mkdir()
    (folder / "config.json").write_text(json.dumps({"model_type": "distilbert"}))
    (folder / "model.safetensors").write_bytes(os.urandom(13 * PIECE))
    cache = str(tmp_path / "cache")
    monkeypatch.delenv("HF_HUB_OFFLINE")
    monkeypatch.delenv("PYTHONUNBUFFERED", raising=False)  # would flush in the download's place
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", cache)
    monkeypatch.setattr(hub, "SILENCE", 1)
    with Hub({"sentiment": folder}) as running:
        monkeypatch.setenv("HF_ENDPOINT", running.url)
        yield running


def test_a_slow_but_living_hub_is_waited_for(server, tmp_path):
    """Thirteen pieces, 0.25 s apart: in all three times the silence that is borne."""
    server.fault = on_weights(slowly(PIECE, 0.25))
    folder = hub.download(ROLE.hub_id, ROLE.revision, 2)
    for name in ("config.json", "model.safetensors"):
        assert Path(folder, name).read_bytes() == (tmp_path / "model" / name).read_bytes()


def test_a_hub_that_falls_silent_is_given_up(server):
    server.fault = on_weights(stall)
    with pytest.raises(hub.HubError, match="the Hub sent nothing for 1 s"):
        hub.download(ROLE.hub_id, ROLE.revision, 2)


def test_the_time_before_the_first_word_is_not_the_hubs(server, monkeypatch, tmp_path):
    """The download's own process takes a while to start on a slow machine."""
    slow = tmp_path / "sitecustomize.py"
    slow.write_text("import sys, time\nif '-P' in sys.orig_argv: time.sleep(2)\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    assert hub.download(ROLE.hub_id, ROLE.revision, 2)
