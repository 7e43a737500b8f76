"""Open the course without a network: `python3 start.py`. The first time, this sets it up beside itself.

Arguments go to JupyterLab, for example --no-browser.
"""

import contextlib
import os
import subprocess
import sys
import venv
from pathlib import Path

HERE = Path(__file__).resolve().parent
COURSE = HERE / "course"
VENV = HERE / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def main():
    [torch] = (HERE / "wheels").glob("torch-*.whl")
    if f"-cp{sys.version_info.major}{sys.version_info.minor}-" not in torch.name:
        sys.exit(f"The wheels of this kit are for another Python than {sys.version.split()[0]}; see the tag in {torch.name}. "
                 "Start it with that version, or make a kit with this one.")
    # A find-links path with a space in it would be cut in two; a URL has none.
    os.environ.update(PIP_NO_INDEX="1", PIP_FIND_LINKS=(HERE / "wheels").as_uri(), PIP_CONFIG_FILE=os.devnull)
    os.environ.setdefault("CHECKPOINTS", "embedded")
    if not (VENV / "ready").exists():
        print("Setting up, once, about half a minute …", flush=True)
        venv.create(VENV, with_pip=True, clear=True)
        # --no-compile: compiling every module takes longer than all the rest, and most are never imported.
        run("-m", "pip", "install", "--quiet", "--no-compile", "--requirement", "requirements.txt",
            "--constraint", "constraints.txt")
        (VENV / "ready").touch()
    # The causal-lm is unpacked meanwhile; a notebook that wants it sooner waits for it, or does it itself.
    subprocess.Popen([PYTHON, "-m", "helpers.weights"], cwd=COURSE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    with contextlib.suppress(KeyboardInterrupt, subprocess.CalledProcessError):  # Ctrl+C ends JupyterLab, which says so itself
        run("-m", "jupyterlab", "--ServerApp.root_dir=.", "notebooks/00_start_here.ipynb", *sys.argv[1:])


def run(*arguments):
    subprocess.run([PYTHON, *arguments], cwd=COURSE, check=True)


if __name__ == "__main__":
    main()
