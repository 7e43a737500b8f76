"""What scripts name of the notebooks is there."""

import nbformat

from tools.notebooks import FIRST_ANSWER


def test_the_first_answer_is_a_cell_that_calls_the_pipeline():
    path, name = FIRST_ANSWER
    [cell] = [cell for cell in nbformat.read(path, as_version=4).cells if cell.id == name]
    assert "pipeline(" in cell.source
