"""A file of committees: its columns, which committee a row means, every problem by row. Writes nothing."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from portal.core.lists import chunks
from portal.core.rows.locking import hold_rows, keep_out_writers
from portal.core.sheets.cells import read_choice, read_date
from portal.core.sheets.templates import Cells, FileColumn, Template, labels_of
from portal.core.vietnamese import text

from ..enums import CommitteeKind, MajorityOf
from ..locks import hold_units
from ..models import Committee, Unit, User
from ..permissions import may_manage_people
from ..queries import tell_units_apart
from ..services import CommitteeRow, committee_fault, committee_name, day_fault, doubled_fault, same_in_time
from .keys import OWN_KEY, UNIT_KEY, Here, day_told, living, not_one
from .lines import Problems, lines_of

BOARD_KEY = "BCD"  # key of a committee that is already here, as the export writes it: BCD12
TEMPLATE = Template(
    "ban-chi-dao",
    "Ban Chỉ đạo",
    {
        "key": FileColumn("Khoá", help=f"Ban đã có: khoá {BOARD_KEY}… như tệp tải về. Ban mới: để trống."),
        "unit": FileColumn("Khoá đơn vị", Cells.CODE, UNIT_KEY, "07201", is_needed=True),
        "kind": FileColumn(
            "Loại Ban",
            Cells.CHOICE,
            example=CommitteeKind.B138.label,
            is_needed=True,
            choices=labels_of(CommitteeKind),
        ),
        "name": FileColumn(
            "Tên Ban Chỉ đạo",
            help=f"Để trống: cổng ghép loại Ban với tên đơn vị. Loại “{CommitteeKind.OTHER.label}” cần tên.",
        ),
        "quorum_percent": FileColumn("Dự họp trên (%)", Cells.WHOLE, "Từ 0 đến 99.", 50, is_needed=True),
        "approval_percent": FileColumn("Tán thành trên (%)", Cells.WHOLE, "Từ 0 đến 99.", 50, is_needed=True),
        "majority_of": FileColumn(
            "Tỷ lệ tán thành tính trên",
            Cells.CHOICE,
            f"Để trống ở Ban mới: {MajorityOf.PRESENT.label}.",
            MajorityOf.PRESENT.label,
            choices=labels_of(MajorityOf),
        ),
        "ground": FileColumn(
            "Căn cứ",
            help="Số, ngày của quyết định hoặc quy chế.",
            example="Quyết định 12/QĐ-UBND ngày 05/01/2026",
            is_needed=True,
        ),
        "valid_from": FileColumn("Từ ngày", Cells.DAY, example=date(2026, 1, 5), is_needed=True),
        "valid_to": FileColumn("Đến hết ngày", Cells.DAY, "Để trống nếu chưa biết."),
    },
    empty="Với Ban đã có, ô để trống giữ nguyên như đang ghi.",
)
COLUMNS, NEEDED = TEMPLATE.headings, TEMPLATE.needed
ByName = dict[tuple[int, str], list[Committee]]  # a unit's committees of one name, by its id and the name's key
SHOWN_ONLY = ("Đơn vị",)
HEADINGS = [*COLUMNS.values(), *SHOWN_ONLY]


def exported(committees: Iterable[Committee]) -> Iterator[list]:
    """Cells of the committees under HEADINGS; they come with their unit selected."""
    for chunk in chunks(committees):
        tell_units_apart(one.unit for one in chunk)
        for one in chunk:
            yield [
                *(f"{BOARD_KEY}{one.pk}", f"{OWN_KEY}{one.unit_id}", one.get_kind_display(), one.name),
                *(one.quorum_percent, one.approval_percent, one.get_majority_of_display(), one.ground),
                *(one.valid_from, one.valid_to, one.unit.listed_name),
            ]


@dataclass
class CommitteeFile(Problems):
    """What a file of committees says: the rows to write, those already here as they are changed, what is wrong."""

    rows: dict[int, CommitteeRow] = field(default_factory=dict)  # by their number in the file

    @property
    def new(self) -> list[CommitteeRow]:
        return [row for row in self.rows.values() if row.stored is None]

    @property
    def changed(self) -> list[CommitteeRow]:
        return [row for row in self.rows.values() if row.stored is not None and row.differs]


def read(data: bytes, file: str, user: User, *, to_write: bool = False) -> CommitteeFile:
    """Read and check the file with the rights of now; a committee already here is known by its BCD key, or by its
    unit and name. A cell left empty keeps what is stored. `to_write` holds its committees and keeps other founders
    out of its units until the transaction ends."""
    found = CommitteeFile(file)
    lines = lines_of(found, data, COLUMNS, needed=NEEDED, shown_only=SHOWN_ONLY, template=TEMPLATE)
    if found.problems:
        return found
    if to_write:
        hold_units()
    visible = Unit.objects.visible_to(user)
    units = Here(visible, visible).named({cells["unit"] for _, cells in lines} - {""})
    ids = {unit.pk for ones in units.values() for unit in ones}
    if to_write:
        keep_out_writers(Unit, ids)
    stored = list(hold_rows(Committee.objects.filter(unit__in=ids).select_related("unit"), to_write=to_write))
    by_key = {f"{BOARD_KEY}{one.pk}": one for one in stored}
    by_name: ByName = {}
    for one in stored:
        by_name.setdefault((one.unit_id, text.match_key(one.name)), []).append(one)
    for number, cells in lines:
        unit = _unit(found, number, cells, units, user)
        if unit is None:
            continue
        board = by_key.get(cells["key"])
        if re.fullmatch(rf"{BOARD_KEY}[0-9]+", cells["key"]) and (board is None or board.unit_id != unit.pk):
            found.refuse(number, f"Không thấy Ban “{cells['key']}” ở {unit}. Hãy để trống khoá nếu là Ban mới.")
            continue
        row = _row(found, number, cells, unit, board, by_name)
        if row is None:
            continue
        if sentence := committee_fault(row.made) or day_fault(row.stored, row.made):
            found.refuse(number, sentence)
        else:
            found.rows[number] = row
            found.stands(number, row.facts_before if row.stored else None, writes=row.differs)
    _refuse_doubled(found, stored)
    found.problems.sort(key=lambda problem: problem.row or 0)
    return found


def _refuse_doubled(found: CommitteeFile, stored: list[Committee]) -> None:
    """One name in one time is one committee of a unit, as the file leaves them."""
    changed = {row.stored.pk for row in found.rows.values() if row.stored}
    others: dict[int, list[Committee]] = {}
    for one in stored:
        if one.pk not in changed:
            others.setdefault(one.unit_id, []).append(one)
    before: dict[int, list[tuple[int, Committee]]] = {}
    for number, row in list(found.rows.items()):
        rows = before.setdefault(row.made.unit_id, [])
        first = next((at for at, one in rows if same_in_time(row.made, one)), None)
        sentence = doubled_fault(row.made, others.get(row.made.unit_id, ())) if row.differs else ""
        if first is not None:
            sentence = f"Trùng Ban với dòng {first}: cùng đơn vị, cùng tên. Hãy bỏ một dòng."
        if sentence:
            found.refuse(number, sentence)
            del found.rows[number]
        else:
            rows.append((number, row.made))


def _unit(
    found: CommitteeFile, number: int, cells: dict[str, str], units: dict[str, list[Unit]], user: User
) -> Unit | None:
    ones = living(units.get(cells["unit"], []), day_told(cells["valid_from"]))
    if len(ones) != 1:
        found.refuse(number, not_one(cells["unit"], ones))
        return None
    if not may_manage_people(user, ones[0]):
        found.refuse(number, f"Đồng chí không quản trị {ones[0]} nên không lập, sửa Ban ở đó được.")
        return None
    return ones[0]


def _called(by_name: ByName, unit: Unit, name: str, valid_from: str) -> Committee | None:
    """The unit's committee of the name that was not over by the day its row names; the last one where it names none.

    One that ended before it stays as it is: the row founds another.
    """
    held = by_name.get((unit.pk, text.match_key(name)), [])
    day = day_told(valid_from)
    lasting = [one for one in held if day is None or one.valid_to is None or one.valid_to >= day]
    if not lasting:
        return None
    return min(lasting, key=lambda one: one.valid_from) if day else lasting[-1]


class _Cells:
    """The cells of a row beside the committee they speak of: read one by one, what is not understood is told."""

    def __init__(self, cells: dict[str, str], board: Committee | None):
        self.cells, self.board = cells, board
        self.faults: list[str] = []

    def read(self, name: str, reader: Callable, *args: Any, otherwise: Any = None, **options: Any) -> Any:
        """The cell's value; an empty cell keeps what is stored, or gives `otherwise` where nothing is."""
        if not self.cells[name]:
            if self.board is not None:
                return getattr(self.board, name)
            if otherwise is not None:
                return otherwise
        try:
            return reader(*args, self.cells[name], COLUMNS[name], **options)
        except ValueError as wrong:
            self.faults.append(str(wrong))
            return None

    def words(self, name: str, most: int) -> str:
        value = text.clean(self.cells[name]) or (getattr(self.board, name) if self.board else "")
        if len(value) > most:
            self.faults.append(f"Cột “{COLUMNS[name]}” dài quá {most} chữ. Hãy viết gọn lại.")
        return value


def _row(
    found: CommitteeFile, number: int, cells: dict[str, str], unit: Unit, board: Committee | None, by_name: ByName
) -> CommitteeRow | None:
    """The row's committee, the stored one where it is here already; what is not understood is told."""
    if board is None and cells["name"]:
        board = _called(by_name, unit, cells["name"], cells["valid_from"])
    of = _Cells(cells, board)
    kind = of.read("kind", read_choice, CommitteeKind)
    rules = {
        "quorum_percent": of.read("quorum_percent", _percent),
        "approval_percent": of.read("approval_percent", _percent),
        "majority_of": of.read("majority_of", read_choice, MajorityOf, otherwise=MajorityOf.PRESENT),
        "ground": of.words("ground", 300),
    }
    days = {
        "valid_from": of.read("valid_from", read_date, required=True),
        "valid_to": of.read("valid_to", read_date, required=False),
    }
    name = of.words("name", 250)
    if not rules["ground"]:
        of.faults.append(f"Cột “{COLUMNS['ground']}” để trống. Hãy ghi số, ngày của quyết định hoặc quy chế.")
    if not name and kind == CommitteeKind.OTHER:
        of.faults.append(f"Loại “{CommitteeKind.OTHER.label}” cần tên ở cột “{COLUMNS['name']}”.")
    for sentence in of.faults:
        found.refuse(number, sentence)
    if of.faults:
        return None
    name = name or committee_name(kind, unit)
    stored = board or _called(by_name, unit, name, cells["valid_from"])
    return CommitteeRow(Committee(unit=unit, kind=kind, name=name, **rules, **days), stored)


def _percent(cell: str, column: str) -> int:
    found = re.fullmatch(r"([0-9]{1,2}) ?%?", cell.strip())
    if not found:
        raise ValueError(f"Không đọc được “{cell}” ở cột “{column}”. Hãy ghi một số nguyên từ 0 đến 99, ví dụ 50.")
    return int(found[1])
