"""What ends a row of years: the condition in SQL and the rule of one unit's states say the same of every state."""

from itertools import product

import pytest
from django.db.models import Case, When

from criteria.enums import MissingYear
from evaluations.enums import NOT_MET, State
from evaluations.models import Evaluation
from evaluations.streaks.breaking import breaks, broken
from tests.evaluations.streaks.results import RECOGNISED, areas, make_rule, record

pytestmark = pytest.mark.both  # conditions over counts in SQL


@pytest.mark.parametrize("missing", MissingYear)
def test_both_ways_say_the_same_of_every_pair_of_states(place, missing):
    rule, year = make_rule(missing=missing), 2020
    pairs = list(product([None, *State], repeat=2))  # one of each programme; None is no dossier
    units = areas(place, len(pairs))
    for at, programme in enumerate(("safety", "da375")):
        states = {unit: pair[at] for unit, pair in zip(units, pairs, strict=True) if pair[at]}
        record(place, year, dict.fromkeys(states, RECOGNISED), programme=programme)
        for unit, state in states.items():
            Evaluation.objects.filter(unit=unit, cycle__programme__code=programme).update(state=state)
    is_ended = Case(When(broken(rule, year), then=True), default=False)
    ended = dict(place.children.annotate(is_ended=is_ended).values_list("pk", "is_ended"))
    held = {unit.pk: set(pair) - {None} for unit, pair in zip(units, pairs, strict=True)}
    assert ended == {pk: breaks(rule, states) for pk, states in held.items()}


@pytest.mark.parametrize(
    ("states", "always", "judged"),
    [
        ((), True, False),
        ((State.RECOGNISED, State.DECLINED), False, False),
        ((State.WITHDRAWN,), True, False),
        *(((state,), True, True) for state in NOT_MET),
    ],
)
def test_what_breaks(place, states, always, judged):
    rules = [make_rule(f"LT-{missing}", missing=missing) for missing in (MissingYear.BREAKS, MissingYear.SKIPPED)]
    assert [breaks(rule, states) for rule in rules] == [always, judged]
