"""The one door for writes about units, people, committees and reorganisations."""

from .committees import SeatRow, end_seat, place_committees, seat, seat_fault, write_seats
from .delegations import delegate, delegations_ended, delegations_of, end_delegation
from .people import create_person, end_placement, place_person, reset_password, withdraw_placement
from .reforms import (
    FOLLOWERS,
    add_change,
    apply,
    choose_ends,
    drop_change,
    drop_reform,
    dry_run,
    new_reform,
    undo,
    waiting,
    write_changes,
)
from .registers import Sorted, drop_row, fault_of, save_row, sort_rows, write_rows
from .tree import COLUMNS, DEPTHS, NewUnit, in_sentence, lock_tree, place_units

__all__ = [
    "COLUMNS",
    "DEPTHS",
    "FOLLOWERS",
    "NewUnit",
    "SeatRow",
    "Sorted",
    "add_change",
    "apply",
    "choose_ends",
    "create_person",
    "drop_change",
    "drop_reform",
    "drop_row",
    "delegate",
    "delegations_ended",
    "delegations_of",
    "dry_run",
    "end_delegation",
    "end_placement",
    "end_seat",
    "fault_of",
    "in_sentence",
    "lock_tree",
    "new_reform",
    "place_committees",
    "place_person",
    "place_units",
    "reset_password",
    "save_row",
    "seat",
    "seat_fault",
    "sort_rows",
    "undo",
    "waiting",
    "withdraw_placement",
    "write_changes",
    "write_rows",
    "write_seats",
]
