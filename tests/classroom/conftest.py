"""All that these tests need, from a bare machine: Docker's daemon, a base image, the class's image,
a class. BUILT=1 takes the image that is there.
"""

import json
import os
import shutil
import subprocess
import time

import pytest

from classroom import image as images
from classroom import room as rooms
from classroom.image import docker as run_docker
from classroom.lesson import Server, authorized, start_server
from tools.students import NAMES, log_in, said

BASE = "behind-the-pipeline-base:bookworm"
# Debian's packages for the programs that are needed; the first four where no daemon answers.
DAEMON = {
    "dockerd": "docker.io",
    "containerd": "containerd",
    "runc": "runc",
    "iptables": "iptables",
}
PROGRAMS = {"mmdebstrap": "mmdebstrap", "openssl": "openssl", "mkfs.ext4": "e2fsprogs"}
SECRET = "the-words-of-b-7f3a"
PORT = 18000  # and the next two


@pytest.fixture(scope="session")
def docker():
    """Docker's daemon: the one that runs, or one of our own, which ends with the tests."""
    if answers():
        install(PROGRAMS)
        yield
        return
    install(PROGRAMS | DAEMON)
    assert os.geteuid() == 0, "Docker does not answer, and only root can start it"
    log = images.PROJECT / "build" / "dockerd.log"
    log.parent.mkdir(exist_ok=True)
    with log.open("w") as said:
        daemon = subprocess.Popen(["dockerd"], stdout=said, stderr=said)
    deadline = time.monotonic() + 60
    while not answers():
        assert daemon.poll() is None and time.monotonic() < deadline, log.read_text()[-3000:]
        time.sleep(0.5)
    yield
    daemon.terminate()
    daemon.wait(60)


def install(programs):
    """Those that are missing, as root."""
    path = f"{os.environ['PATH']}:/usr/sbin:/sbin"
    missing = [name for program, name in programs.items() if not shutil.which(program, path=path)]
    if missing:
        assert os.geteuid() == 0, f"only root can install {', '.join(missing)}"
        quiet = {"check": True, "stdout": subprocess.DEVNULL}
        quiet["env"] = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        subprocess.run(["apt-get", "update"], **quiet)
        subprocess.run(
            ["apt-get", "install", "--yes", "--no-install-recommends", *missing], **quiet
        )


def answers():
    try:
        images.docker("version", stderr=subprocess.DEVNULL)
    except (OSError, subprocess.CalledProcessError):
        return False
    return True


@pytest.fixture(scope="session")
def image(docker, tmp_path_factory):
    """The class's image, on a base of Debian's own packages: a registry of images may be out of
    reach.
    """
    if not images.docker("images", "--quiet", BASE):
        include = "--include=python3,python3-venv,ca-certificates"
        archive = tmp_path_factory.mktemp("base") / "base.tar"
        command = ["mmdebstrap", "--quiet", "--variant=minbase", include, "bookworm", archive]
        subprocess.run(command, check=True)
        images.docker("import", archive, BASE)
        archive.unlink()
    started = time.monotonic()
    if not os.environ.get("BUILT"):
        images.build(BASE)
    print(f"\nimage in {time.monotonic() - started:.0f} s\n{images.describe()}")
    return images.IMAGE


@pytest.fixture(scope="session")
def klass(image, tmp_path_factory):
    """A class; `klass.seconds` is what it took from the names to the hub."""
    room = rooms.Room(tmp_path_factory.mktemp("class") / "trial", PORT)
    started = time.monotonic()
    rooms.start(room, NAMES, "127.0.0.1")
    room.seconds = time.monotonic() - started
    yield room
    rooms.end(room)


@pytest.fixture(scope="session")
def accounts(klass):
    return json.loads(klass.accounts.read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def students(klass, accounts):
    """A and B with a kernel each; B has a secret in memory, on disk and as a process."""
    pair = []
    for login in list(accounts)[:2]:
        start_server(klass, authorized(klass), login)
        server = Server(klass, login, log_in(klass, login, accounts[login]["password"]))
        server.session.get(f"{klass.local}/user/{login}/lab", timeout=60)
        server.open()
        pair.append(server)
    b = pair[1]
    b.run(
        f"from pathlib import Path; secret = '{SECRET}'\n"
        "Path.home().joinpath('secret.txt').write_text(secret)"
    )
    b.run("import subprocess; running = subprocess.Popen(['sleep', '98765'])")
    return pair


@pytest.fixture
def a(klass, students):
    """Runs A's code, returns what it prints. Where an attack killed A's server, A starts anew."""
    server = students[0]

    def run(code):
        return said(server.run(code))

    yield run
    try:
        server.channels.settimeout(20)
        server.run("1")
    except Exception:
        session = authorized(klass)
        session.delete(f"{klass.local}/hub/api/users/{server.login}/server", timeout=60)
        run_docker("rm", "--force", f"{klass.name}-{server.login}", check=False)
        deadline = time.monotonic() + 60
        while session.get(f"{klass.local}/hub/api/users/{server.login}", timeout=60).json()[
            "servers"
        ]:
            assert time.monotonic() < deadline
            time.sleep(0.5)
        start_server(klass, session, server.login)
        server.session.get(f"{klass.local}/user/{server.login}/lab", timeout=60)
        server.open()


@pytest.fixture
def b(students):
    """B after the attack: works as before, and at once."""
    yield students[1]
    started = time.monotonic()
    assert said(students[1].run("print(secret)")) == f"{SECRET}\n"
    assert time.monotonic() - started < 5
