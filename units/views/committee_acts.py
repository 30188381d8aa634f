"""Committees founded, founded wherever one is missing, renamed, ended and resumed, by administrators of the place."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from portal.core.vietnamese.figures import grouped
from portal.core.web.once import once
from portal.core.web.pages import refusals_on, seen_again

from .. import services
from ..enums import LEVELS, Role, UnitKind
from ..forms import CommitteeChangeForm, CommitteeForm, CommitteesForm, DayForm, GroundForm, LastDayForm
from ..models import Committee, Unit
from ..permissions import may_administer, may_seat
from ..queries import placed

SHOWN = 200  # names of a page that lists what is missing


def _require_administrator(request) -> None:
    if not may_administer(request.user):
        raise Http404


def _own_committee(request, pk: int) -> Committee:
    """The committee, for an administrator of its place; 404 for everybody else."""
    visible = Committee.objects.visible_to(request.user).select_related("unit")
    committee = get_object_or_404(visible, pk=pk)
    if not may_seat(request.user, committee):
        raise Http404
    return committee


def _chosen_unit(request) -> Unit | None:
    wanted = request.GET.get("don_vi", "")
    return Unit.objects.administered_by(request.user).filter(pk=wanted).first() if wanted.isdecimal() else None


@require_http_methods(["GET", "HEAD", "POST"])
@once
def committee_add(request):
    """Found one committee; then its members are entered on its own page."""
    _require_administrator(request)
    form = CommitteeForm(request.POST or None, by=request.user, at=_chosen_unit(request))
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        with refusals_on(form):
            made = services.found_committee(
                data["unit"],
                by=request.user,
                kind=data["kind"],
                rules=form.rules,
                valid_from=data["valid_from"],
                valid_to=data["valid_to"],
                name=data["name"],
            )
            messages.success(request, f"Đã lập {made}. Hãy thêm thành viên của Ban.")
            return redirect("units:committee_detail", pk=made.pk)
    return render(request, "units/committee_form.html", {"form": form}, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@once
def committees_add(request):
    """One act for every unit of a level that has no committee on the day; the page names them first."""
    _require_administrator(request)
    form = CommitteesForm(request.POST or None, initial=_initial(request))
    level, day = _asked_level(request), timezone.localdate()
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        level, day = data["level"], data["valid_from"]
        with refusals_on(form):
            made = services.place_committees(
                _without(request.user, level, day),
                kind=data["kind"],
                rules=form.rules,
                prefix=data["called"],
                on=day,
                by=request.user,
            )
            if made:
                messages.success(request, f"Đã lập {grouped(len(made))} Ban. Hãy nhập thành viên của từng Ban.")
            else:
                messages.info(request, "Không có đơn vị nào còn thiếu Ban, nên chưa lập Ban nào.")
            return redirect("units:committee_list")
    missing = _without(request.user, level, day)
    names = placed(missing[:SHOWN])
    context = {
        "form": form,
        "level": UnitKind(level).label,
        "levels": [(kind.value, kind.label, kind == level) for kind in (*LEVELS, UnitKind.RESIDENTIAL_AREA)],
        "missing": [names[unit.pk] for unit in missing[:SHOWN]],
        "many": len(missing),
    }
    return render(request, "units/committees_form.html", context, status=422 if form.errors else 200)


def _asked_level(request) -> str:
    asked = request.GET.get("cap", "")
    return asked if asked in dict(CommitteesForm.KINDS) else UnitKind.COMMUNE


def _initial(request) -> dict:
    asked = DayForm(request.GET)
    day = asked.cleaned_data["ngay"] if asked.is_valid() else None
    return {"level": _asked_level(request)} | ({"valid_from": day} if day else {})


def _without(user, level: str, day) -> list[Unit]:
    """The administrator's units of the level that were there on the day and had no committee then; of several provinces
    those of the one at hand: each founds its committees by its own paper."""
    units = Unit.objects.administered_by(user).open_on(day).filter(kind=level)
    provinces = user.provinces_as(Role.ADMIN)
    if len(provinces) > 1:
        units = units.filter(province=provinces[0])
    return services.lacking(units.order_by("sort_key", "pk").select_related("province", "district", "commune"), day)


@require_http_methods(["GET", "HEAD", "POST"])
@once
def committee_edit(request, pk):
    """Another name or other rules; what was before stays in the committee's log."""
    committee = _own_committee(request, pk)
    known = {name: getattr(committee, name) for name in CommitteeChangeForm.base_fields}
    form = CommitteeChangeForm(request.POST or None, initial=known)
    is_sent = request.method == "POST" and form.is_valid()
    if is_sent:
        with refusals_on(form):
            seen = request.POST.get("seen")
            services.change_committee(committee, by=request.user, seen=seen, **form.cleaned_data)
            messages.success(request, "Đã sửa tên, quy chế của Ban.")
            return redirect("units:committee_detail", pk=committee.pk)
    now = _own_committee(request, pk) if is_sent else committee  # as somebody else may have changed it since
    seen = seen_again(request, services.print_of_committee(now), was_asked=is_sent)
    context = {"form": form, "committee": committee, "seen": seen}
    return render(request, "units/committee_edit.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@once
def committee_end(request, pk):
    """Name the committee's last day, or take a last day back: on a page that is out of date, what the page said."""
    committee = _own_committee(request, pk)
    ends = committee.valid_to is None if request.method != "POST" else request.POST.get("act") != "resume"
    form = (LastDayForm if ends else GroundForm)(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            if ends:
                services.end_committee(committee, by=request.user, **form.cleaned_data)
            else:
                services.resume_committee(committee, by=request.user, **form.cleaned_data)
            messages.success(request, "Đã kết thúc Ban." if ends else "Ban hoạt động tiếp.")
            return redirect("units:committee_detail", pk=committee.pk)
    context = {"form": form, "committee": committee, "ends": ends}
    return render(request, "units/committee_end.html", context, status=422 if form.errors else 200)
