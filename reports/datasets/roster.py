"""The list of units of a cycle with the state of each dossier, grouped by the commune that manages them."""

from dataclasses import dataclass
from datetime import date
from itertools import groupby

from evaluations.models import Evaluation
from units.enums import UnitKind
from units.queries import tell_apart, tell_units_apart

from .boundaries import Scope
from .place_names import DISTRICT_BLOCK, PROVINCE_BLOCK, order_of

KIND_ORDER = (
    UnitKind.COMMUNE,
    UnitKind.RESIDENTIAL_AREA,
    UnitKind.AGENCY,
    UnitKind.ENTERPRISE,
    UnitKind.SCHOOL,
)
COLUMNS = (
    *("district", "commune", "kind", "unit", "stands_in", "unit_name", "unit_sort_key", "state"),
    *("registered_on", "signed_up_on"),
    *("points", "met_count", "origin", "grade", "grade__label", "criteria_set", "criteria_set__points_total"),
)


@dataclass(frozen=True)
class RosterRow:
    unit_id: int
    name: str
    kind: UnitKind
    state: str
    registered_on: date | None  # the day on the unit's own paper; of a dossier without one, the day it was taken in
    ground: str  # where it stands, when another place manages it
    result: str  # what the sitting concluded, where it is more than the state


@dataclass(frozen=True)
class RosterGroup:
    label: str
    rows: tuple[RosterRow, ...]


@dataclass(frozen=True)
class Roster:
    scope: Scope
    kind: UnitKind | None
    groups: tuple[RosterGroup, ...]

    @property
    def size(self) -> int:
        return sum(len(group.rows) for group in self.groups)


def unit_roster(scope: Scope, *, kind: str | None = None, state: str | None = None) -> Roster:
    """Every dossier of the scope, in two queries (three on the boundaries of today), and one where units of a commune
    share a name.

    A unit keeps the name of its snapshot; the places it is listed under are called as the boundaries have them.
    """
    asked = scope.dossiers(kind).select_related("criteria_set", "grade", *(["unit"] if scope.is_today else []))
    if state:
        asked = asked.filter(state=state)
    places = (*(f"unit__{name}" for name in ("district", "commune", "stands_in", "name")),) if scope.is_today else ()
    dossiers = list(asked.with_namesake().order_by().only(*COLUMNS, *places))
    _tell_apart(scope, dossiers)
    lies = {dossier.pk: _lies(scope, dossier) for dossier in dossiers}
    names = scope.names({unit for found in lies.values() for unit in found})
    keys = {unit: order_of(name) for unit, name in names.items()}
    last = "\uffff"  # blocks without a commune or district stand after those that have one

    def order(dossier: Evaluation) -> tuple:
        district, commune, _ = lies[dossier.pk]
        return (
            *(keys.get(unit, last) if unit else last for unit in (district, commune)),
            *(KIND_ORDER.index(UnitKind(dossier.kind)), dossier.unit_sort_key, dossier.unit_id),
        )

    dossiers.sort(key=order)
    groups = tuple(
        RosterGroup(_label(*place, names), tuple(_row(dossier, *lies[dossier.pk][1:], names) for dossier in rows))
        for place, rows in groupby(dossiers, key=lambda dossier: lies[dossier.pk][:2])
    )
    return Roster(scope, UnitKind(kind) if kind else None, groups)


def _tell_apart(scope: Scope, dossiers: list[Evaluation]) -> None:
    """Of namesakes in the commune they are listed under: by the dossiers, or by their units where they lie today."""
    if not scope.is_today:
        tell_apart(dossiers)
        return
    tell_units_apart(dossier.unit for dossier in dossiers)
    for dossier in dossiers:
        dossier.apart = dossier.unit.apart


def _lies(scope: Scope, dossier: Evaluation) -> tuple[int | None, int | None, int | None]:
    """District and commune that manage it, and the commune it stands in."""
    held = dossier.unit if scope.is_today else dossier
    return held.district_id, held.commune_id, held.stands_in_id


def _row(dossier: Evaluation, commune: int | None, stands_in: int | None, names: dict[int, str]) -> RosterRow:
    ground = names[stands_in] if stands_in and stands_in != commune else ""
    kind, state = UnitKind(dossier.kind), dossier.get_state_display()
    day = dossier.signed_up_on or dossier.registered_on
    return RosterRow(dossier.unit_id, dossier.listed_name, kind, state, day, ground, dossier.result)


def _label(district: int | None, commune: int | None, names: dict[int, str]) -> str:
    if commune:
        return f"{names[commune]}, {names[district]}" if district else names[commune]
    return f"{names[district]} – {DISTRICT_BLOCK.lower()}" if district else PROVINCE_BLOCK
