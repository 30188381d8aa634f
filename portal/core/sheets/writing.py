"""Rows of cells out as CSV or XLSX; what a spreadsheet could run stays text."""

import csv
import io
import re
import shutil
import tempfile
import zipfile
from collections.abc import Callable, Iterable
from datetime import date
from itertools import chain, islice, zip_longest
from typing import BinaryIO

from .cells import safe_cell, written
from .reading import column_name

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV = "text/csv; charset=utf-8"
PROPERTIES = "docProps/core.xml"  # where a workbook says when it was made and changed
MOMENT = re.compile(rb"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z")
UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
MOST_LETTERS = 32_767  # of a workbook's cell
DAY_FORMAT, TEXT_FORMAT = "dd/mm/yyyy", "@"  # text stays what it is when somebody types it anew: 07201, 1.10
FIRST_OF_BOOKS = date(1900, 3, 1)  # a workbook counts days before it wrongly or not at all: those stay text
MEASURED = 500  # lines whose cells say how wide a column is
NARROWEST, WIDEST = 8, 60
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
    """A workbook of numbers, days and text, its headings in sight and a filter on them.

    `more` are further pages, each a title and its rows, the headings first; an import reads the first page alone.
    """
    from openpyxl import Workbook  # noqa: PLC0415 -- heavy

    book = Workbook(write_only=True)
    for name, lines in ((title, chain([headings], rows)), *more):
        _page(book.create_sheet(name[:31]), lines)
    out = io.BytesIO()
    save_without_clock(book, out)
    return out.getvalue()


def _page(page, lines: Iterable[Iterable]) -> None:
    """The lines one by one. Widths stand before the cells in the file, so the first lines alone are measured."""
    left = iter(lines)
    first = [list(line) for line in islice(left, MEASURED)]
    for place, width in enumerate(widths_of(first), 1):
        page.column_dimensions[column_name(place)].width = width
    page.freeze_panes = "A2"
    cell_of = _cell_maker(page)
    many = 0
    for many, line in enumerate(chain(first, left), 1):
        page.append([cell_of(value, is_head=many == 1) for value in line])
    page.auto_filter.ref = f"A1:{column_name(len(first[0]))}{many}"


def widths_of(lines: list[list]) -> list[int]:
    """How wide each column is to show its cells, in letters."""
    longest = [max(len(written(cell)) for cell in column) for column in zip_longest(*lines, fillvalue="")]
    return [min(max(many + 2, NARROWEST), WIDEST) for many in longest]


def _cell_maker(page) -> Callable:
    """What makes the page's cells. Its styles are looked up once, not for each of the cells of 20.000 rows."""
    from openpyxl.cell import WriteOnlyCell  # noqa: PLC0415 -- heavy
    from openpyxl.styles import Font  # noqa: PLC0415 -- heavy

    def style(number_format: str, *, bold: bool = False):
        model = WriteOnlyCell(page)
        model.number_format = number_format
        if bold:
            model.font = Font(bold=True)
        return model._style

    day, text, head = style(DAY_FORMAT), style(TEXT_FORMAT), style(TEXT_FORMAT, bold=True)

    def cell_of(value, *, is_head: bool):
        if _is_number(value) and not is_head:
            return value
        if isinstance(value, date) and date(value.year, value.month, value.day) >= FIRST_OF_BOOKS:
            cell = WriteOnlyCell(page, date(value.year, value.month, value.day))
            cell._style = day
            return cell
        words = written(value)
        cell = text_cell(page, words) if words else WriteOnlyCell(page)
        cell._style = head if is_head else text
        return cell

    return cell_of


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
