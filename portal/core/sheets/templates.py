"""Template workbooks of files taken in, made from the description of their columns that the reader itself goes by.

A description (`Template`) stands beside the reader of its file. The workbook has a sheet to fill, a guide, the lists
its cells are chosen from, and, out of sight, which template it is: a file sent to the wrong page is told by that.
"""

import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import Enum
from typing import Any

from ..fields import FIRST_DAY, LAST_DAY
from ..vietnamese.figures import grouped
from .cells import written
from .reading import MAX_ROWS, column_name
from .writing import DAY_FORMAT, MOST_LETTERS, TEXT_FORMAT, UNPRINTABLE, save_without_clock, widths_of

FILLED, GUIDE, LISTS, MARK = "Nhập liệu", "Hướng dẫn", "Danh mục", "_mau"
CHECKED_ROWS = 2000  # rows of the sheet whose cells a spreadsheet checks while they are typed
MOST_OF_A_MESSAGE = 255  # letters a spreadsheet shows beside a checked cell; a longer message breaks the workbook
NEEDED_COLOUR, FREE_COLOUR = "F4CCCC", "D9E2F3"


class Cells(Enum):
    """What a column holds; the value is a workbook's word for cells it checks."""

    TEXT = "text"
    CODE = "code"
    WHOLE = "whole"
    DAY = "date"
    CHOICE = "list"


HOW = {
    Cells.CODE: "Ô dạng văn bản, ghi đủ cả số 0 ở đầu.",
    Cells.WHOLE: "Số nguyên từ 0 trở lên, không dấu chấm, phẩy.",
    Cells.DAY: "Ngày/tháng/năm, ví dụ 31/01/2020.",
    Cells.CHOICE: "Chọn trong danh sách.",
}


def labels_of(choices: Any) -> tuple[str, ...]:
    """The labels of a class of choices; one of several values once."""
    return tuple(dict.fromkeys(choices.labels))


@dataclass(frozen=True)
class FileColumn:
    """One column of a file. `is_needed`: its heading must be there; `may_clear`: “xoá” takes away what is stored."""

    heading: str
    kind: Cells = Cells.TEXT
    help: str = ""
    example: str | int | date = ""
    is_needed: bool = False
    choices: tuple[str, ...] = ()
    may_clear: bool = False

    @property
    def how(self) -> str:
        """How a cell of it is written, without the values it may have."""
        clearing = "Ghi “xoá” để bỏ giá trị đang có." if self.may_clear else ""
        return " ".join(filter(None, (self.help, HOW.get(self.kind, ""), clearing)))

    @property
    def example_written(self) -> str:
        return written(self.example)


@dataclass(frozen=True)
class Template:
    """A kind of file: its columns by the names the reader calls them. `empty` says what a cell left empty does."""

    name: str
    title: str
    columns: Mapping[str, FileColumn]
    empty: str
    version: int = 1

    @property
    def headings(self) -> dict[str, str]:
        return {name: column.heading for name, column in self.columns.items()}

    @property
    def needed(self) -> tuple[str, ...]:
        return tuple(name for name, column in self.columns.items() if column.is_needed)

    def offering(self, choices: Mapping[str, Iterable[str]]) -> "Template":
        """The same with the values that some columns may have here and now, the first for an example."""
        listed = {name: tuple(ones) for name, ones in choices.items()}
        now = {
            name: replace(self.columns[name], choices=ones, example=ones[0] if ones else "")
            for name, ones in listed.items()
        }
        return replace(self, columns={**self.columns, **now})


def as_template(template: Template, *more: tuple[str, Iterable[Iterable]], rows: Iterable[Sequence[Any]] = ()) -> bytes:
    """The workbook to fill, with these rows in it. `more` are pages to look things up in, each a title and its rows,
    the headings first."""
    from openpyxl import Workbook  # noqa: PLC0415 -- heavy

    book = Workbook()
    page = book.active
    page.title = FILLED
    _to_fill(page, template, rows)
    _guide(book.create_sheet(GUIDE), template)
    for title, lines in more:
        _to_look_up(book.create_sheet(title[:31]), [list(line) for line in lines])
    if any(column.choices for column in template.columns.values()):
        lists = book.create_sheet(LISTS)
        lists.sheet_state = "hidden"
        _check_choices(page, lists, template)
    mark = book.create_sheet(MARK)
    mark.sheet_state = "veryHidden"
    _line(mark, 1, [template.name, template.version, template.title])
    out = io.BytesIO()
    save_without_clock(book, out)
    return out.getvalue()


def _line(page, number: int, cells: Iterable[Any]) -> list:
    """The cells of a row: days and numbers as they are, text that no spreadsheet can run."""
    made = []
    for place, value in enumerate(cells, 1):
        cell = page.cell(number, place)
        made.append(cell)
        if isinstance(value, date) or (isinstance(value, int) and not isinstance(value, bool)):
            cell.value = value
            cell.number_format = DAY_FORMAT if isinstance(value, date) else "General"
        elif words := UNPRINTABLE.sub("", written(value))[:MOST_LETTERS]:
            cell.value = words
            cell.data_type, cell.number_format = "s", TEXT_FORMAT
    return made


# --- the sheet to fill ------------------------------------------------------------------------------------------------


def _to_fill(page, template: Template, rows: Iterable[Sequence[Any]]) -> None:
    from openpyxl.comments import Comment  # noqa: PLC0415 -- heavy
    from openpyxl.styles import Alignment, Font, PatternFill  # noqa: PLC0415 -- heavy

    columns = list(template.columns.values())
    heads = _line(page, 1, (column.heading for column in columns))
    for place, (column, head) in enumerate(zip(columns, heads, strict=True), 1):
        head.font, head.alignment = Font(bold=True), Alignment(wrap_text=True, vertical="center")
        head.fill = PatternFill("solid", fgColor=NEEDED_COLOUR if column.is_needed else FREE_COLOUR)
        must = "Bắt buộc." if column.is_needed else "Không bắt buộc."
        head.comment = Comment(f"{must} {column.how}".strip(), "Cổng", width=280, height=120)
        dimension = page.column_dimensions[column_name(place)]
        (dimension.width,) = widths_of([[column.heading], [column.example], *([one] for one in column.choices)])
        if column.kind is not Cells.WHOLE:
            dimension.number_format = DAY_FORMAT if column.kind is Cells.DAY else TEXT_FORMAT
        if column.kind in (Cells.DAY, Cells.WHOLE):
            _check(page, place, column, **_limits(column.kind))
    page.freeze_panes = "A2"
    for number, row in enumerate(rows, 2):
        _line(page, number, row)


def _limits(kind: Cells) -> dict[str, str]:
    from openpyxl.utils.datetime import to_excel  # noqa: PLC0415 -- heavy

    if kind is Cells.WHOLE:
        return {"operator": "greaterThanOrEqual", "formula1": "0"}
    first, last = (f"{to_excel(day):.0f}" for day in (FIRST_DAY, LAST_DAY))
    return {"operator": "between", "formula1": first, "formula2": last}


def _check(page, place: int, column: FileColumn, **limits: str) -> None:
    """Have a spreadsheet check the column's cells; one that may say “xoá” is asked about, not refused."""
    from openpyxl.worksheet.datavalidation import DataValidation  # noqa: PLC0415 -- heavy

    sentence = f"Cột “{column.heading}”: {column.how}"[:MOST_OF_A_MESSAGE]
    rule = DataValidation(column.kind.value, **limits, allow_blank=True, showErrorMessage=True)
    rule.errorTitle, rule.error = "Chưa đúng", sentence
    rule.errorStyle = "warning" if column.may_clear else "stop"
    letter = column_name(place)
    rule.add(f"{letter}2:{letter}{CHECKED_ROWS + 1}")
    page.add_data_validation(rule)


def _check_choices(page, lists, template: Template) -> None:
    """A list for each column of choices, on a sheet of its own: one within a cell's rule may have 255 letters."""
    chosen = [(place, one) for place, one in enumerate(template.columns.values(), 1) if one.choices]
    for at, (place, column) in enumerate(chosen, 1):
        for number, word in enumerate((column.heading, *column.choices), 1):
            cell = lists.cell(number, at, word)
            cell.data_type, cell.number_format = "s", TEXT_FORMAT
        letter = column_name(at)
        _check(page, place, column, formula1=f"'{LISTS}'!${letter}$2:${letter}${len(column.choices) + 1}")


# --- the pages to read ------------------------------------------------------------------------------------------------


def _guide(page, template: Template) -> None:
    from openpyxl.styles import Alignment, Font  # noqa: PLC0415 -- heavy

    heads = ("Cột", "Bắt buộc", "Cách ghi", "Giá trị được ghi", "Ví dụ")
    (title,) = _line(page, 1, [f"Cách ghi tệp: {template.title}"])
    title.font = Font(bold=True, size=14)
    for number, sentence in enumerate(sentences(template), 2):
        _line(page, number, [sentence])
    top = page.max_row + 2
    for head in _line(page, top, heads):
        head.font = Font(bold=True)
    for number, column in enumerate(template.columns.values(), top + 1):
        must, values = "có" if column.is_needed else "", "; ".join(column.choices)
        for cell in _line(page, number, (column.heading, must, column.how, values, column.example_written)):
            cell.alignment = Alignment(wrap_text=True, vertical="top")
    for letter, width in zip("ABCDE", (28, 10, 60, 60, 28), strict=True):
        page.column_dimensions[letter].width = width


def sentences(template: Template) -> list[str]:
    """What holds for the whole file."""
    return [
        f"Ghi các dòng vào trang “{FILLED}”, giữ nguyên dòng tiêu đề; cột có tiêu đề nền đỏ nhạt là cột bắt buộc.",
        f"Một tệp có tối đa {grouped(MAX_ROWS)} dòng.",
        "Ngày ghi ngày/tháng/năm, ví dụ 31/01/2020. Số ghi bằng chữ số. Mã số ghi đủ cả số 0 ở đầu.",
        template.empty,
    ]


def _to_look_up(page, lines: list[list]) -> None:
    from openpyxl.styles import Font  # noqa: PLC0415 -- heavy

    for number, line in enumerate(lines, 1):
        _line(page, number, line)
    for head in page[1]:
        head.font = Font(bold=True)
    for place, width in enumerate(widths_of(lines), 1):
        page.column_dimensions[column_name(place)].width = width
    page.freeze_panes = "A2"
    page.auto_filter.ref = f"A1:{column_name(len(lines[0]))}{len(lines)}"
