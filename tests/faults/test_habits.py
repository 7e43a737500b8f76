"""What students do: cells out of order and twice, interrupts, restarts, a kernel that dies."""

import asyncio
import os
import signal
import threading
import time

import nbformat
import pytest
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from nbclient.util import run_sync

from helpers import PROJECT
from tools.faults.report import row

FIRST = PROJECT / "notebooks" / "01_pipeline.ipynb"


class Student:
    """A notebook in its own kernel; `run` takes cells by id and gives what they print."""

    def __init__(self, path=FIRST):
        self.notebook = nbformat.read(path, as_version=4)
        self.cells = {
            cell.id: (cell, index)
            for index, cell in enumerate(self.notebook.cells)
            if cell.cell_type == "code"
        }
        self.client = NotebookClient(
            self.notebook,
            timeout=90,
            startup_timeout=180,
            kernel_name="python3",
            resources={"metadata": {"path": path.parent}},
        )

    def __enter__(self):
        self.setup = self.client.setup_kernel()
        self.setup.__enter__()
        return self

    def __exit__(self, *error):
        self.setup.__exit__(*error)

    def run(self, *ids):
        for name in ids or self.cells:
            cell, index = self.cells[name]
            self.client.execute_cell(cell, index)
        return printed(cell)

    def send(self, number):
        """A signal to the kernel: SIGINT is the interrupt button."""
        os.kill(self.client.km.provisioner.pid, number)

    def alive(self):
        return run_sync(self.client.km.is_alive)()

    def restart(self):
        """With a new client: the old one's connections may lose the kernel's first messages."""
        run_sync(self.client.km.restart_kernel)(now=True)
        self.client.kc.stop_channels()
        self.client.kc = None
        self.client.start_new_kernel_client()

    def type(self, source):
        """Run a line in a new cell."""
        cell = nbformat.v4.new_code_cell(source)
        self.notebook.cells.append(cell)
        self.client.execute_cell(cell, len(self.notebook.cells) - 1)
        return printed(cell)


def printed(cell):
    return "".join(output.get("text", "") for output in cell.outputs)


@pytest.fixture
def student():
    with Student() as one:
        yield one


def texts(notebook):
    return [printed(cell) for cell in notebook.cells if cell.cell_type == "code"]


@pytest.fixture(scope="module")
def fresh():
    """What the notebook prints when a new kernel runs it from top to bottom."""
    with Student() as one:
        one.run()
        return texts(one.notebook)


def test_run_all_twice_and_after_a_restart(student, fresh):
    """Without a restart, then with one: the same text each time."""
    student.run()
    student.run()
    assert texts(student.notebook) == fresh
    student.restart()
    with pytest.raises(CellExecutionError, match="NameError"):
        student.run("agree")  # nothing of before is there
    student.run()
    assert texts(student.notebook) == fresh
    row("Run all twice, then restart and run all", "the same outputs, each time", "nothing")


def test_every_cell_twice(student, fresh):
    for name in student.cells:
        student.run(name, name)
    assert texts(student.notebook) == fresh
    row("every cell twice", "the same outputs", "nothing")


def test_a_cell_before_the_set_up(student, fresh):
    with pytest.raises(CellExecutionError) as error:
        student.run("agree")
    assert error.value.ename == "NameError"
    row("a cell before the set-up", "NameError", "nothing; running from the top repairs it")
    student.run()
    assert texts(student.notebook) == fresh


def test_interrupt_in_a_long_cell(student, fresh, tmp_path):
    """Ctrl-C while thousands of texts are classified; the kernel goes on and is right."""
    student.run()
    student.type("from helpers.pipeline import classify")
    begun = tmp_path / "begun"

    def interrupt():
        while not begun.exists():
            time.sleep(0.1)
        time.sleep(2)
        student.send(signal.SIGINT)

    threading.Thread(target=interrupt).start()
    with pytest.raises(CellExecutionError) as error:
        student.type(f"open({str(begun)!r}, 'w'); classify([B] * 100_000, tokenizer, model)")
    assert error.value.ename == "KeyboardInterrupt"
    student.run()
    assert texts(student.notebook)[: len(fresh)] == fresh
    row(
        "interrupt in the middle of a long cell", "KeyboardInterrupt", "nothing; the next cell runs"
    )


async def both(*students):
    async def run(one):
        for cell, index in one.cells.values():
            await one.client.async_execute_cell(cell, index)

    await asyncio.gather(*map(run, students))


def test_two_notebooks_at_once(student, fresh):
    with Student() as other:
        run_sync(both)(student, other)
        assert texts(student.notebook) == texts(other.notebook) == fresh
    row("two notebooks at once", "the same outputs in both", "nothing")


def test_kernel_killed_while_an_explorer_is_in_use(student, fresh):
    """The last picture is the cell's output; after a restart the cell makes a live one again."""
    [explorer] = [
        name for name, (cell, _) in student.cells.items() if "pipeline_explorer(" in cell.source
    ]
    student.run(*list(student.cells)[: list(student.cells).index(explorer) + 1])
    student.send(signal.SIGKILL)
    while student.alive():
        time.sleep(0.1)
    cell = student.cells[explorer][0]
    still = "data:image/svg+xml"
    assert any(still in output.get("data", {}).get("text/html", "") for output in cell.outputs)
    student.restart()
    student.run()
    assert texts(student.notebook) == fresh
    row(
        "the kernel dies while an explorer is in use",
        "the last picture stays; restart and run all brings it back to life",
        "nothing",
    )


@pytest.mark.parametrize(
    "text", ["\\ud800", "\\x00", "\\u202e<script>alert(1)</script>", "x" * 100_000], ids=ascii
)
def test_no_text_kills_the_kernel(text, student):
    """In print, in an error, in an explorer that is shown."""
    student.run(*list(student.cells)[:2])
    for line in (
        f"print('{text}')",
        f"raise ValueError('{text}')",
        "from helpers.drawing.view import View; "
        "shown = View('pipeline', lambda inputs: inputs, {'texts': ['fine', '']}); "
        f"display(shown); shown.inputs = {{'texts': ['{text}', ''], 'n': 1}}",
    ):
        try:
            student.type(line)
        except CellExecutionError as error:
            assert error.ename in ("ValueError", "UnicodeEncodeError"), error
    assert student.type("print(1 + 1)") == "2\n"
