"""The rows of a file under the headings asked for, as people make such files: a guide or a hidden sheet before the
rows, a title above the heading, a heading of two rows, *STT* first and *Cộng* last, a note beside.

What a file says beside its rows is left aside and told; what cannot be taken for what was meant is refused by cell.
"""

import difflib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..vietnamese import text
from ..vietnamese.unreadable import IN_A_FILE, fault_of
from .books import BadCell
from .reading import Problem, Sheet, Unreadable, column_name, sheets_of
from .templates import MARK, Template

FIRST_ROWS = 12  # how far down a heading is looked for: a title, a place and a day may stand above it
NUMBERING = {
    "stt",
    "tt",
    "s.t.t",
    "so tt",
    "so thu tu",
}  # a column of running numbers: every official table begins with one
LAST_ROWS = 10  # how far from the end a row of sums may stand, with the signatures below it
TOTALS = {"cong", "tong", "tong cong", "tong so"}  # a row of sums
MOST_PROBLEMS = 50
FIGURE = re.compile(r"[0-9][0-9.,/%\s-]*|[A-Z]{1,3}[0-9]+")  # a number, a day, a key
AFTER_A_HEADING = re.compile(r"(\s*(\(\*+\)|\(bắt buộc\)|[*:.]))+\s*$", re.IGNORECASE)  # “Năm (*)”, “Năm:”
PLACE_TOLD = re.compile(r"\(?\[?([0-9]{1,2}|[A-Z])\]?\)?(\s*=.*)?")  # “(3)” under a heading, “(5) = (3) + (4)”
CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


@dataclass
class FileTable:
    """Rows by their number in the file, cells by column name; `absent` are columns the file does not have, `notes`
    sentences on what was left aside."""

    columns: list[str]
    rows: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Heading:
    """Where the names of the columns stand: the row's number, and column names by their place from 0."""

    row: int
    names: dict[int, str]
    strange: dict[int, str]  # headings that are none of ours
    numbering: set[int] = field(default_factory=set)  # columns of running numbers


def table_of(
    data: bytes,
    file: str,
    columns: Mapping[str, str],
    *,
    needed: Iterable[str],
    shown_only: Iterable[str] = (),
    template: Template | None = None,
) -> FileTable:
    """The table of the first visible sheet that has the headings.

    `columns` are headings by name (a name is understood as a heading, too), `needed` names that must be there,
    `shown_only` headings an export writes and an import passes over; a workbook that says it is of another template
    than `template` is refused by that. Raises Unreadable with everything that is wrong.
    """
    sheets = sheets_of(data, file)
    if template is not None:
        _refuse_other_template(file, sheets, template)
    asked = list(needed)
    found = sheet_read(sheets, columns, asked, shown_only)
    if found is None:
        raise Unreadable(file, "Tệp không có trang nào hiện ra. Hãy bỏ ẩn trang có số liệu.")
    sheet, heading = found
    _refuse_headings(file, heading, columns, asked)
    table = FileTable([name for name in heading.names.values() if name])
    _note_sheet(table, sheet, sheets)
    _take_rows(table, sheet, heading, file)
    if not table.rows:
        raise Unreadable(file, "Tệp không có dòng nào dưới dòng tiêu đề. Hãy kiểm tra lại tệp đã chọn.")
    return table


def _refuse_other_template(file: str, sheets: list[Sheet], template: Template) -> None:
    """Files without the sheet that says which template they are, as exports and CSV, say nothing and pass."""
    told = next((sheet for sheet in sheets if sheet.hidden and sheet.title == MARK and sheet.rows), None)
    name, title = (told.rows[0][1][place : place + 1] for place in (0, 2)) if told else ([], [])
    if name and name != [template.name]:
        there = "".join(title)[:100] or name[0][:100]
        raise Unreadable(
            file, f"Tệp này là mẫu “{there}”, không phải mẫu “{template.title}”. Hãy tải tệp mẫu ở trang đang mở."
        )


def sheet_read(
    sheets: list[Sheet], columns: Mapping[str, str], needed: Iterable[str], shown_only: Iterable[str] = ()
) -> tuple[Sheet, Heading] | None:
    """The first visible sheet with all the headings that must be there, else the one with most of them; None where
    no sheet is visible."""
    known = {text.plain_key(name): name for name in columns}
    known |= {text.plain_key(word): name for name, word in columns.items()}
    known |= dict.fromkeys(map(text.plain_key, shown_only), "")
    asked = set(needed)
    headings = [(sheet, heading_of(sheet.rows, known)) for sheet in sheets if not sheet.hidden]
    best = max(headings, key=lambda pair: len(asked & set(pair[1].names.values())), default=None)
    return next((pair for pair in headings if asked <= set(pair[1].names.values())), best)


# --- the heading ----------------------------------------------------------------------------------------------------


def heading_of(rows: list[tuple[int, list[str]]], known: Mapping[str, str]) -> Heading:
    """The row among the first that names most of our columns; where it is empty, the row above names them. `known` are
    names of columns by the plain key of a heading."""
    best = Heading(1, {}, {})
    above: list[str] = []
    for number, cells in rows[:FIRST_ROWS]:
        heads = [cell.strip() or (above[place] if place < len(above) else "") for place, cell in enumerate(cells)]
        heads += [head.strip() for head in above[len(cells) :]]
        keys = [_heading_key(head, known) for head in heads]
        found = {place: known[key] for place, key in enumerate(keys) if key in known}
        if len(found) > len(best.names):
            numbering = {place for place, key in enumerate(keys) if key in NUMBERING} - set(found)
            others = set(range(len(heads))) - set(found) - numbering
            best = Heading(number, found, {place: heads[place] for place in sorted(others) if heads[place]}, numbering)
        above = cells
    if not best.names and rows:
        number, cells = rows[0]
        return Heading(number, {}, {place: head.strip() for place, head in enumerate(cells) if head.strip()})
    return best


def _heading_key(head: str, known: Mapping[str, str]) -> str:
    """The plain key of a heading, without the star or colon that people put behind it where ours has none."""
    key = text.plain_key(head)
    return key if key in known else text.plain_key(AFTER_A_HEADING.sub("", head))


def _tells_places(cells: list[str]) -> bool:
    """True for the row of the columns' own numbers below the headings of a form of the State: (1) (2) (3), A B 1 2."""
    told = [PLACE_TOLD.fullmatch(cell.strip()) for cell in cells if cell.strip()]
    if len(told) < 2 or not all(told):
        return False
    places = [found[1] for found in told if found]
    letters = [place for place in places if place.isalpha()]
    figures = [place for place in places if not place.isalpha()]
    runs = [chr(65 + place) for place in range(len(letters))], [str(place + 1) for place in range(len(figures))]
    return places == letters + figures and (letters, figures) == runs


def _refuse_headings(file: str, heading: Heading, columns: Mapping[str, str], needed: list[str]) -> None:
    if wrong := heading_faults(heading, columns, needed):
        raise Unreadable.of([Problem(file, heading.row, sentence, column) for sentence, column in wrong])


def heading_faults(heading: Heading, columns: Mapping[str, str], needed: Iterable[str]) -> list[tuple[str, int | None]]:
    """What is wrong with the headings, each with the column, from 1, that it is of."""
    there = list(heading.names.values())
    wrong: list[tuple[str, int | None]] = []
    words = {text.plain_key(word): word for word in columns.values()}
    for place, head in heading.strange.items():
        near = difflib.get_close_matches(text.plain_key(head), words, n=1, cutoff=0.5)
        remedy = f"Có phải là “{words[near[0]]}”? Hãy sửa lại tên cột" if near else "Hãy sửa lại tên cột"
        told = f"Cột {column_name(place + 1)} “{head}” không có trong mẫu. {remedy} hoặc xoá cột."
        wrong.append((told, place + 1))
    if missing := [columns[name] for name in needed if name not in there]:
        told = f"Thiếu cột “{'”, “'.join(missing)}”. Hãy dùng tệp mẫu và giữ nguyên dòng tiêu đề."
        wrong.insert(0, (told, None))
    twice = {name for name in there if name and there.count(name) > 1}
    wrong += [(f"Cột “{columns.get(name, name)}” có hai lần. Hãy bỏ bớt một cột.", None) for name in sorted(twice)]
    return wrong


# --- the rows -------------------------------------------------------------------------------------------------------


def _take_rows(table: FileTable, sheet: Sheet, heading: Heading, file: str) -> None:
    below = _without_totals(table, _below(table, sheet, heading), heading, file)
    problems = _merged(sheet, heading, file)
    beside: dict[int, str] = {}
    for number, cells in below:
        if sheet.is_csv and (cells_off := _width_off(cells, heading, sheet)):
            problems.append(Problem(file, number, cells_off))
            continue
        row = {name: (_said(cells[place]) if place < len(cells) else "") for place, name in heading.names.items()}
        row.pop("", None)
        for place, cell in enumerate(cells):
            if not cell.strip():
                continue
            if place in heading.names:
                where = f"Ô {column_name(place + 1)}{number}"
                if fault := sheet.bad.get((number, place + 1)) or cell_fault(cell):
                    problems.append(Problem(file, number, f"{where}: {fault}", place + 1))
                elif CONTROL.search(cell):
                    table.notes.append(f"{where} có ký tự điều khiển không nhìn thấy, đã bỏ.")
            else:
                beside.setdefault(place, cell.strip())
        if any(row.values()):
            table.rows.append((number, row))
    if problems:
        raise Unreadable.of(problems[:MOST_PROBLEMS])
    for place, cell in sorted(beside.items()):
        if place not in heading.numbering:
            table.notes.append(f"Cột {column_name(place + 1)} không có tiêu đề nên không đọc (“{cell[:40]}”).")


def _width_off(cells: list[str], heading: Heading, sheet: Sheet) -> str:
    """What is wrong with a CSV row of another width than its heading: a comma too many puts each cell in the wrong
    column. Empty cells at the end are none."""
    wide = next(len(head) for number, head in sheet.rows if number == heading.row)
    if len(cells) >= wide and not any(cell.strip() for cell in cells[wide:]):
        return ""
    return f"Có {len(cells)} ô, dòng tiêu đề có {wide} cột. Hãy kiểm tra dấu phẩy thừa, thiếu."


def _below(table: FileTable, sheet: Sheet, heading: Heading) -> list[tuple[int, list[str]]]:
    """The rows below the heading, and below the columns' own numbers where it has them."""
    rows = [(number, cells) for number, cells in sheet.rows if number > heading.row]
    if rows and _tells_places(rows[0][1]) and all(_holds(rows[0][1], place) for place in heading.names):
        table.notes.append(f"Dòng {rows[0][0]} ghi số thứ tự của cột nên không đọc.")
        return rows[1:]
    return rows


def _holds(cells: list[str], place: int) -> bool:
    return place < len(cells) and bool(cells[place].strip())


def _said(cell: str) -> str:
    """The cell without what nobody sees: spaces around it, marks of no width, which come along when people paste."""
    return cell.strip() if cell.isascii() else text.clean_lines(cell).strip()


def _without_totals(
    table: FileTable, rows: list[tuple[int, list[str]]], heading: Heading, file: str
) -> list[tuple[int, list[str]]]:
    """The rows down to one of sums near the end: it is no row of ours, nor are the signatures below it. Sums above rows
    are refused: nobody can know which rows they close."""
    for place in range(max(0, len(rows) - LAST_ROWS), len(rows)):
        number, cells = rows[place]
        first = next(cell for cell in cells if cell.strip())
        if text.search_key(first) in TOTALS:
            told = f"Từ dòng {number} (“{first.strip()}”) trở xuống không đọc."
            if any(_is_row(below, heading) for _, below in rows[place + 1 :]):
                remedy = "Hãy xoá dòng cộng, hoặc chuyển xuống cuối bảng."
                raise Unreadable(file, f"Dưới dòng cộng (“{first.strip()}”) còn dòng số liệu. {remedy}", row=number)
            table.notes.append(told)
            return rows[:place]
    return rows


def _is_row(cells: list[str], heading: Heading) -> bool:
    """Filled in some columns that have a heading, and with a figure: signatures, places and days are of words."""
    filled = [cells[place].strip() for place in heading.names if place < len(cells) and cells[place].strip()]
    is_full = len(filled) > 2 or 2 * len(filled) > len(heading.names)
    return is_full and any(map(FIGURE.fullmatch, filled)) and text.search_key(filled[0]) not in TOTALS


def _merged(sheet: Sheet, heading: Heading, file: str) -> list[Problem]:
    """Merged cells among the rows: which of them the value is of, nobody can know."""
    found = []
    for top, left, bottom, right in sheet.merged:
        if bottom <= heading.row or not any(left - 1 <= place <= right - 1 for place in heading.names):
            continue
        last = sheet.rows[-1][0] if sheet.rows else 0
        if top > last:
            continue
        where = f"{column_name(left)}{top}:{column_name(right)}{bottom}"
        told = f"Các ô {where} bị gộp. Hãy bỏ gộp ô và ghi từng ô."
        found.append(Problem(file, max(top, heading.row + 1), told, left))
    return found


def cell_fault(cell: Any) -> str:
    """Why nothing can be taken from the cell: an error value, letters lost or typed for an old font; mostly empty."""
    if isinstance(cell, BadCell):
        return cell.sentence
    return fault_of(cell, IN_A_FILE) if isinstance(cell, str) else ""


def _note_sheet(table: FileTable, sheet: Sheet, sheets: list[Sheet]) -> None:
    if len(sheets) > 1:
        table.notes.append(f"Đọc trang “{sheet.title}”; các trang khác không đọc.")
    if sheet.hidden_rows:
        table.notes.append(f"Trang có {sheet.hidden_rows} dòng đang ẩn; các dòng ẩn cũng được đọc.")
    elif sheet.filtered:
        table.notes.append("Trang đang lọc; các dòng bị lọc cũng được đọc.")
