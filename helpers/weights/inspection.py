"""What is wrong with a folder of weights, told from its headers."""

import json
import struct
from pathlib import Path


def damage(folder: str | Path) -> str | None:
    """Say what is wrong with a checkpoint folder in a few words, or return None.

    Reads config, tokenizer and the header of the weights, not the weights themselves.
    """
    folder = Path(folder)
    if not folder.is_dir():
        return f"there is no folder {folder}"
    return _damaged_json(folder) or _damaged_weights(folder)


def _damaged_json(folder: Path) -> str | None:
    names = ["config.json", "tokenizer_config.json"]
    older = ("vocab.txt", "source.spm")  # forms of a tokenizer that have no tokenizer.json
    if not any((folder / name).exists() for name in older):
        names.append("tokenizer.json")
    for name in names:
        try:
            json.loads((folder / name).read_text(encoding="utf-8"))
        except FileNotFoundError:
            return f"{name} is missing in {folder}"
        except ValueError:
            return f"{name} in {folder} is damaged: it is not JSON"
    return None


def _damaged_weights(folder: Path) -> str | None:
    weights = folder / "model.safetensors"
    if not weights.exists():
        if (folder / "pytorch_model.bin").exists():
            return (
                f"pytorch_model.bin in {folder} is a pickle, which can run code when it is read; "
                "model.safetensors is wanted"
            )
        return f"model.safetensors is missing in {folder}"
    try:
        missing = _promised_bytes(weights) - weights.stat().st_size
    except (struct.error, ValueError, KeyError, TypeError, AttributeError):
        return f"model.safetensors in {folder} is damaged: its header can't be read"
    if missing > 0:
        return f"model.safetensors in {folder} is cut off: {missing:,} bytes are missing"
    return None


def _promised_bytes(weights: Path) -> int:
    """The size that the header of a safetensors file announces: 8 bytes, header, tensors."""
    with weights.open("rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        header = json.loads(file.read(min(length, 100_000_000)))
    ends = [entry["data_offsets"][1] for name, entry in header.items() if name != "__metadata__"]
    return 8 + length + max(ends)
