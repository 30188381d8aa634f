"""The dossiers before and after one, as somebody enters them unit by unit."""

from dataclasses import dataclass

from units.models import User
from units.queries import tell_apart

from .. import permissions
from ..enums import EDITABLE
from ..models import Evaluation


@dataclass(frozen=True)
class Neighbours:
    """Where a dossier stands among those the same hands enter by the same set, in the grid's order."""

    before: Evaluation | None
    after: Evaluation | None
    place: int  # from one; nought where it is none of them
    many: int


def beside(dossier: Evaluation, user: User) -> Neighbours:
    """The open dossiers of the year and the set around this one; two queries however many there are."""
    open_ones = Evaluation.objects.visible_to(user).filter(
        cycle=dossier.cycle_id,
        criteria_set=dossier.criteria_set_id,
        entry_unit__in=permissions.ENTERING.places(user),
        state__in=EDITABLE,
    )
    keys = list(open_ones.values_list("pk", flat=True))
    if dossier.pk not in keys:
        return Neighbours(None, None, 0, len(keys))
    at = keys.index(dossier.pk)
    around = [*keys[max(0, at - 1) : at], *keys[at + 1 : at + 2]]
    found = list(Evaluation.objects.filter(pk__in=around).with_namesake()) if around else []
    tell_apart(found)
    named = {one.pk: one for one in found}
    before = named.get(keys[at - 1]) if at else None
    after = named.get(keys[at + 1]) if at + 1 < len(keys) else None
    return Neighbours(before, after, at + 1, len(keys))
