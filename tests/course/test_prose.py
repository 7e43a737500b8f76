"""Sentences are short, and a notebook fits into an afternoon."""

import re
from statistics import median

import nbformat
import pytest

from tools.facts import FACTS, text_of
from tools.notebooks import COURSE

each_notebook = pytest.mark.parametrize("path", COURSE, ids=lambda path: path.stem)


def sentences(path):
    """The prose of a notebook in sentences; tables and headings left out."""
    text = text_of(nbformat.read(path, as_version=4))
    text = re.sub(r"^[|#].*$", "", text, flags=re.MULTILINE)
    parts = re.split(r"\n\n|\n- |\n\d\. ", text)
    found = [one for part in parts for one in re.split(r"(?<=[.?!])\W*\s+", part)]
    return [one.split() for one in found if len(one.split()) > 2]


@each_notebook
def test_half_of_the_sentences_have_at_most_15_words(path):
    assert len(sentences(path)) > 20
    assert median(map(len, sentences(path))) <= 15


@each_notebook
def test_no_sentence_needs_a_second_breath(path):
    assert [one for one in sentences(path) if len(one) > 45] == []


@each_notebook
def test_no_notebook_takes_more_than_75_minutes(path):
    assert FACTS[path].minutes <= 75
