"""What keeps a well-formed content from being published."""

from collections.abc import Iterator
from decimal import Decimal

from units.enums import UnitKind

from ...enums import Confidence, Level, Measure, Outcome
from ..content import PARTS, naming


def unready(content: dict) -> Iterator[str]:
    """What keeps a well-formed content from being published, a sentence each."""
    if content["outcome"] == Outcome.RESULTS_ONLY:
        yield "bộ này chỉ dùng để lưu kết quả các năm trước, không dùng để chấm"
    yield from _criteria_lacks(content)
    yield from _route_lacks(content)
    for part in PARTS:
        for row in content[part]:
            if row["confidence"] == Confidence.NOT_FOUND:
                yield f"{naming(part)(row)} chưa đọc được trong văn bản"
    yield from _outcome_lacks(content)


def _criteria_lacks(content: dict) -> Iterator[str]:
    if not content["criteria"]:
        yield "bộ chưa có tiêu chí nào"
    for row in content["criteria"]:
        if row["confidence"] == Confidence.NOT_FOUND:
            yield f"tiêu chí {row['code']} chưa đọc được trong văn bản"
        if row["measure"] == Measure.POINTS and row["max_points"] is None:
            yield f"tiêu chí {row['code']} chấm điểm nhưng chưa có điểm tối đa"
        for field, name in (("label", "nội dung"), ("article", "căn cứ")):
            if not row[field]:
                yield f"tiêu chí {row['code']} chưa có {name}"


def _route_lacks(content: dict) -> Iterator[str]:
    for kind in content["unit_kinds"] if content["outcome"] != Outcome.RESULTS_ONLY else ():
        if not any(row["kind"] == kind for row in content["routes"]):
            yield f"chưa có tuyến xét duyệt cho loại đơn vị “{UnitKind(kind).label}”"
    for row in content["routes"]:
        if row["confidence"] == Confidence.NOT_FOUND:
            named = f"“{UnitKind(row['kind']).label}” do {Level(row['managed_at']).label} quản lý"
            yield f"tuyến của {named} chưa đọc được trong văn bản"


def _outcome_lacks(content: dict) -> Iterator[str]:
    outcome = content["outcome"]
    if outcome == Outcome.NUMBER_MET and content["needed_met"] is None:
        yield "chưa có số tiêu chí phải đạt"
    if outcome == Outcome.GRADES:
        yield from _grading_lacks(content)
    named = [row["code"] for row in content["criteria"] if row["not_applicable_when"]]
    if outcome in (Outcome.GRADES, Outcome.NUMBER_MET) and named and not content["not_applicable_rule"]:
        yield f"chưa nói tiêu chí không áp dụng ({', '.join(named)}) được tính thế nào"


def _grading_lacks(content: dict) -> Iterator[str]:
    if not content["grades"]:
        yield "chưa có loại nào để xếp"
    for row in content["grades"]:
        if row["lower_bound"] is None:
            yield f"loại {row['label']} chưa có mức điểm"
    if content["grades"] and content["grades"][-1]["lower_bound"] not in (None, "0.00"):
        yield f"loại thấp nhất ({content['grades'][-1]['label']}) phải từ 0 điểm, nếu không sẽ có hồ sơ không xếp được"
    capped = {row["criterion"] for row in content["caps"]}
    total = Decimal(0)
    for row in content["criteria"]:
        if row["measure"] == Measure.GROUP:
            continue
        total += Decimal(row["max_points"] or 0)
        if row["max_points"] is None and row["code"] not in capped and row["measure"] != Measure.POINTS:
            yield f"tiêu chí {row['code']} không có điểm và không khống chế loại nên không có tác dụng"
    if content["points_total"] is None:
        yield "chưa có tổng điểm chuẩn"
    elif total != Decimal(content["points_total"]):
        yield f"tổng điểm các tiêu chí là {total}, khác tổng điểm chuẩn {content['points_total']}"
