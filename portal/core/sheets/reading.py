"""Files of rows taken in: a CSV's or a workbook's cells as text, numbered, or the one problem of the whole file."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from .books import BadBook, pages_of
from .cells import plain, written

MAX_BYTES, MAX_ROWS = 5_000_000, 20_000


@dataclass(frozen=True)
class Problem:
    """One thing that stands in the way: file, row as a spreadsheet counts it (the heading is row 1), sentence."""

    file: str
    row: int | None
    sentence: str

    def __str__(self):
        return f"{self.file}, dòng {self.row}: {self.sentence}" if self.row else f"{self.file}: {self.sentence}"


class Unreadable(Exception):
    """The file as a whole cannot be read as rows; carries the problem."""

    def __init__(self, file: str, sentence: str, row: int | None = None):
        self.problem = Problem(file, row, sentence)
        super().__init__(str(self.problem))


def rows_of(data: bytes, file: str) -> Iterator[tuple[int, list[str]]]:
    """Numbered rows of text of a CSV file or of a workbook's first page, without the empty ones; raises Unreadable."""
    is_book = data[:4] == b"PK\x03\x04"
    for number, cells in _of_book(data, file) if is_book else csv_rows(data, file):
        if any(cell.strip() for cell in cells):
            yield number, cells


def _of_book(data: bytes, file: str) -> Iterator[tuple[int, list[str]]]:
    if len(data) > MAX_BYTES:
        raise Unreadable(file, f"Tệp lớn hơn {MAX_BYTES // 1_000_000} MB. Hãy tách thành nhiều tệp nhỏ hơn.")
    try:
        rows = pages_of(data, rows=MAX_ROWS + 2, pages=1)[0].rows
    except BadBook as refusal:
        raise Unreadable(file, refusal.sentence) from None
    if len(rows) > MAX_ROWS + 1:  # the heading is one
        raise too_long(file)
    width = max((place for row in rows for place, cell in enumerate(row, 1) if cell is not None), default=0)
    for number, row in enumerate(rows, 1):
        yield number, [plain(_text(cell)) for cell in row[:width]] + [""] * (width - len(row))


def too_long(file: str) -> Unreadable:
    return Unreadable(file, f"Tệp có hơn {MAX_ROWS // 1000}.000 dòng. Hãy tách thành nhiều tệp nhỏ hơn.")


def csv_rows(data: bytes, file: str) -> Iterator[tuple[int, list[str]]]:
    """Numbered rows of cells of a CSV file, our export's apostrophes taken off; raises Unreadable."""
    if len(data) > MAX_BYTES:
        raise Unreadable(file, f"Tệp lớn hơn {MAX_BYTES // 1_000_000} MB. Hãy tách thành nhiều tệp nhỏ hơn.")
    for number, cells in _lines(_decode(data, file), file):
        if number > MAX_ROWS + 1:  # the heading is one
            raise too_long(file)
        yield number, [plain(cell) for cell in cells]


def _decode(data: bytes, file: str) -> str:
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        decoded = data.decode(encoding)
    except UnicodeDecodeError:
        raise Unreadable(
            file, "Không xác định được bảng mã. Hãy lưu lại tệp dạng CSV UTF-8 (không dùng TCVN3, VNI)."
        ) from None
    if "\0" in decoded:
        raise Unreadable(file, "Tệp không phải là văn bản CSV. Hãy lưu lại từ bảng tính dạng CSV UTF-8.")
    return decoded


def _lines(decoded: str, file: str) -> Iterator[tuple[int, list[str]]]:
    first = decoded.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    try:
        yield from enumerate(csv.reader(io.StringIO(decoded, newline=""), delimiter=delimiter, strict=True), 1)
    except csv.Error:
        raise Unreadable(file, "Dấu ngoặc kép trong tệp không khớp. Hãy lưu lại từ bảng tính dạng CSV UTF-8.") from None


def _text(cell) -> str:
    if isinstance(cell, datetime):
        cell = cell.date()
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else str(cell).replace(".", ",")
    return written(cell)
