"""The one reader of workbooks that come from users: in a child process that may take so much memory, time and cells.

A workbook of 0.8 MB can unpack to gigabytes, and its reader can be kept busy for hours; here the child ends instead of
the web process.
"""

import io
import json
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from .book_child import HEAVY

MAX_UNPACKED, MAX_MEMBERS = 60_000_000, 5000
MAX_MEMORY, MAX_SECONDS, MAX_WAIT = 1 << 30, 15, 25  # bytes of address space; seconds of the processor, of the clock
MAX_COLUMNS, MAX_CELLS, MAX_LETTERS = 100, 500_000, 20_000_000
CHILD = Path(__file__).with_name("book_child.py")
UNREADABLE = "Không mở được bảng tính. Hãy lưu lại dạng XLSX hoặc CSV UTF-8."
LARGE = "Bảng tính giải nén vượt 60 MB. Hãy tách thành nhiều tệp nhỏ hơn."
TOO_HEAVY = "Bảng tính quá nặng, máy chủ không đọc hết được. Hãy bỏ trang, hình và ô thừa, hoặc tách thành nhiều tệp."


class BadBook(Exception):
    """The workbook cannot be read; the sentence says why and what to do."""

    def __init__(self, sentence: str):
        self.sentence = sentence
        super().__init__(sentence)


@dataclass(frozen=True)
class Page:
    """A sheet: cells are text, numbers, truths, moments or None."""

    title: str
    rows: list[list[Any]]


def pages_of(data: bytes, *, rows: int, pages: int = 30) -> list[Page]:
    """The first pages with at most so many rows of each, 100 columns wide. Raises BadBook."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
    except Exception:  # a forged archive fails in ways of its own
        raise BadBook(UNREADABLE) from None
    if len(members) > MAX_MEMBERS or sum(member.file_size for member in members) > MAX_UNPACKED:
        raise BadBook(LARGE)
    limits = {"memory": MAX_MEMORY, "seconds": MAX_SECONDS, "rows": rows, "pages": pages}
    limits |= {"columns": MAX_COLUMNS, "cells": MAX_CELLS, "letters": MAX_LETTERS}
    try:
        done = subprocess.run(  # noqa: S603 -- our own interpreter and file; the workbook goes in on stdin
            [sys.executable, "-I", str(CHILD), json.dumps(limits)],
            input=data,
            capture_output=True,
            timeout=MAX_WAIT,
            env={},
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise BadBook(TOO_HEAVY) from None
    if done.returncode == HEAVY or done.returncode < 0:  # below zero: ended by a signal, as a limit does
        raise BadBook(TOO_HEAVY)
    found = [] if done.returncode else json.loads(done.stdout)
    if not found:
        raise BadBook(UNREADABLE)
    return [Page(page["title"], [[_cell(cell) for cell in row] for row in page["rows"]]) for page in found]


def _cell(cell: Any) -> Any:
    if not isinstance(cell, dict):
        return cell
    at = cell["at"]
    return datetime.fromisoformat(at) if "T" in at else date.fromisoformat(at)
