from tools.faults import report


def pytest_terminal_summary(terminalreporter):
    """For docs/reliability.md; tests/faults/test_table.py compares the two."""
    terminalreporter.write_line(f"\n{report.table()}\n")
