"""How a file names units that are already here."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import QuerySet

from ..enums import LEVELS
from ..models import Unit

CODE_DIGITS = 5  # of a commune's code
OWN_KEY = "DV"  # key of a unit that is already here, as the export writes it: DV12


def lost_zero(key: str) -> str:
    """What to try when a code of the State is not found: a spreadsheet drops the zeros it begins with. Mostly empty."""
    if not key.isdecimal() or len(key) >= CODE_DIGITS:
        return ""
    return f" Nếu bảng tính đã bỏ số 0 ở đầu mã, hãy ghi {key.zfill(CODE_DIGITS)} (ô dạng văn bản)."


def not_one(key: str, ones: list[Unit], where: str = "trong phạm vi của đồng chí") -> str:
    """The sentence for a key that names no unit, or several."""
    many = "là của nhiều đơn vị" if ones else f"không có {where}"
    return f"Đơn vị “{key}” {many}. Hãy ghi khoá {OWN_KEY}… hoặc mã số của xã, huyện.{lost_zero(key)}"


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
