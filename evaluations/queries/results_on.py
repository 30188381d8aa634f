"""A unit's results as they stood on a day: what had been decided by then, and nothing that came later."""

from dataclasses import dataclass
from datetime import date

from django.utils import timezone

from units.models import Unit, User

from ..enums import GRADED_LABELS, Origin, State
from ..models import Decision, Evaluation, Event
from . import years_of

TOLD = (State.RECOGNISED, State.DECLINED)  # states whose grade, points or number of criteria were known


@dataclass(frozen=True)
class ResultOn:
    """A dossier as of the day; the decisions are those signed by then."""

    dossier: Evaluation
    state: State
    decision: Decision | None
    revoked_by: Decision | None

    @property
    def label(self) -> str:
        return (GRADED_LABELS.get(self.state) if self.dossier.grade_id else None) or self.state.label

    @property
    def result(self) -> str:
        return self.dossier.result if self.state in TOLD else ""


def results_on(unit: Unit, user: User, day: date) -> list[ResultOn]:
    """The unit's dossiers that the user may see, as of the end of the day, newest year first; two queries.

    A recognition counts from the day its decision was signed, a revocation likewise. Another dossier stands where its
    last event by then left it; one taken from a document counts from the last day of its year, whenever it was entered.
    """
    dossiers = list(years_of([unit.pk], user))
    events = Event.objects.filter(evaluation__in=dossiers, at__date__lte=day).order_by("at", "pk")
    last = dict(events.values_list("evaluation", "target"))
    found = []
    for dossier in dossiers:
        given = dossier.outcome
        decision = given.decision if given and given.decision.signed_on and given.decision.signed_on <= day else None
        revoking = given.revoked_by if decision else None
        revoked_by = revoking if revoking and revoking.signed_on and revoking.signed_on <= day else None
        state = (
            State.REVOKED
            if revoked_by
            else State.RECOGNISED
            if decision
            else _state(dossier, last.get(dossier.pk), day)
        )
        if state:
            found.append(ResultOn(dossier, state, decision, revoked_by))
    return found


def _state(dossier: Evaluation, target: str | None, day: date) -> State | None:
    """Where the dossier stood without a decision; None when nobody had heard of it yet."""
    if dossier.origin == Origin.HISTORY:
        is_told = dossier.state != State.EXCLUDED and date(dossier.cycle.year, 12, 31) <= day
        return State(dossier.state) if is_told else None
    if target:
        return State(target)
    return State.EXPECTED if timezone.localdate(dossier.cycle.opened_at) <= day else None
