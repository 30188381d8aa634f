"""What a dossier must hold before it is sent: evidence of what it answers, and the papers its set asks of it."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from criteria.judging.values import CriterionSpec
from criteria.models import CriteriaSet, DossierPaper

from ..models import Answer, Evaluation, Evidence
from .below import meets
from .dossiers import JudgedDossier


def missing_papers(dossiers: Iterable[Evaluation]) -> dict[int, list[str]]:
    """Names of the papers a dossier's set asks for that it does not hold, by dossier; two queries."""
    dossiers = list(dossiers)
    wanted: dict[int, list[tuple[int, str]]] = defaultdict(list)
    papers = DossierPaper.objects.filter(criteria_set__in={dossier.criteria_set_id for dossier in dossiers})
    for pk, criteria_set, name in papers.order_by("order").values_list("pk", "criteria_set", "name"):
        wanted[criteria_set].append((pk, name))
    if not wanted:
        return {}
    attached = Evidence.objects.filter(evaluation__in=dossiers, dossier_paper__isnull=False)
    held = set(attached.values_list("evaluation", "dossier_paper"))
    return {
        dossier.pk: [name for pk, name in wanted[dossier.criteria_set_id] if (dossier.pk, pk) not in held]
        for dossier in dossiers
    }


def papers_of(dossier: Evaluation) -> list[tuple[DossierPaper, list[Evidence]]]:
    """Each paper the dossier's set asks for, in order, with what is attached as it; two queries at most."""
    papers = list(dossier.criteria_set.papers.order_by("order"))
    if not papers:
        return []
    held: dict[int | None, list[Evidence]] = defaultdict(list)
    for one in dossier.evidence.filter(dossier_paper__isnull=False):
        held[one.dossier_paper_id].append(one)
    return [(paper, held[paper.pk]) for paper in papers]


def papers_by_criterion(dossier: Evaluation) -> dict[str, int]:
    """How many papers of the dossier prove each criterion, by code; one query."""
    return dict(Counter(dossier.evidence.filter(criteria__isnull=False).values_list("criteria__code", flat=True)))


@dataclass(frozen=True)
class Window:
    """The days a year is judged over, which its papers are expected to be of; the law refuses none outside them."""

    first: date
    last: date

    @property
    def said(self) -> str:
        return f"ngoài kỳ đánh giá {self.first:%d/%m/%Y} – {self.last:%d/%m/%Y}"

    def is_outside(self, day: date | None) -> bool:
        return day is not None and not self.first <= day <= self.last


def window_of(criteria_set: CriteriaSet, year: int) -> Window | None:
    """None where the set gives no days."""
    days = criteria_set.window(year)
    return Window(*days) if days else None


def missing_evidence(judged: Iterable[JudgedDossier]) -> dict[int, list[str]]:
    """Numbers of the criteria that ask for evidence, are answered as met and have none, by dossier; one query."""
    judged = list(judged)
    shown: dict[int, set[str]] = defaultdict(set)
    rows = Evaluation.objects.filter(pk__in=[one.dossier.pk for one in judged], evidence__isnull=False)
    for pk, code in rows.values_list("pk", "evidence__criteria__code"):
        shown[pk].add(code)
    return {
        one.dossier.pk: [
            criterion.number
            for criterion in one.criteria
            if criterion.needs_evidence
            and criterion.code not in shown[one.dossier.pk]
            and _claims(criterion, one.answers.get(criterion.code))
        ]
        for one in judged
    }


def _claims(criterion: CriterionSpec, answer: Answer | None) -> bool:
    """The unit says it meets the criterion, which evidence must then show."""
    return answer is not None and not answer.not_applicable and meets(criterion, answer.own)
