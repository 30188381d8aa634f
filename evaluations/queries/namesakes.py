"""Dossiers of one name in one commune, and years of one name, told apart where they were read for something else."""

from collections import defaultdict
from collections.abc import Iterable

from units.models import Unit
from units.queries import placed, tell_apart

from ..models import Cycle, Evaluation


def tell_dossiers_apart(dossiers: Iterable[Evaluation]) -> None:
    """`units.queries.tell_apart` for dossiers not read `with_namesake`: one query more, none for none."""
    rows = list(dossiers)
    if not rows:
        return
    read = Evaluation.objects.filter(pk__in=[one.pk for one in rows]).with_namesake().filter(has_namesake=True)
    alike = set(read.order_by().values_list("pk", flat=True))
    for one in rows:
        one.has_namesake = one.pk in alike
    tell_apart(rows)


def tell_years_apart(cycles: Iterable[Cycle]) -> None:
    """Let years of one name say their province, a place's own where the place lies: those of two that merged stand side
    by side. Nothing is asked where every name is one year's, else a query each for provinces and places, a few more
    where a place has ended."""
    rows = list(cycles)
    named: dict[tuple[int, int, str], set[int]] = defaultdict(set)
    for one in rows:
        named[_name_of(one)].add(one.pk)
    alike = [one for one in rows if len(named[_name_of(one)]) > 1]
    provinces = Unit.objects.in_bulk({one.province_id for one in alike if not one.place_id}) if alike else {}
    places = (
        Unit.objects.filter(pk__in={one.place_id for one in alike if one.place_id}) if alike else Unit.objects.none()
    )
    found = {one.pk: one for one in places.select_related("province", "district")}
    lie = placed(found.values())
    for one in alike:
        if one.place_id:
            one.apart = lie[one.place_id].removeprefix(found[one.place_id].name)
        else:
            one.apart = f" – {provinces[one.province_id].dated_name}"


def _name_of(cycle: Cycle) -> tuple[int, int, str]:
    """What its name is made of; that one of two is by example criteria tells nobody which is whose."""
    return cycle.programme_id, cycle.year, cycle.place_name
