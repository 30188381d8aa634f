"""What is wrong with the routes of a set and their dates."""

from collections.abc import Iterator

from ...enums import Level
from .days import is_day
from .flaw import Flaw

RANK = {Level.COMMUNE: 0, Level.DISTRICT: 1, Level.PROVINCE: 2}


def route_flaws(content: dict) -> Iterator[Flaw]:
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
