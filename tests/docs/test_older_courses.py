"""docs/older-courses.md against a new run of every line in it."""

import pytest

from tools import older_courses

ROWS = [
    [cell.strip() for cell in line.strip("|").split(" | ")]
    for line in older_courses.PAGE.read_text(encoding="utf-8").splitlines()
    if line.startswith("| `")
]


def test_the_page_is_what_the_lines_do():
    assert older_courses.page() == older_courses.PAGE.read_text(encoding="utf-8")


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_the_old_line_fails_warns_or_gives_something_else_and_the_new_one_works(row):
    old, does, new, instead, _ = row
    assert instead.startswith(("gives", "runs", "prints")) and "warns" not in instead
    assert does.startswith(("raises", "command not found")) or "warns" in does or does != instead
    assert old != new


@pytest.mark.parametrize(
    "part",
    [
        *("question-answering", "summarization", "translation_", "text2text-generation"),
        *("grouped_entities=True", "return_all_scores=True", "encode_plus", "batch_encode_plus"),
        *("build_inputs_with_special_tokens", "AutoModelWithLMHead", "TFAuto", "FlaxAuto"),
        *('return_tensors="tf"', "huggingface-cli", "configid2label", "max_length", "torch_dtype="),
        *("pytorch_model.bin", "~/.cache/huggingface/transformers"),
    ],
)
def test_what_readers_bring_is_on_the_page(part):
    assert any(part in row[0] for row in ROWS)
