"""Years running of units that took over from others: each reorganisation says how the rows before it count on.

`units.enums.Streaks`, kept on the reorganisation: the row of the unit that passed its main part on goes on (of several
the longest; a unit that goes on under its own id keeps its own), the shortest of all goes on, or counting starts anew.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.db.models import Q

from units.enums import Streaks
from units.models import Lineage, Reorganisation, Unit

from ..enums import State
from ..models import Evaluation
from .breaking import breaks

if TYPE_CHECKING:
    from .counting import Span


@dataclass
class Joining:
    """One reorganisation's part in a unit's row: who passed over to it."""

    reform: Reorganisation
    mains: list[int] = field(default_factory=list)
    parts: list[int] = field(default_factory=list)  # of a divided unit, all but its main part

    @property
    def year(self) -> int:
        return self.reform.effective_on.year


def joined(province: int, span: "Span") -> dict[int, int]:
    """Streaks by id of the province's units that took over from others up to the span's last year.

    Two queries; one where nothing was ever joined.
    """
    lines = _lineage(Q(successor__province=province), span)
    if not lines:
        return {}
    return _Rows(lines, span).of(lines)


def joinings_of(unit: Unit, last: int) -> list[Lineage]:
    """Who passed over to the unit and to those it took over from, by the end of the year; the newest first.

    A query a generation of reorganisations.
    """
    found: list[Lineage] = []
    seen, wave = {unit.pk}, [unit.pk]
    while wave:
        rows = list(
            Lineage.objects.filter(successor__in=wave, on__year__lte=last)
            .select_related("reform", "predecessor", "successor")
            .order_by("-on", "predecessor__sort_key")
        )
        found += rows
        wave = [row.predecessor_id for row in rows if row.predecessor_id not in seen]
        seen |= set(wave)
    return found


def _lineage(which: Q, span: "Span") -> dict[int, list[Joining]]:
    """By successor, the reorganisations that joined others to it, the newest first; one query."""
    rows = (
        Lineage.objects.filter(which, successor__kind__in=span.rule.unit_kinds, on__year__lte=span.last)
        .select_related("reform", "successor")
        .order_by("-on", "reform", "pk")
    )
    found: dict[int, dict[int, Joining]] = defaultdict(dict)
    for row in rows:
        joining = found[row.successor_id].setdefault(row.reform_id, Joining(row.reform))
        (joining.mains if row.is_main else joining.parts).append(row.predecessor_id)
        if row.successor.opened_on < row.on:
            joining.mains.append(row.successor_id)  # it was there before: its own row is one of them
    return {unit: list(by_reform.values()) for unit, by_reform in found.items()}


class _Rows:
    """The years of the units that were joined, and the walk back through them."""

    def __init__(self, lines: dict[int, list[Joining]], span: "Span"):
        self.lines, self.span = lines, span
        wanted = set(lines) | {pk for joins in lines.values() for one in joins for pk in (*one.mains, *one.parts)}
        chained = Q(unit__in=wanted) if len(wanted) < 500 else Q(unit__origins__isnull=False)
        if len(wanted) >= 500:
            chained |= Q(unit__successions__isnull=False)
        dossiers = Evaluation.objects.filter(
            chained, cycle__programme__code__in=span.rule.counts, cycle__year__range=(span.first, span.last)
        ).order_by()
        self.dossiers: dict[tuple[int, int], set[str]] = defaultdict(set)
        for unit, year, state, grade in dossiers.values_list("unit", "cycle__year", "state", "grade"):
            # Graded lowest is judged and not met: it breaks a row as a dossier that was declined.
            is_weak = state == State.RECOGNISED and grade in span.weakest
            self.dossiers[unit, year].add(State.DECLINED if is_weak else state)

    def of(self, units: Iterable[int]) -> dict[int, int]:
        return {unit: self.length(unit, self.span.last, 0) for unit in units}

    def length(self, unit: int, last: int, nth: int) -> int:
        """The unit's recognised years running up to `last`, its first `nth` joinings already behind."""
        joins = self.lines.get(unit, [])
        joining = joins[nth] if nth < len(joins) else None
        first = self.span.first
        if joining:
            # In the year it was joined the unit's own dossier counts; where it has none, theirs does.
            first = joining.year if self.dossiers.get((unit, joining.year)) else joining.year + 1
        many = 0
        for year in range(last, max(first, self.span.first) - 1, -1):
            states = self.dossiers.get((unit, year), ())
            if State.RECOGNISED in states:
                many += 1
            elif self.span.is_settled(year) and breaks(self.span.rule, states):
                return many
        if joining is None or first <= self.span.first:
            return many
        return many + self.before(unit, joining, min(last, first - 1), nth + 1)

    def before(self, unit: int, joining: Joining, last: int, nth: int) -> int:
        """What the rows before a joining bring along."""
        if joining.reform.streaks == Streaks.RESTART:
            return 0
        if joining.reform.streaks == Streaks.CARRY and unit in joining.mains:
            return self.length(unit, last, nth)
        whole = {pk: self.length(pk, last, nth if pk == unit else 0) for pk in joining.mains}
        if joining.reform.streaks == Streaks.CARRY:
            return max(whole.values(), default=0)
        return min([*whole.values(), *(self.length(pk, last, 0) for pk in joining.parts)])
