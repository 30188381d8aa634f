"""Two criteria sets side by side: what is the same, reworded, changed, new or dropped. Pure functions of contents."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ..enums import Confidence, Level, Measure, Step
from .content import PARTS, SET_FIELDS, naming
from .labels import field_in_words, route_name, value_in_words

SAME, REWORDED, CHANGED, NEW, DROPPED = "same", "reworded", "changed", "new", "dropped"
STATUSES = {
    SAME: "Giữ nguyên",
    REWORDED: "Diễn đạt lại",
    CHANGED: "Thay đổi",
    NEW: "Mới",
    DROPPED: "Bỏ",
}
TONES = {SAME: "ok", REWORDED: "info", CHANGED: "warn", NEW: "info", DROPPED: "bad"}
# How a criterion is judged: an answer of before says nothing where one of these differs.
JUDGED = (
    *("measure", "comparison", "threshold", "max_points", "derivation", "derived_from", "excuses"),
    *("not_applicable_when", "due_quarter", "needs_evidence", "numerator_label", "denominator_label"),
)
WORDED = ("label", "guidance", "number", "article")


@dataclass(frozen=True, slots=True)
class Difference:
    """One field that differs, told in words."""

    name: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Pair:
    """A criterion of the one set beside that of the other; one side is None for what is new or dropped."""

    status: str
    old: dict | None
    new: dict | None
    differences: tuple[Difference, ...] = ()

    @property
    def label(self) -> str:
        return STATUSES[self.status]

    @property
    def tone(self) -> str:
        """Of its badge."""
        return TONES[self.status]

    @property
    def row(self) -> dict:
        return self.new or self.old or {}

    @property
    def is_group(self) -> bool:
        return self.row["measure"] == Measure.GROUP


def same_codes(old: dict, new: dict) -> dict[str, str]:
    """New code → old code of the criteria that are the same: only they carry last year's answer as a suggestion."""
    return {
        pair.new["code"]: pair.old["code"] for pair in pairs(old, new) if pair.status == SAME and pair.old and pair.new
    }


def pairs(old: dict, new: dict) -> list[Pair]:
    """Criteria of both contents in the new one's order, the dropped ones where they stood.

    A criterion is paired with the one of its code, or else with the one it says it follows.
    """
    before = {row["code"]: row for row in old["criteria"]}
    told: list[Pair] = []
    taken: dict[str, int] = {}
    for row in new["criteria"]:
        code = row["code"] if row["code"] in before else row["follows"]
        mate = before.get(code) if code not in taken else None
        if mate is not None:
            taken[code] = len(told)
        told.append(_pair(mate, row))
    place = 0
    for row in old["criteria"]:
        if row["code"] in taken:
            place = max(place, taken[row["code"]] + 1)
            continue
        told.insert(place, Pair(DROPPED, row, None))
        taken = {code: at + (at >= place) for code, at in taken.items()}
        place += 1
    return told


def _pair(old: dict | None, new: dict) -> Pair:
    if old is None:
        return Pair(NEW, None, new)
    changed = tuple(_differences(old, new, JUDGED))
    reworded = tuple(_differences(old, new, WORDED))
    status = CHANGED if changed else REWORDED if reworded else SAME
    return Pair(status, old, new, (*changed, *reworded))


def _differences(old: dict, new: dict, names: tuple[str, ...]) -> Iterator[Difference]:
    for name in names:
        if _compared(name, old) != _compared(name, new):
            yield Difference(field_in_words(name), value_in_words(name, old[name]), value_in_words(name, new[name]))


def _compared(name: str, row: dict):
    """The field as it is compared: a clause without the name of its document."""
    return row[name].rpartition(", ")[2] if name == "article" else row[name]


def counts(found: list[Pair]) -> dict[str, int]:
    """How many criteria of each status, groups left out."""
    told = dict.fromkeys(STATUSES, 0)
    for pair in found:
        if not pair.is_group:
            told[pair.status] += 1
    return told


@dataclass(frozen=True, slots=True)
class Around:
    """A difference outside the criteria: a grade, a route, a date, a rule of the set itself."""

    what: str
    before: str
    after: str


RULES = ("outcome", "needed_met", "points_total", "not_applicable_rule", "by_selection", "window_from", "window_to")


def around(old: dict, new: dict) -> list[Around]:
    """What differs beside the criteria, in words: kinds and rules, grades, routes with their dates."""
    told = [
        Around(field_in_words(name), value_in_words(name, old[name]), value_in_words(name, new[name]))
        for name in ("unit_kinds", "excluded_subtypes", *RULES)
        if old[name] != new[name]
    ]
    grades = ({row["rank"]: _grade(row) for row in content["grades"]} for content in (old, new))
    told += _beside("Loại bậc", *grades)
    for part, name, row_name, row_told in (
        ("caps", "Mức khống chế của tiêu chí", _criterion_of, _cap),
        ("preconditions", "Điều kiện", _asked_of, _precondition),
        ("quotas", "Chỉ tiêu lựa chọn của", _level_of, _quota),
        ("papers", "Thành phần hồ sơ", _place_of, _name_of),
    ):
        sides = ({row_name(row): row_told(row) for row in content[part]} for content in (old, new))
        told += _beside(name, *sides)
    routes = ({route_name(row): _route(row) for row in content["routes"]} for content in (old, new))
    return told + _beside("Tuyến", *routes)


def _beside(what: str, old: dict, new: dict) -> list[Around]:
    keys = [*new, *(key for key in old if key not in new)]
    return [
        Around(f"{what} {key}", old.get(key, "–"), new.get(key, "–")) for key in keys if old.get(key) != new.get(key)
    ]


def _grade(row: dict) -> str:
    bound = value_in_words("lower_bound", row["lower_bound"])
    return f"{row['label']}, từ {bound} điểm" if bound else f"{row['label']}, chưa đọc được mức điểm"


def _criterion_of(row: dict) -> str:
    return row["criterion"]


def _cap(row: dict) -> str:
    return f"không đạt thì cao nhất bậc {row['best_rank']}"


def _asked_of(row: dict) -> str:
    when = f"trước {row['years_back']} năm" if row["years_back"] else "cùng năm"
    return f"{row['programme']}, {when}"


def _precondition(row: dict) -> str:
    asked = f"từ bậc {row['worst_rank']}" if row["worst_rank"] else "được công nhận"
    without = f"cao nhất bậc {row['best_rank']}" if row["best_rank"] else "không được xét"
    return f"{row['label']}: {asked}, không có thì {without}"


def _level_of(row: dict) -> str:
    return Level(row["level"]).label


def _quota(row: dict) -> str:
    return f"ít nhất {row['minimum']}"


def _place_of(row: dict) -> str:
    return str(row["order"])


def _name_of(row: dict) -> str:
    return row["name"]


def _route(row: dict) -> str:
    steps = (("enter_level", "nhập"), ("appraise_level", "thẩm định"), ("decide_level", "công nhận"))
    told = ", ".join(f"{Level(row[name]).label} {word}" for name, word in steps)
    for one in row["deadlines"]:
        when = f"{'hết' if one['inclusive'] else 'trước'} ngày {one['day']:02d}/{one['month']:02d}"
        told += f"; {Step(one['step']).label.lower()} {when}"
    if row["confidence"] != Confidence.TEXT:
        told += f" ({Confidence(row['confidence']).label.lower()})"
    return told


TOLD = ("enter_level", "appraise_level", "decide_level", "confidence", "deadlines")  # of a route, by `_route`


def differences(stored: dict, wanted: dict) -> list[str]:
    """Every difference of two contents of one set, a Vietnamese line each; empty when they are equal."""
    lines = _changed("", stored, wanted, ("programme", "document", "base", *SET_FIELDS))
    for part, name_of in (
        ("criteria", lambda row: f"tiêu chí {row['code']}"),
        *((part, naming(part)) for part in PARTS),
        ("routes", lambda row: f"tuyến {route_name(row)}"),
    ):
        old, new = ({name_of(row): row for row in content[part]} for content in (stored, wanted))
        lines += [f"thêm {name}" for name in new if name not in old]
        lines += [f"bỏ {name}" for name in old if name not in new]
        for name in (name for name in new if name in old):
            fields = tuple(new[name])
            if part == "routes" and _route(old[name]) != _route(new[name]):
                lines.append(f"{name}: {_route(old[name])} → {_route(new[name])}")
                fields = tuple(field for field in fields if field not in TOLD)
            lines += _changed(f"{name}, ", old[name], new[name], fields)
    return lines


def _changed(what: str, old: dict, new: dict, names: Iterable[str]) -> list[str]:
    def told(name: str, row: dict) -> str:
        return value_in_words(name, row[name]) or "để trống"

    return [
        f"{what}{field_in_words(name)}: {told(name, old)} → {told(name, new)}"
        for name in names
        if old[name] != new[name]
    ]
