"""One machine for a class: JupyterHub with one system account a student. `sudo make classroom` starts it on this machine.

Students are the members of the system group `students`; they log in with their system passwords:

    groupadd students
    useradd --create-home --groups students ada; passwd ada

The course, with its .venv, must lie where they can read it and not write it, such as /opt/behind-the-pipeline. To let a room
in, give an address and a certificate, as passwords would travel in the clear without one:
`sudo make classroom ARGS="--url=https://0.0.0.0:8000 --JupyterHub.ssl_key=… --JupyterHub.ssl_cert=…"`.
"""

import os
import sys
from pathlib import Path

from helpers import PROJECT  # noqa: E402
CHECKPOINTS = PROJECT / "build" / "classroom" / "checkpoints"
PROXY = PROJECT / ".venv" / "classroom" / "node_modules" / ".bin" / "configurable-http-proxy"

if os.geteuid() != 0:
    sys.exit("Only root can start a process for each student: sudo make classroom")
for needed in (PROJECT, CHECKPOINTS, Path(sys.executable).resolve()):
    for folder in (needed, *needed.parents):
        if not folder.stat().st_mode & 0o001:
            sys.exit(f"Students can't reach {needed}, because {folder} is closed to them. Put the course in /opt, "
                     "and make its .venv anew with a Python that all may run: make PYTHON=/usr/bin/python3 classroom")
if Path.cwd().stat().st_mode & 0o077:
    sys.exit(f"The hub keeps its secrets in {Path.cwd()}, which others can enter: chmod 700 it")

c = get_config()  # noqa: F821

c.JupyterHub.bind_url = "http://127.0.0.1:8000"
c.ConfigurableHTTPProxy.command = [str(PROXY)]

c.JupyterHub.authenticator_class = "pam"
c.PAMAuthenticator.allowed_groups = {"students"}
c.PAMAuthenticator.open_sessions = False  # needs a session bus, which a plain server may lack

c.Spawner.cmd = ["/bin/sh", str(PROJECT / "classroom" / "student.sh"), sys.executable, "-m", "jupyterhub.singleuser"]
c.Spawner.notebook_dir = "~/behind-the-pipeline"
c.Spawner.default_url = "/lab/tree/notebooks/00_start_here.ipynb"
c.Spawner.start_timeout = c.Spawner.http_timeout = 180  # a whole class starts at the same minute
c.Spawner.environment = {
    "CHECKPOINTS": str(CHECKPOINTS),  # float32 files: mapped into memory, once for all students
    "HF_HUB_OFFLINE": "1",
    "OMP_NUM_THREADS": "2",
    "OMP_WAIT_POLICY": "PASSIVE",  # a thread that has nothing to do sleeps: when all compute at once, spinning stops the others
    "TOKENIZERS_PARALLELISM": "true",
}
