"""A file of units: its columns, how its bytes are read, and what can be wrong with its rows. Writes nothing."""

import re
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Q, QuerySet

from portal.core.lists import ListColumn
from portal.core.sheets.reading import Problem
from portal.core.sheets.tables import FileTable, table_of
from portal.core.sheets.templates import Cells, FileColumn, Template, labels_of
from portal.core.vietnamese import text

from ..enums import LEVELS, ORGANISATIONS, PARENTS, Subtype, UnitKind, suits
from ..models import Unit
from ..names import code_fault, letters_fault, type_fault
from ..services import DEPTHS
from .keys import OWN_KEY, Here, living, lost_zero

TEMPLATE = Template(
    "don-vi",
    "Đơn vị",
    {
        "key": FileColumn(
            "Khoá",
            help="Chữ tự đặt để các dòng trong tệp gọi nhau; mỗi dòng một khoá khác nhau.",
            example="T1",
            is_needed=True,
        ),
        "kind": FileColumn(
            "Loại đơn vị", Cells.CHOICE, example="Khu dân cư", is_needed=True, choices=labels_of(UnitKind)
        ),
        "subtype": FileColumn(
            "Phân loại", Cells.CHOICE, "Hợp với loại đơn vị.", "thôn", is_needed=True, choices=labels_of(Subtype)
        ),
        "code": FileColumn("Mã số", Cells.CODE, "Mã của Nhà nước, có thể để trống."),
        "name": FileColumn("Tên đơn vị", help="Tên đầy đủ.", example="Thôn Đông", is_needed=True),
        "parent_key": FileColumn(
            "Khoá đơn vị quản lý",
            Cells.CODE,
            "Khoá của một dòng trong tệp, khoá DV… hoặc mã số của đơn vị đã có trên cổng.",
            "07201",
            is_needed=True,
        ),
        "stands_in_key": FileColumn("Khoá nơi đứng chân", Cells.CODE, "Xã, phường nơi tổ chức đóng."),
        "opened_on": FileColumn("Có từ ngày", Cells.DAY, example=date(2026, 1, 1), is_needed=True),
        "closed_on": FileColumn("Ngày cuối cùng", Cells.DAY, "Để trống nếu còn hoạt động."),
    },
    empty="Ô không bắt buộc để trống khi không có. Đơn vị đã có trên cổng được giữ nguyên.",
)
COLUMNS, REQUIRED = TEMPLATE.headings, TEMPLATE.needed
SHOWN_ONLY = {
    "province": "Tỉnh",
    "district": "Huyện",
    "commune": "Xã",
    "manager": "Đơn vị quản lý",
    "ground": "Đứng chân trên địa bàn",
    "is_demo": "Dữ liệu mẫu",
}  # export writes these
KINDS, SUBTYPE_WORDS = dict(UnitKind.choices), dict(Subtype.choices)
OUT = (
    ListColumn(COLUMNS["key"], lambda unit: f"{OWN_KEY}{unit.pk}"),
    ListColumn(COLUMNS["kind"], lambda unit: KINDS[unit.kind]),
    ListColumn(COLUMNS["subtype"], lambda unit: SUBTYPE_WORDS[unit.subtype]),
    ListColumn(COLUMNS["code"], "code"),
    ListColumn(COLUMNS["name"], "name"),
    ListColumn(COLUMNS["parent_key"], lambda unit: f"{OWN_KEY}{unit.parent_id}" if unit.parent_id else ""),
    ListColumn(COLUMNS["stands_in_key"], lambda unit: f"{OWN_KEY}{unit.stands_in_id}" if unit.stands_in_id else ""),
    ListColumn(COLUMNS["opened_on"], "opened_on"),
    ListColumn(COLUMNS["closed_on"], "closed_on"),
    ListColumn(SHOWN_ONLY["province"], "province__name"),
    ListColumn(SHOWN_ONLY["district"], "district__name"),
    ListColumn(SHOWN_ONLY["commune"], "commune__name"),
    ListColumn(SHOWN_ONLY["manager"], "parent__name"),
    ListColumn(SHOWN_ONLY["ground"], "stands_in__name"),
    ListColumn(SHOWN_ONLY["is_demo"], "is_demo"),
)  # what an import reads, then the place in words
FIELDS = (
    *("pk", "kind", "subtype", "code", "name", "parent_id", "stands_in_id", "opened_on", "closed_on", "is_demo"),
    *("province__name", "district__name", "commune__name", "parent__name", "stands_in__name"),
)


@dataclass
class UnitRow:
    """A row whose cells were understood; `unit` holds its own fields and is not saved."""

    number: int
    key: str
    parent_key: str
    stands_in_key: str
    unit: Unit
    parent: "UnitRow | Unit | None" = None
    stands_in: "UnitRow | Unit | None" = None
    existing: Unit | None = None
    doubtful: bool = False  # its parent's code is that of several units

    @property
    def parent_name(self) -> str:
        return _unit(self.parent).name if self.parent else ""


@dataclass
class UnitFile:
    """The rows of one file, the keys of all its rows (also of those with a bad cell), and what is wrong."""

    file: str
    rows: list[UnitRow] = field(default_factory=list)
    keys: set[str] = field(default_factory=set)
    problems: list[Problem] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)  # what of the file was left aside

    def refuse(self, row: UnitRow, sentence: str) -> None:
        self.problems.append(Problem(self.file, row.number, sentence))

    @property
    def new_rows(self) -> list[UnitRow]:
        return [row for row in self.rows if row.existing is None]


# --- bytes to cells --------------------------------------------------------------------------------------------


def table(data: bytes, file: str) -> FileTable:
    """The rows of the file under our columns; raises Unreadable."""
    return table_of(
        data, file, COLUMNS, needed=REQUIRED, shown_only=(*SHOWN_ONLY, *SHOWN_ONLY.values()), template=TEMPLATE
    )


def read_out(units: QuerySet[Unit]) -> QuerySet:
    """The units as OUT reads them: plain tuples with names, so that the whole nation costs no row of a model."""
    return units.values_list(*FIELDS, named=True)


def read(data: bytes, file: str):
    """The file as a tablib Dataset with our column names and a `row` column; raises Unreadable."""
    return dataset_of(table(data, file))


def dataset_of(rows: FileTable):
    from tablib import Dataset  # noqa: PLC0415 -- heavy

    dataset = Dataset(headers=[*COLUMNS, "row"])
    dataset.extend([*(cells.get(name, "") for name in COLUMNS), number] for number, cells in rows.rows)
    return dataset


# --- cells to values (each raises ValueError with its sentence) -------------------------------------------------


def read_name(cell: str) -> str:
    name = text.clean(cell)
    if not name:
        raise ValueError("Tên đơn vị để trống. Hãy điền tên đầy đủ, ví dụ “Xã Tân Dĩnh”.")
    if len(name) > 200:
        raise ValueError(f"Tên đơn vị dài {len(name)} chữ, tối đa 200. Hãy viết gọn lại.")
    if fault := letters_fault(name):
        raise ValueError(fault)
    return name


def read_code(cell: str) -> str:
    code = cell.strip()
    if not re.fullmatch(r"[0-9A-Za-z./-]{0,20}", code):
        raise ValueError(f"Mã số “{code}” không hợp lệ. Mã chỉ gồm chữ không dấu, chữ số, dấu . / -, tối đa 20 ký tự.")
    return code


# --- rows against one another and against what is already here ---------------------------------------------------


def check(found: UnitFile, here: Here, *, roots: bool) -> None:
    """Find every problem of the rows; fills in parents and the units that are already here.

    `roots`: a row without a parent may open a province.
    """
    for row in found.rows:
        if sentence := _own_fault(row.unit):
            found.refuse(row, sentence)
    _link(found, here)
    _cycles(found)
    for row in found.rows:
        if sentence := _parent_fault(row, found.keys):
            found.refuse(row, sentence)
    _twice(found)
    if not found.problems:
        _match(found, here)
        for row in found.new_rows if not roots else ():
            if row.unit.kind == UnitKind.PROVINCE:
                found.refuse(row, "Mở tỉnh mới không làm ở trang này. Hãy báo quản trị hệ thống.")
    found.problems.sort(key=lambda problem: problem.row or 0)


def _own_fault(unit: Unit) -> str:
    if not suits(unit.kind, unit.subtype):
        subtype, kind = Subtype(unit.subtype).label, UnitKind(unit.kind).label
        return f"Phân loại “{subtype}” không dùng cho {kind}. Hãy sửa một trong hai."
    if fault := type_fault(unit.kind, unit.subtype, unit.name):
        return fault
    if unit.closed_on and unit.closed_on < unit.opened_on:
        return f"Ngày cuối cùng {unit.closed_on:%d/%m/%Y} trước ngày bắt đầu {unit.opened_on:%d/%m/%Y}. Hãy sửa lại."
    if fault := code_fault(unit.kind, unit.code):
        return f"{fault} Hãy để cột mã dạng văn bản để bảng tính không bỏ số 0 ở đầu."
    return ""


def _link(found: UnitFile, here: Here) -> None:
    by_key: dict[str, UnitRow] = {}
    for row in found.rows:
        first = by_key.setdefault(row.key, row) if row.key else row
        if first is not row:
            found.refuse(row, f"Khoá “{row.key}” trùng với dòng {first.number}. Hãy đặt khoá khác.")
    wanted = {key for row in found.rows for key in (row.parent_key, row.stands_in_key)} - found.keys - {""}
    named = here.named(wanted)
    for row in found.rows:
        for column, key in (("parent", row.parent_key), ("stands_in", row.stands_in_key)):
            units = living(named.get(key, []), row.unit.opened_on)
            if key in by_key:
                setattr(row, column, by_key[key])
            elif len(units) == 1:
                setattr(row, column, units[0])
            elif units:
                row.doubtful = True
                names = ", ".join(f"{unit} ({OWN_KEY}{unit.pk})" for unit in units)
                found.refuse(row, f"Mã “{key}” là của nhiều đơn vị: {names}. Hãy ghi khoá {OWN_KEY}… thay cho mã.")
            elif key and key not in found.keys and column == "stands_in":
                found.refuse(row, f"Không thấy nơi đứng chân “{key}” trong tệp hay trong phạm vi của đồng chí.")


def _cycles(found: UnitFile) -> None:
    seen: set[int] = set()
    for row in found.rows:
        path: list[UnitRow] = []
        step: UnitRow | Unit | None = row
        while isinstance(step, UnitRow) and step.number not in seen:
            seen.add(step.number)
            path.append(step)
            step = step.parent
        if isinstance(step, UnitRow) and step in path:
            loop = path[path.index(step) :]
            names = " > ".join(item.unit.name for item in [*loop, loop[0]])
            fault = "không thể trực thuộc chính nó" if len(loop) == 1 else "không thể trực thuộc đơn vị con của nó"
            found.refuse(loop[0], f"“{loop[0].unit.name}” {fault} ({names}). Hãy sửa cột “{COLUMNS['parent_key']}”.")


def _unit(named: UnitRow | Unit) -> Unit:
    return named.unit if isinstance(named, UnitRow) else named


def _parent_fault(row: UnitRow, keys: set[str]) -> str:
    unit, allowed = row.unit, PARENTS[UnitKind(row.unit.kind)]
    if row.stands_in and unit.kind not in ORGANISATIONS:
        return (
            f"“{unit.name}” không phải cơ quan, doanh nghiệp hay cơ sở giáo dục nên không có nơi đứng chân. "
            f"Hãy để trống cột “{COLUMNS['stands_in_key']}”."
        )
    if row.stands_in and _unit(row.stands_in).kind not in LEVELS:
        return f"“{_unit(row.stands_in).name}” không phải địa bàn hành chính nên không thể là nơi đứng chân."
    if row.parent is None:
        if row.doubtful or (row.parent_key and row.parent_key in keys):
            return ""  # reported already: by the code, or at the parent's own row
        if row.parent_key:
            return (
                f"Không thấy đơn vị quản lý “{row.parent_key}” trong tệp hay trong phạm vi của đồng chí. "
                f"Hãy thêm dòng của đơn vị đó hoặc sửa khoá.{lost_zero(row.parent_key)}"
            )
        if allowed:
            return f"“{unit.name}” chưa có đơn vị quản lý. Hãy điền cột “{COLUMNS['parent_key']}”."
        return ""
    parent = _unit(row.parent)
    if parent is unit:
        return ""  # reported as a cycle
    if parent.kind not in allowed:
        kinds = "; ".join(UnitKind(kind).label for kind in allowed) or "không đơn vị nào"
        no_communes = ""
        if parent.kind == UnitKind.DISTRICT and UnitKind.COMMUNE in allowed:
            no_communes = " Huyện không có xã (huyện đảo) thì thêm trước một đơn vị cấp xã mang tên huyện."
        return (
            f"{UnitKind(unit.kind).label} “{unit.name}” không thể trực thuộc {UnitKind(parent.kind).label} "
            f"“{parent.name}”; chỉ trực thuộc: {kinds}.{no_communes}"
        )
    if unit.opened_on < parent.opened_on or (parent.closed_on and unit.opened_on > parent.closed_on):
        return (
            f"“{unit.name}” bắt đầu ngày {unit.opened_on:%d/%m/%Y}, khi “{parent.name}” không hoạt động "
            f"(từ {parent.opened_on:%d/%m/%Y}). Hãy sửa ngày hoặc đơn vị quản lý."
        )
    return ""


def _overlap(one: Unit, other: Unit) -> bool:
    return (not one.closed_on or other.opened_on <= one.closed_on) and (
        not other.closed_on or one.opened_on <= other.closed_on
    )


def _twice(found: UnitFile) -> None:
    codes: dict[tuple, list[UnitRow]] = {}
    names: dict[tuple, list[UnitRow]] = {}
    for row in found.rows:
        if row.unit.code:
            same = codes.setdefault((row.unit.kind, row.unit.code), [])
            if first := next((item for item in same if _overlap(item.unit, row.unit)), None):
                found.refuse(
                    row, f"Mã số {row.unit.code} trùng dòng {first.number} (“{first.unit.name}”) trong cùng thời gian."
                )
                continue
            same.append(row)
        same = names.setdefault((row.unit.kind, row.parent_key, text.match_key(row.unit.name)), [])
        if first := next((item for item in same if _overlap(item.unit, row.unit)), None):
            found.refuse(row, f"“{row.unit.name}” trùng dòng {first.number}. Hãy xoá một dòng hoặc sửa tên.")
        same.append(row)


def _match(found: UnitFile, here: Here) -> None:
    """Fill `existing` of the rows that are already here; a code or a name used by another unit is a problem."""
    for kinds in DEPTHS:
        wave = [row for row in found.rows if row.unit.kind in kinds]
        if not wave:
            continue
        parents = {row.number: _existing_parent(row) for row in wave}
        by_code: dict[tuple, list[Unit]] = {}
        for unit in here.all.filter(kind__in=kinds, code__in={row.unit.code for row in wave} - {""}):
            by_code.setdefault((unit.kind, unit.code), []).append(unit)
        by_name: dict[tuple, list[Unit]] = {}
        under = Q(parent__in={pk for pk in parents.values() if pk}) | Q(parent=None)
        for unit in here.all.filter(under, kind__in=kinds):
            by_name.setdefault((unit.kind, unit.parent_id, text.match_key(unit.name)), []).append(unit)
        for row in wave:
            _match_row(found, row, parents[row.number], by_code, by_name)


def _existing_parent(row: UnitRow) -> int | None:
    parent = row.parent.existing if isinstance(row.parent, UnitRow) else row.parent
    return parent.pk if parent else None


def _match_row(found: UnitFile, row: UnitRow, parent: int | None, by_code: dict, by_name: dict) -> None:
    unit, name = row.unit, text.match_key(row.unit.name)
    same_code = next((other for other in by_code.get((unit.kind, unit.code), []) if _overlap(unit, other)), None)
    same_name = next((other for other in by_name.get((unit.kind, parent, name), []) if _overlap(unit, other)), None)
    if same_code and (same_code.parent_id != parent or text.match_key(same_code.name) != name):
        found.refuse(
            row,
            f"Mã số {unit.code} đang là của “{same_code.name}” (từ {same_code.opened_on:%d/%m/%Y}). "
            "Hãy kiểm tra lại mã; đổi tên hoặc sáp nhập thì làm ở trang Sắp xếp đơn vị.",
        )
    elif not same_code and same_name and unit.code and same_name.code:
        found.refuse(
            row, f"“{same_name.name}” đã có với mã số {same_name.code}, tệp ghi {unit.code}. Hãy kiểm tra lại mã."
        )
    else:
        row.existing = same_code or same_name
        if row.existing and row.existing.name != unit.name:
            told = (
                f"Dòng {row.number}: “{unit.name}” được hiểu là “{row.existing.name}” đã có trên cổng; giữ tên đã có."
            )
            found.notes.append(told)
