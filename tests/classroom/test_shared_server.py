"""The shared server: eight students at once, in the real hub, each with a system account of their own."""

import subprocess
from concurrent.futures import ThreadPoolExecutor

import nbformat
import pytest

from classroom.trial import classroom, obstacle
from helpers import PROJECT
from helpers.weights import damage

pytestmark = pytest.mark.skipif(obstacle() is not None, reason=str(obstacle()))
WORDS = ["apple", "river", "guitar", "winter", "doctor", "silver", "garden", "rabbit"]  # each one token: what each student types
COUNT = len(WORDS)


@pytest.fixture(scope="module")
def room():
    with classroom(COUNT) as (hub, students):
        yield hub, students


@pytest.fixture(scope="module")
def lesson(room):
    """What each of the students got who ran notebook 01 and typed into its explorer, all at the same time."""
    with ThreadPoolExecutor(COUNT) as pool:
        return list(pool.map(attend, room[1], WORDS))


def attend(student, word):
    notebook = nbformat.read(PROJECT / "notebooks" / "01_pipeline.ipynb", as_version=4)
    student.log_in()
    student.start_kernel()
    models = {}
    for cell in notebook.cells:
        if cell.cell_type == "code":
            for message in student.run(cell.source):
                if message["msg_type"] == "comm_open":
                    opened = message["content"]
                    models.setdefault(opened["data"]["state"]["_model_name"], []).append(opened["comm_id"])
    said = student.send("comm_msg", {"comm_id": models["TextModel"][0],
                                     "data": {"method": "update", "state": {"value": word}, "buffer_paths": []}})
    pictures = [message["content"]["data"]["state"].get("value", "") for message in said
                if message["msg_type"] == "comm_msg" and message["content"]["comm_id"] in models["HTMLModel"]]
    return "".join(pictures)


def read(student, path):
    """What `student` gets who tries to read `path` as the system's user, without the hub."""
    return subprocess.run(["runuser", "-u", student.name, "--", "cat", path], capture_output=True, text=True, errors="replace")


def test_all_finish_and_each_sees_their_own_sentence(lesson):
    for word, picture in zip(WORDS, lesson, strict=True):
        assert [other for other in WORDS if other in picture] == [word]


def test_work_is_private(room, lesson):
    _, (one, other, *_) = room
    path = f"/home/{other.name}/behind-the-pipeline/notebooks/01_pipeline.ipynb"
    assert read(other, path).returncode == 0
    assert "Permission denied" in read(one, path).stderr
    assert "Permission denied" in read(one, f"/proc/{other.processes('ipykernel')[0].pid}/environ").stderr
    answer = one.session.get(f"{one.url}/user/{other.name}/api/contents/notebooks/01_pipeline.ipynb", timeout=60)
    assert answer.status_code in (403, 404) and "cells" not in answer.text


def test_the_hub_keeps_its_secrets(room, lesson):
    hub, (one, *_) = room
    for name in ("jupyterhub_cookie_secret", "jupyterhub.sqlite"):
        assert (hub / name).exists()
        assert "Permission denied" in read(one, hub / name).stderr
    assert "Permission denied" in read(one, "/etc/shadow").stderr


def test_checkpoints_are_whole_shared_and_read_only(room, lesson):
    _, (one, *_) = room
    for role in ("sentiment", "masked-lm", "causal-lm"):
        folder = PROJECT / "build/classroom/checkpoints" / role
        assert damage(folder) is None
        assert subprocess.run(["runuser", "-u", one.name, "--", "test", "-w", folder / "model.safetensors"]).returncode == 1
    [kernel] = one.processes("ipykernel")
    [weights] = [entry for entry in kernel.memory_maps() if entry.path.endswith("sentiment/model.safetensors")]
    assert weights.shared_clean > 20e6 and weights.private_dirty == 0


def test_a_wrong_password_and_an_account_outside_the_class_are_refused(room):
    _, (one, *_) = room
    for name, password in ((one.name, "wrong"), ("root", one.password)):
        with pytest.raises(AssertionError, match="can't log in"):
            type(one)(one.url, name, password).log_in()
