"""A set out as a YAML pack or a workbook, and in again: both are checked as packs are, row by row."""

import io
from decimal import Decimal
from pathlib import Path

import yaml

from units.text import clean, search_key

from .content import CRITERION_FIELDS, DECIMALS, PART_NAMES, PARTS, ROUTE_FIELDS, SET_FIELDS, content_of
from .models import CriteriaSet
from .source import Source, Where

DOCUMENT = ("code", "number", "cite", "title", "issuer", "issued_on", "in_force_on", "ended_on")
FORMULA_STARTS = tuple("=+-@\t\r")
SETS, CRITERIA, ROUTES, DOCUMENTS, PROGRAMMES = "Bộ", "Tiêu chí", "Tuyến", "Văn bản", "Chương trình"
STEPS = ("register", "submit", "appraise", "decide")
MAX_ROWS = 2000


def as_pack(criteria_set: CriteriaSet) -> dict:
    """The set as the form a pack file has, defaults left out; reading it back gives the same content."""
    content = content_of(criteria_set)
    document, programme = criteria_set.document, criteria_set.programme
    cite = document.cite
    row = {"code": content["code"], "version": content["version"], "programme": content["programme"]}
    row |= {"document": content["document"], "base": content["base"]}
    row |= {name: content[name] for name in SET_FIELDS if name not in ("code", "version") and "window" not in name}
    if content["window_from"]:
        row["window"] = {"from": content["window_from"], "to": content["window_to"]}
        row["window"]["article"] = _own_article(content["window_article"], cite)
    inherited = {one["code"] for one in content_of(criteria_set.base)["criteria"]} if criteria_set.base else set()
    own = [one for one in content["criteria"] if one["code"] not in inherited]
    row["criteria"] = _nested(own, "", cite, inherited)
    row["routes"] = [_route(one, cite) for one in content["routes"]]
    for part, fields in PARTS.items():
        row[part] = [_trimmed(one, fields, cite, leave={"order"}) for one in content[part]]
    facts = {name: getattr(document, name) for name in DOCUMENT}
    facts = {name: value.isoformat() if hasattr(value, "isoformat") else value for name, value in facts.items()}
    facts["cite"] = cite or document.number[:14]
    return {
        "documents": [{name: value for name, value in facts.items() if value}],
        "programmes": [{"code": programme.code, "name": programme.name, "title": programme.title}],
        "sets": [{name: _number(name, value) for name, value in row.items() if value not in (None, "", [], False)}],
    }


def _own_article(article: str, cite: str) -> str:
    """The clause as a pack writes it: without its document's short name, "=" before another document's."""
    if cite and article.startswith(f"{cite}, "):
        return article[len(cite) + 2 :]
    return f"={article}" if article and cite else article


def _number(name: str, value):
    if name in DECIMALS and isinstance(value, str):
        exact = Decimal(value)
        return int(exact) if exact == exact.to_integral_value() else float(exact)
    return value


def _trimmed(row: dict, fields: dict, cite: str, leave=frozenset()) -> dict:
    told = {}
    for name, default in fields.items():
        if name in leave or (row[name] == default and name != "article") or row[name] is None:
            continue
        value = _own_article(row[name], cite) if name == "article" else row[name]
        if value not in ("", []):
            told[name] = _number(name, value)
    return told


def _nested(rows: list[dict], parent: str, cite: str, inherited=frozenset()) -> list[dict]:
    told = []
    for row in rows:
        if row["parent"] != parent and not (not parent and row["parent"] in inherited):
            continue
        one = _trimmed(row, CRITERION_FIELDS, cite, leave={"order"})
        if not parent and row["parent"]:
            one["into"] = row["parent"]
        if children := _nested(rows, row["code"], cite):
            one["children"] = children
        told.append(one)
    return told


def _route(row: dict, cite: str) -> dict:
    told = {"kinds": [row["kind"]], "managed_at": row["managed_at"]}
    told |= {short: row[f"{short}_level"] for short in ("enter", "appraise", "decide")}
    told |= _trimmed(
        row, ROUTE_FIELDS, cite, leave={"kind", "managed_at", "enter_level", "appraise_level", "decide_level"}
    )
    if row["deadlines"]:
        told["deadlines"] = {
            one["step"]: {
                "month": one["month"],
                "day": one["day"],
                "inclusive": one["inclusive"],
                "article": _own_article(one["article"], cite) or "–",
            }
            for one in row["deadlines"]
        }
    return told


class _Plain(yaml.SafeDumper):
    def ignore_aliases(self, data):
        return True


def as_yaml(criteria_set: CriteriaSet) -> str:
    """The set as the text of a pack file."""
    return yaml.dump(as_pack(criteria_set), Dumper=_Plain, allow_unicode=True, sort_keys=False, width=110)


# --- the workbook ------------------------------------------------------------------------------------------------

CRITERION_COLUMNS = ("code", "parent", "into", *(name for name in CRITERION_FIELDS if name not in ("code", "order")))
ROUTE_COLUMNS = ("kinds", "managed_at", "enter", "appraise", "decide", "authority", "article", "confidence")
ROUTE_COLUMNS += ("valid_from", "valid_to", *STEPS)
SET_COLUMNS = ("code", "version", "programme", "document", "base")
SET_COLUMNS += tuple(name for name in SET_FIELDS if name not in SET_COLUMNS and "window" not in name)
SET_COLUMNS += ("window_from", "window_to", "window_article")
SHEETS = {
    SETS: SET_COLUMNS,
    DOCUMENTS: DOCUMENT,
    PROGRAMMES: ("code", "name", "title"),
    CRITERIA: CRITERION_COLUMNS,
    ROUTES: ROUTE_COLUMNS,
    **{PART_NAMES[part].capitalize(): tuple(fields) for part, fields in PARTS.items()},
}
PART_SHEETS = {PART_NAMES[part].capitalize(): part for part in PARTS}


def as_xlsx(criteria_set: CriteriaSet) -> bytes:
    """The set as a workbook: a sheet a part, the first row names the pack's keys, every value as it is typed back."""
    from openpyxl import Workbook  # noqa: PLC0415 -- heavy
    from openpyxl.styles import Alignment, Font  # noqa: PLC0415 -- heavy

    pack = as_pack(criteria_set)
    one = pack["sets"][0]
    rows: dict[str, list[dict]] = {
        SETS: [{**one, **{f"window_{end}": one.get("window", {}).get(end, "") for end in ("from", "to", "article")}}],
        DOCUMENTS: pack["documents"],
        PROGRAMMES: pack["programmes"],
        CRITERIA: list(_flat(one.get("criteria", []), "")),
        ROUTES: [{**row, **{f"{step}_by": _due(row, step) for step in STEPS}} for row in one.get("routes", [])],
        **{sheet: one.get(part, []) for sheet, part in PART_SHEETS.items()},
    }
    book = Workbook()
    book.remove(book.active)
    for name, columns in SHEETS.items():
        sheet = book.create_sheet(name[:31])
        columns = _columns(name, columns)
        sheet.append(list(columns))
        for row in rows[name]:
            sheet.append([_typed(row.get(column)) for column in columns])
        sheet.freeze_panes = "A2"
        for cell in sheet[1]:
            cell.font = Font(bold=True)
        for column in sheet.columns:
            longest = max(len(str(cell.value or "")) for cell in column)
            sheet.column_dimensions[column[0].column_letter].width = min(60, max(10, longest + 2))
            for cell in column:
                cell.alignment = Alignment(wrap_text=True, vertical="top")
    held = io.BytesIO()
    book.save(held)
    return held.getvalue()


def _columns(name: str, columns: tuple[str, ...]) -> tuple[str, ...]:
    """A route has a level and a day of deciding: the day has a column of its own name."""
    if name != ROUTES:
        return columns
    return tuple(f"{column}_by" if column in STEPS and at > 4 else column for at, column in enumerate(columns))


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


def _typed(value):
    """A cell's text, a list one item a line; an apostrophe keeps a spreadsheet from running it as a formula."""
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return "x" if value else None
    if isinstance(value, list):
        value = "\n".join(
            f"{one['short']}: {one['label']} [{one['code']}]" if isinstance(one, dict) else str(one) for one in value
        )
    if isinstance(value, str) and value.startswith(FORMULA_STARTS):
        return f"'{value}"
    return value


class SheetSource(Source):
    """A workbook as a pack: the line of each part is its row in its sheet."""

    def __init__(self, path: Path):
        self.name, self.lines, self.faults, self.data, self._values = path.name, {}, [], {}, 0
        try:
            self._read(path)
        except _Stop as stop:
            self._stop(stop.row, stop.sentence)

    def _read(self, path: Path) -> None:
        from openpyxl import load_workbook  # noqa: PLC0415 -- heavy

        try:
            book = load_workbook(path, read_only=True, data_only=True)
        except Exception:  # a forged workbook fails in ways of its own
            raise _Stop(1, "không mở được bảng tính; hãy lưu lại dạng XLSX") from None
        found = {name: list(_rows(book, name)) for name in SHEETS}
        if len(found[SETS]) != 1:
            raise _Stop(1, f"trang “{SETS}” phải có đúng một dòng dưới dòng tiêu đề")
        (_, one), *_ = found[SETS]
        row = _set_of(one)
        at: Where = ("sets", 0)
        self.lines[at] = 2
        row["criteria"] = self._criteria(found[CRITERIA], at)
        row["routes"] = []
        for place, (number, cells) in enumerate(found[ROUTES]):
            self.lines[(*at, "routes", place)] = number
            row["routes"].append(_route_of(cells, number))
        for sheet, part in PART_SHEETS.items():
            row[part] = []
            for place, (number, cells) in enumerate(found[sheet]):
                self.lines[(*at, part, place)] = number
                row[part].append(_values(cells, leave={"order"}))
        self.data = {
            "documents": [_values(cells) for _, cells in found[DOCUMENTS]],
            "programmes": [_values(cells) for _, cells in found[PROGRAMMES]],
            "sets": [row],
        }

    def _criteria(self, rows: list[tuple[int, dict]], at: Where) -> list[dict]:
        """Nested as a pack nests them, each remembering its row."""
        top: list[dict] = []
        by_code: dict[str, tuple[Where, dict]] = {}
        for number, cells in rows:
            parent = cells.pop("parent", "")
            one = _values(cells)
            if parent and parent not in by_code:
                raise _Stop(number, f"trang “{CRITERIA}”: nhóm “{parent}” phải đứng trước tiêu chí bên trong")
            place, inside = (by_code[parent][0], by_code[parent][1].setdefault("children", [])) if parent else (at, top)
            where = (*place, "children" if parent else "criteria", len(inside))
            self.lines[where] = number
            inside.append(one)
            by_code.setdefault(str(one.get("code", "")), (where, one))
        return top


class _Stop(Exception):
    def __init__(self, row: int, sentence: str):
        self.row, self.sentence = row, sentence
        super().__init__(sentence)


def _rows(book, name: str):
    """(row number, non-empty cells by column name) of a sheet; nothing for a sheet that is not there."""
    if name[:31] not in book.sheetnames:
        return
    lines = book[name[:31]].iter_rows(values_only=True)
    heads = [str(cell or "").strip() for cell in next(lines, ())]
    known = set(_columns(name, SHEETS[name]))
    if strange := [head for head in heads if head and head not in known]:
        raise _Stop(1, f"trang “{name}”: không có cột “{strange[0]}”; hãy giữ nguyên dòng tiêu đề")
    for number, cells in enumerate(lines, 2):
        if number > MAX_ROWS:
            raise _Stop(number, f"trang “{name}” có hơn {MAX_ROWS} dòng; hãy tách thành nhiều tệp")
        told = {head: cell for head, cell in zip(heads, cells, strict=False) if head and cell not in (None, "")}
        if told:
            yield number, {head: _untyped(cell) for head, cell in told.items()}


def _untyped(cell):
    if isinstance(cell, str):
        cell = cell.removeprefix("'") if cell[1:].startswith(FORMULA_STARTS) and cell.startswith("'") else cell
        return clean(cell) if "\n" not in cell else cell
    if isinstance(cell, float):
        return int(cell) if cell.is_integer() else Decimal(str(cell))
    return cell.date().isoformat() if hasattr(cell, "date") else cell


LISTS = ("unit_kinds", "excluded_subtypes", "derived_from", "gaps", "kinds")
TRUTHS = ("is_example", "by_selection", "needs_evidence")
TEXTS = ("number", "province_code", "code")


def _values(cells: dict, leave=frozenset()) -> dict:
    told = {}
    for name, cell in cells.items():
        if name in leave:
            continue
        if name in LISTS:
            told[name] = [clean(line) for line in str(cell).splitlines() if line.strip()]
        elif name in TRUTHS:
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


def _route_of(cells: dict, number: int) -> dict:
    row = _values({name: cell for name, cell in cells.items() if not name.endswith("_by")})
    due = {}
    for step in STEPS:
        if text := cells.get(f"{step}_by"):
            due[step] = _deadline(str(text), number)
    return row | ({"deadlines": due} if due else {})


def _deadline(text: str, number: int) -> dict:
    when, _, article = clean(text).partition(";")
    how, _, day = when.partition(" ")
    parts = day.strip().split("/")
    if how not in ("hết", "trước") or len(parts) != 2 or not all(part.isdecimal() for part in parts):
        raise _Stop(number, f"trang “{ROUTES}”: không hiểu thời hạn “{text}”; hãy ghi như “trước 15/11; Điều 9”")
    return {
        "month": int(parts[1]),
        "day": int(parts[0]),
        "inclusive": how == "hết",
        "article": clean(article) or "–",
    }


def source_of(path: Path, name: str) -> Source:
    """The file as a pack's source, by its ending; faults name the file as the sender did."""
    found = SheetSource(path) if name.lower().endswith(".xlsx") else Source(path)
    found.name = name
    found.faults = [type(fault)(name, fault.line, fault.path, fault.sentence) for fault in found.faults]
    return found
