"""The former form of a check, for the rooms that have not moved to helpers.exercises.form yet."""

import functools
from collections.abc import Callable
from typing import Any

from helpers.exercises.door import NotTried
from helpers.exercises.form import UNTOUCHED
from helpers.exercises.verdict import Verdict, expect, give


def tried(value: Any) -> Any:
    """Return `value`, or raise NotTried for None and `...`."""
    if value is None or value is ...:
        raise NotTried
    return value


def check(diagnose: Callable) -> Callable[..., None]:
    """Turn `diagnose(answer, …)`, which returns what is wrong or None, into a check."""
    exercise = f"{diagnose.__module__.split('.')[-2]}.{diagnose.__name__}"
    expect(exercise)

    def judge(*given: Any) -> Verdict:
        try:
            problem = diagnose(*given)
        except NotTried:
            return Verdict("not tried", UNTOUCHED)
        except Exception as error:
            return Verdict("error", f"✗ Your code raised {type(error).__name__}: {error}")
        return Verdict("right", "✓ Right.") if problem is None else Verdict("wrong", f"✗ {problem}")

    @functools.wraps(diagnose)
    def run(*given: Any) -> None:
        give(exercise, judge(*given))

    return run
