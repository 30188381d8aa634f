"""A file of register rows: its columns, how its cells are read, every problem by row. Writes nothing."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import models

from portal.core.lists import chunks
from portal.core.rows.locking import keep_out_writers
from portal.core.sheets.cells import read_choice, read_date, read_whole
from portal.core.sheets.templates import Cells, FileColumn, Template
from portal.core.vietnamese import text

from ..locks import hold_units
from ..models import RegisterRow, Unit, User
from ..permissions import may_keep
from ..queries import tell_units_apart
from ..registers import Register, Sorted, fault_of, sort_rows, stored_by_key
from .keys import OWN_KEY, UNIT_KEY, Here, living
from .lines import Problems, clears, lines_of

UNIT = "Khoá đơn vị"
SHOWN_ONLY = ("Đơn vị", "Xã", "Huyện", "Dữ liệu mẫu")  # an export writes these, an import passes over them
KINDS = {models.DateField: Cells.DAY, models.IntegerField: Cells.WHOLE}
EXAMPLES: dict[str, str | int | date] = {
    "name": "Tổ bảo vệ thôn Đông",
    "founded_on": date(2024, 7, 1),
    "year": 2025,
    "groups": 3,
    "leaders": 3,
    "deputies": 3,
    "members": 12,
    "trained": 8,
    "planned": 12,
    "present": 12,
    "sites": 2,
    "teams": 2,
    "households": 120,
    "camera_households": 10,
    "workers": 0,
    "learners": 0,
}


def headings(register: Register) -> list[str]:
    """The columns an import reads, then those for the reader."""
    return [*template_of(register).columns, *SHOWN_ONLY]


def template_of(register: Register) -> Template:
    """The columns an import of the register reads, by their headings."""
    columns = [FileColumn(UNIT, Cells.CODE, UNIT_KEY, "07201", is_needed=True)]
    if register.holder:
        book = register.kept_in.title if register.kept_in else ""
        about = f"Tên như đã ghi ở sổ “{book}”."
        columns.append(
            FileColumn(register.label(register.holder), help=about, example=EXAMPLES["name"], is_needed=True)
        )
    columns += [_column(register, name) for name in register.columns]
    empty = "Dòng đã có được sửa theo tệp; ô để trống giữ nguyên điều đang ghi."
    if cleared := "”, “".join(column.heading for column in columns if column.may_clear):
        empty += f" Ghi “xoá” ở cột “{cleared}” để bỏ điều đang ghi."
    return Template(f"so-{register.slug}", register.title, {column.heading: column for column in columns}, empty)


def _column(register: Register, name: str) -> FileColumn:
    column, choices = register.field(name), tuple(str(label) for _, label in register.field(name).flatchoices)
    kind = Cells.CHOICE if choices else next((one for of, one in KINDS.items() if isinstance(column, of)), Cells.TEXT)
    return FileColumn(
        register.label(name),
        kind,
        help=str(column.help_text),
        example=choices[0] if choices else EXAMPLES.get(name, ""),
        is_needed=not _may_lack(column),
        choices=choices,
        may_clear=column.null,
    )


def exported(register: Register, rows: Iterable[RegisterRow]) -> Iterator[list]:
    """Cells of the rows under `headings`; rows come with `register.related()` selected. One query more a chunk, and
    one where units share a name."""
    for chunk in chunks(rows):
        tell_units_apart(row.place for row in chunk)
        for row in chunk:
            unit = row.place
            holder = [str(getattr(row, register.holder))] if register.holder else []
            above = [one.name if one else "" for one in (unit.commune, unit.district)]
            yield [f"{OWN_KEY}{unit.pk}", *holder, *register.values(row), unit.listed_name, *above, row.is_demo]


@dataclass
class RegisterFile(Problems):
    """The rows of a file, those whose cells were all understood, and what is wrong."""

    rows: dict[int, RegisterRow] = field(default_factory=dict)  # by their number in the file
    sorted: Sorted = field(default_factory=Sorted)


def read(register: Register, data: bytes, file: str, user: User, *, to_write: bool = False) -> RegisterFile:
    """Read and check the file with the rights of now; a row already here is matched by its place and key. `to_write`
    holds what is stored of its units and lets one file of theirs in at a time, until the transaction ends."""
    found = RegisterFile(file)
    lines = _lines(register, found, data)
    if found.problems:
        return found
    if to_write:
        hold_units()
    units = _units(found, {number: cells[UNIT] for number, cells in lines}, user)
    if to_write:
        keep_out_writers(Unit, (unit.pk for unit in units.values()))
    holders = _holders(register, units)
    told: dict[int, ToldRow] = {}
    seen: dict[tuple, int] = {}
    for number, cells in lines:
        row = _row(register, found, number, cells)
        unit = units.get(number)
        if unit is None or (register.holder and not _hold(register, found, number, cells, unit, holders, row.row)):
            continue
        if not register.holder:
            setattr(row.row, "unit", unit)  # noqa: B010 -- only rows without a holder have the field
        if not row.is_whole:
            continue
        if (first := seen.setdefault(register.key_of(row.row), number)) != number:
            found.refuse(number, f"Trùng với dòng {first}: cùng đơn vị, cùng {_key_words(register)}. Hãy bỏ một dòng.")
        else:
            told[number] = row
    stored = stored_by_key(register, (row.row for row in told.values()), to_write=to_write)
    for number, row in told.items():
        _fill(register, found, number, row, stored.get(register.key_of(row.row)))
    found.problems.sort(key=lambda problem: problem.row or 0)
    if not found.problems:
        found.sorted = sort_rows(register, found.rows.values(), stored)
        same = {id(row) for row in found.sorted.same}
        for number, one in found.rows.items():
            old = found.sorted.stored.get(one.pk) if one.pk else None
            found.stands(number, register.values(old) if old else None, writes=id(one) not in same)
    return found


def _fill(register: Register, found: RegisterFile, number: int, told: "ToldRow", old: RegisterRow | None) -> None:
    """Take what the file does not say from the stored row; a new row must say every cell its file has a column for."""
    for name, sentence in told.unsaid.items():
        if old is not None:
            setattr(told.row, name, getattr(old, name))
        elif sentence:
            found.refuse(number, sentence)
            return
    if sentence := fault_of(register, told.row):
        found.refuse(number, sentence)
    else:
        found.rows[number] = told.row


def _key_words(register: Register) -> str:
    return ", ".join(str(register.field(name).verbose_name) for name in (register.holder, *register.key) if name)


def _lines(register: Register, found: RegisterFile, data: bytes) -> list[tuple[int, dict[str, str]]]:
    """(row number, cells by heading); nothing where the file cannot be read, which is told."""
    template = template_of(register)
    return lines_of(
        found, data, template.headings, needed=template.needed, shown_only=SHOWN_ONLY, template=template, fill=False
    )


def _may_lack(column: Any) -> bool:
    return column.blank or column.has_default()


def _units(found: RegisterFile, keys: dict[int, str], user: User) -> dict[int, Unit]:
    """The unit of each row that names one the writer keeps; the rest is told."""
    visible = Unit.objects.visible_to(user).select_related("commune", "district")
    named = Here(visible, visible).named(set(keys.values()) - {""})
    units = {}
    for number, key in keys.items():
        ones = living(named.get(key, []), None)
        if not key:
            found.refuse(number, f"Cột “{UNIT}” để trống. Hãy ghi khoá {OWN_KEY}… (như tệp tải về) hoặc mã số của xã.")
        elif len(ones) > 1:
            names = ", ".join(f"{unit} ({OWN_KEY}{unit.pk})" for unit in ones)
            found.refuse(number, f"Mã “{key}” là của nhiều đơn vị: {names}. Hãy ghi khoá {OWN_KEY}… thay cho mã.")
        elif not ones:
            found.refuse(
                number,
                f"Không thấy đơn vị “{key}” trong phạm vi của đồng chí. Hãy ghi khoá {OWN_KEY}… như tệp tải về, hoặc "
                "mã số của xã, huyện, tỉnh, đủ cả số 0 ở đầu.",
            )
        elif not may_keep(user, ones[0]):
            found.refuse(number, f"Đồng chí không ghi sổ của {ones[0]} được. Hãy xoá dòng này khỏi tệp.")
        else:
            units[number] = ones[0]
    return units


def _holders(register: Register, units: dict[int, Unit]) -> dict[tuple[int, str], RegisterRow]:
    if not register.holder:
        return {}
    kept = register.field(register.holder).related_model._default_manager
    rows = kept.filter(unit__in={unit.pk for unit in units.values()}).select_related("unit")
    return {(row.unit_id, row.name_key): row for row in rows}


def _hold(register: Register, found: RegisterFile, number: int, cells: dict, unit: Unit, holders: dict, row) -> bool:
    """Hang the row on the team or model it names; says so when there is none."""
    name = cells[register.label(register.holder)]
    holder = holders.get((unit.pk, text.match_key(name)))
    if holder is None:
        book = register.kept_in.title if register.kept_in else ""
        wrong = f"không có “{name}”" if name else f"chưa ghi {register.field(register.holder).verbose_name}"
        found.refuse(number, f"{unit}: {wrong}. Hãy sửa tên cho đúng, hoặc ghi vào sổ “{book}” trước.")
        return False
    setattr(row, register.holder, holder)
    return True


@dataclass
class ToldRow:
    """A row with what its file says of it. `unsaid` are the other columns, each with the sentence that refuses a new
    row without it: none where the file has no such column or the row may do without."""

    row: RegisterRow
    unsaid: dict[str, str] = field(default_factory=dict)
    is_whole: bool = True  # every cell with something in it was understood


def _row(register: Register, found: RegisterFile, number: int, cells: dict[str, str]) -> ToldRow:
    """The row of the cells; what is not understood is told."""
    told = ToldRow(register.model())
    for name in register.columns:
        column, label = register.field(name), register.label(name)
        cell = cells.get(label)
        try:
            if cell:
                setattr(told.row, name, _value(column, label, cell))
            elif name in register.key:
                setattr(told.row, name, _value(column, label, ""))
            else:
                told.unsaid[name] = "" if cell is None else _why_needed(column, label)
        except ValueError as wrong:
            found.refuse(number, str(wrong))
            told.is_whole = False
    return told


def _why_needed(column, label: str) -> str:
    """The sentence for an empty cell of a new row; empty where the row may do without it."""
    try:
        _value(column, label, "")
    except ValueError as wrong:
        return str(wrong)
    return ""


def _value(column, label: str, cell: str):
    """The cell's value for the column; raises ValueError with the sentence."""
    if column.null and clears(cell):
        return None
    if column.choices:
        return read_choice(_Choices(column), cell, label)
    if isinstance(column, models.DateField):
        return read_date(cell, label, required=not column.null)
    if isinstance(column, models.IntegerField):
        return read_whole(cell, label)
    name = text.clean(cell)
    if not name:
        raise ValueError(f"Cột “{label}” để trống. Hãy điền {label.lower()}.")
    if len(name) > column.max_length:
        raise ValueError(f"Cột “{label}” dài {len(name)} chữ, tối đa {column.max_length}. Hãy viết gọn lại.")
    return name


class _Choices:
    """A column's choices as `read_choice` asks them."""

    def __init__(self, column):
        self.choices = column.flatchoices

    def __iter__(self):
        return (type("Choice", (), {"label": label}) for _, label in self.choices)
