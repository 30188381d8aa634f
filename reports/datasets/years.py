"""Results through the years: one row a year, each saying under which programme it was judged."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count

from evaluations.enums import CycleStatus
from evaluations.models import Cycle, Evaluation
from units.models import Unit

from ..figures import Share
from .places import of_place
from .rollup import Counts, tally

IN_PROGRESS = "đang thực hiện"


@dataclass(frozen=True)
class YearRow:
    year: int
    cycle_id: int
    programme_code: str
    programme: str
    in_progress: bool
    is_demo: bool
    source: str
    counts: Counts

    @property
    def share(self) -> Share:
        """Recognised of the roster: the base is the same in every year of the table."""
        return self.counts.of_roster

    @property
    def note(self) -> str:
        return IN_PROGRESS if self.in_progress else ""


@dataclass(frozen=True)
class Years:
    place: Unit
    kind: str | None
    rows: tuple[YearRow, ...]  # oldest first

    @property
    def has_programmes(self) -> bool:
        """More than one programme speaks here, so each row must say which."""
        return len({row.programme_code for row in self.rows}) > 1

    @property
    def sources(self) -> list[str]:
        """The papers the figures were taken from, each once, oldest first."""
        return list(dict.fromkeys(row.source for row in self.rows if row.source))


def ten_year_table(
    place: Unit,
    *,
    programmes: Sequence[str],
    kind: str | None = None,
    last_year: int | None = None,
    years: int = 10,
) -> Years:
    """The place's last years, at most `years` of them, in two queries.

    Where two programmes judged the same year, the one named first speaks for it.
    """
    named = Cycle.objects.filter(province=place.province_id, programme__code__in=programmes)
    if last_year:
        named = named.filter(year__lte=last_year)
    cycles = {cycle.pk: cycle for cycle in named.select_related("programme")}
    files = of_place(Evaluation.objects.filter(cycle__in=cycles), place, place.province_id or place.pk)
    if kind:
        files = files.filter(kind=kind)
    counted = files.order_by().values_list("cycle_id", "state").annotate(number=Count("*"))
    found = {cycle_id: counts for (cycle_id,), counts in tally(counted).items()}
    rank = {code: place_in_list for place_in_list, code in enumerate(programmes)}
    by_year: dict[int, Cycle] = {}
    for cycle in sorted((cycles[pk] for pk in found), key=lambda cycle: rank[cycle.programme.code]):
        by_year.setdefault(cycle.year, cycle)
    kept = sorted(by_year.items())[-years:]
    return Years(place, kind, tuple(_row(cycle, found[cycle.pk]) for _, cycle in kept))


def trend(programme: str, place: Unit, last_year: int, years: int = 5, kind: str | None = None) -> Years:
    """The programme's last years at the place, up to `last_year`."""
    return ten_year_table(place, programmes=[programme], kind=kind, last_year=last_year, years=years)


def _row(cycle: Cycle, counts: Counts) -> YearRow:
    return YearRow(
        year=cycle.year,
        cycle_id=cycle.pk,
        programme_code=cycle.programme.code,
        programme=cycle.programme.name,
        in_progress=cycle.status == CycleStatus.OPEN,
        is_demo=cycle.is_demo,
        source=cycle.source,
        counts=counts,
    )
