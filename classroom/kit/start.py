"""Open the course without a network: `python3 start.py`. The first time, this sets it up beside
itself.

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
WHEELS = HERE / "wheels"
VENV = HERE / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def main():
    [torch] = WHEELS.glob("torch-*.whl")
    if f"-cp{sys.version_info.major}{sys.version_info.minor}-" not in torch.name:
        sys.exit(
            f"The wheels of this kit are for another Python than {sys.version.split()[0]}; "
            f"see the tag in {torch.name}. Start it with that version, or make a kit for this one."
        )
    # A find-links path with a space in it would be cut in two; a URL has none.
    os.environ.update(PIP_NO_INDEX="1", PIP_FIND_LINKS=WHEELS.as_uri(), PIP_CONFIG_FILE=os.devnull)
    os.environ.setdefault("CHECKPOINTS", "embedded")
    if not (VENV / "ready").exists():
        set_up()
    # The causal-lm is unpacked meanwhile; a notebook that wants it sooner waits for it, or does it
    # itself.
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    subprocess.Popen([PYTHON, "-m", "helpers.weights"], cwd=COURSE, **quiet)
    # Ctrl+C ends JupyterLab, which says so itself.
    with contextlib.suppress(KeyboardInterrupt, subprocess.CalledProcessError):
        first = "notebooks/00_start_here.ipynb"
        run("-m", "jupyterlab", "--ServerApp.root_dir=.", first, *sys.argv[1:])


def set_up():
    print("Setting up, once, about half a minute …", flush=True)
    venv.create(VENV, clear=True)  # without pip: Debian leaves out what would bring it
    [pip] = WHEELS.glob("pip-*.whl")
    # --no-compile: compiling every module takes longer than all the rest, and most are never
    # imported.
    options = ["--quiet", "--no-compile", "--requirement", WHEELS / "requirements.txt"]
    run(pip / "pip", "install", *options)
    where = [PYTHON, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"]
    packages = subprocess.check_output(where, text=True).strip()
    Path(packages, "course.pth").write_text(str(COURSE), encoding="utf-8")
    (VENV / "ready").touch()


def run(*arguments):
    subprocess.run([PYTHON, *arguments], cwd=COURSE, check=True)


if __name__ == "__main__":
    main()
