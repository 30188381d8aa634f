"""What a unit may be called and coded, and how its name stands in a text: in a sentence, without its type word."""

import re

from .enums import LEVELS, Subtype, UnitKind

OWN_KEY = "DV"  # begins the key of a unit that is already here, as exports write it: DV12

# The words a unit's name begins with, the longest first where one begins another. Organisations keep their names.
TYPE_WORDS = ("Thành phố", "Thị xã", "Thị trấn", "Đặc khu", "Tỉnh", "Huyện", "Quận", "Phường", "Xã")
AREA_WORDS = ("Tổ dân phố", "Khu phố", "Thôn", "Bản")
CODE_DIGITS = {UnitKind.PROVINCE: 2, UnitKind.DISTRICT: 3, UnitKind.COMMUNE: 5}
KEEP_THEIR_CAPITAL = ("Thành phố Hồ Chí Minh",)  # NĐ 30/2020, Phụ lục II: a special name


def type_fault(kind: str, subtype: str, name: str) -> str:
    """What is wrong where a level's name says another type than its subtype: "Phường A" as a commune. Mostly empty."""
    word = next((word for word in TYPE_WORDS if name.startswith(f"{word} ")), "")
    label = str(Subtype(subtype).label)
    if not word or kind not in LEVELS or label.startswith(word.lower()):
        return ""
    return f"Tên “{name}” ghi {word.lower()}, phân loại là {label}. Hãy sửa một trong hai."


def letters_fault(name: str) -> str:
    """What is told of a letter that only looks like Đ: nobody would find the unit by its name."""
    strange = re.search("[ÐðƉɖ]", name)
    return f"Chữ “{strange[0]}” trong “{name}” không phải chữ Đ tiếng Việt. Hãy gõ lại chữ Đ." if strange else ""


def code_fault(kind: str, code: str) -> str:
    """What is wrong with a code of the State by itself; empty when nothing is, or there is none."""
    if not re.fullmatch(r"[0-9A-Za-z./-]{0,20}", code):
        return f"Mã số “{code}” không hợp lệ. Mã chỉ gồm chữ không dấu, chữ số, dấu . / -, tối đa 20 ký tự."
    digits = CODE_DIGITS.get(UnitKind(kind))
    if code and digits and not re.fullmatch(f"[0-9]{{{digits}}}", code):
        return f"Mã số “{code}” của {UnitKind(kind).label} phải đủ {digits} chữ số."
    return ""


def in_sentence(name: str) -> str:
    """The name inside a sentence: "Xã Tân Dĩnh" as "xã Tân Dĩnh"; an organisation's name stays as it is."""
    if name in KEEP_THEIR_CAPITAL:
        return name
    for word in TYPE_WORDS + AREA_WORDS:
        if name.startswith(f"{word} "):
            return word.lower() + name.removeprefix(word)
    return name


def bare_name(name: str) -> str:
    """The name without its type word, as it stands before the date; numbered wards keep theirs."""
    for word in TYPE_WORDS:
        rest = name.removeprefix(f"{word} ")
        if rest != name and not rest[:1].isdigit():
            return rest
    return name
