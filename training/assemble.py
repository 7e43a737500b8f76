"""One body, heads of their own: written apart, put together into folders that `from_pretrained`
reads.

<checkpoint>/body.safetensors                     every tensor named distilbert.…, float16
<checkpoint>/tokenizer.json, tokenizer_config.json
<checkpoint>/<head>/config.json
<checkpoint>/<head>/head.safetensors              the tensors of that head alone
"""

import shutil
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file

TOKENIZER = ("tokenizer.json", "tokenizer_config.json")


def put_together(checkpoint, head, target):
    """Write into the folder `target` what `from_pretrained` reads for one head: config, tokenizer,
    body and head in one file.
    """
    target.mkdir(parents=True, exist_ok=True)
    for file in (*(checkpoint / name for name in TOKENIZER), checkpoint / head / "config.json"):
        shutil.copyfile(file, target / file.name)
    tensors = load_file(checkpoint / "body.safetensors") | load_file(
        checkpoint / head / "head.safetensors"
    )
    save_file(tensors, target / "model.safetensors", metadata={"format": "pt"})


def save(heads, tokenizer, checkpoint):
    """Write the body once and each head's own tensors, all float16."""
    checkpoint.mkdir(parents=True, exist_ok=True)
    tokenizer.save_pretrained(checkpoint)
    _write(
        {f"distilbert.{name}": tensor for name, tensor in heads.body.state_dict().items()},
        checkpoint / "body.safetensors",
    )
    for name, model in heads.models.items():
        folder = checkpoint / name
        folder.mkdir(exist_ok=True)
        model.config.architectures, model.config.dtype = [type(model).__name__], torch.float16
        model.config.save_pretrained(folder)
        own = {
            key: tensor
            for key, tensor in model.state_dict().items()
            if not key.startswith("distilbert.") and key != "vocab_projector.weight"
        }
        _write(own, folder / "head.safetensors")


def _write(tensors, path):
    """Under another name until whole."""
    partial = Path(f"{path}.partial")
    save_file(
        {name: tensor.half().contiguous() for name, tensor in tensors.items()},
        partial,
        metadata={"format": "pt"},
    )
    partial.replace(path)
