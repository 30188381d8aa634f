"""What a unit answered last year, as a suggestion for this year where the criterion is the same."""

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
    """Suggestions by criterion code for what this year has not answered; a fixed number of queries.

    Last year's dossier of the same unit and programme must have been sent and be the user's to read. What its
    appraisers answered goes before what the unit did. Of a trend only last
    year's figure is known: it is this year's "last year".
    """
    before = (
        Evaluation.objects.visible_to(user)
        .filter(
            unit=dossier.unit_id,
            cycle__programme=dossier.cycle.programme_id,
            cycle__year=dossier.cycle.year - 1,
            state__in=SENT,
        )
        .select_related("criteria_set__document", "criteria_set__base", "cycle")
        .first()
    )
    if before is None:
        return {}
    told = answers_of([before])[before.pk]
    if not told:
        return {}
    codes = _same(before, dossier)
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
