"""Files named by their content: evidence and reports are put once, checked when taken, never changed.

Slips with passwords alone are taken out again (`drop`)."""

import hashlib
import os
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

CHUNK = 1 << 20


class Damaged(Exception):
    """The stored bytes are not the ones that were put, or are gone."""


@dataclass(frozen=True)
class Stored:
    sha256: str
    size: int


def path_of(sha256: str) -> Path:
    return Path(settings.FILES_DIR) / sha256[:2] / sha256[2:4] / sha256


def put(chunks: Iterable[bytes]) -> Stored:
    """Keep the bytes and return their name; a file under its final name is always whole.

    Order: temporary file, fsync, rename, fsync of the folder; only then may a row name it.
    """
    root = Path(settings.FILES_DIR)
    root.mkdir(parents=True, exist_ok=True)
    digest, size = hashlib.sha256(), 0
    handle, temporary = tempfile.mkstemp(dir=root, prefix=".putting-")
    try:
        with os.fdopen(handle, "wb") as file:
            for chunk in chunks:
                digest.update(chunk)
                size += len(chunk)
                file.write(chunk)
            file.flush()
            os.fsync(file.fileno())
        final = path_of(digest.hexdigest())
        final.parent.mkdir(parents=True, exist_ok=True)
        os.chmod(temporary, settings.FILE_UPLOAD_PERMISSIONS)
        os.replace(temporary, final)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    folder = os.open(final.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
    return Stored(digest.hexdigest(), size)


def put_file(path: Path) -> Stored:
    with path.open("rb") as file:
        return put(iter(lambda: file.read(CHUNK), b""))


def take(sha256: str) -> Path:
    """The path of the stored file, its bytes checked against its name.

    Raises Damaged when the file is missing or was changed on disk.
    """
    path = path_of(sha256)
    try:
        with path.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
    except FileNotFoundError as missing:
        raise Damaged(sha256) from missing
    if found != sha256:
        raise Damaged(sha256)
    return path


def drop(sha256: str) -> None:
    """Remove a file that no other row can name, since what is in it was made by chance; gone already is well too."""
    path_of(sha256).unlink(missing_ok=True)
