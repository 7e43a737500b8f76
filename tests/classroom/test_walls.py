"""Walls, each a test written as the attack: student A, who can run any code in a kernel, against B, the hub, the host, the course."""

import ast
import importlib
import json
import time

import pytest
import requests
import websocket

from classroom import room as rooms
from classroom.image import docker
from classroom.lesson import Server, authorized, start_server
from tests.classroom.conftest import log_in, said
from tests.classroom.walls import table, wall

PAGE = rooms.PROJECT / "docs" / "reliability.md"
SECRET = "the-words-of-b-7f3a"
REACH = """
import socket
def reach(host, port):
    try:
        socket.create_connection((host, port), timeout=2).close()
        return 'reached'
    except OSError as error:
        return f'not reached: {error}'
"""


@pytest.fixture(scope="module")
def accounts(klass):
    return json.loads(klass.accounts.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
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
        f"secret = '{SECRET}'; from pathlib import Path; Path.home().joinpath('secret.txt').write_text(secret)"
    )
    b.run("import subprocess; running = subprocess.Popen(['sleep', '98765'])")
    return pair


@pytest.fixture
def a(klass, students):
    """A's code: returns what it prints. After an attack that killed A's kernel or server, A starts anew."""
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
        docker("rm", "--force", f"{klass.name}-{server.login}", check=False)
        deadline = time.monotonic() + 60
        while session.get(f"{klass.local}/hub/api/users/{server.login}", timeout=60).json()[
            "servers"
        ]:
            assert time.monotonic() < deadline
            time.sleep(0.5)
        start_server(klass, session, server.login)
        server.open()


@pytest.fixture
def b(students):
    """B after the attack: works as before, and at once."""
    yield students[1]
    started = time.monotonic()
    assert said(students[1].run("print(secret)")) == f"{SECRET}\n"
    assert time.monotonic() - started < 5


def address(klass, server):
    form = "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}"
    return docker("inspect", "--format", form, f"{klass.name}-{server.login}").strip()


@wall(
    "read the traffic of B's kernel, connect to its ports", "a network namespace for each container"
)
def test_traffic_of_a_kernel(klass, a, b):
    files = "from glob import glob; print([json.load(open(f)) for f in glob(str(Path.home() / '.local/share/jupyter/runtime/kernel-*.json'))])"
    [*_, connection] = ast.literal_eval(said(b.run(f"import json; {files}")))
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
    look = "import os; print([os.path.join(d, n) for d, _, names in os.walk('/') for n in names if n == 'secret.txt'])"
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
        "from pathlib import Path\nprint([p.read_bytes() for p in Path('/proc').glob('[0-9]*/cmdline')])"
    )
    assert "ipykernel" in seen and "98765" not in seen
    assert (
        a(
            "import os; print(os.path.exists('/dev/mem'), os.path.exists('/proc/kcore') and os.access('/proc/kcore', 4))"
        )
        == "False False\n"
    )


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
print({change(path) for path in [helpers.__file__, '/opt/course/weights/sentiment/config.json', '/opt/course/bin/new', '/etc/passwd', '/usr/bin/new']})
"""
    assert ast.literal_eval(a(code)) <= {"Read-only file system", "Permission denied"}


@wall(
    "become root: set-user-id programs, mount, ptrace, namespaces",
    "no set-user-id bit, no capability, no new privileges",
)
def test_nobody_becomes_root(a, b):
    find = "import subprocess; print(subprocess.run(['find', '/', '-xdev', '-perm', '/6000', '-type', 'f'], capture_output=True).stdout)"
    assert a(find) == "b''\n"
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
    return requests.request(method, os.environ['JUPYTERHUB_API_URL'] + path, headers=headers, timeout=10).status_code
print(ask('GET', '/users'), ask('DELETE', '/users/{b.login}/server'), ask('POST', '/users/{b.login}/tokens'))
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
    look = "import os; print([os.path.join(d, n) for d, folders, names in os.walk('/') for n in folders + names if 'solution' in n and (n == 'solutions' or n.endswith('.ipynb'))])"
    assert a(look) == "[]\n"


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


@wall("fill the disk", "a home of fixed size, 256 MB of /tmp, nothing else that can be written")
def test_full_disk(a, b):
    code = """
import os
def fill(path):
    try:
        with open(path, 'wb') as file:
            for _ in range(5000): file.write(bytes(1_000_000))
        return 'no end'
    except OSError as error:
        size = os.path.getsize(path); os.remove(path)
        return f'{error.strerror} after {size // 1_000_000} MB'
print(fill(os.path.expanduser('~/big'))); print(fill('/tmp/big'))
"""
    home, temporary = a(code).splitlines()
    for line, most in ((home, 2000), (temporary, 270)):
        assert line.startswith("No space left on device") and int(line.split()[-2]) <= most, line
    b.run("from pathlib import Path; Path.home().joinpath('more.txt').write_text('x' * 1_000_000)")


@wall(
    "fill the memory",
    "a limit of 2 GB a student, swap included: the kernel dies, nobody else notices",
)
def test_full_memory(students, a, b):
    students[0].channels.settimeout(8)  # a killed kernel says nothing
    with pytest.raises((websocket.WebSocketException, OSError)):
        a("held = [bytes([1]) * 100_000_000 for _ in range(40)]")


@wall("fork bomb", "a limit of 400 processes a student")
def test_fork_bomb(klass, a, b):
    code = """
import os, signal, time
children = []
try:
    while len(children) < 5000:
        child = os.fork()
        if child == 0:
            time.sleep(30); os._exit(0)
        children.append(child)
except OSError as error:
    print(error.strerror)
print(len(children) < 400)
for child in children: os.kill(child, signal.SIGKILL)
for child in children: os.waitpid(child, 0)
"""
    assert a(code).splitlines() == ["Resource temporarily unavailable", "True"]


@wall("open 1,000 kernels", "the same limits of memory and processes")
def test_a_thousand_kernels(klass, a, b, students):
    opened, deadline = 0, time.monotonic() + 45
    try:
        while opened < 1000 and time.monotonic() < deadline:
            students[0].session.timeout = 10
            students[0].ask("POST", "kernels", json={"name": "python3"})
            opened += 1
    except requests.RequestException:
        pass
    running = docker(
        "stats", "--no-stream", "--format", "{{.PIDs}}", f"{klass.name}-{students[0].login}"
    )
    print(f"\nkernels opened: {opened}, processes: {running.strip()}")
    assert opened < 1000 and int(running) <= 400
    docker("kill", f"{klass.name}-{students[0].login}", check=False)


def test_the_page_has_the_same_walls():
    importlib.import_module("tests.classroom.test_grade")  # whose attacks belong to the table
    section = PAGE.read_text(encoding="utf-8").partition("## Walls\n")[2].partition("\n## ")[0]
    assert table() in section, f"docs/reliability.md, section Walls, should have:\n{table()}"
