"""The list of units of a cycle with the state of each file, grouped by the commune that manages them."""

from dataclasses import dataclass
from datetime import date
from itertools import groupby

from evaluations.enums import State
from evaluations.models import Cycle, Evaluation
from units.enums import UnitKind
from units.models import Unit

from .places import DISTRICT_BLOCK, PROVINCE_BLOCK, names_on, of_place, order_of

KIND_ORDER = (
    UnitKind.COMMUNE,
    UnitKind.RESIDENTIAL_AREA,
    UnitKind.AGENCY,
    UnitKind.ENTERPRISE,
    UnitKind.SCHOOL,
)


@dataclass(frozen=True)
class RosterRow:
    unit_id: int
    name: str
    kind: UnitKind
    state: State
    registered_on: date | None


@dataclass(frozen=True)
class RosterGroup:
    label: str
    rows: tuple[RosterRow, ...]


@dataclass(frozen=True)
class Roster:
    cycle: Cycle
    place: Unit
    kind: UnitKind | None
    groups: tuple[RosterGroup, ...]

    @property
    def size(self) -> int:
        return sum(len(group.rows) for group in self.groups)


def unit_roster(cycle: Cycle, *, place: Unit, kind: str | None = None, state: str | None = None) -> Roster:
    """Every file of the place in the cycle, in two queries; names of units are the snapshot's."""
    files = of_place(Evaluation.objects.filter(cycle=cycle), place, cycle.province_id)
    if kind:
        files = files.filter(kind=kind)
    if state:
        files = files.filter(state=state)
    found = list(
        files.order_by().values_list(
            "district_id", "commune_id", "kind", "unit_sort_key", "unit_id", "unit_name", "state", "registered_on"
        )
    )
    names = names_on(cycle.as_of, {unit for line in found for unit in line[:2]})
    keys = {unit: order_of(name) for unit, name in names.items()}
    last = "\uffff"  # blocks without a commune or district stand after those that have one
    found.sort(
        key=lambda line: (keys.get(line[0], last), keys.get(line[1], last), KIND_ORDER.index(line[2]), *line[3:5])
    )
    groups = tuple(
        RosterGroup(
            _label(district, commune, names),
            tuple(RosterRow(line[4], line[5], UnitKind(line[2]), State(line[6]), line[7]) for line in lines),
        )
        for (district, commune), lines in groupby(found, key=lambda line: line[:2])
    )
    return Roster(cycle, place, UnitKind(kind) if kind else None, groups)


def _label(district: int | None, commune: int | None, names: dict[int, str]) -> str:
    if commune:
        return f"{names[commune]}, {names[district]}" if district else names[commune]
    return f"{names[district]} – {DISTRICT_BLOCK.lower()}" if district else PROVINCE_BLOCK
