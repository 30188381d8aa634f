"""Selecting units at the start of the year: which were chosen, and what each place still owes its quota."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from criteria.enums import Level, Step
from criteria.models import CriteriaSet, Deadline, Quota
from units.models import Unit, UnitQuerySet

from ..enums import NOT_REGISTERED
from ..models import Cycle
from ..models.dossiers import EvaluationQuerySet

UPWARDS = (Level.COMMUNE, Level.DISTRICT, Level.PROVINCE)


def with_selection(cycles: QuerySet[Cycle]) -> QuerySet[Cycle]:
    """Cycles with `selects`: the programme has sets that judge only units selected at the start of the year."""
    sets = CriteriaSet.objects.filter(programme=OuterRef("programme"), by_selection=True)
    return cycles.annotate(selects=Exists(sets))


def candidates(dossiers: EvaluationQuerySet) -> EvaluationQuerySet:
    """Dossiers of units that may be or have been selected."""
    return dossiers.filter(criteria_set__by_selection=True)


@dataclass(frozen=True)
class QuotaShare:
    """What a place has selected of a criteria set's units against what it owes."""

    place: Unit
    criteria_set: CriteriaSet
    minimum: int
    chosen: int
    able: int  # units that may be selected, the chosen ones included
    article: str

    @property
    def short(self) -> int:
        return max(self.minimum - self.chosen, 0)


def shares(cycle: Cycle, places: UnitQuerySet) -> list[QuotaShare]:
    """The shares of the places given, by place and criteria set; four queries.

    A unit counts once: for the nearest level with a quota at or above the level that manages it (docs/decisions/0011).
    Every place of a level with a quota owes it, also one without any unit that may be selected.
    """
    dossiers = candidates(cycle.evaluations.all())
    sets = {one.pk: one for one in CriteriaSet.objects.filter(pk__in=dossiers.order_by().values("criteria_set"))}
    quotas: dict[int, dict[str, Quota]] = {pk: {} for pk in sets}
    for quota in Quota.objects.filter(criteria_set__in=sets):
        quotas[quota.criteria_set_id][quota.level] = quota
    counted = (
        dossiers.order_by()
        .values_list("criteria_set", "managed_at", *UPWARDS)
        .annotate(able=Count("pk"), chosen=Count("pk", filter=~Q(state__in=NOT_REGISTERED)))
    )
    totals: dict[tuple[int, int], tuple[int, int]] = {}
    for criteria_set, managed_at, *held, able, chosen in counted:
        level = _owing(managed_at, quotas[criteria_set])
        if level and (place := dict(zip(UPWARDS, held, strict=True))[level]):
            before = totals.get((criteria_set, place), (0, 0))
            totals[criteria_set, place] = (before[0] + able, before[1] + chosen)
    levels = {level for by_level in quotas.values() for level in by_level}
    owing = places.filter(province=cycle.province_id, kind__in=levels).open_on(cycle.as_of)
    found = []
    for place in owing.order_by("kind", "sort_key", "pk"):
        for pk, one in sorted(sets.items(), key=lambda item: item[1].code):
            if owed := quotas[pk].get(place.kind):
                able, chosen = totals.get((pk, place.pk), (0, 0))
                found.append(QuotaShare(place, one, owed.minimum, chosen, able, owed.cited))
    return found


def _owing(managed_at: str, by_level: Iterable[str]) -> Level | None:
    """The nearest level with a quota at or above the managing one."""
    return next((level for level in UPWARDS[UPWARDS.index(Level(managed_at)) :] if level in by_level), None)


def last_day(cycle: Cycle) -> date | None:
    """The last day to select, by the routes of the cycle's sets; None when none names one. One query."""
    routes = candidates(cycle.evaluations.all()).order_by().values("route")
    deadlines = Deadline.objects.filter(step=Step.REGISTER, route__in=routes)
    return min((one.last_day(cycle.year) for one in deadlines), default=None)
