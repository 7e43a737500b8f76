"""From a list of names to a running class on this machine, and to its end.

`make class NAMES=names.txt`, run again, keeps what is there and adds what is new. All of a class is
in one folder that only its owner can enter: accounts, slips, homes, certificate, the hub's own
files.
"""

import contextlib
import hashlib
import ipaddress
import os
import secrets
import signal
import socket
import ssl
import subprocess
import sys
import time
from pathlib import Path

import requests

from classroom import homes, names
from classroom.image import IMAGE, PROJECT, docker

PROXY = PROJECT / ".venv" / "classroom" / "node_modules" / ".bin" / "configurable-http-proxy"
PATIENCE = 120  # seconds until a hub that does not answer is given up


class Room:
    """A class: its folder, and what is called after it in Docker."""

    def __init__(self, folder: Path, port: int = 8000):
        self.folder, self.port = folder.resolve(), port
        self.name = self.folder.name  # of its network, volumes, containers
        self.homes, self.accounts = self.folder / "homes", self.folder / "accounts.json"
        self.certificate, self.token = self.folder / "certificate.pem", self.folder / "token"
        self.local = f"https://127.0.0.1:{port}"

    def healthy(self) -> bool:
        with contextlib.suppress(requests.RequestException, OSError):
            return requests.get(f"{self.local}/hub/health", verify=self.certificate, timeout=5).ok
        return False


def start(room: Room, listed: list[str], address: str) -> str:
    """Make all that is missing and start the hub; return what to tell the teacher. Raises
    RuntimeError with the hub's log.
    """
    room.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    accounts = names.enrol(listed, room.accounts)
    homes.prepare(room.homes, room.name, list(accounts))
    fingerprint = certify(room, address)
    url = f"https://{address}:{room.port}"
    names.write(room.folder / "slips.html", names.slips(accounts, url, fingerprint))
    if not room.healthy():
        _start_hub(room, _network(room.name))
    return f"{url} is open for {len(accounts)} students; print {room.folder / 'slips.html'}"


def end(room: Room) -> str:
    """Stop the hub and all containers; homes, accounts and slips stay."""
    _stop_hub(room)
    containers = docker("ps", "--all", "--quiet", "--filter", f"label=class={room.name}").split()
    if containers:
        docker("rm", "--force", *containers)
    homes.put_away(room.homes, room.name)
    if docker("network", "ls", "--quiet", "--filter", f"name=^{room.name}$"):
        docker("network", "rm", room.name)
    return f"the class has ended; work is kept in {room.homes}"


def certify(room: Room, address: str) -> str:
    """Make a certificate for `address`, unless there is one for it; return the first half of its
    SHA-256 in hex.
    """
    made_for = room.folder / "address"
    if not room.certificate.exists() or made_for.read_text() != address:
        kind = "IP" if _is_ip(address) else "DNS"
        command = ["openssl", "req", "-x509", "-newkey", "ec", "-nodes"]
        command += ["-pkeyopt", "ec_paramgen_curve:P-256"]
        command += ["-days", "365", "-subj", f"/CN={address}", "-addext"]
        command += [f"subjectAltName={kind}:{address},IP:127.0.0.1"]
        command += ["-keyout", room.folder / "key.pem", "-out", room.certificate]
        subprocess.run(command, check=True, capture_output=True)
        (room.folder / "key.pem").chmod(0o600)
        made_for.write_text(address)
    der = ssl.PEM_cert_to_DER_cert(room.certificate.read_text())
    return hashlib.sha256(der).hexdigest()[:32]


def own_address() -> str:
    """This machine's address as the room sees it. Nothing is sent: a datagram socket only looks up
    its way.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as way, contextlib.suppress(OSError):
        way.connect(("192.0.2.1", 9))
        return way.getsockname()[0]
    return "127.0.0.1"


def _is_ip(address: str) -> bool:
    with contextlib.suppress(ValueError):
        return bool(ipaddress.ip_address(address))
    return False


def _network(name: str) -> str:
    """The class's own network: no way out, none from container to container. Returns the address
    of this machine in it.
    """
    if not docker("network", "ls", "--quiet", "--filter", f"name=^{name}$"):
        apart = "com.docker.network.bridge.enable_icc=false"
        docker("network", "create", "--internal", "--opt", apart, "--label", f"class={name}", name)
    return docker(
        "network", "inspect", "--format", "{{(index .IPAM.Config 0).Gateway}}", name
    ).strip()


def _start_hub(room: Room, gateway: str) -> None:
    _stop_hub(room)  # one that hangs
    if not room.token.exists():
        names.write(room.token, secrets.token_hex(32))
    environment = os.environ | {
        "CLASS_FOLDER": str(room.folder), "CLASS_NAME": room.name, "CLASS_PORT": str(room.port),
        "CLASS_GATEWAY": gateway, "CLASS_PROXY": str(PROXY), "CLASS_TOKEN": room.token.read_text(),
        "CLASS_ACCOUNTS": str(room.accounts), "IMAGE": IMAGE,
    }  # fmt: skip
    config = PROJECT / "classroom" / "jupyterhub_config.py"
    log = room.folder / "hub.log"
    with open(os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "a") as said:
        command = [sys.executable, "-m", "jupyterhub", f"--config={config}"]
        options = {"stdout": said, "stderr": said, "start_new_session": True}
        hub = subprocess.Popen(command, cwd=room.folder, env=environment, **options)
    (room.folder / "hub.pid").write_text(str(hub.pid))
    deadline = time.monotonic() + PATIENCE
    while not room.healthy():
        if hub.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(
                f"the hub did not start; the end of {log}:\n{log.read_text()[-2000:]}"
            )
        time.sleep(0.3)


def _stop_hub(room: Room) -> None:
    """End the hub and its proxy, whichever of them is left."""
    for name in ("hub.pid", "jupyterhub-proxy.pid"):
        file = room.folder / name
        if file.exists() and _is_ours(pid := int(file.read_text())):
            os.kill(pid, signal.SIGTERM)
            deadline = time.monotonic() + 20
            while _is_ours(pid) and time.monotonic() < deadline:
                time.sleep(0.1)
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        file.unlink(missing_ok=True)


def _is_ours(pid: int) -> bool:
    """Whether this process is a hub or a proxy: a number alone may belong to another by now."""
    with contextlib.suppress(OSError):
        command = Path(f"/proc/{pid}/cmdline").read_bytes()
        return b"jupyterhub" in command or b"configurable-http-proxy" in command
    return False
