"""People whose unit ended in a reorganisation, placed anew with the same role at the unit that took over from it."""

from collections.abc import Iterable
from datetime import date

from django.db import transaction

from portal.core.errors import Refused

from ..models import Placement, Unit, User
from .people import place_person


def heirs_of(placements: Iterable[Placement]) -> dict[int, Unit]:
    """Placement id -> the unit of the same kind that took over from its ended one. Those without stay out: a role at
    a district is no role at its province."""
    held = {one.pk: one.unit_id for one in placements}
    heirs = Unit.objects.filter(pk__in=held.values()).heirs()
    units = Unit.objects.in_bulk([*heirs.keys(), *heirs.values()])
    return {
        pk: units[heirs[unit]]
        for pk, unit in held.items()
        if unit in heirs and units[unit].kind == units[heirs[unit]].kind
    }


@transaction.atomic
def place_anew(placements: Iterable[Placement], *, on: date, by: User) -> tuple[int, list[str]]:
    """Place each with its role at its heir from the day: how many were placed, and why others were not.

    Somebody who held one role at several units that became one is placed there once.
    """
    rows = list(placements)
    heirs = heirs_of(rows)
    wanted: dict[tuple, Placement] = {}
    for one in rows:
        if heir := heirs.get(one.pk):
            wanted.setdefault((one.user_id, heir.pk, one.role), one)
    placed, refused = 0, []
    for one in wanted.values():
        heir = heirs[one.pk]
        if on < heir.opened_on:
            refused.append(f"{one.user}: {heir} có từ ngày {heir.opened_on:%d/%m/%Y}. Hãy chọn ngày từ hôm đó.")
            continue
        try:
            with transaction.atomic():
                place_person(one.user, heir, one.role, by=by, valid_from=on, acting_for=one.acting_for)
        except Refused as refusal:
            refused.append(f"{one.user}: {refusal.sentence}")
        else:
            placed += 1
    return placed, refused
