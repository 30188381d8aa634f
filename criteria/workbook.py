"""A set as a workbook people read and fill in, and in again as a pack: checked the same way, row by row.

Headings are the labels of the editor's forms and choices are shown by their labels; a pack's keys and values are
understood as well, and so is either in any writing of its tone marks, letters and spaces.
"""

import io
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

from django import forms

from units.enums import UnitKind
from units.text import clean, search_key

from .content import CRITERION_FIELDS, PART_NAMES, PARTS, SET_FIELDS
from .enums import Level, Step
from .exchange import DOCUMENT, as_pack
from .forms import PART_FORMS, DocumentForm, HeaderForm, NewSetForm, ProgrammeForm
from .models import CriteriaSet
from .source import Source, Where

FORMULA_STARTS = tuple("=+-@\t\r")
SETS, CRITERIA, ROUTES, DOCUMENTS, PROGRAMMES = "Bộ", "Tiêu chí", "Tuyến", "Văn bản", "Chương trình"
PART_SHEETS = {PART_NAMES[part].capitalize(): part for part in PARTS}
MAX_ROWS = 2000
WIDEST, NARROWEST, HEADING = 60, 10, 22  # characters


# --- the columns -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Column:
    """A column by the pack's key: its heading, and what its values are called."""

    key: str
    heading: str
    labels: dict = field(default_factory=dict)  # value -> label
    values: dict[str, object] = field(default_factory=dict)  # search key of a label, or of a value -> value

    def shown(self, value):
        return self.labels.get(value, value)

    def read(self, cell):
        return self.values.get(search_key(str(cell)), cell)


def _column(key: str, fields: dict, *, named: str = "", choices: Iterable[tuple] = (), heading: str = "") -> Column:
    """`named` is the form's name of the field where the pack has another."""
    asked = fields.get(named or key)
    if not choices and isinstance(asked, forms.ChoiceField) and not isinstance(asked, forms.ModelChoiceField):
        choices = asked.choices
    labels = {value: str(label) for value, label in choices if value != ""}
    values = {search_key(str(value)): value for value in labels}
    values |= {search_key(label): value for value, label in labels.items()}
    return Column(key, heading or str(asked.label), labels, values)


def _columns(keys: Iterable[str], *kinds: type[forms.Form], **more: dict) -> dict[str, Column]:
    fields = {name: one for kind in reversed(kinds) for name, one in kind.base_fields.items()}
    return {key: _column(key, fields, **more.get(key, {})) for key in keys}


LEVELS = ("managed_at", "enter", "appraise", "decide")
DUE = {f"{step}_by": step for step in Step.values}  # column of a route's last day -> step
KINDS = {"choices": UnitKind.choices}
SHEETS: dict[str, dict[str, Column]] = {
    SETS: _columns(
        (
            *("code", "version", "programme", "document", "base"),
            *(name for name in SET_FIELDS if name not in ("code", "version") and "window" not in name),
            *("window_from", "window_to", "window_article"),
        ),
        HeaderForm,
        NewSetForm,
        version={"heading": "Phiên bản"},
        base={"heading": "Bổ sung cho bộ"},
        unit_kinds=KINDS,
        province_code={"heading": "Mã tỉnh áp dụng"},
        is_example={"heading": "Ví dụ, không phải luật"},
    ),
    DOCUMENTS: _columns(DOCUMENT, DocumentForm, code={"heading": "Mã"}),
    PROGRAMMES: _columns(("code", "name", "title"), ProgrammeForm),
    CRITERIA: _columns(
        ("code", "parent", "into", *(name for name in CRITERION_FIELDS if name not in ("code", "order"))),
        PART_FORMS["criteria"],
        into={"heading": "Xếp vào nhóm của bộ gốc"},
        reuses={"heading": "Dùng lại tiêu chí (mã)"},
        derived_from=KINDS,
    ),
    ROUTES: _columns(
        ("kinds", *LEVELS, "authority", "article", "confidence", "valid_from", "valid_to", *DUE),
        PART_FORMS["routes"],
        kinds=KINDS | {"named": "kind"},
        **{name: {"named": f"{name}_level", "choices": Level.choices} for name in ("enter", "appraise", "decide")},
        **{name: {"heading": f"Thời hạn {Step(step).label.lower()}"} for name, step in DUE.items()},
    ),
    **{sheet: _columns(PARTS[part], PART_FORMS[part]) for sheet, part in PART_SHEETS.items()},
}
LISTS = ("unit_kinds", "excluded_subtypes", "derived_from", "gaps", "kinds")
TRUTHS = ("is_example", "by_selection", "needs_evidence")
TEXTS = ("number", "province_code", "code")
DATES = ("issued_on", "in_force_on", "ended_on", "valid_from", "valid_to")
DAYS_OF_YEAR = ("window_from", "window_to")
HINTS = {
    **dict.fromkeys(DATES, "hãy ghi ngày/tháng/năm, ví dụ 05/02/2030"),
    **dict.fromkeys(DAYS_OF_YEAR, "hãy ghi ngày/tháng, ví dụ 16/11"),
}


# --- out -----------------------------------------------------------------------------------------------------------


def as_xlsx(criteria_set: CriteriaSet) -> bytes:
    """The set as a workbook: a sheet a part, headings and values as the pages call them, ready to be typed over."""
    from openpyxl import Workbook  # noqa: PLC0415 -- heavy

    pack = as_pack(criteria_set)
    one = pack["sets"][0]
    rows: dict[str, list[dict]] = {
        SETS: [{**one, **{f"window_{end}": one.get("window", {}).get(end, "") for end in ("from", "to", "article")}}],
        DOCUMENTS: pack["documents"],
        PROGRAMMES: pack["programmes"],
        CRITERIA: list(_flat(one.get("criteria", []), "")),
        ROUTES: [{**row, **{name: _due(row, step) for name, step in DUE.items()}} for row in one.get("routes", [])],
        **{
            sheet: [{"order": order, **row} for order, row in enumerate(one.get(part, []), 1)]
            for sheet, part in PART_SHEETS.items()
        },
    }
    book = Workbook()
    book.remove(book.active)
    for name, columns in SHEETS.items():
        _write(book.create_sheet(name), columns.values(), rows[name])
    held = io.BytesIO()
    book.save(held)
    return held.getvalue()


def _write(sheet, columns: Iterable[Column], rows: list[dict]) -> None:
    from openpyxl.styles import Alignment, Font  # noqa: PLC0415 -- heavy

    sheet.append([column.heading for column in columns])
    for row in rows:
        sheet.append([_typed(column, row.get(column.key)) for column in columns])
    sheet.freeze_panes, sheet.print_title_rows = "A2", "1:1"
    sheet.page_setup.orientation, sheet.page_setup.paperSize, sheet.page_setup.fitToHeight = "landscape", 9, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    for column, cells in zip(columns, sheet.columns, strict=True):
        lines = [line for cell in cells[1:] for line in str(cell.value or "").splitlines()]
        widest = max([min(len(column.heading), HEADING), *map(len, lines)])
        sheet.column_dimensions[cells[0].column_letter].width = min(WIDEST, max(NARROWEST, widest + 2))
        for cell in cells:
            cell.alignment = Alignment(wrap_text=True, vertical="top")
            if cell.is_date:
                cell.number_format = "dd/mm/yyyy"
            elif column.key in (*DAYS_OF_YEAR, *TEXTS):
                cell.number_format = "@"  # or a spreadsheet makes a date of 16/11


def _flat(rows: list[dict], parent: str):
    for row in rows:
        yield {**row, "parent": parent}
        yield from _flat(row.get("children", []), row["code"])


def _due(row: dict, step: str) -> str:
    one = row.get("deadlines", {}).get(step)
    if not one:
        return ""
    how = "hết" if one["inclusive"] else "trước"
    return f"{how} {one['day']:02d}/{one['month']:02d}; {one['article']}"


def _typed(column: Column, value):
    """A cell's value, a list one item a line; an apostrophe keeps a spreadsheet from running it as a formula."""
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return "x" if value else None
    if column.key in DATES:
        return date.fromisoformat(value)
    if column.key in DAYS_OF_YEAR:
        return "/".join(reversed(value.split("-")))
    if isinstance(value, list):
        value = "\n".join(
            f"{one['short']}: {one['label']} [{one['code']}]" if isinstance(one, dict) else str(column.shown(one))
            for one in value
        )
    value = column.shown(value)
    if isinstance(value, str) and value.startswith(FORMULA_STARTS):
        return f"'{value}"
    return value


# --- in ------------------------------------------------------------------------------------------------------------


class SheetSource(Source):
    """A workbook as a pack: the line of each part is its row in its sheet, its path the sheet and the heading."""

    def __init__(self, path: Path):
        self._begin(path.name)
        self.heads: dict[str, dict[str, str]] = {}  # sheet -> key -> heading as the file has it
        try:
            self._read(path)
        except _Stop as stop:
            self._stop(stop.row, stop.sentence, stop.path)

    def path_of(self, where: Where) -> str:
        sheet, key = _place(where)
        return f"trang “{sheet}”, cột “{self._heading(sheet, key)}”" if key else f"trang “{sheet}”"

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
        from openpyxl import load_workbook  # noqa: PLC0415 -- heavy

        try:
            book = load_workbook(path, read_only=True, data_only=True)
        except Exception:  # a forged workbook fails in ways of its own
            raise _Stop(1, "không mở được bảng tính; hãy lưu lại dạng XLSX") from None
        found = {name: list(self._rows(book, name)) for name in SHEETS}
        if len(found[SETS]) != 1:
            raise _Stop(1, "phải có đúng một dòng dưới dòng tiêu đề", f"trang “{SETS}”")
        for part, name in (("documents", DOCUMENTS), ("programmes", PROGRAMMES)):
            self.data[part] = self._lined((part,), name, found[name])
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
        self.data["sets"] = [row]

    def _rows(self, book, name: str):
        """(row number, non-empty cells by key) of a sheet; nothing for a sheet that is not there."""
        named = {search_key(title): title for title in book.sheetnames}
        if search_key(name) not in named:
            return
        lines = book[named[search_key(name)]].iter_rows(values_only=True)
        keys = self._keys(name, [clean(str(cell or "")) for cell in next(lines, ())])
        for number, cells in enumerate(lines, 2):
            if number > MAX_ROWS:
                raise _Stop(number, f"có hơn {MAX_ROWS} dòng; hãy tách thành nhiều tệp", f"trang “{name}”")
            told = {key: cell for key, cell in zip(keys, cells, strict=False) if key and cell not in (None, "")}
            if told:
                yield number, {key: _untyped(SHEETS[name][key], cell) for key, cell in told.items()}

    def _keys(self, name: str, heads: list[str]) -> list[str]:
        """The key each heading stands for, empty for none: its label, or the key itself."""
        known = {search_key(key): key for key in SHEETS[name]}
        known |= {search_key(column.heading): key for key, column in SHEETS[name].items()}
        keys: list[str] = []
        for head in heads:
            key = known.get(search_key(head), "") if head else ""
            if head and not key:
                raise _Stop(1, f"không có cột “{head}”; hãy giữ nguyên dòng tiêu đề", f"trang “{name}”")
            if key and key in keys:
                raise _Stop(1, f"cột “{head}” có hai lần; hãy bỏ một cột", f"trang “{name}”")
            keys.append(key)
        self.heads[name] = {key: head for key, head in zip(keys, heads, strict=True) if key}
        return keys

    def _lined(self, where: Where, name: str, rows: list[tuple[int, dict]]) -> list[dict]:
        """The rows of a sheet as the pack's, by their order where they have one, each remembering its row."""
        orders = {number: cells.pop("order", None) for number, cells in rows}
        rows = sorted(rows, key=lambda row: one if isinstance(one := orders[row[0]], int) else MAX_ROWS)
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
                raise _Stop(number, sentence, self.path_of(("criteria", "parent")))
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
            raise _Stop(number, sentence, self.path_of(("routes", name)))
        return {
            "month": int(parts[1]),
            "day": int(parts[0]),
            "inclusive": how == "hết",
            "article": clean(article) or "–",
        }


class _Stop(Exception):
    def __init__(self, row: int, sentence: str, path: str = ""):
        self.row, self.sentence, self.path = row, sentence, path
        super().__init__(sentence)


def _place(where: Where) -> tuple[str, str]:
    """(sheet, key of the column) of a place in the pack; no key for a whole row or sheet."""
    sheets = {"criteria": CRITERIA, "routes": ROUTES, "documents": DOCUMENTS, "programmes": PROGRAMMES}
    sheets |= {part: sheet for sheet, part in PART_SHEETS.items()}
    words = [part for part in where if isinstance(part, str)]
    at = next((place for place, word in enumerate(words) if word in sheets), -1)
    sheet = sheets[words[at]] if at >= 0 else SETS
    for above, word in pairwise(words[max(at, 0) :]):
        key = {"window": f"window_{word}", "deadlines": f"{word}_by"}.get(above, word)
        if key in SHEETS[sheet]:
            return sheet, key
    return sheet, ""


def _untyped(column: Column, cell):
    if column.key in DAYS_OF_YEAR:
        return _day_of_year(cell)
    if column.key in DATES:
        return _date(cell)
    if isinstance(cell, str):
        cell = cell.removeprefix("'") if cell[1:].startswith(FORMULA_STARTS) and cell.startswith("'") else cell
        if column.key in LISTS:
            return [column.read(clean(line)) for line in cell.splitlines() if line.strip()]
        return column.read(clean(cell) if "\n" not in cell else cell)
    if column.key in LISTS:
        return [column.read(str(cell))]
    if isinstance(cell, float):
        cell = int(cell) if cell.is_integer() else Decimal(str(cell))
    return cell.date().isoformat() if hasattr(cell, "date") else column.read(cell)


def _date(cell) -> str:
    """A day as a pack writes it, out of a date or of "05/02/2030"; anything else as it is."""
    if hasattr(cell, "date"):
        return cell.date().isoformat()
    parts = clean(str(cell)).split("/")
    if len(parts) == 3 and all(part.isdecimal() for part in parts):
        return f"{parts[2]}-{parts[1]:0>2}-{parts[0]:0>2}"
    return clean(str(cell))


def _day_of_year(cell) -> str:
    """The same for a day of any year: "16/11"."""
    if hasattr(cell, "date"):
        return f"{cell:%m-%d}"
    typed = clean(str(cell))
    try:
        day, month = map(int, typed.split("/"))
        return f"{date(2024, month, day):%m-%d}"
    except ValueError:
        return typed


def _values(cells: dict) -> dict:
    told = {}
    for name, cell in cells.items():
        if name in TRUTHS:
            told[name] = search_key(str(cell)) in ("x", "co", "true", "1")
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
    found.faults = [type(fault)(name, fault.line, fault.path, fault.sentence) for fault in found.faults]
    return found
