"""Files in the store are whole or not there, and a changed byte is noticed."""

import hashlib
from pathlib import Path

import pytest

from portal.core.files import store


@pytest.fixture(autouse=True)
def files(settings, tmp_path):
    settings.FILES_DIR = tmp_path
    return tmp_path


def everything(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_what_was_put_can_be_taken(files):
    stored = store.put([b"bi\xc3\xaan ", b"b\xe1\xba\xa3n"])
    assert stored == store.Stored(hashlib.sha256("biên bản".encode()).hexdigest(), 11)
    assert store.take(stored.sha256).read_text() == "biên bản"
    assert store.take(stored.sha256).stat().st_mode & 0o777 == 0o640


def test_the_same_content_is_kept_once(files):
    assert store.put([b"a"]) == store.put([b"a"])
    assert len(everything(files)) == 1


def test_a_source_that_breaks_off_leaves_nothing(files):
    def torn():
        yield b"half"
        raise ConnectionError("the sender went away")

    with pytest.raises(ConnectionError):
        store.put(torn())
    assert everything(files) == []


def test_a_full_disk_leaves_nothing(files, monkeypatch):
    def full(handle):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(store.os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        store.put([b"x" * 1000])
    assert everything(files) == []


def test_one_changed_byte_is_noticed(files):
    stored = store.put([b"quyet dinh"])
    path = store.path_of(stored.sha256)
    path.chmod(0o600)
    path.write_bytes(b"quyet dinG")
    with pytest.raises(store.Damaged):
        store.take(stored.sha256)


def test_a_lost_file_is_noticed(files):
    with pytest.raises(store.Damaged):
        store.take("0" * 64)
