"""Typed rows every face of a report is made of: page, PDF, XLSX and API read the same ones."""

from .rollup import By, Counts, Group, Rollup, RollupRow, yearly_rollup
from .roster import Roster, RosterGroup, RosterRow, unit_roster
from .years import YearRow, Years, ten_year_table, trend

__all__ = [
    "By",
    "Counts",
    "Group",
    "Rollup",
    "RollupRow",
    "Roster",
    "RosterGroup",
    "RosterRow",
    "YearRow",
    "Years",
    "ten_year_table",
    "trend",
    "unit_roster",
    "yearly_rollup",
]
