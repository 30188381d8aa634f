"""Seats on committees: given, replaced, ended."""

import itertools
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import IntegrityError, transaction
from django.db.models import prefetch_related_objects

from portal.core.errors import Refused
from portal.core.rows.facts import store_again
from portal.core.rows.locking import hold_rows, lock_row
from portal.core.vietnamese import text

from ..locks import hold_units
from ..models import Committee, Seat, User
from ..permissions import may_seat
from .people import overlapping

BATCH = 500
SEAT_FIELDS = ["post", "host_post", "valid_from", "valid_to", "replaces"]
TAKEN = "Chức vụ này, vào Ban cùng ngày này, đã có trong danh sách. Hãy tải lại trang để xem trước khi thêm."


@dataclass
class SeatRow:
    """A seat to be written, stored or new, and the one it replaces: a stored seat or another row of the call."""

    seat: Seat
    replaces: "SeatRow | Seat | None" = None

    @property
    def before(self) -> Seat | None:
        return self.replaces.seat if isinstance(self.replaces, SeatRow) else self.replaces


def seat_fault(row: SeatRow) -> str:
    """What is wrong with the seat beside its committee and the seat it replaces; empty when nothing is. No query."""
    seat, before = row.seat, row.before
    if not seat.user_id and not seat.host_post:
        return "Chưa ghi chức vụ ở cơ quan. Ghế không có tài khoản được gọi tên bằng chức vụ đó, ví dụ: Bí thư chi bộ."
    if sentence := seat_days_fault(seat):
        return sentence
    if before is None:
        return ""
    if before.committee_id != seat.committee_id:
        return f"“{before}” là thành viên của Ban khác nên không thay được. Hãy sửa lại người được thay."
    if before.valid_from >= seat.valid_from:
        return f"“{before}” vào Ban ngày {before.valid_from:%d/%m/%Y}, phải trước ngày của người thay."
    if before.valid_to and before.valid_to >= seat.valid_from:
        return f"“{before}” còn giữ đến {before.valid_to:%d/%m/%Y}. Người thay phải vào sau ngày đó."
    return ""


def seat_days_fault(seat: Seat) -> str:
    """What is wrong with the seat's days, alone and beside its committee's; empty when nothing is. No query."""
    board = seat.committee
    if seat.valid_to and seat.valid_to < seat.valid_from:
        return f"Ngày cuối cùng {seat.valid_to:%d/%m/%Y} trước ngày vào {seat.valid_from:%d/%m/%Y}. Hãy sửa lại."
    if seat.valid_from < board.valid_from or (board.valid_to and seat.valid_from > board.valid_to):
        until = f" đến {board.valid_to:%d/%m/%Y}" if board.valid_to else ""
        return f"{board} hoạt động từ {board.valid_from:%d/%m/%Y}{until}. Hãy sửa lại ngày vào."
    if board.valid_to and seat.valid_to and seat.valid_to > board.valid_to:
        return f"{board} hoạt động đến {board.valid_to:%d/%m/%Y}. Hãy sửa lại ngày cuối cùng, hoặc để trống."
    return ""


def held_twice(seats: Iterable[Seat]) -> list[tuple[Seat, Seat]]:
    """Pairs of seats that one account has on one committee on some day."""
    held: dict[tuple[int, int], list[Seat]] = defaultdict(list)
    for one in seats:
        if one.user_id:
            held[one.committee_id, one.user_id].append(one)
    pairs = []
    for ones in held.values():
        ones.sort(key=lambda seat: seat.valid_from)
        pairs += [
            (one, after)
            for one, after in itertools.pairwise(ones)
            if one.valid_to is None or one.valid_to >= after.valid_from
        ]
    return pairs


@transaction.atomic
def seat(
    committee: Committee,
    user: User | None,
    post: str,
    *,
    by: User | None,
    valid_from: date,
    valid_to: date | None = None,
    host_post: str = "",
    replaces: Seat | None = None,
) -> Seat:
    """Give a seat on the committee to a person, or to an official post without an account.

    The seat it replaces ends the day before when no end was named. Raises Refused outside the giver's place, for a
    second seat of one person or one post, also when two give it at once, for days that do not fit.
    """
    hold_units()
    lock_row(Committee.objects, committee.pk)
    if user is not None and committee.seats.filter(overlapping(valid_from, valid_to), user=user).exists():
        raise Refused(f"{user} đã là thành viên của Ban trong thời gian này.")
    made = Seat(
        committee=committee,
        user=user,
        post=text.clean(post),
        host_post=text.clean(host_post),
        valid_from=valid_from,
        valid_to=valid_to,
    )
    write_seats([SeatRow(made, replaces)], by=by)
    return made


def _refuse_stranger(seats: Iterable[Seat], by: User | None) -> None:
    for board in {one.committee_id: one.committee for one in seats}.values():
        if by is not None and not may_seat(by, board):
            raise Refused(f"Đồng chí không quản trị {board.unit} nên không thay đổi thành viên của Ban được.")


def _take_boards(rows: Sequence[SeatRow]) -> None:
    """Let the rows name their committees as they stand, and stay until the transaction ends."""
    wanted = Committee.objects.filter(pk__in={row.seat.committee_id for row in rows}).select_related("unit")
    boards = {board.pk: board for board in hold_rows(wanted, to_write=True)}
    for row in rows:
        row.seat.committee = boards[row.seat.committee_id]


def _refuse_held_twice(written: Sequence[Seat]) -> None:
    """Raises Refused where an account would sit twice on one committee in one time. One query."""
    people = {one.user_id for one in written if one.user_id}
    boards = {one.committee_id for one in written if one.user_id}
    others = Seat.objects.filter(committee__in=boards, user__in=people).exclude(pk__in=[one.pk for one in written])
    if twice := held_twice([*written, *(others if people else ())]):
        raise Refused(f"{twice[0][0].user} đã là thành viên của Ban trong thời gian này.")


@transaction.atomic
def write_seats(rows: Iterable[SeatRow], *, by: User | None) -> None:
    """Add or rewrite the seats, all of them or none; a seat replaced without an end ends the day before, one on a
    committee that ends ends with it.

    `by` is None for the command line only. Statements grow with batches. Raises Refused with the first thing wrong.
    """
    rows = list(rows)
    hold_units()
    _take_boards(rows)
    _refuse_stranger([row.seat for row in rows], by)
    ended = []
    for row in rows:
        if sentence := seat_fault(row):
            raise Refused(sentence)
        if (before := row.before) is not None and before.valid_to is None:
            before.valid_to = row.seat.valid_from - timedelta(days=1)
            ended.append(before)
    for row in rows:  # once every one that is replaced has its end
        row.seat.valid_to = row.seat.valid_to or row.seat.committee.valid_to
    _refuse_held_twice([*(row.seat for row in rows), *ended])
    try:
        with transaction.atomic():
            Seat.objects.bulk_create([row.seat for row in rows if row.seat.pk is None], batch_size=BATCH)
            for row in rows:
                row.seat.replaces = row.before
            Seat.objects.bulk_update([row.seat for row in rows], SEAT_FIELDS, batch_size=BATCH)
            Seat.objects.bulk_update(ended, ["valid_to"], batch_size=BATCH)
    except IntegrityError as failure:
        if "replaces" in str(failure):  # the key's name on PostgreSQL, its column on SQLite
            raise Refused("Một người chỉ được một người thay. Hãy kiểm tra lại ai thay ai.") from None
        raise Refused(TAKEN) from None


@transaction.atomic
def end_seat(taken: Seat, *, by: User | None, on: date) -> Seat:
    """Let `on` be the last day of the seat."""
    taken = lock_row(Seat.objects.select_related("committee__unit"), taken.pk)
    if by is not None and not may_seat(by, taken.committee):
        raise Refused(f"Đồng chí không quản trị {taken.committee.unit} nên không thay đổi thành viên của Ban được.")
    if on < taken.valid_from:
        raise Refused(f"Người này vào Ban từ {taken.valid_from:%d/%m/%Y}. Hãy chọn ngày sau đó.")
    taken.valid_to = on
    taken.save(update_fields=["valid_to"])
    return taken


@transaction.atomic
def take_back_seats(made: Sequence[Seat], then: Sequence[Seat], *, by: User) -> None:
    """Take off seats a file made and write others as they were before it; statements grow with batches.

    Raises Refused for a committee whose members the writer does not name.
    """
    rows = [*made, *then]
    prefetch_related_objects(rows, "committee__unit")
    _refuse_stranger(rows, by)
    store_again(then)
    ids = [row.pk for row in made]
    for start in range(0, len(ids), BATCH):  # one of the file may replace another
        Seat.objects.filter(pk__in=ids[start : start + BATCH]).update(replaces=None)
    for start in range(0, len(ids), BATCH):
        Seat.objects.filter(pk__in=ids[start : start + BATCH]).delete()
