"""Typed rows every face of a report is made of: page, PDF, XLSX and API read the same ones."""

from .boundaries import Boundaries, Scope, cycles_at, divided, scope_of
from .grades import GradeTable, YearGrade, grades_of, grades_through
from .rollup import By, Counts, Group, Rollup, RollupRow, rollup_of, ways_below, yearly_rollup
from .roster import Roster, RosterGroup, RosterRow, unit_roster
from .years import YearRow, Years, ten_year_table, trend

__all__ = [
    "Boundaries",
    "By",
    "Counts",
    "GradeTable",
    "Group",
    "Rollup",
    "RollupRow",
    "Roster",
    "RosterGroup",
    "RosterRow",
    "Scope",
    "YearGrade",
    "YearRow",
    "Years",
    "cycles_at",
    "divided",
    "grades_of",
    "grades_through",
    "rollup_of",
    "scope_of",
    "ten_year_table",
    "trend",
    "unit_roster",
    "ways_below",
    "yearly_rollup",
]
