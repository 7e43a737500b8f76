"""One machine for a class: JupyterHub with one container a student. `make class NAMES=…` starts it
and sets the variables read here.

What a student may use stands in capital letters; change it before the class starts.
"""

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # for classroom.passwords

MEMORY, PROCESSORS, PROCESSES = "2G", min(2.0, os.cpu_count()), 400
FOLDER, CLASS = Path(os.environ["CLASS_FOLDER"]), os.environ["CLASS_NAME"]

c = get_config()  # noqa: F821

c.JupyterHub.bind_url = f"https://:{os.environ['CLASS_PORT']}"
c.JupyterHub.ssl_cert, c.JupyterHub.ssl_key = f"{FOLDER}/certificate.pem", f"{FOLDER}/key.pem"
# The hub's own port is open to containers, not to the room.
c.JupyterHub.hub_ip = os.environ["CLASS_GATEWAY"]
c.JupyterHub.hub_port = int(os.environ["CLASS_PORT"]) + 1
c.ConfigurableHTTPProxy.api_url = f"http://127.0.0.1:{int(os.environ['CLASS_PORT']) + 2}"
c.ConfigurableHTTPProxy.command = [os.environ["CLASS_PROXY"]]
c.JupyterHub.cleanup_servers = False  # a hub that dies and comes back finds its students at work

c.JupyterHub.authenticator_class = "classroom.passwords.ClassAuthenticator"
c.JupyterHub.services = [{"name": "class", "api_token": os.environ["CLASS_TOKEN"]}]
SCOPES = ["admin:users", "admin:servers", "access:servers"]
c.JupyterHub.load_roles = [{"name": "class", "services": ["class"], "scopes": SCOPES}]

c.JupyterHub.spawner_class = "docker"
c.Spawner.default_url = "/lab/tree/notebooks/00_start_here.ipynb"
c.Spawner.start_timeout = c.Spawner.http_timeout = 180  # a whole class starts at the same minute
c.Spawner.mem_limit, c.Spawner.cpu_limit = MEMORY, PROCESSORS
c.DockerSpawner.image = os.environ["IMAGE"]
c.DockerSpawner.pull_policy = "never"
c.DockerSpawner.remove = True
c.DockerSpawner.prefix = CLASS
c.DockerSpawner.notebook_dir = "/home/student/behind-the-pipeline"
c.DockerSpawner.volumes = {f"{CLASS}-{{username}}": "/home/student"}
c.DockerSpawner.network_name = CLASS
c.DockerSpawner.extra_create_kwargs = {"labels": {"class": CLASS}}
c.DockerSpawner.extra_host_config = {
    "memswap_limit": MEMORY,
    "pids_limit": PROCESSES,
    "cap_drop": ["ALL"],
    "security_opt": ["no-new-privileges"],
    "read_only": True,
    "tmpfs": {"/tmp": "size=256m,mode=1777"},
    "log_config": {"Type": "json-file", "Config": {"max-size": "5m"}},
    "init": True,
}
