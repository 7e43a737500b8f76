"""The plumbing of the exercise checks: each prints what is wrong and why, never only that something is. None of them raises."""

import functools


class NotTried(Exception):
    """The exercise still holds its `...`."""


def tried(value):
    """Return `value`, or raise NotTried for None and `...`, which an untouched exercise gives."""
    if value is None or value is ...:
        raise NotTried
    return value


def check(diagnose):
    """Turn `diagnose(answer, …)`, which returns what is wrong or None, into a check that prints its verdict."""

    @functools.wraps(diagnose)
    def run(answer, *given):
        try:
            problem = diagnose(answer, *given)
        except NotTried:
            print("○ Not tried yet: replace the ... and run this cell again.")
        except Exception as error:  # the reader's own code may raise anything
            print(f"✗ Your code raised {type(error).__name__}: {error}")
        else:
            print("✓ Right." if problem is None else f"✗ {problem}")

    return run
