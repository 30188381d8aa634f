"""What is wrong with the criteria of a set: their codes, and what each measure asks for and forbids."""

from collections.abc import Iterator
from decimal import Decimal

from portal.core.vietnamese.text import plain_key

from ...enums import Comparison, Derivation, Measure, Outcome
from .flaw import Flaw

FieldFlaw = tuple[str, str]  # field of the criterion, sentence
SHARES = (Measure.PERCENT, Measure.DERIVED)
PAIRS = (*SHARES, Measure.TREND)  # measured by two numbers
WITH_THRESHOLD = (*PAIRS, Measure.COUNT, Measure.POINTS)
MANAGING_KIND = "commune"  # the only judged kind that manages judged units
NOT_FOR_GROUPS = ("threshold", "max_points", "derivation", "excuses", "comparison", "needs_evidence")


def criteria_flaws(content: dict) -> Iterator[Flaw]:
    seen: dict[str, str] = {}
    parents = {row["parent"] for row in content["criteria"]}
    for place, row in enumerate(content["criteria"]):
        key = plain_key(row["code"])
        if key in seen:
            sentence = f"mã {row['code']} trùng với {seen[key]} (không phân biệt dấu, hoa thường)"
            yield ("criteria", place, "code"), sentence
        seen.setdefault(key, row["code"])
        for field, sentence in _criterion_flaws(row, content, has_children=row["code"] in parents):
            yield ("criteria", place, field), f"tiêu chí {row['code']}: {sentence}"


def _criterion_flaws(row: dict, content: dict, *, has_children: bool) -> Iterator[FieldFlaw]:
    if row["measure"] == Measure.GROUP:
        yield from _group_flaws(row, has_children)
        return
    if has_children:
        yield "measure", "chỉ nhóm (measure: group) mới có tiêu chí bên trong"
    yield from _threshold_flaws(row)
    yield from _points_flaws(row, content)
    yield from _derivation_flaws(row, content)
    yield from _label_flaws(row)
    yield from _excuse_flaws(row)


def _group_flaws(row: dict, has_children: bool) -> Iterator[FieldFlaw]:
    if not has_children:
        yield "measure", "nhóm không có tiêu chí nào bên trong"
    for field in NOT_FOR_GROUPS:
        if row[field]:
            yield field, f"nhóm tiêu chí không có mục “{field}”; hãy đặt mục này ở tiêu chí bên trong"


def _threshold_flaws(row: dict) -> Iterator[FieldFlaw]:
    measure, threshold = row["measure"], row["threshold"]
    bar = Decimal(threshold) if threshold is not None else None
    if measure in SHARES and not (bar and 0 < bar <= 100):
        yield "threshold", "mức phải đạt là tỷ lệ phần trăm, lớn hơn 0 và không quá 100"
    if measure == Measure.COUNT and not (bar and bar > 0):
        yield "threshold", "mức phải đạt của số lượng phải lớn hơn 0"
    if measure == Measure.TREND and bar is not None and not 0 < bar < 100:
        yield "threshold", "mức giảm phải đạt là tỷ lệ phần trăm, lớn hơn 0 và nhỏ hơn 100"
    if measure not in WITH_THRESHOLD and bar is not None:
        yield "threshold", f"cách đo “{Measure(measure).label}” không có mức phải đạt"
    if bar is not None and row["comparison"] not in Comparison.values:
        yield "comparison", "có mức phải đạt thì phải nói cách so sánh: “từ” (at_least) hoặc “đúng” (exactly)"


def _points_flaws(row: dict, content: dict) -> Iterator[FieldFlaw]:
    if row["max_points"] is None:
        return
    if not Decimal(row["max_points"]) > 0:
        yield "max_points", "điểm tối đa phải lớn hơn 0"
    if row["measure"] != Measure.POINTS and content["outcome"] != Outcome.GRADES:
        yield "max_points", "bộ không chấm điểm (outcome: grades) thì tiêu chí không có điểm tối đa"


def _derivation_flaws(row: dict, content: dict) -> Iterator[FieldFlaw]:
    """A derived criterion counts units below the judged one: never the judged kind itself, which would go round."""
    if row["measure"] != Measure.DERIVED:
        if row["derivation"]:
            yield "derivation", "chỉ tiêu chí hệ thống tính (measure: derived) mới có cách tính"
        if row["derived_from"]:
            yield "derived_from", "chỉ tiêu chí hệ thống tính (measure: derived) mới tính trên loại đơn vị"
        return
    if row["derivation"] not in Derivation.values:
        yield "derivation", f"không có cách tính “{row['derivation']}”; chỉ có {', '.join(Derivation.values)}"
    for kind in content["unit_kinds"]:
        if kind != MANAGING_KIND:
            yield "measure", f"loại đơn vị “{kind}” không quản lý đơn vị nào để hệ thống tính"
    if round_trip := set(row["derived_from"]) & set(content["unit_kinds"]):
        yield "derived_from", f"tính vòng: kết quả của “{', '.join(sorted(round_trip))}” lại phụ thuộc chính nó"


def _label_flaws(row: dict) -> Iterator[FieldFlaw]:
    if row["measure"] not in PAIRS:
        return
    for field in ("numerator_label", "denominator_label"):
        if not row[field]:
            yield field, "so sánh hai số thì phải gọi tên cả hai số"


def _excuse_flaws(row: dict) -> Iterator[FieldFlaw]:
    if row["excuses"] and row["measure"] != Measure.EVENT:
        yield "excuses", "chỉ việc không để xảy ra (measure: event) mới có trường hợp loại trừ"
    shorts = [plain_key(one["short"]) for one in row["excuses"]]
    if len(set(shorts)) < len(shorts):
        yield "excuses", "hai trường hợp loại trừ dùng chung một chữ viết tắt"
