"""Whether a year can open: the units its sets judge, each with a route on the day. Asked where a year is opened and on
the pages that tell beforehand."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Protocol, TypeVar

from django.db.models import Count, F, OuterRef, Subquery

from portal.core.vietnamese.figures import grouped
from units.enums import UnitKind
from units.models import Delegation, Unit, UnitVersion, on

from .enums import Level
from .models import CriteriaSet, Route
from .queries import Applied, applied_by_programme

LEVELS = tuple(Level.values)
Places = Mapping[str, int | None]  # unit id by level
Routes = Mapping[tuple[str, str], Route]  # by unit kind and managing level


class Judged(Protocol):
    """A unit, or units alike, that a set may judge."""

    @property
    def kind(self) -> str: ...
    @property
    def places(self) -> Places: ...


One = TypeVar("One", bound=Judged)


@dataclass(frozen=True)
class Receiver:
    """A unit that manages another, or to which its management is delegated, and its place on the day."""

    pk: int
    kind: str
    places: Places


def receivers_on(day: date) -> dict[int, Receiver]:
    """Whom organisations were delegated to on the day, by unit id; two queries, one when nothing is delegated."""
    held = dict(Delegation.objects.in_force(day).order_by().values_list("unit", "receiver"))
    if not held:
        return {}
    rows = UnitVersion.objects.in_force(day).filter(unit__in=held.values()).order_by()
    found = {
        pk: Receiver(pk, kind, dict(zip(LEVELS, places, strict=True)))
        for pk, kind, *places in rows.values_list("unit", "kind", *LEVELS)
    }
    return {unit: found[pk] for unit, pk in held.items() if pk in found}


def nearest(
    applied: Iterable[Applied], units_of: Callable[[Applied], Iterable[One]]
) -> Iterator[tuple[Applied, list[One]]]:
    """Each set with the units it judges: a unit is judged by the set of the nearest place that has one for its kind.

    `applied` comes with the nearest first (see `applied_in`). Where a place has a set of its own for a kind, what that
    set leaves out is left out: no wider set steps in.
    """
    own: dict[str, set[int]] = {}  # places with a set of their own, by the kind it judges
    for use in applied:
        units = units_of(use)
        if use.place is not None:
            units = (unit for unit in units if unit.places[use.place.kind] == use.place.pk)
        yield use, [unit for unit in units if not own.get(unit.kind, set()) & set(unit.places.values())]
        if use.place is not None:
            for kind in use.kinds:
                own.setdefault(kind, set()).add(use.place.pk)


def way_of(routes: Routes, kind: str, manager: Receiver) -> tuple[Route, tuple[int, int, int]] | None:
    """The route of a unit of the kind, and who enters, appraises and decides on it; none where it leads nowhere.

    What is delegated goes the way of the receiver's level (TT 124/2021, Điều 10.5).
    """
    route = routes.get((kind, manager.kind))
    if route is None:
        return None
    places = manager.places
    entry, appraisal, decision = (places[one] for one in (route.enter_level, route.appraise_level, route.decide_level))
    if entry is None or appraisal is None or decision is None:
        return None
    return route, (entry, appraisal, decision)


def judged_twice(applied: Iterable[Applied]) -> str:
    """What is wrong where two published sets of one place judge the same kind of unit: a unit has one dossier."""
    taken: dict[tuple[str, int | None], CriteriaSet] = {}
    for use in applied:
        one, at = use.criteria_set, use.place.pk if use.place else None
        for kind in use.kinds:
            if other := taken.get((kind, at)):
                return (
                    f"Hai bộ tiêu chí cùng áp dụng cho {UnitKind(kind).label.lower()}: “{other.name}” ({other.code}), "
                    f"“{one.name}” ({one.code}). Hãy cho một bộ hết áp dụng rồi mở kỳ."
                )
            taken[kind, at] = one
    return ""


@dataclass(frozen=True, slots=True)
class Alike:
    """Units of the province that the same routes serve or leave without one."""

    kind: str
    subtype: str
    manager: Receiver
    places: Places
    many: int


def obstacles(province: Unit, year: int, day: date) -> dict[int, str]:
    """What stands in the way of opening each programme's year with its units of the day, by programme id; empty where
    nothing does. Programmes without a published set for the year are left out. A fixed number of queries.

    A set that judges only selected units is asked as if each of its kinds could be chosen.
    """
    units = _alike(province, day)
    ways = _routes_by_set(province, year, day)
    told = {}
    for programme, applied in applied_by_programme(province, year).items():
        judged = list(nearest(applied, lambda use: _held(use, units)))
        many = sum(one.many for _, held in judged for one in held)
        lost = sum(
            one.many
            for use, held in judged
            for one in held
            if way_of(ways.get(use.criteria_set.pk, {}), one.kind, one.manager) is None
        )
        told[programme] = judged_twice(applied) or _without_way(province, many, lost, day)
    return told


def _without_way(province: Unit, many: int, lost: int, day: date) -> str:
    if not many:
        return f"Không có đơn vị nào của {province.name} thuộc diện xét tính đến ngày {day:%d/%m/%Y}."
    if lost:
        return (
            f"Chưa có tuyến xét duyệt cho {grouped(lost)} trong {grouped(many)} đơn vị tính đến ngày {day:%d/%m/%Y}. "
            "Nếu đơn vị còn là của trước một lần sắp xếp, hãy ghi việc sắp xếp trước; nếu không, hãy lập bản của tỉnh "
            "từ bộ này, thêm tuyến rồi ban hành."
        )
    return ""


def _held(use: Applied, units: Iterable[Alike]) -> list[Alike]:
    apart = use.criteria_set.excluded_subtypes
    return [one for one in units if one.kind in use.kinds and one.subtype not in apart]


def _alike(province: Unit, day: date) -> list[Alike]:
    """The province's units of the day, counted by what a route asks of them. Two queries, three with delegations."""
    receivers = {one.pk: one for one in receivers_on(day).values()}
    delegated = Delegation.objects.in_force(day).filter(unit=OuterRef("unit")).values("receiver")[:1]
    rows = (
        UnitVersion.objects.filter(on(day), province=province)
        .filter(on(day, start="unit__opened_on", end="unit__closed_on"))
        .order_by()
        .annotate(receiver=Subquery(delegated), managed_at=F("parent__kind"))
        .values_list("unit__kind", "subtype", "managed_at", "receiver", *LEVELS)
        .annotate(many=Count("pk"))
    )
    found = []
    for kind, subtype, managed_at, receiver, *places, many in rows:
        at = dict(zip(LEVELS, places, strict=True))
        manager = receivers.get(receiver) or Receiver(0, managed_at or "", at)
        found.append(Alike(kind, subtype, manager, at, many))
    return found


def _routes_by_set(province: Unit, year: int, day: date) -> dict[int, dict[tuple[str, str], Route]]:
    sets = CriteriaSet.objects.for_province(province).published().for_year(year)
    found: dict[int, dict[tuple[str, str], Route]] = {}
    for route in Route.objects.filter(on(day), criteria_set__in=sets).order_by("valid_from"):
        found.setdefault(route.criteria_set_id, {})[route.kind, route.managed_at] = route
    return found


def day_to_ask(year: int, today: date) -> date:
    """The day on which a year's units would be counted: today where the year's roster may be of today."""
    return today if today.year in (year - 1, year) else date(year, 12, 31)
