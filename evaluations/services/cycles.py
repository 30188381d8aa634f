"""Opening a programme's year: the roster is frozen here, in bulk; closing it; results of years before the portal."""

from datetime import date

from django.db import IntegrityError, transaction
from django.db.models import F

from criteria.enums import Level
from criteria.models import CriteriaSet, Programme, Route, routes_on
from portal.core.errors import Refused
from units import text
from units.enums import UnitKind
from units.models import Unit, UnitVersion, User, on

from ..enums import CycleStatus, Origin, State
from ..models import Cycle, Evaluation
from ..queries import published_sets

BATCH = 1000
LEVEL_VALUES = tuple(Level.values)


def eligible(province: Unit, criteria_set: CriteriaSet, as_of: date):
    """Units of the province the set judges, as they stood on the day; excluded kinds are left out.

    TT 124/2021, Điều 1.2.b: the excluded subtypes are data of the set. Yields value tuples, no model instances.
    """
    return (
        UnitVersion.objects.filter(on(as_of), province=province, unit__kind__in=criteria_set.unit_kinds)
        .filter(on(as_of, start="unit__opened_on", end="unit__closed_on"))
        .exclude(subtype__in=criteria_set.excluded_subtypes)
        .order_by("unit_id")
        .values_list(
            "unit_id",
            "name",
            "unit__name",
            "unit__sort_key",
            "unit__search_key",
            "unit__kind",
            "subtype",
            "parent__kind",
            "province_id",
            "district_id",
            "commune_id",
        )
    )


@transaction.atomic
def open_cycle(
    programme: Programme, province: Unit, year: int, *, as_of: date, by: User | None, is_demo=False
) -> Cycle:
    """Open the programme's year and freeze who is expected, with place, criteria set and route of the day.

    Statements are bounded by the batches of rows, not by the rows. Raises Refused with every problem: no published
    set, the year already open, units for which no route or no acting unit can be found.
    """
    sets = published_sets(programme, year)
    if not sets:
        raise Refused(f"Chưa có bộ tiêu chí nào của “{programme.name}” được ban hành cho năm {year}.")
    try:
        with transaction.atomic():
            cycle = Cycle.objects.create(
                programme=programme, province=province, year=year, as_of=as_of, opened_by=by, is_demo=is_demo
            )
    except IntegrityError:
        raise Refused(f"“{programme.name}” năm {year} của {province.name} đã được mở từ trước.") from None
    _one_set_a_kind(sets)
    rows: list[Evaluation] = []
    lost: list[str] = []
    for criteria_set in sets:
        routes = routes_on(criteria_set, as_of)
        for facts in eligible(province, criteria_set, as_of):
            row = _expected(cycle, criteria_set, routes, facts)
            if row is None:
                lost.append(facts[1])
            else:
                rows.append(row)
    if lost:
        named = ", ".join(lost[:5]) + ("…" if len(lost) > 5 else "")
        raise Refused(f"Chưa có tuyến xét duyệt cho {len(lost)} đơn vị: {named}. Hãy bổ sung tuyến vào bộ tiêu chí.")
    if not rows:
        raise Refused(f"Không có đơn vị nào của {province.name} thuộc diện xét tính đến ngày {as_of:%d/%m/%Y}.")
    Evaluation.objects.bulk_create(rows, batch_size=BATCH)
    return cycle


def _one_set_a_kind(sets: list[CriteriaSet]) -> None:
    """Raises Refused when two published sets judge the same kind of unit: a unit has one file a year."""
    taken: dict[str, CriteriaSet] = {}
    for one in sets:
        for kind in one.unit_kinds:
            if other := taken.get(kind):
                raise Refused(
                    f"Hai bộ tiêu chí cùng áp dụng cho {UnitKind(kind).label.lower()}: “{other.name}” ({other.code}), "
                    f"“{one.name}” ({one.code}). Hãy cho một bộ hết áp dụng rồi mở kỳ."
                )
            taken[kind] = one


def _expected(
    cycle: Cycle, criteria_set: CriteriaSet, routes: dict[tuple[str, str], Route], facts
) -> Evaluation | None:
    """The roster row of one unit; None when no route leads from it to units that enter, appraise and decide."""
    unit_id, name, name_now, sort, search, kind, subtype, parent_kind, *place = facts
    if name != name_now:  # renamed since that day: the file is found and ordered under the name it shows
        sort, search = text.sort_key(name), text.search_key(name)
    ancestors = dict(zip(LEVEL_VALUES, place, strict=True))
    route = routes.get((kind, parent_kind))
    if route is None:
        return None
    actors = [ancestors[level] for level in (route.enter_level, route.appraise_level, route.decide_level)]
    if None in actors:
        return None
    return Evaluation(
        cycle=cycle,
        unit_id=unit_id,
        criteria_set=criteria_set,
        route=route,
        unit_name=name,
        unit_sort_key=sort,
        unit_search_key=search,
        kind=kind,
        subtype=subtype,
        managed_at=parent_kind,
        province_id=ancestors["province"],
        district_id=ancestors["district"],
        commune_id=ancestors["commune"],
        entry_unit_id=actors[0],
        appraisal_unit_id=actors[1],
        decision_unit_id=actors[2],
    )


@transaction.atomic
def close_cycle(cycle: Cycle, *, by: User) -> None:
    """Lock the year: nothing in it changes any more. Raises Refused while files are still under way.

    Waits for the moves and saves under way; those that wait for it find the year closed.
    """
    locked = Cycle.objects.select_for_update().get(pk=cycle.pk)
    list(locked.evaluations.select_for_update().order_by("pk").values_list("pk", flat=True))
    if locked.status == CycleStatus.CLOSED:
        raise Refused("Kỳ đánh giá đã khoá sổ từ trước.")
    under_way = locked.evaluations.filter(state__in=(State.TABLED, State.PROPOSED)).count()
    if under_way:
        raise Refused(f"Còn {under_way} hồ sơ đang ở phiên họp hoặc chờ quyết định. Hãy giải quyết xong rồi khoá sổ.")
    locked.status = CycleStatus.CLOSED
    locked.save(update_fields=["status"])


@transaction.atomic
def record_results(
    programme: Programme,
    province: Unit,
    year: int,
    *,
    as_of: date,
    source: str,
    states: dict[int, str],
    sets: dict[str, CriteriaSet],
    is_demo: bool = False,
) -> Cycle:
    """Keep the results of a year before the portal, as a document gives them: final states by unit id, no answers.

    `states` names every unit of the roster; `sets` the criteria set of each unit kind (a draft with gaps will do:
    nothing is judged by it). The cycle is closed from the start. Raises Refused when the year is already there.
    """
    if Cycle.objects.filter(programme=programme, province=province, year=year).exists():
        raise Refused(f"Kết quả “{programme.name}” năm {year} của {province.name} đã có.")
    cycle = Cycle.objects.create(
        programme=programme,
        province=province,
        year=year,
        as_of=as_of,
        status=CycleStatus.CLOSED,
        source=source,
        is_demo=is_demo,
    )
    units = Unit.objects.filter(pk__in=states).annotate(managed_at=F("parent__kind"))
    Evaluation.objects.bulk_create(
        [
            Evaluation(
                cycle=cycle,
                unit=unit,
                criteria_set=sets[unit.kind],
                origin=Origin.HISTORY,
                state=states[unit.pk],
                unit_name=unit.name,
                unit_sort_key=unit.sort_key,
                unit_search_key=unit.search_key,
                kind=unit.kind,
                subtype=unit.subtype,
                managed_at=unit.managed_at,
                **{f"{level}_id": pk for level, pk in unit.ancestor_ids.items()},
            )
            for unit in units.iterator(chunk_size=BATCH)
        ],
        batch_size=BATCH,
    )
    return cycle
