"""Write the checkpoints as float32 where a whole class reads them: `python -m classroom.share_checkpoints FOLDER`.

A notebook asks for float32. From a file of that type the weights are mapped: one copy in memory serves every student. From a
16-bit file each student's kernel makes a copy of its own (92 MB for the embedded checkpoint).
"""

import shutil
import sys
import tempfile
from pathlib import Path

from safetensors.torch import load_file, save_file

from helpers.weights import ROLES, CheckpointError, resolve


def share(folder):
    """Make `folder`, with one subfolder a role, as `CHECKPOINTS=folder` wants it; a role without weights is left out."""
    folder = Path(folder).resolve()
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as partial:
        written = {}
        for role in ROLES:
            try:
                source = Path(resolve(role)).resolve()
            except CheckpointError as error:
                print(error, file=sys.stderr)
                continue
            target = Path(partial, "whole", role)
            if source in written:
                target.symlink_to(written[source])
                continue
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("model.safetensors"))
            weights = {name: tensor.float() for name, tensor in load_file(source / "model.safetensors").items()}
            save_file(weights, target / "model.safetensors", metadata={"format": "pt"})
            (target / "model.safetensors").chmod(0o644)
            written[source] = role
        shutil.rmtree(folder, ignore_errors=True)
        Path(partial, "whole").replace(folder)


if __name__ == "__main__":
    share(sys.argv[1])
