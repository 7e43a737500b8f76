"""Write the checkpoints as float32 where a whole class reads them: `python share_checkpoints.py
FOLDER`, as the image is built.

A notebook asks for float32. From a file of that type the weights are mapped: one copy in memory
serves every student. From a 16-bit file each student's kernel makes a copy of its own (92 MB for
the embedded checkpoint).
"""

import os
import shutil
import sys
from pathlib import Path

from safetensors.torch import load_file, save_file

from helpers.weights import ROLES, CheckpointError, resolve


def share(folder: Path) -> None:
    """Make `folder`, with one subfolder a role, as `CHECKPOINTS=folder` wants it; a role without
    weights is left out.
    """
    written: dict[Path, str] = {}
    for role in ROLES:
        try:
            source = Path(resolve(role)).resolve()
        except CheckpointError as error:
            print(error, file=sys.stderr)
            continue
        if source in written:
            (folder / role).symlink_to(written[source])
            continue
        shutil.copytree(source, folder / role, ignore=shutil.ignore_patterns("*.safetensors"))
        tensors = load_file(source / "model.safetensors").items()
        weights = {name: t.float() if t.is_floating_point() else t for name, t in tensors}
        save_file(weights, folder / role / "model.safetensors", metadata={"format": "pt"})
        (folder / role / "model.safetensors").chmod(0o644)
        written[source] = role


if __name__ == "__main__":
    os.environ["CHECKPOINTS"] = "embedded"
    share(Path(sys.argv[1]))
