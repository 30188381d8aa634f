"""Rows of cells out as CSV or XLSX; what a spreadsheet could run stays text."""

import csv
import io
import re
import shutil
import tempfile
import zipfile
from codecs import BOM_UTF8
from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from html import escape
from itertools import chain, islice, zip_longest
from typing import IO, Any, BinaryIO

from .cells import safe_cell, written
from .reading import column_name

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV = "text/csv; charset=utf-8"
PROPERTIES = "docProps/core.xml"  # where a workbook says when it was made and changed
MOMENT = re.compile(rb"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z")
UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
NOT_OF_A_SHEET = re.compile(r"[\\/*?:\[\]]")  # marks no name of a sheet may have
MOST_LETTERS = 32_767  # of a workbook's cell
DAY_FORMAT, TEXT_FORMAT = "dd/mm/yyyy", "@"  # text stays what it is when somebody types it anew: 07201, 1.10
FIRST_OF_BOOKS = date(1900, 3, 1)  # a workbook counts days before it wrongly or not at all: those stay text
DAY_NOUGHT = date(1899, 12, 30)
KNOWN = {
    str,
    int,
    date,
    datetime,
    Decimal,
    type(None),
    bool,
}  # what cells are made of as it is; anything else as it is written
KEPT_CELLS = 20_000  # made cells remembered for a page, a few megabytes
NO_ROWS = re.compile(rb"<sheetData\s*/>|<sheetData></sheetData>")
MEASURED = 500  # lines whose cells say how wide a column is
NARROWEST, WIDEST = 8, 60
FIRST_MOMENT = b"1980-01-01T00:00:00Z"


def as_csv(headings: Iterable[str], rows: Iterable[Iterable]) -> bytes:
    """As `write_csv`, in memory."""
    out = io.BytesIO()
    write_csv(out, headings, rows)
    return out.getvalue()


def write_csv(out: BinaryIO, headings: Iterable[str], rows: Iterable[Iterable]) -> None:
    """UTF-8 with a byte-order mark (spreadsheets then read the marks); no cell can run as a formula."""
    out.write(BOM_UTF8)
    text = io.TextIOWrapper(out, encoding="utf-8", newline="")
    writer = csv.writer(text)
    writer.writerow(headings)
    writer.writerows([safe_cell(written(cell)) for cell in row] for row in rows)
    text.detach()  # written to the end; `out` stays open


def as_xlsx(
    title: str, headings: Iterable[str], rows: Iterable[Iterable], *more: tuple[str, Iterable[Iterable]]
) -> bytes:
    """As `write_xlsx`, in memory."""
    out = io.BytesIO()
    write_xlsx(out, title, headings, rows, *more)
    return out.getvalue()


def write_xlsx(
    out: BinaryIO,
    title: str,
    headings: Iterable[str],
    rows: Iterable[Iterable],
    *more: tuple[str, Iterable[Iterable]],
) -> None:
    """A workbook of numbers, days and text, its headings in sight and a filter on them.

    `more` are further pages, each a title and its rows, the headings first; an import reads the first page alone.
    """
    from openpyxl import Workbook  # noqa: PLC0415 -- heavy

    book, rows_of = Workbook(write_only=True), {}
    with ExitStack() as opened:
        for number, (name, lines) in enumerate(((title, chain([headings], rows)), *more), 1):
            page = book.create_sheet(NOT_OF_A_SHEET.sub("-", name)[:31])
            held = opened.enter_context(tempfile.TemporaryFile())
            _page(page, lines, held)
            rows_of[f"xl/worksheets/sheet{number}.xml"] = held
        save_without_clock(book, out, rows_of)


def _page(page, lines: Iterable[Iterable], out: BinaryIO) -> None:
    """The page without its rows, which are written into `out` one by one. Widths stand before the cells in the file,
    so the first lines alone are measured."""
    left = iter(lines)
    first = [list(line) for line in islice(left, MEASURED)]
    for place, width in enumerate(widths_of(first), 1):
        page.column_dimensions[column_name(place)].width = width
    page.freeze_panes = "A2"
    letters = [column_name(place) for place in range(1, len(first[0]) + 1)]
    many, heads, body = 0, _cell_maker(page, is_head=True), _cell_maker(page, is_head=False)
    for many, line in enumerate(chain(first, left), 1):
        cell_of = heads if many == 1 else body
        cells = "".join([f'<c r="{at}{many}"{cell_of(value)}' for at, value in zip(letters, line, strict=True)])
        out.write(f'<row r="{many}">{cells}</row>'.encode())
    page.auto_filter.ref = f"A1:{letters[-1]}{many}"


def widths_of(lines: list[list]) -> list[int]:
    """How wide each column is to show its cells, in letters."""
    longest = [max(len(written(cell)) for cell in column) for column in zip_longest(*lines, fillvalue="")]
    return [min(max(many + 2, NARROWEST), WIDEST) for many in longest]


def _cell_maker(page, *, is_head: bool) -> Callable[[Any], str]:
    """What makes the page's cells, each as its XML after the place: ten times as fast as openpyxl's objects. Words that
    come again, as most of a list do, are made once."""

    def style(number_format: str) -> str:
        from openpyxl.cell import WriteOnlyCell  # noqa: PLC0415 -- heavy
        from openpyxl.styles import Font  # noqa: PLC0415 -- heavy

        model = WriteOnlyCell(page)
        model.number_format = number_format
        if is_head:
            model.font = Font(bold=True)
        return f' s="{model.style_id}"'

    day, text = style(DAY_FORMAT), style(TEXT_FORMAT)

    @lru_cache(KEPT_CELLS, typed=True)
    def known(value: Any) -> str:
        if not is_head and _is_number(value):
            return f"><v>{value}</v></c>"
        if isinstance(value, date) and (plain_day := date(value.year, value.month, value.day)) >= FIRST_OF_BOOKS:
            return f"{day}><v>{(plain_day - DAY_NOUGHT).days}</v></c>"
        words = escape(UNPRINTABLE.sub("", written(value))[:MOST_LETTERS], quote=False)
        return f'{text} t="inlineStr"><is><t xml:space="preserve">{words}</t></is></c>' if words else f"{text}/>"

    def cell_of(value: Any) -> str:
        return known(value if type(value) in KNOWN else written(value))

    return cell_of


def _is_number(value: Any) -> bool:
    return isinstance(value, int | Decimal) and not isinstance(value, bool)


def text_cell(page, value: str):
    """A cell whose text is text: "=1+1" or a header "@x" is never read as a formula. Without what no cell can hold."""
    from openpyxl.cell import WriteOnlyCell  # noqa: PLC0415 -- heavy

    cell = WriteOnlyCell(page, UNPRINTABLE.sub("", value)[:MOST_LETTERS])
    cell.data_type = "s"
    return cell


def save_without_clock(book, out: BinaryIO, rows_of: Mapping[str, IO[bytes]] | None = None) -> None:
    """Save the workbook with no moment in it: the same rows make the same bytes, today and in ten years.

    openpyxl stamps the document and each part of the archive with now; both get the archive format's first day.
    `rows_of` are rows written beside the workbook, by the part of the archive they belong into.
    """
    with tempfile.TemporaryFile() as held:
        book.save(held)
        with zipfile.ZipFile(held) as clocked, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as plain:
            for name in clocked.namelist():
                entry = zipfile.ZipInfo(name)
                entry.compress_type = zipfile.ZIP_DEFLATED
                if name == PROPERTIES:
                    plain.writestr(entry, MOMENT.sub(FIRST_MOMENT, clocked.read(name)))
                elif rows_of and name in rows_of:
                    before, after = NO_ROWS.split(clocked.read(name))
                    with plain.open(entry, "w", force_zip64=True) as target:
                        target.write(before + b"<sheetData>")
                        rows_of[name].seek(0)
                        shutil.copyfileobj(rows_of[name], target, 1 << 20)
                        target.write(b"</sheetData>" + after)
                else:
                    with clocked.open(name) as source, plain.open(entry, "w", force_zip64=True) as target:
                        shutil.copyfileobj(source, target, 1 << 20)
