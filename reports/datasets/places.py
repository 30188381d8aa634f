"""Where a count is taken: the place as a filter on the snapshot columns, its name as of a day."""

from collections.abc import Iterable
from datetime import date
from functools import lru_cache

from units.enums import UnitKind
from units.models import Unit, UnitVersion, on
from units.text import sort_key

DISTRICT_BLOCK = "Khối cấp huyện quản lý"
PROVINCE_BLOCK = "Khối cấp tỉnh quản lý"
DIRECT_COMMUNES = "Xã, phường, đặc khu trực thuộc tỉnh"
COLUMNS: dict[str, str] = {UnitKind.DISTRICT: "district", UnitKind.COMMUNE: "commune"}


def condition_of(place: Unit, province_id: int) -> dict[str, int] | None:
    """The snapshot column that holds the place, in cycles of that province; None where nothing can be there.

    A province asks for no column of its own: the cycle says it already, and the roll-up index answers alone.
    """
    if place.kind == UnitKind.PROVINCE:
        return {} if place.pk == province_id else None
    return {COLUMNS.get(place.kind, "unit"): place.pk}


def of_place(evaluations, place: Unit, province_id: int):
    """The evaluations of the place, in cycles of that province."""
    condition = condition_of(place, province_id)
    return evaluations.none() if condition is None else evaluations.filter(**condition)


def names_on(day: date, ids: Iterable[int | None]) -> dict[int, str]:
    """What the units were called on the day; today's name for one whose history does not reach back."""
    wanted = {unit_id for unit_id in ids if unit_id}
    names = dict(UnitVersion.objects.filter(on(day), unit__in=wanted).values_list("unit_id", "name"))
    if missing := wanted - names.keys():
        names |= dict(Unit.objects.filter(pk__in=missing).values_list("pk", "name"))
    return names


@lru_cache(maxsize=10_000)
def order_of(name: str) -> str:
    """The name's place in the Vietnamese order; a province's few hundred names are asked again and again."""
    return sort_key(name)
