"""People whose unit ended in a reorganisation, placed anew with the same role at the unit that took over from it."""

from collections.abc import Iterable
from datetime import date

from django.db import transaction

from portal.core.vietnamese import text

from ..models import Placement, Unit, User
from .people import place_people


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

    Somebody who held one role at several units that became one is placed there once. The placements come with their
    people; statements grow with batches: a merger of provinces places thousands while the page waits.
    """
    rows = list(placements)
    heirs = heirs_of(rows)
    wanted: dict[tuple, Placement] = {}
    for one in rows:
        if heir := heirs.get(one.pk):
            wanted.setdefault((one.user_id, heir.pk, one.role), one)
    new: list[Placement] = []
    early: list[str] = []
    for one in wanted.values():
        heir = heirs[one.pk]
        if on < heir.opened_on:
            early.append(f"{one.user}: {heir} có từ ngày {heir.opened_on:%d/%m/%Y}. Hãy chọn ngày từ hôm đó.")
        else:
            acting_for = text.clean(one.acting_for)
            given = Placement(
                user=one.user, unit=heir, role=one.role, valid_from=on, acting_for=acting_for, placed_by=by
            )
            new.append(given)
    refused = [f"{one.user}: {sentence}" for one, sentence in place_people(new, by=by)]
    return len(new) - len(refused), early + refused
