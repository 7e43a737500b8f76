"""A class at work, through the hub's API: start every server and kernel before the lesson, see who
is where.

`make class-warm` opens one notebook's kernel for every student and imports what the notebook
imports, so that the class does not pay for it at the same minute; `make class-status` prints a row
a student.
"""

import json
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import requests
import websocket
from tqdm import tqdm

from classroom.image import docker
from classroom.room import Room

FIRST = "00_start_here"
AT_ONCE = 2  # students who start at the same time: each takes a core for five seconds
PATIENCE = 300  # seconds for any one answer, when a class shares two slow cores
IMPORTS = """import matplotlib.pyplot, ipywidgets, torch, transformers
from transformers import AutoTokenizer, pipeline
from transformers import DistilBertForSequenceClassification, LlamaForCausalLM"""


class Server:
    """A student's server, asked with the hub's token or, in the tests, with a student's own
    session.
    """

    def __init__(self, room: Room, login: str, session: requests.Session | None = None):
        self.room, self.login, self.kernel = room, login, None
        self.session = session or authorized(room)
        self.session.trust_env, self.session.verify = False, str(room.certificate)

    def ask(self, method: str, path: str, **options) -> requests.Response:
        """One request to the server's own API. Raises HTTPError on a refusal."""
        headers = {
            "X-XSRFToken": self.session.cookies.get("_xsrf", path=f"/user/{self.login}/") or ""
        }
        url = f"{self.room.local}/user/{self.login}/api/{path}"
        answer = self.session.request(method, url, headers=headers, timeout=PATIENCE, **options)
        answer.raise_for_status()
        return answer

    def open(self, notebook: str = FIRST) -> None:
        """Start the notebook's kernel, as opening it in the browser does, and connect to it."""
        path = f"notebooks/{notebook}.ipynb"
        wanted = {"path": path, "name": path, "type": "notebook", "kernel": {"name": "python3"}}
        self.kernel = self.ask("POST", "sessions", json=wanted).json()["kernel"]["id"]
        self.connect()

    def connect(self) -> None:
        cookies = [
            f"{c.name}={c.value}"
            for c in self.session.cookies
            if c.path in ("/", f"/user/{self.login}/")
        ]
        headers = {k: v for k, v in self.session.headers.items() if k == "Authorization"}
        server = f"wss{self.room.local.removeprefix('https')}"
        self.channels = websocket.create_connection(
            f"{server}/user/{self.login}/api/kernels/{self.kernel}/channels",
            cookie="; ".join(cookies), header=headers, origin=self.room.local, timeout=PATIENCE,
            sslopt={"ca_certs": str(self.room.certificate)},
        )  # fmt: skip

    def send(self, kind: str, content: dict) -> list[dict]:
        """Send one message on the shell channel; return all that the kernel published because of
        it.
        """
        header = {"msg_id": uuid.uuid4().hex, "msg_type": kind, "session": self.login}
        header |= {"username": self.login, "version": "5.3"}
        message = {"channel": "shell", "header": header, "content": content}
        self.channels.send(json.dumps(message | {"parent_header": {}, "metadata": {}}))
        said = []
        while True:
            message = json.loads(self.channels.recv())
            if (
                message["channel"] == "iopub"
                and message["parent_header"].get("msg_id") == header["msg_id"]
            ):
                said.append(message)
                if message["content"].get("execution_state") == "idle":
                    return said

    def run(self, code: str, silent: bool = False) -> list[dict]:
        """Run code; return its messages. Raises RuntimeError with what the code raised."""
        content = {"code": code, "silent": silent, "store_history": not silent}
        content |= {"user_expressions": {}, "allow_stdin": False, "stop_on_error": True}
        said = self.send("execute_request", content)
        for message in said:
            if message["msg_type"] == "error":
                content = message["content"]
                raise RuntimeError(f"{self.login}: {content['ename']}: {content['evalue']}")
        return said


def authorized(room: Room) -> requests.Session:
    """A session that asks with the hub's own token."""
    session = requests.Session()
    session.trust_env = False  # no proxy of the teacher's, no other authorities
    session.headers["Authorization"] = f"token {room.token.read_text()}"
    session.verify = str(room.certificate)
    return session


def start_server(room: Room, session: requests.Session, login: str) -> None:
    """Start one student's server and wait for it. Raises RuntimeError where it does not answer."""
    user = f"{room.local}/hub/api/users/{login}"
    session.post(user, timeout=PATIENCE)  # who has not logged in yet is not in the hub's list
    answer = session.post(f"{user}/server", timeout=PATIENCE)
    deadline = time.monotonic() + PATIENCE
    while answer.status_code in (201, 202, 400) and time.monotonic() < deadline:
        server = session.get(user, timeout=PATIENCE).json()["servers"].get("")
        if server and server["ready"]:
            return
        time.sleep(0.3)
    raise RuntimeError(
        f"the server of {login} did not start: {answer.status_code} {answer.text[:200]}"
    )


def warm(room: Room, notebook: str = FIRST) -> list[str]:
    """Start server and kernel of every account, with a bar; return what went wrong, a line a
    student.
    """
    accounts = json.loads(room.accounts.read_text(encoding="utf-8"))

    def one(login: str) -> str | None:
        try:
            start_server(room, authorized(room), login)
            server = Server(room, login)
            server.open(notebook)
            server.run(IMPORTS, silent=True)
            server.channels.close()
        except (OSError, RuntimeError, websocket.WebSocketException) as error:
            return f"{accounts[login]['name']}: {error}"

    with ThreadPoolExecutor(AT_ONCE) as pool:
        done = tqdm(pool.map(one, accounts), total=len(accounts), desc="warming", unit="student")
        return [problem for problem in done if problem]


def status(room: Room) -> str:
    """A table of the accounts: who is in, since when, which notebooks are open, how much memory is
    used.
    """
    accounts = json.loads(room.accounts.read_text(encoding="utf-8"))
    session = authorized(room)
    users = session.get(f"{room.local}/hub/api/users", timeout=PATIENCE).json()
    servers = {user["name"]: user["servers"][""] for user in users if user["servers"]}
    form = "{{.Name}}\t{{.MemUsage}}\t{{.PIDs}}"
    names = docker("ps", "--format", "{{.Names}}", "--filter", f"label=class={room.name}").split()
    rows = docker("stats", "--no-stream", "--format", form, *names).splitlines() if names else []
    used = {row.split("\t")[0].removeprefix(f"{room.name}-"): row.split("\t")[1:] for row in rows}
    table = [("name", "login", "since", "memory", "processes", "open")]
    for login, account in accounts.items():
        since = servers[login]["started"][11:16] if login in servers else "–"
        notebooks = where(room, login) if login in servers else ""
        table.append((account["name"], login, since, *used.get(login, ("–", "–")), notebooks))
    widths = [max(len(row[column]) for row in table) for column in range(6)]
    return "\n".join("  ".join(map(str.ljust, row, widths)).rstrip() for row in table)


def where(room: Room, login: str) -> str:
    """The notebooks a student has open, or why that can't be seen."""
    try:
        sessions = Server(room, login).ask("GET", "sessions").json()
    except requests.RequestException as error:
        return f"does not answer ({type(error).__name__})"
    return ", ".join(
        f"{Path(each['path']).stem} ({each['kernel']['execution_state']})" for each in sessions
    )
