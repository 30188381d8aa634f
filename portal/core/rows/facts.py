"""Stored rows as plain values that a JSON column can hold, and rows made of them again."""

from collections.abc import Iterable, Sequence
from copy import copy
from functools import cache
from typing import Any, TypeVar

from django.db.models import JSONField, Model

from .seen import print_of

Facts = dict[str, str | None]
Row = TypeVar("Row", bound=Model)
BATCH = 2000


def columns(model: type[Model]) -> list[str]:
    """The names of what a row holds beside its key."""
    return [field.name for field in model._meta.concrete_fields if not field.primary_key]


def facts_of(row: Model) -> Facts:
    """Everything the row holds, moments to the last digit."""
    held = row.__dict__
    found: Facts = {}
    for name, field in _kept(type(row)):
        value = held[name] if name in held else field.value_from_object(row)
        if value is None or (type(value) is str and not isinstance(field, JSONField)):
            found[name] = value
        else:
            found[name] = field.value_to_string(row)
    return found


@cache
def _kept(model: type[Model]) -> tuple[tuple[str, Any], ...]:
    """What `facts_of` asks of each of twenty thousand rows, found once."""
    return tuple((field.attname, field) for field in model._meta.concrete_fields if not field.primary_key)


def with_facts(row: Row, facts: Facts) -> Row:
    """The row as it held the facts; not saved."""
    made: Row = copy(row)
    made._state = copy(row._state)
    made._state.fields_cache = {}
    for field in row._meta.concrete_fields:
        if field.attname in facts:
            told: Any = facts[field.attname]
            setattr(made, field.attname, None if told is None else field.to_python(told))
    return made


def print_of_facts(facts: Facts) -> str:
    return print_of(facts[name] for name in sorted(facts))


def stored_facts(model: type[Model], ids: Iterable[int]) -> dict[int, Facts]:
    """What is stored of the rows now, by id; a query a batch."""
    wanted = sorted(set(ids))
    found: dict[int, Facts] = {}
    for start in range(0, len(wanted), BATCH):
        rows = model._base_manager.filter(pk__in=wanted[start : start + BATCH])
        found |= {row.pk: facts_of(row) for row in rows}
    return found


def store_again(rows: Sequence[Model]) -> None:
    """Write every column of stored rows of one model; statements grow with batches."""
    if rows:
        model = type(rows[0])
        model._base_manager.bulk_update(rows, columns(model), batch_size=500)
