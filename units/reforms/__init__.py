"""Reorganisations: planned in memory, drafted, applied and undone."""

from .applying import apply, not_yet
from .delegations import delegations_ended, delegations_of
from .drafting import (
    add_change,
    choose_ends,
    correct_heading,
    drop_change,
    drop_reform,
    dry_run,
    new_reform,
    print_of,
    waiting,
    write_changes,
)
from .effects import Branch, committees_ended, heirs_in, levels_opened, placements_ended, tree_of
from .facts import Node, Passing, Plan, PlanProblem, Ref, UnderWay, ends, final_heir
from .followers import FOLLOWERS
from .namesakes import Namesake, SharedName, name_apart, shared_names
from .planning import plan_of
from .undoing import undo, why_not_undone

__all__ = [
    "FOLLOWERS",
    "Branch",
    "Namesake",
    "Node",
    "Passing",
    "Plan",
    "PlanProblem",
    "Ref",
    "SharedName",
    "UnderWay",
    "add_change",
    "apply",
    "choose_ends",
    "committees_ended",
    "correct_heading",
    "delegations_ended",
    "delegations_of",
    "drop_change",
    "drop_reform",
    "dry_run",
    "ends",
    "final_heir",
    "heirs_in",
    "levels_opened",
    "name_apart",
    "new_reform",
    "not_yet",
    "placements_ended",
    "plan_of",
    "print_of",
    "shared_names",
    "tree_of",
    "undo",
    "why_not_undone",
    "waiting",
    "write_changes",
]
