"""Walls, each a test written as the attack: student A, who can run any code in a kernel, against
B, the hub, the host, the course.
"""

import ast
import importlib

import pytest
import requests

from classroom import room as rooms
from classroom.image import docker
from tools.students import log_in, said
from tools.walls import table, wall

PAGE = rooms.PROJECT / "docs" / "reliability.md"
REACH = """
import socket
def reach(host, port):
    try:
        socket.create_connection((host, port), timeout=2).close()
        return 'reached'
    except OSError as error:
        return f'not reached: {error}'
"""


def address(klass, server):
    form = "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}"
    return docker("inspect", "--format", form, f"{klass.name}-{server.login}").strip()


@wall(
    "read the traffic of B's kernel, connect to its ports", "a network namespace for each container"
)
def test_traffic_of_a_kernel(klass, a, b):
    code = """
import json
from pathlib import Path
files = Path.home().glob('.local/share/jupyter/runtime/kernel-*.json')
print([json.loads(path.read_text()) for path in files])
"""
    [*_, connection] = ast.literal_eval(said(b.run(code)))
    for port in ("iopub_port", "shell_port"):
        for host in ("127.0.0.1", address(klass, b)):
            assert "not reached" in a(f"{REACH}\nprint(reach({host!r}, {connection[port]}))")


@wall(
    "reach B's server on its own port, find B's container by name",
    "no traffic from container to container",
)
def test_port_of_another(klass, a, b):
    for host in (address(klass, b), f"{klass.name}-{b.login}"):
        assert "not reached" in a(f"{REACH}\nprint(reach({host!r}, 8888))")


@wall("read B's home on disk", "a file system for each home, mounted in its own container only")
def test_home_of_another(a, b):
    look = "import os; print([d for d, _, names in os.walk('/') if 'secret.txt' in names])"
    assert a(look) == "[]\n"


@wall("read B's files through the hub", "the hub lets nobody but B into B's server")
def test_files_of_another_through_the_hub(klass, students, b):
    answer = students[0].session.get(
        f"{klass.local}/user/{b.login}/api/contents/notebooks", timeout=60
    )
    assert answer.status_code == 403


@wall(
    "see B's processes, read their memory",
    "a process namespace for each container; no capabilities",
)
def test_processes_of_another(a, b):
    seen = a(
        "from pathlib import Path\nfound = Path('/proc').glob('[0-9]*/cmdline')\n"
        "print([path.read_bytes() for path in found])"
    )
    assert "ipykernel" in seen and "98765" not in seen
    memory = ["/dev/mem", "/proc/kcore"]
    look = f"import os; print([path for path in {memory} if os.access(path, os.R_OK)])"
    assert a(look) == "[]\n"


@wall("change the course, its checks, the weights", "a read-only image that belongs to root")
def test_the_course_can_t_be_changed(a, b):
    code = """
import helpers, os
from pathlib import Path
def change(path):
    try:
        with open(path, 'a') as file: file.write('# changed')
        return 'changed'
    except OSError as error:
        return error.strerror
weights = os.environ['CHECKPOINTS'] + '/sentiment/config.json'
print({change(path) for path in [helpers.__file__, weights, '/opt/course/bin/new', '/etc/passwd']})
"""
    assert ast.literal_eval(a(code)) <= {"Read-only file system", "Permission denied"}


@wall(
    "become root: set-user-id programs, mount, ptrace, namespaces",
    "no set-user-id bit, no capability, no new privileges",
)
def test_nobody_becomes_root(a, b):
    find = ["find", "/", "-xdev", "-perm", "/6000", "-type", "f"]
    look = f"import subprocess; print(subprocess.run({find}, capture_output=True).stdout)"
    assert a(look) == "b''\n"
    for command in (
        "mount -t tmpfs none /mnt",
        "unshare --user --map-root-user true",
        "chroot / true",
    ):
        assert (
            a(f"print(subprocess.run({command.split()!r}, capture_output=True).returncode)")
            != "0\n"
        ), command
    status = a("print(open('/proc/self/status').read())")
    assert (
        "NoNewPrivs:\t1" in status
        and "CapEff:\t0000000000000000" in status
        and "Uid:\t1000" in status
    )


@wall("reach Docker, files of the host", "no socket and no folder of the host in a container")
def test_the_host(klass, a, b):
    paths = ["/var/run/docker.sock", "/run/docker.sock", str(klass.folder), "/var/lib/docker"]
    assert a(f"import os; print([path for path in {paths} if os.path.exists(path)])") == "[]\n"
    assert "Permission denied" in a(
        "try: open('/etc/shadow')\nexcept OSError as error: print(error)"
    )


@wall(
    "use the hub's programming interface: list the class, stop B, change the proxy's routes",
    "a student's token reaches their own server only; the proxy listens on the host's loopback",
)
def test_the_hub_s_interface(klass, a, b):
    code = f"""
import os, requests
def ask(method, path):
    headers = {{'Authorization': 'token ' + os.environ['JUPYTERHUB_API_TOKEN']}}
    url = os.environ['JUPYTERHUB_API_URL'] + path
    return requests.request(method, url, headers=headers, timeout=10).status_code
other = '/users/{b.login}'
print(ask('GET', '/users'), ask('DELETE', other + '/server'), ask('POST', other + '/tokens'))
"""
    assert set(a(code).split()) <= {"403", "404"}
    gateway = docker(
        "network", "inspect", "--format", "{{(index .IPAM.Config 0).Gateway}}", klass.name
    ).strip()
    for port in (klass.port + 2, 2375, 2376):
        assert "not reached" in a(f"{REACH}\nprint(reach({gateway!r}, {port}))")


@wall(
    "reach the Internet, the room's machines, a cloud's metadata address",
    "an internal network: no way out of it",
)
def test_no_way_out(a, b):
    for host, port in (("192.0.2.1", 443), ("169.254.169.254", 80)):
        assert "not reached" in a(f"{REACH}\nprint(reach({host!r}, {port}))")
    assert "not reached" in a(f"{REACH}\nprint(reach('example.org', 443))")


@wall("read the solutions", "they are not in the image")
def test_no_solutions(a, b):
    code = """
import os
for folder, folders, names in os.walk('/'):
    notebooks = [name for name in names if name.endswith('.ipynb') and 'solution' in name]
    for name in notebooks + [name for name in folders if name == 'solutions']:
        print(os.path.join(folder, name))
"""
    assert a(code) == ""


@wall(
    "log in as B: with one's own password, with one's own cookies",
    "a password for each; a cookie opens its own server",
)
def test_another_s_name(klass, accounts, students, b):
    own = students[0]
    with pytest.raises(AssertionError, match="403"):
        log_in(klass, b.login, accounts[own.login]["password"])
    stolen = requests.Session()
    stolen.trust_env, stolen.verify = False, str(klass.certificate)
    for cookie in own.session.cookies:
        path = cookie.path.replace(f"/user/{own.login}/", f"/user/{b.login}/")
        stolen.cookies.set(cookie.name.replace(own.login, b.login), cookie.value, path=path)
    answer = stolen.get(f"{klass.local}/user/{b.login}/api/contents", timeout=60)
    assert answer.status_code == 403 and "secret" not in answer.text


@wall("guess passwords", "five wrong ones close a name for a minute; a password has 49 bits")
def test_guessing(klass, accounts, b):
    login = list(accounts)[-1]
    for number in range(5):
        with pytest.raises(AssertionError, match="403"):
            log_in(klass, login, f"wrong-{number}")
    with pytest.raises(AssertionError, match="429"):
        log_in(klass, login, accounts[login]["password"])
    log_in(klass, b.login, accounts[b.login]["password"])  # nobody else is kept out


def test_the_page_has_the_same_walls():
    for name in ("test_limits", "test_grade"):  # whose attacks belong to the table
        importlib.import_module(f"tests.classroom.{name}")
    section = PAGE.read_text(encoding="utf-8").partition("## Walls\n")[2].partition("\n## ")[0]
    rows = [line for line in section.splitlines() if line.startswith("|")]
    assert sorted(rows) == sorted(table().splitlines()), f"the table is:\n{table()}"
