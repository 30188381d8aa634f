"""An answer and a criterion as plain values, and whether the one can be an answer to the other."""

from dataclasses import dataclass
from decimal import Decimal

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
class Asked:
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


class BadValue(Exception):
    """An answer that cannot be one to this criterion; `sentence` names the criterion and says the remedy."""

    def __init__(self, asked: Asked, why: str):
        self.sentence = f"Tiêu chí {asked.number}: {why}."
        super().__init__(self.sentence)


def check(asked: Asked, value: Value) -> None:
    """Raise BadValue unless the value is empty or can be an answer to the criterion."""
    if value.is_empty:
        return
    if asked.measure == "group":
        raise BadValue(
            asked, "đây là tên nhóm tiêu chí, không trả lời ở dòng này; hãy trả lời từng tiêu chí trong nhóm"
        )
    if asked.measure == "derived":
        raise BadValue(asked, "hệ thống tự tính từ kết quả của các đơn vị trực thuộc, không nhập tay; hãy để trống")
    if value.not_applicable:
        _check_not_applicable(asked, value)
        return
    used = {name for name in ("met", "value", "numerator", "denominator") if getattr(value, name) is not None}
    if value.excuse:
        used.add("excuse")
    if used - FIELDS[asked.measure] - {"excuse"}:
        raise BadValue(asked, f"câu trả lời không đúng kiểu; {HOW_TO_WRITE[asked.measure]}")
    _check_types(asked, value)
    if asked.measure in ("trend", "percent"):
        _check_pair(asked, value)
    elif asked.measure != "must":
        _check_number(asked, value.value)
    if value.excuse:
        _check_excuse(asked, value)


def _check_not_applicable(asked: Asked, value: Value) -> None:
    if not asked.not_applicable_when:
        raise BadValue(
            asked, f"văn bản không có trường hợp “không áp dụng” ({asked.article}); {HOW_TO_WRITE[asked.measure]}"
        )
    if value != Value(not_applicable=True):
        raise BadValue(asked, "đã chọn “không áp dụng” thì không ghi thêm số liệu; hãy bỏ một trong hai")


def _check_types(asked: Asked, value: Value) -> None:
    right = (
        (value.met is None or isinstance(value.met, bool))
        and (value.value is None or isinstance(value.value, Decimal))
        and all(part is None or type(part) is int for part in (value.numerator, value.denominator))
        and isinstance(value.excuse, str)
    )
    if not right:
        raise BadValue(asked, f"câu trả lời không đúng kiểu; {HOW_TO_WRITE[asked.measure]}")


def _check_pair(asked: Asked, value: Value) -> None:
    top, bottom = value.numerator, value.denominator
    if top is None or bottom is None:
        raise BadValue(asked, f"mới có một trong hai số; {HOW_TO_WRITE[asked.measure]}")
    for part in (top, bottom):
        _check_size(asked, part)
    if asked.measure == "trend":
        return
    if bottom == 0:
        raise BadValue(
            asked, f"mẫu số ({bottom_of(asked)}) bằng 0 nên không tính được tỷ lệ; hãy ghi mẫu số từ 1 trở lên"
        )
    if top > bottom:
        raise BadValue(
            asked,
            f"tử số {whole(top)} ({top_of(asked)}) lớn hơn mẫu số {whole(bottom)} ({bottom_of(asked)}); "
            "hãy xem lại hai số",
        )


def _check_number(asked: Asked, number: Decimal | None) -> None:
    if number is None:
        raise BadValue(asked, f"chưa có số; {HOW_TO_WRITE[asked.measure]}")
    if not number.is_finite():
        raise BadValue(asked, f"đây không phải là số; {HOW_TO_WRITE[asked.measure]}")
    _check_size(asked, number)
    if asked.measure == "points":
        if number != round(number, 2):
            raise BadValue(asked, "điểm chỉ ghi tối đa hai chữ số sau dấu phẩy, ví dụ 4,25")
        if asked.max_points is not None and number > asked.max_points:
            raise BadValue(asked, f"{plain_number(number)} điểm vượt mức tối đa {plain_number(asked.max_points)} điểm")
    elif number != int(number):
        raise BadValue(asked, f"{plain_number(number)} không phải số nguyên; {HOW_TO_WRITE[asked.measure]}")


def _check_size(asked: Asked, number: Decimal | int) -> None:
    if number < 0:
        raise BadValue(asked, "số liệu không được âm; hãy ghi từ 0 trở lên")
    if number > LARGEST:
        raise BadValue(asked, f"số liệu lớn hơn {whole(LARGEST)}, chắc là gõ nhầm; hãy xem lại")


def _check_excuse(asked: Asked, value: Value) -> None:
    if not asked.excuses:
        raise BadValue(asked, f"văn bản không có trường hợp loại trừ ({asked.article}); hãy bỏ phần loại trừ")
    if value.excuse not in {code for code, _, _ in asked.excuses}:
        raise BadValue(asked, f"không có trường hợp loại trừ này; chỉ dùng {excuse_words(asked)}")
    if value.value == 0:
        raise BadValue(asked, "không có vụ, việc nào thì không ghi trường hợp loại trừ; hãy bỏ phần loại trừ")


def excuse_words(asked: Asked) -> str:
    return ", ".join(f"{short or code} ({label})" for code, label, short in asked.excuses)


def top_of(asked: Asked) -> str:
    return asked.numerator_label or "tử số"


def bottom_of(asked: Asked) -> str:
    return asked.denominator_label or "mẫu số"


def noun_of(asked: Asked) -> str:
    """What is counted: the words both labels begin with ("đơn vị" of "đơn vị được công nhận", "đơn vị thuộc diện")."""
    shared = []
    for one, other in zip(asked.numerator_label.split(), asked.denominator_label.split(), strict=False):
        if one != other:
            break
        shared.append(one)
    return " ".join(shared)


def whole(number: int) -> str:
    return f"{number:,}".replace(",", ".")


def plain_number(number: Decimal, *, group: bool = True) -> str:
    """The number as Vietnamese read it, without idle zeros: 70, 4,5, 10.000.000."""
    before, _, rest = f"{number:f}".partition(".")
    rest = rest.rstrip("0")
    shown = whole(int(before)) if group else str(int(before))
    return f"{shown},{rest}" if rest else shown
