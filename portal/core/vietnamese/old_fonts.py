"""Text typed for the fonts before Unicode, TCVN3 (.VnTime) and VNI: told by letters no Vietnamese word has.

A file saved from an old document opens without a fault and reads "Th«n §ång T©m"; stored so, no search finds it.
"""

import re
import unicodedata

TCVN3 = str.maketrans(
    "¡¢§£¤¥¦¨©ª«¬®µ¶·¸¹»¼½¾ÆÇÈÉÊËÌÎÏÐÑÒÓÔÕÖ×ØÜÝÞßáâãäåæçèéêëìíîïñòóôõö÷øùúûüýþ\u00ad",
    "ĂÂĐÊÔƠƯăâêôơđàảãáạằẳẵắặầẩẫấậèẻẽéẹềểễếệìỉĩíịòỏõóọồổỗốộờởỡớợùủũúụừửữứựỳỷỹýỵư",
)
SIGNS = set("¡¢£¤¥¦§¨©ª«¬®µ¶·¸¹»¼½¾×÷")  # no letters at all in Unicode
SIGN_IN_A_WORD = re.compile(f"[A-Za-z][{''.join(SIGNS)}]|[{''.join(SIGNS)}][A-Za-z]")
QUOTED = re.compile("«([^«»]*)»")  # as some papers quote
FOREIGN = SIGNS | set("ÆæÇçËëÎîÏïÖöØøÜüÛûÞþßÅåÄä")

MARKS = {"ø": "\u0300", "ù": "\u0301", "û": "\u0309", "õ": "\u0303", "ï": "\u0323"}
ROUND = {"â": "", "à": "\u0300", "á": "\u0301", "å": "\u0309", "ã": "\u0303", "ä": "\u0323"}  # with a circumflex
SHORT = {"ê": "", "è": "\u0300", "é": "\u0301", "ú": "\u0309", "ü": "\u0303", "ë": "\u0323"}  # with a breve, on a
ALONE = {"ñ": "đ", "ö": "ư", "ô": "ơ", "æ": "ỉ", "ó": "ĩ", "ò": "ị", "î": "ỵ"}
VNI = re.compile("([aeoôuöy])([øùûõïâàáåãäêèéúüë])|[ñöôæóòî]", re.IGNORECASE)
NO_WORD_HAS = re.compile("[aeoôuöy][øûïåäëü]|[aeo]â|a[ùõêèéú]|e[ùõáàã]|[oôuöy][ùõ]", re.IGNORECASE)  # but VNI's


def unicode_of(typed: str) -> str | None:
    """What the text says if it was typed for an old font; None for text as Unicode has it."""
    if typed.isascii():
        return None
    composed = QUOTED.sub(r"\1", unicodedata.normalize("NFC", typed))
    if NO_WORD_HAS.search(composed) and not SIGNS & set(composed):
        return unicodedata.normalize("NFC", VNI.sub(_of_vni, composed))
    foreign = [letter for letter in composed if letter in FOREIGN]
    if len(foreign) > 1 or SIGN_IN_A_WORD.search(composed):
        return composed.translate(TCVN3)
    return None


def _of_vni(found: re.Match) -> str:
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
