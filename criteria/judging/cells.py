"""The short form of an answer: what an official types in a cell, and what a cell shows."""

import re
import unicodedata
from decimal import Decimal

from portal.core.vietnamese.figures import (
    grouped,
    has_strange_digits,
    number_of,
    plain_number,
    two_readings,
    without_groups,
)
from portal.core.vietnamese.text import plain_key

from .values import HOW_TO_WRITE, LARGEST, BadValue, CriterionSpec, Value, check, excuse_words

NOT_APPLICABLE = "KAD"
YES, NO = "Đ", "K"
YES_WORDS = {"d", "dat", "x"}  # an x in an official table is a tick
NO_WORDS = {"k", "khong", "khong dat", "chua", "chua dat"}


def read_cell(criterion: CriterionSpec, text: str) -> Value:
    """The answer a short text stands for (write_cell's reverse); raises BadValue with the way to write it."""
    typed = " ".join(unicodedata.normalize("NFC", text).split())
    if not typed:
        return Value()
    value = _read(criterion, typed)
    check(criterion, value)
    return value


def _read(criterion: CriterionSpec, typed: str) -> Value:
    if len(typed) > 60:
        raise BadValue(criterion, f"nội dung quá dài; {HOW_TO_WRITE.get(criterion.measure, 'hãy để trống')}")
    key = plain_key(typed)
    if key in (NOT_APPLICABLE.lower(), "khong ap dung"):
        return Value(not_applicable=True)
    match criterion.measure:
        case "must":
            if key in YES_WORDS or key in NO_WORDS:
                return Value(met=key in YES_WORDS)
            raise BadValue(criterion, f"không hiểu “{typed}”; {HOW_TO_WRITE['must']}")
        case "trend" | "percent":
            parts = [part.strip() for part in typed.split("/")]
            if len(parts) != 2 or not all(parts):
                raise BadValue(criterion, f"“{typed}” chưa đủ hai số cách nhau bằng dấu gạch chéo; {_how(criterion)}")
            top, bottom = (_read_whole(criterion, part) for part in parts)
            return Value(numerator=top, denominator=bottom)
        case "event":
            return _read_event(criterion, typed)
        case "count":
            return Value(value=Decimal(_read_whole(criterion, typed)))
        case "points":
            return Value(value=_read_points(criterion, typed))
    return Value(met=True)  # group and derived take no answer: check() says so


def _read_event(criterion: CriterionSpec, typed: str) -> Value:
    number, word = _split(typed)
    if not number:
        raise BadValue(criterion, f"không hiểu “{typed}”; {_how(criterion)}")
    count = Decimal(_read_whole(criterion, number))
    if not word:
        return Value(value=count)
    codes = {plain_key(short or code): code for code, _, short in criterion.excuses}
    if plain_key(word) not in codes:
        if criterion.excuses:
            raise BadValue(criterion, f"không có trường hợp loại trừ “{word}”; chỉ dùng {excuse_words(criterion)}")
        raise BadValue(
            criterion, f"văn bản không có trường hợp loại trừ ({criterion.article}); hãy chỉ ghi số vụ, việc"
        )
    return Value(value=count, excuse=codes[plain_key(word)])


def _split(typed: str) -> tuple[str, str]:
    """What is before and after the first space, or before and after the letters at the end: "2 BKK", "2BKK"; a space
    that groups figures divides nothing, "1 200 BKK"."""
    if grouped_first := re.match(r"[1-9][0-9]{0,2}( [0-9]{3})+(?= |$)", typed):
        return grouped_first.group(), typed[grouped_first.end() :].strip()
    if " " in typed:
        number, _, word = typed.partition(" ")
        return number, word
    number = typed.rstrip("".join(letter for letter in typed if letter.isalpha()))
    return number, typed[len(number) :]


def _read_whole(criterion: CriterionSpec, typed: str) -> int:
    plain = without_groups(typed)
    if re.fullmatch(r"[0-9]{1,12}", plain):
        return int(plain)
    raise _bad_number(criterion, typed)


def _read_points(criterion: CriterionSpec, typed: str) -> Decimal:
    number = number_of(typed)
    if number is None or two_readings(typed) or not re.fullmatch(r"[0-9]{1,12}(\.[0-9]{1,2})?", f"{number:f}"):
        raise _bad_number(criterion, typed)
    return number


def _bad_number(criterion: CriterionSpec, typed: str) -> BadValue:
    """The refusal that fits what was typed: what looks like a number is never guessed at."""
    if sentence := two_readings(typed):
        return BadValue(criterion, sentence.rstrip("."))
    if re.fullmatch(r"[-−–][0-9.,]+", typed):
        return BadValue(criterion, "số liệu không được âm; hãy ghi từ 0 trở lên")
    if re.fullmatch(r"[0-9]{13,}", typed):
        return BadValue(criterion, f"số liệu lớn hơn {grouped(LARGEST)}, chắc là gõ nhầm; hãy xem lại")
    if re.fullmatch(r"[0-9]+[.,][0-9]+", typed):
        if criterion.measure == "points":
            return BadValue(criterion, "điểm chỉ ghi tối đa hai chữ số sau dấu phẩy, ví dụ 4,25")
        return BadValue(criterion, f"“{typed}” không phải số nguyên; {_how(criterion)}")
    if has_strange_digits(typed):
        return BadValue(
            criterion, f"“{typed}” có chữ số không phải kiểu thường; hãy tắt bộ gõ toàn hình rồi gõ lại 0–9"
        )
    return BadValue(criterion, f"không hiểu “{typed}”; {_how(criterion)}")


def _how(criterion: CriterionSpec) -> str:
    return HOW_TO_WRITE[criterion.measure] + (
        f"; khi thuộc trường hợp loại trừ, ghi thêm {excuse_words(criterion)}" if criterion.excuses else ""
    )


def write_cell(criterion: CriterionSpec, value: Value) -> str:
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
    short = {code: short or code for code, _, short in criterion.excuses}.get(value.excuse, value.excuse)
    return f"{number} {short}".strip()


def in_words(criterion: CriterionSpec, value: Value) -> str:
    """An answer as a reader wants it: "Đạt", "Không xảy ra"; figures as they are typed."""
    if criterion.measure == "must" and value.met is not None:
        return "Đạt" if value.met else "Không đạt"
    if criterion.measure == "event" and value == Value(value=Decimal(0)):
        return "Không xảy ra"
    return "Không áp dụng" if value.not_applicable else write_cell(criterion, value)
