"""Delegations that a changed tree no longer carries: ended with it, given back when it is undone."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from django.db.models import Max, Q
from django.db.models.functions import Now

from ..models import Delegation
from .facts import Plan


def delegations_ended(plan: Plan) -> list[Delegation]:
    """Delegations of the day or later that the tree afterwards no longer carries; one query.

    It carries one whose organisation the giver still manages, whose receiver is still right below the giver, and on
    whose ground the organisation still stands.
    """
    rows = (
        Delegation.objects.filter(withdrawn_at=None, valid_to__gte=plan.reform.effective_on)
        .filter(unit__province__in=[unit.pk for unit in plan.reform.provinces.all()])
        .select_related("unit", "giver", "receiver")
        .order_by("unit__sort_key", "pk")
    )
    return [one for one in rows if not _carries(plan, one)]


def _carries(plan: Plan, one: Delegation) -> bool:
    unit, giver, receiver = (plan.after.get(pk) for pk in (one.unit_id, one.giver_id, one.receiver_id))
    if unit is None or giver is None or receiver is None or unit.is_closed or giver.is_closed or receiver.is_closed:
        return False
    if unit.parent != giver.ref or receiver.parent != giver.ref or unit.stands_in is None:
        return False
    return receiver.ref in plan.places.get(unit.stands_in, {}).values()


def end_with_reform(plan: Plan) -> dict[str, Any]:
    """End what the tree no longer carries the day before it changes; returns what undoing needs."""
    day = plan.reform.effective_on
    ended = delegations_ended(plan)
    begun = [one for one in ended if one.valid_from < day]
    ids = [one.pk for one in ended if one.valid_from >= day]
    Delegation.objects.filter(pk__in=[one.pk for one in begun]).update(valid_to=day - timedelta(days=1))
    Delegation.objects.filter(pk__in=ids).update(withdrawn_at=Now())
    return {
        "ended": [[one.pk, one.valid_to.isoformat()] for one in begun],
        "withdrawn": ids,
        "last": Delegation.objects.aggregate(last=Max("pk"))["last"] or 0,
    }


def delegations_of(before: dict[str, Any] | None) -> list[Delegation]:
    """Those an applied reorganisation ended or withdrew."""
    ids = [*(pk for pk, _ in before["ended"]), *before["withdrawn"]] if before else []
    return list(Delegation.objects.filter(pk__in=ids).select_related("unit", "giver", "receiver"))


def made_after_reform(before: dict[str, Any] | None, units: Iterable[int], day: date) -> Delegation | None:
    """A delegation made since, that leans on what the reorganisation changed; nothing is known of older ones."""
    touched = list(units)
    about = Q(unit__in=touched) | Q(giver__in=touched) | Q(receiver__in=touched)
    newer = Delegation.objects.filter(
        about, pk__gt=before["last"] if before else 0, withdrawn_at=None, valid_to__gte=day
    )
    return newer.select_related("unit", "receiver").first()


def restore_after_undo(before: dict[str, Any] | None, last: date) -> None:
    """Give back their last day to those that ended with the tree, unless somebody has ended them sooner meanwhile."""
    if not before:
        return
    for pk, valid_to in before["ended"]:
        Delegation.objects.filter(pk=pk, valid_to=last).update(valid_to=valid_to)
    Delegation.objects.filter(pk__in=before["withdrawn"]).update(withdrawn_at=None)
