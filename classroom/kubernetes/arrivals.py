"""How long a class waits for its first answer at nine o'clock: `python -m
classroom.kubernetes.arrivals`.

A start costs processor time, and the processors are shared evenly among those who are starting.
The costs were measured (see classroom/kubernetes/README.md); what a cluster adds, such as a node
that has to be bought first, is not in it.
"""

import heapq
import random
from typing import NamedTuple

# Processor seconds of a start: the server, a kernel with its imports, the first answer.
SERVER, KERNEL, ANSWER = 2.1, 4.0, 0.3
LIMIT = 2  # processors that one student may use
MEMORY = 0.6  # GB a student with one notebook open, and a share of what all share
KEPT = 1.5  # GB a node keeps for itself
NODE = (8, 32)  # processors, GB
PRICE = 0.40  # of such a node, an hour: put your provider's here


class Class(NamedTuple):
    students: int
    nodes: int
    median: float  # seconds from the click to the first answer
    slowest: float
    cost: float  # an hour


def waits(
    arrivals: list[float], work: float, processors: float, limit: float = LIMIT
) -> list[float]:
    """Seconds that each start takes when all that run share the processors evenly; none uses more
    than `limit`.
    """
    coming = sorted(arrivals, reverse=True)
    # A heap of (work done for everybody when this one is ready, its arrival).
    running: list[tuple[float, float]] = []
    done = now = 0.0
    taken = []
    while coming or running:
        rate = min(limit, processors / len(running)) if running else 0.0
        ready = now + (running[0][0] - done) / rate if running else float("inf")
        if coming and coming[-1] <= ready:
            done += rate * (coming[-1] - now)
            now = coming.pop()
            heapq.heappush(running, (done + work, now))
        else:
            now, done = ready, running[0][0]
            taken.append(now - heapq.heappop(running)[1])
    return taken


def nine_o_clock(
    students: int, nodes: int, warmed: bool, within: float = 10, seed: int = 0
) -> Class:
    """Everybody clicks within `within` seconds; with a warmed class, only the answer is left to
    do.
    """
    clicks = random.Random(seed)
    arrivals = [clicks.uniform(0, within) for _ in range(students)]
    work = ANSWER if warmed else SERVER + KERNEL + ANSWER
    taken = sorted(waits(arrivals, work, nodes * NODE[0]))
    return Class(students, nodes, taken[len(taken) // 2], taken[-1], nodes * PRICE)


def nodes(students: int) -> int:
    """Nodes whose memory holds the class."""
    return -(-students // int((NODE[1] - KEPT) / MEMORY))


def table() -> str:
    """The table of README.md."""
    rows = ["| students | nodes | memory, GB | cold: median, slowest, s | warmed | cost an hour |"]
    rows.append("|---|---|---|---|---|---|")
    for students in (30, 300, 3000):
        cold, warm = (nine_o_clock(students, nodes(students), warmed) for warmed in (False, True))
        memory = students * MEMORY + cold.nodes * KEPT
        seconds = f"{cold.median:.0f}, {cold.slowest:.0f} | {warm.median:.1f}, {warm.slowest:.1f}"
        rows.append(f"| {students} | {cold.nodes} | {memory:.0f} | {seconds} | {cold.cost:.2f} |")
    return "\n".join(rows)


if __name__ == "__main__":
    print(table())
