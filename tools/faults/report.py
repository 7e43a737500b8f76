"""The table of faults in docs/reliability.md: each row is what a test saw."""

ROWS = {}


def row(fault, seen, left):
    """Keep what a reader sees in a fault and what it leaves; a second try gives the same row."""
    assert ROWS.setdefault(fault, (seen, left)) == (seen, left)


def table():
    lines = ["| fault | what the reader sees | left behind |", "|---|---|---|"]
    for fault, (seen, left) in sorted(ROWS.items()):
        seen = seen if len(seen) <= 150 else f"{seen[:150]} …"
        lines.append(f"| {fault} | {seen} | {left} |")
    return "\n".join(lines)
