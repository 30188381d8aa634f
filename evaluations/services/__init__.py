"""Writes of the evaluations app that touch several rows, by noun."""

from .answers import Conflict, SavedCell, accept_answers, find_criterion, save_answer, save_cell
from .award_bars import correct_bar, drop_bar, end_bar, is_leaned_on, publish_bar, set_bar
from .blocks import AskedCell, CellOutcome, read_said, save_cells
from .cycles import close_cycle, open_cycle, record_results, reopen_cycle
from .evidence import add_evidence, remove_evidence
from .past_results import PastResult, record_past, take_past_away
from .past_totals import (
    Figures,
    Total,
    in_the_way,
    put_aside_by,
    record_totals,
    take_total_away,
    total_in_words,
)
from .roster_changes import Missing, add_late_unit, delete_cycle, drop_late_unit, missing_units, refreeze
from .roster_left_out import LeftOut, left_out
from .sittings import (
    add_to_agenda,
    cast_votes,
    change_sitting,
    close_sitting,
    create_sitting,
    drop_sitting,
    issue_decision,
    next_number,
    remove_from_agenda,
    revoke,
    set_attendance,
    sits_after,
    table_waiting,
)
from .timing import decide_timing, record_dates

__all__ = [
    "AskedCell",
    "CellOutcome",
    "Conflict",
    "Figures",
    "LeftOut",
    "Missing",
    "PastResult",
    "SavedCell",
    "Total",
    "accept_answers",
    "add_evidence",
    "add_late_unit",
    "add_to_agenda",
    "cast_votes",
    "change_sitting",
    "close_cycle",
    "close_sitting",
    "correct_bar",
    "create_sitting",
    "drop_sitting",
    "decide_timing",
    "delete_cycle",
    "drop_bar",
    "drop_late_unit",
    "end_bar",
    "find_criterion",
    "in_the_way",
    "is_leaned_on",
    "issue_decision",
    "left_out",
    "missing_units",
    "next_number",
    "open_cycle",
    "publish_bar",
    "put_aside_by",
    "read_said",
    "record_dates",
    "record_past",
    "record_results",
    "record_totals",
    "refreeze",
    "remove_evidence",
    "remove_from_agenda",
    "reopen_cycle",
    "revoke",
    "save_answer",
    "save_cell",
    "save_cells",
    "set_attendance",
    "set_bar",
    "sits_after",
    "table_waiting",
    "take_past_away",
    "take_total_away",
    "total_in_words",
]
