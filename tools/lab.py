"""Open JupyterLab on the reader's copy of the notebooks: `make lab`, or `python -m tools.lab`.

`--originals` opens the notebooks themselves: `make edit`. Other arguments go to JupyterLab:
`python -m tools.lab --no-browser --port 8899`.
"""

import asyncio
import os
import subprocess
import sys

from jupyter_server.utils import url_path_join
from jupyterlab.labapp import LabApp
from tornado.ioloop import IOLoop

from helpers import PROJECT
from tools.copies import MINE, ORIGINALS, bring_up_to_date
from tools.saving import before_saving

FIRST = "00_start_here.ipynb"


def main():
    arguments = sys.argv[1:]
    if originals := "--originals" in arguments:
        arguments.remove("--originals")
    fetching = subprocess.Popen([sys.executable, "-m", "helpers.weights"], cwd=PROJECT)
    folder = ORIGINALS if originals else copies()
    page = f"{folder.name}/{FIRST}"
    server = LabApp.initialize_server([*defaults(), page, *arguments])
    server.contents_manager.register_pre_save_hook(before_saving)
    server.identity_provider.token_generated = False  # or Jupyter prints three addresses
    token = server.identity_provider.token
    address = url_path_join(server.connection_url, "lab/tree", page) + (token and f"?token={token}")
    IOLoop.current().add_callback(say, address, fetching)
    server.start()


async def say(address, fetching):
    """Print the address last: the server answers meanwhile, and the browser opens at once."""
    await asyncio.to_thread(fetching.wait)
    print(f"\nOpen this address in a browser:\n\n{address}", flush=True)


def copies():
    """Bring the reader's copy up to date, say what changed, return its folder."""
    try:
        for line in bring_up_to_date():
            print(line)
    except OSError as error:
        sys.exit(
            f"{MINE} can't be written ({error.strerror}). "
            "Clone the course into a folder of your own."
        )
    return MINE


def defaults():
    """What JupyterLab is started with, before the reader's own arguments."""
    flags = [
        f"--ServerApp.root_dir={PROJECT}",
        f"--LabApp.app_settings_dir={PROJECT / 'tools' / 'jupyterlab'}",
        "--log-level=ERROR",
        "--LabApp.log_level=ERROR",
    ]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        print("You are root: JupyterLab starts all the same, for this machine only (127.0.0.1).")
        flags += ["--allow-root", "--ServerApp.ip=127.0.0.1"]
    return flags


if __name__ == "__main__":
    main()
