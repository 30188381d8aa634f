"""Whose years a person may open: provinces, and the places in them that judge by a set of their own."""

from criteria.models import CriteriaSet
from criteria.queries import PLACES, own_places
from units.enums import LEVELS, UnitKind
from units.models import Unit, UnitVersion, User, within

from .. import permissions
from ..models import Cycle


def scopes_of(user: User) -> list[Unit]:
    """The user's provinces, then the places there with a published set of their own whose years the user may open.

    Nothing is asked for who opens no year anywhere, one query for whose places have no set of their own; else the
    queries grow with the provinces.
    """
    provinces = user.provinces_as(*permissions.PROVINCIAL)
    held = [one.unit for one in user.placements_now() if one.role in permissions.OF_A_PLACE]
    others = {one.province_id or 0 for one in held if one.kind in LEVELS} - {one.pk for one in provinces}
    if not provinces and not others:
        return []
    sets = CriteriaSet.objects.published().exclude(place_code="").select_related("document")
    if not provinces:  # their own places alone, and those that ended there: mostly without a set of their own
        near = within([one for one in held if one.kind in LEVELS], "unit__")
        borne = UnitVersion.objects.filter(near, kind__in=PLACES).order_by().values("code")
        sets = sets.filter(place_code__in=borne)
    if not sets.exists():
        return provinces
    around = [*provinces, *(Unit.objects.filter(pk__in=others, kind=UnitKind.PROVINCE) if others else [])]
    places: dict[int, Unit] = {}
    for province in around:
        places |= {one.pk: one for one in own_places(sets.for_province(province), province).values()}
    mine = [one for one in places.values() if permissions.may_open_cycle(user, one)]
    return [*provinces, *sorted(mine, key=lambda one: (one.sort_key, one.pk))]


def opens_years(user: User) -> bool:
    """Whether `scopes_of` names any; no query for the province's people and for who never opens one."""
    return permissions.own_province(user) is not None or bool(scopes_of(user))


def own_years(cycle: Cycle) -> list[Cycle]:
    """The years of places that stand beside a province's: what its totals leave out. None beside a place's own."""
    if cycle.place_id:
        return []
    apart = Cycle.objects.filter(programme=cycle.programme_id, year=cycle.year, province=cycle.province_id)
    return list(apart.exclude(place=None).order_by("place_name", "pk"))
