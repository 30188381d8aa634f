"""The entry form of a criteria set as an officer will see it, and a trial of its judgement: nothing is stored."""

from dataclasses import dataclass, replace
from typing import Any

from django import forms
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from criteria.enums import Measure, Outcome
from criteria.judging.values import BadValue, CriterionSpec, Value, check
from criteria.judging.verdicts import PreconditionSpec, Result, Rule, Verdict, judge
from criteria.models import CriteriaSet
from criteria.queries import rule_of, specs_of

from ..forms import AnswerForm

UNKNOWN, RECOGNISED, NOT_RECOGNISED = "", "yes", "no"


class TrialForm(AnswerForm):
    """One criterion of the trial; what the portal itself counts is typed here as two numbers."""

    def __init__(self, criterion: CriterionSpec, data=None):
        typed = replace(criterion, measure=Measure.PERCENT.value) if criterion.measure == Measure.DERIVED else criterion
        super().__init__(typed, Value(), version=0, note="", data=data)
        for name in ("version", "note"):
            del self.fields[name]

    def clean(self):
        """An answer that could not be saved is told beside its criterion, as when it is entered."""
        data = super().clean()
        if not self.errors:
            try:
                check(self.criterion, self.answer)
            except BadValue as bad:
                self.add_error(None, bad.sentence)
        return data


class ResultsForm(forms.Form):
    """Results of other programmes that the set requires, as the trial supposes them."""

    def __init__(self, rule: Rule, data=None):
        super().__init__(data, prefix="dieu-kien")
        self.required = rule.preconditions
        ranks = [one.rank for one in rule.grades]
        for place, one in enumerate(rule.preconditions):
            self.fields[str(place)] = forms.ChoiceField(label=one.label, choices=_choices(one, ranks), required=False)

    def results(self, year: int) -> dict[tuple[str, int], Result]:
        """What was chosen, by programme and years back; only after is_valid()."""
        told = {}
        for place, one in enumerate(self.required):
            chosen = self.cleaned_data[str(place)]
            if chosen == UNKNOWN:
                continue
            rank = int(chosen) if chosen.isdecimal() else None
            label = f"xếp loại bậc {rank}" if rank else ""
            told[one.programme, one.years_back] = Result(year - one.years_back, chosen != NOT_RECOGNISED, rank, label)
        return told


def _choices(one: PreconditionSpec, ranks: list[int]) -> list[tuple[str, str]]:
    good = [(RECOGNISED, "Được công nhận")]
    if one.worst_rank:
        worst = max([one.worst_rank + 1, *ranks])
        good = [(str(rank), f"Xếp loại bậc {rank}") for rank in range(1, worst + 1)]
    return [(UNKNOWN, "Chưa có kết quả"), *good, (NOT_RECOGNISED, "Không được công nhận")]


@dataclass(frozen=True)
class TrialLine:
    """One line of the form; a group has none."""

    criterion: CriterionSpec
    form: TrialForm | None
    is_derived: bool = False


class Trial:
    """A set's entry form filled in and judged outside any dossier: what is typed is in the request and nowhere else."""

    def __init__(self, criteria_set: CriteriaSet, data=None):
        self.rule = rule_of(criteria_set)
        self.entries = [_entry(criterion, data) for criterion in specs_of(criteria_set)]
        self.results = ResultsForm(self.rule, data)
        self.wrong: list[forms.Form] = []
        self.verdict: Verdict | None = None
        if data is not None:
            self._judge()

    def _judge(self) -> None:
        trials = [one.form for one in self.entries if one.form]
        self.wrong = [form for form in (*trials, self.results) if not form.is_valid()]
        if not self.wrong:
            values = {form.criterion.code: form.answer for form in trials}
            supposed = self.results.results(timezone.localdate().year)
            self.verdict = judge([one.criterion for one in self.entries], values, self.rule, supposed)

    @property
    def context(self) -> dict:
        """What the templates show of it."""
        told: dict[str, Any] = {"entries": self.entries, "results": self.results if self.rule.preconditions else None}
        told["wrong"] = self.wrong
        return told | ({"verdict": self.verdict} if self.verdict else {})

    @property
    def status(self) -> int:
        return 422 if self.wrong else 200


def posted(request):
    """What was typed, or nothing where the form is only opened."""
    return request.POST if request.method == "POST" else None


@require_http_methods(["GET", "HEAD", "POST"])
def preview(request, pk):
    """The set's entry form, of drafts too; a POST judges what was typed and stores nothing."""
    sets = CriteriaSet.objects.visible_to(request.user).select_related("programme", "document")
    criteria_set = get_object_or_404(sets, pk=pk)
    trial = Trial(criteria_set, posted(request))
    context = {"criteria_set": criteria_set, "keeps_results_only": criteria_set.outcome == Outcome.RESULTS_ONLY}
    return render(request, "evaluations/preview.html", context | trial.context, status=trial.status)


def _entry(criterion: CriterionSpec, data) -> TrialLine:
    form = None if criterion.measure == Measure.GROUP else TrialForm(criterion, data)
    return TrialLine(criterion, form, is_derived=criterion.measure == Measure.DERIVED)
