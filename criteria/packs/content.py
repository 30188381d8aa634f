"""A criteria set as plain data: what it holds, its hash, and how its rows are named."""

import hashlib
import json
from datetime import date
from decimal import Decimal
from typing import Any

from ..enums import Confidence, Outcome

# Field -> what stands when the pack leaves it out. The names are those of the models.
SET_FIELDS = {
    "code": "",
    "version": 1,
    "name": "",
    "unit_kinds": [],
    "excluded_subtypes": [],
    "outcome": Outcome.ALL_MET.value,
    "first_year": None,
    "last_year": None,
    "window_from": "",
    "window_to": "",
    "window_article": "",
    "province_code": "",
    "place_code": "",
    "is_example": False,
    "by_selection": False,
    "needed_met": None,
    "points_total": None,
    "not_applicable_rule": "",
    "gaps": [],
}
CRITERION_FIELDS = {
    "code": "",
    "order": 0,
    "number": "",
    "label": "",
    "article": "",
    "guidance": "",
    "measure": "",
    "comparison": "",
    "threshold": None,
    "numerator_label": "",
    "denominator_label": "",
    "max_points": None,
    "derivation": "",
    "derived_from": [],
    "follows": "",
    "excuses": [],
    "not_applicable_when": "",
    "due_quarter": None,
    "needs_evidence": False,
    "reuses": "",
    "confidence": Confidence.TEXT.value,
}
ROUTE_FIELDS = {
    "kind": "",
    "managed_at": "",
    "enter_level": "",
    "appraise_level": "",
    "decide_level": "",
    "authority": "",
    "article": "",
    "confidence": Confidence.TEXT.value,
    "valid_from": "",
    "valid_to": None,
}
DEADLINE_FIELDS = {"step": "", "month": None, "day": None, "inclusive": None, "article": ""}
SOURCE_FIELDS = {"article": "", "confidence": Confidence.TEXT.value}
GRADE_FIELDS = {"rank": None, "label": "", "lower_bound": None, **SOURCE_FIELDS}
# Part of a set -> its fields. The first ones, without a default of their own, tell its rows apart (see KEYS).
PARTS: dict[str, dict] = {
    "grades": GRADE_FIELDS,
    "caps": {"criterion": "", "best_rank": None, **SOURCE_FIELDS},
    "preconditions": {
        "programme": "",
        "years_back": 0,
        "worst_rank": None,
        "best_rank": None,
        "label": "",
        **SOURCE_FIELDS,
    },
    "quotas": {"level": "", "minimum": None, **SOURCE_FIELDS},
    "papers": {"order": None, "name": "", **SOURCE_FIELDS},
}
KEYS = {
    "grades": ("rank",),
    "caps": ("criterion",),
    "preconditions": ("programme", "years_back"),
    "quotas": ("level",),
    "papers": ("order",),
}
PART_NAMES = {
    "grades": "loại",
    "caps": "mức khống chế",
    "preconditions": "điều kiện",
    "quotas": "chỉ tiêu lựa chọn",
    "papers": "thành phần hồ sơ",
}
STREAK_FIELDS: dict[str, Any] = {
    "code": "",
    "programme": "",
    "document": "",
    "name": "",
    "unit_kinds": [],
    "counts": [],
    "missing_year": "",
    "first_year": None,
    "province_code": "",
    "is_example": False,
    "statement": "",
    **SOURCE_FIELDS,
    "gaps": [],
    "valid_from": None,
    "valid_to": None,
}
TITLE_FIELDS = {"years": None, "level": "", "title": "", **SOURCE_FIELDS}
DECIMALS = ("threshold", "max_points", "points_total", "lower_bound")


def plain(value):
    """A field's value as JSON keeps it: dates and decimals as text, decimals with two places."""
    if isinstance(value, Decimal):
        return f"{value:.2f}"
    return value.isoformat() if isinstance(value, date) else value


def content_of(criteria_set) -> dict:
    """The stored set as plain data, equal to its pack's when nothing differs. A fixed number of queries."""
    codes = {}
    criteria = []
    for row in criteria_set.criteria.order_by("order"):
        codes[row.pk] = row.code
        fields = {name: plain(getattr(row, name)) for name in CRITERION_FIELDS}
        criteria.append({"parent": codes.get(row.parent_id, ""), **fields})
    routes = []
    for row in criteria_set.routes.prefetch_related("deadlines"):
        deadlines = [{name: getattr(one, name) for name in DEADLINE_FIELDS} for one in row.deadlines.all()]
        fields = {name: plain(getattr(row, name)) for name in ROUTE_FIELDS}
        routes.append({**fields, "deadlines": in_order(deadlines)})
    return {
        "programme": criteria_set.programme.code,
        "document": criteria_set.document.code,
        "base": name_of(criteria_set.base) if criteria_set.base else "",
        **{name: plain(getattr(criteria_set, name)) for name in SET_FIELDS},
        "criteria": criteria,
        "routes": in_order(routes),
        **{part: part_of(criteria_set, part, codes) for part in PARTS},
    }


def set_name(code: str, version: int) -> str:
    """How packs name a version of a set: "TT124-KDC/1"."""
    return f"{code}/{version}"


def split_name(name: str) -> tuple[str, int]:
    """Code and version of such a name; without a number that can be one, version 0, which no set has."""
    code, _, version = name.partition("/")
    return code, int(version) if version.isdecimal() and len(version) < 5 else 0


def name_of(criteria_set) -> str:
    """The stored set's name in packs and addresses: "TT124-KDC/1"."""
    return set_name(criteria_set.code, criteria_set.version)


def part_of(criteria_set, part: str, codes: dict[int, str]) -> list[dict]:
    """A part's rows as plain data in their one order; `codes` are the set's criteria by id."""
    rows = getattr(criteria_set, part).all()
    if part == "preconditions":
        rows = rows.select_related("programme")
    told = []
    for row in rows:
        fields = {name: plain(getattr(row, name)) for name in PARTS[part] if name not in ("criterion", "programme")}
        if part == "caps":
            fields["criterion"] = codes[row.criterion_id]
        if part == "preconditions":
            fields["programme"] = row.programme.code
        told.append({name: fields[name] for name in PARTS[part]})
    return keyed(part, told)


def keyed(part: str, rows: list[dict]) -> list[dict]:
    """A part's rows in the one order their contents are compared in."""
    return sorted(rows, key=lambda row: tuple(row[name] for name in KEYS[part]))


def in_order(rows: list[dict]) -> list[dict]:
    """Routes or deadlines in the one order their contents are compared in."""
    keys = ("valid_from", "kind", "managed_at", "step")
    return sorted(rows, key=lambda row: [row.get(key, "") for key in keys])


def block_of(rows: list[dict], place: int) -> int:
    """How many lines of criteria the one at `place` takes with everything inside it."""
    inside = {rows[place]["code"]}
    many = 1
    for row in rows[place + 1 :]:
        if row["parent"] not in inside:
            break
        inside.add(row["code"])
        many += 1
    return many


def end_of(rows: list[dict], parent: str) -> int:
    """Where a new last line of the group goes; the end of all for none, or for a group that is not there."""
    at = next((place for place, row in enumerate(rows) if row["code"] == parent), None) if parent else None
    return len(rows) if at is None else at + block_of(rows, at)


def digest(content: dict) -> str:
    return hashlib.sha256(json.dumps(content, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def naming(part: str):
    """How a row of the part is named in a sentence: "loại 1"."""
    return lambda row: f"{PART_NAMES[part]} {' '.join(str(row[name]) for name in KEYS[part])}"
