"""A workbook in again as a pack: checked the same way, row by row.

A heading or a choice is taken by its label; a pack's keys and values are understood as well, and so is either in any
writing of its tone marks, letters and spaces.
"""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

from portal.core.sheets.books import BadBook, Percent, pages_of
from portal.core.sheets.cells import plain
from portal.core.sheets.tables import Heading, cell_fault, heading_faults, heading_of
from portal.core.vietnamese.figures import number_of, two_readings
from portal.core.vietnamese.text import clean, plain_key

from .columns import (
    CRITERIA,
    DATES,
    DAYS_OF_YEAR,
    DOCUMENTS,
    DUE,
    HINTS,
    LISTS,
    PACK_ROWS,
    PART_SHEETS,
    PROGRAMMES,
    ROUTES,
    RULE_SHEETS,
    SETS,
    SHEETS,
    STREAKS,
    TEXTS,
    TITLES,
    TRUTHS,
    PackColumn,
)
from .source import Source, Where


class SheetSource(Source):
    """A workbook as a pack: the line of each part is its row in its sheet, its path the sheet and the heading."""

    def __init__(self, path: Path):
        self._begin(path.name)
        self.heads: dict[str, dict[str, str]] = {}  # sheet -> key -> heading as the file has it
        self.columns: dict[str, dict[str, int]] = {}  # sheet -> key -> its column, from 1
        self.titles: dict[str, str] = {}  # sheet -> its title as the file has it
        try:
            self._read(path)
        except _Stop as stop:
            self._stop_at(stop.row, stop.sentence, stop.sheet, stop.key)

    def _stop_at(self, row: int, sentence: str, sheet: str = "", key: str = "") -> None:
        self._stop(row, sentence, self._path(sheet, key) if sheet else "", self._cell(sheet, key))

    def path_of(self, where: Where) -> str:
        return self._path(*_place(where))

    def _path(self, sheet: str, key: str = "") -> str:
        return f"trang “{sheet}”, cột “{self._heading(sheet, key)}”" if key else f"trang “{sheet}”"

    def cell_of(self, where: Where) -> tuple[str, int]:
        return self._cell(*_place(where))

    def _cell(self, sheet: str, key: str) -> tuple[str, int]:
        return self.titles.get(sheet, ""), self.columns.get(sheet, {}).get(key, 0)

    def named(self, where: Where) -> str:
        sheet, key = _place(where)
        return self._heading(sheet, key) if key else super().named(where)

    def shown(self, where: Where, value) -> str:
        sheet, key = _place(where)
        return str(SHEETS[sheet][key].shown(value)) if key else str(value)

    def hint(self, where: Where, hint: str) -> str:
        return HINTS.get(_place(where)[1], hint)

    def _heading(self, sheet: str, key: str) -> str:
        return self.heads.get(sheet, {}).get(key, SHEETS[sheet][key].heading)

    def _read(self, path: Path) -> None:
        try:
            read = {page.title: page.rows for page in pages_of(path.read_bytes(), rows=PACK_ROWS + 1)}
        except BadBook as refusal:
            raise _Stop(1, _as_fault(refusal.sentence)) from None
        pages = {plain_key(title): rows for title, rows in read.items()}
        written = {plain_key(title): title for title in read}
        self.titles = {name: written[plain_key(name)] for name in SHEETS if plain_key(name) in written}
        self._note_sheets(read)
        found = {name: list(self._rows(pages.get(plain_key(name), []), name)) for name in SHEETS}
        if self.faults:  # of single cells: without these the rest would be called incomplete
            return
        for part, name in (("documents", DOCUMENTS), ("programmes", PROGRAMMES)):
            self.data[part] = self._lined((part,), name, found[name])
        for name in RULE_SHEETS:
            self._rules(name, found[name])
        sets = self._sets(found)
        self.data = {} if self.faults else self.data | {"sets": sets}

    def _note_sheets(self, pages: dict[str, list]) -> None:
        """Sheets a pack has none of are left, and said to be: a sender's note, a sheet whose name was changed."""
        known = {plain_key(name) for name in SHEETS}
        for title, rows in pages.items():
            if plain_key(title) not in known and any(cell not in (None, "") for _, row in rows for cell in row):
                self.note(1, f"trang “{title}” không thuộc mẫu nên không đọc; các trang của mẫu: {', '.join(SHEETS)}")

    def _rules(self, name: str, rows: list[tuple[int, dict]]) -> None:
        """Rules beside the sets; titles go to the rule of their code."""
        part = RULE_SHEETS[name]
        if name != TITLES:
            self.data[part] = self._lined((part,), name, rows)
            return
        rules = {rule.get("code"): place for place, rule in enumerate(self.data["streaks"])}
        for number, cells in rows:
            row = _values(cells)
            code = row.pop("code", "")
            if code not in rules:
                sentence = f"không có quy tắc mã “{code}” ở trang “{STREAKS}”"
                self._stop_at(number, sentence, TITLES, "code")
                continue
            at = rules[code]
            titles = self.data["streaks"][at].setdefault("titles", [])
            self.lines[("streaks", at, "titles", len(titles))] = number
            titles.append(row)

    def _sets(self, found: dict[str, list[tuple[int, dict]]]) -> list[dict]:
        """The one set of the workbook; none where it holds rules alone."""
        of_rules = any(found[name] for name in RULE_SHEETS)
        of_a_set = [name for name in (CRITERIA, ROUTES, *PART_SHEETS) if found[name]]
        if not found[SETS] and of_rules and not of_a_set:
            return []
        if len(found[SETS]) != 1:
            raise _Stop(1, "phải có đúng một dòng dưới dòng tiêu đề", SETS)
        ((number, cells),) = found[SETS]
        at: Where = ("sets", 0)
        self.lines[at] = number
        row = _set_of(cells)
        row["criteria"] = self._criteria(found[CRITERIA], at)
        for place, (line, _) in enumerate(found[ROUTES]):
            self.lines[(*at, "routes", place)] = line
        row["routes"] = [self._route(cells, line) for line, cells in found[ROUTES]]
        for name, part in PART_SHEETS.items():
            row[part] = self._lined((*at, part), name, found[name])
        return [row]

    def _rows(self, rows: list[tuple[int, list]], name: str):
        """(row number, non-empty cells by key) of a sheet; nothing for a sheet that is not there."""
        if not rows:
            return
        heading = self._heading_of(
            name, [(number, [clean(str(cell or "")) for cell in cells]) for number, cells in rows]
        )
        if heading is None:
            return
        for number, cells in rows:
            if number <= heading.row:
                continue
            if number > PACK_ROWS:
                raise _Stop(number, f"có hơn {PACK_ROWS} dòng; hãy tách thành nhiều tệp", name)
            told = {}
            for place, cell in enumerate(cells):
                key = heading.names.get(place)
                if cell in (None, "") or place in heading.numbering:
                    continue
                if key is None:
                    sentence = f"ô “{str(cell)[:40]}” ở cột không có tiêu đề nên không đọc"
                    self.note(number, sentence, f"trang “{name}”")
                elif fault := cell_fault(cell) or _ambiguous(SHEETS[name][key], cell):
                    self._stop(number, _as_fault(fault), self._path(name, key), self._cell(name, key))
                else:
                    told[key] = _untyped(SHEETS[name][key], cell)
            if told:
                yield number, told

    def _heading_of(self, name: str, rows: list[tuple[int, list[str]]]) -> Heading | None:
        """Where the sheet's headings stand, below a title perhaps; each is a column's label, or its key. None where
        some are wrong: each is told, and what stands below is not read."""
        columns = {key: column.heading for key, column in SHEETS[name].items()}
        known = {plain_key(key): key for key in columns} | {plain_key(word): key for key, word in columns.items()}
        heading = heading_of(rows, known)
        if wrong := [sentence for sentence, _ in heading_faults(heading, columns, ())]:
            for sentence in wrong:
                self._stop_at(heading.row, _as_fault(sentence), name)
            return None
        self.columns[name] = {key: place + 1 for place, key in heading.names.items()}
        line = dict(rows)[heading.row]
        self.heads[name] = {
            key: line[place] or columns[key] for place, key in heading.names.items() if place < len(line)
        }
        return heading

    def _lined(self, where: Where, name: str, rows: list[tuple[int, dict]]) -> list[dict]:
        """The rows of a sheet as the pack's, by their order where they have one, each remembering its row."""
        orders = {number: cells.pop("order", None) for number, cells in rows}
        rows = sorted(rows, key=lambda row: one if isinstance(one := orders[row[0]], int) else PACK_ROWS)
        self.lines |= {(*where, place): number for place, (number, _) in enumerate(rows)}
        return [_values(cells) for _, cells in rows]

    def _criteria(self, rows: list[tuple[int, dict]], at: Where) -> list[dict]:
        """Nested as a pack nests them, each remembering its row."""
        top: list[dict] = []
        by_code: dict[str, tuple[Where, dict]] = {}
        for number, cells in rows:
            parent = str(cells.pop("parent", ""))
            one = _values(cells)
            if parent and parent not in by_code:
                sentence = f"nhóm “{parent}” phải đứng trước tiêu chí bên trong"
                self._stop_at(number, sentence, CRITERIA, "parent")
                parent = ""  # its own lines have their place
            place, inside = (by_code[parent][0], by_code[parent][1].setdefault("children", [])) if parent else (at, top)
            where = (*place, "children" if parent else "criteria", len(inside))
            self.lines[where] = number
            inside.append(one)
            by_code.setdefault(str(one.get("code", "")), (where, one))
        return top

    def _route(self, cells: dict, number: int) -> dict:
        row = _values({name: cell for name, cell in cells.items() if name not in DUE})
        due = {step: self._deadline(name, str(cells[name]), number) for name, step in DUE.items() if cells.get(name)}
        return row | ({"deadlines": due} if due else {})

    def _deadline(self, name: str, text: str, number: int) -> dict:
        when, _, article = clean(text).partition(";")
        how, _, day = when.partition(" ")
        parts = day.strip().removeprefix("ngày ").split("/")
        if how not in ("hết", "trước") or len(parts) != 2 or not all(part.isdecimal() for part in parts):
            sentence = f"không hiểu thời hạn “{text}”; hãy ghi như “trước 15/11; Điều 9”"
            self._stop_at(number, sentence, ROUTES, name)
            return {}
        return {
            "month": int(parts[1]),
            "day": int(parts[0]),
            "inclusive": how == "hết",
            "article": clean(article) or "–",
        }


class _Stop(Exception):
    """What ends the reading; of the whole file where no sheet is named, of the row where no key is."""

    def __init__(self, row: int, sentence: str, sheet: str = "", key: str = ""):
        self.row, self.sentence, self.sheet, self.key = row, sentence, sheet, key
        super().__init__(sentence)


def _as_fault(sentence: str) -> str:
    """A sentence as faults of a pack are written: after the name of the file."""
    return f"{sentence[:1].lower()}{sentence[1:]}".rstrip(".").replace(". Hãy", "; hãy").replace(". Có", "; có")


def _place(where: Where) -> tuple[str, str]:
    """(sheet, key of the column) of a place in the pack; no key for a whole row or sheet."""
    sheets = {"criteria": CRITERIA, "routes": ROUTES, "documents": DOCUMENTS, "programmes": PROGRAMMES}
    sheets |= {part: sheet for sheet, part in (PART_SHEETS | RULE_SHEETS).items()}
    words = [part for part in where if isinstance(part, str)]
    at = max((place for place, word in enumerate(words) if word in sheets), default=-1)
    sheet = sheets[words[at]] if at >= 0 else SETS
    for above, word in pairwise(words[max(at, 0) :]):
        key = {"window": f"window_{word}", "deadlines": f"{word}_by"}.get(above, word)
        if key in SHEETS[sheet]:
            return sheet, key
    return sheet, ""


def _ambiguous(column: PackColumn, cell) -> str:
    """Why the number of a cell of text may be read two ways; empty for every other cell."""
    return two_readings(clean(cell)) if column.is_number and isinstance(cell, str) else ""


def _untyped(column: PackColumn, cell):
    if column.key in DAYS_OF_YEAR:
        return _day_of_year(cell)
    if column.key in DATES:
        return _date(cell)
    if isinstance(cell, str):
        cell = plain(cell)
        if column.is_number and (number := number_of(clean(cell))) is not None:
            return int(number) if number == int(number) else number
        if column.key in LISTS:
            return [column.read(clean(line)) for line in cell.splitlines() if line.strip()]
        return column.read(clean(cell) if "\n" not in cell else cell)
    if column.key in LISTS:
        return [column.read(str(cell))]
    if isinstance(cell, Percent):
        cell = cell.of_hundred
    if isinstance(cell, float):
        cell = int(cell) if cell.is_integer() else Decimal(str(cell))
    return _iso(cell) if isinstance(cell, date) else column.read(cell)


def _iso(cell: date) -> str:
    return f"{cell.year:04}-{cell:%m-%d}"


def _date(cell) -> str:
    """A day as a pack writes it, out of a date or of "05/02/2030"; anything else as it is."""
    if isinstance(cell, date):
        return _iso(cell)
    parts = clean(str(cell)).split("/")
    if len(parts) == 3 and all(part.isdecimal() for part in parts):
        return f"{parts[2]}-{parts[1]:0>2}-{parts[0]:0>2}"
    return clean(str(cell))


def _day_of_year(cell) -> str:
    """The same for a day of any year: "16/11"."""
    if isinstance(cell, date):
        return f"{cell:%m-%d}"
    typed = clean(str(cell))
    try:
        day, month = map(int, typed.split("/"))
        return f"{date(2024, month, day):%m-%d}"
    except ValueError:
        return typed


def _values(cells: dict) -> dict:
    told: dict[str, Any] = {}
    for name, cell in cells.items():
        if name in TRUTHS:
            told[name] = plain_key(str(cell)) in ("x", "co", "true", "1")
        elif name == "excuses":
            told[name] = [_excuse(line) for line in str(cell).splitlines() if line.strip()]
        else:
            told[name] = str(cell) if name in TEXTS else cell
    return told


def _excuse(line: str) -> dict:
    short, _, rest = line.partition(":")
    label, _, code = rest.partition("[")
    return {"short": clean(short), "label": clean(label), "code": clean(code.rstrip("] ")) or f"khac_{short.lower()}"}


def _set_of(cells: dict) -> dict:
    row = _values({name: cell for name, cell in cells.items() if "window" not in name})
    if "window_from" in cells:
        row["window"] = {end: str(cells.get(f"window_{end}", "")) for end in ("from", "to", "article")}
    return row


def source_of(path: Path, name: str) -> Source:
    """The file as a pack's source, by its ending; faults name the file as the sender did."""
    found = SheetSource(path) if name.lower().endswith(".xlsx") else Source(path)
    found.name = name
    found.faults = [replace(fault, file=name) for fault in found.faults]
    return found
