"""The decision that a recognition stands though its ground fell later."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from portal.core.errors import Refused
from portal.core.web.once import once
from portal.core.web.pages import refuse

from .. import permissions, services
from ..forms import KeepForm
from .dossiers import dossier_context, get_dossier


@require_POST
@once
def recognition_keep(request, pk):
    """Keep the recognition, with the day and the reason; for who may also take it back."""
    dossier = get_dossier(request, pk)
    if not permissions.may_revoke(request.user, dossier):
        raise Http404
    form = KeepForm(request.POST)
    refused = None
    if form.is_valid():
        try:
            services.keep_recognition(dossier, **form.cleaned_data, by=request.user)
            messages.success(request, f"Đã ghi quyết định giữ công nhận của {dossier.listed_name}.")
            return redirect("evaluations:detail", pk=pk)
        except Refused as refusal:
            form.add_error(None, refusal.sentence)
            refused = refusal
    context = dossier_context(request, get_dossier(request, pk), keeping=form)
    # nothing is asked any more: the page has no form left to tell it on
    return refuse(request, "evaluations/evaluation_detail.html", context, None if context["keeping"] else refused)
