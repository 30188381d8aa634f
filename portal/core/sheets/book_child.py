"""Reads one workbook in a process of its own, under limits. Run by `books` by its path: imports nothing of the portal.

The workbook (XLSX, XLS, ODS or XLSB) comes in on stdin and goes out on stdout as JSON: pages with their title, whether
they are hidden, their filled rows beside the rows' numbers, their merged ranges, and what the values alone do not tell
(`book_notes`). A moment is {"at": ISO}; a page is `plain` where no cell is told so. A cell's place is row and column
from 1.
"""

import gc
import io
import json
import os
import re
import resource
import sys
import zipfile
from datetime import date, datetime
from itertools import islice
from typing import Any

HEAVY, LOCKED, BROKEN = 3, 4, 5  # exit codes
AT_ONCE = 1000  # rows
PLAIN = {str, float}


class Heavy(Exception):
    """More than the limits let in."""


def main() -> int:
    limits = json.loads(sys.argv[1])
    for which, most in (("RLIMIT_AS", limits["memory"]), ("RLIMIT_CPU", limits["seconds"]), ("RLIMIT_FSIZE", 0)):
        resource.setrlimit(getattr(resource, which), (most, most))
    gc.disable()  # the child ends with its one workbook, and the memory it may take is bounded
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
    notes = book_notes(data) if data[:2] == b"PK" else []
    pages = []
    for place, kept in enumerate(book.sheets_metadata[: limits["pages"]]):
        if kept.typ != SheetTypeEnum.WorkSheet:
            continue
        sheet = book.get_sheet_by_index(place)
        more = notes[place] if place < len(notes) else {}
        rows = with_notes(filled(sheet, limits, left), more.get("cells", ()))
        pages.append(
            {
                "title": kept.name,
                "hidden": kept.visible != SheetVisibleEnum.Visible,
                "numbers": list(rows),
                "rows": list(rows.values()),
                "plain": not any(dict in map(type, cells) for cells in rows.values()),
                "merged": more.get("merged") or [[*start, *end] for start, end in sheet.merged_cell_ranges or ()],
                "hidden_rows": more.get("hidden_rows", 0),
                "filtered": more.get("filtered", False),
            }
        )
    return pages


def with_notes(rows: dict[int, list], cells: Any) -> dict[int, list]:
    """The rows with those cells in their place that are more than their value."""
    if not cells:
        return rows
    for row, column, told in cells:
        line = rows.setdefault(row, [])
        line += [None] * (column - len(line))
        value = line[column - 1]
        if "digits" in told:
            told = str(value).zfill(told["digits"]) if isinstance(value, int) and value >= 0 else value
        line[column - 1] = told
    return {number: rows[number] for number in sorted(rows)}


def filled(sheet: Any, limits: dict[str, int], left: dict[str, int]) -> dict[int, list]:
    """By its number each row with anything in it, down to its last filled cell; at most so many rows. Looked at by
    columns: most hold one kind of cell."""
    if sheet.start is None:
        return {}
    _, before = sheet.start  # the rows come from the first of the sheet, their cells from the first filled column
    numbered = enumerate(sheet.iter_rows(), 1)  # an empty cell is told as ""
    full = islice((one for one in numbered if any(one[1]) or one[1].count("") < len(one[1])), limits["rows"])
    across = max(limits["columns"] - before, 0)
    rows: dict[int, list] = {}
    while block := list(islice(full, AT_ONCE)):
        numbers, lines = zip(*block, strict=True)
        columns = [[None] * len(lines)] * before
        columns += [counted(column, left) for column in islice(zip(*lines, strict=True), across)]
        rows |= zip(numbers, map(trimmed, zip(*columns, strict=True)), strict=False)
    return rows


def trimmed(cells: tuple) -> list:
    width = len(cells)
    while width and cells[width - 1] is None:
        width -= 1
    return list(cells[:width])


def counted(column: tuple, left: dict[str, int]) -> list:
    """The cells as JSON holds them; one long text may be named by thousands of cells, so what goes out is counted."""
    kinds = set(map(type, column))
    told = list(column) if kinds <= PLAIN else [one if type(one) in PLAIN else as_json(one) for one in column]
    if float in kinds:
        told = [int(one) if type(one) is float and one.is_integer() else one for one in told]
    if str in kinds:
        left["letters"] -= len("".join([one for one in told if type(one) is str]))
        told = [None if one == "" else one for one in told]
    left["cells"] -= len(told) - told.count(None)
    left["letters"] -= len(told)
    if left["cells"] < 0 or left["letters"] < 0:
        raise Heavy
    return told


def as_json(cell: Any) -> Any:
    if isinstance(cell, (datetime, date)):
        return {"at": cell.isoformat()}
    return cell if cell is None or isinstance(cell, (bool, int)) else str(cell)  # hours and spans of time


# --- what the values of XLSX do not tell: errors, formulas without a result, percents, zeros shown, hidden rows -------

ODS_PART = "content.xml"
PERCENT_FORMATS = {"9", "10"}  # the built-in ones
ERROR = (b't="e"', b"t='e'")
FORMULA = {start: [start + end for end in (b">", b" ", b"/", b"\n")] for start in (b"<f", b":f")}
FORMULA_PART, VALUE = re.compile(rb"<f[\s/>]"), re.compile(rb"<v(?:\s*/|(?:\s[^>]*)?>([^<]*)<)")
ATTRIBUTE = re.compile(rb"""\s(\w+)=(?:"([^"]*)"|'([^']*)')""")
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
HIDDEN_ROW = re.compile(rb"""<(?:\w+:)?row\b[^>]*\shidden=["'](?:1|true)["']""")


def book_notes(data: bytes) -> list[dict]:
    """For each sheet of the workbook in its order: its cells by place that are more than their value, how many rows
    are hidden, whether a filter is on. ODS tells the same, and merged ranges; nothing is told of XLSB."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = {plain_path(name): name for name in archive.namelist()}
        if "xl/workbook.xml" not in parts:
            return ods_notes(archive.read(ODS_PART)) if ODS_PART in archive.namelist() else []
        styles = shown_by_style(archive.read(parts["xl/styles.xml"])) if "xl/styles.xml" in parts else {}
        paths = sheet_paths(archive, parts)
        return [sheet_notes(archive.read(parts[path]), styles) if path in parts else {} for path in paths]


def plain_path(name: str) -> str:
    """The name of a part as calamine finds it: capitals and the slashes of Windows are no difference."""
    return name.replace("\\", "/").lower()


def sheet_paths(archive: zipfile.ZipFile, parts: dict[str, str]) -> list[str]:
    targets = {}
    for relation in elements(archive.read(parts["xl/_rels/workbook.xml.rels"]), "Relationship"):
        target = plain_path(relation.get("Target", "")).removeprefix("/")
        targets[relation.get("Id")] = target if target.startswith("xl/") else f"xl/{target}"
    sheets = elements(archive.read(parts["xl/workbook.xml"]), "sheet")
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
    """Looked for as plain bytes first: a sheet has millions of them, and mostly nothing to tell."""
    formulas = [mark for start, marks in FORMULA.items() if start in text for mark in marks]
    marks = [re.escape(mark) for mark in (*ERROR, *formulas) if mark in text]
    shown = "|".join(styles).encode()
    styled = [rb"s=%s(?:%s)%s" % (quote, shown, quote) for quote in (b'"', b"'") if styles and quote in text]
    marks += [mark for mark in styled if re.search(mark, text)]
    if marks:
        sought = re.compile(b"|".join(marks))
        cells = notes_at(sought, text, styles) if is_told_by_bytes(text) else notes_of_all(text, styles)
    return {
        "cells": cells if marks else [],
        "hidden_rows": sum(1 for _ in HIDDEN_ROW.finditer(text)) if b"hidden=" in text else 0,
        "filtered": b"filterColumn" in text,
    }


def is_told_by_bytes(text: bytes) -> bool:
    """True where every cell begins with its name and its place, and no comment or CDATA may hold one."""
    return text.count(b"<c") - text.count(b"<col") == text.count(b'<c r="') and b"<!" not in text and b":c" not in text


def notes_at(sought: re.Pattern[bytes], text: bytes, styles: dict[str, str]) -> list[list]:
    """[row, column, what is told] of the cells that hold what is sought and are more than their value. To walk all
    of them would take most of the time a workbook takes."""
    cells, last = [], -1
    for found in sought.finditer(text):
        start = text.rfind(b"<c ", 0, found.start())
        if start <= last:
            continue
        last, head_end = start, text.index(b">", start)
        head = text[start:head_end]
        attributes = {key: first or second for key, first, second in ATTRIBUTE.findall(head)}
        inner = b"" if head.endswith(b"/") else text[head_end : text.index(b"</c>", head_end)]
        value = VALUE.search(inner)
        told = cell_note(
            kind=attributes.get(b"t", b"n").decode(),
            shown=styles.get(attributes.get(b"s", b"").decode()),
            value=value and (value[1] or b"").decode(),
            has_formula=FORMULA_PART.search(inner) is not None,
        )
        if told:
            place = attributes[b"r"].decode()
            cells.append([int(place.lstrip(LETTERS)), column_of(place), told])
    return cells


def notes_of_all(text: bytes, styles: dict[str, str]) -> list[list]:
    """The same by walking all cells, for sheets whose bytes alone do not tell them apart."""
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
            inner = {local(part.tag): part.text or "" for part in one}
            shown, value = styles.get(one.get("s", "")), inner.get("v")
            if told := cell_note(kind=one.get("t", "n"), shown=shown, value=value, has_formula="f" in inner):
                cells.append([row, column, told])
        elif name == "row":
            one.clear()
    return cells


def cell_note(*, kind: str, shown: str | None, value: str | None, has_formula: bool) -> dict | None:
    """What is told of a cell that is more than its value: a formula may have an empty text for its result."""
    if kind == "e":
        return {"error": value or "#N/A"}
    if has_formula and not value:
        return None if kind == "str" and value is not None else {"formula": True}
    if shown is None or not value or kind != "n":
        return None
    return {"percent": float(value)} if shown == "percent" else {"digits": int(shown)}


# --- the same of ODS -------------------------------------------------------------------------------------------------


def ods_notes(text: bytes) -> list[dict]:
    """A cell of ODS says both its value and what is shown of it."""
    from defusedxml.ElementTree import iterparse  # noqa: PLC0415 -- after the limits

    found: list[dict] = []
    row = 0
    for event, one in iterparse(io.BytesIO(text), events=("start", "end")):
        name = local(one.tag)
        if event == "start":
            if name == "table":
                found.append({"cells": [], "merged": [], "hidden_rows": 0, "filtered": False})
                row = 0
        elif name == "table-row" and found:
            facts = {local(key): value for key, value in one.items()}
            is_filled = ods_row(one, row, found[-1])
            found[-1]["hidden_rows"] += is_filled and facts.get("visibility") in ("collapse", "filter")
            found[-1]["filtered"] |= is_filled and facts.get("visibility") == "filter"
            row += int(facts.get("number-rows-repeated", 1))
            one.clear()
    return found


def ods_row(row: Any, above: int, notes: dict) -> bool:
    """Add to the notes what the row's cells are more than their values; True where the row holds anything."""
    column, is_filled = 0, False
    for cell in row:
        facts = {local(key): value for key, value in cell.items()}
        shown = "\n".join("".join(part.itertext()) for part in cell if local(part.tag) == "p")
        is_filled |= bool(shown or "value-type" in facts)
        if told := ods_note(facts, shown, is_error=any(value == "error" for value in cell.attrib.values())):
            notes["cells"].append([above + 1, column + 1, told])
        down, across = (int(facts.get(f"number-{what}-spanned", 1)) for what in ("rows", "columns"))
        if down > 1 or across > 1:
            notes["merged"].append([above, column, above + down - 1, column + across - 1])
        column += int(facts.get("number-columns-repeated", 1))
    return is_filled


def ods_note(facts: dict[str, str], shown: str, *, is_error: bool) -> dict | None:
    kind, value = facts.get("value-type"), facts.get("value", "")
    if is_error or (kind is None and shown.startswith("#") and "formula" in facts):
        return {"error": shown or "#N/A"}
    if "formula" in facts and kind is None:
        return {"formula": True}
    if kind == "percentage" and value:
        return {"percent": float(value)}
    if kind == "float" and len(shown) > 1 and shown.startswith("0") and shown.isdecimal() and shown.isascii():
        return {"digits": len(shown)}
    return None


def column_of(reference: str) -> int:
    """The column of "AB12" from 1, 0 for nothing."""
    number = 0
    for letter in reference:
        if not letter.isalpha():
            break
        number = number * 26 + ord(letter.upper()) - 64
    return number


if __name__ == "__main__":
    code = main()
    sys.stdout.flush()
    os._exit(code)  # nothing is left to do: taking the cells apart again would cost as much as making them
