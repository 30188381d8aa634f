"""Units of the judged kinds that a year's roster leaves out by the criteria, counted, each with the reason."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from criteria.models import CriteriaSet
from portal.core.vietnamese.figures import grouped
from units.enums import Subtype, UnitKind

from ..models import Cycle
from .cycles import on_other_rosters, sets_of
from .roster import RosterUnit, judged


@dataclass(frozen=True, slots=True)
class LeftOut:
    """So many units of one kind and subtype, and why none of them is on the roster."""

    many: int
    kind: str
    subtype: str
    why: str

    def __str__(self) -> str:
        kind, subtype = UnitKind(self.kind).label.lower(), Subtype(self.subtype).label
        return f"{grouped(self.many)} {kind} ({subtype}) {self.why}"


def left_out(cycle: Cycle) -> list[LeftOut]:
    """What the year's sets leave out of the units as they stood on the cycle's day, by kind and subtype.

    Those of excluded subtypes, and those that earlier results do not allow to be selected. A query or two a set.
    """
    applied = sets_of(cycle)
    if not cycle.is_open:  # sets published since the year was judged say nothing of it
        used = set(cycle.evaluations.order_by().values_list("criteria_set", flat=True).distinct())
        applied = [use for use in applied if use.criteria_set.pk in used]
    found: list[LeftOut] = []
    for criteria_set, units in judged(cycle.province, applied, cycle.as_of, excluded=True):
        found += _counted(units, f"không thuộc diện xét theo văn bản {criteria_set.document.number}")
    if any(use.criteria_set.by_selection for use in applied):
        held = set(cycle.evaluations.values_list("unit_id", flat=True)) | on_other_rosters(cycle)
        for criteria_set, units in judged(cycle.province, applied, cycle.as_of):
            found += _not_selectable(criteria_set, [unit for unit in units if unit.pk not in held])
    return found


def _not_selectable(criteria_set: CriteriaSet, units: list[RosterUnit]) -> Iterator[LeftOut]:
    if criteria_set.by_selection:
        number = criteria_set.document.number
        yield from _counted(units, f"chưa có kết quả các năm trước mà văn bản {number} đòi hỏi để được lựa chọn")


def _counted(units: list[RosterUnit], why: str) -> Iterator[LeftOut]:
    for (kind, subtype), many in sorted(Counter((unit.kind, unit.subtype) for unit in units).items()):
        yield LeftOut(many, kind, subtype, why)
