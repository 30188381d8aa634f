"""A role handed from one officer to the next in one act, with what is open there."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import transaction
from django.utils import timezone

from portal.core.errors import Refused
from portal.core.rows.locking import lock_row
from portal.core.vietnamese import text

from ..locks import hold_units
from ..models import Handover, Placement, Seat, User, on
from .people import end_placement, place_person


@dataclass(frozen=True)
class Matter:
    """Something under way: what, where it stands, and by when it is due."""

    what: str
    standing: str
    due: date | None = None

    @property
    def row(self) -> list[str]:
        return [self.what, self.standing, f"{self.due:%d/%m/%Y}" if self.due else ""]


# Apps above say what is under way in the hands of a placement.
OPEN_MATTERS: list[Callable[[Placement], Iterable[Matter]]] = []


def open_matters(placement: Placement) -> list[Matter]:
    """What the holder of the placement leaves open: seats they keep, then what the apps above name."""
    seats = Seat.objects.filter(on(), user=placement.user_id, committee__unit=placement.unit_id)
    held = [
        Matter(f"{seat.post}, {seat.committee}", "Còn giữ ghế trong Ban") for seat in seats.select_related("committee")
    ]
    return held + [matter for named in OPEN_MATTERS for matter in named(placement)]


@transaction.atomic
def hand_over(placement: Placement, successor: User, *, by: User, last_day: date, note: str = "") -> Handover:
    """Let the placement end with `last_day` and the successor hold the same role there from the day after.

    Who holds it there already is not placed again. What is open is written down as it stands now; it belongs to the
    role at that place, so it lies with the successor. Raises Refused for a day gone by or after the placement's own
    end, to the holder, to an account that is locked, the second time, and for what ending and placing refuse.
    """
    hold_units()
    if last_day < timezone.localdate():
        raise Refused(f"Ngày {last_day:%d/%m/%Y} đã qua. Hãy chọn ngày làm việc cuối cùng từ hôm nay trở đi.")
    if successor.pk == placement.user_id:
        raise Refused("Người nhận phải khác người bàn giao. Hãy chọn tài khoản khác.")
    if not successor.is_active:
        raise Refused(f"Tài khoản {successor.username} đã khoá. Hãy chọn tài khoản khác.")
    now = lock_row(Placement.objects, placement.pk)
    if made := Handover.objects.filter(ended=now).select_related("started__user").first():
        raise Refused(f"Phân công này đã bàn giao cho {made.started.user}. Hãy xem biên bản đã lập.")
    if now.valid_to and now.valid_to < last_day:
        raise Refused(f"Phân công này chỉ đến hết {now.valid_to:%d/%m/%Y}. Hãy chọn ngày không sau ngày đó.")
    ended = end_placement(placement, by=by, on=last_day)
    first_day = last_day + timedelta(days=1)
    started = _held(successor, ended, first_day)
    if started is None:
        started = place_person(successor, ended.unit, ended.role, by=by, valid_from=first_day)
    matters = [matter.row for matter in open_matters(ended)]
    return Handover.objects.create(ended=ended, started=started, by=by, note=text.clean(note), matters=matters)


def _held(successor: User, ended: Placement, day: date) -> Placement | None:
    """The successor's own placement in the same role and place that is in force on the day, locked; None without.

    Raises Refused when they have one that begins only later: between the two nobody would hold what is handed over.
    """
    lock_row(User.objects, successor.pk)  # as in `place_person`: of two at once the second sees
    same = Placement.objects.filter(user=successor, unit=ended.unit_id, role=ended.role, withdrawn_at=None)
    lasting = same.exclude(valid_to__lt=day).order_by("valid_from", "pk").select_for_update(of=("self",))
    found = lasting.select_related("user", "unit").first()
    if found is not None and found.valid_from > day:
        raise Refused(
            f"{successor} chỉ giữ vai trò này từ {found.valid_from:%d/%m/%Y}. Hãy chọn ngày làm việc cuối cùng từ "
            f"{found.valid_from - timedelta(days=1):%d/%m/%Y} trở đi, hoặc kết thúc phân công sắp tới đó trước."
        )
    return found


@transaction.atomic
def acknowledge_handover(handover: Handover, *, by: User) -> Handover:
    """The successor says that they have received it. Raises Refused for anybody else and the second time."""
    found = lock_row(Handover.objects.select_related("started"), handover.pk)
    if found.started.user_id != by.pk:
        raise Refused("Chỉ người nhận bàn giao xác nhận được biên bản này.")
    if found.acknowledged_at:
        raise Refused("Biên bản này đã được xác nhận. Hãy tải lại trang để xem.")
    found.acknowledged_at = timezone.now()
    found.save(update_fields=["acknowledged_at"])
    return found
