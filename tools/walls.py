"""The table of walls: a test that is an attack says what it is and what stops it."""

ROWS = {}


def wall(attack, stopped_by):
    """Give a test its row in docs/reliability.md."""

    def keep(test):
        ROWS[test.__name__] = (attack, stopped_by)
        return test

    return keep


def table():
    rows = [f"| {attack} | {stopped_by} |" for attack, stopped_by in ROWS.values()]
    return "\n".join(["| attack | what stops it |", "|---|---|", *rows])
