"""Opening a programme's year: the roster is frozen here, in bulk; its locks; results of years before the portal."""

from collections.abc import Mapping
from datetime import date

from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.db.models.functions import Now

from criteria.models import CriteriaSet, Grade, Programme, routes_on
from criteria.queries import Applied, applied_in, rule_of
from criteria.ways import judged_twice, receivers_on
from portal.core.errors import Refused
from portal.core.rows.locking import lock_row
from units.enums import LEVELS
from units.locks import hold_units
from units.models import Unit, UnitVersion, User
from units.names import in_sentence
from units.queries.history import main_origins, names_on

from .. import workflow
from ..enums import CycleAction, CycleStatus, Origin, State
from ..judging.success import succeeded
from ..models import Cycle, CycleEvent, Evaluation
from .roster import RosterUnit, expected_row, judged, roster_row, without_route

BATCH = 1000
LONGEST = Cycle._meta.get_field("place_name").max_length
LOCK_FIELDS = ["status", "locked_by", "locked_at", "lock_reason"]


@transaction.atomic
def open_cycle(
    programme: Programme,
    province: Unit,
    year: int,
    *,
    as_of: date,
    by: User | None,
    place: Unit | None = None,
    is_demo: bool = False,
) -> Cycle:
    """Open the programme's year and freeze who is expected, with place, criteria set and route of the day.

    A unit delegated on that day goes to whom it is delegated; a delegation made later changes nothing of it.
    A set that judges only selected units (QĐ 9745/2022) expects those whose earlier results allow it to be chosen.
    With a `place` of the province it is that place's own year: only its units, by its own sets (docs/decisions/0025).
    Statements are bounded by the batches of rows, not by the rows. Raises Refused with every problem: no published
    set, the year already open, units for which no route or no acting unit can be found.
    """
    hold_units()  # the roster is of the tree as it stands; a reorganisation under way is waited for
    one_writer(province)
    if place is None:
        _refuse_told_by_papers(programme, province, year)
    applied = _applied(programme, year, province, place)
    if not applied:
        whose, which = (
            (f"bộ tiêu chí riêng của {place.name} cho", "riêng") if place else ("bộ tiêu chí nào của", "của tỉnh")
        )
        raise Refused(
            f"Chưa có {whose} “{programme.name}” được ban hành cho năm {year}. "
            f"Hãy soạn bộ {which} ở trang Bộ tiêu chí → Chương trình của tỉnh."
        )
    try:
        with transaction.atomic():
            cycle = Cycle.objects.create(
                programme=programme,
                province=province,
                place=place,
                place_name=_name_on(place, as_of) if place else "",
                year=year,
                as_of=as_of,
                opened_by=by,
                is_demo=is_demo,
                is_example=any(one.criteria_set.is_example for one in applied),
            )
    except IntegrityError:
        whose = (place or province).name
        raise Refused(f"“{programme.name}” năm {year} của {whose} đã được mở từ trước.") from None
    freeze_roster(cycle, applied)
    return cycle


def _refuse_told_by_papers(programme: Programme, province: Unit, year: int) -> None:
    """Raises Refused while results of the year stand that were taken from papers."""
    past = Cycle.objects.standing().filter(programme=programme, province=province, place=None, year=year)
    if past.exclude(source="").exists():
        raise Refused(
            f"“{programme.name}” năm {year} của {province.name} đã có kết quả nhập lại từ văn bản nên không mở kỳ "
            "được. Nếu năm đó cần thực hiện trên cổng, hãy bỏ các kết quả ấy ở trang Kết quả năm trước rồi mở kỳ."
        )


def one_writer(province: Unit) -> None:
    """One roster of a province is written at a time: who comes second sees who stands on the first."""
    lock_row(Unit.objects, province.pk)


def sets_of(cycle: Cycle) -> list[Applied]:
    """The sets a year that is open is judged by, as they stand now."""
    return _applied(cycle.programme, cycle.year, cycle.province, cycle.place)


def _applied(programme: Programme, year: int, province: Unit, place: Unit | None) -> list[Applied]:
    return [use for use in applied_in(programme, year, province) if place is None or use.place == place]


def _name_on(place: Unit, day: date) -> str:
    """What the place was called that day, with its district where another of the province was called the same."""
    then = place.versions.in_force(day).select_related("district").first()
    if then is None:
        return place.name
    others = UnitVersion.objects.in_force(day).filter(kind__in=LEVELS, province=then.province_id, name=then.name)
    if then.district_id in (None, place.pk) or not others.exclude(unit=place).exists():
        return then.name
    district = names_on(day, [then.district_id]).get(then.district_id, then.district.name)
    return f"{then.name} ({in_sentence(district)})"[:LONGEST]


def freeze_roster(cycle: Cycle, applied: list[Applied]) -> None:
    """Put every unit the sets judge on the year's roster, as it stood on the cycle's day. See `open_cycle`."""
    province, year, as_of = cycle.province, cycle.year, cycle.as_of
    if told := judged_twice(applied):
        raise Refused(told)
    receivers = receivers_on(as_of)
    rows: list[Evaluation] = []
    lost: list[tuple[CriteriaSet, RosterUnit]] = []
    taken = on_other_rosters(cycle)
    for criteria_set, units in judged(province, applied, as_of):
        routes = routes_on(criteria_set, as_of)
        able = selectable([unit for unit in units if unit.pk not in taken], criteria_set, year)
        found = [(unit, expected_row(cycle, criteria_set, routes, unit, receivers.get(unit.pk))) for unit in able]
        rows += [row for _, row in found if row is not None]
        lost += [(criteria_set, unit) for unit, row in found if row is None]
    if lost:
        raise Refused(without_route(lost, as_of))
    if not rows and taken:
        where = "kỳ của tỉnh hoặc kỳ" if cycle.place else "kỳ riêng của một nơi hoặc kỳ"
        raise Refused(
            f"Mọi đơn vị của {cycle.scope.name} thuộc diện xét năm {year} đã có hồ sơ ở {where} mở trước khi sắp xếp "
            "đơn vị: một năm của một đơn vị chỉ mở một lần. Hãy làm tiếp kỳ đó."
        )
    if not rows:
        raise Refused(f"Không có đơn vị nào của {cycle.scope.name} thuộc diện xét tính đến ngày {as_of:%d/%m/%Y}.")
    workflow.hand_on(rows)  # the day of the roster may lie before a reorganisation; the place stays that day's
    Evaluation.objects.bulk_create(rows, batch_size=BATCH)


def on_other_rosters(cycle: Cycle) -> set[int]:
    """Units that have a dossier of this programme and year in another cycle, and the heirs of those units: after a
    merger the year goes on in the cycles opened before it; beside a place's own year the province's leaves its units
    out, and the other way round. Two queries."""
    others = Cycle.objects.filter(programme=cycle.programme, year=cycle.year).exclude(pk=cycle.pk)
    standing = Evaluation.objects.filter(cycle__in=others).standing().order_by()
    taken = Unit.objects.filter(province=cycle.province, pk__in=standing.values("unit"))
    heirs = taken.filter(closed_on__isnull=False).heirs()
    return set(taken.values_list("pk", flat=True)) | set(heirs.values())


def selectable(units: list[RosterUnit], criteria_set: CriteriaSet, year: int) -> list[RosterUnit]:
    """Those whose results of earlier years allow them to be selected; all of them for a set that judges every unit.

    Only results of earlier years can be asked at the start of the year: the unit's own, in whatever province it lay
    then, or of one that passed its main part on to it. A query a condition, and those of the lineage.
    """
    asked = [one for one in rule_of(criteria_set).preconditions if one.years_back] if criteria_set.by_selection else []
    if not asked:
        return units
    origins = main_origins([unit.pk for unit in units])
    here = {unit.places["province"] for unit in units}
    for one in asked:
        rows = Evaluation.objects.filter(
            Q(province__in=here) | Q(unit__province__in=here),
            cycle__programme__code=one.programme,
            cycle__year=year - one.years_back,
            state=State.RECOGNISED,
        )
        # A grade asked for by its rank is that one, else whatever is a success.
        rows = rows.filter(succeeded() if one.worst_rank is None else Q(grade__rank__lte=one.worst_rank))
        able = set(rows.order_by().values_list("unit_id", flat=True))
        units = [unit for unit in units if able & {unit.pk, *origins.get(unit.pk, ())}]
    return units


@transaction.atomic
def close_cycle(cycle: Cycle, *, reason: str, by: User | None) -> None:
    """Lock the year: nothing in it changes any more but revocations. Raises Refused without a reason, while dossiers
    are still under way, when it is locked.

    Waits for the moves and saves under way; those that wait for it find the year closed.
    """
    locked = lock_row(Cycle.objects, cycle.pk)
    list(locked.evaluations.select_for_update().order_by("pk").values_list("pk", flat=True))
    if locked.status == CycleStatus.CLOSED:
        raise Refused("Kỳ đánh giá đã khoá sổ từ trước.")
    under_way = locked.evaluations.filter(state__in=(State.TABLED, State.PROPOSED)).count()
    if under_way:
        raise Refused(f"Còn {under_way} hồ sơ đang ở phiên họp hoặc chờ quyết định. Hãy giải quyết xong rồi khoá sổ.")
    event = log_cycle(locked, CycleAction.LOCK, reason, by)
    locked.status, locked.locked_by, locked.locked_at, locked.lock_reason = CycleStatus.CLOSED, by, Now(), event.reason
    locked.save(update_fields=LOCK_FIELDS)


@transaction.atomic
def reopen_cycle(cycle: Cycle, *, reason: str, by: User | None) -> None:
    """Take the lock off: dossiers go on from where they stood. Raises Refused without a reason, when the year is open,
    and for results taken from documents: no answers stand behind them."""
    locked = lock_row(Cycle.objects, cycle.pk)
    if locked.is_open:
        raise Refused("Kỳ đánh giá đang mở, không cần mở lại.")
    if locked.source:
        raise Refused(f"Kết quả kỳ này lấy từ tài liệu ({locked.source}), không có hồ sơ để làm tiếp.")
    log_cycle(locked, CycleAction.UNLOCK, reason, by)
    locked.status, locked.locked_by, locked.locked_at, locked.lock_reason = CycleStatus.OPEN, None, None, ""
    locked.save(update_fields=LOCK_FIELDS)


def log_cycle(cycle: Cycle, action: CycleAction, reason: str, by: User | None, *, about: str = "") -> CycleEvent:
    """A line of the year's log. Raises Refused without a reason."""
    if not (told := reason.strip()):
        raise Refused(f"“{action.label}” phải ghi rõ lý do.")
    return CycleEvent.objects.create(
        cycle=cycle, action=action, about=about[:300], reason=told, by=by, by_post=str(by) if by else workflow.OPERATOR
    )


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
    if Cycle.objects.standing().filter(programme=programme, province=province, place=None, year=year).exists():
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
            roster_row(
                cycle,
                RosterUnit.of_today(unit, unit.managed_at),
                sets[unit.kind],
                origin=Origin.HISTORY,
                state=states[unit.pk],
                grade=grades.get(unit.pk),
            )
            for unit in units.iterator(chunk_size=BATCH)
        ],
        batch_size=BATCH,
    )
    return cycle
