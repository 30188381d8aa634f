"""Facts of the evaluations app, by noun."""

from .answers import Answer, Evidence
from .cycles import EXAMPLE_MARK, Cycle, CycleEvent
from .decisions import Decision, Recognition
from .dossiers import ACTING, JUDGED_CHOICES, UNSELECTED, Evaluation, EvaluationQuerySet, Event
from .past_totals import PastTotal, PastTotalEvent
from .sittings import AgendaItem, Sitting, Vote

__all__ = [
    "ACTING",
    "AgendaItem",
    "Answer",
    "Cycle",
    "CycleEvent",
    "Decision",
    "EXAMPLE_MARK",
    "Evaluation",
    "EvaluationQuerySet",
    "Event",
    "Evidence",
    "JUDGED_CHOICES",
    "PastTotal",
    "PastTotalEvent",
    "Recognition",
    "Sitting",
    "UNSELECTED",
    "Vote",
]
