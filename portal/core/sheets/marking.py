"""The file that was sent, given back with what is wrong in it: red cells with their sentences as notes, and a list.

A workbook keeps its own cells and sheets; it is opened in a process of its own, under limits (`mark_child`). CSV, XLS,
ODS, and what that process cannot carry over, become a workbook of the values the reader took.
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from ..vietnamese import text
from .books import TOO_HEAVY, BadBook, run_child
from .reading import Problem, Sheet, Unreadable, column_name, sheets_of
from .tables import Heading, sheet_read
from .writing import MOST_LETTERS, UNPRINTABLE

CHILD = Path(__file__).with_name("mark_child.py")
MAX_MARKED = 40_000_000  # bytes
MOST_MARKS = 2000  # cells with a note; a spreadsheet takes long over more
FORBIDDEN = re.compile(r"[\\/*?:\[\]]")  # in the name of a workbook's sheet
QUOTED = re.compile("“([^”]*)”")


def marked_book(
    data: bytes, file: str, problems: Sequence[Problem], *, columns: Mapping[str, str], needed: Iterable[str] = ()
) -> bytes:
    """The file as a workbook with its problems marked; `columns` and `needed` as `table_of` takes them, empty where
    each problem names its sheet.

    Raises Unreadable, or BadBook, where the file cannot be opened or marked within the limits.
    """
    sheets = sheets_of(data, file)
    found = sheet_read(sheets, columns, needed)
    if found is None:
        raise Unreadable(file, "Tệp không có trang nào hiện ra. Hãy bỏ ẩn trang có số liệu.")
    sheet, heading = found
    told = _told(problems, sheets, sheet, heading, columns)
    if not sheet.is_csv:
        with suppress(BadBook):
            return _marked(told, data)
    anew = {_title(one): told["pages"][one.title] for one in sheets if one.title in told["pages"]}
    return _marked(told | {"pages": anew, "sheets": list(map(_values, sheets))})


def _marked(told: dict, book: bytes = b"") -> bytes:
    done = run_child(CHILD, json.dumps(told).encode() + b"\n" + book, bytes=MAX_MARKED)
    if done.returncode:
        raise BadBook(TOO_HEAVY)
    return done.stdout


def _told(
    problems: Sequence[Problem], sheets: Sequence[Sheet], sheet: Sheet, heading: Heading, columns: Mapping[str, str]
) -> dict:
    """The marks of each sheet that is read, one for each cell or row, and the lines of the list."""
    rows = {one.title: dict(one.rows) for one in sheets}
    widest = max(heading.names, default=0) + 1
    marks: dict[tuple[str, int, int, int], list[str]] = {}
    lines: list[list] = []
    for problem in problems:
        sentence = UNPRINTABLE.sub("", problem.sentence)
        if problem.row is None:
            lines.append(["", "", sentence])
            continue
        title = problem.sheet if problem.sheet in rows else sheet.title
        cells = rows[title].get(problem.row, [])
        column = problem.column or column_told(sentence, heading, columns, cells)
        place = (column, column) if column else (1, max(widest, len(cells)))
        cell = f"{column_name(column)}{problem.row}" if column else ""
        lines.append([problem.row, " ".join(filter(None, (problem.sheet, cell))), sentence])
        marks.setdefault((title, problem.row, *place), []).append(sentence)
    if len(marks) > MOST_MARKS:
        lines.append(["", "", f"Chỉ tô đỏ {MOST_MARKS} chỗ đầu; các chỗ khác xem ở trang này."])
    some = list(marks.items())[:MOST_MARKS]
    pages: dict[str, list] = {sheet.title: []}
    for (title, *span), sentences in some:
        pages.setdefault(title, []).append([*span, "\n".join(sentences)])
    return {"pages": pages, "lines": lines}


def column_told(sentence: str, heading: Heading, columns: Mapping[str, str], cells: Sequence[str]) -> int | None:
    """The column, from 1, that a sentence on a row speaks of: it quotes or begins with its heading, or quotes what
    stands in one cell alone. None where it speaks of the row."""
    places = {text.plain_key(columns[name]): place + 1 for place, name in heading.names.items() if name in columns}
    quoted = QUOTED.findall(sentence)
    for words in (*quoted, sentence.partition(":")[0]):
        if place := places.get(text.plain_key(words)):
            return place
    for words in filter(None, quoted):
        same = [place for place, cell in enumerate(cells, 1) if cell.strip() == words]
        if len(same) == 1:
            return same[0]
    return None


def _title(sheet: Sheet) -> str:
    """What the sheet is called in a workbook made anew; a CSV file has no name for it."""
    return FORBIDDEN.sub(" ", sheet.title)[:31].strip() or "Dữ liệu"


def _values(sheet: Sheet) -> dict:
    rows = [[number, [UNPRINTABLE.sub("", cell)[:MOST_LETTERS] for cell in cells]] for number, cells in sheet.rows]
    return {"title": _title(sheet), "hidden": sheet.hidden, "rows": rows}
