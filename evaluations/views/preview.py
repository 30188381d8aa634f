"""The entry form of a criteria set as an officer will see it, and a trial of its judgement: nothing is stored."""

from dataclasses import dataclass, replace

from django import forms
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from criteria.enums import Measure, Outcome
from criteria.judging.values import BadValue, CriterionSpec, Value, check
from criteria.judging.verdicts import PreconditionSpec, Result, Rule, judge
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


@require_http_methods(["GET", "HEAD", "POST"])
def preview(request, pk):
    """The set's entry form, of drafts too; a POST judges what was typed and stores nothing."""
    sets = CriteriaSet.objects.visible_to(request.user).select_related("programme", "document")
    criteria_set = get_object_or_404(sets, pk=pk)
    data = request.POST if request.method == "POST" else None
    rule = rule_of(criteria_set)
    entries = [_entry(criterion, data) for criterion in specs_of(criteria_set)]
    results = ResultsForm(rule, data)
    context = {
        "criteria_set": criteria_set,
        "entries": entries,
        "results": results if rule.preconditions else None,
        "keeps_results_only": criteria_set.outcome == Outcome.RESULTS_ONLY,
    }
    if data is None:
        return render(request, "evaluations/preview.html", context)
    trials = [one.form for one in entries if one.form]
    wrong = [form for form in (*trials, results) if not form.is_valid()]
    if not wrong:
        values = {form.criterion.code: form.answer for form in trials}
        supposed = results.results(timezone.localdate().year)
        context["verdict"] = judge([one.criterion for one in entries], values, rule, supposed)
    return render(request, "evaluations/preview.html", context | {"wrong": wrong}, status=422 if wrong else 200)


def _entry(criterion: CriterionSpec, data) -> TrialLine:
    form = None if criterion.measure == Measure.GROUP else TrialForm(criterion, data)
    return TrialLine(criterion, form, is_derived=criterion.measure == Measure.DERIVED)
