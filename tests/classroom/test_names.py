"""From a list of names to accounts and slips, and to a login that can be guessed only slowly."""

import asyncio
import re

import pytest

from classroom import names, passwords


@pytest.fixture
def listed(tmp_path):
    def write(text):
        path = tmp_path / "names.txt"
        path.write_text(text, encoding="utf-8")
        return path

    return write


def test_any_script_gets_a_login_that_any_keyboard_types(listed):
    given = [
        "Ada Lovelace",
        "José Núñez",
        "李小龙",
        "Дмитрий",
        "ليلى",
        "😀",
        "—",
        "O'Brien",
        "Jose Nunez",
    ]
    read = names.read(listed("\ufeff# class 7b\n\n" + "\n".join(f"  {name} " for name in given)))
    assert read == given
    logins = []
    for name in read:
        logins.append(names.login(name, set(logins)))
    assert len(set(logins)) == len(given) and all(
        re.fullmatch("[a-z0-9]+", each) for each in logins
    )
    assert logins[1] == "josenunez" and logins[-1] == "josenunez2"


def test_every_duplicate_is_named_with_its_lines(listed):
    with pytest.raises(ValueError, match=r"ada \(lines 1, 4\); BOB \(lines 3, 5\)"):
        names.read(listed("ada\nEve\nBOB\nAda\nbob\n"))
    with pytest.raises(ValueError, match="no name"):
        names.read(listed("# nobody\n"))


def test_who_has_an_account_keeps_it_whatever_the_order(tmp_path):
    file = tmp_path / "accounts.json"
    before = names.enrol(["José", "Jose"], file)
    after = names.enrol(["Jose", "Zoë", "José"], file)
    assert {login: after[login] for login in before} == before and len(after) == 3
    assert file.stat().st_mode & 0o077 == 0
    assert len({account["password"] for account in after.values()}) == 3


def test_slips_show_names_as_text_and_a_code(tmp_path):
    accounts = names.enrol(["<script>alert(1)</script>", "李小龙"], tmp_path / "accounts.json")
    page = names.slips(accounts, "https://192.0.2.7:8000", "ab12")
    assert "<script>" not in page and "李小龙" in page and page.count("data:image/svg+xml") == 2
    assert all(account["password"] in page for account in accounts.values())


def test_a_second_list_needs_no_restart_and_guessing_is_slow(tmp_path, monkeypatch):
    file = tmp_path / "accounts.json"
    monkeypatch.setenv("CLASS_ACCOUNTS", str(file))
    accounts = names.enrol(["Ada"], file)
    door = passwords.ClassAuthenticator()

    def try_in(name, password):
        return asyncio.run(door.authenticate(None, {"username": name, "password": password}))

    assert try_in(" Ada ", f" {accounts['ada']['password']} ") == "ada"
    assert try_in("eve", "x") is None and door.failures == {}
    accounts = names.enrol(["Eve"], file)
    assert try_in("eve", accounts["eve"]["password"]) == "eve"
    assert [try_in("eve", "wrong") for _ in range(passwords.TRIES)] == [None] * passwords.TRIES
    with pytest.raises(passwords.HTTPError, match="429"):
        try_in("eve", accounts["eve"]["password"])
    assert try_in("ada", accounts["ada"]["password"]) == "ada"
    later = passwords.time.monotonic() + passwords.SECONDS + 1
    monkeypatch.setattr(passwords.time, "monotonic", lambda: later)
    assert try_in("eve", accounts["eve"]["password"]) == "eve"
