"""Reads of days gone by: what units were called, who sat where, and who took over from whom."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Count, Prefetch, Q, QuerySet

from ..enums import UnitKind
from ..models import Committee, Lineage, Reorganisation, Seat, Unit, UnitVersion, User, on
from ..names import in_sentence


def names_on(day: date, ids: Iterable[int | None]) -> dict[int, str]:
    """What the units were called that day; those that were not there are left out."""
    rows = UnitVersion.objects.in_force(day).filter(unit__in=[pk for pk in ids if pk])
    return dict(rows.order_by().values_list("unit_id", "name"))


def placed(units: Iterable[Unit]) -> dict[int, str]:
    """Each unit with where it lies, "Xã A (huyện B, tỉnh C)"; an ended one as it was on its last day. Needs the place
    columns selected; two queries more where one has ended.
    """
    found: dict[int, str] = {}
    ended: list[Unit] = []
    for unit in units:
        if unit.is_over:
            ended.append(unit)
        else:
            found[unit.pk] = _with_places(unit, [above.name for above in _above(unit)])
    if not ended:
        return found
    rows = UnitVersion.objects.filter(unit__in=ended).order_by("valid_from")
    last = {row.unit_id: row for row in rows.select_related("province", "district", "commune")}
    above = {one.pk for row in last.values() for one in _above(row)}
    names: dict[int, list[UnitVersion]] = defaultdict(list)
    for name in UnitVersion.objects.filter(unit__in=above).order_by("-valid_from"):
        names[name.unit_id].append(name)
    for unit in ended:
        row, day = last.get(unit.pk), unit.closed_on or date.max
        then = [
            next((name.name for name in names[one.pk] if name.valid_from <= day), one.name)
            for one in (_above(row) if row else ())
        ]
        found[unit.pk] = _with_places(row or unit, then)
    return found


def names_apart(units: Iterable[Unit]) -> dict[int, str]:
    """What to call each of a list: by name, and those of one name with where they lie."""
    rows = list(units)
    named = Counter(one.dated_name for one in rows)
    alike = [one for one in rows if named[one.dated_name] > 1]
    apart = placed(alike)
    ends = {one.pk: f", đến {one.closed_on:%d/%m/%Y}" if one.closed_on else "" for one in alike}
    return {one.pk: apart[one.pk] + ends[one.pk] if one.pk in apart else one.dated_name for one in rows}


def _above(one: Unit | UnitVersion) -> list[Unit]:
    """Who manages it from the commune up, itself left out."""
    own = one.pk if isinstance(one, Unit) else one.unit_id
    return [getattr(one, level) for level in reversed(one.ancestor_ids) if one.ancestor_ids[level] not in (None, own)]


def _with_places(one: Unit | UnitVersion, above: list[str]) -> str:
    return f"{one.name} ({', '.join(map(in_sentence, above))})" if above else one.name


def children_on(unit: Unit, day: date) -> list[tuple[UnitKind, int]]:
    """How many units of each kind the unit managed itself that day."""
    rows = UnitVersion.objects.in_force(day).filter(parent=unit).order_by().values("kind")
    counts = dict(rows.annotate(many=Count("pk")).values_list("kind", "many"))
    return [(kind, counts[kind]) for kind in UnitKind if kind in counts]


def with_seats_on(committees: QuerySet[Committee], day: date) -> QuerySet[Committee]:
    """The committees, each with `seats_then`: who sat there that day; one query more."""
    seats = Seat.objects.filter(on(day)).select_related("user").order_by("valid_from", "pk")
    return committees.prefetch_related(Prefetch("seats", seats, to_attr="seats_then"))


def main_origins(units: Iterable[int]) -> dict[int, set[int]]:
    """Units that passed their main part on to these, however many reorganisations ago; those without are left out.

    A query a generation of reorganisations.
    """
    found: dict[int, set[int]] = defaultdict(set)
    leads_to = {pk: {pk} for pk in units}
    wave = set(leads_to)
    while wave:
        rows = Lineage.objects.filter(successor__in=wave, is_main=True).order_by()
        wave = set()
        for old, successor in rows.values_list("predecessor", "successor"):
            leads_to.setdefault(old, set()).update(leads_to[successor])
            for heir in leads_to[successor]:
                found[heir].add(old)
            wave.add(old)
    return dict(found)


@dataclass
class Succession:
    """What one resolution made of a unit: whom it took over from (`is_origin`), or who took over from it."""

    on: date
    reform: Reorganisation
    is_origin: bool
    is_read: bool  # the reader may open the resolution
    others: list[tuple[Unit, Lineage]] = field(default_factory=list)
    hidden: int = 0  # units outside the reader's place


def successions(unit: Unit, user: User) -> list[Succession]:
    """The unit's lines of succession, oldest first; units outside the reader's place are only counted.

    One query, and two more where there are any.
    """
    rows = Lineage.objects.filter(Q(successor=unit) | Q(predecessor=unit))
    lines = list(rows.select_related("reform", "predecessor", "successor").order_by("on", "reform", "-is_main", "pk"))
    if not lines:
        return []
    reforms = Reorganisation.objects.visible_to(user).filter(pk__in={line.reform_id for line in lines})
    read = set(reforms.values_list("pk", flat=True))
    ends = {pk for line in lines for pk in (line.predecessor_id, line.successor_id)}
    seen = set(Unit.objects.visible_to(user).filter(pk__in=ends).values_list("pk", flat=True))
    found: dict[tuple[int, bool], Succession] = {}
    for line in lines:
        is_origin = line.successor_id == unit.pk
        made = Succession(line.on, line.reform, is_origin, is_read=line.reform_id in read)
        one = found.setdefault((line.reform_id, is_origin), made)
        other = line.predecessor if is_origin else line.successor
        if other.pk in seen:
            one.others.append((other, line))
        else:
            one.hidden += 1
    return list(found.values())
