"""Results through the years: one row a year, each saying under which programme it was judged."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from django.db.models import Count, Exists, OuterRef, Q

from criteria.models import Grade
from evaluations.enums import CycleStatus
from evaluations.models import Cycle, Evaluation, PastTotal
from portal.core.enums import EXAMPLE_WORDS
from portal.core.vietnamese.figures import Share
from units.enums import LEVELS, UnitKind
from units.models import Unit
from units.names import in_sentence

from .boundaries import Boundaries, cycles_around, of_place
from .rollup import Counts, graded_lowest, tally

IN_PROGRESS = "đang thực hiện"
TOTALS_MARK = "số tổng nhập lại"
ENTERED_MARK = "chỉ tính đơn vị đã nhập kết quả"
ENTERED_BASE = "số đơn vị đã nhập"


@dataclass(frozen=True)
class Reentered:
    """A total a paper gives of one kind of units in one year."""

    year: int
    kind: UnitKind
    source: str
    place: str = ""  # another than the table's: one it took over


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
    totals: tuple[Reentered, ...] = ()  # of kinds of which papers gave totals alone; how many were sent in is not known

    @property
    def totals_of(self) -> tuple[UnitKind, ...]:
        return tuple(total.kind for total in self.totals)

    is_entered: bool = False  # results entered from papers, of the units somebody entered: perhaps not of all

    @property
    def share(self) -> Share:
        """Recognised of the roster; of a year entered from papers, of those entered, as no roster is known."""
        found = self.counts.of_roster
        return replace(found, base=ENTERED_BASE) if self.is_entered else found

    @property
    def note(self) -> str:
        """What the reader must know of the year: that it goes on, or that no law stands behind it."""
        words = (IN_PROGRESS if self.in_progress else "", EXAMPLE_WORDS if self.is_example else "")
        return "; ".join(filter(None, words))

    @property
    def full_note(self) -> str:
        """The note, and whose figures alone stand there: another year is no fair comparison then."""
        alone = f"chỉ có số liệu của {', '.join(self.only)}" if self.only else ""
        totals = f"{'có ' if self.cycle_ids else ''}{TOTALS_MARK}" if self.totals_of else ""
        entered = ENTERED_MARK if self.is_entered else ""
        return "; ".join(filter(None, (self.note, entered, totals, alone)))


@dataclass(frozen=True)
class Years:
    place: Unit
    kind: str | None
    rows: tuple[YearRow, ...]  # oldest first
    boundaries: Boundaries = Boundaries.THEN
    apart: Mapping[str, Sequence[int]] = field(default_factory=dict)  # years left out, by the place whose own they are
    left_out: tuple[int, ...] = ()  # years of which only totals are known, in a table of today's boundaries
    set_aside: tuple[Reentered, ...] = ()  # totals that a table beside a year's dossiers does not count
    overtaken: tuple[Reentered, ...] = ()  # totals of kinds that the year's dossiers tell of
    of_others: tuple[Reentered, ...] = ()  # totals of places it took over, left out of a table of today's boundaries

    @property
    def totals_note(self) -> str:
        """Which years are totals re-entered from papers, by kind and source, and which are not in the table and why;
        mostly empty."""
        if self.left_out:
            spans = spans_of(self.left_out)
            told = [f"Số tổng nhập lại năm {spans} theo ranh giới của năm đó nên không có trong bảng này."]
            told += [f"Trong đó có {_totals_in_words(self.of_others)}."] if self.of_others else []
            return " ".join([*told, *self._overtaken_note])
        counted, aside = (
            _totals_in_words([one for row in self.rows for one in row.totals]),
            _totals_in_words(self.set_aside),
        )
        sentences = (
            f"Số tổng nhập lại từ văn bản, không có kết quả từng đơn vị: {counted}." if counted else "",
            f"Năm có hồ sơ chỉ tính hồ sơ, không cộng số tổng nhập lại từ văn bản: {aside}." if aside else "",
            *self._overtaken_note,
        )
        return " ".join(filter(None, sentences))

    @property
    def _overtaken_note(self) -> list[str]:
        if not self.overtaken:
            return []
        why = "Loại đơn vị đã có kết quả từng đơn vị thì chỉ tính các kết quả ấy, không lấy số tổng nhập lại từ văn bản"
        return [f"{why}: {_totals_in_words(self.overtaken)}."]

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
    beside: int | None = None,
) -> Years:
    """The place's last years, at most `years` of them, in three queries; four where some grade.

    Where two programmes judged the same year, the one named first speaks for it; cycles of one programme and year that
    lie in the place are one row. Totals from papers stand in for kinds of which the year has no dossier at the place,
    where the year was not worked on the portal; beside the tables of a year (`beside`) only for years without any
    dossier, and never in that year's own cycle.
    """
    named = cycles_around(place, boundaries).filter(programme__code__in=programmes)
    totals = PastTotal.objects.standing().filter(place=place.pk, programme__code__in=programmes)
    if last_year:
        named, totals = named.filter(year__lte=last_year), totals.filter(year__lte=last_year)
    grades = Exists(Grade.objects.filter(criteria_set__programme=OuterRef("programme")))
    every = list(named.annotate(is_graded=grades).select_related("programme", "province").order_by("pk"))
    cycles = {cycle.pk: cycle for cycle in every if not (cycle.place_id and place.kind == UnitKind.PROVINCE)}
    dossiers = of_place(Evaluation.objects.filter(cycle__in=cycles), place, boundaries)
    if kind:
        dossiers, totals = dossiers.filter(kind=kind), totals.filter(kind=kind)
    counted = dossiers.order_by().values_list("cycle_id", "kind", "state").annotate(number=Count("*"))
    graded = {cycle.programme_id for cycle in cycles.values() if cycle.is_graded}
    weakest = graded_lowest(dossiers, graded, "cycle_id", "kind")
    by_programme: dict[tuple[int, str], _ProgrammeYear] = defaultdict(_ProgrammeYear)  # by year and programme
    held = set()
    for (cycle_id, of_kind), counts in sorted(tally([*counted, *weakest]).items()):
        cycle = cycles[cycle_id]
        by_programme[cycle.year, cycle.programme.code].count(cycle, counts)
        if counts.roster:
            held.add((cycle.year, of_kind))
    totals = list(totals.select_related("programme").order_by("pk"))
    unheld = [one for one in totals if (one.year, one.kind) not in held]
    others = _of_others(place, programmes, kind, last_year) if boundaries == Boundaries.TODAY else ()
    left_out = tuple(sorted({one.year for one in (*unheld, *others)})) if boundaries == Boundaries.TODAY else ()
    alone = {year for year, _ in held} if beside else set()
    alone |= {cycle.year for cycle in cycles.values() if cycle.year == beside}
    worked = {(cycle.programme_id, cycle.year) for cycle in every if not cycle.source}
    overtaken = [one for one in totals if (one.year, one.kind) in held]
    set_aside = [one for one in unheld if one.year in alone or (one.programme_id, one.year) in worked]
    for one in [] if left_out else unheld:
        if one not in set_aside:
            by_programme[one.year, one.programme.code].totals.append(one)
    spoken = _speakers(by_programme, programmes)
    kept = [spoken[year] for year in sorted(spoken)[-years:]]
    provinces = {cycle.province for one in kept for cycle in one.cycles}
    rows = tuple(_row(one, provinces) for one in kept)
    apart = _apart(every, cycles, {row.year for row in rows})
    shown = {beside, *(row.year for row in rows)}
    aside, over = (tuple(_reentered(one) for one in some if one.year in shown) for some in (set_aside, overtaken))
    return Years(place, kind, rows, Boundaries(boundaries), apart, left_out, () if left_out else aside, over, others)


def _of_others(
    place: Unit, programmes: Sequence[str], kind: str | None, last_year: int | None
) -> tuple[Reentered, ...]:
    """The totals of places of its level that it took over: an ended unit's place columns are its heir's. One query."""
    if place.kind not in LEVELS:
        return ()
    ended = Q(place__kind=place.kind, **{f"place__{place.kind}": place.pk}) & ~Q(place=place.pk)
    rows = PastTotal.objects.standing().filter(ended, programme__code__in=programmes).select_related("place")
    rows = rows.filter(kind=kind) if kind else rows
    rows = rows.filter(year__lte=last_year) if last_year else rows
    return tuple(replace(_reentered(one), place=in_sentence(one.place.name)) for one in rows.order_by("pk"))


@dataclass
class _ProgrammeYear:
    """What dossiers and papers say of a programme's year at the place."""

    cycles: list[Cycle] = field(default_factory=list)
    counts: Counts = field(default_factory=Counts)
    totals: list[PastTotal] = field(default_factory=list)

    def count(self, cycle: Cycle, counts: Counts) -> None:
        if cycle not in self.cycles:
            self.cycles.append(cycle)
        self.counts += counts

    @property
    def weight(self) -> int:
        """Dossiers speak before totals, and both before a year whose every dossier left the base."""
        return 0 if self.counts.roster else 1 if self.totals else 2


def _speakers(
    by_programme: dict[tuple[int, str], _ProgrammeYear], programmes: Sequence[str]
) -> dict[int, _ProgrammeYear]:
    """The programme that speaks for each year."""
    rank = {code: place_in_list for place_in_list, code in enumerate(programmes)}
    found: dict[int, _ProgrammeYear] = {}
    for (year, _), one in sorted(by_programme.items(), key=lambda item: (item[1].weight, rank[item[0][1]])):
        found.setdefault(year, one)
    return found


def spans_of(years: Iterable[int]) -> str:
    """Years as people write them: "2009–2012, 2014"."""
    spans: list[list[int]] = []
    for year in sorted(set(years)):
        if spans and spans[-1][-1] == year - 1:
            spans[-1].append(year)
        else:
            spans.append([year])
    return ", ".join(f"{span[0]}–{span[-1]}" if len(span) > 1 else str(span[0]) for span in spans)


def _totals_in_words(totals: Iterable[Reentered]) -> str:
    """In the order of the kinds: "khu dân cư năm 2009–2012 (nguồn: …); cơ quan năm 2012 (nguồn: …)"."""
    years: dict[tuple[UnitKind, str, str], list[int]] = defaultdict(list)
    for one in sorted(totals, key=lambda one: (list(UnitKind).index(one.kind), one.year)):
        years[one.kind, one.source, one.place].append(one.year)
    return "; ".join(
        f"{kind.label.lower()} {f'của {place} ' if place else ''}năm {spans_of(held)} (nguồn: {source})"
        for (kind, source, place), held in years.items()
    )


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
    """The programme's last years at the place, up to `last_year`, as they stand beside the tables of that year's
    dossiers: what those count is what the row counts."""
    return ten_year_table(
        place,
        programmes=[programme],
        kind=kind,
        last_year=last_year,
        years=years,
        boundaries=boundaries,
        beside=last_year,
    )


def _row(said: _ProgrammeYear, provinces: Collection[Unit]) -> YearRow:
    cycles, totals = said.cycles, said.totals
    first = (cycles or totals)[0]
    return YearRow(
        year=first.year,
        cycle_ids=tuple(cycle.pk for cycle in cycles),
        programme_code=first.programme.code,
        programme=first.programme.name,
        in_progress=any(cycle.status == CycleStatus.OPEN for cycle in cycles),
        is_demo=any(cycle.is_demo for cycle in cycles),
        is_example=any(cycle.is_example for cycle in cycles),
        sources=tuple(
            dict.fromkeys(
                [*(cycle.source for cycle in cycles if cycle.source), *(total.marked_source for total in totals)]
            )
        ),
        only=_only(cycles, provinces),
        counts=sum((_counts(total) for total in totals), said.counts),
        totals=tuple(_reentered(total) for total in totals),
        is_entered=any(cycle.source for cycle in cycles),
        is_mixed=len({cycle.place_id for cycle in cycles}) > 1,
    )


def _only(cycles: Sequence[Cycle], provinces: Collection[Unit]) -> tuple[str, ...]:
    """The provinces of the cycles, where other provinces of that day have figures in other years alone."""
    if not cycles:
        return ()
    day, here = cycles[0].as_of, [cycle.province for cycle in cycles]
    there = {one for one in provinces if one.opened_on <= day <= (one.closed_on or day)}
    return () if there <= set(here) else tuple(in_sentence(one.name) for one in here)


def _reentered(total: PastTotal) -> Reentered:
    return Reentered(total.year, UnitKind(total.kind), total.source)


def _counts(total: PastTotal) -> Counts:
    return Counts(roster=total.total, registered=total.registered or 0, recognised=total.met)
