"""The environment of stored outputs: embedded weights, two threads, nothing on stderr."""

import os

SETTINGS = {
    "CHECKPOINTS": "embedded",
    "HF_HUB_OFFLINE": "1",
    "HF_HUB_DISABLE_PROGRESS_BARS": "1",
    "TRANSFORMERS_VERBOSITY": "error",
    "TQDM_DISABLE": "1",
    "OMP_NUM_THREADS": "2",
    "TOKENIZERS_PARALLELISM": "true",
    "PYTHONWARNINGS": "ignore",
}


def enter():
    """Set it for this process and its kernels; a reader's own settings are put aside."""
    for name in ("HF_HOME", "HF_HUB_CACHE", "HF_ENDPOINT", "HF_TOKEN"):
        os.environ.pop(name, None)
    os.environ.update(SETTINGS)
