"""Steering committees and their seats."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Case, Count, When
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.core.errors import Refused
from portal.core.once import once

from .. import services, text
from ..enums import LEVELS
from ..forms import EndForm, SeatForm
from ..models import Committee, Seat, on
from ..permissions import may_seat

PER_PAGE = 50


@require_safe
def committee_list(request):
    """Committees in office within the user's place, the highest level first."""
    words, level = request.GET.get("q", "")[:100], request.GET.get("cap", "")
    seated = Count("seats", filter=on(prefix="seats__"))
    committees = Committee.objects.visible_to(request.user).in_office().select_related("unit__district")
    if words:
        committees = committees.filter(unit__search_key__contains=text.search_key(words))
    if level in LEVELS:
        committees = committees.filter(unit__kind=level)
    highest_first = Case(*(When(unit__kind=kind, then=place) for place, kind in enumerate(LEVELS)))
    committees = committees.annotate(seated=seated).order_by(highest_first, "unit__sort_key", "pk")
    page = Paginator(committees, PER_PAGE).get_page(request.GET.get("page"))
    levels = [(kind.value, kind.label, kind.value == level) for kind in LEVELS]
    return render(request, "units/committee_list.html", {"page": page, "q": words, "levels": levels})


@require_http_methods(["GET", "HEAD", "POST"])
@once
def committee_detail(request, pk):
    """A committee with its members of today and of before; a POST by an administrator gives a seat."""
    committee = get_object_or_404(Committee.objects.visible_to(request.user).select_related("unit__district"), pk=pk)
    may_change = may_seat(request.user, committee)
    if request.method == "POST" and not may_change:
        raise Http404
    form = SeatForm(request.POST or None, committee=committee) if may_change else None
    if request.method == "POST" and form and form.is_valid():
        try:
            services.seat(committee, **form.cleaned_data, by=request.user)
        except Refused as refusal:
            form.add_error(None, refusal.sentence)
        else:
            messages.success(request, "Đã thêm thành viên của Ban.")
            return redirect("units:committee_detail", pk=committee.pk)
    seats = committee.seats.select_related("user").order_by("valid_from", "pk")
    context = {
        "committee": committee,
        "seats": seats.filter(on()),
        "past": seats.exclude(on()),
        "form": form,
        "may_change": may_change,
    }
    return render(request, "units/committee_detail.html", context, status=422 if form and form.errors else 200)


@require_POST
def seat_end(request, pk):
    """Name the last day of a seat."""
    visible = Committee.objects.visible_to(request.user)
    seat = get_object_or_404(Seat.objects.filter(committee__in=visible).select_related("committee__unit"), pk=pk)
    if not may_seat(request.user, seat.committee):
        raise Http404
    form = EndForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Chưa đọc được ngày cuối cùng. Hãy chọn lại ngày.")
        return redirect("units:committee_detail", pk=seat.committee_id)
    try:
        services.end_seat(seat, by=request.user, on=form.cleaned_data["on"])
        messages.success(request, "Đã ghi ngày thôi giữ chức vụ trong Ban.")
    except Refused as refusal:
        messages.error(request, refusal.sentence)
    return redirect("units:committee_detail", pk=seat.committee_id)
