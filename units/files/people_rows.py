"""A file of people: accounts with their first placement and, where one is named, a seat. Writes nothing."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date

from django.utils import timezone

from portal.core.lists import chunks
from portal.core.sheets.cells import read_choice, read_date
from portal.core.sheets.templates import Cells, FileColumn, Template, labels_of
from portal.core.vietnamese import text

from .. import services
from ..enums import Role
from ..models import Committee, Placement, Seat, Unit, User
from ..permissions import may_manage_people
from ..queries import tell_units_apart
from ..services import PersonRow
from .keys import OWN_KEY, UNIT_KEY, Here, day_told, living, not_one
from .lines import Problems, lines_of

TEMPLATE = Template(
    "nguoi-dung",
    "Người dùng",
    {
        "username": FileColumn(
            "Tên đăng nhập",
            help="Chữ không dấu, chữ số và @ . + - _, mỗi người một tên. Người đã có cùng phân công: giữ nguyên.",
            example="canbo.tandinh",
            is_needed=True,
        ),
        "post": FileColumn(
            "Chức danh",
            help="Ghi chức danh, không ghi tên người.",
            example="Cán bộ Công an xã Tân Dĩnh",
            is_needed=True,
        ),
        "unit": FileColumn("Khoá đơn vị", Cells.CODE, UNIT_KEY, "07201", is_needed=True),
        "role": FileColumn(
            "Vai trò", Cells.CHOICE, example=Role.OFFICER.label, is_needed=True, choices=labels_of(Role)
        ),
        "valid_from": FileColumn("Từ ngày", Cells.DAY, example=date(2026, 1, 1), is_needed=True),
        "valid_to": FileColumn("Đến hết ngày", Cells.DAY, "Để trống nếu chưa biết."),
        "acting_for": FileColumn("Thay cho", help="Chức danh của người được thay, chỉ ghi khi làm thay."),
        "board": FileColumn(
            "Tên Ban Chỉ đạo",
            help="Chỉ ghi khi người đó là thành viên Ban; để trống nếu nơi đó có đúng một Ban.",
        ),
        "board_post": FileColumn(
            "Chức vụ trong Ban",
            help="Ví dụ: Phó Trưởng ban Thường trực. Để trống nếu không là thành viên.",
        ),
    },
    empty="Ô không bắt buộc để trống khi không có. Người đã có với cùng phân công được giữ nguyên.",
)
COLUMNS, NEEDED = TEMPLATE.headings, TEMPLATE.needed
SHOWN_ONLY = ("Đơn vị",)
HEADINGS = [*COLUMNS.values(), *SHOWN_ONLY]
LONGEST = {"username": 150, "post": 200, "acting_for": 200, "board_post": 100}
OWN = "Không tự phân công cho chính mình. Hãy bỏ dòng này và đề nghị một quản trị viên khác."
TAKEN = (
    "Tên đăng nhập “{}” đã có người dùng. Hãy đặt tên khác; "
    "để phân công thêm cho người đã có tài khoản, mở trang của người đó."
)


def exported(placements: Iterable[Placement]) -> Iterator[list]:
    """Cells of the placements under HEADINGS; they come with their person and unit selected. Seats have their own
    file."""
    for chunk in chunks(placements):
        tell_units_apart(one.unit for one in chunk)
        for one in chunk:
            yield [
                *(one.user.username, one.user.post, f"{OWN_KEY}{one.unit_id}", one.get_role_display()),
                *(one.valid_from, one.valid_to, one.acting_for, "", "", one.unit.listed_name),
            ]


@dataclass
class PersonFile(Problems):
    """What a file of people says: the rows by their number, and what is wrong."""

    rows: dict[int, PersonRow] = field(default_factory=dict)

    @property
    def new(self) -> list[PersonRow]:
        return [row for row in self.rows.values() if row.is_new]

    @property
    def posts_kept(self) -> int:
        """How many known people the file calls by another post than they keep."""
        return sum(bool(row.post_told) for row in self.rows.values())

    @property
    def seats(self) -> list[PersonRow]:
        return [row for row in self.rows.values() if row.seat is not None]


def read(data: bytes, file: str, user: User) -> PersonFile:
    """Read and check the file with the rights of now. A person who is here with the very same placement is found and
    left; any other name in use is refused."""
    found = PersonFile(file)
    lines = lines_of(found, data, COLUMNS, needed=NEEDED, shown_only=SHOWN_ONLY, template=TEMPLATE)
    if found.problems:
        return found
    here = _Known(lines, user)
    seen: dict[str, int] = {}
    for number, cells in lines:
        row = _row(found, number, cells, here)
        if row is None:
            continue
        first = seen.setdefault(row.user.username.lower(), number)
        if first != number and row.is_new:
            found.refuse(number, f"Tên đăng nhập “{row.user.username}” đã có ở dòng {first}. Hãy đặt tên khác.")
        elif row.is_new and (sentence := services.placement_fault(row.placement, user)):
            found.refuse(number, sentence)
        else:
            _sit(found, number, cells, row, here)
            found.rows[number] = row
    found.problems.sort(key=lambda problem: problem.row or 0)
    return found


class _Known:
    """What the rows may name: units, accounts with their placements, committees with the seats held there."""

    def __init__(self, lines: list[tuple[int, dict[str, str]]], user: User):
        self.user = user
        visible = Unit.objects.visible_to(user)
        self.units = Here(visible, visible).named({cells["unit"] for _, cells in lines} - {""})
        self.people = services.taken_names([cells["username"] for _, cells in lines])
        ids = [unit.pk for ones in self.units.values() for unit in ones]
        placements = Placement.objects.filter(unit__in=ids, user__in=self.people.values(), withdrawn_at=None)
        self.placed = {(one.user_id, one.unit_id, one.role, one.valid_from, one.valid_to) for one in placements}
        self.boards: dict[int, list[Committee]] = {}
        self.held: dict[tuple[int, int], list[Seat]] = {}
        if any(cells["board"] or cells["board_post"] for _, cells in lines):
            for board in Committee.objects.filter(unit__in=ids).select_related("unit").order_by("pk"):
                self.boards.setdefault(board.unit_id, []).append(board)
            for seat in Seat.objects.filter(committee__unit__in=ids, user__in=self.people.values()):
                self.held.setdefault((seat.committee_id, seat.user_id or 0), []).append(seat)


def _row(found: PersonFile, number: int, cells: dict[str, str], here: _Known) -> PersonRow | None:
    """The account and placement of the cells; what is not understood is told."""
    faults: list[str] = []
    unit = _unit(faults, cells, here)
    days: dict[str, date | None] = {}
    role = ""
    try:
        role = read_choice(Role, cells["role"], COLUMNS["role"])
    except ValueError as wrong:
        faults.append(str(wrong))
    for name in ("valid_from", "valid_to"):
        try:
            days[name] = read_date(cells[name], COLUMNS[name], required=name == "valid_from")
        except ValueError as wrong:
            faults.append(str(wrong))
    words = {name: text.clean(cells[name]) for name in LONGEST}
    faults += [
        f"Cột “{COLUMNS[name]}” dài quá {most} chữ. Hãy viết gọn lại."
        for name, most in LONGEST.items()
        if len(words[name]) > most
    ]
    if not words["post"]:
        faults.append(f"Cột “{COLUMNS['post']}” để trống. Hãy ghi chức danh, không ghi tên người.")
    if len(words["username"]) <= LONGEST["username"] and (fault := services.name_fault(words["username"])):
        faults.append(fault)
    for sentence in faults:
        found.refuse(number, sentence)
    if faults or unit is None:
        return None
    stored = here.people.get(words["username"].lower())
    key = (stored.pk if stored else None, unit.pk, role, days["valid_from"], days["valid_to"])
    if stored is not None and key not in here.placed:
        found.refuse(number, OWN if stored.pk == here.user.pk else TAKEN.format(words["username"]))
        return None
    person = stored or User(username=words["username"], post=words["post"])
    placement = Placement(user=person, unit=unit, role=role, acting_for=words["acting_for"], **days)
    return PersonRow(placement, post_told="" if person.post == words["post"] else words["post"])


def _unit(faults: list[str], cells: dict[str, str], here: _Known) -> Unit | None:
    ones = living(here.units.get(cells["unit"], []), day_told(cells["valid_from"]))
    if len(ones) != 1:
        faults.append(not_one(cells["unit"], ones))
        return None
    (unit,) = ones
    if not may_manage_people(here.user, unit):
        faults.append(f"Đồng chí không quản trị {unit} nên không phân công ở đó được. Hãy bỏ dòng này.")
    elif unit.closed_on and unit.closed_on < timezone.localdate():
        faults.append(f"{unit} đã kết thúc ngày {unit.closed_on:%d/%m/%Y}. {_instead(cells['unit'], here)}")
    return unit


def _instead(key: str, here: _Known) -> str:
    """What to write in place of a unit that ended: where another bears its code today, the day was the mistake."""
    if heir := next((one for one in here.units.get(key, []) if not one.is_over), None):
        since = f"{heir.opened_on:%d/%m/%Y}"
        return f"Mã “{key}” từ ngày {since} là của {heir}: hãy ghi “{COLUMNS['valid_from']}” từ ngày đó."
    return "Hãy ghi đơn vị kế thừa."


def _sit(found: PersonFile, number: int, cells: dict[str, str], row: PersonRow, here: _Known) -> None:
    """Give the row the seat its cells name, with the placement's days; one that is held already is left."""
    name, post, placement = cells["board"], text.clean(cells["board_post"]), row.placement
    if not name and not post:
        return
    boards = here.boards.get(placement.unit.pk, [])
    if name:
        boards = [board for board in boards if text.match_key(board.name) == text.match_key(name)]
    if not post:
        found.refuse(number, f"Cột “{COLUMNS['board_post']}” để trống. Hãy ghi, ví dụ: Thành viên.")
    elif len(boards) != 1:
        what = "có nhiều Ban Chỉ đạo" if boards else f"không có Ban Chỉ đạo{f' tên “{name}”' if name else ''}"
        found.refuse(
            number, f"{placement.unit} {what}. Hãy ghi đúng cột “{COLUMNS['board']}”, hoặc lập Ban trước khi nhập."
        )
    elif not any(_meets(placement, seat) for seat in here.held.get((boards[0].pk, row.user.pk or 0), [])):
        days = {"valid_from": placement.valid_from, "valid_to": placement.valid_to}
        row.seat = Seat(committee=boards[0], post=post, **days)
        if sentence := services.seat_days_fault(row.seat):
            found.refuse(number, sentence)


def _meets(placement: Placement, seat: Seat) -> bool:
    """Whether the two share a day."""
    last, end = placement.valid_to or date.max, seat.valid_to or date.max
    return placement.valid_from <= end and seat.valid_from <= last
