"""Notebooks on an untrained DistilBERT of full width: nothing assumes the embedded one's size.

Those on sentiment take it from this machine's Hub under the classic ids, the others from a folder.
"""

import asyncio
import os

import pytest
import torch
from transformers import AutoTokenizer, DistilBertConfig

from helpers.weights import EMBEDDED, resolve
from tools.execute import executed
from tools.facts import FACTS
from tools.faults.servers import Hub
from tools.notebooks import COURSE
from training.heads import Heads, save

ON_THE_HUB = [path for path in COURSE[1:] if "sentiment" in FACTS[path].roles]
IN_A_FOLDER = [
    path
    for path in COURSE
    if path not in ON_THE_HUB and {"sentiment", "masked-lm"} & set(FACTS[path].roles)
]
by_name = {"ids": lambda path: path.stem}


@pytest.fixture(scope="module")
def full_width(tmp_path_factory):
    """A folder with a subfolder a role: random weights of full width; the causal-lm as it is."""
    folder = tmp_path_factory.mktemp("checkpoints")
    torch.manual_seed(0)
    config = DistilBertConfig(
        id2label={0: "NEGATIVE", 1: "POSITIVE"}, label2id={"NEGATIVE": 0, "POSITIVE": 1}
    )
    save(Heads(config), AutoTokenizer.from_pretrained(EMBEDDED), folder / "sentiment")
    (folder / "masked-lm").symlink_to(folder / "sentiment")
    (folder / "causal-lm").symlink_to(resolve("causal-lm"))
    return folder


@pytest.fixture(scope="module")
def hub(full_width):
    with Hub({folder.name: folder for folder in full_width.iterdir()}) as server:
        yield server


@pytest.mark.parametrize("path", ON_THE_HUB, **by_name)
def test_from_the_hub(path, hub, tmp_path_factory):
    kept = {name: value for name, value in os.environ.items() if name != "HF_HUB_OFFLINE"}
    cache = (
        tmp_path_factory.getbasetemp()
    )  # one for all notebooks: what one fetched, the next ones find
    runs = [
        executed(
            path,
            kept
            | {
                "HF_ENDPOINT": hub.url,
                "HF_HOME": str(cache / mode),
                "CHECKPOINTS": mode,
                "OMP_NUM_THREADS": "1",
            },
        )  # two notebooks at once on two cores
        for mode in ("auto", "hub")
    ]

    async def both():
        return await asyncio.gather(*runs)

    for printed in asyncio.run(both()):
        text = "".join(printed.values())
        assert "finetuned-sst-2-english — from the Hub" in text and "— embedded" not in text
        assert "[2, 16, 768]" in text or not path.stem.startswith("02")


@pytest.mark.parametrize("path", IN_A_FOLDER, **by_name)
def test_from_a_folder(path, full_width):
    printed = asyncio.run(executed(path, os.environ | {"CHECKPOINTS": str(full_width)}))
    assert "CHECKPOINTS names its parent folder" in "".join(printed.values())
