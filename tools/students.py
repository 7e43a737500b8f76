"""Students of the class that the tests open: their names, how they log in, what they see.

STUDENTS=4 opens it for as many of the eight.
"""

import os
import time
from pathlib import Path

import requests

from classroom.lesson import PATIENCE, Server

NAMES = [
    "Ada Lovelace",
    "José Núñez",
    "李小龙",
    "Дмитрий Иванов",
    "Zoë",
    "ليلى",
    "O'Brien",
    "Ada Lovelace-Byron",
][: int(os.environ.get("STUDENTS", 8))]


def log_in(room, login, password):
    """A browser without the browser, logged in through the form. Raises AssertionError with the
    status where refused.
    """
    session = requests.Session()
    session.trust_env, session.verify = False, str(room.certificate)
    session.get(f"{room.local}/hub/login", timeout=PATIENCE)
    given = {
        "username": login,
        "password": password,
        "_xsrf": session.cookies.get("_xsrf", path="/hub/"),
    }
    answer = session.post(
        f"{room.local}/hub/login?next=%2Fhub%2Fhome", timeout=PATIENCE, data=given
    )
    assert answer.ok, f"{login} can't log in: {answer.status_code}"
    return session


def enter(room, login, password):
    """Log in and wait for a server of one's own; returns it."""
    session = log_in(room, login, password)
    lab, deadline = f"{room.local}/user/{login}/lab", time.monotonic() + PATIENCE
    answer = session.get(f"{room.local}/hub/spawn", timeout=PATIENCE)
    while not (answer.ok and answer.url.startswith(f"{room.local}/user/{login}/")):
        assert time.monotonic() < deadline, (
            f"the server of {login} did not start: {answer.status_code} at {answer.url}"
        )
        time.sleep(0.3)
        answer = session.get(lab, timeout=PATIENCE)
    return Server(room, login, session)


def said(messages):
    """What code printed."""
    return "".join(each["content"]["text"] for each in messages if each["msg_type"] == "stream")


def memory(pid):
    """{"Pss", "Private_Dirty", …} of a process in MB."""
    rows = (line.split() for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:])
    return {row[0].rstrip(":"): int(row[1]) * 1.024 / 1000 for row in rows}
