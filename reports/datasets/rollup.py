"""The yearly roll-up: counts of a cycle's dossiers by unit kind, district or commune."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cache, cached_property

from django.db import connection
from django.db.models import Count, QuerySet, TextChoices, Value

from criteria.queries import lowest_grades
from evaluations.enums import NOT_MET, NOT_REGISTERED, SENT, State
from evaluations.models import Cycle, Evaluation
from portal.core.vietnamese.figures import Share
from units.enums import ORGANISATIONS, UnitKind
from units.models import Unit

from .boundaries import Boundaries, Scope, condition_of, scope_of
from .place_names import DIRECT_COMMUNES, DISTRICT_BLOCK, PROVINCE_BLOCK, order_of

UNREGISTERED, GONE_OUT, FAILED = ([state.value for state in group] for group in (NOT_REGISTERED, SENT, NOT_MET))
WEAKEST = "weakest"  # counted like a state: those recognised with the lowest grade, among the recognised
OF_ROSTER = "tổng số"
OF_REGISTERED = "số đăng ký"
KIND_GROUPS = (
    ("Khu dân cư", (UnitKind.RESIDENTIAL_AREA,)),
    ("Xã, phường, thị trấn", (UnitKind.COMMUNE,)),
    ("Cấp huyện", (UnitKind.DISTRICT,)),
    ("Cơ quan, doanh nghiệp, cơ sở giáo dục", ORGANISATIONS),
)


class By(TextChoices):
    KIND = "kind", "Theo loại đơn vị"
    DISTRICT = "district", "Theo cấp huyện"
    COMMUNE = "commune", "Theo cấp xã"

    @property
    def in_words(self) -> str:
        return {By.KIND: "theo loại đơn vị", By.DISTRICT: "theo huyện", By.COMMUNE: "theo xã"}[self]

    @property
    def row_title(self) -> str:
        """What stands in the first column."""
        return "Loại đơn vị" if self == By.KIND else "Địa bàn, khối quản lý"


@dataclass(frozen=True)
class Counts:
    """How many dossiers there are and how far they came; a dossier that went further still counts as registered.

    The roster is the base of every percentage: as in TT 124's criteria 4.1 and 4.2, one taken out of the year by its
    own level is still in it, one the level above let go (`excluded`) is not. A unit graded lowest has not met it.
    """

    roster: int = 0
    registered: int = 0
    submitted: int = 0
    recognised: int = 0
    not_met: int = 0
    withdrawn: int = 0
    excluded: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(
            self.roster + other.roster,
            self.registered + other.registered,
            self.submitted + other.submitted,
            self.recognised + other.recognised,
            self.not_met + other.not_met,
            self.withdrawn + other.withdrawn,
            self.excluded + other.excluded,
        )

    @classmethod
    def of_states(cls, found: dict[str, int]) -> "Counts":
        """From the number of dossiers in each state."""
        weakest, excluded = found.get(WEAKEST, 0), found.get(State.EXCLUDED.value, 0)
        every = sum(found.values()) - weakest
        return cls(
            roster=every - excluded,
            registered=every - sum(found.get(state, 0) for state in UNREGISTERED),
            submitted=sum(found.get(state, 0) for state in GONE_OUT),
            recognised=found.get(State.RECOGNISED.value, 0) - weakest,
            not_met=sum(found.get(state, 0) for state in FAILED) + weakest,
            withdrawn=found.get(State.WITHDRAWN.value, 0),
            excluded=excluded,
        )

    @property
    def of_roster(self) -> Share:
        return Share(self.recognised, self.roster, OF_ROSTER)

    @property
    def of_registered(self) -> Share:
        return Share(self.recognised, self.registered, OF_REGISTERED)

    @property
    def registration(self) -> Share:
        return Share(self.registered, self.roster, OF_ROSTER)

    @property
    def submission(self) -> Share:
        return Share(self.submitted, self.registered, OF_REGISTERED)


@dataclass(frozen=True)
class RollupRow:
    label: str
    unit_id: int | None  # the district or commune counted; None for a kind or a block without one
    counts: Counts


@dataclass(frozen=True)
class Group:
    """Rows that add up to one subtotal."""

    label: str
    unit_id: int | None
    rows: tuple[RollupRow, ...]

    @cached_property
    def subtotal(self) -> Counts:
        return sum((row.counts for row in self.rows), Counts())


@dataclass(frozen=True)
class Rollup:
    scope: Scope
    by: By
    kind: UnitKind | None
    groups: tuple[Group, ...]

    @property
    def cycle(self) -> Cycle:
        return self.scope.cycle

    @property
    def place(self) -> Unit:
        return self.scope.place

    @cached_property
    def total(self) -> Counts:
        return sum((group.subtotal for group in self.groups), Counts())

    @property
    def rows(self) -> list[RollupRow]:
        return [row for group in self.groups for row in group.rows]

    @property
    def has_subtotals(self) -> bool:
        """A subtotal says something only where several groups have it and some group holds several rows."""
        return len(self.groups) > 1 and any(len(group.rows) > 1 for group in self.groups)

    @property
    def title(self) -> str:
        return f"{By(self.by).label}{f' – {UnitKind(self.kind).label}' if self.kind else ''}"


def ways_below(scope: Scope) -> tuple[By, ...]:
    """How the levels below the place may be counted, widest first: by district only where there are districts."""
    if scope.place.kind == UnitKind.PROVINCE and scope.has_districts:
        return By.DISTRICT, By.COMMUNE
    return (By.COMMUNE,) if scope.place.kind in (UnitKind.PROVINCE, UnitKind.DISTRICT) else ()


def yearly_rollup(
    cycle: Cycle, *, place: Unit, by: str, kind: str | None = None, boundaries: str = Boundaries.THEN
) -> Rollup:
    """The place's dossiers of the cycle's year, counted; see `scope_of` and `rollup_of`."""
    return rollup_of(scope_of(cycle, place, boundaries), by=by, kind=kind)


def rollup_of(scope: Scope, *, by: str, kind: str | None = None) -> Rollup:
    """The scope's dossiers counted; in three queries whatever their number (does the programme grade, counts by ids,
    then names), four where it grades.

    In the boundaries of that year the counts group by the snapshot columns only, so on PostgreSQL the index answers
    without the table; in today's they group by the units' columns. Names are those of the same boundaries.
    """
    groups: tuple[Group, ...] = ()
    if condition_of(scope.place, scope.boundaries, scope.cycle.province_id) is not None:
        groups = _by_kind(scope, kind) if by == By.KIND else _by_place(scope, by, kind)
    return Rollup(scope, By(by), UnitKind(kind) if kind else None, groups)


def _counted(scope: Scope, kind: str | None, *columns: str) -> list[tuple]:
    """(columns…, state, number) of the scope's dossiers."""
    graded = [scope.cycle.programme_id] if scope.has_grades else []
    weakest = graded_lowest(scope.dossiers(kind), graded, *columns)
    if scope.is_today:
        rows = scope.dossiers(kind).order_by().values_list(*columns, "state")
        return [*rows.annotate(number=Count("*")), *weakest]
    at_place = condition_of(scope.place, scope.boundaries, scope.cycle.province_id) or {}
    return [*count({"cycle": scope.cycle.pk, **at_place, **({"kind": kind} if kind else {})}, *columns), *weakest]


def graded_lowest(dossiers: QuerySet[Evaluation], graded: Collection[int], *columns: str) -> list[tuple]:
    """(columns…, WEAKEST, number) of the recognised with the lowest grade of the programmes that grade; one query, none
    without such programmes.

    Apart from the other counts: those are answered by the index, which knows no grade.
    """
    if not graded:
        return []
    lowest = lowest_grades().filter(criteria_set__programme__in=graded)
    rows = dossiers.filter(state=State.RECOGNISED, grade__in=lowest).order_by().annotate(weakest=Value(WEAKEST))
    return list(rows.values_list(*columns, "weakest").annotate(number=Count("*")))


def count(where: dict[str, int | str], *columns: str) -> list[tuple]:
    """(columns…, state, number) of the dossiers that answer to `where`, column by value."""
    with connection.cursor() as cursor:
        cursor.execute(count_sql(tuple(where), columns), list(where.values()))
        return cursor.fetchall()


@cache
def count_sql(where: tuple[str, ...], columns: tuple[str, ...]) -> str:
    """The SQL of a count as the ORM writes it, once a shape: writing it takes a third as long as running it."""
    dossiers = Evaluation.objects.order_by()
    for column in where:
        dossiers = dossiers.filter(**{column: "" if column == "kind" else 0})
    return dossiers.values_list(*columns, "state").annotate(number=Count("*")).query.sql_with_params()[0]


def tally(rows: Iterable[tuple]) -> dict[tuple, Counts]:
    """Rows of (key…, state, number) as counts by key."""
    found: dict[tuple, dict[str, int]] = defaultdict(dict)
    for *key, state, number in rows:
        found[tuple(key)][state] = number
    return {key: Counts.of_states(states) for key, states in found.items()}


def _by_kind(scope: Scope, kind: str | None) -> tuple[Group, ...]:
    found = {one: counts for (one,), counts in tally(_counted(scope, kind, "kind")).items()}
    groups = (
        Group(label, None, tuple(RollupRow(UnitKind(kind).label, None, found[kind]) for kind in kinds if kind in found))
        for label, kinds in KIND_GROUPS
    )
    return tuple(group for group in groups if group.rows)


def _by_place(scope: Scope, by: str, kind: str | None) -> tuple[Group, ...]:
    found = tally(_counted(scope, kind, *scope.levels))
    names = scope.names({scope.place.pk, *(unit for pair in found for unit in pair)})
    return _districts(found, names) if by == By.DISTRICT else _communes(found, names)


Found = dict[tuple[int | None, int | None], Counts]  # by (district, commune)


def _districts(found: Found, names: dict[int, str]) -> tuple[Group, ...]:
    districts: dict[int, Counts] = defaultdict(Counts)
    direct, province = Counts(), Counts()
    for (district, commune), counts in found.items():
        if district:
            districts[district] += counts
        elif commune:
            direct += counts
        else:
            province += counts
    rows = [RollupRow(names[unit], unit, districts[unit]) for unit in _in_order(districts, names)]
    rows += [RollupRow(DIRECT_COMMUNES, None, direct)] if direct.roster else []
    rows += [RollupRow(PROVINCE_BLOCK, None, province)] if province.roster else []
    return (Group("", None, tuple(rows)),) if rows else ()


def _communes(found: Found, names: dict[int, str]) -> tuple[Group, ...]:
    by_district: dict[int | None, list[int | None]] = defaultdict(list)
    for district, commune in found:
        by_district[district].append(commune)
    groups = []
    for district in [*_in_order([unit for unit in by_district if unit], names), None]:
        communes = by_district.get(district, [])
        rows = [
            RollupRow(names[unit], unit, found[district, unit])
            for unit in _in_order([unit for unit in communes if unit], names)
        ]
        if district and None in communes:
            rows.append(RollupRow(DISTRICT_BLOCK, None, found[district, None]))
        if rows:
            groups.append(Group(names[district] if district else DIRECT_COMMUNES, district, tuple(rows)))
    if (None, None) in found:
        block = RollupRow(PROVINCE_BLOCK, None, found[None, None])
        groups.append(Group(PROVINCE_BLOCK, None, (block,)))
    return tuple(groups)


def _in_order(units: Iterable[int], names: dict[int, str]) -> list[int]:
    return sorted(units, key=lambda unit: order_of(names[unit]))
