"""What ends a row of years: one rule, as a condition in SQL and of the states one unit has in a year.

By the rule of years (`missing_year`) a settled year without a recognition ends the row, or only one in which the unit
was judged and not recognised.
"""

from collections.abc import Collection
from typing import Any

from django.db.models import Count, Q
from django.db.models.lookups import Exact, GreaterThan

from criteria.enums import MissingYear
from criteria.models import StreakRule

from ..enums import NOT_MET, State


def breaks(rule: StreakRule, states: Collection[str]) -> bool:
    """Whether a settled year ends the row of a unit with dossiers in these states, of any programme counted."""
    if State.RECOGNISED in states:
        return False
    return rule.missing_year == MissingYear.BREAKS or any(state in NOT_MET for state in states)


def recognised(weakest: Collection[int], rule: StreakRule | None = None, /, **years: Any) -> Count:
    """How many of the years meant hold a recognition; two programmes in one year are one year.

    A dossier with one of the `weakest` grades has none.
    """
    meant: dict[str, Any] = {f"evaluations__cycle__{lookup}": value for lookup, value in years.items()}
    if rule:
        meant["evaluations__cycle__programme__code__in"] = rule.counts
    held = Q(evaluations__state=State.RECOGNISED, **meant) & ~graded(weakest)
    return Count("evaluations__cycle__year", distinct=True, filter=held)


def dossiers_where(year: int | None, which: Q) -> Count:
    return Count("evaluations", filter=which & Q(evaluations__cycle__year=year))


def graded(weakest: Collection[int], prefix: str = "evaluations__") -> Q:
    """Recognised with one of those grades; nobody where there are none, and then the grade is not even read."""
    return Q(**{f"{prefix}state": State.RECOGNISED, f"{prefix}grade__in": weakest}) if weakest else Q(pk__in=[])


def broken(rule: StreakRule, year: int, weakest: Collection[int] = ()) -> Q:
    """The condition under which a settled year ends the row."""
    missed = Q(Exact(recognised(weakest, year=year), 0))
    if rule.missing_year == MissingYear.BREAKS:
        return missed
    not_met = Q(evaluations__state__in=NOT_MET) | graded(weakest)
    return missed & Q(GreaterThan(dossiers_where(year, not_met), 0))
