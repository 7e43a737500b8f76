"""Where the tests in a real browser find axe-core and leave their pictures."""

from helpers import PROJECT

AXE = PROJECT / ".venv" / "browser" / "node_modules" / "axe-core" / "axe.min.js"
PICTURES = PROJECT / "build" / "browser"
