"""Small files of real users that went wrong (tests/cases), their keys replaced by those of a test's units."""

import io
import zipfile
from pathlib import Path

CASES = Path(__file__).parents[2] / "cases"


def case(name: str, **keys: object) -> bytes:
    """The file with its keys replaced: `DV553=unit`."""
    data = (CASES / name).read_bytes()
    if not data.startswith(b"PK"):
        return _replaced(data, keys)
    held = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.namelist():
            new.writestr(part, _replaced(old.read(part), keys))
    return held.getvalue()


def _replaced(data: bytes, keys: dict) -> bytes:
    for key, unit in keys.items():
        data = data.replace(f"{key};".encode(), f"DV{unit.pk};".encode())
        data = data.replace(f"{key}<".encode(), f"DV{unit.pk}<".encode())
        data = data.replace(f"{key},".encode(), f"DV{unit.pk},".encode())
    return data
