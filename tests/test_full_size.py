"""Nothing in a notebook assumes the size of the embedded checkpoint: each runs on a DistilBERT of full width, untrained."""

import os
import re

import nbformat
import pytest
import torch
from nbclient import NotebookClient
from transformers import AutoTokenizer, DistilBertConfig

from helpers.checkpoints import EMBEDDED, resolve
from tests.notebook import NOTEBOOKS
from training.train import Heads, save


@pytest.fixture(scope="module")
def full_size(tmp_path_factory):
    """A folder with a subfolder a role: 768 wide, 12 heads, 6 layers, random weights; the causal-lm as it is."""
    folder = tmp_path_factory.mktemp("checkpoints")
    torch.manual_seed(0)
    config = DistilBertConfig(id2label={0: "NEGATIVE", 1: "POSITIVE"}, label2id={"NEGATIVE": 0, "POSITIVE": 1})
    save(Heads(config), AutoTokenizer.from_pretrained(EMBEDDED), folder / "sentiment")
    (folder / "masked-lm").symlink_to(folder / "sentiment")
    (folder / "causal-lm").symlink_to(resolve("causal-lm"))
    return folder


def reads_it(path):
    """Does a notebook read the checkpoint whose size is another one here? 06 does not."""
    return path.parent.name != "solutions" and re.search(r'resolve\(\\"(sentiment|masked-lm)', path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", [*filter(reads_it, NOTEBOOKS)], ids=lambda path: path.stem)
def test_runs_at_full_size(path, full_size, monkeypatch):
    monkeypatch.setenv("CHECKPOINTS", str(full_size))
    notebook = nbformat.read(path, as_version=4)
    client = NotebookClient(notebook, timeout=300, kernel_name="python3", resources={"metadata": {"path": path.parent}})
    client.execute(env=os.environ.copy())
    printed = "".join(output.get("text", "") for cell in notebook.cells for output in cell.get("outputs", ()))
    assert "CHECKPOINTS names its parent folder" in printed
