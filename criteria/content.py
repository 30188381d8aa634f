"""A criteria set as plain data: what it holds, its hash, and what it lacks to be one."""

import hashlib
import json
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from units.text import search_key

from .enums import Comparison, Confidence, Derivation, Level, Measure, Outcome

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
DECIMALS = ("threshold", "max_points")

SHARES = (Measure.PERCENT, Measure.DERIVED)
RANK = {Level.COMMUNE: 0, Level.DISTRICT: 1, Level.PROVINCE: 2}


def plain(value):
    """A field's value as JSON keeps it: dates and decimals as text, decimals with two places."""
    if isinstance(value, Decimal):
        return f"{value:.2f}"
    return value.isoformat() if isinstance(value, date) else value


def content_of(criteria_set) -> dict:
    """The stored set as plain data, equal to its pack's when nothing differs. Four queries."""
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
        **{name: getattr(criteria_set, name) for name in SET_FIELDS},
        "criteria": criteria,
        "routes": in_order(routes),
    }


def in_order(rows: list[dict]) -> list[dict]:
    """Routes or deadlines in the one order their contents are compared in."""
    keys = ("valid_from", "kind", "managed_at", "step")
    return sorted(rows, key=lambda row: [row.get(key, "") for key in keys])


def digest(content: dict) -> str:
    return hashlib.sha256(json.dumps(content, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def differences(stored: dict, wanted: dict) -> list[str]:
    """What would change, one Vietnamese line each, criteria and routes by their names."""
    lines = [
        f"{name}: {stored[name]!s} → {wanted[name]!s}"
        for name in ("programme", "document", *SET_FIELDS)
        if stored[name] != wanted[name]
    ]
    for part, name_of in (
        ("criteria", lambda row: row["code"]),
        ("routes", lambda row: f"tuyến {row['kind']} do {row['managed_at']} quản lý từ {row['valid_from']}"),
    ):
        old, new = ({name_of(row): row for row in content[part]} for content in (stored, wanted))
        lines += [f"thêm {name}" for name in new if name not in old]
        lines += [f"bỏ {name}" for name in old if name not in new]
        for name in new:
            if name in old:
                fields = [field for field in new[name] if new[name][field] != old[name][field]]
                lines += [f"{name}, {field}: {old[name][field]!s} → {new[name][field]!s}" for field in fields]
    return lines


# --- what is wrong with it -------------------------------------------------------------------------------------

Flaw = tuple[tuple, str]  # where in the content, and the Vietnamese sentence


def flaws(content: dict) -> Iterator[Flaw]:
    """Everything that keeps the content from being a criteria set at all."""
    if content["last_year"] is not None and content["last_year"] < content["first_year"]:
        yield ("last_year",), f"năm cuối {content['last_year']} đứng trước năm đầu {content['first_year']}"
    for end in ("window_from", "window_to"):
        if content[end] and not is_day(content[end]):
            yield (end,), f"“{content[end]}” không phải ngày trong năm; hãy ghi tháng-ngày, ví dụ 11-01"
    if bool(content["window_from"]) != bool(content["window_to"]):
        yield ("window_from",), "kỳ đánh giá phải có cả ngày đầu và ngày cuối"
    yield from _criteria_flaws(content["criteria"])
    yield from _route_flaws(content)


def is_day(text: str) -> bool:
    """Whether "mm-dd" is a day every year has."""
    try:
        date.fromisoformat(f"2023-{text}")
    except ValueError:
        return False
    return True


def _criteria_flaws(criteria: list[dict]) -> Iterator[Flaw]:
    seen: dict[str, str] = {}
    parents = {row["parent"] for row in criteria}
    for place, row in enumerate(criteria):
        key = search_key(row["code"])
        if key in seen:
            yield (
                ("criteria", place, "code"),
                f"mã {row['code']} trùng với {seen[key]} (không phân biệt dấu, hoa thường)",
            )
        seen.setdefault(key, row["code"])
        for field, sentence in _criterion_flaws(row, has_children=row["code"] in parents):
            yield ("criteria", place, field), f"tiêu chí {row['code']}: {sentence}"


def _criterion_flaws(row: dict, *, has_children: bool) -> Iterator[tuple[str, str]]:
    measure, threshold = row["measure"], row["threshold"]
    if measure == Measure.GROUP:
        if not has_children:
            yield "measure", "nhóm không có tiêu chí nào bên trong"
        for field in ("threshold", "max_points", "derivation", "excuses", "comparison", "needs_evidence"):
            if row[field]:
                yield field, f"nhóm tiêu chí không có mục “{field}”; hãy đặt mục này ở tiêu chí bên trong"
        return
    if has_children:
        yield "measure", "chỉ nhóm (measure: group) mới có tiêu chí bên trong"
    if measure in SHARES and not (threshold and 0 < Decimal(threshold) <= 100):
        yield "threshold", "mức phải đạt là tỷ lệ phần trăm, lớn hơn 0 và không quá 100"
    if measure == Measure.COUNT and not (threshold and Decimal(threshold) > 0):
        yield "threshold", "mức phải đạt của số lượng phải lớn hơn 0"
    if measure not in (*SHARES, Measure.COUNT, Measure.POINTS) and threshold is not None:
        yield "threshold", f"cách đo “{Measure(measure).label}” không có mức phải đạt"
    if threshold is not None and row["comparison"] not in Comparison.values:
        yield "comparison", "có mức phải đạt thì phải nói cách so sánh (at_least hoặc exactly)"
    if measure == Measure.POINTS and not (row["max_points"] and Decimal(row["max_points"]) > 0):
        yield "max_points", "chấm điểm thì phải có điểm tối đa lớn hơn 0"
    if measure == Measure.DERIVED and row["derivation"] not in Derivation.values:
        yield "derivation", f"không có cách tính “{row['derivation']}”; chỉ có {', '.join(Derivation.values)}"
    if measure != Measure.DERIVED and row["derivation"]:
        yield "derivation", "chỉ tiêu chí hệ thống tính (measure: derived) mới có cách tính"
    if measure in (*SHARES, Measure.TREND):
        for field in ("numerator_label", "denominator_label"):
            if not row[field]:
                yield field, "so sánh hai số thì phải gọi tên cả hai số"
    if row["excuses"] and measure != Measure.EVENT:
        yield "excuses", "chỉ việc không để xảy ra (measure: event) mới có trường hợp loại trừ"
    shorts = [search_key(one["short"]) for one in row["excuses"]]
    if len(set(shorts)) < len(shorts):
        yield "excuses", "hai trường hợp loại trừ dùng chung một chữ viết tắt"


def _route_flaws(content: dict) -> Iterator[Flaw]:
    routes = content["routes"]
    for place, row in enumerate(routes):
        where = ("routes", place)
        if row["kind"] not in content["unit_kinds"]:
            yield (*where, "kind"), f"tuyến của “{row['kind']}” không thuộc loại đơn vị nào của bộ"
        if row["valid_to"] and row["valid_to"] < row["valid_from"]:
            yield (*where, "valid_to"), f"ngày cuối {row['valid_to']} đứng trước ngày đầu {row['valid_from']}"
        levels = [row["enter_level"], row["appraise_level"], row["decide_level"]]
        if [RANK[level] for level in levels] != sorted(RANK[level] for level in levels):
            yield (*where, "decide_level"), "hồ sơ chỉ đi từ cấp dưới lên cấp trên: nhập, thẩm định, công nhận"
        for other in routes[place + 1 :]:
            if _overlap(row, other):
                yield (
                    (*where, "valid_from"),
                    f"hai tuyến của {row['kind']} do {row['managed_at']} quản lý cùng hiệu lực {other['valid_from']}",
                )
        for deadline in row["deadlines"]:
            if not is_day(f"{deadline['month']:02d}-{deadline['day']:02d}"):
                yield (*where, "deadlines"), f"không có ngày {deadline['day']}/{deadline['month']}"
    if content["outcome"] == Outcome.RESULTS_ONLY:
        return
    for kind in content["unit_kinds"]:
        if not any(row["kind"] == kind for row in routes):
            yield ("routes",), f"chưa có tuyến xét duyệt cho loại đơn vị “{kind}”"


def _overlap(one: dict, other: dict) -> bool:
    if (one["kind"], one["managed_at"]) != (other["kind"], other["managed_at"]):
        return False
    ends = [row["valid_to"] or "9999-12-31" for row in (one, other)]
    return one["valid_from"] <= ends[1] and other["valid_from"] <= ends[0]


def years_meet(one: dict, other: dict) -> bool:
    """Whether two sets would both judge some kind of unit in some year."""
    if one["programme"] != other["programme"] or not set(one["unit_kinds"]) & set(other["unit_kinds"]):
        return False
    ends = [content["last_year"] or 9999 for content in (one, other)]
    return one["first_year"] <= ends[1] and other["first_year"] <= ends[0]


def unready(content: dict) -> Iterator[str]:
    """What keeps a well-formed content from being published, a sentence each."""
    if content["outcome"] == Outcome.RESULTS_ONLY:
        yield "bộ này chỉ dùng để lưu kết quả các năm trước, không dùng để chấm"
    if not content["criteria"]:
        yield "bộ chưa có tiêu chí nào"
    for row in content["criteria"]:
        if row["confidence"] == Confidence.NOT_FOUND:
            yield f"tiêu chí {row['code']} chưa đọc được trong văn bản"
        for field, name in (("label", "nội dung"), ("article", "căn cứ")):
            if not row[field]:
                yield f"tiêu chí {row['code']} chưa có {name}"
