"""The one reader of workbooks that come from users: in a child process that may take so much memory, time and cells.

A workbook of 0.8 MB can unpack to gigabytes, and its reader can be kept busy for hours; here the child ends instead of
the web process.
"""

import io
import json
import subprocess
import sys
import zipfile
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from .book_child import HEAVY, LOCKED

MAX_UNPACKED, MAX_MEMBERS = 60_000_000, 5000
MAX_MEMORY, MAX_SECONDS, MAX_WAIT = 1 << 30, 15, 25  # bytes of address space; seconds of the processor, of the clock
MAX_COLUMNS, MAX_CELLS, MAX_LETTERS = 100, 500_000, 20_000_000
CHILD = Path(__file__).with_name("book_child.py")
ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"  # how XLSX, XLSB and ODS begin; how XLS and a locked workbook do
LOCKED_PART = "EncryptedPackage".encode("utf-16-le")  # the name of the part a password hides a workbook in
UNREADABLE = "Không mở được bảng tính. Hãy lưu lại dạng XLSX hoặc CSV UTF-8."
LOCKED_BOOK = "Bảng tính có mật khẩu nên không mở được. Hãy bỏ mật khẩu rồi lưu lại."
LARGE = "Bảng tính giải nén vượt 60 MB. Hãy tách thành nhiều tệp nhỏ hơn."
TOO_HEAVY = "Bảng tính quá nặng, máy chủ không đọc hết được. Hãy bỏ trang, hình và ô thừa, hoặc tách thành nhiều tệp."


class BadBook(Exception):
    """The workbook cannot be read; the sentence says why and what to do."""

    def __init__(self, sentence: str):
        self.sentence = sentence
        super().__init__(sentence)


@dataclass(frozen=True)
class BadCell:
    """A cell that shows no value one may take: a spreadsheet's error, or a formula saved without its result."""

    error: str = ""

    @property
    def sentence(self) -> str:
        if self.error:
            return f"{self.error} là giá trị lỗi của bảng tính. Hãy sửa công thức hoặc ghi giá trị vào ô."
        return "công thức chưa có kết quả. Hãy mở tệp bằng bảng tính, lưu lại, hoặc ghi giá trị vào ô."


@dataclass(frozen=True)
class Percent:
    """A number shown as a percentage: 70 for what a workbook keeps as 0.7."""

    of_hundred: float


@dataclass(frozen=True)
class Page:
    """A sheet: its filled rows by number; cells are text, numbers, truths, moments, Percent, BadCell or None. `merged`
    ranges are (row, column, last row, last column), from 1; `special` says that some cell may be a moment, Percent or
    BadCell."""

    title: str
    rows: list[tuple[int, list[Any]]]
    hidden: bool = False
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    hidden_rows: int = 0
    filtered: bool = False
    special: bool = field(default=True, compare=False)


def is_book(data: bytes) -> bool:
    return data.startswith((ZIP, OLE))


def pages_of(data: bytes, *, rows: int, pages: int = 30) -> list[Page]:
    """The first pages with at most so many filled rows of each, 100 columns wide. Raises BadBook."""
    if not data.startswith(OLE):
        _refuse_bombs(data)
    elif LOCKED_PART in data:
        raise BadBook(LOCKED_BOOK)
    limits = {"rows": rows, "pages": pages, "columns": MAX_COLUMNS, "cells": MAX_CELLS, "letters": MAX_LETTERS}
    done = run_child(CHILD, data, **limits)
    if done.returncode == HEAVY or done.returncode < 0:  # below zero: ended by a signal, as a limit does
        raise BadBook(TOO_HEAVY)
    if done.returncode == LOCKED:
        raise BadBook(LOCKED_BOOK)
    found = [] if done.returncode else json.loads(done.stdout)
    if not found:
        raise BadBook(UNREADABLE)
    return [_page(page) for page in found]


def run_child(child: Path, data: bytes, **limits: int) -> subprocess.CompletedProcess[bytes]:
    """The script that works on a workbook from outside, run in a process of its own under the limits: the data go in on
    stdin. Raises BadBook where it does not come to its end in time."""
    limits |= {"memory": MAX_MEMORY, "seconds": MAX_SECONDS}
    try:
        return subprocess.run(  # noqa: S603 -- our own interpreter and file
            [sys.executable, "-I", str(child), json.dumps(limits)],
            input=data,
            capture_output=True,
            timeout=MAX_WAIT,
            env={},
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise BadBook(TOO_HEAVY) from None


def _refuse_bombs(data: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
    except Exception:  # a forged archive fails in ways of its own
        raise BadBook(UNREADABLE) from None
    if len(members) > MAX_MEMBERS or sum(member.file_size for member in members) > MAX_UNPACKED:
        raise BadBook(LARGE)


def _page(page: dict[str, Any]) -> Page:
    lines = page["rows"] if page["plain"] else [[_cell(cell) for cell in cells] for cells in page["rows"]]
    rows = list(zip(page["numbers"], lines, strict=True))
    merged = [(top + 1, left + 1, bottom + 1, right + 1) for top, left, bottom, right in page["merged"]]
    return Page(page["title"], rows, page["hidden"], merged, page["hidden_rows"], page["filtered"], not page["plain"])


def _cell(cell: Any) -> Any:
    if not isinstance(cell, dict):
        return cell
    if "percent" in cell:
        return Percent(round(cell["percent"] * 100, 9))
    if "at" not in cell:
        return BadCell(cell.get("error", ""))
    at = cell["at"]
    return datetime.fromisoformat(at) if "T" in at else date.fromisoformat(at)
