"""Text nobody can have meant: an error value of a spreadsheet, letters lost on the way, letters of an old font.

Stored so, no search finds it and every paper prints it. A file and a box say what is wrong alike, each with its remedy.
"""

import re
from dataclasses import dataclass

from .old_fonts import is_syllable, unicode_of

ERROR_VALUE = re.compile(r"#(REF!|N/A|VALUE!|DIV/0!|NAME\?|NULL!|NUM!)", re.IGNORECASE)
LOST = "\ufffd"  # what a program puts where it could not read a letter
ASKED = re.compile(r"([^\W\d_]+)\?(?=([^\W\d_]+))")
ADDRESS = re.compile(r"\S*(?:://|www\.|=)\S*")  # where ? stands for nothing lost
SHOWN = 60


@dataclass(frozen=True)
class Remedies:
    """What to do about each kind, where the text stands."""

    error: str
    lost: str
    old_font: str


IN_A_FILE = Remedies(
    "Hãy sửa công thức hoặc ghi giá trị vào ô.",
    "Hãy lưu lại tệp dạng XLSX hoặc CSV UTF-8 từ bảng tính gốc.",
    "Hãy chuyển tệp sang bảng mã Unicode.",
)
IN_A_BOX = Remedies("Hãy ghi giá trị.", "Hãy gõ lại cho đủ dấu.", "Hãy gõ lại bằng bảng mã Unicode.")


def fault_of(text: str, remedies: Remedies) -> str:
    """What is wrong with the text and what to do; mostly empty."""
    if text.isascii() and not {"#", "?"} & set(text):
        return ""
    lines = text.splitlines()
    if error := next((line.strip() for line in lines if ERROR_VALUE.fullmatch(line.strip())), ""):
        return f"{error} là giá trị lỗi của bảng tính. {remedies.error}"
    if word := next((word for line in lines for word in line.split() if _has_lost(word)), ""):
        return f"“{_shown(text, word)}” đã mất chữ có dấu. {remedies.lost}"
    if unicode_of(text):
        word = next((word for line in lines for word in line.split() if unicode_of(word)), "")
        shown = _shown(text, word)
        hint = f"Có phải là “{unicode_of(shown) or shown}”? {remedies.old_font}"
        return f"“{shown}” viết bằng phông TCVN3 hoặc VNI. {hint}"
    return ""


def _has_lost(word: str) -> bool:
    """Whether a letter is missing in the word: Th?n, but not where a question runs into the next word (“chưa?Hãy”)."""
    if LOST in word:
        return True
    asked = ADDRESS.sub("", word)
    return any(not (is_syllable(a) and is_syllable(b) and len(b) > 1) for a, b in ASKED.findall(asked))


def _shown(text: str, word: str) -> str:
    """What the sentence quotes: a short text as it is, of a long one the line from the word on."""
    text = text.strip()
    if len(text) > SHOWN or "\n" in text:
        text = text[max(text.find(word), 0) :].splitlines()[0]
    return text[:SHOWN].strip()
