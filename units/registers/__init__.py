"""Registers on units: what each is, and the one door that writes their rows."""

from .catalogue import REGISTERS, Register, time_fault
from .writing import Sorted, drop_row, fault_of, save_row, sort_rows, stored_by_key, write_rows

__all__ = [
    "REGISTERS",
    "Register",
    "Sorted",
    "drop_row",
    "fault_of",
    "save_row",
    "sort_rows",
    "stored_by_key",
    "time_fault",
    "write_rows",
]
