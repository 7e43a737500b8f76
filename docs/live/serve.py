"""Show the site to a room: `make serve` prints this machine's addresses, and a code for phones."""

import argparse
import functools
import http.server
import socket

import segno

from helpers import PROJECT

SITE = PROJECT / "build" / "site"
YEAR = 365 * 24 * 60 * 60  # seconds


class Handler(http.server.SimpleHTTPRequestHandler):
    """Files of the site. An address that names a version never changes: phones fetch it once."""

    protocol_version = "HTTP/1.1"

    def end_headers(self):
        kept = f"max-age={YEAR}, immutable" if "?v=" in self.path else "no-cache"
        self.send_header("Cache-Control", kept)
        super().end_headers()

    def log_message(self, *_):
        """A class of phones would fill the terminal."""


def addresses():
    """This machine's IPv4 addresses for others; the one that leads outward first."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as outward:
        try:
            outward.connect(("192.0.2.1", 9))  # a datagram socket sends nothing by that
            found = [outward.getsockname()[0]]
        except OSError:  # no network at all
            found = []
    others = socket.gethostbyname_ex(socket.gethostname())[2]
    return [one for one in dict.fromkeys([*found, *others]) if not one.startswith("127.")]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("port", nargs="?", type=int, default=8000)
    port = parser.parse_args().port
    if not (SITE / "live").is_dir():
        raise SystemExit("There is no site yet: make site")
    handler = functools.partial(Handler, directory=SITE)
    with http.server.ThreadingHTTPServer(("", port), handler) as server:
        links = [f"http://{address}:{port}" for address in addresses()]
        segno.make(links[0] if links else f"http://localhost:{port}").terminal(compact=True)
        print(*links, f"http://localhost:{port}", sep="\n")
        print("By a plain http:// address a browser keeps nothing for a visit without a network.")
        server.serve_forever()


if __name__ == "__main__":
    main()
