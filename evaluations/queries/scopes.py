"""Whose years a person may open: provinces, and the places in them that judge by a set of their own."""

from criteria.models import CriteriaSet
from criteria.queries import own_places
from units.enums import LEVELS, UnitKind
from units.models import Unit, User

from .. import permissions
from ..models import Cycle


def scopes_of(user: User) -> list[Unit]:
    """The user's provinces, then the places there with a published set of their own whose years the user may open.

    Nothing is asked for who opens no year anywhere; else the queries grow with the provinces.
    """
    provinces = user.provinces_as(*permissions.PROVINCIAL)
    held = [one.unit for one in user.placements_now() if one.role in permissions.OF_A_PLACE]
    around = {one.pk for one in provinces} | {one.province_id or 0 for one in held if one.kind in LEVELS}
    if not around:
        return []
    sets = CriteriaSet.objects.published().exclude(place_code="").select_related("document")
    if not sets.exists():
        return provinces
    places: dict[int, Unit] = {}
    for province in Unit.objects.filter(pk__in=around, kind=UnitKind.PROVINCE):
        places |= {one.pk: one for one in own_places(sets.for_province(province), province).values()}
    mine = [one for one in places.values() if permissions.may_open_cycle(user, one)]
    return [*provinces, *sorted(mine, key=lambda one: (one.sort_key, one.pk))]


def own_years(cycle: Cycle) -> list[Cycle]:
    """The years of places that stand beside a province's: what its totals leave out. None beside a place's own."""
    if cycle.place_id:
        return []
    apart = Cycle.objects.filter(programme=cycle.programme_id, year=cycle.year, province=cycle.province_id)
    return list(apart.exclude(place=None).order_by("place_name", "pk"))
