"""What the portal counts itself for a commune: how the units it manages fared in its cycle."""

from collections.abc import Iterable, Iterator
from dataclasses import astuple, dataclass, replace

from django.db.models import Count, Exists, F, FilteredRelation, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from criteria.enums import Derivation, Level, Measure, Step
from criteria.judging.values import CriterionSpec, Value
from criteria.judging.verdicts import Verdict, judge
from criteria.models import Deadline
from criteria.queries import specs_of
from units.enums import UnitKind
from units.models import Lineage, on

from ..enums import FINAL, NOT_REGISTERED, CycleStatus, State
from ..models import Cycle, Evaluation
from .success import succeeded


@dataclass(frozen=True)
class CountsBelow:
    """How many of the units a commune manages there are, registered and recognised; how many may still become so."""

    total: int = 0
    registered: int = 0
    registering: int = 0  # not registered, the last day for it not yet gone
    recognised: int = 0
    pending: int = 0  # without a result
    withdrawn: int = 0  # among the total
    excluded: int = 0  # not among it

    def __add__(self, other: "CountsBelow") -> "CountsBelow":
        return CountsBelow(*(one + more for one, more in zip(astuple(self), astuple(other), strict=True)))


Below = dict[str, CountsBelow]  # by unit kind


def counts_below(dossiers: Iterable[Evaluation]) -> dict[int, Below]:
    """Counts by the communes' dossier id and unit kind; two queries, none where no set derives anything from them.

    TT 124/2021, Điều 5.4: the base is every residential area, agency, enterprise and school the commune manages or
    has been delegated; one that only stands on its ground is the managing unit's. One taken out of the year by its own
    level stays in the base; it leaves only when the level above agrees (Action.EXCLUDE), or its unit ended. A commune
    that took over from others in the middle of the year counts what came to it from those whose own year stopped.
    The units may stand on the province's roster and the commune on its town's own, or the other way round: what is
    counted is the programme's year, whichever roster holds it. The dossiers come with `cycle` selected.
    """
    deriving = [dossier for dossier in dossiers if dossier.kind == UnitKind.COMMUNE and _derives(dossier)]
    if not deriving:
        return {}
    communes = {dossier.commune_id for dossier in deriving if dossier.commune_id}
    years = {_year_of(dossier.cycle) for dossier in deriving}
    managed = Q(commune__in=communes, managed_at=Level.COMMUNE) | Q(delegated_to__in=communes)
    held_by = Coalesce("delegated_to_id", "commune_id")
    rows = Evaluation.objects.filter(managed).annotate(came_from=held_by, held_by=held_by)
    found: dict[tuple[Year, int], Below] = {}
    _tally(rows, years, found, {})
    for passed, heirs in _passed_on(communes):
        _tally(passed, years, found, heirs)
    return {dossier.pk: found.get((_year_of(dossier.cycle), dossier.commune_id or 0), {}) for dossier in deriving}


Year = tuple[int, int, int]  # programme, year, province: of the province's cycle and of its places' own


def _year_of(cycle: Cycle) -> Year:
    return cycle.programme_id, cycle.year, cycle.province_id


def _cycles_of(years: Iterable[Year]) -> QuerySet[Cycle]:
    same = Q(pk__in=[])
    for programme, year, province in years:
        same |= Q(programme=programme, year=year, province=province)
    return Cycle.objects.filter(same).order_by()


Heirs = dict[tuple[int, int], set[int]]  # by (who held them, who took them over): the communes asked about


def _tally(rows: QuerySet[Evaluation], years: set[Year], found: dict[tuple[Year, int], Below], heirs: Heirs) -> None:
    """Add the units below among the rows to what is found, by year and the commune they count for; one query."""
    due = FilteredRelation("route__deadlines", condition=Q(route__deadlines__step=Step.REGISTER))
    counted = (
        rows.filter(cycle__in=_cycles_of(years).values("pk"))
        .exclude(kind=UnitKind.COMMUNE)
        .order_by()
        .annotate(due=due)
        .values_list(
            *("cycle__programme_id", "cycle__year", "cycle__province_id"),
            *("came_from", "held_by", "kind", "cycle__status"),
            *("due__month", "due__day", "due__inclusive"),
        )
        .annotate(
            total=Count("pk", filter=~Q(state=State.EXCLUDED)),
            registered=Count("pk", filter=~Q(state__in=NOT_REGISTERED)),
            registering=Count("pk", filter=Q(state=State.EXPECTED)),
            recognised=Count("pk", filter=succeeded()),
            pending=Count("pk", filter=~Q(state__in=FINAL)),
            withdrawn=Count("pk", filter=Q(state=State.WITHDRAWN)),
            excluded=Count("pk", filter=Q(state=State.EXCLUDED)),
        )
    )
    for programme, year, province, came_from, held_by, kind, status, month, day, inclusive, *counts in counted:
        one = CountsBelow(*counts)
        due_day = Deadline(month=month, day=day, inclusive=inclusive).last_day(year) if month else None
        if status != CycleStatus.OPEN or (due_day and due_day < timezone.localdate()):
            one = replace(one, registering=0)
        for commune in {held_by} if came_from == held_by else heirs.get((came_from, held_by), ()):
            held = found.setdefault(((programme, year, province), commune), {})
            held[kind] = held.get(kind, CountsBelow()) + one


def _passed_on(communes: Iterable[int]) -> Iterator[tuple[QuerySet[Evaluation], Heirs]]:
    """Units below that came to the communes by a reorganisation within the year: who held them, who took them over.

    Only from a commune whose own dossier the reorganisation stopped: a year that was over keeps its counts. A unit lies
    where its version of that day says, so a divided commune's go each their way; what was delegated goes to the main
    heir. A query a generation of reorganisations, and one a day of them beside one for what was delegated.
    """
    stopped = Evaluation.objects.filter(unit=OuterRef("came_from"), cycle=OuterRef("cycle"), state=State.EXCLUDED)
    leads_to: dict[int, set[int]] = {pk: {pk} for pk in communes}
    seen: set[int] = set()
    while wave := set(leads_to) - seen:
        seen |= wave
        lines = list(Lineage.objects.filter(successor__in=wave, predecessor__kind=UnitKind.COMMUNE))
        heirs = {(line.predecessor_id, line.successor_id): leads_to[line.successor_id] for line in lines}
        olds = {line.predecessor_id for line in lines}
        for day in sorted({line.on for line in lines}):
            own = Q(commune__in=olds, managed_at=Level.COMMUNE, delegated_to=None)
            rows = Evaluation.objects.filter(own, on(day, prefix="unit__versions__"))
            yield _from(rows, stopped, "commune_id", F("unit__versions__commune_id")), heirs
        if olds:
            main = Lineage.objects.filter(predecessor=OuterRef("delegated_to"), is_main=True).values("successor")
            yield _from(Evaluation.objects.filter(delegated_to__in=olds), stopped, "delegated_to_id", main), heirs
        for old, successor in heirs:
            leads_to.setdefault(old, set()).update(leads_to[successor])


def _from(rows: QuerySet[Evaluation], stopped: QuerySet[Evaluation], holder: str, heir: F | QuerySet) -> QuerySet:
    held_by = heir if isinstance(heir, F) else Subquery(heir)
    return rows.annotate(came_from=F(holder), held_by=held_by).filter(Exists(stopped))


def _derives(dossier: Evaluation) -> bool:
    return any(line.measure == Measure.DERIVED for line in specs_of(dossier.criteria_set))


def derived_values(criteria: Iterable[CriterionSpec], below: Below) -> dict[str, Value]:
    """The answers the portal gives itself, by criterion code; empty where the commune manages no such unit yet."""
    found = {}
    for criterion in criteria:
        if criterion.measure == Measure.DERIVED:
            counts = _counted(criterion, below)
            found[criterion.code] = DERIVATIONS[criterion.derivation](criterion, counts) if counts.total else Value()
    return found


def _counted(criterion: CriterionSpec, below: Below) -> CountsBelow:
    """The units the criterion counts: of the kinds it names, or of every kind."""
    kinds = [counts for kind, counts in below.items() if not criterion.derived_from or kind in criterion.derived_from]
    return sum(kinds, CountsBelow())


def _registered(criterion: CriterionSpec, counts: CountsBelow) -> Value:
    return _settled(criterion, counts.registered, counts.registering, counts.total)


def _recognised(criterion: CriterionSpec, counts: CountsBelow) -> Value:
    return _settled(criterion, counts.recognised, counts.pending, counts.total)


def _settled(criterion: CriterionSpec, sure: int, open_number: int, total: int) -> Value:
    """Known as soon as the undecided units can no longer change it; empty until then."""
    least = Value(numerator=sure, denominator=total)
    most = Value(numerator=sure + open_number, denominator=total)
    return least if meets(criterion, least) or not meets(criterion, most) else Value()


DERIVATIONS = {"subordinates_registered": _registered, "subordinates_recognised": _recognised}


def meets(criterion: CriterionSpec, value: Value) -> bool:
    return judge([criterion], {criterion.code: value}).outcome == "met"


def say_what_is_waited_for(verdict: Verdict, criteria: Iterable[CriterionSpec], below: Below) -> Verdict:
    """The verdict, saying of a derived criterion that cannot be known yet how many units it waits for."""
    waiting = {one.code: told for one in criteria if one.derivation and (told := _waiting(one, below))}
    if not waiting:
        return verdict
    missing = tuple(
        replace(item, sentence=f"{waiting[item.code]} nên chưa kết luận được ({item.article}).")
        if item.code in waiting
        else item
        for item in verdict.missing
    )
    return replace(verdict, missing=missing)


def base_of(criterion: CriterionSpec, below: Below) -> str:
    """What the derived criterion's percentage is of, for the page: whoever reads it can count it again."""
    counts = _counted(criterion, below)
    told = f"Tính trên {counts.total} đơn vị trong danh sách của kỳ"
    if counts.withdrawn:
        told += f", gồm cả {counts.withdrawn} đơn vị nơi quản lý tự đưa ra khỏi diện xét"
    if counts.excluded:
        told += f"; không tính {counts.excluded} đơn vị được cấp trên đồng ý đưa ra hoặc kết thúc do sắp xếp"
    return f"{told}."


def _waiting(criterion: CriterionSpec, below: Below) -> str:
    counts = _counted(criterion, below)
    if criterion.derivation == Derivation.SUBORDINATES_REGISTERED:
        left, done = counts.registering, f"đã đăng ký {counts.registered}/{counts.total}"
        return f"Còn {left} đơn vị thuộc xã chưa đăng ký ({done}), chưa hết hạn đăng ký" if left else ""
    left, done = counts.pending, f"đã công nhận {counts.recognised}/{counts.total}"
    return f"Còn {left} đơn vị thuộc xã chưa có kết quả ({done})" if left else ""
