"""A real spreadsheet program, where the machine has one: LibreOffice without a screen."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

SOFFICE = shutil.which("soffice")
PYTHON = "/usr/bin/python3"  # the system's: LibreOffice's own library is installed for it
SECONDS = 120

needs_office = pytest.mark.skipif(
    SOFFICE is None, reason="LibreOffice is not installed: apt-get install libreoffice-calc-nogui python3-uno"
)


def saved_again(book: Path, folder: Path) -> Path:
    """The workbook opened by LibreOffice and saved as a workbook once more."""
    out = folder / "luu-lai"
    args = ["--convert-to", "xlsx:Calc MS Excel 2007 XML", "--outdir", str(out), str(book)]
    subprocess.run(
        [SOFFICE, *_quietly(folder), *args], check=True, capture_output=True, timeout=SECONDS, env=_kept_in(folder)
    )
    return out / f"{book.stem}.xlsx"


def filled(book: Path, folder: Path, cells: dict[str, str]) -> Path:
    """The workbook with its first sheet's cells (by address) typed by LibreOffice, and saved."""
    out = folder / "da-dien.xlsx"
    told = [part for pair in cells.items() for part in pair]
    script = Path(__file__).with_name("type_cells.py")
    args = [PYTHON, str(script), SOFFICE, str(folder / "tai-khoan"), str(book), str(out), *told]
    done = subprocess.run(args, capture_output=True, text=True, timeout=SECONDS, env=_kept_in(folder))
    assert done.returncode == 0, done.stderr
    return out


def _quietly(folder: Path) -> list[str]:
    return ["--headless", "--norestore", f"-env:UserInstallation={(folder / 'tai-khoan').as_uri()}"]


def _kept_in(folder: Path) -> dict[str, str]:
    """The environment of a program whose temporary files go with the test's own."""
    return os.environ | {"TMPDIR": str(folder)}
