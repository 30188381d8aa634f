"""What a reorganisation would do: the tree before, the tree after, and everything that stands in the way. No writes."""

from .effects import Branch, committees_ended, placements_ended, tree_of
from .facts import Node, Passing, Plan, Problem, Ref, Waiting, ends, final_heir
from .planning import plan

__all__ = [
    "Branch",
    "Node",
    "Passing",
    "Plan",
    "Problem",
    "Ref",
    "Waiting",
    "committees_ended",
    "ends",
    "final_heir",
    "placements_ended",
    "plan",
    "tree_of",
]
