"""The guard on speed: when it fails, and when it only says so."""

import pytest

from benchmarks.check import LOST, PROMISED, QUIET, verdict


@pytest.mark.parametrize("name", PROMISED)
def test_a_ratio_that_lost_a_third_fails_on_a_quiet_machine_only(name):
    line, failed = verdict(PROMISED | {name: PROMISED[name] * LOST - 0.01}, 1.0)
    assert failed and line.endswith(f"too slow: {name}")
    line, failed = verdict(PROMISED | {name: PROMISED[name] * LOST - 0.01}, QUIET - 0.01)
    assert not failed and line.endswith("a busy machine, so nothing fails")


def test_what_is_promised_passes_with_a_wide_margin():
    line, failed = verdict({name: value * 0.7 for name, value in PROMISED.items()}, 1.0)
    assert not failed and line.endswith("as promised")
