"""The life of a dossier: one table of transitions and the one door that moves dossiers along it."""

from .door import OPERATOR, Moved, advance, advance_many
from .effects import hand_on, pass_to_heirs, reassign
from .past import Corrected, PaperResult, correct_past, log_recorded
from .transitions import TRANSITIONS, Transition, available

__all__ = [
    "OPERATOR",
    "Corrected",
    "PaperResult",
    "correct_past",
    "log_recorded",
    "TRANSITIONS",
    "Moved",
    "Transition",
    "advance",
    "advance_many",
    "available",
    "hand_on",
    "pass_to_heirs",
    "reassign",
]
