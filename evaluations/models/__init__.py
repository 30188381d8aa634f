"""Facts of the evaluations app, by noun."""

from .answers import Answer, Evidence
from .cycles import EXAMPLE_MARK, Cycle
from .decisions import Decision, Recognition
from .files import ACTING, JUDGED_CHOICES, Evaluation, EvaluationQuerySet, Event
from .sittings import AgendaItem, Sitting, Vote

__all__ = [
    "ACTING",
    "AgendaItem",
    "Answer",
    "Cycle",
    "Decision",
    "EXAMPLE_MARK",
    "Evaluation",
    "EvaluationQuerySet",
    "Event",
    "Evidence",
    "JUDGED_CHOICES",
    "Recognition",
    "Sitting",
    "Vote",
]
