"""Each warning that readers search for stands in a stored output, in the library's own words."""

import nbformat
import pytest

from tools.notebooks import COURSE

SAID = {
    "01_pipeline": [
        "No model was supplied, defaulted to distilbert/",
        "is not on the expected device meta",
        "You seem to be using the pipelines sequentially on GPU",
    ],
    "03_model_heads": [
        "`sdpa` attention does not support `output_attentions=True`",
        "those params were newly initialized because missing from the checkpoint",
        "add `is_decoder=True.`",
        "Reinit due to size mismatch",
    ],
    "05_padding_and_masks": [
        "Token indices sequence length is longer than the specified maximum sequence length",
    ],
    "06_generation": [
        "right-padding was detected",
        "cannot be inferred from input because pad token is same as eos token",
        "The following generation flags are not valid and may be ignored: ['temperature']",
        "Both `max_new_tokens` (=8) and `max_length`(=40) seem to have been set",
    ],
}
PATHS = {path.stem: path for path in COURSE}


def printed(path):
    notebook = nbformat.read(path, as_version=4)
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", ())]
    return "".join(output.text for output in outputs if output.get("name") == "stdout")


@pytest.mark.parametrize(
    "stem, words", [(stem, words) for stem, said in SAID.items() for words in said]
)
def test_the_warning_is_on_the_page(stem, words):
    assert words in printed(PATHS[stem])


@pytest.mark.parametrize("path", COURSE, ids=lambda path: path.stem)
def test_no_notebook_silences_every_warning(path):
    notebook = nbformat.read(path, as_version=4)
    code = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "code")
    for silencer in ("set_verbosity_error", "simplefilter", "filterwarnings", "logging.disable("):
        assert silencer not in code
