"""Reads about registers: how many rows, their totals, and those by place."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Aggregate, Case, Count, F, FilteredRelation, Max, Q, QuerySet, Sum, Value, When
from django.db.models.functions import Coalesce

from ..enums import LEVELS, UnitKind
from ..models import Unit, User, on, within
from ..registers import REGISTERS, Register
from . import history
from .namesakes import tell_apart


def register_counts(user: User, unit: Unit | None = None) -> dict[str, int]:
    """Rows the user may read in each register by slug, at or below the unit when one is given; one query."""
    parts = []
    for slug, register in REGISTERS.items():
        rows = register.model._default_manager.visible_to(user)
        if unit is not None:
            rows = rows.filter(_at_or_below(unit, register.place))
        parts.append(rows.order_by().values(slug=Value(slug)).annotate(many=Count("pk")).values_list("slug", "many"))
    return dict(parts[0].union(*parts[1:], all=True))


def _at_or_below(unit: Unit, place: str) -> Q:
    return within([unit], f"{place}__") if unit.kind in LEVELS else Q(**{place: unit.pk})


def latest_year(register: Register, rows: QuerySet) -> int | None:
    """The last year the rows speak of; None for a register without years and for no rows."""
    return rows.aggregate(last=Max("year"))["last"] if register.is_yearly else None


def years_of(register: Register, rows: QuerySet) -> list[int]:
    return list(rows.order_by("-year").values_list("year", flat=True).distinct()) if register.is_yearly else []


def register_totals(register: Register, rows: QuerySet) -> tuple[list[int | None], list[tuple[str, int]], int]:
    """(a sum or None under each column, [(label of a choice, how many rows)], how many rows), over all the rows; one
    query."""
    sums = {f"sum_{name}": Coalesce(Sum(name), 0) for name in register.sums}
    counts = {
        f"is_{name}_{value}": Count("pk", filter=Q(**{name: value}))
        for name in register.choices
        for value, _ in register.field(name).flatchoices
    }
    found = rows.order_by().aggregate(rows=Count("pk"), **sums, **counts)
    chosen = [
        (str(label), found[f"is_{name}_{value}"])
        for name in register.choices
        for value, label in register.field(name).flatchoices
    ]
    return [found.get(f"sum_{name}") for name in register.columns], chosen, found["rows"]


@dataclass
class PlaceSums:
    """What the rows about one place come to: how many they are, and their figures in the order of the heads."""

    name: str
    many: int
    figures: list[int]


@dataclass(frozen=True)
class RegisterSums:
    """A register's rows by place: of one level, the highest at which they are about two places or more."""

    level: UnitKind
    heads: list[str]
    rows: list[PlaceSums]
    total: PlaceSums

    @property
    def title(self) -> str:
        return f"Cộng theo {self.level.label.lower()}"


def sums_by_place(register: Register, rows: QuerySet, day: date) -> RegisterSums | None:
    """The rows by the district their units were in that day, else by the commune; None when all are about one place.

    A unit that was not there that day is counted where it lies today. Three queries.
    """
    parts = _counted(register)
    version = FilteredRelation(
        f"{register.place}__versions",
        condition=on(day, prefix=f"{register.place}__versions__"),
    )
    place = {
        level: Case(When(version__isnull=True, then=F(f"{register.place}__{level}")), default=F(f"version__{level}"))
        for level in (UnitKind.DISTRICT.value, UnitKind.COMMUNE.value)
    }
    found = list(
        rows.order_by()
        .alias(version=version)
        .annotate(**{f"at_{level}": column for level, column in place.items()})
        .values(*(f"at_{level}" for level in place))
        .annotate(many=Count("pk"), **{f"figure_{n}": figure for n, (_, figure) in enumerate(parts)})
    )
    level = next((level for level in place if len({row[f"at_{level}"] for row in found} - {None}) > 1), None)
    if level is None:
        return None
    total = PlaceSums("Cộng", 0, [0] * len(parts))
    sums: dict[int | None, PlaceSums] = {}
    for row in found:
        for one in (sums.setdefault(row[f"at_{level}"], PlaceSums("", 0, [0] * len(parts))), total):
            one.many += row["many"]
            one.figures = [so_far + row[f"figure_{n}"] for n, so_far in enumerate(one.figures)]
    called = history.names_on(day, sums)
    units = Unit.objects.filter(pk__in=[pk for pk in sums if pk]).order_by("sort_key", "pk")
    for unit in units:
        sums[unit.pk].name = called.get(unit.pk, unit.name)
    if None in sums:
        sums[None].name = "Do cấp trên quản lý"
    ordered = [*(sums[unit.pk] for unit in units), *(sums[pk] for pk in sums if pk is None)]
    return RegisterSums(UnitKind(level), [label for label, _ in parts], ordered, total)


def _counted(register: Register) -> list[tuple[str, Aggregate | Coalesce]]:
    """(head, figure): sums of the counts, else how many rows chose what."""
    if register.sums:
        return [(register.label(name), Coalesce(Sum(name), 0)) for name in register.sums]
    return [
        (str(label), Count("pk", filter=Q(**{name: value})))
        for name in register.choices
        for value, label in register.field(name).flatchoices
    ]


def units_to_keep(register: Register, user: User, at: Unit | None, *, most: int) -> list[Unit] | None:
    """Units the user may write rows of this register about, at or below `at` (none: below the places of today).

    None when there are more than `most` to choose from. Those of one name in a commune are told apart.
    """
    units = Unit.objects.kept_by(user).filter(kind__in=register.kinds)
    if at is not None:
        units = units.filter(within([at]) if at.is_level else Q(pk=at.pk))
    found = list(units.with_namesake()[: most + 1])
    if len(found) > most:
        return None
    tell_apart(found)
    return found
