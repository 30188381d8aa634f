"""Undoing a reorganisation while nothing leans on it."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q, Value
from django.db.models.deletion import Collector, ProtectedError
from django.db.models.functions import Greatest
from django.utils import timezone

from portal.core.errors import Refused

from ..enums import ReformStatus
from ..locks import lock_units
from ..models import (
    Committee,
    Delegation,
    Lineage,
    Placement,
    Reorganisation,
    Seat,
    Unit,
    UnitEvent,
    UnitVersion,
    User,
)
from .columns import BATCH, PLACE, named, put_back, store, values
from .delegations import made_after_reform, restore_after_undo
from .drafting import locked, refuse_unseen
from .followers import FOLLOWERS


@transaction.atomic
def undo(reform: Reorganisation, *, by: User | None, seen: str | None = None) -> None:
    """Put everything back as it was before the reorganisation was applied.

    Placements, seats and committees that somebody has ended otherwise since stay as they are. Raises Refused when
    something already leans on it: a later reorganisation, a unit corrected or ended by its own act, people or files of
    a unit it opened; and where it was undone and applied anew since it was `seen` (`print_of`).
    """
    lock_units()
    found = locked(reform, by, ReformStatus.APPLIED)
    refuse_unseen(found, seen)
    if not found.before:
        raise Refused("Phương án không còn lưu tình trạng trước khi áp dụng nên không hoàn tác được.")
    before: dict[str, Any] = found.before
    touched = _touched(before)
    _check_unchanged(found, before)
    for follow in FOLLOWERS:
        follow.undo(before.get(follow.name))
    found.lineage.all().delete()
    UnitVersion.objects.filter(unit__in=touched, valid_from=found.effective_on).delete()
    last = found.effective_on - timedelta(days=1)
    ended = [int(pk) for pk, old in before["units"].items() if named(old)["closed_on"] is None]
    UnitVersion.objects.filter(unit__in=ended, valid_to=last).update(valid_to=None)
    units, now = [], {}
    for unit in Unit.objects.filter(pk__in=[int(pk) for pk in before["units"]]).iterator(BATCH):
        now[str(unit.pk)] = values(unit)
        put_back(unit, before["units"][str(unit.pk)])
        units.append(unit)
    store(units, now)
    Placement.objects.filter(pk__in=before["placed"]).delete()
    Placement.objects.filter(pk__in=before.get("withdrawn", [])).update(withdrawn_at=None)
    models: dict[str, Any] = {"placements": Placement, "seats": Seat, "committees": Committee}
    for name, model in models.items():
        ended_then = model.objects.filter(valid_to=Greatest("valid_from", Value(last)))
        still = set(ended_then.filter(pk__in=[pk for pk, _ in before[name]]).values_list("pk", flat=True))
        rows = [model(pk=pk, valid_to=valid_to) for pk, valid_to in before[name] if pk in still]
        model.objects.bulk_update(rows, ["valid_to"], batch_size=BATCH)
    restore_after_undo(before.get("delegations"), last)
    opened = Unit.objects.filter(pk__in=before["opened"])
    opened.update(**dict.fromkeys(PLACE))
    try:
        for unit_ids in _leaves_first(opened):
            Unit.objects.filter(pk__in=unit_ids).delete()
    except ProtectedError as held:
        raise Refused(_held(next(iter(held.protected_objects)))) from held
    found.before, found.status, found.applied_by, found.applied_at = None, ReformStatus.DRAFT, None, None
    found.save(update_fields=["before", "status", "applied_by", "applied_at"])


def why_not_undone(reform: Reorganisation) -> str:
    """What the page says instead of offering to undo; empty where nothing known stands in the way. Only reads: `undo`
    asks the same again under its lock, and what leans on the new units in apps above."""
    if not reform.before:
        return ""
    before: dict[str, Any] = reform.before
    try:
        _check_unchanged(reform, before)
        for follow in FOLLOWERS:
            follow.check_undo(before.get(follow.name))
    except Refused as refusal:
        return refusal.sentence
    one = _leaning(before)
    return _held(one) if one else ""


def _touched(before: Mapping[str, Any]) -> list[int]:
    return [*before["opened"], *(int(pk) for pk in before["units"])]


def _held(one: Any) -> str:
    return f"Đã có dữ liệu dựa vào đơn vị mới thành lập ({one}) nên không hoàn tác được nữa."


def _leaning(before: Mapping[str, Any]) -> Any:
    """A row of people, committees or registers at a unit the reorganisation opened that undoing would not take away."""
    opened = Unit.objects.filter(pk__in=before["opened"])
    given_back = (Unit, UnitVersion, Lineage, Delegation)  # told by the checks, or put back by `undo`
    try:
        Collector(using=opened.db).collect(opened)
    except ProtectedError as held:
        rows = [one for one in held.protected_objects if one._meta.app_label == Unit._meta.app_label]
        rows = [one for one in rows if not isinstance(one, given_back)]
        placed = set(before["placed"])
        return next((one for one in rows if not (isinstance(one, Placement) and one.pk in placed)), None)
    return None


def _check_unchanged(found: Reorganisation, before: Mapping[str, Any]) -> None:
    """Raises Refused when the tree this one made, or what was delegated on it, has gone on since."""
    touched = _touched(before)
    later = UnitVersion.objects.filter(unit__in=touched, valid_from__gt=found.effective_on).first()
    if later:
        raise Refused(f"{later.unit} đã thay đổi tiếp từ {later.valid_from:%d/%m/%Y} nên không hoàn tác được nữa.")
    if act := UnitEvent.objects.filter(unit__in=touched, at__gt=found.applied_at).select_related("unit").first():
        raise Refused(
            f"{act.unit}: “{act.get_act_display()}” ngày {timezone.localdate(act.at):%d/%m/%Y}, sau khi áp dụng phương "
            "án, nên không hoàn tác được nữa."
        )
    if newer := made_after_reform(before.get("delegations"), touched, found.effective_on):
        raise Refused(f"“{newer}” được ghi sau khi áp dụng phương án. Hãy kết thúc uỷ quyền đó rồi hoàn tác.")
    _check_newest(found, before)


def _check_newest(found: Reorganisation, before: Mapping[str, Any]) -> None:
    """Raises Refused when a reorganisation was applied, or a unit entered, on the tree this one made."""
    touched = {int(pk): named(old) for pk, old in before["units"].items()}
    places = [*before["opened"], *found.provinces.values_list("pk", flat=True)]
    others = Reorganisation.objects.filter(status=ReformStatus.APPLIED, provinces__in=places).exclude(pk=found.pk)
    newer = Q(applied_at__gt=found.applied_at) | Q(applied_at=found.applied_at, pk__gt=found.pk)
    if after := others.filter(newer).order_by("applied_at", "pk").last():
        raise Refused(f"Phương án {after.number} được áp dụng sau phương án này. Hãy hoàn tác phương án đó trước.")
    moved = [
        unit.pk
        for unit in Unit.objects.filter(pk__in=touched)
        if any(touched[unit.pk][name] != getattr(unit, f"{name}_id") for name in PLACE) or unit.closed_on
    ]
    new = Unit.objects.filter(parent__in=moved, closed_on=None).exclude(pk__in=[*touched, *before["opened"]]).first()
    if new:
        raise Refused(f"{new} được nhập sau khi sắp xếp, dưới {new.parent}, nên không hoàn tác được nữa.")


def _leaves_first(units) -> list[list[int]]:
    """Ids in waves, those nobody of the others stands under first."""
    left = dict(units.values_list("pk", "parent"))
    waves = []
    while left:
        wave = [pk for pk in left if pk not in set(left.values())]
        waves.append(wave)
        left = {pk: parent for pk, parent in left.items() if pk not in wave}
    return waves
