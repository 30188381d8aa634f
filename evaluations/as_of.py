"""A unit's results as they stood on a day: what had been decided by then, and nothing that came later."""

from dataclasses import dataclass
from datetime import date

from django.utils import timezone

from units.models import Unit, User

from .enums import GRADED_LABELS, Origin, State
from .models import Decision, Evaluation, Event
from .queries import years_of

TOLD = (State.RECOGNISED, State.DECLINED)  # states whose grade, points or number of criteria were known


@dataclass(frozen=True)
class ResultOn:
    """A file as of the day; the decisions are those signed by then."""

    file: Evaluation
    state: State
    decision: Decision | None
    revoked_by: Decision | None

    @property
    def label(self) -> str:
        return (GRADED_LABELS.get(self.state) if self.file.grade_id else None) or self.state.label

    @property
    def result(self) -> str:
        return self.file.result if self.state in TOLD else ""


def results_on(unit: Unit, user: User, day: date) -> list[ResultOn]:
    """The unit's files that the user may see, as of the end of the day, newest year first; two queries.

    A recognition counts from the day its decision was signed, a revocation likewise. Another file stands where its last
    event by then left it; one taken from a document, which has no events, counts from the last day of its year.
    """
    files = list(years_of([unit.pk], user))
    events = Event.objects.filter(evaluation__in=files, at__date__lte=day).order_by("at", "pk")
    last = dict(events.values_list("evaluation", "target"))
    found = []
    for file in files:
        given = file.outcome
        decision = given.decision if given and given.decision.signed_on and given.decision.signed_on <= day else None
        revoking = given.revoked_by if decision else None
        revoked_by = revoking if revoking and revoking.signed_on and revoking.signed_on <= day else None
        state = State.REVOKED if revoked_by else State.RECOGNISED if decision else _state(file, last.get(file.pk), day)
        if state:
            found.append(ResultOn(file, state, decision, revoked_by))
    return found


def _state(file: Evaluation, target: str | None, day: date) -> State | None:
    """Where the file stood without a decision; None when nobody had heard of it yet."""
    if file.origin == Origin.HISTORY:
        return State(file.state) if date(file.cycle.year, 12, 31) <= day else None
    if target:
        return State(target)
    return State.EXPECTED if timezone.localdate(file.cycle.opened_at) <= day else None
