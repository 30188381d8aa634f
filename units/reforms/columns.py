"""The columns of a unit that a reorganisation may change: read, kept for undoing, and written in bulk."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from ..models import Unit

BATCH = 1000
PLACE = ("province", "district", "commune")
COLUMNS = ("name", "search_key", "match_key", "sort_key", "subtype", "code", "parent", "stands_in", *PLACE, "closed_on")
FEW = ("province", "district", "closed_on")  # columns of few values
FOREIGN = ("parent", "stands_in", *PLACE)
ATTRIBUTES = tuple(f"{name}_id" if name in FOREIGN else name for name in COLUMNS)


def plain(value: Any) -> Any:
    """The value as JSON keeps it."""
    return value.isoformat() if isinstance(value, date) else value


def values(unit: Unit) -> list:
    """The unit's columns in the order of `COLUMNS`, as JSON keeps them."""
    return [plain(getattr(unit, name)) for name in ATTRIBUTES]


def named(old: list) -> dict[str, Any]:
    """What `values` gave, by column name."""
    return dict(zip(COLUMNS, old, strict=True))


def put_back(unit: Unit, old: list) -> None:
    """Give the unit the columns that `values` read; nothing is saved."""
    for name, value in zip(ATTRIBUTES, old, strict=True):
        setattr(unit, name, value)


def store(units: list[Unit], before: Mapping[str, list]) -> None:
    """Write the units' columns, each only where it changed: few values for many rows at once, else row by row.

    `before` has what `values` read of each stored row, by its id; a row it does not know is written whole.
    """
    by_column: dict[str, list[Unit]] = {}
    by_value: dict[tuple[str, Any], list[int]] = {}
    for unit in units:
        old = before.get(str(unit.pk), [object()] * len(COLUMNS))
        for name, new, value in zip(COLUMNS, values(unit), old, strict=True):
            if new == value:
                continue
            if name in FEW:
                by_value.setdefault((name, new), []).append(unit.pk)
            else:
                by_column.setdefault(name, []).append(unit)
    for (name, value), pks in by_value.items():
        for start in range(0, len(pks), BATCH):
            Unit.objects.filter(pk__in=pks[start : start + BATCH]).update(**{name: value})
    for name, rows in by_column.items():
        Unit.objects.bulk_update(rows, [name], batch_size=BATCH)
