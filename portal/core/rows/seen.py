"""What a page showed of stored things: nobody writes over, or throws away, what they have not seen."""

import hashlib
from collections.abc import Iterable

from portal.core.errors import Refused


def print_of(shown: Iterable[object]) -> str:
    """A short print of stored values, for a page or a file's preview to say what it showed."""
    return hashlib.sha256("\n".join(map(repr, shown)).encode()).hexdigest()[:16]


def refuse_unseen(now: str, seen: str, sentence: str) -> None:
    """Raises Refused with the sentence where what is stored, locked by the caller, is not what was `seen`."""
    if seen != now:
        raise Refused(sentence)
