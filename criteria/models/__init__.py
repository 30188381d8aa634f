"""Facts of the criteria app, by noun."""

from .outcomes import Cap, DossierPaper, Grade, Precondition, Quota
from .routes import Deadline, Route, routes_on
from .sets import CriteriaSet, Criterion, LegalDocument, Programme, refuse_if_published
from .titles import AwardBar, RuleEvent, StreakRule, StreakTitle

__all__ = [
    "AwardBar",
    "Cap",
    "CriteriaSet",
    "Criterion",
    "Deadline",
    "DossierPaper",
    "Grade",
    "LegalDocument",
    "Precondition",
    "Programme",
    "Quota",
    "Route",
    "RuleEvent",
    "StreakRule",
    "StreakTitle",
    "refuse_if_published",
    "routes_on",
]
