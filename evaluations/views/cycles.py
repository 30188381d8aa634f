"""Opening and locking a programme's year."""

from django.contrib import messages
from django.db.models import Count, Q
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from portal.core.errors import Refused
from portal.core.web.once import once
from portal.core.web.pages import page_of, refuse

from .. import permissions, services
from ..enums import NOT_REGISTERED, CycleAction, State
from ..forms import CycleForm, LockForm
from ..models import Cycle
from ..queries.quotas import with_selection


@require_safe
def cycle_list(request):
    cycles = (
        with_selection(Cycle.objects.visible_to(request.user))
        .select_related("programme", "province", "locked_by")
        .annotate(
            roster=Count("evaluations"),
            registered=Count("evaluations", filter=~Q(evaluations__state__in=NOT_REGISTERED)),
            recognised=Count("evaluations", filter=Q(evaluations__state=State.RECOGNISED)),
        )
        .order_by("-year", "programme", "pk")
    )
    return render(
        request,
        "evaluations/cycle_list.html",
        {"page": page_of(cycles, request), "province": permissions.own_province(request.user)},
    )


@require_http_methods(["GET", "HEAD", "POST"])
@once
def cycle_open(request):
    province = permissions.own_province(request.user)
    if province is None:
        raise Http404
    today = timezone.localdate()
    form = CycleForm(request.POST or None, initial={"year": today.year, "as_of": today})
    context = {"form": form, "province": province}
    if request.method != "POST":
        return render(request, "evaluations/cycle_open.html", context)
    if not form.is_valid():
        return refuse(request, "evaluations/cycle_open.html", context)
    data = form.cleaned_data
    try:
        cycle = services.open_cycle(data["programme"], province, data["year"], as_of=data["as_of"], by=request.user)
    except Refused as refusal:
        form.add_error(None, refusal.sentence)
        return refuse(request, "evaluations/cycle_open.html", context)
    messages.success(request, f"Đã mở {cycle}: {cycle.evaluations.count()} đơn vị thuộc diện xét.")
    return redirect("evaluations:cycle_list")


@require_http_methods(["GET", "HEAD", "POST"])
@once
def cycle_close(request, pk):
    return _turn_key(request, pk, CycleAction.LOCK, services.close_cycle)


@require_http_methods(["GET", "HEAD", "POST"])
@once
def cycle_reopen(request, pk):
    return _turn_key(request, pk, CycleAction.UNLOCK, services.reopen_cycle)


def _turn_key(request, pk: int, action: CycleAction, turn):
    """Lock or unlock the year with a reason; the page shows who did so before, when and why."""
    cycle = get_object_or_404(Cycle.objects.visible_to(request.user).select_related("programme", "province"), pk=pk)
    if not permissions.may_open_cycle(request.user, cycle.province):
        raise Http404
    form = LockForm(request.POST or None)
    events = cycle.events.order_by("-at", "-pk")
    context = {"cycle": cycle, "form": form, "action": action, "events": events, "locks": action == CycleAction.LOCK}
    if request.method != "POST":
        return render(request, "evaluations/cycle_lock.html", context)
    try:
        if form.is_valid():
            turn(cycle, reason=form.cleaned_data["reason"], by=request.user)
            messages.success(request, f"Đã {action.label.lower()} {cycle}.")
            return redirect("evaluations:cycle_list")
    except Refused as refusal:
        form.add_error(None, refusal.sentence)
    return refuse(request, "evaluations/cycle_lock.html", context)
