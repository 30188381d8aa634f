"""The appraisers' decision on papers dated out of time."""

from django.contrib import messages
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from portal.core.web.pages import refusals_on, refuse

from .. import services
from ..forms import TimingForm
from .dossiers import dossier_context, get_dossier


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
