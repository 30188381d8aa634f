"""Rows of cells out as CSV or XLSX, and in again as text; what a spreadsheet could run stays text."""

import csv
import io
import zipfile
from collections.abc import Iterable, Iterator
from datetime import date, datetime

from . import sheet
from .sheet import Unreadable

MAX_UNPACKED = 60_000_000
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV = "text/csv; charset=utf-8"


def plain(value) -> str:
    """A cell as a person types it: 31/01/2020, 1200, nothing for nothing."""
    if value is None:
        return ""
    if isinstance(value, date):
        return f"{value:%d/%m/%Y}"
    if isinstance(value, bool):
        return "có" if value else ""
    return str(value)


def as_csv(headings: Iterable[str], rows: Iterable[Iterable]) -> bytes:
    """UTF-8 with a byte-order mark (spreadsheets then read the marks); no cell can run as a formula."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(headings)
    writer.writerows([sheet.safe_cell(plain(cell)) for cell in row] for row in rows)
    return out.getvalue().encode("utf-8-sig")


def as_xlsx(
    title: str, headings: Iterable[str], rows: Iterable[Iterable], *more: tuple[str, Iterable[Iterable]]
) -> bytes:
    """A workbook of numbers and of text of type `s`: openpyxl would make a formula of a leading "=".

    `more` are further pages, each a title and its rows; an import reads the first page alone.
    """
    from openpyxl import Workbook  # noqa: PLC0415 -- heavy
    from openpyxl.cell import WriteOnlyCell  # noqa: PLC0415 -- heavy

    book = Workbook(write_only=True)
    for name, written in ((title, (headings, *rows)), *more):
        page = book.create_sheet(name[:31])
        for row in written:
            cells = []
            for value in row:
                is_number = isinstance(value, int) and not isinstance(value, bool)
                cell = WriteOnlyCell(page, value if is_number else "")
                if not is_number:
                    cell.value, cell.data_type = plain(value), "s"
                cells.append(cell)
            page.append(cells)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def lines(data: bytes, file: str) -> Iterator[tuple[int, list[str]]]:
    """Numbered rows of text of a CSV file or of a workbook's first page, without the empty ones; raises Unreadable."""
    is_book = data[:4] == b"PK\x03\x04"
    for number, cells in _of_book(data, file) if is_book else sheet.lines_of(data, file):
        if any(cell.strip() for cell in cells):
            yield number, cells


def _of_book(data: bytes, file: str) -> Iterator[tuple[int, list[str]]]:
    from openpyxl import load_workbook  # noqa: PLC0415 -- heavy

    if len(data) > sheet.MAX_BYTES:
        raise Unreadable(file, f"Tệp lớn hơn {sheet.MAX_BYTES // 1_000_000} MB. Hãy tách thành nhiều tệp nhỏ hơn.")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            unpacked = sum(member.file_size for member in archive.infolist())
        if unpacked <= MAX_UNPACKED:
            page = load_workbook(io.BytesIO(data), read_only=True, data_only=True).worksheets[0]
            rows = [list(row) for row in page.iter_rows(values_only=True, max_row=sheet.MAX_ROWS + 2, max_col=100)]
    except Exception:  # a forged workbook fails in ways of its own
        raise Unreadable(file, "Không mở được bảng tính. Hãy lưu lại dạng XLSX hoặc CSV UTF-8.") from None
    if unpacked > MAX_UNPACKED:
        raise Unreadable(file, "Bảng tính giải nén vượt 60 MB. Hãy tách thành nhiều tệp nhỏ hơn.")
    if len(rows) > sheet.MAX_ROWS + 1:  # the heading is one
        raise sheet.too_long(file)
    width = max((place for row in rows for place, cell in enumerate(row, 1) if cell is not None), default=0)
    for number, row in enumerate(rows, 1):
        yield number, [sheet.plain(_text(cell)) for cell in row[:width]] + [""] * (width - len(row))


def _text(cell) -> str:
    if isinstance(cell, datetime):
        cell = cell.date()
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else str(cell).replace(".", ",")
    return plain(cell)
