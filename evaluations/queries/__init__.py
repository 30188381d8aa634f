"""Reads of the evaluations app that several callers share, by noun."""

from .desk import Desk, DeskPile, under_way, waiting_for
from .dossiers import with_route, years_of
from .fallen import Fallen, fallen, ground_lost, kept_of, lost_ground
from .namesakes import tell_dossiers_apart, tell_years_apart
from .neighbours import Neighbours, beside
from .recognitions import recognition_counts
from .returned import remarks_of, returned_first, returned_to, returns_of
from .sent import SentGroup, sent_by, turn_of
from .signals import Signal, filled_not_appraised, signals_of, unconfirmed_in, with_signals
from .signing import bodies_of, body_of, capacities_of
from .sittings import chair_among, draft_decisions, open_sittings, past_its_term, waiting_dossiers

__all__ = [
    "Fallen",
    "Desk",
    "DeskPile",
    "Neighbours",
    "SentGroup",
    "Signal",
    "beside",
    "bodies_of",
    "body_of",
    "capacities_of",
    "chair_among",
    "draft_decisions",
    "fallen",
    "ground_lost",
    "kept_of",
    "filled_not_appraised",
    "lost_ground",
    "open_sittings",
    "past_its_term",
    "recognition_counts",
    "remarks_of",
    "returned_first",
    "returned_to",
    "returns_of",
    "sent_by",
    "signals_of",
    "tell_dossiers_apart",
    "tell_years_apart",
    "turn_of",
    "unconfirmed_in",
    "waiting_dossiers",
    "under_way",
    "waiting_for",
    "with_route",
    "with_signals",
    "years_of",
]
