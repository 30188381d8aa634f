"""What of a dossier should be looked at again before it is believed: signals of formalism, shown as “nên kiểm tra” to
who appraises, and never a verdict."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef

from criteria.judging.values import CriterionSpec

from ..judging import filled
from ..judging.dossiers import JudgedDossier
from ..models import Answer, Evaluation, EvaluationQuerySet


@dataclass(frozen=True)
class Signal:
    """Something worth a second look, and the criteria it is of."""

    sentence: str
    criteria: list[CriterionSpec]


def signals_of(judged: JudgedDossier) -> list[Signal]:
    """The signals of one dossier, from what was read to judge it."""
    lines = filled.unconfirmed(judged)
    return [Signal(f"{filled.counted(judged)}.", lines)] if lines else []


def filled_not_appraised(judged: JudgedDossier) -> list[CriterionSpec]:
    """The criteria filled in, confirmed by nobody, that whoever appraises has not answered either."""
    return [line for line in filled.unconfirmed(judged) if judged.answers[line.code].appraised.is_empty]


def unconfirmed_in(dossiers: Iterable[Evaluation]) -> dict[int, int]:
    """How many filled values of each dossier nobody has confirmed, by its id; those without any are left out. One
    query."""
    rows = Answer.objects.filter(evaluation__in=[one.pk for one in dossiers]).exclude(filled_from="")
    return dict(rows.order_by().values_list("evaluation").annotate(many=Count("pk")))


def with_signals(dossiers: EvaluationQuerySet) -> EvaluationQuerySet:
    """Those with a signal that the database can tell: filled values nobody has confirmed."""
    marked = Answer.objects.filter(evaluation=OuterRef("pk")).exclude(filled_from="")
    return dossiers.filter(Exists(marked))
