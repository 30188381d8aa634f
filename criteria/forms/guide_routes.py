"""The routes of the guided page: those of the draft, to be corrected, and a blank one where kinds of unit have none."""

import re
from datetime import date
from typing import Any

from django import forms

from portal.core.fields import DayField, TextField, offer_choices
from portal.core.vietnamese.text import clean
from units.enums import PARENTS, UnitKind

from ..enums import Confidence, Level, Step
from ..packs.checks.days import is_day
from ..packs.content import ROUTE_FIELDS
from .sets import NOTHING


class RouteRowForm(forms.Form):
    """The way of units managed at one level, with its last days. `old` are the rows it is told for, one a kind; a
    form without any may be left blank: then there is no such way."""

    enter_level = forms.ChoiceField(label="Cấp nhập hồ sơ", required=False)
    appraise_level = forms.ChoiceField(label="Cấp thẩm định", required=False)
    decide_level = forms.ChoiceField(label="Cấp công nhận", required=False)
    authority = TextField(label="Thẩm quyền ký", max_length=200, required=False)
    article = TextField(label="Căn cứ", max_length=60, required=False)
    valid_from = DayField(label="Từ ngày", required=False)
    ASKED = ("enter_level", "appraise_level", "decide_level", "authority", "article")

    def __init__(
        self, data: Any, *, prefix: str, level: str, kinds: list[str], levels: list[Level], year: int, old: list[dict]
    ):
        self.level, self.kinds, self.old = level, kinds, old
        super().__init__(data, prefix=prefix, initial=self._typed(old[0]) if old else {"valid_from": f"01/01/{year}"})
        held = {row[name] for row in old for name in ("enter_level", "appraise_level", "decide_level")}
        offered = [one for one in Level if one in levels or one in held]
        for name in ("enter_level", "appraise_level", "decide_level"):
            offer_choices(self, name, [NOTHING, *((one.value, one.label) for one in offered)])
        for step in Step:
            self.fields[f"by_{step}"] = TextField(label=f"Hạn: {step.label.lower()}", max_length=40, required=False)
        if old and old[0]["confidence"] != Confidence.TEXT:
            self.fields["checked"] = forms.BooleanField(label="Đúng văn bản", required=False)
        if old:
            self.fields["drop"] = forms.BooleanField(label="Bỏ tuyến này", required=False)

    def _typed(self, row: dict) -> dict:
        days = {f"by_{one['step']}": day_in_words(one) for one in row["deadlines"]}
        told = {name: row[name] for name in self.ASKED}
        return told | days | {"valid_from": f"{date.fromisoformat(row['valid_from']):%d/%m/%Y}"}

    @property
    def heading(self) -> str:
        named = "; ".join(UnitKind(kind).label for kind in self.kinds)
        end = self.old[0]["valid_to"] if self.old else None
        until = f", đến hết {date.fromisoformat(end):%d/%m/%Y}" if end else ""
        return f"{named} do {Level(self.level).label} quản lý{until}"

    @property
    def help(self) -> str:
        how = "Hạn ghi như “trước 15/11” hoặc “hết 31/03”."
        return how if self.old else f"Không có đơn vị như vậy thì để trống. {how}"

    def clean(self):
        data = super().clean() or {}
        typed = any(value for name, value in data.items() if name != "valid_from")
        if data.get("drop") or not (self.old or typed):
            return data
        for name in (*self.ASKED, "valid_from"):
            if not data.get(name) and name not in self.errors:
                self.add_error(name, "Đã ghi tuyến này thì phải ghi cả mục này.")
        for step in Step:
            try:
                data[f"by_{step}"] = last_day(data.get(f"by_{step}", ""))
            except ValueError as fault:
                self.add_error(f"by_{step}", str(fault))
        return data

    def rows(self) -> list[dict]:
        """A route for each kind; none when nothing was typed, or when it was taken out."""
        data = self.cleaned_data
        if data.get("drop") or not data["enter_level"]:
            return []
        told = {name: clean(data[name]) for name in self.ASKED} | {"valid_from": data["valid_from"].isoformat()}
        if data.get("checked"):
            told["confidence"] = Confidence.TEXT.value
        fresh: list[dict] = [
            {**ROUTE_FIELDS, "kind": kind, "managed_at": self.level, "deadlines": []} for kind in self.kinds
        ]
        return [{**row, **told, "deadlines": self._deadlines(row)} for row in self.old or fresh]

    def _deadlines(self, row: dict) -> list[dict]:
        """The last days as typed; one that stood there on an article of its own keeps it."""
        article = clean(self.cleaned_data["article"])
        own = {one["step"]: one["article"] for one in row["deadlines"] if one["article"] != row["article"]}
        days = {step.value: self.cleaned_data[f"by_{step}"] for step in Step}
        # In the order of the content: an untouched route is the same content, not only the same route.
        return [{"step": step, **day, "article": own.get(step, article)} for step, day in sorted(days.items()) if day]


def route_forms(content: dict, levels: list[Level], data: Any) -> list[RouteRowForm]:
    """The ways of the draft from its first year on, told once for all kinds that share one, then blank ones."""
    year = content["first_year"]
    shown = [row for row in content["routes"] if not row["valid_to"] or row["valid_to"] >= f"{year}-01-01"]
    shared: dict[str, list[dict]] = {}
    for row in shown:
        shared.setdefault(repr({**row, "kind": ""}), []).append(row)
    held = {(row["kind"], row["managed_at"]) for row in shown}
    found = []
    for level in reversed(Level):
        told = [rows for rows in shared.values() if rows[0]["managed_at"] == level]
        for at, rows in enumerate(told):
            kinds = [row["kind"] for row in rows]
            old = {"kinds": kinds, "old": rows}
            found.append(RouteRowForm(data, prefix=f"route-{level}-{at}", level=level, levels=levels, year=year, **old))
        without = [kind for kind in content["unit_kinds"] if level in PARENTS[UnitKind(kind)] and level in levels]
        if kinds := [kind for kind in without if (kind, level.value) not in held]:
            new = {"kinds": kinds, "old": []}
            found.append(RouteRowForm(data, prefix=f"route-{level}", level=level, levels=levels, year=year, **new))
    return found


def day_in_words(deadline: dict) -> str:
    """A deadline's day as `last_day` reads it."""
    return f"{'hết' if deadline['inclusive'] else 'trước'} {deadline['day']:02d}/{deadline['month']:02d}"


def last_day(text: str) -> dict | None:
    """ "trước 15/11" or "hết 31/03" as a deadline's day; None for nothing. Raises ValueError with the remedy."""
    if not (told := clean(text)):
        return None
    found = re.fullmatch(r"(trước|hết)( ngày)? ([0-9]{1,2})/([0-9]{1,2})", told.casefold())
    if not found:
        raise ValueError(f"Không hiểu “{told}”. Hãy ghi như “trước 15/11” (không tính ngày 15) hoặc “hết 31/03”.")
    day, month = int(found[3]), int(found[4])
    if not is_day(f"{month:02d}-{day:02d}"):
        raise ValueError(f"Không có ngày {told.split()[-1]}. Hãy ghi lại theo văn bản.")
    return {"month": month, "day": day, "inclusive": found[1] == "hết"}
