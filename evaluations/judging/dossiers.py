"""A dossier with all that judging it takes: read once, for one or for many, and judged on either side.

Page, grid, cell, workflow, sitting and list of years in danger ask here, so that no two of them can disagree.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property

from django.db.models import F

from criteria.judging.values import CriterionSpec, Value
from criteria.judging.verdicts import EMPTY, Finding, Results, Rule, Verdict, judge
from criteria.queries import rule_of, specs_of

from ..enums import Side
from ..models import Answer, Evaluation
from .below import Below, counts_below, derived_values, say_what_is_waited_for
from .results import results_required
from .timing import out_of_time, registering_days, with_timing


@dataclass
class JudgedDossier:
    """One dossier: its set's criteria and rule, what was answered, and what the portal knows itself."""

    dossier: Evaluation
    criteria: tuple[CriterionSpec, ...]
    rule: Rule
    answers: dict[str, Answer]  # by criterion code
    below: Below  # counts of the units it manages, by kind
    results: Results  # settled ones of other programmes that the rule requires
    late: tuple[Finding, ...] = ()  # what it dates out of time
    _verdicts: dict[str, Verdict] = field(default_factory=dict)

    @cached_property
    def derived(self) -> dict[str, Value]:
        """The answers the portal gives itself, the same on both sides."""
        return derived_values(self.criteria, self.below)

    @property
    def side(self) -> Side:
        """The side that stands: the appraisers' once they have finished, the unit's own until then."""
        return Side.APPRAISED if self.dossier.appraised_by_id else Side.OWN

    def value(self, code: str, side: str) -> Value:
        """What was answered, or derived; empty for no answer."""
        if code in self.derived:
            return self.derived[code]
        answer = self.answers.get(code)
        return answer.on(side) if answer else EMPTY

    def verdict(self, side: str) -> Verdict:
        """The verdict on that side's answers; judged once."""
        if side not in self._verdicts:
            values = {
                code: getattr(answer, side) for code, answer in self.answers.items()
            }  # the side names the property
            verdict = judge(self.criteria, values | self.derived, self.rule, self.results)
            verdict = say_what_is_waited_for(verdict, self.criteria, self.below)
            self._verdicts[side] = with_timing(verdict, self.late, self.dossier, side)
        return self._verdicts[side]


def answers_of(dossiers: Iterable[Evaluation]) -> dict[int, dict[str, Answer]]:
    """Stored answers of each dossier by criterion code; one query."""
    found: dict[int, dict[str, Answer]] = {dossier.pk: {} for dossier in dossiers}
    for answer in Answer.objects.filter(evaluation__in=found).annotate(code=F("criterion__code")):
        found[answer.evaluation_id][answer.code] = answer
    return found


def judged_dossiers(dossiers: Iterable[Evaluation]) -> dict[int, JudgedDossier]:
    """The dossiers, ready to be judged, by id. They come with `cycle` and `criteria_set__document` selected.

    A fixed number of queries for any number of them: answers; the communes' units where a set derives from them;
    results of other programmes where a set requires them; days to register where a dossier dates its papers.
    """
    dossiers = list(dossiers)
    answers = answers_of(dossiers)
    below = counts_below(dossiers)
    results = results_required(dossiers)
    days = registering_days(dossiers)
    return {
        dossier.pk: JudgedDossier(
            dossier=dossier,
            criteria=specs_of(dossier.criteria_set),
            rule=rule_of(dossier.criteria_set),
            answers=answers[dossier.pk],
            below=below.get(dossier.pk, {}),
            results=results.get(dossier.pk, {}),
            late=out_of_time(dossier, days.get(dossier.route_id)),
        )
        for dossier in dossiers
    }


def judged_dossier(dossier: Evaluation) -> JudgedDossier:
    """The same for one."""
    return judged_dossiers([dossier])[dossier.pk]
