"""Notebooks 01 to 05 on the classic ids: a DistilBERT of full width, untrained, from this machine's Hub."""

import asyncio
import os

import nbformat
import pytest
from nbclient import NotebookClient

from tests.faults.servers import Hub
from tests.notebook import PROJECT
from tests.test_full_size import full_size  # noqa: F401, a fixture


@pytest.fixture(scope="module")
def hub(full_size):  # noqa: F811
    with Hub({folder.name: folder for folder in full_size.iterdir()}) as server:
        yield server


async def printed(path, environment):
    notebook = nbformat.read(path, as_version=4)
    client = NotebookClient(notebook, timeout=300, startup_timeout=180, kernel_name="python3",
                            resources={"metadata": {"path": path.parent}})
    await client.async_execute(env=environment)
    return "".join(output.get("text", "") for cell in notebook.cells for output in cell.get("outputs", ()))


@pytest.mark.parametrize("path", sorted((PROJECT / "notebooks").glob("0[1-5]*.ipynb")), ids=lambda path: path.stem)
def test_notebook(path, hub, tmp_path_factory):
    kept = {name: value for name, value in os.environ.items() if name != "HF_HUB_OFFLINE"}
    cache = tmp_path_factory.getbasetemp()  # one for all notebooks: what one fetched, the next ones find
    runs = [printed(path, kept | {"HF_ENDPOINT": hub.url, "HF_HOME": str(cache / mode), "CHECKPOINTS": mode,
                            "OMP_NUM_THREADS": "1"})  # two notebooks at once on two cores
            for mode in ("auto", "hub")]

    async def both():
        return await asyncio.gather(*runs)

    for text in asyncio.run(both()):
        assert "finetuned-sst-2-english — from the Hub" in text and "— embedded" not in text
        assert "[2, 16, 768]" in text or not path.stem.startswith("02")
