"""What a student costs on the shared server: `sudo make measure-classroom`. Needs a machine that does nothing else.

Starts the real hub with 1, 4 and 8 students who log in at the same moment and run notebook 01; its first answer is
that of `pipeline()`. Memory is the proportional set size (PSS) of all processes of the students, read when all are done: what
they share is counted once, so that the sum is what the machine really gives. One open notebook each: every further one is
a kernel more.
"""

import re
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nbformat

from classroom.trial import classroom
from tools.notebooks import FIRST_ANSWER

COUNTS = (1, 4, 8)
KEPT = 2000  # MB for the system, the hub and its proxy


def main():
    path, first_answer = FIRST_ANSWER
    notebook = nbformat.read(path, as_version=4)
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]

    def attend(student):
        started = time.monotonic()
        student.log_in()
        student.start_kernel()
        for cell in cells:
            student.run(cell.source)
            if cell.id == first_answer:
                seconds = time.monotonic() - started
        return seconds

    totals = {}
    print("students  first answer, s (fastest, slowest)  memory, MB  of which kernels  a kernel's own")
    for count in COUNTS:
        with classroom(count) as (_, students), ThreadPoolExecutor(count) as pool:
            seconds = list(pool.map(attend, students))
            kernels = [memory(process) for student in students for process in student.processes("ipykernel")]
            totals[count] = sum(memory(process)["Pss"] for student in students for process in student.processes(""))
        own = sum(kernel["Private_Clean"] + kernel["Private_Dirty"] for kernel in kernels) / count
        shares = sum(kernel["Pss"] for kernel in kernels)
        print(f"{count:>8}  {min(seconds):>20.0f} {max(seconds):>16.0f}  {totals[count]:>10.0f}  {shares:>16.0f}  {own:>14.0f}",
              flush=True)
    one, most = totals[COUNTS[0]], totals[COUNTS[-1]]
    further = (most - one) / (COUNTS[-1] - COUNTS[0])
    print(f"\nfirst student {one:.0f} MB, each further {further:.0f} MB")
    for gigabytes in (16, 32, 64):
        print(f"a machine with {gigabytes} GB holds {(gigabytes * 1000 - KEPT - one) / further + 1:.0f} students")


def memory(process):
    """{"Pss", "Private_Clean", …} of a process in MB."""
    text = Path(f"/proc/{process.pid}/smaps_rollup").read_text()
    return {name: int(kilobytes) * 1.024 / 1000 for name, kilobytes in re.findall(r"^(\w+):\s+(\d+) kB", text, re.MULTILINE)}


if __name__ == "__main__":
    main()
