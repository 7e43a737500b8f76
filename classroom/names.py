"""From a list of names to accounts and slips to cut: any script, one name a line, empty lines and
# lines ignored.
"""

import base64
import io
import json
import os
import re
import secrets
from pathlib import Path

import segno
from anyascii import anyascii
from jinja2 import Environment, FileSystemLoader

PAGES = Environment(loader=FileSystemLoader(Path(__file__).parent / "pages"), autoescape=True)
CONSONANTS, VOWELS = "bdfghkmnprstvz", "aeiou"
Accounts = dict[str, dict[str, str]]


def read(path: Path) -> list[str]:
    """The names in the file, in order. Raises ValueError that names every duplicate, or says that
    there is none.
    """
    lines = path.read_text(encoding="utf-8-sig").splitlines()
    numbered = [(number, " ".join(line.split())) for number, line in enumerate(lines, 1)]
    named = [(number, name) for number, name in numbered if name and not name.startswith("#")]
    places: dict[str, list[int]] = {}
    for number, name in named:
        places.setdefault(name.casefold(), []).append(number)
    names = dict(named)
    double = [
        f"{names[at[0]]} (lines {', '.join(map(str, at))})" for at in places.values() if len(at) > 1
    ]
    if double:
        raise ValueError(
            f"{path}: the same name twice: {'; '.join(double)}. Add something to tell them apart."
        )
    if not named:
        raise ValueError(f"{path}: there is no name in it; one a line is wanted")
    return list(names.values())


def login(name: str, taken: set[str]) -> str:
    """A login of plain letters and digits: "José Núñez" → "josenunez", "李小龙" → "lixiaolong", the
    second of them "…2".
    """
    plain = re.sub(r"[^a-z0-9]", "", anyascii(name).lower())[:24] or "student"
    return next(
        new for new in (plain, *(f"{plain}{n}" for n in range(2, 10_000))) if new not in taken
    )


def password() -> str:
    """Random syllables, easy to type: "kuto-remi-saba-nolu". 49 bits."""
    syllables = [secrets.choice(CONSONANTS) + secrets.choice(VOWELS) for _ in range(8)]
    return "-".join("".join(syllables[at : at + 2]) for at in range(0, 8, 2))


def enrol(names: list[str], file: Path) -> Accounts:
    """Add an account for each new name to the accounts file; return all. Who has one keeps it."""
    accounts: Accounts = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    known = {account["name"].casefold() for account in accounts.values()}
    for name in names:
        if name.casefold() not in known:
            accounts[login(name, set(accounts))] = {"name": name, "password": password()}
    write(file, json.dumps(accounts, ensure_ascii=False, indent=1))
    return accounts


def slips(accounts: Accounts, address: str, fingerprint: str) -> str:
    """A page to print and cut: name, address with its QR code, login, password, the certificate's
    fingerprint.
    """
    picture = io.BytesIO()
    segno.make(address).save(picture, kind="svg", xmldecl=False)
    code = "data:image/svg+xml;base64," + base64.b64encode(picture.getvalue()).decode()
    return PAGES.get_template("slips.html").render(
        accounts=accounts, address=address, code=code, fingerprint=fingerprint
    )


def write(path: Path, text: str) -> None:
    """Write what only its owner may read, whole or not at all."""
    partial = path.with_suffix(".partial")
    mine = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with open(mine, "w", encoding="utf-8") as file:
        file.write(text)
    partial.replace(path)
