"""What a unit answered last year, as a suggestion for this year where the criterion is the same."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from criteria.enums import Measure
from criteria.judging.values import BadValue, CriterionSpec, Value, check
from criteria.packs.content import content_of
from criteria.packs.differences import same_codes
from criteria.queries import specs_of
from units.models import User

from ..enums import SENT
from ..judging.dossiers import answers_of
from ..models import Answer, Evaluation

CARRIED = (Measure.MUST, Measure.PERCENT, Measure.COUNT, Measure.POINTS)  # an event is this year's alone


@dataclass(frozen=True)
class Suggestion:
    """Last year's answer to the same criterion; nothing is stored until the officer saves it."""

    year: int
    value: Value
    then: Value  # what was answered, where only a part of it is suggested


def suggestions(dossier: Evaluation, user: User, answers: dict[str, Answer]) -> dict[str, Suggestion]:
    """The same for one dossier, by criterion code."""
    return suggestions_of([dossier], user, {dossier.pk: answers}).get(dossier.pk, {})


def suggestions_of(
    dossiers: Iterable[Evaluation], user: User, answers: Mapping[int, Mapping[str, Answer]]
) -> dict[int, dict[str, Suggestion]]:
    """Suggestions for what dossiers of one cycle have not answered, by dossier and criterion code; a fixed number of
    queries for dossiers of one set.

    Last year's dossier of the same unit and programme must have been sent and be the user's to read. What its
    appraisers answered goes before what the unit did. Of a trend only last
    year's figure is known: it is this year's "last year".
    """
    dossiers = list(dossiers)
    before = _last_year(dossiers, user)
    told = answers_of(before.values()) if before else {}
    codes: dict[tuple[int, int], dict[str, str]] = {}
    found = {}
    for dossier in dossiers:
        then = before.get(dossier.unit_id)
        if then is None or not told[then.pk]:
            continue
        sets = (then.criteria_set_id, dossier.criteria_set_id)
        if sets not in codes:
            codes[sets] = _same(then, dossier)
        found[dossier.pk] = _carried(dossier, then, told[then.pk], codes[sets], answers.get(dossier.pk, {}))
    return found


def _last_year(dossiers: list[Evaluation], user: User) -> dict[int, Evaluation]:
    """Last year's dossiers of the same units, by unit; one query."""
    if not dossiers:
        return {}
    cycle = dossiers[0].cycle
    rows = Evaluation.objects.visible_to(user).filter(
        unit__in=[one.unit_id for one in dossiers],
        cycle__programme=cycle.programme_id,
        cycle__year=cycle.year - 1,
        state__in=SENT,
    )
    rows = rows.select_related("criteria_set__document", "criteria_set__base", "cycle")
    return {one.unit_id: one for one in reversed(rows)}  # the first of a unit that has two stays


def _carried(
    dossier: Evaluation,
    before: Evaluation,
    told: Mapping[str, Answer],
    codes: Mapping[str, str],
    answers: Mapping[str, Answer],
) -> dict[str, Suggestion]:
    found = {}
    for line in specs_of(dossier.criteria_set):
        given = told.get(codes.get(line.code, ""))
        here = answers.get(line.code)
        if given is None or (here is not None and not here.own.is_empty):
            continue
        then = given.own if given.appraised.is_empty else given.appraised
        value = carried(line, then)
        if not value.is_empty:
            found[line.code] = Suggestion(before.cycle.year, value, then)
    return found


def _same(before: Evaluation, dossier: Evaluation) -> dict[str, str]:
    """New code → old code of the criteria that are the same in both dossiers' sets."""
    if before.criteria_set_id == dossier.criteria_set_id:
        return {line.code: line.code for line in specs_of(dossier.criteria_set)}
    return same_codes(content_of(before.criteria_set), content_of(dossier.criteria_set))


def carried(line: CriterionSpec, then: Value) -> Value:
    """What of last year's answer may be suggested for the criterion; an empty value for nothing."""
    if line.measure == Measure.TREND:
        return Value() if then.numerator is None else Value(denominator=then.numerator)
    if line.measure not in CARRIED:
        return Value()
    value = replace(then, excuse="")
    try:
        check(line, value)
    except BadValue:
        return Value()
    return value
