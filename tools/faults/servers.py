"""As much of the Hub and of a package index as their clients need, with faults on demand."""

import functools
import hashlib
import http.server
import json
import mmap
import re
import threading
from pathlib import Path

from helpers.weights import ROLES


@functools.cache
def content(path):
    """The bytes of a file, read where they are needed."""
    with path.open("rb") as file:
        return memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))


@functools.cache
def hashes(path):
    """What the Hub publishes on a file: git's SHA-1 and the SHA-256."""
    data = content(path)
    return hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest(), hashlib.sha256(
        data
    ).hexdigest()


class Server(http.server.ThreadingHTTPServer):
    """`fault(handler, file)` runs before each answer; True: it has answered."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, handler):
        super().__init__(("127.0.0.1", 0), handler)
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.asked = []  # (method, path) of every request
        self.fault = None
        self.closing = threading.Event()  # what a stalled answer waits for

    def __enter__(self):
        threading.Thread(target=self.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *error):
        self.closing.set()
        self.shutdown()
        self.server_close()

    def handle_error(self, request, client_address):
        pass  # clients that hang up are what this is for


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.server.asked.append((self.command, self.path))
        self.serve()

    do_HEAD = do_GET

    def send_file(self, file, data=None, keep=None):
        """`data`: send this in place of the file's content.

        `keep`: send so many bytes and hang up.
        """
        data = data or content(file)
        start = int(re.match(r"bytes=(\d+)-|$", self.headers["Range"] or "")[1] or 0)
        headers = {
            "Accept-Ranges": "bytes",
            "ETag": f'"{hashes(file)[file.suffix == ".safetensors"]}"',
        }
        if commit := re.search(r"/resolve/(\w+)/", self.path):
            headers["X-Repo-Commit"] = commit[1]
        if start:
            headers["Content-Range"] = f"bytes {start}-{len(data) - 1}/{len(data)}"
        self.answer(206 if start else 200, headers, data[start:], keep)

    def answer(self, status, headers=(), body=b"", keep=None):
        self.send_response(status)
        for name, value in dict(headers).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body[:keep])
        if keep is not None:
            self.close_connection = True

    def log_message(self, *what):
        pass


class Hub(Server):
    """Serves `folders` (role → folder) under the course's ids, at its revisions only."""

    def __init__(self, folders):
        super().__init__(HubHandler)
        self.models = {
            (ROLES[role].hub_id, ROLES[role].revision): Path(folder)
            for role, folder in folders.items()
        }


class HubHandler(Handler):
    def serve(self):
        path = self.path.partition("?")[0]
        if path == "/":
            return self.answer(200)
        listing = re.fullmatch(r"/api/models/(.+?)/tree/(\w+)", path)
        found = listing or re.fullmatch(r"/(.+?)/resolve/(\w+)/(.+)", path)
        folder = found and self.server.models.get((found[1], found[2]))
        file = None if listing or not folder else folder / found[3]
        if self.server.fault and self.server.fault(self, file):
            return None
        if not folder:
            return self.answer(404, {"X-Error-Code": "RepoNotFound"})
        if listing:
            return self.answer(
                200, {"Content-Type": "application/json"}, json.dumps(self.listing(folder)).encode()
            )
        if not file.is_file():
            return self.answer(404, {"X-Error-Code": "EntryNotFound", "X-Repo-Commit": found[2]})
        return self.send_file(file)

    def listing(self, folder):
        entries = []
        for file in folder.iterdir():
            (git, sha256), size = hashes(file), file.stat().st_size
            large = (
                {"lfs": {"oid": sha256, "size": size, "pointerSize": 134}}
                if file.suffix == ".safetensors"
                else {}
            )
            entries.append({"type": "file", "path": file.name, "size": size, "oid": git, **large})
        return entries


class Index(Server):
    """A package index that has the one archive `path`."""

    def __init__(self, path):
        super().__init__(IndexHandler)
        self.path = path


class IndexHandler(Handler):
    def serve(self):
        file = self.server.path if self.path.endswith(self.server.path.name) else None
        if self.server.fault and self.server.fault(self, file):
            return
        if file:
            self.send_file(file)
        else:
            self.answer(
                200,
                {"Content-Type": "text/html"},
                f'<a href="/{self.server.path.name}">it</a>'.encode(),
            )


def status(code, **headers):
    """A fault: everything is answered with this status."""

    def fault(handler, file):
        handler.answer(code, {name.replace("_", "-"): value for name, value in headers.items()})
        return True

    return fault


def times(count, fault):
    """A fault that goes away after so many requests."""
    left = [None] * count

    def some(handler, file):
        return bool(left) and (left.pop(), fault(handler, file))[1]

    return some


def on_weights(serve):
    """A fault in the body of the weights alone. `serve(handler, file)` answers."""

    def fault(handler, file):
        if handler.command == "HEAD" or file is None or file.suffix not in (".safetensors", ".whl"):
            return False
        serve(handler, file)
        return True

    return fault


def stall(handler, file):
    """Half of the file, then nothing; nothing at all to who asks for the rest."""
    if not handler.headers["Range"]:
        half = file.stat().st_size // 2
        handler.send_response(200)
        handler.send_header("Content-Length", str(2 * half))
        handler.end_headers()
        handler.wfile.write(content(file)[:half])
    handler.server.closing.wait()


def slowly(size, pause):
    """A way to serve weights whole, but `size` bytes at a time with `pause` seconds between."""

    def serve(handler, file):
        data = content(file)
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(data)))
        handler.end_headers()
        for start in range(0, len(data), size):
            handler.wfile.write(data[start : start + size])
            handler.server.closing.wait(pause)

    return serve


def cut_off(handler, file):
    """Half of the file, then the end of the connection; at once for who asks for the rest."""
    handler.send_file(file, keep=0 if handler.headers["Range"] else file.stat().st_size // 2)


def other_content(handler, file):
    """The right size and a readable header, but other weights."""
    data = bytearray(content(file))
    data[-1] ^= 1
    handler.send_file(file, bytes(data))
