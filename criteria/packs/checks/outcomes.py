"""What is wrong with what a set comes to: grades, caps, preconditions, quotas, the number to be met."""

from collections.abc import Iterator
from decimal import Decimal

from portal.core.vietnamese.text import plain_key

from ...enums import Measure, Outcome
from ..content import KEYS, PART_NAMES, PARTS, naming
from .flaw import Flaw


def outcome_flaws(content: dict) -> Iterator[Flaw]:
    yield from _number_flaws(content)
    yield from _grading_flaws(content)
    yield from _grade_flaws(content)
    yield from _twice(content)
    yield from _cap_flaws(content)
    yield from _precondition_flaws(content)
    if content["quotas"] and not content["by_selection"]:
        yield ("quotas",), "chỉ bộ xét đơn vị được chọn từ đầu năm (by_selection) mới có chỉ tiêu lựa chọn"


def _number_flaws(content: dict) -> Iterator[Flaw]:
    need = content["needed_met"]
    if need is None:
        return
    most = sum(row["measure"] != Measure.GROUP for row in content["criteria"])
    if content["outcome"] != Outcome.NUMBER_MET:
        yield ("needed_met",), "chỉ bộ kết luận theo số tiêu chí (outcome: number_met) mới có số tiêu chí phải đạt"
    elif not 0 < need <= most:
        yield ("needed_met",), f"số tiêu chí phải đạt ({need}) phải từ 1 đến {most}"


def _grading_flaws(content: dict) -> Iterator[Flaw]:
    """Grades, caps and a total belong to a set that counts points, or only keeps results."""
    if content["outcome"] in (Outcome.GRADES, Outcome.RESULTS_ONLY):
        return
    for part in ("grades", "caps"):
        if content[part]:
            yield (part,), f"chỉ bộ chấm điểm, xếp loại (outcome: grades) mới có {PART_NAMES[part]}"
    if content["points_total"] is not None:
        yield ("points_total",), "chỉ bộ chấm điểm, xếp loại (outcome: grades) mới có tổng điểm chuẩn"


def _grade_flaws(content: dict) -> Iterator[Flaw]:
    """Ranks 1, 2, 3…, one name each, bounds falling with the rank and within the total."""
    grades = content["grades"]
    if [row["rank"] for row in grades] != list(range(1, len(grades) + 1)):
        yield ("grades",), "bậc của các loại phải là 1, 2, 3… liền nhau, bậc 1 là cao nhất"
    seen: dict[str, str] = {}
    above = None
    for place, row in enumerate(grades):
        key = plain_key(row["label"])
        if key in seen:
            yield ("grades", place, "label"), f"tên loại {row['label']} trùng với {seen[key]}"
        seen.setdefault(key, row["label"])
        if row["lower_bound"] is None:
            continue
        bound = Decimal(row["lower_bound"])
        if above is not None and bound >= above[1]:
            yield (
                ("grades", place, "lower_bound"),
                f"mức điểm chồng lấn: loại {row['label']} từ {bound} không thấp hơn loại {above[0]} từ {above[1]}",
            )
        if content["points_total"] is not None and bound > Decimal(content["points_total"]):
            yield ("grades", place, "lower_bound"), f"mức điểm {bound} vượt tổng điểm {content['points_total']}"
        above = (row["label"], bound)


def _twice(content: dict) -> Iterator[Flaw]:
    for part in PARTS:
        seen = set()
        for place, row in enumerate(content[part]):
            key = tuple(row[name] for name in KEYS[part])
            if key in seen:
                yield (part, place), f"{naming(part)(row)} ghi hai lần"
            seen.add(key)


def _cap_flaws(content: dict) -> Iterator[Flaw]:
    criteria = {row["code"]: row for row in content["criteria"] if row["measure"] != Measure.GROUP}
    ranks = {row["rank"] for row in content["grades"]}
    for place, row in enumerate(content["caps"]):
        where = ("caps", place, "criterion")
        capped = criteria.get(row["criterion"])
        if capped is None:
            yield where, f"không có tiêu chí chấm được mã “{row['criterion']}” trong bộ"
        elif capped["measure"] == Measure.POINTS and capped["threshold"] is None:
            must = "phải có mức phải đạt (threshold) thì mới khống chế được loại"
            yield where, f"tiêu chí chấm điểm {row['criterion']} {must}"
        if row["best_rank"] not in ranks:
            yield ("caps", place, "best_rank"), f"không có loại bậc {row['best_rank']}"


def _precondition_flaws(content: dict) -> Iterator[Flaw]:
    ranks = {row["rank"] for row in content["grades"]}
    for place, row in enumerate(content["preconditions"]):
        if row["best_rank"] is not None and row["best_rank"] not in ranks:
            yield ("preconditions", place, "best_rank"), f"không có loại bậc {row['best_rank']}"
        if row["programme"] == content["programme"] and not row["years_back"]:
            sentence = "tính vòng: kết quả cùng năm của chương trình phụ thuộc chính nó"
            yield ("preconditions", place, "programme"), sentence
