"""People and their placements, for the administrators of a place."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.core.errors import Refused
from portal.core.once import once

from .. import services
from ..filters import PlacementFilterSet
from ..forms import EndForm, PersonForm, PlacementForm
from ..models import Placement, Unit, User
from ..permissions import may_administer, may_end_placement

PER_PAGE = 50


def _require_administrator(request) -> None:
    if not may_administer(request.user):
        raise Http404


def _placements(request):
    return Placement.objects.administered_by(request.user).select_related("user", "unit", "unit__district")


@require_safe
def people(request):
    """Who holds which role within the administrator's place."""
    _require_administrator(request)
    placements = _placements(request).order_by("unit__sort_key", "role", "pk")
    found = PlacementFilterSet(request.GET, placements, request=request)
    valid = found.is_valid()
    page = Paginator(found.qs if valid else placements.none(), PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "units/people.html", {"filter": found, "page": page}, status=200 if valid else 422)


def _chosen_unit(request) -> Unit | None:
    """The unit whose page sent the reader here (`don_vi`), if it is the administrator's."""
    wanted = request.GET.get("don_vi", "")
    return Unit.objects.administered_by(request.user).filter(pk=wanted).first() if wanted.isdecimal() else None


@require_http_methods(["GET", "HEAD", "POST"])
@once
def person_add(request):
    """A new account with its first role; the one-time password is shown once, on the next page."""
    _require_administrator(request)
    form = PersonForm(request.POST or None, by=request.user, at=_chosen_unit(request))
    if request.method == "POST" and form.is_valid():
        try:
            person, password = services.create_person(**form.cleaned_data, by=request.user)
        except Refused as refusal:
            form.add_error(None, refusal.sentence)
        else:
            messages.success(
                request,
                f"Đã tạo tài khoản {person.username}. Mật khẩu dùng một lần: {password} "
                "– chỉ hiện lần này, hãy trao tận tay người dùng.",
            )
            return redirect("units:person_detail", pk=person.pk)
    return render(request, "units/person_form.html", {"form": form}, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@once
def person_detail(request, pk):
    """A person's roles within the administrator's place, past ones too; a POST gives one more."""
    _require_administrator(request)
    placements = _placements(request)
    person = get_object_or_404(User.objects.filter(pk__in=placements.values("user")), pk=pk)
    form = PlacementForm(request.POST or None, by=request.user, at=_chosen_unit(request))
    if request.method == "POST" and form.is_valid():
        try:
            placement = services.place_person(person, **form.cleaned_data, by=request.user)
        except Refused as refusal:
            form.add_error(None, refusal.sentence)
        else:
            messages.success(request, f"Đã phân công {person}: {placement}.")
            return redirect("units:person_detail", pk=person.pk)
    placements = placements.filter(user=person).select_related("placed_by", "ended_by").order_by("-valid_from", "-pk")
    context = {"person": person, "placements": placements, "form": form, "is_self": person.pk == request.user.pk}
    return render(request, "units/person_detail.html", context, status=422 if form.errors else 200)


@require_POST
def password_reset(request, pk):
    """A new one-time password for somebody placed within the administrator's place, shown once."""
    _require_administrator(request)
    person = get_object_or_404(User.objects.filter(pk__in=_placements(request).values("user")), pk=pk)
    try:
        password = services.reset_password(person, by=request.user)
    except Refused as refusal:
        messages.error(request, refusal.sentence)
    else:
        messages.success(
            request,
            f"Mật khẩu dùng một lần của {person.username}: {password} – chỉ hiện lần này, hãy trao tận tay người dùng.",
        )
    return redirect("units:person_detail", pk=person.pk)


@require_http_methods(["GET", "HEAD", "POST"])
def placement_end(request, pk):
    """Name the last day of a placement, or (`ngay`) withdraw it at this moment."""
    _require_administrator(request)
    placement = get_object_or_404(_placements(request), pk=pk)
    if not may_end_placement(request.user, placement):
        raise Http404
    form = EndForm(request.POST or None)
    if request.method == "POST":
        at_once = "ngay" in request.POST
        if at_once or form.is_valid():
            try:
                if at_once:
                    services.withdraw_placement(placement, by=request.user)
                else:
                    services.end_placement(placement, by=request.user, on=form.cleaned_data["on"])
            except Refused as refusal:
                form.add_error(None, refusal.sentence)
            else:
                messages.success(request, f"Đã kết thúc phân công: {placement}.")
                return redirect("units:person_detail", pk=placement.user_id)
    context = {"placement": placement, "form": form}
    return render(request, "units/placement_end.html", context, status=422 if form.errors else 200)
