"""Vietnamese words as keys: search without tone marks, order of the Vietnamese alphabet."""

import re
import unicodedata
from functools import lru_cache

ALPHABET = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
TONES = {"\u0300": 1, "\u0309": 2, "\u0303": 3, "\u0301": 4, "\u0323": 5}  # huyền, hỏi, ngã, sắc, nặng
BARRED = str.maketrans({"đ": "d", "Đ": "D", "ð": "d", "Ð": "D", "ɖ": "d", "Ɖ": "D"})
DASHES = re.compile(r"\s*[\u002d\u2010-\u2015\u2212\ufe58\ufe63\uff0d]\s*")
LOOKALIKES = str.maketrans({"Ð": "Đ", "Ɖ": "Đ", "ð": "đ", "ɖ": "đ"})
ESCAPED = re.compile("_x00[01][0-9A-Fa-f]_")  # a control character as a workbook writes it: Excel's copy of a line end
UNSTORABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")  # NUL and lone surrogates PostgreSQL refuses
INVISIBLE = re.compile(  # format characters (Unicode category Cf): zero-width marks, the soft hyphen, directions
    "["
    "\u00ad\u0600-\u0605\u061c\u06dd\u070f\u0890-\u0891\u08e2\u180e\u200b-\u200f\u202a-\u202e"
    "\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb\U000110bd\U000110cd\U00013430-\U00013438"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0001\U000e0020-\U000e007f"
    "]"
)
STACKED = "[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]"  # over and under a letter
PILED = re.compile(f"({STACKED}{{3}}){STACKED}+")  # no language sets more than three on one letter
TURNING = re.compile("[\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069]")  # directions, which turn what stands beside
NO_LETTERS = re.compile("[\ufdd0-\ufdef\ufffe\uffff]")
APOSTROPHES = re.compile("['`\u00b4\u02b9\u02bb\u02bc\u02bd\u2018\u2019\u201a\u201b\u2032\u2035\uff07]")
MARKS = re.compile(r"[^\w\s]")
FIRST_ZEROS = re.compile(r"(?<!\d)0+(?=\d)")
RANK = {letter: chr(0x61 + place) for place, letter in enumerate(ALPHABET)}


def storable(text: str) -> str:
    """The text without what no database keeps and nobody types: control characters, be they written as a workbook
    writes them (_x000D_), and halves of letters."""
    if "_x00" in text:
        text = ESCAPED.sub(lambda found: chr(int(found.group()[2:6], 16)), text).replace("\r", "")
    return UNSTORABLE.sub("", text)


def clean_lines(text: str) -> str:
    """The text of a box as it is stored: composed letters, no invisible marks, no piles of marks over other lines, its
    spaces and lines as they were."""
    return PILED.sub(r"\1", unicodedata.normalize("NFC", INVISIBLE.sub("", storable(text))))


def printable(text: str) -> str:
    """The text of a paper without what would reach beyond its own place, however it came to be stored: directions that
    turn the words beside, marks piled over other lines, what is no letter."""
    return PILED.sub(r"\1", TURNING.sub("", NO_LETTERS.sub("", UNSTORABLE.sub("", text))))


def clean(text: str) -> str:
    """The text as it is stored: composed letters, single spaces, no invisible marks."""
    return " ".join(clean_lines(text).split())


def clean_symbol(symbol: str) -> str:
    """A document's symbol as it is stored: "QĐ – UBND" with whichever dash, spaces or Đ is "QĐ-UBND", one series."""
    return DASHES.sub("-", clean(symbol.replace("\u00ad", "-")).translate(LOOKALIKES))


def _spoken(text: str) -> str:
    """The text without what nobody says or types alike: apostrophes of any shape gone, other marks as spaces, numbers
    without the zeros they begin with. "Ea H’leo" is "Ea H'leo", "Phường 05" is "Phường 5"."""
    return FIRST_ZEROS.sub("", MARKS.sub(" ", APOSTROPHES.sub("", text)))


@lru_cache(maxsize=20_000)  # a file says the same words in every row, and asks for each of its names three times
def plain_key(text: str) -> str:
    """Lower case without any mark, đ as d: "HOÀ BÌNH", "Hòa Bình" and "hoa binh" share one key; "T*" and "T" do not."""
    bare = unicodedata.normalize("NFD", text.translate(BARRED)).casefold()
    return clean("".join(letter for letter in bare if not unicodedata.combining(letter)))


@lru_cache(maxsize=20_000)
def search_key(text: str) -> str:
    """The plain key of what is spoken: "Ea H’leo", "Ea H'leo" and "ea hleo" share one, "Phường 05" and "phuong 5"."""
    return clean(_spoken(plain_key(text)))


@lru_cache(maxsize=20_000)
def match_key(text: str) -> str:
    """One key for one name however its tone is placed or its case is written: "Hoà" is "HÒA" but not "Hoa"."""
    words = []
    for word in _spoken(clean(text).casefold()).split():
        parts = unicodedata.normalize("NFD", word)
        letters = unicodedata.normalize("NFC", "".join(part for part in parts if part not in TONES))
        words.append(letters + "".join(str(TONES[part]) for part in parts if part in TONES))
    return " ".join(words)


@lru_cache(maxsize=20_000)
def sort_key(text: str) -> str:
    """A string whose plain order is the Vietnamese one: letters first, then tones, numbers by their value.

    A tab ends the letters: it stands before the space, so that "Thôn Bắc" comes before "Thôn Bắc Hạ".
    """
    letters, tones = [], []
    for word in re.findall(r"\d+|\D", clean(text).casefold()):
        if word.isdigit():
            value = word.lstrip("0") or "0"
            letters.append(f"0{len(value):02d}{value}")
            continue
        parts = unicodedata.normalize("NFD", word)
        tone = next((TONES[part] for part in parts if part in TONES), 0)
        letter = unicodedata.normalize("NFC", "".join(part for part in parts if part not in TONES))
        letters.append(RANK.get(letter, " " if not letter.isalpha() else letter))
        tones.append(str(tone))
    return f"{''.join(letters)}\t{''.join(tones)}"


def keys(name: str) -> dict[str, str]:
    """The stored keys of a unit's name."""
    return {"search_key": search_key(name), "match_key": match_key(name), "sort_key": sort_key(name)}
