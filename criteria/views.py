"""Pages on criteria sets: which there are, and one of them as a table."""

from itertools import groupby

from django import forms
from django.db.models import Count, Q
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from . import sheet
from .enums import Measure, Outcome, SetStatus
from .filters import CriteriaSetFilterSet
from .models import CriteriaSet

STATUS_TONES = {SetStatus.DRAFT: "warn", SetStatus.PUBLISHED: "ok", SetStatus.RETIRED: "muted"}


class WordsForm(forms.Form):
    q = forms.CharField(label="Tìm trong bộ tiêu chí", max_length=100, required=False)


@require_safe
def criteria_list(request):
    """Criteria sets by programme, the newest years first."""
    measured = Count("criteria", filter=~Q(criteria__measure=Measure.GROUP))
    sets = CriteriaSet.objects.visible_to(request.user).select_related("programme", "document")
    filters = CriteriaSetFilterSet(request.GET, sets.annotate(criteria_count=measured), request=request)
    rows = sorted(filters.qs, key=lambda one: (one.programme.name, -one.first_year, one.code, -one.version))
    programmes = [
        (programme, [(one, sheet.years(one), STATUS_TONES[one.status]) for one in together])
        for programme, together in groupby(rows, key=lambda one: one.programme)
    ]
    return render(request, "criteria/criteria_list.html", {"filters": filters, "programmes": programmes})


@require_safe
def criteria_detail(request, pk):
    """One set as a table with its routes and dates; `q` looks for words without their marks."""
    sets = CriteriaSet.objects.visible_to(request.user).select_related("programme", "document")
    criteria_set = get_object_or_404(sets, pk=pk)
    form = WordsForm(request.GET)
    words = form.cleaned_data["q"] if form.is_valid() else ""
    context = {
        "criteria_set": criteria_set,
        "form": form,
        "words": words,
        "lines": sheet.lines(criteria_set, words),
        "ways": sheet.ways(criteria_set, timezone.localdate()),
        "excluded": sheet.excluded(criteria_set),
        "window": sheet.window(criteria_set),
        "years": sheet.years(criteria_set),
        "status_tone": STATUS_TONES[criteria_set.status],
        "keeps_results_only": criteria_set.outcome == Outcome.RESULTS_ONLY,
    }
    return render(request, "criteria/criteria_detail.html", context)
