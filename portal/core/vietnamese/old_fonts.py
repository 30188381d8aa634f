"""Text typed for the fonts before Unicode, TCVN3 (.VnTime) and VNI: told by letters no Vietnamese word has.

A file saved from an old document opens without a fault and reads "Th«n §ång T©m"; stored so, no search finds it.
"""

import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache

TCVN3 = str.maketrans(
    "¡¢§£¤¥¦¨©ª«¬®µ¶·¸¹»¼½¾ÆÇÈÉÊËÌÎÏÐÑÒÓÔÕÖ×ØÜÝÞßáâãäåæçèéêëìíîïñòóôõö÷øùúûüýþ\u00ad",
    "ĂÂĐÊÔƠƯăâêôơđàảãáạằẳẵắặầẩẫấậèẻẽéẹềểễếệìỉĩíịòỏõóọồổỗốộờởỡớợùủũúụừửữứựỳỷỹýỵư",
)
SIGNS = "¡¢£¤¥¦§¨©ª«¬®µ¶·¸¹»¼½¾×÷\u00ad"  # no letters at all in Unicode
FOREIGN = set(SIGNS) | set("ÆæÇçËëÎîÏïÖöØøÜüÛûÞþßÅåÄä")
QUOTED = re.compile(r"(?<!\w)«([^«»]*)»(?!\w)")  # as some papers quote
PERHAPS, SURELY = 1, 2
LETTER = re.compile("[A-Za-z]|[§®].")
WORD = re.compile(rf"(?:[^\W\d_]|[{SIGNS}])+")

MARKS = {"ø": "\u0300", "ù": "\u0301", "û": "\u0309", "õ": "\u0303", "ï": "\u0323"}
ROUND = {"â": "", "à": "\u0300", "á": "\u0301", "å": "\u0309", "ã": "\u0303", "ä": "\u0323"}  # with a circumflex
SHORT = {"ê": "", "è": "\u0300", "é": "\u0301", "ú": "\u0309", "ü": "\u0303", "ë": "\u0323"}  # with a breve, on a
ALONE = {"ñ": "đ", "ö": "ư", "ô": "ơ", "æ": "ỉ", "ó": "ĩ", "ò": "ị", "î": "ỵ"}
VNI = re.compile("([aeoôuöy])([øùûõïâàáåãäêèéúüë])|[ñöôæóòî]", re.IGNORECASE)
NO_WORD_HAS = re.compile("[aeoôuöy][øûïåäëü]|[aeo]â|a[ùõêèéúáàã]|e[ùõáàã]|[oôuöy][ùõ]|[æö]", re.IGNORECASE)  # but VNI's

TONE = re.compile("[\u0300\u0301\u0303\u0309\u0323]")
SYLLABLE = (
    re.compile(  # of Vietnamese, without its tone: what begins it, then an open rhyme or one with its last letters
        "(?:ngh?|nh|g[hi]?|kh|ph|th|tr|ch|qu|[bcdđhklmnprstvx])?"
        "(?:[aeêioôơuưy]|[iưuyơ]a|[iy]êu|[aâeêioơôuư][iu]|[aâu]y|[ae]o|o[ae]|uê|uơ|oa[iyo]|oeo|uây|ươ[iu]|uôi|uya"
        "|(?:[aăâeêioôơuư]|[iy]ê|uô|ươ|o[aăeo]|u[âyê]|uyê)(?:[cmnpt]|ng)|(?:[aêiy]|oa|uê|uy)(?:nh|ch))"
    )
)


def unicode_of(typed: str) -> str | None:
    """What the text says if it was typed for an old font; None for text as Unicode has it.

    One word no other writing has is enough where it reads as a Vietnamese one then; of doubtful words it takes most.
    """
    if typed.isascii():
        return None
    composed = QUOTED.sub(r"\1", unicodedata.normalize("NFC", typed))
    words = [word for word in WORD.findall(composed) if not word.isascii()]
    best, most = None, 0
    for of_font in (_of_vni, _of_tcvn3):
        told = [found for word in words if (found := _evidence(word, of_font))]
        is_old = SURELY in told or len(told) > max(1, len(words) // 2)
        if len(told) > most and is_old:
            best, most = of_font(composed), len(told)
    return best


@lru_cache(maxsize=20_000)  # a file says the same words in every row
def _evidence(word: str, of_font: Callable[[str], str]) -> int:
    """What the word says for a font: SURELY where no other writing has it, PERHAPS where it is no Vietnamese word as it
    is; 0 for nothing."""
    if not LETTER.search(word) or not is_syllable(of_font(word)):
        return 0
    if SURE[of_font](word):
        return SURELY
    return 0 if is_syllable(word) else PERHAPS


def is_syllable(word: str) -> bool:
    """Whether a Vietnamese word may be written so: its letters, one tone, no capital within small letters."""
    if not (word.islower() or word.isupper() or word.istitle()):
        return False
    parts = unicodedata.normalize("NFD", word.lower())
    bare, tones = TONE.subn("", parts)
    return tones < 2 and SYLLABLE.fullmatch(unicodedata.normalize("NFC", bare)) is not None


def _of_tcvn3(typed: str) -> str:
    return typed.translate(TCVN3)


def _of_vni(typed: str) -> str:
    return unicodedata.normalize("NFC", VNI.sub(_of_vni_letter, typed))


def _of_vni_letter(found: re.Match) -> str:
    letter, mark = found[1], (found[2] or "").lower()
    if letter is None or not mark:
        one = ALONE[found[0].lower()]
        return one.upper() if found[0].isupper() else one
    base = {"ô": "ơ", "ö": "ư", "Ô": "Ơ", "Ö": "Ư"}.get(letter, letter)
    if mark in MARKS:
        return base + MARKS[mark]
    if letter in "aA" and mark in SHORT:
        return base + "\u0306" + SHORT[mark]
    return base + "\u0302" + ROUND.get(mark, "")


SURE: dict[Callable[[str], str], Callable] = {_of_vni: NO_WORD_HAS.search, _of_tcvn3: FOREIGN.intersection}
