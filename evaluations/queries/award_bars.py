"""Whom the switches of a province bar from awards, and why."""

from collections.abc import Iterable

from django.db.models import BooleanField, Case, Exists, F, OuterRef, Q, QuerySet, When
from django.db.models.expressions import Combinable
from django.db.models.lookups import Exact

from criteria.enums import Bar
from criteria.models import AwardBar, Grade

from ..enums import LEFT_OUT, NOT_MET, Action, CycleStatus, State
from ..models import UNSELECTED, Evaluation
from ..models.dossiers import EvaluationQuerySet

GROUNDS = {Bar.UNMET: "is_unmet", Bar.WEAKEST: "is_weakest"}


def barring(dossiers: EvaluationQuerySet, bars: Iterable[AwardBar], year: int) -> QuerySet[Evaluation]:
    """Dossiers of the year that bar their unit from awards by the bars given, with `is_unmet` and `is_weakest`.

    Unmet: the unit's dossier of the bar's programme was not met, revoked or taken out of the year, or the year was
    locked without its recognition; a candidate nobody selected is none, nor one a reorganisation stopped, whose year
    goes on with its heir.
    Weakest: graded in the bar's programme with the last rank of its criteria set.
    """
    left = Q(cycle__status=CycleStatus.CLOSED) & ~Q(state=State.RECOGNISED) & ~UNSELECTED
    carried = Q(state=State.EXCLUDED, last_action=Action.REFORM)
    lost = (Q(state__in=(*NOT_MET, *LEFT_OUT)) | left) & ~carried
    weaker = Grade.objects.filter(criteria_set=OuterRef("criteria_set"), rank__gt=OuterRef("grade__rank"))
    last = Q(grade__isnull=False, state__in=(State.RECOGNISED, State.DECLINED)) & ~Exists(weaker)
    told = dossiers.filter(cycle__year=year).with_last_action().annotate(is_unmet=_yes(lost), is_weakest=_yes(last))
    meant = Q(pk__in=[])
    for bar in bars:
        meant |= Q(Exact(F(GROUNDS[Bar(bar.bar)]), True), province=bar.province_id, cycle__programme=bar.programme_id)
    return told.filter(meant)


def _yes(condition: Q | Combinable) -> Case:
    return Case(When(condition, then=True), default=False, output_field=BooleanField())


def barred(unit_ids: Iterable[int], year: int) -> dict[int, list[str]]:
    """Why each of the units is not considered for awards for the year, a sentence a ground; two queries.

    Units that nothing bars are left out. A unit's dossier counts by the bars of the province it lay in that year.
    """
    bars = list(AwardBar.objects.in_year(year))
    if not bars:
        return {}
    dossiers = barring(Evaluation.objects.filter(unit__in=list(unit_ids)), bars, year)
    found: dict[int, list[str]] = {}
    for dossier in dossiers.select_related("cycle__programme", "grade").order_by("cycle__programme__code", "pk"):
        for bar in bars:
            held = (bar.province_id, bar.programme_id) == (dossier.province_id, dossier.cycle.programme_id)
            if held and getattr(dossier, GROUNDS[Bar(bar.bar)]):
                found.setdefault(dossier.unit_id, []).append(_sentence(dossier, bar))
    return found


def _sentence(dossier: Evaluation, bar: AwardBar) -> str:
    if bar.bar == Bar.WEAKEST:
        why = f"xếp loại {dossier.grade}, là loại thấp nhất"
    else:
        why = f"không đạt ({dossier.get_state_display()})"
    return f"Không xét khen thưởng: {dossier.cycle} {why}. Căn cứ: {bar.ground}."
