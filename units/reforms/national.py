"""The reform of 1/7/2025 as data: a draft for a province out of the national lineage, what it does not say as gaps."""

import csv
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from django.conf import settings

from portal.core.vietnamese import text

from ..enums import ChangeAction, Subtype, UnitKind
from ..models import Change, Unit

FOLDER = settings.BASE_DIR / "fixtures" / "reform-2025"
EFFECTIVE_ON = date(2025, 7, 1)
SUBTYPES = {"Phường": Subtype.WARD, "Xã": Subtype.COMMUNE, "Đặc khu": Subtype.SPECIAL_ZONE}
WHOLE, MAIN = "whole", "part-main"


@dataclass
class NationalDraft:
    """Lines of a reorganisation ready to be written, the provinces it concerns, and what has no source."""

    provinces: list[Unit] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    gaps: list[str] = field(default_factory=list)
    unknown: list[Unit] = field(default_factory=list)  # communes no source says the end of; each is among the gaps


def read(name: str) -> Iterator[dict[str, str]]:
    with (FOLDER / name).open(newline="", encoding="utf-8") as file:
        yield from csv.DictReader(file)


def known_provinces() -> list[tuple[str, str]]:
    """Code and name of the provinces of the day after, by code."""
    return sorted({(row["province_code"], row["province"]) for row in read("communes.csv")})


def draft_for(code: str) -> NationalDraft:
    """The lines that lead from the units here to the province of that code as it is from 1/7/2025.

    A new commune with one whole predecessor of its own name goes on under the same id; every other one is opened. What
    the lineage does not know is told as a gap, never guessed: a person enters it.
    """
    rows = [row for row in read("lineage.csv") if row["new_province_code"] == code]
    communes = [row for row in read("communes.csv") if row["province_code"] == code]
    draft = NationalDraft()
    if not communes:
        draft.gaps.append(f"Không có tỉnh mã {code} sau ngày 01/7/2025.")
        return draft
    old_codes = sorted({row["old_province_code"] for row in rows})
    open_now = Unit.objects.filter(closed_on=None)
    draft.provinces = list(open_now.filter(kind=UnitKind.PROVINCE, code__in=old_codes).order_by("code"))
    held = open_now.filter(kind=UnitKind.COMMUNE, province__in=draft.provinces)
    codes: dict[int | None, str] = {province.pk: province.code for province in draft.provinces}
    here = {(codes[unit.province_id], unit.code): unit for unit in held}
    for lost in sorted(set(old_codes) - {unit.code for unit in draft.provinces}):
        draft.gaps.append(f"Cổng chưa có các đơn vị của tỉnh mã {lost}, một phần của tỉnh mới.")
    target = _province(draft, code, communes[0]["province"])
    _communes(draft, rows, communes, here, target)
    draft.changes += [
        Change(action=ChangeAction.CLOSE_LEVEL, unit=province, kind=UnitKind.DISTRICT)
        for province in draft.provinces
        if Unit.objects.filter(parent=province, kind=UnitKind.DISTRICT, closed_on=None).exists()
    ]
    return draft


def _province(draft: NationalDraft, code: str, name: str) -> dict:
    """Where the communes go: the province that stays, or the one that several become."""
    stays = len(draft.provinces) == 1 and text.match_key(draft.provinces[0].name) == text.match_key(name)
    if stays:
        return {"to_unit": draft.provinces[0]}
    key = f"T{code}"
    subtype = Subtype.CENTRAL_CITY if name.startswith("Thành phố") else Subtype.PROVINCE
    draft.changes.append(
        Change(action=ChangeAction.OPEN, kind=UnitKind.PROVINCE, subtype=subtype, code=code, name=name, key=key)
    )
    draft.changes += [Change(action=ChangeAction.MERGE, unit=unit, to_key=key) for unit in draft.provinces]
    return {"to_key": key}


@dataclass
class _New:
    """A commune of the day after, and whom it takes over from: (unit, share) of those that are here."""

    row: dict[str, str]
    origins: list[tuple[Unit, str]]
    sources: int  # how many the lineage names, here or not

    @property
    def named(self) -> str:
        return f"{self.row['commune']} ({self.row['commune_code']})"

    @property
    def goes_on(self) -> bool:
        """One whole predecessor of its own name: the unit stays, the end of the districts brings it to its province."""
        if self.sources != 1 or not self.origins:
            return False
        unit, share = self.origins[0]
        return share == WHOLE and text.match_key(unit.name) == text.match_key(self.row["commune"])


def _communes(draft: NationalDraft, rows: list[dict], communes: list[dict], here: dict, target: dict) -> None:
    """Open each commune of the day after, then pass the old ones over to them."""
    before: dict[str, list[dict]] = defaultdict(list)
    for row in rows:
        before[row["new_commune_code"]].append(row)
    passing: list[Change] = []
    for row in communes:
        new = _new_commune(draft, row, before.get(row["commune_code"], []), here)
        if not new.goes_on:
            draft.changes.append(_opening(row, target))
            passing += [_passing(row, unit, share) for unit, share in new.origins]
    draft.changes += passing
    known = {(row["old_province_code"], row["old_commune_code"]) for row in rows}
    for key, unit in sorted(here.items()):
        if key not in known:
            draft.unknown.append(unit)
            draft.gaps.append(f"{_with_code(unit)}: không có nguồn cho biết nhập vào đâu. Hãy nhập theo nghị quyết.")
    divided = {change.unit.name for change in passing if change.unit and change.action == ChangeAction.SPLIT}
    if divided:
        draft.gaps.append(
            f"{len(divided)} xã bị chia cho nhiều nơi; khu dân cư, cơ quan, trường của các xã này tạm chuyển về phần "
            "chính, cần rà lại từng đơn vị."
        )


def _with_code(unit: Unit) -> str:
    return f"{unit} ({unit.code})" if unit.code else str(unit)


def _new_commune(draft: NationalDraft, row: dict[str, str], olds: list[dict], here: dict) -> _New:
    """The commune with its predecessors; what the lineage or the portal does not know is told as a gap."""
    new = _New(row, [], len(olds))
    if not olds:
        draft.gaps.append(f"{new.named}: bảng kế thừa không nói được lập từ xã nào. Hãy nhập theo nghị quyết.")
    for old in olds:
        unit = here.get((old["old_province_code"], old["old_commune_code"]))
        if unit is not None:
            new.origins.append((unit, old["share"]))
            continue
        missing = f"{old['old_commune']} ({old['old_commune_code']})"
        draft.gaps.append(f"{new.named}: cổng không có {missing}, một phần của đơn vị này. Hãy kiểm tra danh sách xã.")
    return new


def _opening(row: dict[str, str], target: dict) -> Change:
    return Change(
        action=ChangeAction.OPEN,
        kind=UnitKind.COMMUNE,
        subtype=SUBTYPES[row["commune_type"]],
        code=row["commune_code"],
        name=row["commune"],
        key=row["commune_code"],
        **target,
    )


def _passing(row: dict[str, str], unit: Unit, share: str) -> Change:
    action = ChangeAction.MERGE if share == WHOLE else ChangeAction.SPLIT
    return Change(action=action, unit=unit, to_key=row["commune_code"], is_main=share == MAIN)
