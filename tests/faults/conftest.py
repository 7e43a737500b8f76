from tools.faults import report


def pytest_terminal_summary(terminalreporter):
    """For the README's section on reliability; tests/faults/test_table.py compares the two."""
    terminalreporter.write_line(f"\n{report.table()}\n")
