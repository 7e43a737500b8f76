"""A still shows what its view shows today: same sources, and the numbers of today."""

import json

import pytest

from helpers.drawing.still import ROOMS, Still
from helpers.drawing.view import plain
from tools import stills

NAMED = [(room, name) for room, names in stills.STILLS.items() for name in names]


def close(a, b):
    """Equal, and numbers to three decimals: another processor rounds otherwise."""
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(close(a[key], b[key]) for key in a)
    if isinstance(a, (list, tuple)):
        return len(a) == len(b) and all(map(close, a, b))
    return a == pytest.approx(b, abs=1e-3) if isinstance(a, float) else a == b


@pytest.mark.parametrize("room, name", NAMED)
def test_a_still_is_fresh(room, name):
    kept = json.loads((ROOMS / room / "stills" / f"{name}.json").read_text())
    explorer = stills.STILLS[room][name]()
    assert kept["sources"] == stills.sources(room), f"make stills ONLY={room}"
    assert kept["inputs"] == json.loads(json.dumps(explorer.start["inputs"]))
    assert close(plain(explorer.state), kept["state"]), f"make stills ONLY={room}"


@pytest.mark.parametrize("room, name", NAMED)
def test_a_still_has_words_tables_and_nothing_that_runs(room, name):
    kept = json.loads((ROOMS / room / "stills" / f"{name}.json").read_text())
    still = Still.of(room, kept["inputs"])
    assert len(still.alt) > 40 and all(table["rows"] for table in still.tables)
    assert "<script" not in still.svg and "href" not in still.svg
    assert len(still.svg) < 100_000


def test_no_still_is_left_over():
    there = {(path.parts[-3], path.stem) for path in ROOMS.glob("*/stills/*.json")}
    assert there == set(NAMED)
