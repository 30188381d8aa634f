"""Results of years before the portal, from papers: recorded in bulk, added to, corrected with a trace."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from django.db import transaction
from django.db.models import Min, Q, QuerySet, prefetch_related_objects

from criteria.models import CriteriaSet, Grade, Programme
from criteria.ways import LEVELS
from portal.core.errors import Refused
from portal.core.rows.locking import lock_row
from units.locks import hold_units
from units.models import Unit, UnitVersion, User, on

from .. import permissions, workflow
from ..enums import REENTERED, Action, CycleStatus, Origin, State
from ..models import Cycle, Evaluation
from .roster import RosterUnit, roster_row

BATCH = 1000
MORE = " và văn bản khác"
RESULT_WORDS: dict[str, str] = {
    State.RECOGNISED: "Đạt",
    State.DECLINED: "Không đạt",
    State.EXPECTED: "Không đăng ký",
}  # what a paper says of a unit


@dataclass(frozen=True)
class PastResult:
    """What a paper says of one unit in one year; `stored` is the dossier that says something of it already."""

    programme: Programme
    year: int
    unit: Unit
    state: str
    grade: Grade | None
    paper: str
    source: str
    stored: Evaluation | None = None
    paper_on: date | None = None
    title: str = ""

    @property
    def result(self) -> workflow.PaperResult:
        """The columns the dossier is to have; a row that names no source leaves the one that is stored."""
        source = self.source or (self.stored.taken_from if self.stored else "")
        return workflow.PaperResult(self.state, self.grade, self.paper, self.paper_on, self.title, source)

    @property
    def word(self) -> str:
        return RESULT_WORDS[self.state]

    @property
    def word_before(self) -> str:
        """What is stored, where the paper says something else."""
        if self.stored is None:
            return ""
        before = workflow.PaperResult.of(self.stored)
        grade = f", loại {before.grade}" if before.grade else ""
        decision = f" ({before.decision})" if before.decision else ""
        return RESULT_WORDS.get(before.state, self.stored.get_state_display()) + grade + decision

    @property
    def facts_before(self) -> list | None:
        """Everything a row may change of what is stored."""
        if self.stored is None:
            return None
        before = workflow.PaperResult.of(self.stored)
        words = (before.paper, before.paper_on, before.paper_title, before.paper_source)
        return [before.state, self.stored.grade_id, *words]

    @property
    def differs(self) -> bool:
        return self.stored is None or self.result != workflow.PaperResult.of(self.stored)


def past_day(year: int) -> date:
    """The day a past year's units are taken as they stood: its last."""
    return date(year, 12, 31)


def past_sets(programme: Programme, province: Unit, year: int) -> dict[str, CriteriaSet]:
    """The set each unit kind was judged by that year, drafts included: only results are kept with them.

    The province's own stands in for the whole country's; a year before every set takes the oldest. No examples, and no
    set of one place: most units lie outside it.
    """
    sets = programme.sets.filter(is_example=False, place_code="").for_province(province)
    found: dict[str, CriteriaSet] = {}
    for one in sets.order_by("-first_year", "province_code", "version"):
        found |= dict.fromkeys(one.unit_kinds, one)
    for one in sets.for_year(year).order_by("province_code", "first_year", "version"):
        found |= dict.fromkeys(one.unit_kinds, one)
    return found


@transaction.atomic
def record_past(rows: Iterable[PastResult], province: Unit, *, by: User | None, reason: str) -> tuple[int, int]:
    """Record what papers say of past years, all rows or none; returns (new, corrected).

    A year not here yet becomes a locked one that names its source and that it was re-entered; every result's log tells
    by whom and from which paper. `by` is None for the command line only. Statements grow with years and batches.
    Raises Refused outside the giver's province, for a year worked on the portal, for a unit that was not there at the
    end of its year, for a result somebody else has just entered.
    """
    rows = list(rows)
    hold_units()
    others = {row.stored.cycle.province for row in rows if row.stored}
    for one in sorted({province, *others}, key=lambda each: each.pk):
        _lock(one, by)
    changed = [row for row in rows if row.stored is not None and row.differs]
    workflow.correct_past(
        [workflow.Corrected(row.stored, row.result) for row in changed if row.stored], by=by, reason=reason
    )
    for cycle in {row.stored.cycle for row in changed if row.stored}:
        _refuse_worked(cycle)
        _name_sources(cycle)
    new = [row for row in rows if row.stored is None]
    years: dict[tuple[Programme, int], list[PastResult]] = defaultdict(list)
    for row in new:
        years[row.programme, row.year].append(row)
    for (programme, year), told in sorted(years.items(), key=lambda one: (one[0][1], one[0][0].pk)):
        made = _record_year(programme, year, told, province, by)
        workflow.log_recorded(made, by=by, reason=reason)
    return len(new), len(changed)


def results_of(rows: Iterable[PastResult]) -> list[Evaluation]:
    """The dossiers that tell of the rows' units and years. Queries grow with batches."""
    rows = list(rows)
    wanted = {(row.programme.pk, row.year, row.unit.pk) for row in rows}
    found: list[Evaluation] = []
    for start in range(0, len(rows), BATCH):
        some = [row.unit.pk for row in rows[start : start + BATCH]]
        past = Evaluation.objects.filter(unit__in=some, origin=Origin.HISTORY).select_related("cycle")
        found += [one for one in past if (one.cycle.programme_id, one.cycle.year, one.unit_id) in wanted]
    return found


@transaction.atomic
def take_past_away(dossier: Evaluation, *, by: User, reason: str) -> None:
    """Take away a result entered by mistake: nothing counts it any more, its log tells what it was, by whom and why.

    It may be entered again. Raises Refused outside the giver's province, for a dossier worked on the portal, without a
    reason, for one taken away already or changed since it was read.
    """
    _lock(dossier.cycle.province, by)
    found = Evaluation.objects.select_related("cycle", "grade").get(pk=dossier.pk)
    if found.state == State.EXCLUDED:
        raise Refused(f"Kết quả năm {found.cycle.year} của {found.unit_name} đã được bỏ. Hãy tải lại trang.")
    if workflow.PaperResult.of(found) != workflow.PaperResult.of(dossier):
        raise Refused(f"Kết quả của {found.unit_name} vừa được người khác sửa. Hãy tải lại trang để xem.")
    if not reason.strip():
        raise Refused("Hãy ghi rõ lý do bỏ kết quả.")
    away = workflow.Corrected(found, replace(workflow.PaperResult.of(found), state=State.EXCLUDED))
    workflow.correct_past([away], by=by, reason=reason.strip(), action=Action.TAKE_AWAY)
    _name_sources(found.cycle)


@transaction.atomic
def take_results_back(
    made: Sequence[Evaluation], changed: Sequence[tuple[Evaluation, Evaluation]], *, by: User, reason: str
) -> None:
    """Take away the results a file recorded and give others back what they said before it: `changed` are dossiers as
    they stand and as they were. Each gets a line in its log; one that had been taken away before is away again.

    Raises Refused outside the giver's province and for a year since opened on the portal.
    """
    rows = [*made, *(one for pair in changed for one in pair)]
    prefetch_related_objects(rows, "cycle__province", "cycle__programme", "grade")
    cycles = {row.cycle_id: row.cycle for row in rows}
    for province in {one.province_id: one.province for one in cycles.values()}.values():
        _lock(province, by)
    for cycle in cycles.values():
        _refuse_worked(cycle)
    away = [workflow.Corrected(one, replace(workflow.PaperResult.of(one), state=State.EXCLUDED)) for one in made]
    back: list[workflow.Corrected] = []
    for now, then in changed:
        result = replace(workflow.PaperResult.of(then), paper_source=then.paper_source)
        (away if then.state == State.EXCLUDED else back).append(workflow.Corrected(now, result))
    workflow.correct_past(away, by=by, reason=reason, action=Action.TAKE_AWAY)
    workflow.correct_past(back, by=by, reason=reason)
    for cycle in cycles.values():
        _name_sources(cycle)


def _lock(province: Unit, by: User | None) -> None:
    """One writer of a province's past years at a time: the second sees what the first wrote."""
    if by is not None and not permissions.may_open_cycle(by, province):
        raise Refused("Chỉ cán bộ cấp tỉnh, quản trị của tỉnh được nhập kết quả các năm trước.")
    lock_row(Unit.objects, province.pk)


def _refuse_worked(past: Cycle) -> None:
    """Raises Refused where the year was opened on the portal after all of its results were taken away."""
    same = Cycle.objects.filter(programme=past.programme_id, province=past.province_id, place=None, year=past.year)
    if same.filter(source="").exists():
        raise Refused(f"“{past.programme.name}” năm {past.year} được thực hiện trên cổng nên không nhập lại được.")


def _name_sources(cycle: Cycle) -> None:
    """The year names every paper a result of it stands on, as far as they fit, and none of those it no longer does.

    Results recorded without a paper of their own stand on what the year has named from the start. A year of which
    nothing stands keeps its last words; nobody is told them.
    """
    standing = cycle.evaluations.standing().order_by()
    papers = standing.values("paper_source").annotate(first=Min("pk")).order_by("first")
    named = [one["paper_source"] for one in papers]
    if not named:
        return
    if "" in named:
        named.insert(0, cycle.source.removesuffix(REENTERED))
    each = [one for paper in named for one in paper.removesuffix(MORE).split("; ")]
    told = "; ".join(dict.fromkeys(filter(None, each)))
    most = 250 - len(REENTERED)
    if len(told) > most:
        told = f"{told[: most - len(MORE)].rpartition('; ')[0] or told[: most - len(MORE)]}{MORE}"
    if told + REENTERED != cycle.source:
        cycle.source = told + REENTERED
        cycle.save(update_fields=["source"])


def _record_year(
    programme: Programme, year: int, rows: list[PastResult], province: Unit, by: User | None
) -> list[Evaluation]:
    sets = past_sets(programme, province, year)
    same = Cycle.objects.filter(programme=programme, province=province, place=None, year=year)
    cycle = same.order_by("source").first()  # a worked year's names none
    if cycle is not None:
        _refuse_worked(cycle)
    else:
        cycle = Cycle.objects.create(
            programme=programme,
            province=province,
            year=year,
            as_of=past_day(year),
            status=CycleStatus.CLOSED,
            source=f"{rows[0].source}{REENTERED}",
            opened_by=by,
            is_example=any(one.is_example for one in sets.values()),
        )
    ids = [row.unit.pk for row in rows]
    same_year = from_papers(ids).filter(cycle__programme=programme, cycle__year=year)
    held = set(same_year.values_list("unit", flat=True))
    elsewhere = on_other_rosters(ids, province)
    stood = units_then(ids, past_day(year))
    named = cycle.source.removesuffix(REENTERED)
    made = []
    for row in rows:
        if row.unit.pk in held:
            raise Refused(f"Kết quả năm {year} của {row.unit} vừa được người khác nhập. Hãy tải lại trang để xem.")
        if (row.unit.pk, programme.pk, year) in elsewhere:
            raise Refused(f"{row.unit} có hồ sơ năm {year} trong một kỳ khác trên cổng. Hãy xử lý ở hồ sơ của năm đó.")
        if row.unit.pk not in stood:
            raise Refused(f"{row.unit} chưa có hoặc đã kết thúc vào cuối năm {year}.")
        if row.unit.kind not in sets:
            raise Refused(f"“{programme.name}” không có bộ tiêu chí cho {row.unit.get_kind_display().lower()}.")
        made.append(
            roster_row(
                cycle,
                stood[row.unit.pk],
                sets[row.unit.kind],
                origin=Origin.HISTORY,
                state=row.state,
                grade=row.grade,
                paper=row.paper,
                paper_on=row.paper_on,
                paper_title=row.title,
                paper_source=row.source or named,
            )
        )
    made = Evaluation.objects.bulk_create(made, batch_size=BATCH)
    _name_sources(cycle)
    return made


def on_other_rosters(ids: Iterable[int], province: Unit) -> set[tuple[int, int, int]]:
    """Unit, programme and year of the units' dossiers worked on the portal outside the province's own year: in the year
    of a place, or of the province they lay in before a merger. A query a batch."""
    ids = list(ids)
    elsewhere = Q(cycle__place__isnull=False) | (Q(cycle__source="") & ~Q(cycle__province=province))
    rows = Evaluation.objects.filter(elsewhere).order_by()
    told = ("unit_id", "cycle__programme_id", "cycle__year")
    batches = (ids[start : start + BATCH] for start in range(0, len(ids), BATCH))
    return {key for some in batches for key in rows.filter(unit__in=some).values_list(*told)}


def from_papers(ids: Iterable[int]) -> QuerySet[Evaluation]:
    """What papers say of the units already, also in the year of a province they lay in before a merger: a unit has one
    result of a programme and year."""
    return Evaluation.objects.filter(unit__in=list(ids)).exclude(cycle__source="")


def units_then(ids: Iterable[int], day: date) -> dict[int, RosterUnit]:
    """The units as they stood that day, by id; those that were not there are left out. A query a batch."""
    ids = list(ids)
    own = ("name", "subtype", "stands_in_id", "sort_key", "search_key", "parent__kind")
    told = ("unit_id", "unit__kind", "unit__sort_key", "unit__search_key", *own, *(f"{level}_id" for level in LEVELS))
    found = {}
    for start in range(0, len(ids), BATCH):
        versions = UnitVersion.objects.filter(on(day), unit__in=ids[start : start + BATCH]).values_list(*told)
        for pk, kind, sort_now, search_now, name, subtype, stands_in, sort, search, above, *places in versions:
            found[pk] = RosterUnit(
                pk=pk,
                name=name,
                sort_key=sort or sort_now,
                search_key=search or search_now,
                kind=kind,
                subtype=subtype,
                managed_at=above or kind,
                places=dict(zip(LEVELS, places, strict=True)),
                stands_in=stands_in,
            )
    return found
