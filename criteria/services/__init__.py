"""Writes of criteria: loading packs, drafts, publishing, documents."""

from .loading import CHANGED, NEW, REFUSED, SAME, Loaded, load
from .publishing import lacks, publish, retire, to_publish
from .storing import refuse_unless_seen, write_set

__all__ = [
    "CHANGED",
    "NEW",
    "REFUSED",
    "SAME",
    "Loaded",
    "lacks",
    "load",
    "publish",
    "refuse_unless_seen",
    "retire",
    "to_publish",
    "write_set",
]
