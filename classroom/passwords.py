"""The class as a list of accounts: who may log in to the hub, on one machine and on Kubernetes
alike.

An accounts file is `{"adalovelace": {"name": "Ada Lovelace", "password": "…"}}`. This module needs
JupyterHub and nothing of the course, since the chart's hub has no more.
"""

import hmac
import json
import os
import time
from pathlib import Path

from jupyterhub.auth import Authenticator
from tornado.web import HTTPError

# Wrong passwords for one name before it is closed, and for how long they count.
TRIES, SECONDS = 5, 60


class ClassAuthenticator(Authenticator):
    """Names and passwords of the file that CLASS_ACCOUNTS names, read at each login: a second list
    needs no restart.
    """

    allow_all = True  # whoever authenticate() lets in

    def __init__(self, **options):
        super().__init__(**options)
        self.failures: dict[str, list[float]] = {}

    async def authenticate(self, handler, data: dict[str, str]) -> str | None:
        """The name, or None. Raises HTTPError 429 for a name with TRIES wrong passwords within
        SECONDS.
        """
        name = self.normalize_username(data["username"].strip())
        accounts = json.loads(Path(os.environ["CLASS_ACCOUNTS"]).read_text(encoding="utf-8"))
        if name not in accounts:
            return None
        failures = [
            when for when in self.failures.get(name, ()) if when > time.monotonic() - SECONDS
        ]
        if len(failures) >= TRIES:
            raise HTTPError(
                429, f"{TRIES} wrong passwords: wait a minute, then look at your slip once more"
            )
        given, right = (
            text.strip().encode() for text in (data["password"], accounts[name]["password"])
        )
        if hmac.compare_digest(given, right):
            self.failures.pop(name, None)
            return name
        self.failures[name] = [*failures, time.monotonic()]
        return None
