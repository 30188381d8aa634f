"""Opening and locking a programme's year."""

from django.contrib import messages
from django.db.models import Count, Q
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.core.errors import Refused
from portal.core.once import once
from units.enums import UnitKind
from units.models import Unit

from .. import permissions, services
from ..enums import NOT_REGISTERED, State
from ..forms import CycleForm
from ..models import Cycle
from ..selection import with_selection
from .pages import page_of, refuse


def my_province(user) -> Unit | None:
    """The province whose years the user opens."""
    return next(
        (
            place
            for place in user.places()
            if place.kind == UnitKind.PROVINCE and permissions.may_open_cycle(user, place)
        ),
        None,
    )


@require_safe
def cycle_list(request):
    cycles = (
        with_selection(Cycle.objects.visible_to(request.user))
        .select_related("programme", "province")
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
        {"page": page_of(cycles, request), "province": my_province(request.user)},
    )


@require_http_methods(["GET", "HEAD", "POST"])
@once
def cycle_open(request):
    province = my_province(request.user)
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


@require_POST
def cycle_close(request, pk):
    cycle = get_object_or_404(Cycle.objects.visible_to(request.user).select_related("province"), pk=pk)
    if not permissions.may_open_cycle(request.user, cycle.province):
        raise Http404
    try:
        services.close_cycle(cycle, by=request.user)
    except Refused as refusal:
        messages.error(request, refusal.sentence)
    else:
        messages.success(request, f"Đã khoá sổ {cycle}.")
    return redirect("evaluations:cycle_list")
