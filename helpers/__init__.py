"""Plumbing for the notebooks, and stages that an earlier notebook has built in the open."""

import os
import sys
from pathlib import Path

_HERE = Path(__file__).resolve().parent
# An installed package carries checkpoints and notebooks inside it; in the clone they lie beside it.
PROJECT = _HERE if (_HERE / "checkpoints").is_dir() else _HERE.parent

if "google.colab" in sys.modules:
    # pipeline() moves a model to the first GPU it sees, away from tensors that a cell makes.
    os.environ["CUDA_VISIBLE_DEVICES"] = ""
    print("On Colab the course runs on the CPU, which is enough.")
