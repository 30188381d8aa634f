"""One unit added, corrected, ended or taken up again, by administrators of the place."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from portal.core.web.once import once
from portal.core.web.pages import refusals_on, seen_again

from .. import services
from ..enums import PARENTS, UnitKind
from ..forms import GroundForm, LastDayForm, NewUnitForm, UnitFactsForm
from ..models import Unit
from ..permissions import may_import_units, may_manage_people

KINDS = [kind for kind in UnitKind if PARENTS[kind]]  # what stands under something


def _own_unit(request, pk: int) -> Unit:
    """The unit, for an administrator of the place that manages it; 404 for everybody else."""
    units = Unit.objects.visible_to(request.user).select_related("parent", "stands_in")
    unit = get_object_or_404(units, pk=pk)
    if not may_manage_people(request.user, unit.parent or unit):
        raise Http404
    return unit


@require_http_methods(["GET", "HEAD", "POST"])
@once
def unit_add(request):
    """Add one unit of a kind (`loai`) under one of the reader's places (`duoi`)."""
    if not may_import_units(request.user):
        raise Http404
    asked = request.GET.get("loai", "")
    kind = UnitKind(asked) if asked in KINDS else UnitKind.RESIDENTIAL_AREA
    under = request.GET.get("duoi", "")
    form = NewUnitForm(request.POST or None, by=request.user, kind=kind, initial={"parent": under})
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        with refusals_on(form):
            made = services.add_unit(
                data["parent"],
                form.facts,
                kind=kind,
                opened_on=data["opened_on"],
                ground=data["ground"],
                by=request.user,
            )
            messages.success(request, f"Đã thêm {made}.")
            return redirect("units:detail", pk=made.pk)
    context = {
        "form": form,
        "kind": kind.label,
        "kinds": [(one.value, one.label, one == kind) for one in KINDS],
        "under": under,
    }
    return render(request, "units/unit_add.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@once
def unit_correct(request, pk):
    """Mend what was typed wrong; a new name by a resolution is a reorganisation."""
    unit = _own_unit(request, pk)
    known = vars(services.facts_of(unit))
    form = UnitFactsForm(request.POST or None, by=request.user, kind=unit.kind, initial=known)
    is_sent = request.method == "POST" and form.is_valid()
    if is_sent:
        with refusals_on(form):
            seen = request.POST.get("seen")
            services.correct_unit(unit, form.facts, ground=form.cleaned_data["ground"], by=request.user, seen=seen)
            messages.success(request, "Đã sửa thông tin của đơn vị.")
            return redirect("units:detail", pk=unit.pk)
    now = _own_unit(request, pk) if is_sent else unit  # as somebody else may have corrected it since
    seen = seen_again(request, services.print_of_unit(now), was_asked=is_sent)
    context = {"form": form, "unit": unit, "seen": seen}
    return render(request, "units/unit_correct.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@once
def unit_end(request, pk):
    """Name the unit's last day, or take a last day back: on a page that is out of date, what the page said."""
    unit = _own_unit(request, pk)
    ends = unit.closed_on is None if request.method != "POST" else request.POST.get("act") != "resume"
    form = (LastDayForm if ends else GroundForm)(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            act = services.end_unit if ends else services.resume_unit
            act(unit, by=request.user, **form.cleaned_data)
            messages.success(request, f"Đã kết thúc {unit}." if ends else f"{unit} hoạt động tiếp.")
            return redirect("units:detail", pk=unit.pk)
    context = {"form": form, "unit": unit, "ends": ends}
    return render(request, "units/unit_end.html", context, status=422 if form.errors else 200)
