"""Figures as officials print them, two decimals half up, decimal comma, thousands by a point; and as they type them
(docs/decisions/0027)."""

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

DASH = "–"
TENTH, HUNDREDTH = Decimal("0.1"), Decimal("0.01")
GROUPED = re.compile(r"-?[1-9][0-9]{0,2}(\.[0-9]{3})+(,[0-9]+)?")  # 1.200; 1.200,5
SPACED = re.compile(r"-?[1-9][0-9]{0,2}([ \u00a0\u202f\u2009][0-9]{3})+(,[0-9]+)?")  # 1 200, whichever space groups it
NUMBER = re.compile(r"-?[0-9]+([.,][0-9]+)?")  # 12,5; 12.5 where the point cannot group
AMBIGUOUS = re.compile(r"-?[1-9][0-9]{0,2}(,[0-9]{3})+")  # 1,000: an English thousand, or one with three decimals


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
    """Two decimals, half up: 1862,5 as "1.862,50"."""
    return _with_our_marks(f"{value.quantize(HUNDREDTH, ROUND_HALF_UP):,.2f}")


def grouped(number: int) -> str:
    """1862 as "1.862"."""
    return _with_our_marks(f"{number:,}")


def told_counts(*parts: tuple[str, int], nothing: str) -> str:
    """What was done as one sentence, a part's number at its "{}": "Đã lập 2 Ban, sửa 1 Ban."

    A part that counts none is left out; `nothing` is the sentence where every one does.
    """
    told = ", ".join(words.format(grouped(number)) for words, number in parts if number)
    return f"{told[0].upper()}{told[1:]}." if told else nothing


def plain_number(number: Decimal, *, group: bool = True) -> str:
    """The number as Vietnamese read it, without idle zeros: 70, 4,5, 10.000.000."""
    before, _, rest = f"{number:f}".partition(".")
    rest = rest.rstrip("0")
    shown = grouped(int(before)) if group else str(int(before))
    return f"{shown},{rest}" if rest else shown


def without_groups(typed: str) -> str:
    """What was typed without the points or spaces that group it: 1.200 and 1 200 as 1200, 1.200,5 as 1200,5; anything
    else as it is: 12 5 may be 12,5 and is refused."""
    if SPACED.fullmatch(typed):
        return re.sub(r"\s", "", typed)
    return typed.replace(".", "") if GROUPED.fullmatch(typed) else typed


def two_readings(typed: str) -> str:
    """Why "1,000" is taken neither for a thousand nor for one; empty for what can be read one way."""
    if not AMBIGUOUS.fullmatch(typed):
        return ""
    thousand, one = typed.replace(",", ""), typed.rstrip("0").rstrip(",")
    if one == typed:  # nobody is told to write what was just refused
        said = f"“{typed}” có thể hiểu hai cách: {thousand}, hoặc số lẻ có ba chữ số sau dấu phẩy."
        return f"{said} Hãy ghi {thousand} nếu là số nguyên."
    return f"“{typed}” có thể hiểu hai cách. Hãy ghi {thousand}{f' hoặc {one}' if typed.count(',') == 1 else ''}."


def number_of(typed: str) -> Decimal | None:
    """The number that was typed: 12,5, 12.5, 1.200,5; None for +5, 1e3, 5. and all that is none. Ask `two_readings`
    first."""
    bare = without_groups(typed)
    return Decimal(bare.replace(",", ".")) if NUMBER.fullmatch(bare) else None


def has_strange_digits(typed: str) -> bool:
    """Whether a figure is not one of 0–9: a full-width １, one of another script."""
    return any(letter.isdigit() and not letter.isascii() for letter in typed)


def file_size(size: int) -> str:
    """Bytes as a person reads them: 812 B, 1,4 kB, 20,0 MB."""
    if size < 1000:
        return f"{size} B"
    value = Decimal(size)
    for unit in ("kB", "MB", "GB"):
        value /= 1000
        if value < 1000 or unit == "GB":
            break
    return f"{_with_our_marks(str(value.quantize(TENTH, ROUND_HALF_UP)))} {unit}"


def _with_our_marks(text: str) -> str:
    """An English-grouped figure with the Vietnamese marks: 1,862.50 becomes 1.862,50."""
    return text.translate(str.maketrans(",.", ".,"))


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
