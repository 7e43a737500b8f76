"""Eight students at once in the real hub: from a list of names to a class, cold and warmed, ended
and begun again.
"""

import json
import os
import signal
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor

import nbformat
import pytest

from classroom import collect, homes, lesson
from classroom import room as rooms
from classroom.image import IMAGE, docker
from classroom.kubernetes import arrivals
from tools.students import NAMES, enter, memory, said

NOTEBOOK = "01_pipeline"
CELLS = [
    cell
    for cell in nbformat.read(rooms.PROJECT / "notebooks" / f"{NOTEBOOK}.ipynb", as_version=4).cells
    if cell.cell_type == "code"
]


def accounts(room):
    return json.loads(room.accounts.read_text(encoding="utf-8"))


def processor_seconds(room, login):
    """What the processes of a student's container have used so far."""
    times = docker("top", f"{room.name}-{login}", "-o", "pid,cputimes").splitlines()[1:]
    return sum(int(line.split()[1]) for line in times)


def attend(room, login, password):
    """Log in and run the notebook; returns the server, and the seconds until the first answer:
    by the clock, and of the processors.
    """
    started = time.monotonic()
    server = enter(room, login, password)
    server.open(NOTEBOOK)
    for cell in CELLS:
        server.run(cell.source)
        if cell.id == "call":
            seconds, work = time.monotonic() - started, processor_seconds(room, login)
    return server, seconds, work


def together(room):
    with ThreadPoolExecutor(len(NAMES)) as pool:
        students = [(login, account["password"]) for login, account in accounts(room).items()]
        return list(pool.map(lambda student: attend(room, *student), students))


@pytest.fixture(scope="module")
def cold(klass):
    """What happens when all come at once and nothing runs yet; afterwards the class ends and
    begins again.
    """
    attended = together(klass)
    for number, (server, _, _) in enumerate(attended):
        server.run(f"from pathlib import Path\nPath('mine.ipynb').write_text('{{}} {number}')")
    rooms.end(klass)
    rooms.start(klass, NAMES, "127.0.0.1")
    return [seconds for _, seconds, _ in attended], [work for _, _, work in attended]


@pytest.fixture(scope="module")
def warmed(klass, cold):
    started = time.monotonic()
    assert lesson.warm(klass, NOTEBOOK) == []
    print(f"\nwarming {len(NAMES)}: {time.monotonic() - started:.0f} s")
    return together(klass)


def test_from_names_to_a_class_within_a_minute(klass):
    print(f"\nnames to a running class: {klass.seconds:.0f} s")
    assert klass.seconds <= 60
    slips = (klass.folder / "slips.html").read_text(encoding="utf-8")
    assert all(name.replace("'", "&#39;") in slips for name in NAMES)
    assert klass.folder.stat().st_mode & 0o077 == 0


def test_a_second_start_keeps_what_is_there(klass):
    before, hub = accounts(klass), (klass.folder / "hub.pid").read_text()
    rooms.start(klass, [*NAMES, "Newcomer"], "127.0.0.1")
    after = accounts(klass)
    assert {login: after[login] for login in before} == before and len(after) == len(before) + 1
    assert (klass.folder / "hub.pid").read_text() == hub
    after.popitem()
    klass.accounts.write_text(json.dumps(after), encoding="utf-8")


def test_cold_all_get_an_answer_and_the_simulation_is_of_that_size(cold):
    """The simulation's costs are the processor seconds of a start here. By the clock it may take
    longer than simulated, as other programs run, but not less.
    """
    seconds, measured = cold
    simulated = arrivals.SERVER + arrivals.KERNEL + arrivals.ANSWER
    expected = max(arrivals.waits([0.0] * len(NAMES), simulated, os.cpu_count()))
    print(f"\ncold, first answer: {min(seconds):.1f} to {max(seconds):.1f} s", end="; ")
    print(f"simulated {expected:.0f} s; processor seconds a start:", measured, simulated)
    assert 0.5 < sum(measured) / len(measured) / simulated < 2
    assert max(seconds) > 0.5 * expected


def test_warmed_the_first_answer_comes_at_once(warmed):
    """The aim is 8 s each; a machine that does other work, too, gets three times that."""
    seconds = [seconds for _, seconds, _ in warmed]
    print(f"\nwarmed, first answer: {min(seconds):.1f} to {max(seconds):.1f} s")
    assert max(seconds) <= 24


def test_what_a_student_costs(klass, warmed):
    kernels, servers = [], []
    for login in accounts(klass):
        for line in docker("top", f"{klass.name}-{login}", "-o", "pid,cmd").splitlines()[1:]:
            pid, command = line.split(None, 1)
            if "ipykernel" in command or "singleuser" in command and "python" in command:
                (kernels if "ipykernel" in command else servers).append(memory(pid))
    assert len(kernels) == len(servers) == len(NAMES)
    for name, each in (("kernel", kernels), ("server", servers)):
        private, shared, size = (
            sum(one[key] for one in each) / len(each) for key in ("Private_Dirty", "Pss", "Rss")
        )
        print(f"\n{name}, MB a student: private {private:.0f}, PSS {shared:.0f}, RSS {size:.0f}")
    assert max(kernel["Private_Dirty"] for kernel in kernels) < 400
    mapped = [kernel["Shared_Clean"] for kernel in kernels]
    assert min(mapped) > 50  # libraries and weights lie in memory once


def test_work_is_kept_when_a_class_ends(warmed):
    for number, (server, _, _) in enumerate(warmed):
        assert said(server.run("print(Path('mine.ipynb').read_text())")) == f"{{}} {number}\n"


def test_copies_are_never_overwritten_and_solutions_are_not_among_them(warmed):
    server = warmed[0][0]
    server.run("Path('01_pipeline.ipynb').write_text('my work')")
    server.run("import subprocess; subprocess.run(['start.sh', 'true'], check=True)")
    assert said(server.run("print(Path('01_pipeline.ipynb').read_text())")) == "my work\n"
    assert (
        said(server.run("print(sorted(p.name for p in Path('.').glob('*')))")).count("solutions")
        == 0
    )


def test_collecting_copies_notebooks_with_a_manifest_and_follows_no_link(klass, warmed, tmp_path):
    server = warmed[1][0]
    server.run(
        "Path('secret.ipynb').symlink_to('/etc/passwd'); Path('große Übung.ipynb').write_text('{}')"
    )
    server.run("open('huge.ipynb', 'wb').truncate(30_000_000)")
    rows = collect.collect(klass, tmp_path / "collected")
    assert {row[0] for row in rows[1:]} == set(NAMES)
    names = [row[2].rpartition("/")[2] for row in rows if row[1] == server.login]
    assert "große Übung.ipynb" in names and "secret.ipynb" not in names
    assert [row[5] for row in rows if row[2].endswith("huge.ipynb")] == [
        "not copied: 20 MB or more"
    ]
    done = subprocess.run(
        ["sha256sum", *tmp_path.rglob("mine.ipynb")], check=True, capture_output=True, text=True
    )
    assert {line.split()[0] for line in done.stdout.splitlines()} == {
        row[4] for row in rows if row[2].endswith("mine.ipynb")
    }
    server.run("Path('huge.ipynb').unlink()")


def test_status_says_who_is_where(klass, warmed):
    table = lesson.status(klass)
    assert table.count(f"{NOTEBOOK} (idle)") == len(NAMES)


def test_a_killed_hub_comes_back_and_finds_its_students_at_work(klass, warmed):
    server = warmed[2][0]
    server.run("kept = 'still here'")
    os.kill(int((klass.folder / "hub.pid").read_text()), signal.SIGKILL)
    time.sleep(1)
    rooms.start(klass, NAMES, "127.0.0.1")
    server.connect()
    assert said(server.run("print(kept)")) == "still here\n"


def test_stale_containers_and_volumes_give_way(klass):
    """As after a restart of the machine: a home's loop device is another one than Docker knows."""
    volume = f"{klass.name}-stale"
    gone = ["--opt", "type=ext4", "--opt", "device=/dev/loop99999"]
    docker("volume", "create", "--label", f"class={klass.name}", *gone, volume)
    unmounted = f"{volume}:/home/student:nocopy"  # Docker would mount it to copy what is there
    docker("create", "--volume", unmounted, "--name", volume, IMAGE)
    homes.prepare(klass.homes, klass.name, ["stale"])
    assert "/dev/loop99999" not in docker("volume", "inspect", volume)
    mounted = ["run", "--rm", "--volume", f"{volume}:/home/student", IMAGE]
    assert docker(*mounted, "stat", "--format", "%U", "/home/student") == "student\n"
