"""The people of a file: accounts, placements and seats written in bulk, all of them or none."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.db.models import prefetch_related_objects
from django.db.models.functions import Lower

from portal.core.errors import Refused

from ..locks import hold_units
from ..models import Placement, Seat, Unit, User
from ..permissions import may_manage_people
from .people import placement_fault
from .seats import SeatRow, take_back_seats, write_seats

BATCH = 500


@dataclass
class PersonRow:
    """A person as a file has them: an account, new or stored; what is there already of the rest is None."""

    placement: Placement
    seat: Seat | None = None
    post_told: str = ""  # another post than the one a known person keeps

    @property
    def user(self) -> User:
        return self.placement.user

    @property
    def is_new(self) -> bool:
        return self.user.pk is None


def taken_names(names: Sequence[str]) -> dict[str, User]:
    """The accounts that hold one of the names, by the name in small letters; statements grow with batches."""
    held: dict[str, User] = {}
    wanted = sorted({name.lower() for name in names})
    for start in range(0, len(wanted), BATCH):
        found = User.objects.alias(small=Lower("username")).filter(small__in=wanted[start : start + BATCH])
        held |= {user.username.lower(): user for user in found}
    return held


@transaction.atomic
def write_people(rows: Sequence[PersonRow], hashes: Sequence[str], *, by: User) -> None:
    """Make the accounts that are new, each with its placement and the password of its hash, and the seats that are.

    `hashes` stand in the order of the new rows: hashing costs more than all the rest, so it is done before the
    transaction, and the units are read again. Raises Refused for a name taken since the file was read and for what
    `placement_fault` says.
    """
    hold_units()
    new = [row for row in rows if row.is_new]
    units = Unit.objects.in_bulk({row.placement.unit_id for row in new})
    for row in new:
        row.placement.unit = units.get(row.placement.unit_id, row.placement.unit)
    for row, password in zip(new, hashes, strict=True):
        if sentence := placement_fault(row.placement, by):
            raise Refused(sentence)
        row.user.password, row.user.must_change_password = password, True
        row.user.fill_search_key()
        row.placement.placed_by = by
    taken = taken_names([row.user.username for row in new])
    if taken:
        raise Refused(f"Tên đăng nhập “{min(taken)}” vừa có người dùng. Hãy chọn tên khác rồi gửi lại tệp.")
    try:
        with transaction.atomic():
            User.objects.bulk_create([row.user for row in new], batch_size=BATCH)
    except IntegrityError:  # another administrator took a name since the look
        raise Refused("Một tên đăng nhập trong tệp vừa có người dùng. Hãy gửi lại tệp để xem tên nào.") from None
    for row in new:
        row.placement.user = row.user  # with the key it was given
    Placement.objects.bulk_create([row.placement for row in new], batch_size=BATCH)
    seats = [(row.user, row.seat) for row in rows if row.seat is not None]
    for user, seat in seats:
        seat.user = user
    write_seats([SeatRow(seat) for _, seat in seats], by=by)


@transaction.atomic
def take_back_people(
    people: Sequence[User], placements: Sequence[Placement], seats: Sequence[Seat], *, by: User
) -> None:
    """Take off accounts that nobody has signed in with, their placements and seats; the caller knows that nothing leans
    on them. Statements grow with batches.

    Raises Refused for a placement outside the places the person administers.
    """
    prefetch_related_objects([*placements], "unit")
    if stranger := next((one for one in placements if not may_manage_people(by, one.unit)), None):
        raise Refused(f"Đồng chí không quản trị {stranger.unit} nên không bỏ phân công ở đó được.")
    take_back_seats(seats, [], by=by)
    for rows in (placements, people):
        ids = [row.pk for row in rows]
        for start in range(0, len(ids), BATCH):
            type(rows[0])._default_manager.filter(pk__in=ids[start : start + BATCH]).delete()
