"""Walls that are limits: student A uses up what there is, and B works on at once."""

import time

import pytest
import requests
import websocket

from classroom import collect
from classroom.image import docker
from tools.walls import wall


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
for folder in (os.path.expanduser('~'), '/tmp'):
    print(fill(folder + '/big'))
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


@wall("use up the processors", "two at most, and an equal share for each container")
def test_busy_processors(a, b):
    code = """
import os, subprocess, sys
busy = [subprocess.Popen([sys.executable, '-c', 'while True: pass']) for _ in range(20)]
print(len(busy))
"""
    assert a(code) == "20\n"
    for _ in range(5):
        started = time.monotonic()
        b.run("sum(range(1_000_000))")
        assert time.monotonic() - started < 5
    a("for each in busy: each.kill(), each.wait()")


@wall(
    "stop `make collect`: names that are no text, a path too long to copy, 500 MB of notebooks",
    "homes are read in a container; what can't be copied is named, and the next student follows",
)
def test_a_home_that_can_t_be_collected(klass, a, b, monkeypatch, tmp_path):
    code = r"""
import os, shutil
work = os.path.expanduser('~/behind-the-pipeline')
os.makedirs(work + '/hostile')
os.chdir(work + '/hostile')
for name in (b'\xff.ipynb', b'large1.ipynb', b'large2.ipynb', b'large3.ipynb'):
    with open(name, 'wb') as file: file.write(bytes(15_000_000))
for _ in range(16):
    os.mkdir('d' * 250); os.chdir('d' * 250)
with open('deep.ipynb', 'w') as file: file.write('x')
"""
    a(code)
    b.run("Path.home().joinpath('behind-the-pipeline', 'found.ipynb').write_text('{}')")
    rows = collect.collect(klass, tmp_path / "all")
    monkeypatch.setattr(collect, "LARGEST", 50_000_000)
    cut = collect.collect(klass, tmp_path / "cut")
    a("os.chdir(work); shutil.rmtree('hostile')")
    assert [row[5] for row in rows if row[2].endswith("/deep.ipynb")] == [
        "not copied: File name too long"
    ]
    assert r"\udcff.ipynb" in (tmp_path / "all.csv").read_text(encoding="utf-8")
    assert [row[5] for row in cut].count("the rest is not copied: more than 50 MB in all") == 1
    for found in (rows, cut):
        assert any(row[1] == b.login and row[2].endswith("/found.ipynb") for row in found)


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
