"""`python -m tools.lint`: layout, style, types and the arrows between rooms; says what to do."""

import subprocess
import sys
from pathlib import Path

from helpers import PROJECT

CHECKS = [
    (
        ["ruff", "format", "--check", "--output-format=concise"],
        "Lay the files above out with: ruff format",
    ),
    (["ruff", "check", "--quiet"], "Repair what stands above; `ruff check --fix` does the simple"),
    (["mypy"], "Repair the annotations above, or what they say truly of the code"),
    (
        ["lint-imports", "--no-logo"],
        "Move what is shared to a room below both; pyproject.toml has the layers",
    ),
]


def main() -> int:
    """Run every check, also after one failed; return how many did."""
    failed = []
    for (name, *options), advice in CHECKS:
        command = [str(Path(sys.executable).with_name(name)), *options]
        run = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, encoding="utf-8")
        if run.returncode:
            print(f"{run.stdout}{run.stderr}✗ {name}", flush=True)
            failed.append(advice)
    print("\n".join(failed) or "✓ Layout, style, types and imports are as they should be.")
    return len(failed)


if __name__ == "__main__":
    sys.exit(main())
