"""Handovers: made on an officer's page, printed, acknowledged by the successor."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.core.errors import Refused
from portal.core.web.once import once
from portal.core.web.pages import refusals_on

from .. import services
from ..forms import HandoverForm
from ..models import Handover, Placement
from ..permissions import may_end_placement


@require_http_methods(["GET", "HEAD", "POST"])
@once
def handover_make(request, pk):
    """Choose the successor and the last day of a placement; what is open there is shown before."""
    placements = Placement.objects.administered_by(request.user).select_related("user", "unit")
    placement = get_object_or_404(placements, pk=pk)
    if not may_end_placement(request.user, placement):
        raise Http404
    form = HandoverForm(request.POST or None, by=request.user)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            handover = services.hand_over(placement, by=request.user, **form.cleaned_data)
            messages.success(request, "Đã lập biên bản bàn giao. Hãy in, ký, và nhắc người nhận xác nhận trên cổng.")
            return redirect("units:handover_detail", pk=handover.pk)
    matters = [matter.row for matter in services.open_matters(placement)]
    context = {"placement": placement, "form": form, "matters": matters}
    return render(request, "units/handover_form.html", context, status=422 if form.errors else 200)


def _visible(request, pk: int) -> Handover:
    handovers = Handover.objects.visible_to(request.user).select_related(
        "ended__user", "ended__unit", "started__user", "started__unit", "by"
    )
    return get_object_or_404(handovers.distinct(), pk=pk)


@require_safe
def handover_detail(request, pk):
    """The record, as it was that day; it is made to be printed."""
    handover = _visible(request, pk)
    is_mine = handover.started.user_id == request.user.pk and handover.acknowledged_at is None
    return render(request, "units/handover_detail.html", {"handover": handover, "is_mine": is_mine})


@require_POST
def handover_acknowledge(request, pk):
    handover = _visible(request, pk)
    try:
        services.acknowledge_handover(handover, by=request.user)
    except Refused as refusal:
        messages.error(request, refusal.sentence)
    else:
        messages.success(request, "Đã xác nhận nhận bàn giao.")
    return redirect("units:handover_detail", pk=handover.pk)
