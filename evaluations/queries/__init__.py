"""Reads of the evaluations app that several callers share, by noun."""

from .desk import Desk, DeskPile, Fallen, fallen, lost_ground, under_way, waiting_for
from .dossiers import with_route, years_of
from .namesakes import tell_dossiers_apart, tell_years_apart
from .returned import remarks_of, returned_first, returned_to, returns_of
from .sent import SentGroup, sent_by, turn_of
from .sittings import chair_among, draft_decisions, open_sittings, past_its_term, waiting_dossiers

__all__ = [
    "Fallen",
    "Desk",
    "DeskPile",
    "SentGroup",
    "chair_among",
    "draft_decisions",
    "fallen",
    "lost_ground",
    "open_sittings",
    "past_its_term",
    "remarks_of",
    "returned_first",
    "returned_to",
    "returns_of",
    "sent_by",
    "tell_dossiers_apart",
    "tell_years_apart",
    "turn_of",
    "waiting_dossiers",
    "under_way",
    "waiting_for",
    "with_route",
    "years_of",
]
