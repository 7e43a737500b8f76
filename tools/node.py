"""Runs JavaScript where Node is installed; elsewhere the tests of the views are left out."""

import os
import shutil
import subprocess

import pytest

from helpers import PROJECT

MODULES = PROJECT / "node_modules"


def node(*tests, **variables):
    """Run test files with Node's own runner; what it says of a failure is the message."""
    if not shutil.which("node") or not MODULES.is_dir():
        pytest.skip("the views are checked with Node: install it, then `npm install`")
    command = ["node", "--test", "--test-reporter=spec", *tests]
    done = subprocess.run(
        command, cwd=PROJECT, env=os.environ | variables, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
