"""What each register is: its model, words and columns. List, form, import, export and API all read this.

A new register is a model (`models/registers.py`) and an entry here; its page, file and API route follow.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import models

from portal.core.vietnamese import text

from ..enums import LEVELS, ORGANISATIONS, UnitKind
from ..models import (
    AreaClass,
    ForceStrength,
    GroupCount,
    Headcount,
    MassModel,
    ModelYear,
    RegisterRow,
    SecurityTeam,
    TeamYear,
    Unit,
)


@dataclass(frozen=True)
class Register:
    """One register. `columns` are the row's own fields in order; `key` those that, with the place, name a row.

    `holder` names the row of another register a yearly row belongs to (a team, a model); its unit is the place.
    """

    slug: str  # on pages
    api: str  # in the API
    model: type[RegisterRow]
    title: str
    about: str
    kinds: tuple[UnitKind, ...]  # none stands inside another of them, or rows of both count different things
    key: tuple[str, ...]
    columns: tuple[str, ...]
    holder: str = ""

    @property
    def is_yearly(self) -> bool:
        return "year" in self.columns

    @property
    def owner(self) -> str:
        """The field a row hangs on: its holder, or its unit."""
        return self.holder or "unit"

    @property
    def place(self) -> str:
        return self.model.PLACE

    @property
    def kept_in(self) -> "Register | None":
        """The register of the holders."""
        holders = self.field(self.holder).related_model if self.holder else None
        return next((one for one in REGISTERS.values() if one.model is holders), None)

    @property
    def sums(self) -> tuple[str, ...]:
        """Columns that are counts, which may be added up within one year."""
        return tuple(name for name in self.columns if isinstance(self.field(name), models.PositiveIntegerField))

    @property
    def choices(self) -> tuple[str, ...]:
        return tuple(name for name in self.columns if self.field(name).choices)

    def field(self, name: str) -> Any:
        return self.model._meta.get_field(name)

    def label(self, name: str) -> str:
        words = str(self.field(name).verbose_name)
        return words[0].upper() + words[1:]

    def related(self) -> tuple[str, ...]:
        """What a list of rows has to select along."""
        return (*([self.holder] if self.holder else []), *(f"{self.place}{way}" for way in ("", *ABOVE)))

    def order(self) -> tuple[str, ...]:
        place = [f"{self.place}__{level}__sort_key" for level in ("district", "commune")] + [f"{self.place}__sort_key"]
        names = [f"{self.holder}__search_key"] if self.holder else []
        names += ["search_key"] if "name" in self.columns else []
        return (*(["-year"] if self.is_yearly else []), *place, *names, "pk")

    def key_of(self, row: RegisterRow) -> tuple:
        """What two rows may not share, however a name's tone marks are placed."""
        own = (text.match_key(row.name) if name == "name" else getattr(row, name) for name in self.key)  # type: ignore[attr-defined]  # -- only rows with a name list it
        return (getattr(row, f"{self.owner}_id"), *own)

    def values(self, row: RegisterRow) -> list:
        """The row's own cells as a person reads them: labels for choices, dates and numbers as they are."""
        return [
            getattr(row, f"get_{name}_display")() if name in self.choices else getattr(row, name)
            for name in self.columns
        ]


ABOVE = ("__province", "__district", "__commune")
BASE_AND_COMMUNE = (UnitKind.COMMUNE, UnitKind.RESIDENTIAL_AREA)


def _by_slug(registers: Iterable[Register]) -> dict[str, Register]:
    return {register.slug: register for register in registers}


REGISTERS = _by_slug(
    (
        Register(
            "to-bao-ve",
            "security-teams",
            SecurityTeam,
            "Tổ bảo vệ an ninh, trật tự",
            "Các tổ ở khu dân cư, ở xã: thành lập ngày nào, còn hoạt động hay đã kết thúc.",
            BASE_AND_COMMUNE,
            ("name",),
            ("name", "founded_on", "ended_on"),
        ),
        Register(
            "quan-so-to-bao-ve",
            "security-team-years",
            TeamYear,
            "Quân số tổ bảo vệ",
            "Mỗi tổ mỗi năm một dòng: bao nhiêu thành viên, bao nhiêu người được tập huấn.",
            BASE_AND_COMMUNE,
            ("year",),
            ("year", "members", "trained"),
            holder="team",
        ),
        Register(
            "to-tu-quan",
            "self-rule-groups",
            GroupCount,
            "Tổ an ninh xã hội, tổ tự quản",
            "Mỗi khu dân cư mỗi năm một dòng: số tổ, tổ trưởng, tổ phó, thành viên.",
            (UnitKind.RESIDENTIAL_AREA,),
            ("year",),
            ("year", "groups", "leaders", "deputies", "members"),
        ),
        Register(
            "luc-luong",
            "forces",
            ForceStrength,
            "Lực lượng",
            "Lực lượng do chính đơn vị quản lý, theo loại và theo năm; không cộng lực lượng của cấp dưới vào cấp trên.",
            (*LEVELS, *ORGANISATIONS),
            ("year", "force"),
            ("year", "force", "planned", "present", "trained"),
        ),
        Register(
            "mo-hinh",
            "mass-models",
            MassModel,
            "Mô hình quần chúng bảo vệ an ninh, trật tự",
            "Tên, lĩnh vực, ngày thành lập, ngày kết thúc của từng mô hình, ở đơn vị xây dựng mô hình.",
            tuple(UnitKind),
            ("name",),
            ("name", "field", "founded_on", "ended_on"),
        ),
        Register(
            "danh-gia-mo-hinh",
            "mass-model-years",
            ModelYear,
            "Đánh giá mô hình",
            "Mỗi mô hình mỗi năm một dòng: thành viên, số điểm, số tổ và kết quả khảo sát, đánh giá.",
            tuple(UnitKind),
            ("year",),
            ("year", "members", "sites", "teams", "rating"),
            holder="model",
        ),
        Register(
            "loai-dia-ban",
            "area-classes",
            AreaClass,
            "Phân loại địa bàn",
            "Mỗi xã, phường, thị trấn mỗi năm một trong ba loại.",
            (UnitKind.COMMUNE,),
            ("year",),
            ("year", "standing"),
        ),
        Register(
            "so-ho",
            "headcounts",
            Headcount,
            "Số hộ, người lao động, người học",
            "Số nền của khu dân cư và của cơ quan, doanh nghiệp, cơ sở giáo dục; cấp trên do cổng cộng.",
            (UnitKind.RESIDENTIAL_AREA, *ORGANISATIONS),
            ("year",),
            ("year", "households", "camera_households", "workers", "learners"),
        ),
    )
)


def time_fault(row: RegisterRow, unit: Unit) -> str:
    """What is wrong with the row's time beside the unit's own and its holder's; empty when nothing is."""
    year = getattr(row, "year", None)
    if year and not unit.opened_on.year <= year <= (unit.closed_on or date.max).year:
        until = f" đến {unit.closed_on:%d/%m/%Y}" if unit.closed_on else ""
        return f"{unit} có từ {unit.opened_on:%d/%m/%Y}{until}, không có năm {year}. Hãy sửa lại năm hoặc đơn vị."
    holder = getattr(row, "team", None) or getattr(row, "model", None)
    if year and holder and not holder.founded_on.year <= year <= (holder.ended_on or date.max).year:
        until = f" đến {holder.ended_on:%d/%m/%Y}" if holder.ended_on else ""
        return f"“{holder}” có từ {holder.founded_on:%d/%m/%Y}{until}, không có năm {year}. Hãy sửa lại năm."
    return ""
