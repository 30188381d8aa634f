"""Results through the years: one row a year, each saying under which programme it was judged."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from django.db.models import Count

from evaluations.enums import CycleStatus
from evaluations.models import Cycle, Evaluation
from portal.core.enums import EXAMPLE_WORDS
from portal.core.vietnamese.figures import Share
from units.enums import UnitKind
from units.models import Unit
from units.names import in_sentence

from .boundaries import Boundaries, cycles_around, of_place
from .rollup import Counts, graded_lowest, tally

IN_PROGRESS = "đang thực hiện"


@dataclass(frozen=True)
class YearRow:
    year: int
    cycle_ids: tuple[int, ...]  # several where today's place took over several provinces' years
    programme_code: str
    programme: str
    in_progress: bool
    is_demo: bool
    is_example: bool
    sources: tuple[str, ...]
    only: tuple[str, ...]  # the provinces that have figures of the year, where other years have more of them
    counts: Counts
    is_mixed: bool = False  # units of the province's year and of a place's own, each once

    @property
    def share(self) -> Share:
        """Recognised of the roster: the base is the same in every year of the table."""
        return self.counts.of_roster

    @property
    def note(self) -> str:
        """What the reader must know of the year: that it goes on, or that no law stands behind it."""
        words = (IN_PROGRESS if self.in_progress else "", EXAMPLE_WORDS if self.is_example else "")
        return "; ".join(filter(None, words))

    @property
    def full_note(self) -> str:
        """The note, and whose figures alone stand there: another year is no fair comparison then."""
        alone = f"chỉ có số liệu của {', '.join(self.only)}" if self.only else ""
        return "; ".join(filter(None, (self.note, alone)))


@dataclass(frozen=True)
class Years:
    place: Unit
    kind: str | None
    rows: tuple[YearRow, ...]  # oldest first
    boundaries: Boundaries = Boundaries.THEN
    apart: Mapping[str, Sequence[int]] = field(default_factory=dict)  # years left out, by the place whose own they are

    @property
    def has_programmes(self) -> bool:
        """More than one programme speaks here, so each row must say which."""
        return len({row.programme_code for row in self.rows}) > 1

    @property
    def sources(self) -> list[str]:
        """The papers the figures were taken from, each once, oldest first."""
        return list(dict.fromkeys(source for row in self.rows for source in row.sources))


def ten_year_table(
    place: Unit,
    *,
    programmes: Sequence[str],
    kind: str | None = None,
    last_year: int | None = None,
    years: int = 10,
    boundaries: str = Boundaries.THEN,
) -> Years:
    """The place's last years, at most `years` of them, in three queries; four where some grade.

    Where two programmes judged the same year, the one named first speaks for it; cycles of one programme and year that
    lie in the place are one row.
    """
    named = cycles_around(place, boundaries).filter(programme__code__in=programmes)
    if last_year:
        named = named.filter(year__lte=last_year)
    every = list(named.select_related("programme", "province").order_by("pk"))
    cycles = {cycle.pk: cycle for cycle in every if not (cycle.place_id and place.kind == UnitKind.PROVINCE)}
    dossiers = of_place(Evaluation.objects.filter(cycle__in=cycles), place, boundaries)
    if kind:
        dossiers = dossiers.filter(kind=kind)
    counted = dossiers.order_by().values_list("cycle_id", "state").annotate(number=Count("*"))
    weakest = graded_lowest(dossiers, {cycle.programme_id for cycle in cycles.values()}, "cycle_id")
    found = {cycle_id: counts for (cycle_id,), counts in tally([*counted, *weakest]).items()}
    rank = {code: place_in_list for place_in_list, code in enumerate(programmes)}
    by_year: dict[int, list[Cycle]] = {}
    for cycle in sorted((cycles[pk] for pk in found), key=lambda one: (rank[one.programme.code], one.pk)):
        spoken = by_year.setdefault(cycle.year, [])
        if not spoken or spoken[0].programme_id == cycle.programme_id:
            spoken.append(cycle)
    kept = [same for _, same in sorted(by_year.items())[-years:]]
    provinces = {cycle.province for same in kept for cycle in same}
    rows = tuple(_row(same, found, provinces) for same in kept)
    return Years(place, kind, rows, Boundaries(boundaries), _apart(every, cycles, {row.year for row in rows}))


def _apart(every: Sequence[Cycle], counted: Collection[int], years: Collection[int]) -> dict[str, list[int]]:
    """The years of the table in which places had one of their own that it leaves out, by the places' names."""
    found: dict[str, set[int]] = {}
    for cycle in every:
        if cycle.pk not in counted and cycle.year in years:
            found.setdefault(cycle.place_name, set()).add(cycle.year)
    return {name: sorted(held) for name, held in sorted(found.items())}


def trend(
    programme: str,
    place: Unit,
    last_year: int,
    years: int = 5,
    kind: str | None = None,
    boundaries: str = Boundaries.THEN,
) -> Years:
    """The programme's last years at the place, up to `last_year`."""
    return ten_year_table(
        place, programmes=[programme], kind=kind, last_year=last_year, years=years, boundaries=boundaries
    )


def _row(cycles: Sequence[Cycle], found: dict[int, Counts], provinces: Collection[Unit]) -> YearRow:
    first = cycles[0]
    here = [cycle.province for cycle in cycles]
    there = {one for one in provinces if one.opened_on <= first.as_of <= (one.closed_on or first.as_of)}
    return YearRow(
        year=first.year,
        cycle_ids=tuple(cycle.pk for cycle in cycles),
        programme_code=first.programme.code,
        programme=first.programme.name,
        in_progress=any(cycle.status == CycleStatus.OPEN for cycle in cycles),
        is_demo=any(cycle.is_demo for cycle in cycles),
        is_example=any(cycle.is_example for cycle in cycles),
        sources=tuple(dict.fromkeys(cycle.source for cycle in cycles if cycle.source)),
        only=() if there <= set(here) else tuple(in_sentence(one.name) for one in here),
        counts=sum((found[cycle.pk] for cycle in cycles), Counts()),
        is_mixed=len({cycle.place_id for cycle in cycles}) > 1,
    )
