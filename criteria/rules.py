"""Judging a set of answers: pure functions of plain values."""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Value:
    """An answer as plain values; which fields count depends on the criterion's measure."""

    met: bool | None = None
    value: Decimal | None = None
    numerator: int | None = None
    denominator: int | None = None
    not_applicable: bool = False
    excuse: str = ""

    @property
    def is_empty(self) -> bool:
        return self == Value()
