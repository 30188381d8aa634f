"""A file of committee seats: its columns, how its rows name each other, every problem by row. Writes nothing."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from portal.core.lists import chunks
from portal.core.rows.locking import hold_rows
from portal.core.sheets.cells import read_date
from portal.core.sheets.templates import Cells, FileColumn, Template
from portal.core.vietnamese import text

from .. import services
from ..locks import hold_units
from ..models import Committee, Seat, Unit, User
from ..permissions import may_seat
from ..queries import tell_units_apart
from ..services import SeatRow
from .keys import OWN_KEY, UNIT_KEY, Here, day_told, living, not_one
from .lines import Problems, clears, lines_of

SEAT_KEY = "TV"  # key of a seat that is already here, as the export writes it: TV12
TEMPLATE = Template(
    "thanh-vien-ban-chi-dao",
    "Thành viên Ban Chỉ đạo",
    {
        "key": FileColumn(
            "Khoá",
            help=f"Người đã có: khoá {SEAT_KEY}… như tệp tải về. Người mới: để trống, hoặc đặt để dòng khác gọi tới.",
        ),
        "unit": FileColumn("Khoá đơn vị", Cells.CODE, f"Nơi có Ban. {UNIT_KEY}", "07201", is_needed=True),
        "board": FileColumn("Tên Ban Chỉ đạo", help="Để trống nếu nơi đó có đúng một Ban."),
        "post": FileColumn("Chức vụ trong Ban", example="Thành viên", is_needed=True),
        "host_post": FileColumn(
            "Chức vụ ở cơ quan",
            help="Chức vụ, không ghi tên người; bắt buộc với người không có tài khoản.",
            example="Chủ tịch Ủy ban Mặt trận Tổ quốc xã",
        ),
        "valid_from": FileColumn("Từ ngày", Cells.DAY, example=date(2026, 2, 1), is_needed=True),
        "valid_to": FileColumn("Đến hết ngày", Cells.DAY, "Để trống nếu chưa biết.", may_clear=True),
        "replaces": FileColumn(
            "Thay cho khoá",
            help="Khoá của người được thay; người đó thôi giữ vào hôm trước nếu chưa ghi ngày cuối cùng.",
        ),
    },
    empty="Với người đã có, cột không có trong tệp và ô để trống giữ nguyên như đang ghi.",
)
COLUMNS, NEEDED = TEMPLATE.headings, TEMPLATE.needed
SHOWN_ONLY = ("Đơn vị", "Tài khoản")
HEADINGS = [*COLUMNS.values(), *SHOWN_ONLY]


def exported(seats: Iterable[Seat]) -> Iterator[list]:
    """Cells of the seats under HEADINGS; they come with their committee, its unit and the account selected."""
    for chunk in chunks(seats):
        tell_units_apart(seat.committee.unit for seat in chunk)
        for seat in chunk:
            board = seat.committee
            yield [
                *(f"{SEAT_KEY}{seat.pk}", f"{OWN_KEY}{board.unit_id}", board.name, seat.post, seat.host_post),
                *(seat.valid_from, seat.valid_to, f"{SEAT_KEY}{seat.replaces_id}" if seat.replaces_id else ""),
                *(board.unit.listed_name, str(seat.user) if seat.user_id else ""),
            ]


@dataclass
class SeatFile(Problems):
    """What a file of seats says: the rows to write, how many of them are new, and what is wrong."""

    rows: dict[int, SeatRow] = field(default_factory=dict)  # by their number in the file

    @property
    def new(self) -> list[tuple[int, SeatRow]]:
        return [(number, row) for number, row in self.rows.items() if row.seat.pk is None]


def read(data: bytes, file: str, user: User, *, to_write: bool = False) -> SeatFile:
    """Read and check the file with the rights of now; a seat already here is known by its TV key, or by its
    committee, posts and first day. `to_write` holds its committees and their seats until the transaction ends."""
    found = SeatFile(file)
    lines = lines_of(found, data, COLUMNS, needed=NEEDED, shown_only=SHOWN_ONLY, template=TEMPLATE)
    if found.problems:
        return found
    boards = _boards(found, lines, user, to_write=to_write)
    seats = Seat.objects.filter(committee__in={board.pk for board in boards.values()})
    stored = list(hold_rows(seats.select_related("committee__unit", "user", "replaces"), to_write=to_write))
    here = _Known(stored)
    facts = {seat.pk: _facts(seat) for seat in stored}
    by_key: dict[str, SeatRow] = {}
    for number, cells in lines:
        if number in boards and (row := _row(found, number, cells, boards[number], here)):
            found.rows[number] = row
            key = cells["key"]
            if key and by_key.setdefault(key, row) is not row:
                found.refuse(number, f"Khoá “{key}” đã dùng ở dòng trên. Hãy đặt khoá khác.")
    keys = {cells["key"] for _, cells in lines} - {""}
    for number, cells in lines:
        if row := found.rows.get(number):
            _link(found, number, cells["replaces"], row, by_key, keys, here)
    _stand(found, facts)
    _refuse_held_twice(found, stored)
    replaced: dict[int, int] = {}
    told: dict[tuple, int] = {}
    for number, row in found.rows.items():
        if row.seat.pk is None and (first := told.setdefault(here.words(row.seat), number)) != number:
            found.refuse(number, f"Trùng chức vụ và ngày vào Ban với dòng {first}. Hãy bỏ một dòng hoặc ghi rõ hơn.")
            continue
        if sentence := services.seat_fault(row):
            found.refuse(number, sentence)
            continue
        before = row.before
        if before is not None and (first := replaced.setdefault(id(before), number)) != number:
            found.refuse(number, f"“{before}” đã được thay ở dòng {first}. Một người chỉ được một người thay.")
        elif before is not None and before.pk and here.replaced_by.get(before.pk, row.seat.pk) != row.seat.pk:
            found.refuse(number, f"“{before}” đã có người thay. Hãy sửa lại khoá ở cột “{COLUMNS['replaces']}”.")
    found.problems.sort(key=lambda problem: problem.row or 0)
    return found


def _refuse_held_twice(found: SeatFile, stored: list[Seat]) -> None:
    """`stored` are those of the file's committees, as the file has them by now."""
    numbers = {id(row.seat): number for number, row in found.rows.items()}
    for pair in services.held_twice(stored):
        number = next((numbers[id(one)] for one in reversed(pair) if id(one) in numbers), None)
        if number is not None:
            first, after = pair
            found.refuse(
                number,
                f"{after.user} là “{after.post}” của Ban từ {after.valid_from:%d/%m/%Y} nên không giữ thêm ghế "
                f"“{first.post}” trong cùng thời gian. Hãy sửa lại ngày.",
            )


def _facts(seat: Seat) -> list:
    return [getattr(seat, name) for name in ("post", "host_post", "valid_from", "valid_to", "replaces_id")]


def _stand(found: SeatFile, stored: dict[int, list]) -> None:
    """What is stored of each seat, and of the one it replaces: writing a row ends that one where it has no end."""
    named = {id(row.seat) for row in found.rows.values()}
    ended = {
        id(row.before): row.seat.valid_from - timedelta(days=1)
        for row in found.rows.values()
        if row.before is not None and row.before.valid_to is None
    }
    for number, row in found.rows.items():
        own, before = stored.get(row.seat.pk), row.before
        post, host_post, first, last, _ = _facts(row.seat)
        asked = [post, host_post, first, ended.get(id(row.seat), last), before.pk if before else None]
        ends = id(before) in ended and id(before) not in named  # one of the file is ended by its own row
        other = stored.get(before.pk) if before is not None and before.pk else None
        told = None if own is None and other is None else [own, other]
        found.stands(number, told, writes=own != asked or ends)


class _Known:
    """Stored seats by key and by what they are."""

    def __init__(self, stored: list[Seat]):
        self.by_key = {f"{SEAT_KEY}{seat.pk}": seat for seat in stored}
        self.by_words = {self.words(seat): seat for seat in stored if not seat.user_id}
        self.replaced_by = {seat.replaces_id: seat.pk for seat in stored if seat.replaces_id}

    @staticmethod
    def words(seat: Seat) -> tuple:
        return seat.committee_id, text.match_key(seat.post), text.match_key(seat.host_post), seat.valid_from


def _boards(found: SeatFile, lines, user: User, *, to_write: bool) -> dict[int, Committee]:
    """The committee of each row that names one the reader administers; the rest is told."""
    if to_write:
        hold_units()
    visible = Unit.objects.visible_to(user)
    units = Here(visible, visible).named({cells["unit"] for _, cells in lines} - {""})
    of_unit: dict[int, list[Committee]] = {}
    ids = {unit.pk for ones in units.values() for unit in ones}
    committees = Committee.objects.filter(unit__in=ids).select_related("unit").order_by("pk")
    for board in hold_rows(committees, to_write=to_write):
        of_unit.setdefault(board.unit_id, []).append(board)
    boards = {}
    for number, cells in lines:
        ones, name = living(units.get(cells["unit"], []), day_told(cells["valid_from"])), cells["board"]
        if len(ones) != 1:
            found.refuse(number, not_one(cells["unit"], ones))
            continue
        held = of_unit.get(ones[0].pk, [])
        if name:
            held = [board for board in held if text.match_key(board.name) == text.match_key(name)]
        if len(held) != 1:
            what = "có nhiều Ban Chỉ đạo" if held else f"không có Ban Chỉ đạo{f' tên “{name}”' if name else ''}"
            found.refuse(number, f"{ones[0]} {what}. Hãy ghi đúng cột “{COLUMNS['board']}” như tệp tải về.")
        elif not may_seat(user, held[0]):
            found.refuse(number, f"Đồng chí không quản trị {ones[0]} nên không thay đổi thành viên của Ban được.")
        else:
            boards[number] = held[0]
    return boards


def _row(found: SeatFile, number: int, cells: dict, board: Committee, here: _Known) -> SeatRow | None:
    """The seat of the cells, the stored one where it is here already; what is not understood is told."""
    faults = []
    days: dict[str, Any] = {}
    for name in ("valid_from", "valid_to"):
        try:
            cell = "" if clears(cells[name]) else cells[name]
            days[name] = read_date(cell, COLUMNS[name], required=name == "valid_from")
        except ValueError as wrong:
            faults.append(str(wrong))
    words = {name: text.clean(cells[name]) for name in ("post", "host_post")}
    if not words["post"]:
        faults.append(f"Cột “{COLUMNS['post']}” để trống. Hãy ghi, ví dụ: Thành viên.")
    for name, most in (("post", 100), ("host_post", 200)):
        if len(words[name]) > most:
            faults.append(f"Cột “{COLUMNS[name]}” dài quá {most} chữ. Hãy viết gọn lại.")
    seat = here.by_key.get(cells["key"])
    if seat is not None and seat.committee_id != board.pk:
        faults.append(f"Khoá “{cells['key']}” là ghế của Ban khác. Hãy để trống khoá nếu là người mới.")
    if seat is None and re.fullmatch(rf"{SEAT_KEY}[0-9]+", cells["key"]):
        faults.append(f"Không thấy ghế “{cells['key']}” trong Ban này. Hãy để trống khoá nếu là người mới.")
    if faults:
        for sentence in faults:
            found.refuse(number, sentence)
        return None
    if seat is None:
        seat = Seat(committee=board, **words, valid_from=days["valid_from"])
        seat = here.by_words.get(here.words(seat), seat)
    _tell(seat, words | days, cells)
    return SeatRow(seat)


def _tell(seat: Seat, values: dict[str, Any], cells: dict) -> None:
    """Give the seat what its row says; what the row does not say of a stored one stays."""
    for name, value in values.items():
        if cells[name] or seat.pk is None:
            setattr(seat, name, "" if isinstance(value, str) and clears(cells[name]) else value)


def _link(found: SeatFile, number: int, key: str, row: SeatRow, by_key: dict, keys: set[str], here: _Known) -> None:
    if not key:
        return
    before = by_key.get(key) or here.by_key.get(key)
    if before is None and key not in keys:  # a row with a fault of its own is told there
        found.refuse(number, f"Không thấy “{key}” để thay. Hãy ghi khoá của một dòng trong tệp hoặc khoá {SEAT_KEY}….")
    row.replaces = before
