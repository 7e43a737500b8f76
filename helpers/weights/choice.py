"""Which weights a notebook runs on: the Hub's classic ones, or those that come with the course.

The environment variable CHECKPOINTS chooses:

- `auto` (the default): the Hub where its files are cached or it answers within 3 s, else the
  embedded weights;
- `hub`: the Hub only;
- `embedded`: the weights that come with the course only;
- a folder that has one subfolder a role, such as `my_checkpoints/sentiment/`.

`HF_HUB_OFFLINE=1` keeps everything here away from the Hub. `python -m helpers.weights` fetches
what is to be fetched and prints the table.
"""

import os
from pathlib import Path
from typing import NamedTuple

from helpers.weights import hub, smollm2
from helpers.weights.inspection import damage
from helpers.weights.roles import EMBEDDED, ROLES, CheckpointError


class Choice(NamedTuple):
    """What a role would run on, why, and what to do when its folder is damaged."""

    folder: str | None  # None: not there yet, `resolve` fetches it
    weights: str
    reason: str
    repair: str = "Delete that folder and run this again, which fetches it anew"


def resolve(role: str) -> str:
    """Return a local folder with config, tokenizer and weights for `from_pretrained`.

    Prints one line on the choice. `role`: a key of ROLES. Files from the Hub are taken at the
    pinned revision and stay in its own cache. Raises ValueError for an unknown role or an unknown
    CHECKPOINTS, CheckpointError when the weights can't be had or are damaged.
    """
    choice = choose(role)
    folder = choice.folder
    if folder is None:
        folder, choice = _obtain(role, choice)
    if problem := damage(folder):
        raise CheckpointError(f"{role}: {problem}. {choice.repair}.")
    print(f"{role}: {choice.weights} — {choice.reason}")
    return folder


def describe() -> str:
    """Return a table of the roles, one line each: what `resolve` would take, and why.

    Fetches nothing.
    """
    rows = [("role", "weights", "why")]
    for role in ROLES:
        try:
            choice = choose(role)
            rows.append((role, choice.weights, choice.reason))
        except CheckpointError as error:
            rows.append((role, "none", str(error)))
    first, second = (max(len(row[column]) for row in rows) for column in (0, 1))
    return "\n".join(f"{role:<{first}}  {weights:<{second}}  {why}" for role, weights, why in rows)


def choose(role: str) -> Choice:
    """What `resolve` would take, and why; raises as `resolve` does, fetches nothing."""
    if role not in ROLES:
        raise ValueError(f"unknown role {role!r}; there are: {', '.join(ROLES)}")
    wish = os.environ.get("CHECKPOINTS", "auto")
    if wish == "embedded":
        return _embedded(role, "CHECKPOINTS=embedded")
    if wish in ("auto", "hub"):
        return _hub_or_embedded(role, wish)
    if Path(wish).is_dir():
        return Choice(
            str(Path(wish, role).resolve()),
            f"folder {role}/",
            "CHECKPOINTS names its parent folder",
            "Put a whole checkpoint there, or set CHECKPOINTS=embedded",
        )
    raise ValueError(
        f"CHECKPOINTS={wish!r} is neither auto, hub, embedded nor a folder that exists"
    )


def _hub_or_embedded(role: str, wish: str) -> Choice:
    hub_id, revision, megabytes, *_ = ROLES[role]
    if (folder := hub.cached(hub_id, revision)) and not damage(folder):
        return Choice(folder, hub_id, "from the Hub, already in its cache")
    problem = "HF_HUB_OFFLINE is set" if _offline() else hub.problem()
    if problem is None:
        return Choice(None, hub_id, f"from the Hub, {megabytes} MB fetched on first use")
    if wish == "hub":
        raise CheckpointError(
            f"CHECKPOINTS=hub, but {hub_id} is not in the cache and {problem}. "
            "Connect, or set CHECKPOINTS=embedded."
        )
    return _embedded(role, problem)


def _embedded(role: str, reason: str) -> Choice:
    kind = ROLES[role].embedded
    if kind is None:
        raise CheckpointError(f"{reason}; weights for {role} are on the Hub only")
    if kind == "ours":
        repair = "Get it back with: git restore checkpoints"
        return Choice(str(EMBEDDED), "embedded distilbert-reviews", reason, repair)
    folder = smollm2.folder()
    there = str(folder) if folder.is_dir() else None
    return Choice(there, "embedded SmolLM2-135M-Instruct", reason)


def _obtain(role: str, choice: Choice) -> tuple[str, Choice]:
    """Fetch what is not there yet; returns folder and choice, another one if the Hub failed."""
    hub_id, revision, megabytes, *_ = ROLES[role]
    if choice.weights != hub_id:
        return str(smollm2.prepare()), choice
    try:
        return hub.download(hub_id, revision, megabytes), choice
    except hub.HubError as error:
        problem = str(error)
    if os.environ.get("CHECKPOINTS", "auto") == "hub":
        raise CheckpointError(f"{role}: {problem}. Try again later, or set CHECKPOINTS=embedded.")
    choice = _embedded(role, problem)
    return (choice.folder, choice) if choice.folder else _obtain(role, choice)


def _offline() -> bool:
    return os.environ.get("HF_HUB_OFFLINE", "").upper() in {"1", "ON", "YES", "TRUE"}
