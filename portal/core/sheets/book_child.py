"""Reads one workbook in a process of its own, under limits. Run by `books` by its path: imports nothing of the portal.

The workbook (XLSX, XLS, ODS or XLSB) comes in on stdin and goes out on stdout as JSON: pages with their title, whether
they are hidden, their filled rows by number, their merged ranges, and what the values alone do not tell
(`ooxml_notes`). A moment is {"at": ISO}. A cell's place is row and column from 1.
"""

import io
import json
import re
import resource
import sys
import zipfile
from datetime import date, datetime
from typing import Any

HEAVY, LOCKED, BROKEN = 3, 4, 5  # exit codes


class Heavy(Exception):
    """More than the limits let in."""


def main() -> int:
    limits = json.loads(sys.argv[1])
    for which, most in (("RLIMIT_AS", limits["memory"]), ("RLIMIT_CPU", limits["seconds"]), ("RLIMIT_FSIZE", 0)):
        resource.setrlimit(getattr(resource, which), (most, most))
    from python_calamine import CalamineError, PasswordError  # noqa: PLC0415 -- after the limits

    try:
        pages = read(sys.stdin.buffer.read(), limits)
    except (Heavy, MemoryError):
        return HEAVY
    except PasswordError:
        return LOCKED
    except (CalamineError, zipfile.BadZipFile, SyntaxError, KeyError, ValueError):
        return BROKEN
    sys.stdout.write(json.dumps(pages))  # at once, in C: json.dump asks Python for every cell
    return 0


def read(data: bytes, limits: dict[str, int]) -> list[dict]:
    from python_calamine import CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum  # noqa: PLC0415 -- after the limits

    book = CalamineWorkbook.from_filelike(io.BytesIO(data))
    left = {"cells": limits["cells"], "letters": limits["letters"]}
    notes = ooxml_notes(data) if data[:2] == b"PK" else []
    pages = []
    for place, kept in enumerate(book.sheets_metadata[: limits["pages"]]):
        if kept.typ != SheetTypeEnum.WorkSheet:
            continue
        sheet = book.get_sheet_by_index(place)
        more = notes[place] if place < len(notes) else {}
        pages.append(
            {
                "title": kept.name,
                "hidden": kept.visible != SheetVisibleEnum.Visible,
                "rows": with_notes(list(filled(sheet, limits, left)), more.get("cells", ())),
                "merged": [[*start, *end] for start, end in sheet.merged_cell_ranges or ()],
                "hidden_rows": more.get("hidden_rows", 0),
                "filtered": more.get("filtered", False),
            }
        )
    return pages


def with_notes(rows: list[list], cells: Any) -> list[list]:
    """The rows with those cells in their place that are more than their value."""
    if not cells:
        return rows
    lines = dict(rows)
    for row, column, told in cells:
        line = lines.setdefault(row, [])
        line += [None] * (column - len(line))
        value = line[column - 1]
        if "digits" in told:
            told = str(value).zfill(told["digits"]) if isinstance(value, int) and value >= 0 else value
        line[column - 1] = told
    return [[number, lines[number]] for number in sorted(lines)]


def filled(sheet: Any, limits: dict[str, int], left: dict[str, int]):
    """(number, cells up to the last that holds something) of each row with anything in it, at most so many rows."""
    if sheet.start is None:
        return
    above, before = sheet.start
    found = 0
    for number, line in enumerate(sheet.iter_rows(), above + 1):
        cells = [None] * before + line
        width = len(cells)
        while width and cells[width - 1] in ("", None):
            width -= 1
        if not width:
            continue
        found += 1
        if found > limits["rows"]:
            return
        yield [number, [counted(cell, left) for cell in cells[: min(width, limits["columns"])]]]


def counted(cell: Any, left: dict[str, int]) -> Any:
    """The cell as JSON holds it; one long text may be named by thousands of cells, so what goes out is counted."""
    if cell == "" or cell is None:
        return None
    if type(cell) is float and cell.is_integer():  # most cells, so asked first
        cell = int(cell)
    told = {"at": cell.isoformat()} if isinstance(cell, (datetime, date)) else cell
    if not isinstance(told, (dict, str, bool, int, float)):
        told = str(cell)  # hours and spans of time
    left["cells"] -= 1
    left["letters"] -= len(told) if isinstance(told, str) else 1
    if left["cells"] < 0 or left["letters"] < 0:
        raise Heavy
    return told


# --- what the values of XLSX do not tell: errors, formulas without a result, percents, zeros shown, hidden rows -------

PERCENT_FORMATS = {"9", "10"}  # the built-in ones
ERROR_OR_FORMULA = re.compile(rb"""\st=["']e["']|<(?:\w+:)?f[\s/>]""")
HIDDEN_ROW = re.compile(rb"""<(?:\w+:)?row\b[^>]*\shidden=["'](?:1|true)["']""")
FILTER = re.compile(rb"<(?:\w+:)?filterColumn\b")


def ooxml_notes(data: bytes) -> list[dict]:
    """For each sheet of the workbook in its order: its cells by place that are more than their value, how many rows
    are hidden, whether a filter is on. Nothing for what is no OOXML."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        names = set(archive.namelist())
        if "xl/workbook.xml" not in names:
            return []
        styles = shown_by_style(archive.read("xl/styles.xml")) if "xl/styles.xml" in names else {}
        found = []
        for path in sheet_paths(archive):
            text = archive.read(path) if path in names else b""
            found.append(sheet_notes(text, styles) if text.startswith(b"<") else {})
        return found


def sheet_paths(archive: zipfile.ZipFile) -> list[str]:
    targets = {}
    for relation in elements(archive.read("xl/_rels/workbook.xml.rels"), "Relationship"):
        target = relation.get("Target", "")
        targets[relation.get("Id")] = target[1:] if target.startswith("/") else f"xl/{target}"
    sheets = elements(archive.read("xl/workbook.xml"), "sheet")
    ids = [next((value for key, value in sheet.items() if key.endswith("}id")), "") for sheet in sheets]
    return [targets.get(one, "") for one in ids]


def elements(text: bytes, name: str) -> list[Any]:
    from defusedxml.ElementTree import fromstring  # noqa: PLC0415 -- after the limits

    return [one for one in fromstring(text).iter() if local(one.tag) == name]


def local(tag: Any) -> str:
    return str(tag).rpartition("}")[2]


def shown_by_style(text: bytes) -> dict[str, str]:
    """ "percent", or how many digits are shown with zeros before them, by the number of the cell's style."""
    from defusedxml.ElementTree import fromstring  # noqa: PLC0415 -- after the limits

    root = fromstring(text)
    codes = {one.get("numFmtId"): one.get("formatCode", "") for one in root.iter() if local(one.tag) == "numFmt"}
    shown = {}
    cells = next((one for one in root if local(one.tag) == "cellXfs"), ())
    for place, style in enumerate(cells):
        which = style.get("numFmtId", "0")
        code = codes.get(which, "")
        if which in PERCENT_FORMATS or "%" in code:
            shown[str(place)] = "percent"
        elif len(code) > 1 and not code.strip("0"):
            shown[str(place)] = str(len(code))
    return shown


def sheet_notes(text: bytes, styles: dict[str, str]) -> dict:
    styled = re.compile(rb"""\ss=["'](?:%s)["']""" % "|".join(styles).encode()) if styles else None
    is_more = ERROR_OR_FORMULA.search(text) or (styled and styled.search(text))
    return {
        "cells": cell_notes(text, styles) if is_more else [],
        "hidden_rows": sum(1 for _ in HIDDEN_ROW.finditer(text)),
        "filtered": FILTER.search(text) is not None,
    }


def cell_notes(text: bytes, styles: dict[str, str]) -> list[list]:
    """[row, column, what is told] of each cell that is more than its value. Walking all cells takes most of the time a
    workbook takes."""
    from defusedxml.ElementTree import iterparse  # noqa: PLC0415 -- after the limits

    cells: list[list] = []
    row, column = 0, 0
    for event, one in iterparse(io.BytesIO(text), events=("start", "end")):
        name = local(one.tag)
        if event == "start":
            if name == "row":
                row, column = int(one.get("r") or row + 1), 0
            elif name == "c":
                column = column_of(one.get("r") or "") or column + 1
        elif name == "c":
            if told := cell_note(one, styles):
                cells.append([row, column, told])
        elif name == "row":
            one.clear()
    return cells


def cell_note(cell: Any, styles: dict[str, str]) -> dict | None:
    inner = {local(one.tag): one for one in cell}
    value = inner["v"].text if "v" in inner else None
    if cell.get("t") == "e":
        return {"error": value or "#N/A"}
    if "f" in inner and not value:
        return {"formula": True}
    shown = styles.get(cell.get("s", ""))
    if shown is None or not value or cell.get("t", "n") != "n":
        return None
    return {"percent": float(value)} if shown == "percent" else {"digits": int(shown)}


def column_of(reference: str) -> int:
    """The column of "AB12" from 1, 0 for nothing."""
    number = 0
    for letter in reference:
        if not letter.isalpha():
            break
        number = number * 26 + ord(letter.upper()) - 64
    return number


if __name__ == "__main__":
    sys.exit(main())
