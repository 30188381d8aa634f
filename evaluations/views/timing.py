"""The dates of a dossier's papers, entered by the unit, and the appraisers' decision on those out of time."""

from django.contrib import messages
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from portal.core.web.pages import refusals_on, refuse

from .. import services
from ..enums import Side
from ..forms import DatesForm, TimingForm
from ..judging.dossiers import judged_dossier
from .dossiers import dossier_context, get_dossier
from .entry import entries_of


@require_POST
def evaluation_dates(request, pk):
    """When the unit registered, and when and by whom its resolution was issued."""
    dossier = get_dossier(request, pk)
    form = DatesForm(request.POST)
    if form.is_valid():
        with refusals_on(form):
            services.record_dates(dossier, **form.cleaned_data, by=request.user)
            messages.success(request, "Đã lưu ngày đăng ký, nghị quyết.")
            return redirect("evaluations:entry", pk=pk)
    judged = judged_dossier(dossier)
    context = {"dossier": dossier, "entries": entries_of(judged, request.user), "dates": form}
    context["verdict"] = judged.verdict(Side.OWN)
    return refuse(request, "evaluations/evaluation_entry.html", context)


@require_POST
def evaluation_timing(request, pk):
    """Accept what is out of time, or not, with the reason."""
    dossier = get_dossier(request, pk)
    form = TimingForm(request.POST)
    if form.is_valid():
        with refusals_on(form):
            services.decide_timing(dossier, **form.cleaned_data, by=request.user)
            messages.success(request, "Đã ghi quyết định về thời hạn.")
            return redirect("evaluations:detail", pk=pk)
    return refuse(request, "evaluations/evaluation_detail.html", dossier_context(request, dossier) | {"timing": form})
