"""Drafting, applying and undoing a reorganisation."""

from .applying import apply
from .drafts import add_change, choose_ends, drop_change, drop_reform, dry_run, new_reform, waiting, write_changes
from .followers import FOLLOWERS
from .undoing import undo

__all__ = [
    "FOLLOWERS",
    "add_change",
    "apply",
    "choose_ends",
    "drop_change",
    "drop_reform",
    "dry_run",
    "new_reform",
    "undo",
    "waiting",
    "write_changes",
]
