"""How a file names units that are already here."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import QuerySet

from ..enums import LEVELS
from ..models import Unit

OWN_KEY = "DV"  # key of a unit that is already here, as the export writes it: DV12


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
