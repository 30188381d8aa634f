"""Dossiers of one name in one commune, and years of one name, told apart where they were read for something else."""

from collections import defaultdict
from collections.abc import Iterable

from units.models import Unit
from units.queries import tell_apart

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
    """Let years of one name say their province: those of two that merged stand side by side. One query, none where
    every name is one year's."""
    rows = [one for one in cycles if not one.place_id]
    named: dict[str, set[int]] = defaultdict(set)
    for one in rows:
        named[str(one)].add(one.pk)
    alike = [one for one in rows if len(named[str(one)]) > 1]
    provinces = Unit.objects.in_bulk({one.province_id for one in alike}) if alike else {}
    for one in alike:
        one.apart = f" – {provinces[one.province_id].dated_name}"
