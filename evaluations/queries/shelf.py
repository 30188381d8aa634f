"""A unit's papers of other programmes and years that this year may use again."""

from units.models import User

from ..judging.papers import window_of
from ..models import Evaluation, Evidence

MOST = 30  # the newest; a page of more is no help


def shelf_of(dossier: Evaluation, user: User) -> list[Evidence]:
    """Papers of the dossier's unit in its other dossiers, dated within the time this year is judged over (any day where
    the set gives none), whose file the dossier does not hold; each file once, the newest first. Two queries.
    """
    window = window_of(dossier.criteria_set, dossier.cycle.year)
    papers = (
        Evidence.objects.visible_to(user)
        .filter(evaluation__unit=dossier.unit_id, issued_on__isnull=False)
        .exclude(evaluation=dossier.pk)
        .exclude(sha256__in=dossier.evidence.values("sha256"))
    )
    if window:
        papers = papers.filter(issued_on__range=(window.first, window.last))
    newest = papers.select_related("evaluation__cycle__programme").prefetch_related("criteria")
    once: dict[str, Evidence] = {}
    for paper in newest.order_by("-issued_on", "-pk")[: 2 * MOST]:
        once.setdefault(paper.sha256, paper)
    return list(once.values())[:MOST]
