"""Figures as officials print them: two decimals half up, decimal comma, thousands by a point."""

from dataclasses import dataclass
from decimal import Decimal

DASH = "–"


def ratio(part: int, whole: int) -> Decimal | None:
    """`part` of `whole` in percent, rounded half up to two decimals; None when there is nothing to divide by.

    For printing only: thresholds are judged on the integers (TT 124/2021, Điều 5.4), never on this.
    """
    if not whole:
        return None
    return Decimal((20_000 * part + whole) // (2 * whole)).scaleb(-2)  # exact integers: no float, no double rounding


def percent(part: int, whole: int) -> str:
    """The percentage as printed, without the sign: "61,97"; "–" when the base is 0."""
    value = ratio(part, whole)
    return DASH if value is None else decimal_comma(value)


def decimal_comma(value: Decimal) -> str:
    return f"{value:.2f}".replace(".", ",")


def grouped(number: int) -> str:
    """1862 as "1.862"."""
    return f"{number:,}".replace(",", ".")


@dataclass(frozen=True)
class Share:
    """A part of a named base, kept as two integers until it is printed."""

    part: int
    whole: int
    base: str  # what the percentage is of, as the reader is told

    @property
    def value(self) -> Decimal | None:
        return ratio(self.part, self.whole)

    @property
    def text(self) -> str:
        return percent(self.part, self.whole)

    @property
    def sentence(self) -> str:
        """ "61,97% tổng số", or that there is no base."""
        return f"{self.text}% {self.base}" if self.whole else f"{DASH} ({self.base} bằng 0)"
