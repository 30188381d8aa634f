"""Rows of cells out as CSV or XLSX; what a spreadsheet could run stays text."""

import csv
import io
import re
import shutil
import tempfile
import zipfile
from collections.abc import Iterable
from typing import BinaryIO

from .cells import safe_cell, written

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV = "text/csv; charset=utf-8"
PROPERTIES = "docProps/core.xml"  # where a workbook says when it was made and changed
MOMENT = re.compile(rb"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z")
UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
MOST_LETTERS = 32_767  # of a workbook's cell
FIRST_MOMENT = b"1980-01-01T00:00:00Z"


def as_csv(headings: Iterable[str], rows: Iterable[Iterable]) -> bytes:
    """UTF-8 with a byte-order mark (spreadsheets then read the marks); no cell can run as a formula."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(headings)
    writer.writerows([safe_cell(written(cell)) for cell in row] for row in rows)
    return out.getvalue().encode("utf-8-sig")


def as_xlsx(
    title: str, headings: Iterable[str], rows: Iterable[Iterable], *more: tuple[str, Iterable[Iterable]]
) -> bytes:
    """A workbook of numbers and of text.

    `more` are further pages, each a title and its rows; an import reads the first page alone.
    """
    from openpyxl import Workbook  # noqa: PLC0415 -- heavy

    book = Workbook(write_only=True)
    for name, lines in ((title, (headings, *rows)), *more):
        page = book.create_sheet(name[:31])
        for row in lines:
            page.append([value if _is_number(value) else text_cell(page, written(value)) for value in row])
    out = io.BytesIO()
    save_without_clock(book, out)
    return out.getvalue()


def _is_number(value) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def text_cell(page, value: str):
    """A cell whose text is text: "=1+1" or a header "@x" is never read as a formula. Without what no cell can hold."""
    from openpyxl.cell import WriteOnlyCell  # noqa: PLC0415 -- heavy

    cell = WriteOnlyCell(page, UNPRINTABLE.sub("", value)[:MOST_LETTERS])
    cell.data_type = "s"
    return cell


def save_without_clock(book, out: BinaryIO) -> None:
    """Save the workbook with no moment in it: the same rows make the same bytes, today and in ten years.

    openpyxl stamps the document and each part of the archive with now; both get the archive format's first day.
    """
    with tempfile.TemporaryFile() as held:
        book.save(held)
        with zipfile.ZipFile(held) as clocked, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as plain:
            for name in clocked.namelist():
                entry = zipfile.ZipInfo(name)
                entry.compress_type = zipfile.ZIP_DEFLATED
                if name == PROPERTIES:
                    plain.writestr(entry, MOMENT.sub(FIRST_MOMENT, clocked.read(name)))
                else:
                    with clocked.open(name) as source, plain.open(entry, "w", force_zip64=True) as target:
                        shutil.copyfileobj(source, target, 1 << 20)
