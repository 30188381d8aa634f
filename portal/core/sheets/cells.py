"""A cell as text: what a spreadsheet could run stays text, what a person types is read or refused with the remedy."""

import re
from collections.abc import Callable, Iterable
from datetime import date
from decimal import Decimal
from functools import cache, lru_cache

from ..fields import FIRST_DAY, LAST_DAY
from ..vietnamese import text
from ..vietnamese.figures import number_of, two_readings, without_groups

FORMULA_STARTS = tuple("=+-@\t\r＝＋－＠")  # what a spreadsheet takes for a formula, full-width forms too


def plain(cell: str) -> str:
    """The cell without the apostrophe our export puts before what looks like a formula."""
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(FORMULA_STARTS) else cell


def safe_cell(value: str) -> str:
    """The text as CSV may hold it: a spreadsheet must not run it."""
    return f"'{value}" if value.startswith(FORMULA_STARTS) else value


def written(value) -> str:
    """A cell as a person types it: 31/01/2020, 1200, nothing for nothing."""
    if value is None:
        return ""
    if isinstance(value, date):
        return f"{value:%d/%m/%Y}"
    if isinstance(value, bool):
        return "có" if value else ""
    if isinstance(value, Decimal):
        return f"{value:f}".replace(".", ",")
    return str(value)


# --- cells to values (each raises ValueError with its sentence) -------------------------------------------------


@lru_cache(maxsize=200)
def _by_word(choices: tuple[tuple[str, str], ...]) -> dict[str, str]:
    """Values by themselves and by their labels' plain keys; where two share one, the first."""
    found: dict[str, str] = {}
    for value, label in choices:
        for word in (value, text.plain_key(label)):
            found.setdefault(word, value)
    return found


@cache
def _by_word_of(choices: type) -> dict[str, str]:
    """The same of a class of choices, which is asked for every row: Django lists its choices anew each time."""
    return _by_word(tuple(choices.choices))  # type: ignore[attr-defined]  # -- Choices, named by their metaclass


def read_choice(choices, cell: str, column: str, *, offered: Callable[[], Iterable] | None = None) -> str:
    """The value of a choice written as value or label; `offered()` are those a refusal names (default: all)."""
    wanted = text.plain_key(cell)
    known = _by_word_of(choices) if isinstance(choices, type) else _by_word(tuple(map(tuple, choices.choices)))
    if wanted in known:
        return known[wanted]
    remedy = f"Hãy điền một trong: {'; '.join(choice.label for choice in ((offered and offered()) or choices))}."
    if not wanted:
        raise ValueError(f"Cột “{column}” để trống. {remedy}")
    raise ValueError(f"Không có {column.lower()} “{cell.strip()}”. {remedy}")


def read_whole(cell: str, column: str, *, most: int = 2_000_000_000) -> int:
    """A whole number as people write it: 1200, 1.200 or 1 200; of text, for a workbook's code stays text."""
    typed = " ".join(cell.split())
    if not typed:
        raise ValueError(f"Cột “{column}” để trống. Hãy ghi một số, không có thì ghi 0.")
    if sentence := two_readings(typed):
        raise ValueError(f"Cột “{column}”: {sentence}")
    plain_digits = without_groups(typed)
    if plain_digits.isascii() and plain_digits.isdecimal() and len(plain_digits) < 12 and int(plain_digits) <= most:
        return int(plain_digits)
    raise ValueError(f"Cột “{column}” ghi “{cell.strip()[:40]}”, không phải số nguyên không âm. Hãy ghi lại, ví dụ 12.")


def read_number(cell: str, column: str) -> Decimal:
    """A number with its decimal comma, 12,5, read as a form reads it; raises ValueError with the sentence."""
    typed = " ".join(cell.split())
    if sentence := two_readings(typed):
        raise ValueError(f"Cột “{column}”: {sentence}")
    found = number_of(typed)
    if found is None:
        raise ValueError(f"Cột “{column}” ghi “{cell.strip()[:40]}”, không phải số. Hãy ghi lại, ví dụ 12,5.")
    return found


def read_date(cell: str, column: str, *, required: bool) -> date | None:
    cell = cell.strip()
    if not cell:
        if required:
            raise ValueError(f"Cột “{column}” để trống. Hãy điền ngày dạng 31/01/2020.")
        return None
    day = _day_of(cell)
    if day is None:
        raise ValueError(f"Không đọc được ngày “{cell}” ở cột “{column}”. Hãy viết ngày/tháng/năm, ví dụ 31/01/2020.")
    if not FIRST_DAY <= day <= LAST_DAY:
        raise ValueError(f"Ngày “{cell}” ở cột “{column}” không thể đúng. Hãy kiểm tra lại năm.")
    return day


def _day_of(cell: str) -> date | None:
    try:
        if found := re.fullmatch(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})", cell):
            day, month, year = (int(part) for part in found.groups())
            return date(year, month, day)
        if found := re.fullmatch(r"([0-9]{4})-([0-9]{2})-([0-9]{2})", cell):
            return date(*(int(part) for part in found.groups()))
    except ValueError:
        pass
    return None
