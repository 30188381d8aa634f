"""One criterion: whether its answer meets it, and the sentence that says why not and what would."""

from decimal import Decimal
from fractions import Fraction
from math import ceil, floor
from typing import NamedTuple

from portal.core.vietnamese.figures import grouped, plain_number

from .values import (
    HOW_TO_WRITE,
    LARGEST,
    BadValue,
    CriterionSpec,
    Value,
    bottom_of,
    check,
    noun_of,
    top_of,
)


def needed(threshold: Decimal, denominator: int) -> int:
    """The smallest whole part of `denominator` that reaches `threshold` percent, exactly: 70 % of 25 needs 18."""
    return ceil(Fraction(threshold) * denominator / 100)


def plainly_met(criterion: CriterionSpec, value: Value) -> bool:
    """Whether the answer can stand and meets the criterion; "no" only means that `examine` has to say more.

    Most answers are met: this says so without building a sentence.
    """
    if value.not_applicable or value.excuse:
        return False
    return PLAINLY[criterion.measure](criterion, value)


def _plain_must(criterion: CriterionSpec, value: Value) -> bool:
    return value.met is True and value.value is None and value.numerator is None and value.denominator is None


def _plain_event(criterion: CriterionSpec, value: Value) -> bool:
    return _is_number_alone(value) and not value.value


def _plain_count(criterion: CriterionSpec, value: Value) -> bool:
    return _is_number_alone(value) and not _why_number(criterion, value)


def _plain_derived(criterion: CriterionSpec, value: Value) -> bool:
    return _is_pair_alone(value) and bool(value.denominator) and _reaches(criterion, *_pair(value))


def _plain_trend(criterion: CriterionSpec, value: Value) -> bool:
    if not _is_pair_alone(value):
        return False
    now, before = _pair(value)
    return 0 <= now <= LARGEST and 0 <= before <= LARGEST and _has_fallen(criterion, now, before)


def _plain_percent(criterion: CriterionSpec, value: Value) -> bool:
    if not _is_pair_alone(value):
        return False
    top, bottom = _pair(value)
    return 0 <= top <= bottom <= LARGEST and bottom > 0 and _reaches(criterion, top, bottom)


def _plain_points(criterion: CriterionSpec, value: Value) -> bool:
    return False  # how many were given has to be said


def _is_number_alone(value: Value) -> bool:
    is_alone = value.met is None and value.numerator is None and value.denominator is None
    return is_alone and _is_whole(value.value)


def _is_pair_alone(value: Value) -> bool:
    is_alone = value.met is None and value.value is None
    return is_alone and type(value.numerator) is int and type(value.denominator) is int


def _pair(value: Value) -> tuple[int, int]:
    return value.numerator or 0, value.denominator or 0


def _is_whole(number: Decimal | None) -> bool:
    return type(number) is Decimal and number.is_finite() and 0 <= number <= LARGEST and not number % 1


class Examined(NamedTuple):
    """What is to say of one criterion: nothing where it is met, else why not, without the clause and full stop."""

    is_missing: bool  # not known yet rather than failed
    why: str


def examine(criterion: CriterionSpec, value: Value) -> Examined:
    """Whether the answer stands and meets the criterion, and the reason where it does not."""
    if criterion.measure == "derived":
        return _examine_derived(criterion, value)
    if value.is_empty:
        how = HOW_TO_WRITE[criterion.measure]
        return Examined(True, f"Chưa trả lời tiêu chí {criterion.number} “{criterion.label}”; {how}")
    try:
        check(criterion, value)
    except BadValue as bad:
        return Examined(True, bad.sentence.removesuffix("."))
    if value.not_applicable:
        return Examined(False, "")
    return Examined(False, WHY[criterion.measure](criterion, value))


def _examine_derived(criterion: CriterionSpec, value: Value) -> Examined:
    top, bottom = value.numerator, value.denominator
    if top is None or not bottom:
        none_yet = f"vì chưa có {bottom_of(criterion)} nào; hãy kiểm tra danh sách đơn vị của kỳ đánh giá"
        return Examined(True, f"Chưa tính được tiêu chí {criterion.number} “{criterion.label}” {none_yet}")
    return Examined(False, _why_percent(criterion, value))


def _why_must(criterion: CriterionSpec, value: Value) -> str:
    return "" if value.met else f"Tiêu chí {criterion.number} chưa đạt: {criterion.label}"


def _why_event(criterion: CriterionSpec, value: Value) -> str:
    if not value.value or value.excuse:
        return ""
    unless = (
        f", trừ trường hợp {' hoặc '.join(label for _, label, _ in criterion.excuses)}" if criterion.excuses else ""
    )
    return (
        f"Tiêu chí {criterion.number}: đã để xảy ra {plain_number(value.value)} vụ, việc ({criterion.label}); "
        f"chỉ đạt khi không để xảy ra vụ, việc nào{unless}"
    )


def _has_fallen(criterion: CriterionSpec, now: int, before: int) -> bool:
    """Whether the figure did not rise; where the law asks a decrease, whether it fell by that percent."""
    return now * 100 <= before * (100 - criterion.threshold) if criterion.threshold else now <= before


def _why_trend(criterion: CriterionSpec, value: Value) -> str:
    now, before = _pair(value)
    if _has_fallen(criterion, now, before):
        return ""
    figures = f"Tiêu chí {criterion.number}: năm nay {grouped(now)}, năm trước {grouped(before)}"
    if criterion.threshold:
        most = floor(Fraction(before) * Fraction(100 - criterion.threshold) / 100)
        how = f"phải giảm ít nhất {plain_number(criterion.threshold)}%; chỉ đạt khi năm nay không quá {grouped(most)}"
        return f"{figures}, {how}"
    return f"{figures}, tăng {grouped(now - before)}; chỉ đạt khi năm nay không quá {grouped(before)}"


def _reaches(criterion: CriterionSpec, top: int, bottom: int) -> bool:
    """Compared as whole numbers and a decimal of two places: exact, never a rounded percentage."""
    if criterion.threshold is None:
        return True
    share, bar = top * 100, criterion.threshold * bottom
    return share == bar if criterion.comparison == "exactly" else share >= bar


def _why_percent(criterion: CriterionSpec, value: Value) -> str:
    (top, bottom), threshold = _pair(value), criterion.threshold
    if threshold is None or _reaches(criterion, top, bottom):
        return ""
    percent, noun = plain_number(threshold), noun_of(criterion)
    if top * 100 > threshold * bottom:
        return f"Có {grouped(top)}/{grouped(bottom)} {top_of(criterion)}, vượt mức đúng {percent}%"
    need = needed(threshold, bottom)
    if criterion.comparison != "exactly":
        how = f"từ {percent}%, tức ít nhất {grouped(need)}"
    elif need * 100 == threshold * bottom:
        how = f"đúng {percent}%, tức đủ {grouped(need)}"
    else:  # no whole number of these is exactly that share
        return f"Mới {grouped(top)}/{grouped(bottom)} {top_of(criterion)} (cần đúng {percent}%)"
    return (
        f"Mới {grouped(top)}/{grouped(bottom)} {top_of(criterion)} (cần {how}); còn thiếu {grouped(need - top)}"
        f"{f' {noun}' if noun else ''}"
    )


def _why_number(criterion: CriterionSpec, value: Value) -> str:
    number, threshold = value.value or Decimal(0), criterion.threshold
    if threshold is None or number == threshold or (number > threshold and criterion.comparison != "exactly"):
        return ""
    how = "đúng" if criterion.comparison == "exactly" else "ít nhất"
    what = "điểm" if criterion.measure == "points" else criterion.numerator_label
    short = f"; còn thiếu {plain_number(threshold - number)}" if number < threshold else ""
    what = f" {what}" if what else ""
    return f"Tiêu chí {criterion.number}: có {plain_number(number)}{what}, cần {how} {plain_number(threshold)}{short}"


WHY = {
    "must": _why_must,
    "event": _why_event,
    "trend": _why_trend,
    "percent": _why_percent,
    "count": _why_number,
    "points": _why_number,
}
PLAINLY = {
    "must": _plain_must,
    "event": _plain_event,
    "trend": _plain_trend,
    "percent": _plain_percent,
    "count": _plain_count,
    "points": _plain_points,
    "derived": _plain_derived,
}
