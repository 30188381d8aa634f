"""Dossiers that came back: who sent them back, when and why, and what was written beside each criterion."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import BooleanField, Case, Value, When

from criteria.judging.cells import in_words
from criteria.judging.values import CriterionSpec
from units.models import User

from .. import permissions
from ..enums import Action, Side, State
from ..judging.dossiers import JudgedDossier
from ..models import Evaluation, EvaluationQuerySet, Event


@dataclass(frozen=True)
class ReturnedDossier:
    """A dossier sent back, with the line of the log that says why."""

    dossier: Evaluation
    event: Event


@dataclass(frozen=True)
class Remark:
    """What the appraisers hold against a criterion: another answer, or words."""

    criterion: CriterionSpec
    answer: str  # in words; empty where they agree or have not looked
    note: str

    @property
    def said(self) -> str:
        """Both in one line of plain text."""
        return "; ".join(part for part in (self.answer and f"nơi thẩm định ghi {self.answer}", self.note) if part)


def returns_of(dossiers: Iterable[Evaluation]) -> dict[int, Event]:
    """The last return of each of these that is back now, by its id; one query where some are, none else."""
    back = [dossier.pk for dossier in dossiers if dossier.state == State.RETURNED]
    if not back:
        return {}
    events = Event.objects.filter(evaluation__in=back, action=Action.RETURN).order_by("at", "pk")
    return {event.evaluation_id: event for event in events}


def returned_first(dossiers: EvaluationQuerySet, user: User) -> EvaluationQuerySet:
    """What came back to the user's hands before all others; the order is left alone for who enters nowhere."""
    places = permissions.ENTERING.places(user)
    if not places:
        return dossiers
    back = When(state=State.RETURNED, entry_unit__in=places, then=Value(False))
    late = Case(back, default=Value(True), output_field=BooleanField())
    return dossiers.order_by(late, "unit_sort_key", "pk")


def returned_to(user: User, cycles: Iterable[int], most: int) -> list[ReturnedDossier]:
    """Dossiers of these years that wait for the user to mend them, the longest waiting first; two queries at most."""
    places = permissions.ENTERING.places(user)
    if not places:
        return []
    rows = Evaluation.objects.visible_to(user).filter(entry_unit__in=places, state=State.RETURNED, cycle__in=cycles)
    dossiers = list(rows.select_related("cycle__programme").with_namesake())
    events = returns_of(dossiers)
    found = [ReturnedDossier(dossier, events[dossier.pk]) for dossier in dossiers if dossier.pk in events]
    return sorted(found, key=lambda one: (one.event.at, one.dossier.pk))[:most]


def remarks_of(judged: JudgedDossier) -> dict[str, Remark]:
    """By criterion, what is to be looked at again in a dossier that is back; nothing for any other."""
    if judged.dossier.state != State.RETURNED:
        return {}
    found = {}
    for criterion in judged.criteria:
        answer = judged.answers.get(criterion.code)
        if answer is None or criterion.code in judged.derived:
            continue
        if answer.differs or answer.appraised_note:
            said = in_words(criterion, judged.value(criterion.code, Side.APPRAISED)) if answer.differs else ""
            found[criterion.code] = Remark(criterion, said, answer.appraised_note)
    return found
