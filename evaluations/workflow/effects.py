"""What a move does beside the state: columns it stamps, and what it works out anew."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import BigIntegerField, Case, F, QuerySet, Value, When
from django.db.models.functions import Now, TruncDate

from criteria.models import Grade
from units.models import Unit, User

from ..enums import Action, Side
from ..judging import filled
from ..models import ACTING, Evaluation, Event
from .obstacles import Moving

PLACES_A_STATEMENT = 200


def registered(by: User | None) -> dict[str, Any]:
    return {"registered_on": TruncDate(Now())}


def submitted(by: User | None) -> dict[str, Any]:
    return {"submitted_by": by, "submitted_at": Now(), "is_being_appraised": False}


def sent_from(dossiers: Iterable[Evaluation]) -> dict[int, str]:
    """The state each was last sent from: one sent back before comes back as such, with its reason. One query."""
    sent = Event.objects.filter(evaluation__in=[one.pk for one in dossiers], action=Action.SUBMIT).order_by("at", "pk")
    return dict(sent.values_list("evaluation", "source"))


def sent_unconfirmed(moving: Moving) -> str:
    """Filled values it goes with though nobody has confirmed them: its log keeps that, confirmed later or not."""
    numbers = ", ".join(line.number for line in filled.unconfirmed(moving.judged))
    return f"Khi gửi: {filled.counted(moving.judged)}: tiêu chí {numbers}." if numbers else ""


def appraised(by: User | None) -> dict[str, Any]:
    return {"appraised_by": by, "appraised_at": Now()}


def conclude(dossiers: Iterable[Evaluation], moving: Mapping[int, Moving]) -> None:
    """Keep what the verdict came to beside the state: the grade and points, or how many criteria were met."""
    verdicts = {dossier.pk: moving[dossier.pk].judged.verdict(Side.APPRAISED) for dossier in dossiers}
    counted = [dossier for dossier in dossiers if verdicts[dossier.pk].tally]
    if not counted:
        return
    rows = Grade.objects.filter(criteria_set__in={dossier.criteria_set_id for dossier in counted})
    grades = {(one.criteria_set_id, one.rank): one for one in rows}
    for dossier in counted:
        verdict = verdicts[dossier.pk]
        dossier.grade = grades[dossier.criteria_set_id, verdict.grade.rank] if verdict.grade else None
        dossier.points, dossier.met_count = verdict.points, verdict.met_count
    Evaluation.objects.bulk_update(counted, ["grade", "points", "met_count"], batch_size=500)


def wake(dossiers: Iterable[Evaluation], moving: Mapping[int, Moving]) -> None:
    """A dossier that was final is worked on again: where the place that acts has ended meanwhile, its heir does."""
    Evaluation.objects.bulk_update(hand_on(dossiers), ACTING, batch_size=500)


def hand_on(dossiers: Iterable[Evaluation]) -> list[Evaluation]:
    """Let who took over act where the acting place has ended; returns those that changed, none saved. One query."""
    dossiers = list(dossiers)
    acting = {getattr(dossier, f"{column}_id") for dossier in dossiers for column in ACTING}
    return pass_to_heirs(dossiers, Unit.objects.filter(pk__in=acting).heirs())


def pass_to_heirs(dossiers: Iterable[Evaluation], heirs: Mapping[int, int]) -> list[Evaluation]:
    """Put the heirs (by id of the ended place) in the acting columns; returns the dossiers that changed, none saved."""
    changed = []
    for dossier in dossiers:
        before = [getattr(dossier, f"{column}_id") for column in ACTING]
        after = [heirs.get(place, place) for place in before]
        if after == before:
            continue
        for column, place in zip(ACTING, after, strict=True):
            setattr(dossier, f"{column}_id", place)
        changed.append(dossier)
    return changed


def reassign(dossiers: QuerySet[Evaluation], heirs: Mapping[int, int]) -> None:
    """The same written in SQL, for as many as there are: a statement an acting column and batch of ended places."""
    olds = list(heirs)
    for column in ACTING:
        for start in range(0, len(olds), PLACES_A_STATEMENT):
            some = olds[start : start + PLACES_A_STATEMENT]
            heir = Case(
                *(When(**{column: old}, then=Value(heirs[old], BigIntegerField())) for old in some),
                default=F(column),
                output_field=BigIntegerField(),
            )
            dossiers.filter(**{f"{column}__in": some}).update(**{column: heir})
