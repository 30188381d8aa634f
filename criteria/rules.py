"""Judging a set of answers: pure functions of plain values."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import ceil

from units.text import search_key

LARGEST = 10_000_000
NOT_APPLICABLE = "KAD"
YES, NO = "Đ", "K"
YES_WORDS = {"d", "dat", "x"}  # an x in an official table is a tick
NO_WORDS = {"k", "khong", "khong dat", "chua", "chua dat"}

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
        return self == Value()


@dataclass(frozen=True, slots=True)
class Asked:
    """A criterion as plain values; `measure` and `comparison` are values of criteria.enums."""

    code: str
    number: str
    label: str
    article: str
    measure: str
    comparison: str = ""
    threshold: Decimal | None = None  # percent for percent and derived, else in the unit counted
    max_points: Decimal | None = None
    numerator_label: str = ""
    denominator_label: str = ""
    excuses: tuple[tuple[str, str, str], ...] = ()  # (code, label, short form typed in a cell)
    not_applicable_when: str = ""  # blank: the law gives no such case
    needs_evidence: bool = False
    derivation: str = ""


class BadValue(Exception):
    """An answer that cannot be one to this criterion; `sentence` names the criterion and says the remedy."""

    def __init__(self, asked: Asked, why: str):
        self.sentence = f"Tiêu chí {asked.number}: {why}."
        super().__init__(self.sentence)


@dataclass(frozen=True, slots=True)
class Finding:
    """One criterion that stands in the way, and the sentence that says why and what would change it."""

    code: str
    number: str
    article: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a set of answers comes to; `outcome` is "met", "not_met" or "incomplete"."""

    outcome: str
    failed: tuple[Finding, ...] = ()
    missing: tuple[Finding, ...] = ()

    @property
    def label(self) -> str:
        return {"met": "Đạt", "not_met": "Chưa đạt", "incomplete": "Chưa đủ số liệu"}[self.outcome]


# --- is it an answer at all ------------------------------------------------------------------------------------


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
            asked, f"mẫu số ({_bottom(asked)}) bằng 0 nên không tính được tỷ lệ; hãy ghi mẫu số từ 1 trở lên"
        )
    if top > bottom:
        raise BadValue(
            asked,
            f"tử số {_whole(top)} ({_top(asked)}) lớn hơn mẫu số {_whole(bottom)} ({_bottom(asked)}); "
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
        raise BadValue(asked, f"số liệu lớn hơn {_whole(LARGEST)}, chắc là gõ nhầm; hãy xem lại")


def _check_excuse(asked: Asked, value: Value) -> None:
    if not asked.excuses:
        raise BadValue(asked, f"văn bản không có trường hợp loại trừ ({asked.article}); hãy bỏ phần loại trừ")
    if value.excuse not in {code for code, _, _ in asked.excuses}:
        raise BadValue(asked, f"không có trường hợp loại trừ này; chỉ dùng {_excuse_words(asked)}")
    if value.value == 0:
        raise BadValue(asked, "không có vụ, việc nào thì không ghi trường hợp loại trừ; hãy bỏ phần loại trừ")


# --- the short form typed in a grid ----------------------------------------------------------------------------


def read_cell(asked: Asked, text: str) -> Value:
    """The answer a short text stands for (write_cell's reverse); raises BadValue with the way to write it."""
    typed = " ".join(unicodedata.normalize("NFC", text).split())
    if not typed:
        return Value()
    value = _read(asked, typed)
    check(asked, value)
    return value


def _read(asked: Asked, typed: str) -> Value:
    if len(typed) > 60:
        raise BadValue(asked, f"nội dung quá dài; {HOW_TO_WRITE.get(asked.measure, 'hãy để trống')}")
    key = search_key(typed)
    if key in (NOT_APPLICABLE.lower(), "khong ap dung"):
        return Value(not_applicable=True)
    match asked.measure:
        case "must":
            if key in YES_WORDS or key in NO_WORDS:
                return Value(met=key in YES_WORDS)
            raise BadValue(asked, f"không hiểu “{typed}”; {HOW_TO_WRITE['must']}")
        case "trend" | "percent":
            parts = [part.strip() for part in typed.split("/")]
            if len(parts) != 2 or not all(parts):
                raise BadValue(asked, f"“{typed}” chưa đủ hai số cách nhau bằng dấu gạch chéo; {_how(asked)}")
            top, bottom = (_read_whole(asked, part) for part in parts)
            return Value(numerator=top, denominator=bottom)
        case "event":
            return _read_event(asked, typed)
        case "count":
            return Value(value=Decimal(_read_whole(asked, typed)))
        case "points":
            return Value(value=_read_points(asked, typed))
    return Value(met=True)  # group and derived take no answer: check() says so


def _read_event(asked: Asked, typed: str) -> Value:
    number, word = _split(typed)
    if not number:
        raise BadValue(asked, f"không hiểu “{typed}”; {_how(asked)}")
    count = Decimal(_read_whole(asked, number))
    if not word:
        return Value(value=count)
    codes = {search_key(short or code): code for code, _, short in asked.excuses}
    if search_key(word) not in codes:
        if asked.excuses:
            raise BadValue(asked, f"không có trường hợp loại trừ “{word}”; chỉ dùng {_excuse_words(asked)}")
        raise BadValue(asked, f"văn bản không có trường hợp loại trừ ({asked.article}); hãy chỉ ghi số vụ, việc")
    return Value(value=count, excuse=codes[search_key(word)])


def _split(typed: str) -> tuple[str, str]:
    """What is before and after the first space, or before and after the letters at the end: "2 BKK", "2BKK"."""
    if " " in typed:
        number, _, word = typed.partition(" ")
        return number, word
    number = typed.rstrip("".join(letter for letter in typed if letter.isalpha()))
    return number, typed[len(number) :]


def _read_whole(asked: Asked, typed: str) -> int:
    if re.fullmatch(r"[0-9]{1,12}", typed):
        return int(typed)
    raise _bad_number(asked, typed)


def _read_points(asked: Asked, typed: str) -> Decimal:
    if re.fullmatch(r"[0-9]{1,12}([.,][0-9]{1,2})?", typed):
        return Decimal(typed.replace(",", "."))
    raise _bad_number(asked, typed)


def _bad_number(asked: Asked, typed: str) -> BadValue:
    """The refusal that fits what was typed: what looks like a number is never guessed at."""
    if re.fullmatch(r"[0-9]{1,3}([., ][0-9]{3})+", typed):
        plain = re.sub(r"[., ]", "", typed)
        return BadValue(asked, f"“{typed}” có thể hiểu hai cách; hãy ghi liền các chữ số, không chấm, phẩy: {plain}")
    if re.fullmatch(r"[-−–][0-9.,]+", typed):
        return BadValue(asked, "số liệu không được âm; hãy ghi từ 0 trở lên")
    if re.fullmatch(r"[0-9]{13,}", typed):
        return BadValue(asked, f"số liệu lớn hơn {_whole(LARGEST)}, chắc là gõ nhầm; hãy xem lại")
    if re.fullmatch(r"[0-9]+[.,][0-9]+", typed):
        if asked.measure == "points":
            return BadValue(asked, "điểm chỉ ghi tối đa hai chữ số sau dấu phẩy, ví dụ 4,25")
        return BadValue(asked, f"“{typed}” không phải số nguyên; {_how(asked)}")
    if any(letter.isdigit() and not letter.isascii() for letter in typed):
        return BadValue(asked, f"“{typed}” có chữ số không phải kiểu thường; hãy tắt bộ gõ toàn hình rồi gõ lại 0–9")
    return BadValue(asked, f"không hiểu “{typed}”; {_how(asked)}")


def _how(asked: Asked) -> str:
    return HOW_TO_WRITE[asked.measure] + (
        f"; khi thuộc trường hợp loại trừ, ghi thêm {_excuse_words(asked)}" if asked.excuses else ""
    )


def _excuse_words(asked: Asked) -> str:
    return ", ".join(f"{short or code} ({label})" for code, label, short in asked.excuses)


def write_cell(asked: Asked, value: Value) -> str:
    """The short form of an answer, as typed and shown in a grid; empty for no answer."""
    if value.not_applicable:
        return NOT_APPLICABLE
    if value.met is not None:
        return YES if value.met else NO
    if value.numerator is not None and value.denominator is not None:
        return f"{value.numerator}/{value.denominator}"
    if value.value is None:
        return ""
    number = plain_number(value.value, group=False)
    short = {code: short or code for code, _, short in asked.excuses}.get(value.excuse, value.excuse)
    return f"{number} {short}".strip()


# --- the verdict -----------------------------------------------------------------------------------------------


def needed(threshold: Decimal, denominator: int) -> int:
    """The smallest whole part of `denominator` that reaches `threshold` percent, exactly: 70 % of 25 needs 18."""
    return ceil(Fraction(threshold) * denominator / 100)


def judge(asked: Sequence[Asked], values: Mapping[str, Value]) -> Verdict:
    """The verdict on the answers by criterion code (TT 124/2021, Điều 8.1: every criterion must be met).

    Something failed: not met, whatever is still missing. Percentages are compared as whole numbers, never rounded.
    Answers that cannot stand (see check) count as missing.
    """
    failed: list[Finding] = []
    missing: list[Finding] = []
    for one in asked:
        if one.measure == "group":
            continue
        lacks, why = _look(one, values.get(one.code, Value()))
        if why:
            (missing if lacks else failed).append(Finding(one.code, one.number, one.article, f"{why} ({one.article})."))
    outcome = "not_met" if failed else "incomplete" if missing else "met"
    return Verdict(outcome, tuple(failed), tuple(missing))


def _look(asked: Asked, value: Value) -> tuple[bool, str]:
    """(is missing rather than failed, why); no reason when the criterion is met."""
    if asked.measure == "derived":
        return _look_derived(asked, value)
    if value.is_empty:
        return True, f"Chưa trả lời tiêu chí {asked.number} “{asked.label}”; {HOW_TO_WRITE[asked.measure]}"
    try:
        check(asked, value)
    except BadValue as bad:
        return True, bad.sentence.removesuffix(".")
    if value.not_applicable:
        return False, ""
    match asked.measure:
        case "must":
            return False, "" if value.met else f"Tiêu chí {asked.number} chưa đạt: {asked.label}"
        case "event":
            return False, _why_event(asked, value)
        case "trend":
            return False, _why_trend(asked, value)
        case "percent":
            return False, _why_percent(asked, value)
    return False, _why_number(asked, value)


def _look_derived(asked: Asked, value: Value) -> tuple[bool, str]:
    if value.not_applicable:
        return False, ""
    top, bottom = value.numerator, value.denominator
    if top is None or not bottom:
        return True, (
            f"Chưa tính được tiêu chí {asked.number} “{asked.label}” vì chưa có {_bottom(asked)} nào; "
            "hãy kiểm tra danh sách đơn vị của kỳ đánh giá"
        )
    return False, _why_percent(asked, value)


def _why_event(asked: Asked, value: Value) -> str:
    if not value.value or value.excuse:
        return ""
    unless = f", trừ trường hợp {' hoặc '.join(label for _, label, _ in asked.excuses)}" if asked.excuses else ""
    return (
        f"Tiêu chí {asked.number}: đã để xảy ra {plain_number(value.value)} vụ, việc ({asked.label}); "
        f"chỉ đạt khi không để xảy ra vụ, việc nào{unless}"
    )


def _why_trend(asked: Asked, value: Value) -> str:
    now, before = value.numerator or 0, value.denominator or 0
    if now <= before:
        return ""
    return (
        f"Tiêu chí {asked.number}: năm nay {_whole(now)}, năm trước {_whole(before)}, tăng {_whole(now - before)}; "
        f"chỉ đạt khi năm nay không quá {_whole(before)}"
    )


def _why_percent(asked: Asked, value: Value) -> str:
    top, bottom, threshold = value.numerator or 0, value.denominator or 0, asked.threshold
    if threshold is None:
        return ""
    share, bar = top * 100, Fraction(threshold) * bottom
    if share == bar or (share > bar and asked.comparison != "exactly"):
        return ""
    noun = _noun(asked)
    if share > bar:
        return f"Có {_whole(top)}/{_whole(bottom)} {_top(asked)}, vượt mức đúng {plain_number(threshold)}%"
    need = needed(threshold, bottom)
    how = f"đúng {plain_number(threshold)}%, tức đủ {_whole(need)}"
    if asked.comparison != "exactly":
        how = f"từ {plain_number(threshold)}%, tức ít nhất {_whole(need)}"
    return (
        f"Mới {_whole(top)}/{_whole(bottom)} {_top(asked)} (cần {how}); còn thiếu {_whole(need - top)}"
        f"{f' {noun}' if noun else ''}"
    )


def _why_number(asked: Asked, value: Value) -> str:
    number, threshold = value.value or Decimal(0), asked.threshold
    if threshold is None or number == threshold or (number > threshold and asked.comparison != "exactly"):
        return ""
    how = "đúng" if asked.comparison == "exactly" else "ít nhất"
    what = "điểm" if asked.measure == "points" else asked.numerator_label
    short = f"; còn thiếu {plain_number(threshold - number)}" if number < threshold else ""
    what = f" {what}" if what else ""
    return f"Tiêu chí {asked.number}: có {plain_number(number)}{what}, cần {how} {plain_number(threshold)}{short}"


# --- words and figures in sentences ----------------------------------------------------------------------------


def _top(asked: Asked) -> str:
    return asked.numerator_label or "tử số"


def _bottom(asked: Asked) -> str:
    return asked.denominator_label or "mẫu số"


def _noun(asked: Asked) -> str:
    """What is counted: the words both labels begin with ("đơn vị" of "đơn vị được công nhận", "đơn vị thuộc diện")."""
    shared = []
    for one, other in zip(asked.numerator_label.split(), asked.denominator_label.split(), strict=False):
        if one != other:
            break
        shared.append(one)
    return " ".join(shared)


def _whole(number: int) -> str:
    return f"{number:,}".replace(",", ".")


def plain_number(number: Decimal, *, group: bool = True) -> str:
    """The number as Vietnamese read it, without idle zeros: 70, 4,5, 10.000.000."""
    whole, _, rest = f"{number:f}".partition(".")
    rest = rest.rstrip("0")
    shown = _whole(int(whole)) if group else str(int(whole))
    return f"{shown},{rest}" if rest else shown
