"""The grid as a workbook to take along: filled without a network, read back by `reading`."""

import io
from collections.abc import Iterable, Mapping

from criteria.judging.values import CriterionSpec
from criteria.models import CriteriaSet
from portal.core.enums import EXAMPLE_WORDS
from portal.core.sheets.mark_child import note, paint
from portal.core.sheets.writing import UNPRINTABLE, save_without_clock

from ...models import Cycle, Evaluation
from .lines import (
    DOSSIER_KEY,
    ENTRY,
    KEY,
    ORIGIN,
    UNIT,
    VERDICT,
    GridLine,
    Place,
    entry_lines,
    grid_lines,
    heading,
    how_to_write,
)

MOST = 500  # dossiers of one workbook
YES_NO = '"Đ,K,KAD"'
GREEN, RED, GREY, YELLOW = "FFE3F4E3", "FFFBDCDC", "FFEEF1F5", "FFFFF3C4"
AMBER = "FFB45309"
CONFIRM = "Để nguyên thì vẫn chưa xác nhận: hãy xác nhận trên cổng; giá trị không đúng thì sửa ngay tại đây."
GUIDE = [
    ["Cách dùng"],
    ["Điền vào trang “Nhập liệu”, mỗi dòng một đơn vị, mỗi cột một tiêu chí; đưa chuột vào tên cột để xem cách ghi."],
    ["Ô để trống giữ nguyên số liệu trên cổng; ghi “xoá” để xoá số liệu đã có."],
    ["Không sửa cột “Khoá hồ sơ” và dòng tiêu đề. Ô đã có người khác ghi sau khi tải bảng thì không bị ghi đè."],
    [f"Ô chữ nghiêng, viền đứt là giá trị điền sẵn, chưa xác nhận. {CONFIRM}"],
    ["Gửi lại tệp ở trang Bảng nhập, mục “Gửi bảng đã điền”."],
    [],
]


def grid_book(
    cycle: Cycle,
    criteria_set: CriteriaSet,
    dossiers: Iterable[Evaluation],
    *,
    left: Mapping[Place, tuple[str, str]] | None = None,
) -> bytes:
    """The workbook of the dossiers. `left` are cells that were not taken, each with what was typed and why: they hold
    it again, marked, with the reason as a comment."""
    from openpyxl import Workbook  # noqa: PLC0415 -- heavy

    lines = entry_lines(criteria_set)
    rows = grid_lines(dossiers, lines)
    book, out = Workbook(), io.BytesIO()
    _fill_entry(book.active, lines, rows, left or {})
    marks = [[EXAMPLE_WORDS]] if criteria_set.is_example else []
    _fill_guide(book.create_sheet("Hướng dẫn"), lines, [*GUIDE[:1], *marks, *GUIDE[1:]])
    origin = book.create_sheet(ORIGIN)
    origin.sheet_state = "veryHidden"
    origin.append(["kỳ", str(cycle.pk), str(criteria_set.pk)])
    for row in rows:
        for code, (text, version) in row.cells.items():
            if text or version:
                origin.append([str(row.dossier.pk), code, str(version), text])
    save_without_clock(book, out)
    return out.getvalue()


def _fill_entry(page, lines: list[CriterionSpec], rows: list[GridLine], left: Mapping[Place, tuple[str, str]]) -> None:
    from openpyxl.styles import Alignment, Font, PatternFill  # noqa: PLC0415 -- heavy

    page.title = ENTRY
    for column, words in enumerate([KEY, UNIT, VERDICT, *map(heading, lines)], 1):
        cell = _put(page, 1, column, words)
        cell.font, cell.fill = Font(bold=True), PatternFill("solid", fgColor=GREY)
        cell.alignment = Alignment(wrap_text=True, vertical="top")
        page.column_dimensions[cell.column_letter].width = (12, 34, 18)[column - 1] if column < 4 else 14
    page.row_dimensions[1].height = 90
    for column, line in enumerate(lines, 4):
        page.cell(1, column).comment = _comment(how_to_write(line))
    for number, row in enumerate(rows, 2):
        _put(page, number, 1, f"{DOSSIER_KEY}{row.dossier.pk}")
        _put(page, number, 2, row.dossier.listed_name)
        _put(page, number, 3, row.verdict)
        for column, line in enumerate(lines, 4):
            typed, why = left.get((row.dossier.pk, line.code), ("", ""))
            cell = _put(page, number, column, typed or row.cells[line.code][0])
            cell.number_format = "@"  # 3/5 stays two numbers and becomes no day
            if why:
                paint(cell, YELLOW)
                cell.comment = _comment(why)
            elif told := row.unconfirmed.get(line.code):
                _mark_unconfirmed(cell, told)
    page.freeze_panes = "C2"
    _guard(page, lines, len(rows) + 1)


def _mark_unconfirmed(cell, told: str) -> None:
    """Slanted, in a broken line, with a note: the colours of Đ and K lie over any other."""
    from openpyxl.styles import Border, Font, Side  # noqa: PLC0415 -- heavy

    line = Side(style="mediumDashed", color=AMBER)
    cell.font, cell.border = Font(italic=True), Border(left=line, right=line, top=line, bottom=line)
    cell.comment = _comment(f"{told}. {CONFIRM}")


def _guard(page, lines: list[CriterionSpec], last: int) -> None:
    """What a cell may hold, and the colour of what it says."""
    from openpyxl.formatting.rule import CellIsRule  # noqa: PLC0415 -- heavy
    from openpyxl.styles import PatternFill  # noqa: PLC0415 -- heavy
    from openpyxl.utils import get_column_letter  # noqa: PLC0415 -- heavy
    from openpyxl.worksheet.datavalidation import DataValidation  # noqa: PLC0415 -- heavy

    choice = DataValidation(type="list", formula1=YES_NO, allow_blank=True, showErrorMessage=True)
    choice.error, choice.errorTitle = "Hãy ghi Đ (đạt), K (không đạt) hoặc KAD (không áp dụng).", "Giá trị không đúng"
    page.add_data_validation(choice)
    for column, line in enumerate(lines, 4):
        letter = get_column_letter(column)
        cells = f"{letter}2:{letter}{max(last, 2)}"
        if line.measure != "must":
            continue
        choice.add(cells)
        for word, colour in (("Đ", GREEN), ("K", RED)):
            fill = PatternFill("solid", bgColor=colour)
            page.conditional_formatting.add(cells, CellIsRule(operator="equal", formula=[f'"{word}"'], fill=fill))


def _fill_guide(page, lines: list[CriterionSpec], words: list[list[str]]) -> None:
    from openpyxl.styles import Alignment, Font  # noqa: PLC0415 -- heavy

    for row in words:
        page.append(row)
    page.append(["Tiêu chí", "Nội dung, căn cứ, cách ghi"])
    for number, line in enumerate(lines, len(words) + 2):
        _put(page, number, 1, line.number)
        _put(page, number, 2, how_to_write(line))
    page["A1"].font = page.cell(len(words) + 1, 1).font = page.cell(len(words) + 1, 2).font = Font(bold=True)
    page.column_dimensions["A"].width, page.column_dimensions["B"].width = 14, 110
    for cells in page.iter_rows(min_row=len(words) + 1, min_col=2, max_col=2):
        cells[0].alignment = Alignment(wrap_text=True, vertical="top")


def _comment(words: str):
    return note(_text(words), "Cổng")


def _put(page, row: int, column: int, words: str):
    """The cell with the words as text: what looks like a formula is none."""
    cell = page.cell(row, column, _text(words))
    cell.data_type = "s"
    return cell


def _text(words: str) -> str:
    return UNPRINTABLE.sub("", words)
