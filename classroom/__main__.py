"""The teacher's commands, behind `make class`, `class-slips`, `class-warm`, `class-status`,
`collect`, `class-end`.
"""

import argparse
import subprocess
import sys
from datetime import datetime
from pathlib import Path

from classroom import names
from classroom.collect import collect
from classroom.image import IMAGE, PROJECT, ready
from classroom.lesson import FIRST, status, warm
from classroom.room import Room, end, own_address, start


def main() -> None:
    given = _arguments()
    room = Room(given.folder, given.port)
    if given.command != "slips":
        ready(IMAGE)
    if given.command not in ("start", "slips") and not room.accounts.exists():
        sys.exit(f"There is no class in {room.folder} yet: make class NAMES=names.txt")
    try:
        COMMANDS[given.command](room, given)
    except (OSError, ValueError, RuntimeError) as error:
        sys.exit(str(error))
    except subprocess.CalledProcessError as error:
        command = " ".join(map(str, error.cmd))
        sys.exit(f"{command}\nended with {error.returncode}; its own words stand above.")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("command", choices=COMMANDS)
    parser.add_argument("names", type=Path, nargs="?", default=Path("names.txt"))
    parser.add_argument("--folder", type=Path, default=PROJECT / "class")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--address", default=own_address())
    parser.add_argument("--notebook", default=FIRST)
    return parser.parse_args()


def _start(room: Room, given: argparse.Namespace) -> None:
    print(start(room, names.read(given.names), given.address))


def _slips(room: Room, given: argparse.Namespace) -> None:
    """Accounts and slips alone, for a hub elsewhere."""
    room.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    accounts = names.enrol(names.read(given.names), room.accounts)
    names.write(room.folder / "slips.html", names.slips(accounts, f"https://{given.address}", ""))
    print(f"{len(accounts)} accounts in {room.accounts}; print {room.folder / 'slips.html'}")


def _warm(room: Room, given: argparse.Namespace) -> None:
    problems = warm(room, given.notebook)
    print("\n".join(problems) or "all are warm")
    sys.exit(bool(problems))


def _collect(room: Room, given: argparse.Namespace) -> None:
    target = PROJECT / "collected" / f"{room.name}-{datetime.now():%Y-%m-%d-%H%M%S}"
    rows = collect(room, target)
    copied = sum(not row[5] for row in rows[1:])
    print(f"{copied} notebooks copied to {target}; {target.name}.csv beside it lists all")


COMMANDS = {
    "start": _start,
    "slips": _slips,
    "warm": _warm,
    "status": lambda room, given: print(status(room)),
    "collect": _collect,
    "end": lambda room, given: print(end(room)),
}

if __name__ == "__main__":
    main()
