"""How a file names units that are already here."""

import re
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet
from django.utils import timezone

from portal.core.sheets.cells import read_date

from ..enums import LEVELS
from ..models import Unit
from ..names import OWN_KEY

CODE_DIGITS = 5  # of a commune's code
UNIT_KEY = f"Khoá {OWN_KEY}… như tệp tải về, hoặc mã số của xã, huyện, tỉnh."  # how a file names one


def lost_zero(key: str) -> str:
    """What to try when a code of the State is not found: a spreadsheet drops the zeros it begins with. Mostly empty."""
    if not key.isdecimal() or len(key) >= CODE_DIGITS:
        return ""
    return f" Nếu bảng tính đã bỏ số 0 ở đầu mã, hãy ghi {key.zfill(CODE_DIGITS)} (ô dạng văn bản)."


def not_one(key: str, ones: list[Unit], where: str = "trong phạm vi của đồng chí") -> str:
    """The sentence for a key that names no unit, or several."""
    if ones:
        names = ", ".join(f"{unit} ({OWN_KEY}{unit.pk})" for unit in ones)
        return f"Mã “{key}” là của nhiều đơn vị: {names}. Hãy ghi khoá {OWN_KEY}… thay cho mã."
    many = f"không có {where}"
    return f"Đơn vị “{key}” {many}. Hãy ghi khoá {OWN_KEY}… hoặc mã số của xã, huyện.{lost_zero(key)}"


def day_told(cell: str) -> date | None:
    """The day a cell says; None where it says none, which is told where the cell itself is read."""
    with suppress(ValueError):
        return read_date(cell, "", required=False)
    return None


def living(ones: list[Unit], day: date | None) -> list[Unit]:
    """Those a code means on a day, today where none is told: a unit set up by a merger bears the code of one that
    ended. All of them where none or several lived then."""
    on = day or timezone.localdate()
    there = [unit for unit in ones if unit.opened_on <= on and (unit.closed_on is None or unit.closed_on >= on)]
    return there if len(there) == 1 else ones


@dataclass
class Here:
    """Units already in the portal: `reachable` may be named as parents, `all` is looked at for codes in use."""

    reachable: QuerySet[Unit]
    all: QuerySet[Unit]

    def named(self, keys: Iterable[str]) -> dict[str, list[Unit]]:
        """Reachable levels of government by the State's code, and units by the key our export gave them."""
        found: dict[str, list[Unit]] = {}
        keys = set(keys)
        own = [int(key[2:]) for key in keys if re.fullmatch(rf"{OWN_KEY}[0-9]{{1,18}}", key)]
        for unit in self.reachable.filter(pk__in=own):
            found[f"{OWN_KEY}{unit.pk}"] = [unit]
        for unit in self.reachable.filter(kind__in=LEVELS, code__in=keys - found.keys()).exclude(code=""):
            found.setdefault(unit.code, []).append(unit)
        return found
