"""What tells units of one name apart where they lie in one commune: a merger of communes leaves several of a name."""

from collections import defaultdict
from collections.abc import Iterable

from django.db.models import OuterRef, Subquery

from portal.core.vietnamese import text

from ..models import Named, Unit, UnitVersion
from ..names import OWN_KEY


def tell_apart(rows: Iterable[Named]) -> None:
    """Say of each row `with_namesake` what tells it apart (`apart`): the communes its unit lay in before the one the
    row names; the unit's key where there was none, or where two of a name came from the same. What has no namesake
    keeps its name alone. One query, none where no row has a namesake.
    """
    alike = [row for row in rows if row.has_namesake]
    if not alike:
        return
    before = _communes_before({row.listed_unit_id for row in alike})
    for row in alike:
        held = before[row.listed_unit_id]
        here = max((place for place, (commune, _) in enumerate(held) if commune == row.commune_id), default=-1)
        names = dict.fromkeys(name for _, name in held[here + 1 :])
        row.apart = f"trước thuộc {', '.join(names)}" if names else _key(row)
    units = {_told(row): set[int]() for row in alike}
    for row in alike:
        units[_told(row)].add(row.listed_unit_id)
    for row in [row for row in alike if len(units[_told(row)]) > 1]:
        row.apart = f"{row.apart}, {_key(row)}"


def _told(row: Named) -> tuple[int | None, str, str]:
    return row.commune_id, text.match_key(row.own_name), row.apart


def tell_units_apart(units: Iterable[Unit]) -> None:
    """`tell_apart` for units not read `with_namesake`: one query more, none for none."""
    rows = list(units)
    if not rows:
        return
    read = Unit.objects.filter(pk__in={one.pk for one in rows}).with_namesake().filter(has_namesake=True)
    alike = set(read.order_by().values_list("pk", flat=True))
    for one in rows:
        one.has_namesake = one.pk in alike
    tell_apart(rows)


def _key(row: Named) -> str:
    return f"khoá {OWN_KEY}{row.listed_unit_id}"


def _communes_before(units: set[int]) -> dict[int, list[tuple[int, str]]]:
    """By unit the communes of its versions that ended, as they were called then, the latest first."""
    then = UnitVersion.objects.filter(unit=OuterRef("commune"), valid_from__lte=OuterRef("valid_to"))
    called = Subquery(then.order_by("-valid_from").values("name")[:1])
    rows = UnitVersion.objects.filter(unit__in=units, valid_to__isnull=False, commune__isnull=False)
    found: dict[int, list[tuple[int, str]]] = defaultdict(list)
    for unit, commune, name in rows.order_by("-valid_from").values_list("unit", "commune", called):
        found[unit].append((commune, name))
    return found
