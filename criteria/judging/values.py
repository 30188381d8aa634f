"""An answer and a criterion as plain values, and whether the one can be an answer to the other."""

from dataclasses import dataclass
from decimal import Decimal

from portal.core.vietnamese.figures import grouped, plain_number

LARGEST = 10_000_000

# The fields of a Value that an answer of each measure is written in.
FIELDS = {
    "must": {"met"},
    "event": {"value", "excuse"},
    "trend": {"numerator", "denominator"},
    "percent": {"numerator", "denominator"},
    "count": {"value"},
    "points": {"value"},
}
HOW_TO_WRITE = {
    "must": "hãy ghi Đ (đạt) hoặc K (không đạt)",
    "event": "hãy ghi số vụ, việc đã xảy ra bằng số nguyên, ghi 0 nếu không có",
    "trend": "hãy ghi số năm nay và số năm trước, ví dụ 3/5",
    "percent": "hãy ghi tử số và mẫu số, ví dụ 120/125",
    "count": "hãy ghi một số nguyên, ví dụ 2",
    "points": "hãy ghi số điểm, ví dụ 4,5",
}
# The same in the room of a column's heading.
SHORT_FORMS = {
    "must": "Đ/K",
    "event": "số vụ",
    "trend": "a/b",
    "percent": "a/b",
    "count": "số",
    "points": "điểm",
    "derived": "tự tính",
}


@dataclass(frozen=True, slots=True)
class Value:
    """An answer as plain values; which fields count depends on the criterion's measure."""

    met: bool | None = None
    value: Decimal | None = None
    numerator: int | None = None
    denominator: int | None = None
    not_applicable: bool = False
    excuse: str = ""

    @property
    def is_empty(self) -> bool:
        return (
            self.met is None
            and self.value is None
            and self.numerator is None
            and self.denominator is None
            and not self.not_applicable
            and not self.excuse
        )


@dataclass(frozen=True, slots=True)
class CriterionSpec:
    """A criterion as plain values; `measure` and `comparison` are values of criteria.enums."""

    code: str
    number: str
    label: str
    article: str
    measure: str
    comparison: str = ""
    threshold: Decimal | None = None  # percent for percent and derived; least percent of decrease for trend
    max_points: Decimal | None = None
    numerator_label: str = ""
    denominator_label: str = ""
    excuses: tuple[tuple[str, str, str], ...] = ()  # (code, label, short form typed in a cell)
    not_applicable_when: str = ""  # blank: the law gives no such case
    needs_evidence: bool = False
    derivation: str = ""
    derived_from: tuple[str, ...] = ()  # unit kinds counted by the derivation; none: every kind
    due_quarter: int | None = None  # to be done in this quarter of the year judged
    guidance: str = ""

    @property
    def is_group(self) -> bool:
        return self.measure == "group"

    @property
    def is_derived(self) -> bool:
        return self.measure == "derived"

    @property
    def is_trend(self) -> bool:
        return self.measure == "trend"

    @property
    def is_plain_number(self) -> bool:
        """Whether its answer is one number and nothing else, so that a telephone may offer digits alone."""
        return self.measure in ("count", "points")

    @property
    def how_to_write(self) -> str:
        """How its answer is written in a cell, a clause in lower case; empty where the portal answers by itself."""
        return HOW_TO_WRITE.get(self.measure, "")

    @property
    def short_form(self) -> str:
        """The same in a few letters: "Đ/K", "số vụ", "a/b"; of points with the most there are, "≤ 40 điểm"."""
        if self.measure == "points" and self.max_points is not None:
            return f"≤ {plain_number(self.max_points)} điểm"
        return SHORT_FORMS.get(self.measure, "")


class BadValue(Exception):
    """An answer that cannot be one to this criterion; `sentence` names the criterion and says the remedy."""

    def __init__(self, criterion: CriterionSpec, why: str):
        self.sentence = f"Tiêu chí {criterion.number}: {why}."
        super().__init__(self.sentence)


def check(criterion: CriterionSpec, value: Value) -> None:
    """Raise BadValue unless the value is empty or can be an answer to the criterion."""
    if value.is_empty:
        return
    if criterion.measure == "group":
        raise BadValue(
            criterion, "đây là tên nhóm tiêu chí, không trả lời ở dòng này; hãy trả lời từng tiêu chí trong nhóm"
        )
    if criterion.measure == "derived":
        raise BadValue(criterion, "hệ thống tự tính từ kết quả của các đơn vị trực thuộc, không nhập tay; hãy để trống")
    if value.not_applicable:
        _check_not_applicable(criterion, value)
        return
    used = {name for name in ("met", "value", "numerator", "denominator") if getattr(value, name) is not None}
    if value.excuse:
        used.add("excuse")
    if used - FIELDS[criterion.measure] - {"excuse"}:
        raise BadValue(criterion, f"câu trả lời không đúng kiểu; {HOW_TO_WRITE[criterion.measure]}")
    _check_types(criterion, value)
    if criterion.measure in ("trend", "percent"):
        _check_pair(criterion, value)
    elif criterion.measure != "must":
        _check_number(criterion, value.value)
    if value.excuse:
        _check_excuse(criterion, value)


def _check_not_applicable(criterion: CriterionSpec, value: Value) -> None:
    if not criterion.not_applicable_when:
        raise BadValue(
            criterion,
            f"văn bản không có trường hợp “không áp dụng” ({criterion.article}); {HOW_TO_WRITE[criterion.measure]}",
        )
    if value != Value(not_applicable=True):
        raise BadValue(criterion, "đã chọn “không áp dụng” thì không ghi thêm số liệu; hãy bỏ một trong hai")


def _check_types(criterion: CriterionSpec, value: Value) -> None:
    right = (
        (value.met is None or isinstance(value.met, bool))
        and (value.value is None or isinstance(value.value, Decimal))
        and all(part is None or type(part) is int for part in (value.numerator, value.denominator))
        and isinstance(value.excuse, str)
    )
    if not right:
        raise BadValue(criterion, f"câu trả lời không đúng kiểu; {HOW_TO_WRITE[criterion.measure]}")


def _check_pair(criterion: CriterionSpec, value: Value) -> None:
    top, bottom = value.numerator, value.denominator
    if top is None or bottom is None:
        raise BadValue(criterion, f"mới có một trong hai số; {HOW_TO_WRITE[criterion.measure]}")
    for part in (top, bottom):
        _check_size(criterion, part)
    if criterion.measure == "trend":
        return
    if bottom == 0:
        raise BadValue(
            criterion, f"mẫu số ({bottom_of(criterion)}) bằng 0 nên không tính được tỷ lệ; hãy ghi mẫu số từ 1 trở lên"
        )
    if top > bottom:
        raise BadValue(
            criterion,
            f"tử số {grouped(top)} ({top_of(criterion)}) lớn hơn mẫu số {grouped(bottom)} ({bottom_of(criterion)}); "
            "hãy xem lại hai số",
        )


def _check_number(criterion: CriterionSpec, number: Decimal | None) -> None:
    if number is None:
        raise BadValue(criterion, f"chưa có số; {HOW_TO_WRITE[criterion.measure]}")
    if not number.is_finite():
        raise BadValue(criterion, f"đây không phải là số; {HOW_TO_WRITE[criterion.measure]}")
    _check_size(criterion, number)
    if criterion.measure == "points":
        if number != round(number, 2):
            raise BadValue(criterion, "điểm chỉ ghi tối đa hai chữ số sau dấu phẩy, ví dụ 4,25")
        if criterion.max_points is not None and number > criterion.max_points:
            raise BadValue(
                criterion, f"{plain_number(number)} điểm vượt mức tối đa {plain_number(criterion.max_points)} điểm"
            )
    elif number != int(number):
        raise BadValue(criterion, f"{plain_number(number)} không phải số nguyên; {HOW_TO_WRITE[criterion.measure]}")


def _check_size(criterion: CriterionSpec, number: Decimal | int) -> None:
    if number < 0:
        raise BadValue(criterion, "số liệu không được âm; hãy ghi từ 0 trở lên")
    if number > LARGEST:
        raise BadValue(criterion, f"số liệu lớn hơn {grouped(LARGEST)}, chắc là gõ nhầm; hãy xem lại")


def _check_excuse(criterion: CriterionSpec, value: Value) -> None:
    if not criterion.excuses:
        raise BadValue(criterion, f"văn bản không có trường hợp loại trừ ({criterion.article}); hãy bỏ phần loại trừ")
    if value.excuse not in {code for code, _, _ in criterion.excuses}:
        raise BadValue(criterion, f"không có trường hợp loại trừ này; chỉ dùng {excuse_words(criterion)}")
    if value.value == 0:
        raise BadValue(criterion, "không có vụ, việc nào thì không ghi trường hợp loại trừ; hãy bỏ phần loại trừ")


def excuse_words(criterion: CriterionSpec) -> str:
    return ", ".join(f"{short or code} ({label})" for code, label, short in criterion.excuses)


def top_of(criterion: CriterionSpec) -> str:
    return criterion.numerator_label or "tử số"


def bottom_of(criterion: CriterionSpec) -> str:
    return criterion.denominator_label or "mẫu số"


def noun_of(criterion: CriterionSpec) -> str:
    """What is counted: the words both labels begin with ("đơn vị" of "đơn vị được công nhận", "đơn vị thuộc diện")."""
    shared = []
    for one, other in zip(criterion.numerator_label.split(), criterion.denominator_label.split(), strict=False):
        if one != other:
            break
        shared.append(one)
    return " ".join(shared)
