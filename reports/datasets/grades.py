"""How many units got which grade: by place within a year, and through the years; counted by the database."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from django.db.models import Count

from evaluations.enums import State
from evaluations.models import Evaluation
from portal.core.vietnamese.figures import Share
from units.enums import UnitKind

from .boundaries import of_place
from .place_names import DIRECT_COMMUNES, DISTRICT_BLOCK, PROVINCE_BLOCK
from .rollup import By, Group, Rollup, RollupRow
from .years import Years

OF_GRADED = "số được xếp loại"
WITHOUT = "Không xếp loại"


@dataclass(frozen=True)
class GradeColumn:
    """A grade as the year's sets name it; sets that name one rank differently share the column."""

    rank: int | None  # None: recognised without a grade
    label: str


@dataclass(frozen=True)
class GradeRow:
    """How many units of a place or kind got each grade, in the order of the columns."""

    label: str
    group: str  # the district of a commune; empty elsewhere
    numbers: tuple[int, ...]
    graded: int

    @property
    def recognised(self) -> int:
        return sum(self.numbers)

    @property
    def shares(self) -> tuple[Share, ...]:
        return tuple(Share(number, self.graded, OF_GRADED) for number in self.numbers)

    @property
    def cells(self) -> list[tuple[int, Share]]:
        return list(zip(self.numbers, self.shares, strict=True))


@dataclass(frozen=True)
class GradeTable:
    """The grades of a roll-up's rows; the sums are those of its recognised units."""

    title: str
    by: By
    columns: tuple[GradeColumn, ...]
    rows: tuple[GradeRow, ...]

    @cached_property
    def total(self) -> GradeRow:
        numbers = tuple(map(sum, zip(*(row.numbers for row in self.rows), strict=True)))
        return GradeRow("Tổng cộng", "", numbers, sum(row.graded for row in self.rows))

    @property
    def grades(self) -> list[tuple[GradeColumn, int, Share | None]]:
        """(grade, number of units, share of those graded) in order of rank; no share for those without a grade."""
        found = zip(self.columns, self.total.numbers, self.total.shares, strict=True)
        return [(column, number, share if column.rank else None) for column, number, share in found]


def grades_of(rollup: Rollup) -> GradeTable | None:
    """The grades of the roll-up's recognised units, row by row; None where nothing is graded. One query, none for a
    programme without grades."""
    if not rollup.groups or not rollup.scope.has_grades:
        return None
    counted = (
        rollup.scope.dossiers(rollup.kind)
        .filter(state=State.RECOGNISED)
        .order_by()
        .values_list("kind", *rollup.scope.levels, "grade__rank", "grade__label")
        .annotate(number=Count("pk"))
    )
    found: dict[object, dict[int | None, int]] = defaultdict(lambda: defaultdict(int))
    labels: dict[int | None, set[str]] = defaultdict(set)
    for kind, district, commune, rank, label, number in counted:
        found[_key(rollup.by, kind, district, commune)][rank] += number
        labels[rank].add(label or WITHOUT)
    if not set(labels) - {None}:
        return None
    columns = columns_of(labels)
    rows = tuple(
        _row(row, group.label if rollup.by == By.COMMUNE else "", found[key], columns)
        for group in rollup.groups
        for row in group.rows
        if (key := _key_of(row, group)) in found
    )
    return GradeTable(f"Kết quả xếp loại – {rollup.title.lower()}", rollup.by, columns, rows)


def columns_of(labels: dict[int | None, set[str]]) -> tuple[GradeColumn, ...]:
    """Columns in order of rank, those without a grade last."""
    ranks = sorted(labels, key=lambda rank: (rank is None, rank))
    return tuple(GradeColumn(rank, " / ".join(sorted(labels[rank]))) for rank in ranks)


def _key(by: By, kind: str, district: int | None, commune: int | None) -> object:
    """The roll-up's row that a dossier belongs to."""
    if by == By.KIND:
        return UnitKind(kind).label
    if by == By.DISTRICT:
        return district or (DIRECT_COMMUNES if commune else PROVINCE_BLOCK)
    return commune or ((DISTRICT_BLOCK, district) if district else PROVINCE_BLOCK)


def _key_of(row: RollupRow, group: Group) -> object:
    if row.unit_id:
        return row.unit_id
    return (DISTRICT_BLOCK, group.unit_id) if row.label == DISTRICT_BLOCK else row.label


def _row(row: RollupRow, group: str, found: dict[int | None, int], columns: Iterable[GradeColumn]) -> GradeRow:
    numbers = tuple(found.get(column.rank, 0) for column in columns)
    return GradeRow(row.label, group, numbers, sum(numbers) - found.get(None, 0))


@dataclass(frozen=True)
class YearGrade:
    """How many units got a rank in a year, under the name it had that year."""

    year: int
    column: GradeColumn
    number: int
    share: Share


def grades_through(years: Years) -> tuple[YearGrade, ...]:
    """A row for each year and rank, oldest year and best rank first; one query, rows only where there are grades."""
    cycles = {pk: row.year for row in years.rows for pk in row.cycle_ids}
    dossiers = of_place(
        Evaluation.objects.filter(cycle__in=cycles, grade__isnull=False, state=State.RECOGNISED),
        years.place,
        years.boundaries,
    )
    if years.kind:
        dossiers = dossiers.filter(kind=years.kind)
    counted = dossiers.order_by().values_list("cycle_id", "grade__rank", "grade__label").annotate(number=Count("pk"))
    labels: dict[int, dict[int | None, set[str]]] = defaultdict(lambda: defaultdict(set))
    numbers: dict[tuple[int, int | None], int] = defaultdict(int)
    graded: dict[int, int] = defaultdict(int)
    for cycle, rank, label, number in counted:
        year = cycles[cycle]
        labels[year][rank].add(label)
        numbers[year, rank] += number
        graded[year] += number
    return tuple(
        YearGrade(year, column, number, Share(number, graded[year], OF_GRADED))
        for year in sorted(labels)
        for column in columns_of(labels[year])
        if (number := numbers[year, column.rank])
    )
