"""Files of rows taken in: the sheets of a CSV file or a workbook, cells as text, numbered as a spreadsheet numbers."""

import csv
import io
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from ..vietnamese.old_fonts import FOREIGN, unicode_of
from .books import ZIP, BadBook, BadCell, Page, Percent, is_book, pages_of
from .cells import plain, written

# Rows that hold something, without the heading. What a workbook may unpack to, and its reader use: books.py. A set of
# criteria is shorter: criteria/packs.
MAX_BYTES, MAX_ROWS = 5_000_000, 20_000
OTHER_KINDS = {  # how files begin that are taken for tables: a program's download called .xls, a scan
    "trang web (HTML)": (b"<html", b"<!doctype html", b"<table", b"<meta", b"mime-version"),
    "bảng tính XML 2003": (b"<?xml", b"<workbook"),
    "PDF": (b"%pdf",),
    "ảnh": (b"\x89png", b"\xff\xd8\xff", b"gif8"),
}
OPENED_BY_A_SPREADSHEET = ("trang web (HTML)", "bảng tính XML 2003")
WORD, WORD_PART, BOOK_PART = "văn bản Word", b"word/document.xml", b"xl/workbook"
TOLD_AS_TEXT = re.compile('="([^"]*)"')  # how a program's CSV tells Excel to leave a code as it is: ="07201"
SEPARATOR = re.compile(r"sep=(.)\r?\n", re.IGNORECASE)  # how Excel is told of it, in a line of its own


@dataclass(frozen=True)
class Problem:
    """One thing that stands in the way: file, row as a spreadsheet counts it (the heading is row 1), sentence, the
    column, from 1, where it is of one cell, and the sheet where the file has several that are read."""

    file: str
    row: int | None
    sentence: str
    column: int | None = None
    sheet: str = ""

    def __str__(self):
        return f"{self.file}, dòng {self.row}: {self.sentence}" if self.row else f"{self.file}: {self.sentence}"


class Unreadable(Exception):
    """The file cannot be read as rows; carries every problem found."""

    def __init__(self, file: str, *sentences: str, row: int | None = None):
        self.problems = [Problem(file, row, sentence) for sentence in sentences]
        super().__init__(str(self.problems[0]))

    @classmethod
    def of(cls, problems: list[Problem]) -> "Unreadable":
        made = cls(problems[0].file, problems[0].sentence, row=problems[0].row)
        made.problems = problems
        return made


@dataclass(frozen=True)
class Sheet:
    """Filled rows by number, none of spaces alone, cells as text; `bad` are sentences on cells with no value to take,
    by row and column; `merged` ranges are (row, column, last row, last column). All from 1."""

    title: str
    rows: list[tuple[int, list[str]]]
    hidden: bool = False
    bad: dict[tuple[int, int], str] = field(default_factory=dict)
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    hidden_rows: int = 0
    filtered: bool = False
    is_csv: bool = False


def sheets_of(data: bytes, file: str) -> list[Sheet]:
    """The sheets of a workbook, or a CSV file as one; at most 20.000 filled rows below a heading. Raises Unreadable."""
    if len(data) > MAX_BYTES:
        raise Unreadable(file, f"Tệp lớn hơn {MAX_BYTES // 1_000_000} MB. Hãy tách thành nhiều tệp nhỏ hơn.")
    if kind := _other_kind(data):
        can_open = kind in OPENED_BY_A_SPREADSHEET
        remedy = "Hãy mở bằng bảng tính rồi lưu lại dạng XLSX." if can_open else "Hãy gửi bảng tính XLSX hoặc tệp CSV."
        raise Unreadable(file, f"Tệp là {kind}, không đọc được thành dòng. {remedy}")
    if not is_book(data):
        rows = [(number, cells) for number, cells in csv_rows(data, file) if any(cell.strip() for cell in cells)]
        found = [Sheet("", rows, is_csv=True)]
    else:
        try:
            found = [_sheet(page) for page in pages_of(data, rows=MAX_ROWS + 2)]
        except BadBook as refusal:
            raise Unreadable(file, refusal.sentence) from None
    if any(len(sheet.rows) > MAX_ROWS + 1 for sheet in found):  # the heading is one
        raise Unreadable(file, f"Tệp có hơn {MAX_ROWS // 1000}.000 dòng. Hãy tách thành nhiều tệp nhỏ hơn.")
    return found


def _other_kind(data: bytes) -> str:
    """What the file is, where it is known to be no table of ours; mostly nothing."""
    begins = data[:200].removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if data.startswith(ZIP) and WORD_PART in data and BOOK_PART not in data:  # a workbook may hold a text inside
        return WORD
    return next((kind for kind, starts in OTHER_KINDS.items() if begins.startswith(starts)), "")


def column_name(place: int) -> str:
    """The letters of a column counted from 1: A, Z, AA."""
    name = ""
    while place:
        place, rest = divmod(place - 1, 26)
        name = chr(65 + rest) + name
    return name


def _sheet(page: Page) -> Sheet:
    bad: dict[tuple[int, int], str] = {}
    rows = []
    for number, cells in page.rows:
        if page.special and BadCell in map(type, cells):
            bad |= {(number, place): cell.sentence for place, cell in enumerate(cells, 1) if isinstance(cell, BadCell)}
        told = [cell if type(cell) is str else str(cell) if type(cell) is int else _text(cell) for cell in cells]
        joined = "".join(told)
        if "'" in joined:
            told = [plain(cell) for cell in told]
        if joined.strip():
            rows.append((number, told))
    return Sheet(page.title, rows, page.hidden, bad, page.merged, page.hidden_rows, page.filtered)


def _text(cell: Any) -> str:
    if isinstance(cell, datetime):
        cell = cell.date()
    if isinstance(cell, BadCell):
        return cell.error or "="
    if isinstance(cell, Percent):
        return f"{_number(cell.of_hundred)}%"
    if isinstance(cell, float):
        return _number(cell)
    return written(cell)


def _number(cell: float) -> str:
    return str(int(cell)) if cell.is_integer() else repr(cell).replace(".", ",")


# --- CSV ------------------------------------------------------------------------------------------------------------


def csv_rows(data: bytes, file: str) -> Iterator[tuple[int, list[str]]]:
    """Numbered rows of cells of a CSV file that is not empty, our export's apostrophes taken off; raises Unreadable."""
    for number, cells in _lines(_decode(data, file), file):
        yield number, [plain(told[1] if (told := TOLD_AS_TEXT.fullmatch(cell)) else cell) for cell in cells]


def _decode(data: bytes, file: str) -> str:
    in_pairs = data[:2] in (b"\xff\xfe", b"\xfe\xff")
    try:
        decoded = data.decode("utf-16" if in_pairs else "utf-8-sig")
    except UnicodeDecodeError:
        decoded = "" if in_pairs else _of_windows(data)
    if not decoded:
        raise Unreadable(file, "Không xác định được bảng mã. Hãy lưu lại tệp dạng CSV UTF-8 (không dùng TCVN3, VNI).")
    if "\0" in decoded:
        raise Unreadable(file, "Tệp không phải là văn bản CSV. Hãy lưu lại từ bảng tính dạng CSV UTF-8.")
    return decoded


def _of_windows(data: bytes) -> str:
    """Windows-1258, which a Vietnamese Windows saves CSV in: taken where every letter of it is one of ours."""
    try:
        decoded = unicodedata.normalize("NFC", data.decode("cp1258"))
    except UnicodeDecodeError:
        return ""
    return "" if unicode_of(decoded) or FOREIGN & set(decoded) else decoded


def _lines(decoded: str, file: str) -> Iterator[tuple[int, list[str]]]:
    start = 1
    if told := SEPARATOR.match(decoded):
        decoded, delimiter, start = decoded[told.end() :], told[1], 2
    else:
        first = decoded.partition("\n")[0]
        delimiter = max(",;\t", key=first.count)
    try:
        yield from enumerate(csv.reader(io.StringIO(decoded, newline=""), delimiter=delimiter, strict=True), start)
    except csv.Error:
        raise Unreadable(file, "Dấu ngoặc kép trong tệp không khớp. Hãy lưu lại từ bảng tính dạng CSV UTF-8.") from None
