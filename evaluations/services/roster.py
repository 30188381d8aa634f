"""The roster of a year: units as they stood on a day, and the one row each of them gets."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q

from criteria.models import CriteriaSet, Route
from criteria.queries import Applied
from criteria.ways import LEVELS, Places, Receiver, nearest, way_of
from portal.core.vietnamese import text
from units.models import Unit, UnitVersion, on

from ..models import Cycle, Evaluation


@dataclass(frozen=True, slots=True)
class RosterUnit:
    """What a roster freezes of a unit: its name and keys, what it is, who manages it and where it lies."""

    pk: int
    name: str
    sort_key: str
    search_key: str
    kind: str
    subtype: str
    managed_at: str  # level of the unit that manages it
    places: Places
    stands_in: int | None

    @classmethod
    def of_today(cls, unit: Unit, managed_at: str) -> "RosterUnit":
        return cls(
            pk=unit.pk,
            name=unit.name,
            sort_key=unit.sort_key,
            search_key=unit.search_key,
            kind=unit.kind,
            subtype=unit.subtype,
            managed_at=managed_at,
            places=dict(unit.ancestor_ids),
            stands_in=unit.stands_in_id,
        )


def roster_row(cycle: Cycle | int, unit: RosterUnit, criteria_set: CriteriaSet | int, **more: Any) -> Evaluation:
    """The unit's dossier in the cycle, not saved; `more` are columns beside the snapshot of its place."""
    return Evaluation(
        cycle_id=cycle if isinstance(cycle, int) else cycle.pk,
        criteria_set_id=criteria_set if isinstance(criteria_set, int) else criteria_set.pk,
        unit_id=unit.pk,
        unit_name=unit.name,
        unit_sort_key=unit.sort_key,
        unit_search_key=unit.search_key,
        kind=unit.kind,
        subtype=unit.subtype,
        managed_at=unit.managed_at,
        **{f"{level}_id": place for level, place in unit.places.items()},
        stands_in_id=unit.stands_in,
        **more,
    )


def eligible(
    province: Unit, criteria_set: CriteriaSet, kinds: Iterable[str], as_of: date, *, excluded: bool = False
) -> Iterator[RosterUnit]:
    """Units of the province and kinds the set judges, as they stood on the day; or those of its `excluded` subtypes.

    TT 124/2021, Điều 1.2.b: the excluded subtypes are data of the set. One query.
    """
    apart = Q(subtype__in=criteria_set.excluded_subtypes)
    versions = (
        UnitVersion.objects.filter(on(as_of), province=province, unit__kind__in=kinds)
        .filter(on(as_of, start="unit__opened_on", end="unit__closed_on"))
        .filter(apart if excluded else ~apart)
        .order_by("unit_id")
    )
    for pk, name, name_now, sort, search, kind, subtype, managed_at, stands_in, *places in versions.values_list(
        "unit_id",
        "name",
        "unit__name",
        "unit__sort_key",
        "unit__search_key",
        "unit__kind",
        "subtype",
        "parent__kind",
        "stands_in_id",
        *(f"{level}_id" for level in LEVELS),
    ):
        if name != name_now:  # renamed since that day: the dossier is found and ordered under the name it shows
            sort, search = text.sort_key(name), text.search_key(name)
        at = dict(zip(LEVELS, places, strict=True))
        yield RosterUnit(pk, name, sort, search, kind, subtype, managed_at, at, stands_in)


def judged(
    province: Unit, applied: Iterable[Applied], day: date, *, excluded: bool = False
) -> Iterator[tuple[CriteriaSet, list[RosterUnit]]]:
    """Each set with the units it judges: a unit is judged by the set of the nearest place that has one for its kind.

    `applied` comes with the nearest first (see `applied_in`). Where a place has a set of its own for a kind, what that
    set leaves out is left out: no wider set steps in; `excluded` asks for those instead. A query a set.
    """

    def units_of(use: Applied) -> Iterator[RosterUnit]:
        return eligible(province, use.criteria_set, use.kinds, day, excluded=excluded)

    for use, units in nearest(applied, units_of):
        yield use.criteria_set, units


def without_route(lost: Iterable[tuple[CriteriaSet, RosterUnit]], day: date) -> str:
    """What stands in the way of units that have no route in their set, and what its people can do: a published set is
    never corrected, so either the day or the units are wrong, or another set must follow. A query a set."""
    lost = list(lost)
    names = [unit.name for _, unit in lost]
    named = ", ".join(names[:5]) + ("…" if len(names) > 5 else "")
    told = [f"Chưa có tuyến xét duyệt cho {len(names)} đơn vị: {named}."]
    sets = {one.pk: one for one, _ in lost}
    ways = {pk: set(one.routes.order_by().values_list("kind", "managed_at")) for pk, one in sets.items()}
    never = {one.pk for one, unit in lost if (unit.kind, unit.managed_at) not in ways[one.pk]}
    if dated := [one for pk, one in sets.items() if pk not in never]:
        told.append(
            f"{_named(dated)} có tuyến cho loại đơn vị này nhưng không áp dụng ngày {day:%d/%m/%Y}. Hãy chọn ngày chốt "
            "danh sách khác, hoặc ghi việc sắp xếp đơn vị rồi làm lại."
        )
    acts = {
        "bấm “Lập bản của tỉnh từ bộ này”, thêm tuyến rồi ban hành": [
            one for pk, one in sets.items() if pk in never and not one.province_code
        ],
        "lập phiên bản tiếp theo, thêm tuyến, cho bản này hết áp dụng rồi ban hành bản mới": [
            one for pk, one in sets.items() if pk in never and one.province_code
        ],
    }
    told += [
        f"{_named(some)} đã ban hành nên không thêm tuyến vào được. Cán bộ cấp tỉnh mở trang của bộ, {act}; sau đó "
        "làm lại."
        for act, some in acts.items()
        if some
    ]
    return " ".join(told)


def _named(sets: list[CriteriaSet]) -> str:
    return "Bộ " + ", ".join(f"“{one.name}”" for one in sets)


def expected_row(
    cycle: Cycle,
    criteria_set: CriteriaSet,
    routes: dict[tuple[str, str], Route],
    unit: RosterUnit,
    receiver: Receiver | None,
) -> Evaluation | None:
    """The unit's row in a year that opens; None when no route leads from it to units that enter, appraise and decide.

    What is delegated goes the way of the receiver's level (TT 124/2021, Điều 10.5) and keeps its managing place.
    """
    found = way_of(routes, unit.kind, receiver or Receiver(unit.pk, unit.managed_at, unit.places))
    if found is None:
        return None
    route, (entry, appraisal, decision) = found
    return roster_row(
        cycle,
        unit,
        criteria_set,
        route=route,
        delegated_to_id=receiver.pk if receiver else None,
        entry_unit_id=entry,
        appraisal_unit_id=appraisal,
        decision_unit_id=decision,
    )
