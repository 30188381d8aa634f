"""What is wrong with a set's content: what keeps it from being a criteria set, and from being published."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from units.enums import UnitKind
from units.text import search_key

from .content import KEYS, PART_NAMES, PARTS, naming
from .enums import Comparison, Confidence, Derivation, Level, Measure, Outcome

SHARES = (Measure.PERCENT, Measure.DERIVED)
MANAGING_KIND = "commune"  # the only judged kind that manages judged units
RANK = {Level.COMMUNE: 0, Level.DISTRICT: 1, Level.PROVINCE: 2}

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
    yield from _criteria_flaws(content)
    yield from _route_flaws(content)
    yield from _outcome_flaws(content)


def is_day(text: str) -> bool:
    """Whether "mm-dd" is a day every year has."""
    try:
        date.fromisoformat(f"2023-{text}")
    except ValueError:
        return False
    return True


def _criteria_flaws(content: dict) -> Iterator[Flaw]:
    seen: dict[str, str] = {}
    criteria = content["criteria"]
    parents = {row["parent"] for row in criteria}
    for place, row in enumerate(criteria):
        key = search_key(row["code"])
        if key in seen:
            yield (
                ("criteria", place, "code"),
                f"mã {row['code']} trùng với {seen[key]} (không phân biệt dấu, hoa thường)",
            )
        seen.setdefault(key, row["code"])
        for field, sentence in _criterion_flaws(row, content, has_children=row["code"] in parents):
            yield ("criteria", place, field), f"tiêu chí {row['code']}: {sentence}"


def _criterion_flaws(row: dict, content: dict, *, has_children: bool) -> Iterator[tuple[str, str]]:
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
    if measure == Measure.TREND and threshold is not None and not 0 < Decimal(threshold) < 100:
        yield "threshold", "mức giảm phải đạt là tỷ lệ phần trăm, lớn hơn 0 và nhỏ hơn 100"
    if measure not in (*SHARES, Measure.COUNT, Measure.POINTS, Measure.TREND) and threshold is not None:
        yield "threshold", f"cách đo “{Measure(measure).label}” không có mức phải đạt"
    if threshold is not None and row["comparison"] not in Comparison.values:
        yield "comparison", "có mức phải đạt thì phải nói cách so sánh: “từ” (at_least) hoặc “đúng” (exactly)"
    if row["max_points"] is not None and not Decimal(row["max_points"]) > 0:
        yield "max_points", "điểm tối đa phải lớn hơn 0"
    if measure == Measure.DERIVED and row["derivation"] not in Derivation.values:
        yield "derivation", f"không có cách tính “{row['derivation']}”; chỉ có {', '.join(Derivation.values)}"
    if measure != Measure.DERIVED and row["derivation"]:
        yield "derivation", "chỉ tiêu chí hệ thống tính (measure: derived) mới có cách tính"
    if measure == Measure.DERIVED:
        yield from _derivation_flaws(row, content)
    elif row["derived_from"]:
        yield "derived_from", "chỉ tiêu chí hệ thống tính (measure: derived) mới tính trên loại đơn vị"
    if measure != Measure.POINTS and row["max_points"] is not None and content["outcome"] != Outcome.GRADES:
        yield "max_points", "bộ không chấm điểm (outcome: grades) thì tiêu chí không có điểm tối đa"
    if measure in (*SHARES, Measure.TREND):
        for field in ("numerator_label", "denominator_label"):
            if not row[field]:
                yield field, "so sánh hai số thì phải gọi tên cả hai số"
    if row["excuses"] and measure != Measure.EVENT:
        yield "excuses", "chỉ việc không để xảy ra (measure: event) mới có trường hợp loại trừ"
    shorts = [search_key(one["short"]) for one in row["excuses"]]
    if len(set(shorts)) < len(shorts):
        yield "excuses", "hai trường hợp loại trừ dùng chung một chữ viết tắt"


def _derivation_flaws(row: dict, content: dict) -> Iterator[tuple[str, str]]:
    """A derived criterion counts units below the judged one: never the judged kind itself, which would go round."""
    for kind in content["unit_kinds"]:
        if kind != MANAGING_KIND:
            yield "measure", f"loại đơn vị “{kind}” không quản lý đơn vị nào để hệ thống tính"
    if round_trip := set(row["derived_from"]) & set(content["unit_kinds"]):
        yield "derived_from", f"tính vòng: kết quả của “{', '.join(sorted(round_trip))}” lại phụ thuộc chính nó"


def _outcome_flaws(content: dict) -> Iterator[Flaw]:
    outcome = content["outcome"]
    if content["needed_met"] is not None:
        asked = sum(row["measure"] != Measure.GROUP for row in content["criteria"])
        if outcome != Outcome.NUMBER_MET:
            yield ("needed_met",), "chỉ bộ kết luận theo số tiêu chí (outcome: number_met) mới có số tiêu chí phải đạt"
        elif not 0 < content["needed_met"] <= asked:
            yield ("needed_met",), f"số tiêu chí phải đạt ({content['needed_met']}) phải từ 1 đến {asked}"
    if outcome not in (Outcome.GRADES, Outcome.RESULTS_ONLY):
        for part in ("grades", "caps"):
            if content[part]:
                yield (part,), f"chỉ bộ chấm điểm, xếp loại (outcome: grades) mới có {PART_NAMES[part]}"
        if content["points_total"] is not None:
            yield ("points_total",), "chỉ bộ chấm điểm, xếp loại (outcome: grades) mới có tổng điểm chuẩn"
    yield from _grade_flaws(content)
    for part in PARTS:
        seen = set()
        for place, row in enumerate(content[part]):
            key = tuple(row[name] for name in KEYS[part])
            if key in seen:
                yield (part, place), f"{naming(part)(row)} ghi hai lần"
            seen.add(key)
    codes = {row["code"]: row for row in content["criteria"]}
    ranks = {row["rank"] for row in content["grades"]}
    for place, row in enumerate(content["caps"]):
        if codes.get(row["criterion"], {"measure": Measure.GROUP})["measure"] == Measure.GROUP:
            yield ("caps", place, "criterion"), f"không có tiêu chí chấm được mã “{row['criterion']}” trong bộ"
        capped = codes.get(row["criterion"], {})
        if capped.get("measure") == Measure.POINTS and capped["threshold"] is None:
            yield (
                ("caps", place, "criterion"),
                f"tiêu chí chấm điểm {row['criterion']} phải có mức phải đạt (threshold) thì mới khống chế được loại",
            )
        if row["best_rank"] not in ranks:
            yield ("caps", place, "best_rank"), f"không có loại bậc {row['best_rank']}"
    for place, row in enumerate(content["preconditions"]):
        if row["best_rank"] is not None and row["best_rank"] not in ranks:
            yield ("preconditions", place, "best_rank"), f"không có loại bậc {row['best_rank']}"
        if row["programme"] == content["programme"] and not row["years_back"]:
            yield (
                ("preconditions", place, "programme"),
                "tính vòng: kết quả cùng năm của chương trình phụ thuộc chính nó",
            )
    if content["quotas"] and not content["by_selection"]:
        yield ("quotas",), "chỉ bộ xét đơn vị được chọn từ đầu năm (by_selection) mới có chỉ tiêu lựa chọn"


def _grade_flaws(content: dict) -> Iterator[Flaw]:
    """Ranks 1, 2, 3…, one name each, bounds falling with the rank and within the total."""
    grades = content["grades"]
    if [row["rank"] for row in grades] != list(range(1, len(grades) + 1)):
        yield ("grades",), "bậc của các loại phải là 1, 2, 3… liền nhau, bậc 1 là cao nhất"
    seen: dict[str, str] = {}
    above = None
    for place, row in enumerate(grades):
        key = search_key(row["label"])
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


def _overlap(one: dict, other: dict) -> bool:
    if (one["kind"], one["managed_at"]) != (other["kind"], other["managed_at"]):
        return False
    ends = [row["valid_to"] or "9999-12-31" for row in (one, other)]
    return one["valid_from"] <= ends[1] and other["valid_from"] <= ends[0]


def years_meet(one: dict, other: dict) -> bool:
    """Whether two sets would both judge some kind of unit in some year, and neither gives way to the other.

    A province's own set stands in for the whole country's there. A later version of the same code takes over from
    one without a last year. Examples and law meet only once both are published (`services.publish` asks that).
    """
    if one["programme"] != other["programme"] or not set(one["unit_kinds"]) & set(other["unit_kinds"]):
        return False
    if one["province_code"] != other["province_code"]:
        return False
    if one["code"] == other["code"]:
        older, newer = sorted((one, other), key=lambda row: row["version"])
        return newer["first_year"] <= (older["last_year"] or older["first_year"])
    ends = [content["last_year"] or 9999 for content in (one, other)]
    return one["first_year"] <= ends[1] and other["first_year"] <= ends[0]


def overlay_flaws(content: dict, base: dict | None) -> Iterator[Flaw]:
    """What an overlay may not do: leave out or alter a line of its base, or speak for another programme or kind."""
    if not content["base"]:
        return
    if base is None:
        yield ("base",), f"không có bộ “{content['base']}” đã ban hành để bổ sung"
        return
    if not content["province_code"]:
        yield ("base",), "chỉ tỉnh mới bổ sung tiêu chí; hãy ghi mã tỉnh (province_code)"
    for field in ("programme", "outcome"):
        if content[field] != base[field]:
            yield (field,), f"bộ bổ sung phải giữ “{field}” của bộ gốc {content['base']}"
    if set(content["unit_kinds"]) - set(base["unit_kinds"]):
        yield ("unit_kinds",), f"bộ gốc {content['base']} không áp dụng cho mọi loại đơn vị này"
    own = {row["code"]: row for row in content["criteria"]}
    for row in base["criteria"]:
        kept = own.get(row["code"])
        if kept is None:
            yield ("criteria",), f"thiếu tiêu chí {row['code']} của bộ gốc {content['base']}; bộ bổ sung chỉ được thêm"
        elif {**kept, "order": 0} != {**row, "order": 0}:
            yield ("criteria",), f"tiêu chí {row['code']} khác bộ gốc {content['base']}; bộ bổ sung chỉ được thêm"


def unready(content: dict) -> Iterator[str]:
    """What keeps a well-formed content from being published, a sentence each."""
    outcome = content["outcome"]
    if outcome == Outcome.RESULTS_ONLY:
        yield "bộ này chỉ dùng để lưu kết quả các năm trước, không dùng để chấm"
    if not content["criteria"]:
        yield "bộ chưa có tiêu chí nào"
    for row in content["criteria"]:
        if row["confidence"] == Confidence.NOT_FOUND:
            yield f"tiêu chí {row['code']} chưa đọc được trong văn bản"
        if row["measure"] == Measure.POINTS and row["max_points"] is None:
            yield f"tiêu chí {row['code']} chấm điểm nhưng chưa có điểm tối đa (max_points)"
        for field, name in (("label", "nội dung"), ("article", "căn cứ")):
            if not row[field]:
                yield f"tiêu chí {row['code']} chưa có {name}"
    for kind in content["unit_kinds"]:
        if outcome != Outcome.RESULTS_ONLY and not any(row["kind"] == kind for row in content["routes"]):
            yield f"chưa có tuyến xét duyệt cho loại đơn vị “{UnitKind(kind).label}”"
    for row in content["routes"]:
        if row["confidence"] == Confidence.NOT_FOUND:
            named = f"“{UnitKind(row['kind']).label}” do {Level(row['managed_at']).label} quản lý"
            yield f"tuyến của {named} chưa đọc được trong văn bản"
    for part in PARTS:
        for row in content[part]:
            if row["confidence"] == Confidence.NOT_FOUND:
                yield f"{naming(part)(row)} chưa đọc được trong văn bản"
    if outcome == Outcome.NUMBER_MET and content["needed_met"] is None:
        yield "chưa có số tiêu chí phải đạt (needed_met)"
    if outcome == Outcome.GRADES:
        yield from _grading_lacks(content)
    named = [row["code"] for row in content["criteria"] if row["not_applicable_when"]]
    if outcome in (Outcome.GRADES, Outcome.NUMBER_MET) and named and not content["not_applicable_rule"]:
        yield f"chưa nói tiêu chí không áp dụng ({', '.join(named)}) được tính thế nào (not_applicable_rule)"


def _grading_lacks(content: dict) -> Iterator[str]:
    if not content["grades"]:
        yield "chưa có loại nào để xếp"
    for row in content["grades"]:
        if row["lower_bound"] is None:
            yield f"loại {row['label']} chưa có mức điểm (lower_bound)"
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
        yield "chưa có tổng điểm chuẩn (points_total)"
    elif total != Decimal(content["points_total"]):
        yield f"tổng điểm các tiêu chí là {total}, khác tổng điểm chuẩn {content['points_total']}"
