"""Opening a programme's year: the roster is frozen here, in bulk; closing it; results of years before the portal."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from django.db import IntegrityError, transaction
from django.db.models import F

from criteria.enums import Level
from criteria.models import CriteriaSet, Grade, Programme, Route, routes_on
from criteria.queries import rule_of, sets_for
from portal.core.errors import Refused
from units import text
from units.enums import UnitKind
from units.models import Delegation, Unit, UnitVersion, User, on

from ..enums import CycleStatus, Origin, State
from ..models import Cycle, Evaluation
from ..workflow import hand_on

BATCH = 1000
LEVEL_VALUES = tuple(Level.values)


def eligible(province: Unit, criteria_set: CriteriaSet, kinds: Iterable[str], as_of: date):
    """Units of the province and kinds the set judges, as they stood on the day; excluded kinds are left out.

    TT 124/2021, Điều 1.2.b: the excluded subtypes are data of the set. Yields value tuples, no model instances.
    """
    return (
        UnitVersion.objects.filter(on(as_of), province=province, unit__kind__in=kinds)
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
            "stands_in_id",
        )
    )


@transaction.atomic
def open_cycle(
    programme: Programme, province: Unit, year: int, *, as_of: date, by: User | None, is_demo=False
) -> Cycle:
    """Open the programme's year and freeze who is expected, with place, criteria set and route of the day.

    A unit delegated on that day goes to whom it is delegated; a delegation made later changes nothing of it.
    A set that judges only selected units (QĐ 9745/2022) expects those whose earlier results allow it to be chosen.
    Statements are bounded by the batches of rows, not by the rows. Raises Refused with every problem: no published
    set, the year already open, units for which no route or no acting unit can be found.
    """
    sets = sets_for(programme, year, province.code)
    if not sets:
        raise Refused(f"Chưa có bộ tiêu chí nào của “{programme.name}” được ban hành cho năm {year}.")
    try:
        with transaction.atomic():
            cycle = Cycle.objects.create(
                programme=programme,
                province=province,
                year=year,
                as_of=as_of,
                opened_by=by,
                is_demo=is_demo,
                is_example=any(one.is_example for one, _ in sets),
            )
    except IntegrityError:
        raise Refused(f"“{programme.name}” năm {year} của {province.name} đã được mở từ trước.") from None
    _one_set_a_kind(sets)
    receivers = _receivers(as_of)
    rows: list[Evaluation] = []
    lost: list[str] = []
    for criteria_set, kinds in sets:
        routes = routes_on(criteria_set, as_of)
        able = _candidates(province, criteria_set, year)
        for facts in eligible(province, criteria_set, kinds, as_of):
            if able is not None and facts[0] not in able:
                continue
            row = _expected(cycle, criteria_set, routes, facts, receivers.get(facts[0]))
            if row is None:
                lost.append(facts[1])
            else:
                rows.append(row)
    if lost:
        named = ", ".join(lost[:5]) + ("…" if len(lost) > 5 else "")
        raise Refused(f"Chưa có tuyến xét duyệt cho {len(lost)} đơn vị: {named}. Hãy bổ sung tuyến vào bộ tiêu chí.")
    if not rows:
        raise Refused(f"Không có đơn vị nào của {province.name} thuộc diện xét tính đến ngày {as_of:%d/%m/%Y}.")
    hand_on(rows)  # the day of the roster may lie before a reorganisation; the place stays that day's
    Evaluation.objects.bulk_create(rows, batch_size=BATCH)
    return cycle


def _one_set_a_kind(sets: list[tuple[CriteriaSet, tuple[str, ...]]]) -> None:
    """Raises Refused when two published sets judge the same kind of unit: a unit has one file a year."""
    taken: dict[str, CriteriaSet] = {}
    for one, kinds in sets:
        for kind in kinds:
            if other := taken.get(kind):
                raise Refused(
                    f"Hai bộ tiêu chí cùng áp dụng cho {UnitKind(kind).label.lower()}: “{other.name}” ({other.code}), "
                    f"“{one.name}” ({one.code}). Hãy cho một bộ hết áp dụng rồi mở kỳ."
                )
            taken[kind] = one


def _candidates(province: Unit, criteria_set: CriteriaSet, year: int) -> set[int] | None:
    """Units whose results of earlier years allow them to be selected; None for a set that judges every unit.

    Only results of earlier years can be asked at the start of the year. One query a condition.
    """
    if not criteria_set.by_selection:
        return None
    able: set[int] | None = None
    for one in rule_of(criteria_set).required:
        if not one.years_back:
            continue
        rows = Evaluation.objects.filter(
            province=province,
            cycle__programme__code=one.programme,
            cycle__year=year - one.years_back,
            state=State.RECOGNISED,
        )
        if one.worst_rank is not None:
            rows = rows.filter(grade__rank__lte=one.worst_rank)
        found = set(rows.values_list("unit_id", flat=True))
        able = found if able is None else able & found
    return able


@dataclass(frozen=True)
class Receiver:
    """A unit another one's management is delegated to, and its place on the day."""

    pk: int
    kind: str
    places: tuple[int | None, ...]  # in the order of LEVEL_VALUES


def _receivers(day: date) -> dict[int, Receiver]:
    """Whom organisations were delegated to on the day, by unit id; two queries, one when nothing is delegated."""
    held = dict(Delegation.objects.in_force(day).order_by().values_list("unit", "receiver"))
    if not held:
        return {}
    rows = UnitVersion.objects.in_force(day).filter(unit__in=held.values()).order_by()
    told = {
        pk: Receiver(pk, kind, tuple(places))
        for pk, kind, *places in rows.values_list("unit", "kind", "province", "district", "commune")
    }
    return {unit: told[pk] for unit, pk in held.items() if pk in told}


def _expected(
    cycle: Cycle,
    criteria_set: CriteriaSet,
    routes: dict[tuple[str, str], Route],
    facts,
    receiver: Receiver | None,
) -> Evaluation | None:
    """The roster row of one unit; None when no route leads from it to units that enter, appraise and decide.

    What is delegated goes the way of the receiver's level (TT 124/2021, Điều 10.5) and keeps its managing place.
    """
    unit_id, name, name_now, sort, search, kind, subtype, parent_kind, *place, stands_in = facts
    if name != name_now:  # renamed since that day: the file is found and ordered under the name it shows
        sort, search = text.sort_key(name), text.search_key(name)
    ancestors = dict(zip(LEVEL_VALUES, place, strict=True))
    route = routes.get((kind, receiver.kind if receiver else parent_kind))
    if route is None:
        return None
    acting = dict(zip(LEVEL_VALUES, receiver.places, strict=True)) if receiver else ancestors
    actors = [acting[level] for level in (route.enter_level, route.appraise_level, route.decide_level)]
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
        stands_in_id=stands_in,
        delegated_to_id=receiver.pk if receiver else None,
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
    grades: Mapping[int, Grade] | None = None,
    is_demo: bool = False,
) -> Cycle:
    """Keep the results of a year before the portal, as a document gives them: final states by unit id, no answers.

    `states` names every unit of the roster; `sets` the criteria set of each unit kind (a draft with gaps will do:
    nothing is judged by it); `grades` the grade of each unit where the programme grades. The cycle is closed from the
    start. Raises Refused when the year is already there.
    """
    grades = grades or {}
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
        is_example=any(one.is_example for one in sets.values()),
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
                grade=grades.get(unit.pk),
                unit_name=unit.name,
                unit_sort_key=unit.sort_key,
                unit_search_key=unit.search_key,
                kind=unit.kind,
                subtype=unit.subtype,
                managed_at=unit.managed_at,
                **{f"{level}_id": pk for level, pk in unit.ancestor_ids.items()},
                stands_in_id=unit.stands_in_id,
            )
            for unit in units.iterator(chunk_size=BATCH)
        ],
        batch_size=BATCH,
    )
    return cycle
