"""What places are called as of a day, their order, and the blocks that have no place of their own."""

from collections.abc import Iterable
from datetime import date
from functools import lru_cache

from portal.core.vietnamese.text import sort_key
from units.models import Unit, UnitVersion, on

DISTRICT_BLOCK = "Khối cấp huyện quản lý"
PROVINCE_BLOCK = "Khối cấp tỉnh quản lý"
DIRECT_COMMUNES = "Xã, phường, đặc khu trực thuộc tỉnh"


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
