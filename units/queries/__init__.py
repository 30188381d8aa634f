"""Reads about units that several pages share, by noun."""

from .committees import GROUPS, seat_changes
from .history import names_apart, placed
from .namesakes import tell_apart, tell_units_apart
from .places import (
    ancestors,
    children_by_kind,
    counts_below,
    hosted_at,
    own_places,
    people_at,
    tell_as_then,
    tell_holders_then,
)
from .registers import (
    PlaceSums,
    RegisterSums,
    latest_year,
    register_counts,
    register_totals,
    sums_by_place,
    units_to_keep,
    years_of,
)

__all__ = [
    "GROUPS",
    "PlaceSums",
    "RegisterSums",
    "ancestors",
    "children_by_kind",
    "counts_below",
    "hosted_at",
    "latest_year",
    "names_apart",
    "own_places",
    "people_at",
    "placed",
    "register_counts",
    "sums_by_place",
    "register_totals",
    "seat_changes",
    "tell_apart",
    "tell_as_then",
    "tell_holders_then",
    "tell_units_apart",
    "units_to_keep",
    "years_of",
]
