"""A spreadsheet of changes: read whole, every problem with its row, and a draft written out the same way."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from portal.core.sheets.cells import read_choice, read_number
from portal.core.sheets.templates import Cells, FileColumn, Template, labels_of
from portal.core.vietnamese import text

from ..enums import ChangeAction, Subtype, UnitKind
from ..models import Change, Reorganisation, Unit
from .keys import OWN_KEY, UNIT_KEY, Here, living
from .lines import Problems, lines_of

TEMPLATE = Template(
    "phuong-an-sap-xep",
    "Phương án sắp xếp đơn vị",
    {
        "action": FileColumn(
            "Việc", Cells.CHOICE, example=ChangeAction.RENAME.label, is_needed=True, choices=labels_of(ChangeAction)
        ),
        "unit": FileColumn("Đơn vị", Cells.CODE, f"{UNIT_KEY} Để trống khi thành lập.", "07201", is_needed=True),
        "key": FileColumn("Khoá đơn vị mới", help="Chữ tự đặt, để dòng khác gọi tới đơn vị được thành lập."),
        "kind": FileColumn("Loại đơn vị", Cells.CHOICE, "Khi thành lập.", choices=labels_of(UnitKind)),
        "subtype": FileColumn(
            "Phân loại mới", Cells.CHOICE, "Khi thành lập hoặc đổi phân loại.", choices=labels_of(Subtype)
        ),
        "code": FileColumn("Mã số mới", Cells.CODE),
        "name": FileColumn("Tên mới", example="Xã Tân Dĩnh Đông"),
        "to": FileColumn(
            "Về đơn vị",
            Cells.CODE,
            "Khoá đơn vị mới của một dòng trong tệp, khoá DV… hoặc mã số của đơn vị đã có.",
            is_needed=True,
        ),
        "percent": FileColumn("Phần (%)", help="Một số lớn hơn 0, không quá 100, khi tách một phần."),
        "is_main": FileColumn("Phần chính", Cells.CHOICE, "Ghi x ở phần lớn nhất của đơn vị bị tách.", choices=("x",)),
    },
    empty="Các dòng trong tệp thay cho mọi dòng đang có của phương án; ô không dùng để trống.",
)
COLUMNS = TEMPLATE.headings
YES = {"x", "co", "1", "dung"}


@dataclass
class ChangeFile(Problems):
    """The changes a file holds, or what is wrong with it, row by row."""

    changes: list[Change] = field(default_factory=list)


def read(data: bytes, file: str, reform: Reorganisation) -> ChangeFile:
    """Changes of the file's rows for the draft, or every problem; writes nothing."""
    found = ChangeFile(file)
    cells = lines_of(found, data, COLUMNS, needed=TEMPLATE.needed, template=TEMPLATE)
    if found.problems:
        return found
    reachable = Unit.objects.filter(province__in=reform.provinces.all(), closed_on=None)
    wanted = {row.get(name, "") for _, row in cells for name in ("unit", "to")} - {""}
    here = {key: living(ones, eve_of(reform)) for key, ones in Here(reachable, reachable).named(wanted).items()}
    keys = {row["key"] for _, row in cells if row.get("key")}
    for number, row in cells:
        try:
            found.changes.append(_change(row, here, keys))
        except ValueError as wrong:
            found.refuse(number, str(wrong))
    return found


def _change(row: dict[str, str], here: dict[str, list[Unit]], keys: set[str]) -> Change:
    change = Change(action=read_choice(ChangeAction, row.get("action", ""), COLUMNS["action"]))
    change.unit = _unit(row.get("unit", ""), here, "Đơn vị")
    to = row.get("to", "")
    if to in keys:
        change.to_key = to
    else:
        change.to_unit = _unit(to, here, "Về đơn vị")
    change.key, change.code, change.name = row.get("key", ""), row.get("code", ""), text.clean(row.get("name", ""))
    for name, choices in (("kind", UnitKind), ("subtype", Subtype)):
        if row.get(name):
            setattr(change, name, read_choice(choices, row[name], COLUMNS[name]))
    change.percent = _percent(row.get("percent", ""))
    change.is_main = text.plain_key(row.get("is_main", "")) in YES
    return change


def eve_of(reform: Reorganisation) -> date:
    """The last day of the tree a reorganisation changes: its codes are those of that day."""
    return reform.effective_on - timedelta(days=1)


def _unit(named: str, here: dict[str, list[Unit]], column: str) -> Unit | None:
    if not named:
        return None
    units = here.get(named, [])
    if len(units) == 1:
        return units[0]
    if units:
        names = ", ".join(f"{unit} ({OWN_KEY}{unit.pk})" for unit in units)
        raise ValueError(f"Mã “{named}” là của nhiều đơn vị: {names}. Hãy ghi khoá {OWN_KEY}… thay cho mã.")
    raise ValueError(f"Cột “{column}”: không thấy “{named}” trong các tỉnh của phương án. Hãy ghi mã số hoặc khoá.")


def _percent(cell: str) -> Decimal | None:
    if not cell:
        return None
    found = read_number(cell.rstrip("% "), COLUMNS["percent"])
    if not 0 < found <= 100:
        raise ValueError(f"Phần “{cell}” phải lớn hơn 0 và không quá 100.")
    return found


def exported(changes: Iterable[Change]) -> Iterator[list[str]]:
    """Cells of the draft's lines under our columns; reading them back gives the same changes."""
    for change in changes:
        yield [
            *(change.get_action_display(), _key(change.unit), change.key),
            change.get_kind_display() if change.kind else "",
            change.get_subtype_display() if change.subtype else "",
            *(change.code, change.name, change.to_key or _key(change.to_unit)),
            f"{change.percent.normalize():f}".replace(".", ",") if change.percent is not None else "",
            "x" if change.is_main else "",
        ]


def _key(unit: Unit | None) -> str:
    return f"{OWN_KEY}{unit.pk}" if unit else ""
