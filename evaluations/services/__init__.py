"""Writes of the evaluations app that touch several rows, by noun."""

from .answers import Conflict, accept_answers, find_asked, save_answer
from .cycles import close_cycle, open_cycle, record_results
from .evidence import add_evidence, remove_evidence
from .sittings import (
    add_to_agenda,
    cast_votes,
    close_sitting,
    create_sitting,
    issue_decision,
    next_number,
    remove_from_agenda,
    revoke,
    set_attendance,
)

__all__ = [
    "Conflict",
    "accept_answers",
    "add_evidence",
    "add_to_agenda",
    "cast_votes",
    "close_cycle",
    "close_sitting",
    "create_sitting",
    "find_asked",
    "issue_decision",
    "next_number",
    "open_cycle",
    "record_results",
    "remove_evidence",
    "remove_from_agenda",
    "revoke",
    "save_answer",
    "set_attendance",
]
