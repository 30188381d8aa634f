"""A paper's tables as a workbook: one sheet a table, strings kept as strings, numbers as numbers."""

import os
import re
import tempfile
from collections.abc import Callable
from pathlib import Path

from portal.core.sheets.writing import save_without_clock, text_cell
from portal.core.vietnamese.figures import Share

from .paper import Cell, Column, Kind, Line, Paper, Table

FORBIDDEN_IN_SHEET = re.compile(r"[\[\]:*?/\\]")
HEADER_ROW = 5  # titles above it: organ, subject, table, note


def render(paper: Paper, tell: Callable = lambda *parts: None) -> Path:
    """Write the workbook to a temporary file and return its path; `tell(done, total, message)` after each sheet."""
    from openpyxl import Workbook  # noqa: PLC0415 -- heavy

    book = Workbook(write_only=True)
    tables = paper.tables
    for number, table in enumerate(tables):
        tell(number, len(tables) + 1, f"Đang ghi bảng {table.sheet_name}")
        _sheet(book, paper, table)
    if not tables:
        _cells(book.create_sheet("Báo cáo"), [" – ".join(filter(None, [paper.subject, paper.mark]))])
    handle, path = tempfile.mkstemp(prefix="report-", suffix=".xlsx")
    try:
        with os.fdopen(handle, "wb") as file:
            save_without_clock(book, file)
    except BaseException:
        Path(path).unlink(missing_ok=True)
        raise
    tell(len(tables) + 1, len(tables) + 1, "Đã ghi xong")
    return Path(path)


def _sheet(book, paper: Paper, table: Table) -> None:
    from openpyxl.styles import Alignment, Border, Font, Side  # noqa: PLC0415 -- heavy
    from openpyxl.utils import get_column_letter  # noqa: PLC0415 -- heavy

    sheet = book.create_sheet(FORBIDDEN_IN_SHEET.sub(" ", table.sheet_name)[:31])
    sheet.freeze_panes = f"A{HEADER_ROW + 1}"
    sheet.print_title_rows = f"{HEADER_ROW}:{HEADER_ROW}"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = 9  # A4
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    for place, column in enumerate(table.columns, start=1):
        sheet.column_dimensions[get_column_letter(place)].width = max(7, column.width * 0.8)
    bold, head = Font(name="Times New Roman", bold=True), Font(name="Times New Roman", bold=True, size=13)
    plain = Font(name="Times New Roman")
    under = Border(bottom=Side(style="thin"))
    wrapped = Alignment(wrap_text=True, horizontal="center", vertical="center")
    subject = f"{paper.subject} ({paper.mark})" if paper.mark else paper.subject
    for title, font in zip([" ".join(paper.organ), subject, table.title], [bold, head, bold], strict=True):
        _cells(sheet, [title], font)
    _cells(sheet, [" ".join([*paper.notes, table.note]).strip()], plain)
    _cells(sheet, [column.title for column in table.columns], bold, under, wrapped)
    for line in table.lines:
        _line(sheet, table.columns, line, bold if line.mark else plain)


def _line(sheet, columns: tuple[Column, ...], line: Line, font) -> None:
    row = []
    for column, cell in zip(columns, line.cells, strict=False):  # a group line is shorter
        made = _cell(sheet, _value(cell))
        made.font = font
        if column.kind is Kind.PERCENT:
            made.number_format = "0.00"
        elif column.kind is Kind.NUMBER:
            made.number_format = "#,##0"
        row.append(made)
    sheet.append(row)


def _value(cell: Cell):
    """Percentages go in as the printed figure, so that the sheet and the paper never round apart."""
    if isinstance(cell, Share):
        return cell.text if cell.value is None else cell.value
    return cell


def _cells(sheet, values: list, font=None, border=None, alignment=None) -> None:
    row = []
    for value in values:
        made = _cell(sheet, value)
        if font:
            made.font = font
        if border:
            made.border, made.alignment = border, alignment
        row.append(made)
    sheet.append(row)


def _cell(sheet, value):
    from openpyxl.cell import WriteOnlyCell  # noqa: PLC0415 -- heavy

    return text_cell(sheet, value) if isinstance(value, str) else WriteOnlyCell(sheet, value=value)
