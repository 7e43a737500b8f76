"""Inside the grader's container: run one notebook, whole, and print what its checks said as one
line of JSON.

The notebook comes on standard input. Standard library, nbclient and nbformat only. What is printed
is the word of a container in which a student's code has run, and the grader reads it as such: it
may be forged, for that student, and for nobody else.
"""

import ast
import json
import os
import re
import sys
import tempfile
import threading
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import DeadKernelError

# The slowest cell of the course takes a tenth of it.
CELL_SECONDS = float(os.environ.get("CELL_SECONDS", 60))
NOTEBOOK_SECONDS = float(os.environ.get("NOTEBOOK_SECONDS", 300))
OUTPUT_BYTES = 20_000_000  # the course's longest notebook prints a tenth of it
WORDS = 600  # characters of a check's own words that are handed on


class Runner(NotebookClient):
    """Runs a notebook in a kernel, which it kills when it prints or lasts too long."""

    printed = 0
    ended: str | None = None

    def stop(self, why: str) -> None:
        """Kill the kernel, for a cell that catches interrupts, too, and wait for it no longer."""
        self.ended = self.ended or why
        self.km.provisioner.process.kill()
        if reply := self.task_poll_for_reply:
            reply.get_loop().call_soon_threadsafe(reply.cancel)

    def process_message(self, msg, cell, cell_index):
        """Count what is printed."""
        self.printed += len(str(msg["content"]))
        if self.printed > OUTPUT_BYTES:
            self.stop("too much output")
            return None
        return super().process_message(msg, cell, cell_index)


def run(notebook: nbformat.NotebookNode, verdicts: Path, room: Path) -> str | None:
    """Execute in place; return what ended it before its last cell, in words, or None."""
    options = {"timeout": CELL_SECONDS, "interrupt_on_timeout": True, "allow_errors": True}
    options |= {"startup_timeout": 120, "resources": {"metadata": {"path": str(room)}}}
    runner = Runner(notebook, kernel_name="python3", **options)
    limit = threading.Timer(NOTEBOOK_SECONDS, runner.stop, ["timeout"])
    limit.start()
    try:
        runner.execute(env=os.environ | {"VERDICTS": str(verdicts)})
    except DeadKernelError:
        return runner.ended or "the kernel died"
    except Exception as error:  # the file holds what no kernel accepts
        return runner.ended or f"error: {type(error).__name__}"
    finally:
        limit.cancel()
    return None


def interrupted(notebook: nbformat.NotebookNode) -> bool:
    """Whether a cell was stopped in the middle, and the rest went on."""
    outputs = (output for cell in notebook.cells for output in cell.get("outputs", []))
    return any(output.get("ename") == "KeyboardInterrupt" for output in outputs)


def given(verdicts: Path) -> dict[str, str]:
    """{exercise: verdict} from what the checks wrote down; "right" stays, as a try of what is
    wrong may follow it.
    """
    found: dict[str, str] = {}
    with verdicts.open(encoding="utf-8", errors="replace") as file:
        for line in file.read(1_000_000).splitlines():
            try:
                exercise, verdict = json.loads(line)
                found[exercise] = verdict if found.get(exercise) != "right" else "right"
            except (ValueError, TypeError):  # a line that no check has written
                continue
    return found


def outcome(
    notebook: nbformat.NotebookNode, ending: str | None, checked: dict[str, str]
) -> dict[str, list[str]]:
    """{check: [verdict, words]} for every check that the notebook calls, and those that wrote a
    verdict unseen.
    """
    found = {exercise.rpartition(".")[2]: [verdict, ""] for exercise, verdict in checked.items()}
    for cell in notebook.cells:
        for name in (
            re.findall(r"^checks\.(\w+)\(", cell.source, re.MULTILINE)
            if cell.cell_type == "code"
            else ()
        ):
            outputs = cell.get("outputs", [])
            said = "".join(
                output.get("text", "") for output in outputs if output.output_type == "stream"
            )
            raised = [output for output in outputs if output.output_type == "error"]
            words = "\n".join(line for line in said.splitlines() if line[:1] in "✓✗○" and line)[
                :WORDS
            ]
            if name not in found:
                interrupted = bool(raised) and raised[-1].ename == "KeyboardInterrupt"
                verdict = (
                    "timeout" if interrupted else "error" if raised else ending or "no verdict"
                )
                found[name] = [verdict.partition(":")[0], ""]
            error = f"{raised[-1].ename}: {raised[-1].evalue}"[:WORDS] if raised else ""
            found[name][1] = words or error or (ending or "")
    return found


def meddles(notebook: nbformat.NotebookNode) -> bool:
    """Whether the code sets something on a check's module, or names the file of verdicts: read it
    before believing it.
    """
    for cell in notebook.cells:
        if cell.cell_type == "code":
            try:
                nodes = list(
                    ast.walk(ast.parse(re.sub(r"^[%!].*$", "", cell.source, flags=re.MULTILINE)))
                )
            except (SyntaxError, ValueError, RecursionError, MemoryError):
                nodes = []
            for node in nodes:
                stores = isinstance(node, ast.Attribute) and isinstance(
                    node.ctx, ast.Store | ast.Del
                )
                if stores and "checks" in ast.unparse(node.value):
                    return True
            if re.search(r"VERDICTS|_verdicts|setattr\s*\(\s*checks", cell.source):
                return True
    return False


def main() -> None:
    answer = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # what a kernel's children print is not the answer
    try:
        notebook = nbformat.reads(sys.stdin.buffer.read().decode("utf-8"), as_version=4)
        [notebook.cells[0].cell_type]
    except Exception as error:  # damaged in any way
        print(
            json.dumps({"ending": f"no notebook: {type(error).__name__}", "checks": {}}),
            file=answer,
        )
        return
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = []
    with tempfile.TemporaryDirectory() as folder:
        verdicts, room = Path(folder, "verdicts"), Path.home() / "behind-the-pipeline" / "notebooks"
        verdicts.touch()
        ending = run(notebook, verdicts, room)
        checks = outcome(notebook, ending, given(verdicts) if verdicts.exists() else {})
        ending = ending or ("timeout in a cell" if interrupted(notebook) else None)
    print(
        json.dumps({"ending": ending, "checks": checks, "meddles": meddles(notebook)}), file=answer
    )


if __name__ == "__main__":
    main()
