"""Handing the management of an organisation one level down for a dated period, and ending that."""

from datetime import date

from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone

from portal.core.errors import Refused
from portal.core.rows.locking import lock_row
from portal.core.vietnamese import text

from ..enums import ORGANISATIONS
from ..locks import lock_tree
from ..models import Delegation, Unit, UnitVersion, User
from ..names import in_sentence
from ..permissions import may_delegate

CLAUSE = "TT 124/2021, Điều 10.5"


@transaction.atomic
def delegate(
    unit: Unit, receiver: Unit, *, valid_from: date, valid_to: date, number: str, signed_on: date, by: User | None
) -> Delegation:
    """Hand the organisation's management to a unit exactly one level below the one that manages it.

    The tree of the first and of the last day decides what is one level down and on whose ground the organisation
    stands. Cycles whose roster is taken within the period give the file to the receiver; files already open stay
    where they are. `by` is None for the command line. Raises Refused; waits for reorganisations under way.
    """
    lock_tree()
    if unit.kind not in ORGANISATIONS:
        raise Refused(
            f"{unit.name} là {unit.get_kind_display().lower()}: chỉ uỷ quyền quản lý cơ quan, doanh nghiệp và "
            f"cơ sở giáo dục ({CLAUSE})."
        )
    if valid_to < valid_from:
        raise Refused("Ngày cuối cùng trước ngày bắt đầu. Hãy sửa lại một trong hai ngày.")
    if valid_from < unit.opened_on:
        raise Refused(f"{unit.name} chỉ có từ {unit.opened_on:%d/%m/%Y}. Hãy chọn ngày bắt đầu từ ngày đó.")
    if unit.closed_on and unit.closed_on < valid_to:
        raise Refused(f"{unit.name} chỉ hoạt động đến hết {unit.closed_on:%d/%m/%Y}. Hãy chọn ngày cuối cùng sớm hơn.")
    giver = _giver(unit, valid_from, valid_to)
    if by is not None and not may_delegate(by, giver):
        raise Refused(
            f"Đồng chí không lãnh đạo hay quản trị {giver.name}, nơi quản lý {unit.name}, nên không uỷ quyền được."
        )
    for day in {valid_from, valid_to}:
        _check_receiver(unit, giver, receiver, day)
    other = unit.delegations.filter(withdrawn_at=None, valid_from__lte=valid_to, valid_to__gte=valid_from).first()
    if other:
        raise Refused(
            f"{unit.name} đã được uỷ quyền cho {other.receiver.name} từ {other.valid_from:%d/%m/%Y} đến hết "
            f"{other.valid_to:%d/%m/%Y}. Hãy kết thúc uỷ quyền đó hoặc chọn thời gian khác."
        )
    return Delegation.objects.create(
        unit=unit,
        giver=giver,
        receiver=receiver,
        valid_from=valid_from,
        valid_to=valid_to,
        number=text.clean(number),
        signed_on=signed_on,
        made_by=by,
    )


def _version(unit_id: int, day: date) -> UnitVersion | None:
    return UnitVersion.objects.in_force(day).filter(unit=unit_id).select_related("parent", "stands_in").first()


def _giver(unit: Unit, first: date, last: date) -> Unit:
    """The level that manages the unit through the whole period."""
    held = [_version(unit.pk, day) for day in (first, last)]
    givers = {version.parent for version in held if version and version.parent}
    if len(givers) != 1 or None in held:
        raise Refused(
            f"Nơi quản lý {unit.name} thay đổi từ {first:%d/%m/%Y} đến {last:%d/%m/%Y}. "
            "Hãy chia thành các đợt uỷ quyền theo từng nơi quản lý."
        )
    return givers.pop()


def _check_receiver(unit: Unit, giver: Unit, receiver: Unit, day: date) -> None:
    """One level down in the tree of the day, and on whose ground, or above it, the organisation stands."""
    there = _version(receiver.pk, day)
    if not receiver.is_level or there is None or there.parent_id != giver.pk:
        raise Refused(
            f"Ngày {day:%d/%m/%Y}, {in_sentence(receiver.name)} không phải cấp dưới trực tiếp "
            f"của {in_sentence(giver.name)}: "
            f"chỉ uỷ quyền xuống một cấp ({CLAUSE}). Hãy chọn nơi khác."
        )
    ground = (_version(unit.pk, day) or UnitVersion()).stands_in
    if ground is None:
        raise Refused(f"Chưa ghi {unit.name} đứng chân ở đâu nên chưa uỷ quyền được. Hãy bổ sung nơi đứng chân.")
    above = _version(ground.pk, day)
    if above is None or receiver.pk not in (above.province_id, above.district_id, above.commune_id):
        raise Refused(
            f"{unit.name} đứng chân tại {in_sentence(ground.name)}, ngoài địa bàn của {in_sentence(receiver.name)}. "
            "Hãy chọn nơi quản lý địa bàn đó."
        )


@transaction.atomic
def end_delegation(delegation: Delegation, *, by: User | None, on: date) -> Delegation:
    """Let `on`, today or later, be the last day; one that has not begun is withdrawn as a whole.

    Files the receiver has already been given stay with it. Raises Refused outside the person's place, once it is over,
    and for a day that would lengthen it: that takes a new document.
    """
    lock_tree()
    held = lock_row(Delegation.objects.select_related("unit", "giver"), delegation.pk)
    if by is not None and not may_delegate(by, held.giver):
        raise Refused(f"Đồng chí không lãnh đạo hay quản trị {held.giver.name} nên không kết thúc được uỷ quyền này.")
    if held.is_over:
        raise Refused("Uỷ quyền này đã kết thúc. Hãy tải lại trang để xem.")
    if held.is_coming:
        held.withdrawn_at, held.ended_by = Now(), by
        held.save(update_fields=["withdrawn_at", "ended_by"])
        held.refresh_from_db(fields=["withdrawn_at"])
        return held
    if on < timezone.localdate():
        raise Refused("Ngày cuối cùng không thể trước hôm nay: những ngày đã qua vẫn theo uỷ quyền. Hãy chọn lại ngày.")
    if on > held.valid_to:
        raise Refused(
            f"Uỷ quyền chỉ đến hết {held.valid_to:%d/%m/%Y}. Muốn kéo dài, hãy lập uỷ quyền mới theo văn bản mới."
        )
    held.valid_to, held.ended_by = on, by
    held.save(update_fields=["valid_to", "ended_by"])
    return held
