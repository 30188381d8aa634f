"""Registers on units: what each is, and the one door that writes their rows."""

from .catalogue import REGISTERS, Register, time_fault
from .writing import (
    Sorted,
    drop_row,
    fault_of,
    print_of_row,
    save_row,
    sort_rows,
    stored_by_key,
    take_back_rows,
    who_changed,
    write_rows,
)

__all__ = [
    "REGISTERS",
    "Register",
    "Sorted",
    "drop_row",
    "fault_of",
    "print_of_row",
    "save_row",
    "sort_rows",
    "stored_by_key",
    "take_back_rows",
    "time_fault",
    "who_changed",
    "write_rows",
]
