"""The real shared server with students made for the occasion: for its test and for `make measure-classroom`."""

import contextlib
import grp
import json
import os
import secrets
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import time
import uuid
from pathlib import Path

import psutil
import requests
import websocket

from helpers import PROJECT  # noqa: E402
PATIENCE = 300  # seconds for any one answer, when eight students share two slow cores
PORT = 18000  # and the next two


class Student:
    """One student's browser, without the browser: a session that logs in, starts a kernel and talks to it."""

    def __init__(self, url, name, password):
        self.url, self.name, self.password, self.session = url, name, password, requests.Session()

    def log_in(self):
        """Log in through the form and wait for the server of one's own. Raises AssertionError where the hub refuses."""
        self.session.get(f"{self.url}/hub/login", timeout=PATIENCE)
        answer = self.session.post(f"{self.url}/hub/login?next=%2Fhub%2Fspawn", timeout=PATIENCE, data={
            "username": self.name, "password": self.password, "_xsrf": self.session.cookies.get("_xsrf", path="/hub/")})
        assert answer.ok, f"{self.name} can't log in: {answer.status_code}"
        lab, deadline = f"{self.url}/user/{self.name}/lab", time.monotonic() + PATIENCE
        while not (answer.ok and answer.url == lab):  # until then, the hub answers from a page of its own
            assert time.monotonic() < deadline, f"the server of {self.name} did not start: {answer.status_code} at {answer.url}"
            time.sleep(0.5)
            answer = self.session.get(lab, timeout=PATIENCE)

    def start_kernel(self):
        """Start a kernel in the folder of the notebooks, and connect to it."""
        path = f"/user/{self.name}/"
        token = self.session.cookies.get("_xsrf", path=path)
        answer = self.session.post(f"{self.url}{path}api/kernels", json={"name": "python3", "path": "notebooks"},
                                   headers={"X-XSRFToken": token}, timeout=PATIENCE)
        answer.raise_for_status()
        cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in self.session.cookies if cookie.path in ("/", path))
        channels = f"ws{self.url.removeprefix('http')}{path}api/kernels/{answer.json()['id']}/channels"
        self.kernel = websocket.create_connection(channels, cookie=cookies, origin=self.url, timeout=PATIENCE)

    def send(self, kind, content):
        """Send one message on the shell channel; return all that the kernel published because of it."""
        header = {"msg_id": uuid.uuid4().hex, "msg_type": kind, "session": self.name, "username": self.name, "version": "5.3"}
        self.kernel.send(json.dumps({"channel": "shell", "header": header, "parent_header": {}, "metadata": {},
                                     "content": content}))
        said = []
        while True:
            message = json.loads(self.kernel.recv())
            if message["channel"] == "iopub" and message["parent_header"].get("msg_id") == header["msg_id"]:
                said.append(message)
                if message["content"].get("execution_state") == "idle":
                    return said

    def run(self, code):
        """Run code; return its messages. Raises AssertionError with the traceback's last line."""
        said = self.send("execute_request", {"code": code, "silent": False, "store_history": True, "user_expressions": {},
                                             "allow_stdin": False, "stop_on_error": True})
        for message in said:
            assert message["msg_type"] != "error", f"{self.name}: {message['content']['ename']}: {message['content']['evalue']}"
        return said

    def processes(self, part):
        """One's processes whose command line has `part` in it."""
        mine = (process for process in psutil.process_iter(["username", "cmdline"]) if process.info["username"] == self.name)
        return [process for process in mine if part in " ".join(process.info["cmdline"] or ())]


def obstacle():
    """Why the trial can't run here, in words, or None."""
    if os.geteuid() != 0:
        return "only root can make accounts and start a process for each of them"
    closed = [folder for folder in (PROJECT, *PROJECT.parents) if not folder.stat().st_mode & 0o001]
    return f"students can't reach the course: {closed[0]} is closed to them" if closed else None


@contextlib.contextmanager
def classroom(count):
    """Start the hub as `make classroom` does, in a state of its own, with `count` new accounts; yield its students."""
    names, password = [f"pipeline-trial-{number}" for number in range(1, count + 1)], secrets.token_urlsafe()
    url = f"http://127.0.0.1:{PORT}"
    with contextlib.ExitStack() as undo:
        folder = undo.enter_context(tempfile.TemporaryDirectory())
        os.chmod(folder, 0o755)
        if not any(group.gr_name == "students" for group in grp.getgrall()):
            subprocess.run(["groupadd", "students"], check=True)
            undo.callback(subprocess.run, ["groupdel", "students"], check=True)
        for name in names:
            subprocess.run(["useradd", "--create-home", "--groups", "students", name], check=True)
            undo.callback(subprocess.run, ["userdel", "--remove", name], check=True, capture_output=True)
        subprocess.run(["chpasswd"], input="".join(f"{name}:{password}\n" for name in names), text=True, check=True)
        hub = Path(folder, "hub")
        hub.mkdir(0o700)
        command = [_python(folder), "-m", "jupyterhub", f"--config={PROJECT / 'classroom' / 'jupyterhub_config.py'}",
                   f"--url={url}", f"--JupyterHub.hub_port={PORT + 1}",
                   f"--ConfigurableHTTPProxy.api_url=http://127.0.0.1:{PORT + 2}"]
        with (hub / "log").open("w") as log:
            process = subprocess.Popen(command, cwd=hub, stdout=log, stderr=log)
        undo.callback(_stop, process, names)
        _wait(f"{url}/hub/health", process, hub / "log")
        yield hub, [Student(url, name, password) for name in names]


def _python(folder):
    """This Python, or where students may not run it, as under /root, the system's own with the same packages."""
    own = Path(sys.executable)
    if all(parent.stat().st_mode & 0o001 for parent in own.resolve().parents):
        return own
    system = shutil.which("python3", path="/usr/bin")
    subprocess.run([system, "-m", "venv", "--without-pip", f"{folder}/venv"], check=True)
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    packages = Path(folder, "venv", "lib", version, "site-packages")
    assert packages.is_dir(), f"students can't run {own.resolve()}, and {system} is not {version}"
    (packages / "course.pth").write_text(sysconfig.get_path("purelib"))
    for name in ("etc", "share"):  # JupyterLab finds itself here
        shutil.rmtree(Path(folder, "venv", name), ignore_errors=True)
        Path(folder, "venv", name).symlink_to(Path(sys.prefix, name))
    return Path(folder, "venv", "bin", "python")


def _wait(url, process, log):
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(requests.RequestException):
            if requests.get(url, timeout=PATIENCE).ok:
                return
        time.sleep(0.2)
    raise AssertionError(f"the hub did not start:\n{log.read_text()[-3000:]}")


def _stop(process, names):
    process.terminate()  # the hub ends its students' servers, and these their kernels
    process.wait(PATIENCE)
    left = [left for left in psutil.process_iter(["username"]) if left.info["username"] in names]
    for one in left:
        one.kill()
    psutil.wait_procs(left)
