"""Cells copied from a spreadsheet, as its clipboard gives them: tabs between cells, a line a row."""

import re
from collections.abc import Iterable

from ..vietnamese.text import plain_key
from .tables import FIRST_ROWS
from .writing import as_csv

QUOTED = re.compile(r'"((?:[^"]|"")*+)"(?=[\t\r\n]|\Z)')
PLAIN = re.compile(r"[^\t\r\n]*")
LINE_END = re.compile(r"\r\n?|\n")
NEEDS_QUOTES = re.compile(r'[\t\r\n]|""')  # a spreadsheet quotes no other cell: quotes around a name are its own


def rows_of(block: str) -> list[list[str]]:
    """The cells of a block by row; the line end after the last row makes no row of its own."""
    rows: list[list[str]] = [[]]
    at = 0
    while True:
        cell, at = _cell(block, at)
        rows[-1].append(cell)
        if at == len(block):
            return rows
        if block[at] == "\t":
            at += 1
            continue
        at = LINE_END.match(block, at).end()  # type: ignore[union-attr]  # -- a cell ends at a tab or a line end
        if at == len(block):
            return rows
        rows.append([])


def _cell(block: str, at: int) -> tuple[str, int]:
    """The cell that begins there, and where it ends."""
    quoted = QUOTED.match(block, at)
    if quoted and NEEDS_QUOTES.search(quoted[1]):
        return quoted[1].replace('""', '"'), quoted.end()
    end = PLAIN.match(block, at).end()  # type: ignore[union-attr]  # -- matches nothing, too
    return block[at:end], end


def as_file(block: str, headings: Iterable[str]) -> bytes:
    """The block as a CSV file of the columns with these headings: under its own heading where it has one, else in
    their order from the first column."""
    rows, heads = rows_of(block), list(headings)
    known = set(map(plain_key, heads))
    if not any(len(known & set(map(plain_key, row))) > 1 for row in rows[:FIRST_ROWS]):
        rows.insert(0, heads[: max(map(len, rows))])
    return as_csv(rows[0], rows[1:])
