"""Marks what is wrong in one workbook, in a process of its own, under limits. Run by `marking` by its path: imports
nothing of the portal.

On stdin come a line of JSON (`pages`: by the title of a sheet its marks, each row, first and last column, sentence;
`lines`: the rows of the page that lists everything) and the workbook, or nothing where the JSON holds its `sheets` as
values; the marked workbook goes out on stdout. Macros and links to other files are left behind.
"""

import io
import json
import resource
import sys
from typing import Any

RED = "FFFF9999"  # a template's headings are of a paler one
AUTHOR = "Cổng báo lỗi"
LIST = "Lỗi"
HEADS = ("Dòng", "Ô", "Lỗi và cách sửa")
MOST_LETTERS = 2000  # of a note
WIDTHS = {"A": 8, "B": 8, "C": 120}


def main() -> int:
    limits = json.loads(sys.argv[1])
    for which, most in (("RLIMIT_AS", "memory"), ("RLIMIT_CPU", "seconds"), ("RLIMIT_FSIZE", "bytes")):
        resource.setrlimit(getattr(resource, which), (limits[most], limits[most]))
    head, _, data = sys.stdin.buffer.read().partition(b"\n")
    try:
        made = marked(data, json.loads(head))
    except Exception:  # openpyxl fails in many ways on what other programs read: the file is made anew from its values
        return 1
    if len(made) > limits["bytes"]:
        return 1
    sys.stdout.buffer.write(made)
    return 0


def marked(data: bytes, told: dict) -> bytes:
    from openpyxl import load_workbook  # noqa: PLC0415 -- after the limits

    book = load_workbook(io.BytesIO(data), keep_links=False) if data else _made_of(told["sheets"])
    _drop_list(book)
    for page in book.worksheets:
        if page.title in told["pages"] or _is_marked(page):
            _unmark(page)
    for title, marks in told["pages"].items():
        for mark in marks:
            _mark(book[title], *mark)
    _list(book.create_sheet(LIST), told["lines"])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _made_of(sheets: list[dict]) -> Any:
    """A workbook of values, each in its own row and column, all of it text that nothing can run."""
    from openpyxl import Workbook  # noqa: PLC0415 -- as above

    book = Workbook()
    book.remove(book.active)
    for sheet in sheets:
        page = book.create_sheet(sheet["title"])
        page.sheet_state = "hidden" if sheet["hidden"] else "visible"
        for number, cells in sheet["rows"]:
            for place, value in enumerate(cells, 1):
                if value:
                    _put(page, number, place, value)
    return book


def _put(page: Any, row: int, column: int, value: Any) -> Any:
    cell = page.cell(row, column, value)
    if isinstance(value, str):
        cell.data_type, cell.number_format = "s", "@"  # "=1+1" is text, and so is what is typed in its place
    return cell


def _drop_list(book: Any) -> None:
    """Without the list of an earlier turn; a sheet of the sender's own that is called so stays."""
    if LIST in book.sheetnames and tuple(cell.value for cell in book[LIST][1]) == HEADS:
        del book[LIST]


def _is_marked(page: Any) -> bool:
    return any(cell.comment is not None and cell.comment.author == AUTHOR for cell in page._cells.values())


def _mark(page: Any, row: int, first: int, last: int, sentence: str) -> None:
    cells = [_shown_cell(page, row, column) for column in range(first, last + 1)]
    for cell in cells:
        paint(cell, RED)
    cells[0].comment = note(sentence)


def _unmark(page: Any) -> None:
    """Take off the marks of an earlier turn: the file comes back mended, and not of everything."""
    from openpyxl.styles import PatternFill  # noqa: PLC0415 -- as above

    for cell in list(page._cells.values()):  # those there are: the sheet's own walk makes every cell up to the last
        if cell.comment is not None and cell.comment.author == AUTHOR:
            cell.comment = None
        if cell.has_style and cell.fill.fgColor.rgb == RED:
            cell.fill = PatternFill()


def _shown_cell(page: Any, row: int, column: int) -> Any:
    """The cell, or the one a merged range shows in its place."""
    from openpyxl.cell import MergedCell  # noqa: PLC0415 -- as above

    cell = page.cell(row, column)
    if not isinstance(cell, MergedCell):
        return cell
    merged = next(one for one in page.merged_cells.ranges if cell.coordinate in one)
    return page.cell(merged.min_row, merged.min_col)


def paint(cell: Any, colour: str) -> None:
    from openpyxl.styles import PatternFill  # noqa: PLC0415 -- heavy

    cell.fill = PatternFill("solid", fgColor=colour)


def note(sentence: str, author: str = AUTHOR) -> Any:
    """A note beside a cell, wide enough to be read."""
    from openpyxl.comments import Comment  # noqa: PLC0415 -- heavy

    return Comment(sentence[:MOST_LETTERS], author, width=360, height=160)


def _list(page: Any, lines: list[list]) -> None:
    from openpyxl.styles import Alignment, Font  # noqa: PLC0415 -- as above

    for letter, width in WIDTHS.items():
        page.column_dimensions[letter].width = width
    for number, line in enumerate((HEADS, *lines), 1):
        for place, value in enumerate(line, 1):
            _put(page, number, place, value).alignment = Alignment(wrap_text=True, vertical="top")
    for cell in page[1]:
        cell.font = Font(bold=True)
    page.freeze_panes = "A2"


if __name__ == "__main__":
    sys.exit(main())
