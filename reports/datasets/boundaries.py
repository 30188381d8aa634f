"""Which dossiers a table counts and where they lie: the boundaries of the year counted, or those of today."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property

from django.db.models import Q, QuerySet, TextChoices
from django.utils import timezone

from criteria.models import Grade
from evaluations.models import Cycle, Evaluation
from evaluations.models.dossiers import EvaluationQuerySet
from units.enums import ReformStatus, UnitKind
from units.models import Lineage, Reorganisation, Unit, UnitVersion

from .place_names import names_on


class Boundaries(TextChoices):
    THEN = "then", "Ranh giới của năm đó"
    TODAY = "today", "Ranh giới hiện nay"


def condition_of(place: Unit, boundaries: str, province_id: int | None = None) -> dict[str, int] | None:
    """The column that holds the place in a dossier of a cycle of that province; None where nothing can be there.

    Of the year: the dossier's own snapshot. A province asks for no column then: the cycle says it already, and the
    roll-up index answers alone. Of today: the unit's columns, which for an ended unit are those of its heir, so a
    dossier is counted once, where its unit's main line of succession ended.
    """
    column = UnitKind(place.kind).place_column
    if boundaries == Boundaries.TODAY:
        return {column if column == "unit" else f"unit__{column}": place.pk}
    if place.kind == UnitKind.PROVINCE:
        return {} if province_id in (None, place.pk) else None
    return {column: place.pk}


def of_place(
    dossiers: EvaluationQuerySet, place: Unit, boundaries: str, province_id: int | None = None
) -> EvaluationQuerySet:
    """The place's dossiers among those of cycles that may hold them (see `cycles_at`), or of that province's cycles."""
    condition = condition_of(place, boundaries, province_id)
    return dossiers.none() if condition is None else dossiers.filter(**condition)


def cycles_at(place: Unit, boundaries: str) -> QuerySet[Cycle]:
    """Cycles that may hold dossiers of the place: of every province it, or what lies in it today, may have been in.

    A town's own year counts in the town and below it, never in the totals of what lies above (docs/decisions/0025).
    """
    around = cycles_around(place, boundaries)
    return around.filter(place=None) if place.kind == UnitKind.PROVINCE else around


def cycles_around(place: Unit, boundaries: str) -> QuerySet[Cycle]:
    """`cycles_at`; of a province with the own years of its places, which its totals leave out."""
    if boundaries == Boundaries.TODAY:
        provinces: QuerySet | set[int | None] = provinces_joined(place.province_id or place.pk)
        column = UnitKind(place.kind).place_column
        here = Q(unit=place.pk) if column == "unit" else Q(**{f"unit__{column}": place.pk}, kind=place.kind)
        versions = UnitVersion.objects.filter(here)
    else:
        versions = UnitVersion.objects.filter(unit=place.pk)
        provinces = {place.pk} if place.kind == UnitKind.PROVINCE else versions.order_by().values("province")
    if place.kind == UnitKind.PROVINCE:
        return Cycle.objects.standing().filter(province__in=provinces)
    own = [Q(place__in=versions.order_by().values(level)) for level in ("district", "commune")]
    return Cycle.objects.standing().filter(Q(place=None) | own[0] | own[1], province__in=provinces)


def provinces_joined(province_id: int) -> set[int | None]:
    """The province and those from which reorganisations may have brought units to it; one small query.

    A unit changes its province only by a reorganisation that concerns both: whatever lies here today once lay there.
    """
    applied = Reorganisation.objects.filter(status=ReformStatus.APPLIED)
    concerned: dict[int, set[int | None]] = defaultdict(set)
    for reform, then, today in applied.values_list("pk", "provinces", "provinces__province"):
        concerned[reform] |= {then, today}
    found: set[int | None] = {province_id}
    size = 0
    while size < len(found):
        size = len(found)
        for provinces in concerned.values():
            if found & provinces:
                found |= provinces
    return found


@dataclass(frozen=True)
class Scope:
    """The dossiers of a place in a programme's year; under today's boundaries those of every cycle it took over."""

    cycles: tuple[Cycle, ...]  # the one asked for comes first
    place: Unit
    boundaries: Boundaries = Boundaries.THEN
    called: dict[int, str] = field(default_factory=dict, compare=False, repr=False)  # names that were asked already

    @property
    def cycle(self) -> Cycle:
        return self.cycles[0]

    @property
    def is_today(self) -> bool:
        return self.boundaries == Boundaries.TODAY

    @property
    def levels(self) -> tuple[str, str]:
        """The columns of district and commune."""
        return ("unit__district_id", "unit__commune_id") if self.is_today else ("district_id", "commune_id")

    @cached_property
    def has_districts(self) -> bool:
        """Whether districts stand at or below the place in these boundaries, or hold a dossier whose places the history
        of the units does not reach back to."""
        if self.place.kind != UnitKind.PROVINCE:
            return self.place.kind == UnitKind.DISTRICT
        day = timezone.localdate() if self.is_today else self.cycle.as_of
        if UnitVersion.objects.in_force(day).filter(kind=UnitKind.DISTRICT, province=self.place.pk).exists():
            return True
        return not self.is_today and self.dossiers().filter(district__isnull=False).exists()

    def dossiers(self, kind: str | None = None) -> EvaluationQuerySet:
        dossiers = Evaluation.objects.filter(cycle__in=[cycle.pk for cycle in self.cycles])
        dossiers = of_place(dossiers, self.place, self.boundaries, self.cycle.province_id)
        return dossiers.filter(kind=kind) if kind else dossiers

    def names(self, ids: Iterable[int | None]) -> dict[int, str]:
        """What the units are called: today, or on the day the roster was taken from; each is asked once."""
        wanted = {pk for pk in ids if pk}
        if unknown := wanted - self.called.keys():
            self.called.update(names_on(timezone.localdate() if self.is_today else self.cycle.as_of, unknown))
        return {pk: self.called[pk] for pk in wanted if pk in self.called}

    @cached_property
    def has_grades(self) -> bool:
        """Whether any set of the programme grades; asks the few sets, never the dossiers."""
        return Grade.objects.filter(criteria_set__programme=self.cycle.programme_id).exists()

    @property
    def name(self) -> str:
        return self.names({self.place.pk}).get(self.place.pk, self.place.name)  # it may be taken off meanwhile

    @cached_property
    def manager(self) -> str:
        """The name of the unit above the place, in the same boundaries; empty for a province."""
        above = self.place.parent_id
        if not self.is_today:
            version = UnitVersion.objects.in_force(self.cycle.as_of).filter(unit=self.place.pk).first()
            above = version.parent_id if version else above
        return self.names({above}).get(above, "") if above else ""


def scope_of(cycle: Cycle, place: Unit, boundaries: str = Boundaries.THEN) -> Scope:
    """The cycle alone, or with the cycles of the same programme and year whose dossiers may lie in the place today.

    A place's own year stands alone in either.
    """
    if boundaries != Boundaries.TODAY or cycle.place_id:
        return Scope((cycle,), place, Boundaries(boundaries))
    same = (
        cycles_at(place, boundaries)
        .filter(programme=cycle.programme_id, year=cycle.year, place=None)
        .exclude(pk=cycle.pk)
    )
    others = same.select_related("programme", "province").order_by("province__sort_key", "pk")
    return Scope((cycle, *others), place, Boundaries.TODAY)


def divided(dossiers: QuerySet[Evaluation], place: Unit) -> int:
    """How many of the dossiers are of units divided since: today each is counted whole where the main part went."""
    units = divided_units(place)
    return dossiers.filter(unit__in=units).count() if units else 0


def divided_units(place: Unit) -> set[int]:
    """Ended units lying in the place today that were divided, themselves or further down their main line."""
    column = UnitKind(place.kind).place_column
    if column == "unit":
        return set()
    rows = Lineage.objects.filter(**{f"predecessor__{column}": place.pk})
    before: dict[int, list[int]] = defaultdict(list)
    found: set[int] = set()
    for predecessor, successor, is_main in rows.values_list("predecessor", "successor", "is_main"):
        if is_main:
            before[successor].append(predecessor)
        else:
            found.add(predecessor)
    waiting = list(found)
    while waiting:
        new = [one for one in before[waiting.pop()] if one not in found]
        found.update(new)
        waiting += new
    return found
