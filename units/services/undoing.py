"""How each kind of file of this app is taken back."""

from functools import partial

from django.db import transaction
from django.db.models import prefetch_related_objects
from django.db.models.functions import Now

from portal.core.files import store

from ..locks import lock_units
from ..models import Committee, Placement, Seat, SlipSheet, Unit, User
from ..registers import REGISTERS, take_back_rows
from .committees import committee_fault, doubled_fault, take_back_committees
from .file_imports import TAKEN_BACK, Standing, WayBack
from .people_rows import take_back_people
from .seats import held_twice, take_back_seats
from .tree import take_back_units

ENDED = "{}: {} đã kết thúc ngày {:%d/%m/%Y}."
SITS = "{} đã giữ ghế khác của Ban trong cùng thời gian: {}; {}."
SIGNED_IN = "Tài khoản {} đã được đăng nhập sau khi nhập."


def _registers(found: Standing, by: User, reason: str) -> None:
    model = REGISTERS[found.record.slug].model
    take_back_rows(found.made_of(model), [one.then for one in found.changed_of(model)], by=by)


def _seats(found: Standing, by: User, reason: str) -> None:
    take_back_seats(found.made_of(Seat), [one.then for one in found.changed_of(Seat)], by=by)


def _committees(found: Standing, by: User, reason: str) -> None:
    changed = [(one.now, one.then) for one in found.changed_of(Committee)]
    seats = [one.then for one in found.changed_of(Seat)]
    take_back_committees(found.made_of(Committee), changed, seats, by=by, ground=f"Hoàn tác lần nhập từ tệp. {reason}")


def _units(found: Standing, by: User, reason: str) -> None:
    take_back_units(found.made_of(Unit), by=by)


def _people(found: Standing, by: User, reason: str) -> None:
    take_back_people(found.made_of(User), found.made_of(Placement), found.made_of(Seat), by=by)
    for sheet in SlipSheet.objects.select_for_update().waiting().filter(job=found.record.job):
        transaction.on_commit(partial(store.drop, sheet.sha256))
    SlipSheet.objects.waiting().filter(job=found.record.job).update(dropped_at=Now())


def _seats_fit(found: Standing) -> None:
    """Seats as they were before the file must still fit their committees, and the other seats of who holds them."""
    then = [one.then for one in found.changed_of(Seat)]
    prefetch_related_objects(then, "committee", "user")
    for seat in then:
        board = seat.committee
        if board.valid_to and (seat.valid_to is None or seat.valid_to > board.valid_to):
            found.refuse(partial(ENDED.format, seat, board, board.valid_to))
    taken = [one.pk for one in (*then, *found.made_of(Seat))]
    boards = {seat.committee_id for seat in then if seat.user_id}
    others = Seat.objects.filter(committee__in=boards, user__isnull=False).exclude(pk__in=taken).select_related("user")
    for one, after in held_twice([*then, *others]):
        found.refuse(partial(SITS.format, one.user, one, after))


def _committees_fit(found: Standing) -> None:
    """Committees as they were before the file must still fit their units, and the others founded there since."""
    then = [one.then for one in found.changed_of(Committee)]
    prefetch_related_objects(then, "unit")
    taken = [one.pk for one in (*then, *found.made_of(Committee))]
    units = {one.unit_id for one in then}
    others = Committee.objects.filter(unit__in=units).exclude(pk__in=taken)
    here: dict[int, list[Committee]] = {}
    for one in (*then, *others):
        here.setdefault(one.unit_id, []).append(one)
    for one in then:
        if sentence := committee_fault(one) or doubled_fault(one, here[one.unit_id]):
            found.refuse(partial(str, f"{one}: {sentence}"))


def _signed_in(found: Standing) -> None:
    """An account somebody has used stays: what they did is theirs."""
    for person in found.made_of(User):
        if person.last_login is not None:
            found.refuse(partial(SIGNED_IN.format, person.username))


TAKEN_BACK |= {
    "import_register": WayBack(_registers),
    "import_seats": WayBack(_seats, asks=_seats_fit),
    "import_committees": WayBack(
        _committees, own=frozenset({("units.CommitteeEvent", "committee")}), asks=_committees_fit
    ),
    "import_units": WayBack(_units, own=frozenset({("units.UnitVersion", "unit")}), lock=lambda record: lock_units()),
    "import_people": WayBack(_people, asks=_signed_in),
}
