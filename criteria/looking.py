"""Looking at one criterion: whether its answer meets it, and the sentence that says why not and what would."""

from decimal import Decimal
from fractions import Fraction
from math import ceil, floor

from .values import (
    HOW_TO_WRITE,
    LARGEST,
    Asked,
    BadValue,
    Value,
    bottom_of,
    check,
    noun_of,
    plain_number,
    top_of,
    whole,
)


def needed(threshold: Decimal, denominator: int) -> int:
    """The smallest whole part of `denominator` that reaches `threshold` percent, exactly: 70 % of 25 needs 18."""
    return ceil(Fraction(threshold) * denominator / 100)


def plainly_met(asked: Asked, value: Value) -> bool:
    """Whether the answer can stand and meets the criterion; "no" only means that `look` has to say more.

    Most answers are met: this says so without building a sentence.
    """
    measure = asked.measure
    if value.not_applicable or value.excuse:
        return False
    if measure == "must":
        return value.met is True and value.value is None and value.numerator is None and value.denominator is None
    if value.met is not None:
        return False
    top, bottom, number = value.numerator, value.denominator, value.value
    if measure in ("event", "count"):
        if top is not None or bottom is not None or not _is_whole(number):
            return False
        return not number if measure == "event" else not _why_number(asked, value)
    if number is not None or type(top) is not int or type(bottom) is not int:
        return False
    if measure == "derived":
        return bool(bottom) and _reaches(asked, top, bottom)
    if not 0 <= top <= LARGEST or not 0 <= bottom <= LARGEST:
        return False
    if measure == "trend":
        return _has_fallen(asked, top, bottom)
    return measure == "percent" and bottom > 0 and top <= bottom and _reaches(asked, top, bottom)


def _is_whole(number: Decimal | None) -> bool:
    return type(number) is Decimal and number.is_finite() and 0 <= number <= LARGEST and not number % 1


def look(asked: Asked, value: Value) -> tuple[bool, str]:
    """(is missing rather than failed, why, without the clause and full stop); no reason when the criterion is met."""
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
    top, bottom = value.numerator, value.denominator
    if top is None or not bottom:
        return True, (
            f"Chưa tính được tiêu chí {asked.number} “{asked.label}” vì chưa có {bottom_of(asked)} nào; "
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


def _has_fallen(asked: Asked, now: int, before: int) -> bool:
    """Whether the figure did not rise; where a percent of decrease is asked, fell by that much, on whole numbers."""
    return now * 100 <= before * (100 - asked.threshold) if asked.threshold else now <= before


def _why_trend(asked: Asked, value: Value) -> str:
    now, before = value.numerator or 0, value.denominator or 0
    if _has_fallen(asked, now, before):
        return ""
    figures = f"Tiêu chí {asked.number}: năm nay {whole(now)}, năm trước {whole(before)}"
    if asked.threshold:
        most = floor(Fraction(before) * Fraction(100 - asked.threshold) / 100)
        how = f"phải giảm ít nhất {plain_number(asked.threshold)}%; chỉ đạt khi năm nay không quá {whole(most)}"
        return f"{figures}, {how}"
    return f"{figures}, tăng {whole(now - before)}; chỉ đạt khi năm nay không quá {whole(before)}"


def _reaches(asked: Asked, top: int, bottom: int) -> bool:
    """Compared as whole numbers and a decimal of two places: exact, never a rounded percentage."""
    if asked.threshold is None:
        return True
    share, bar = top * 100, asked.threshold * bottom
    return share == bar if asked.comparison == "exactly" else share >= bar


def _why_percent(asked: Asked, value: Value) -> str:
    top, bottom, threshold = value.numerator or 0, value.denominator or 0, asked.threshold
    if threshold is None or _reaches(asked, top, bottom):
        return ""
    percent, noun = plain_number(threshold), noun_of(asked)
    if top * 100 > threshold * bottom:
        return f"Có {whole(top)}/{whole(bottom)} {top_of(asked)}, vượt mức đúng {percent}%"
    need = needed(threshold, bottom)
    if asked.comparison != "exactly":
        how = f"từ {percent}%, tức ít nhất {whole(need)}"
    elif need * 100 == threshold * bottom:
        how = f"đúng {percent}%, tức đủ {whole(need)}"
    else:  # no whole number of these is exactly that share
        return f"Mới {whole(top)}/{whole(bottom)} {top_of(asked)} (cần đúng {percent}%)"
    return (
        f"Mới {whole(top)}/{whole(bottom)} {top_of(asked)} (cần {how}); còn thiếu {whole(need - top)}"
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
