"""Reads one workbook in a process of its own, under limits. Run by `books` by its path: imports nothing of the portal.

The workbook comes in on stdin and goes out on stdout as JSON: pages with their title and rows; a moment is {"at": ISO}.
"""

import io
import json
import resource
import sys
from datetime import date, datetime
from typing import Any

HEAVY = 3  # exit code


class Heavy(Exception):
    """More than the limits let in."""


def main() -> int:
    limits = json.loads(sys.argv[1])
    for which, most in (("RLIMIT_AS", limits["memory"]), ("RLIMIT_CPU", limits["seconds"]), ("RLIMIT_FSIZE", 0)):
        resource.setrlimit(getattr(resource, which), (most, most))
    try:
        pages = read(sys.stdin.buffer.read(), limits)
    except (Heavy, MemoryError):
        return HEAVY
    json.dump(pages, sys.stdout)
    return 0


def read(data: bytes, limits: dict[str, int]) -> list[dict]:
    from openpyxl import load_workbook  # noqa: PLC0415 -- after the limits

    book = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
    left = {"cells": limits["cells"], "letters": limits["letters"]}
    pages = []
    for sheet in book.worksheets[: limits["pages"]]:
        lines = sheet.iter_rows(values_only=True, max_row=limits["rows"], max_col=limits["columns"])
        pages.append({"title": sheet.title, "rows": [row_of(line, left) for line in lines]})
    return pages


def row_of(line: tuple, left: dict[str, int]) -> list:
    """The cells up to the last that holds something."""
    width = max((place for place, cell in enumerate(line, 1) if cell is not None), default=0)
    return [counted(cell, left) for cell in line[:width]]


def counted(cell: Any, left: dict[str, int]) -> Any:
    """The cell as JSON holds it; one long text may be named by thousands of cells, so what goes out is counted."""
    if cell is None:
        return None
    told = {"at": cell.isoformat()} if isinstance(cell, (datetime, date)) else cell
    if not isinstance(told, (dict, str, bool, int, float)):
        told = str(cell)  # hours and spans of time
    left["cells"] -= 1
    left["letters"] -= len(told) if isinstance(told, str) else 1
    if min(left.values()) < 0:
        raise Heavy
    return told


if __name__ == "__main__":
    sys.exit(main())
