"""A year's roster after it was frozen: the whole frozen anew or taken away while empty, late units put on and off."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from portal.core.errors import Refused
from portal.core.fields import sentences
from portal.core.lists import Asking, ListColumn, Listed, listed
from portal.core.vietnamese.figures import grouped
from portal.core.web.list_files import leaves_as
from portal.core.web.once import once
from portal.core.web.pages import page_of, refuse, typed
from units.queries import tell_apart

from .. import permissions, services
from ..forms import LateUnitForm, LockForm, RefreezeForm
from ..models import Cycle, Evaluation
from .columns import told_apart, unit_columns

PAGE = "evaluations/cycle_roster.html"
COLUMNS = (
    *unit_columns(),
    ListColumn("Phân loại", "get_subtype_display"),
    ListColumn("Bộ tiêu chí", lambda dossier: f"{dossier.criteria_set.code}/{dossier.criteria_set.version}"),
    ListColumn("Nơi nhập", "entry_unit.name"),
    ListColumn("Nơi thẩm định", "appraisal_unit.name"),
    ListColumn("Nơi công nhận", "decision_unit.name"),
    ListColumn("Bổ sung ngày", "added_on"),
    ListColumn("Tình trạng", "get_state_display"),
)


def _own_cycle(asked: Asking, pk: int) -> Cycle:
    """The year, for those who opened it; 404 for everybody else and for results taken from documents."""
    cycles = Cycle.objects.visible_to(asked.user).select_related("programme", "province", "place")
    cycle = get_object_or_404(cycles, pk=pk)
    if cycle.source or not permissions.may_open_cycle(asked.user, cycle.scope):
        raise Http404
    return cycle


def roster_listed(asked: Asking, pk: int) -> Listed:
    """Every unit of the frozen roster with who acts on it, those left out since as well."""
    cycle = _own_cycle(asked, pk)
    rows = Evaluation.objects.visible_to(asked.user).filter(cycle=cycle).order_by("unit_sort_key", "pk")
    acting = ("entry_unit", "appraisal_unit", "decision_unit")
    places = ("province", "district", "commune", "criteria_set", "grade", *acting)
    title, name = f"Danh sách năm {cycle.year}", f"danh-sach-{cycle.year}"
    return listed(title, name, rows.select_related(*places), COLUMNS, dress=told_apart)


def _late_form(missing: list[services.Missing], data=None) -> LateUnitForm:
    late = {one.pk: one.how_late for one in missing if one.is_after}
    names = {one.pk: one.name for one in missing}
    return LateUnitForm(data, missing=names, late=late, auto_id="late_%s")


def _context(request, cycle: Cycle, **forms) -> dict:
    missing = services.missing_units(cycle) if cycle.is_open else []
    anew = forms.get("refreeze_form") or RefreezeForm(initial={"as_of": cycle.as_of}, auto_id="refreeze_%s")
    late = cycle.evaluations.filter(added_on__isnull=False).with_namesake().select_related("commune")
    page = page_of(late.order_by("unit_sort_key", "pk"), request)
    tell_apart(page)
    return {
        "cycle": cycle,
        "size": cycle.evaluations.count(),
        "missing": len(missing),
        "after": [one for one in missing if one.is_after],
        "left_out": services.left_out(cycle),
        "page": page,
        "events": cycle.events.order_by("-at", "-pk"),
        "refreeze_form": anew,
        "late_form": forms.get("late_form") or _late_form(missing),
        "typed_of": None,
        "typed_reason": "",
    }


def tell_left_out(request, cycle: Cycle) -> None:
    """Say after a roster was frozen what the criteria left out of it."""
    if apart := services.left_out(cycle):
        messages.info(request, f"Không vào danh sách: {'; '.join(str(one) for one in apart)}.")


@require_safe
@leaves_as(roster_listed)
def cycle_roster(request, pk):
    return render(request, PAGE, _context(request, _own_cycle(request, pk)))


@require_POST
@once
def cycle_refreeze(request, pk):
    cycle = _own_cycle(request, pk)
    form = RefreezeForm(request.POST, auto_id="refreeze_%s")
    try:
        if not form.is_valid():
            return refuse(request, PAGE, _context(request, cycle, refreeze_form=form))
        cycle = services.refreeze(cycle, by=request.user, **form.cleaned_data)
    except Refused as refusal:
        return refuse(request, PAGE, _context(request, cycle, refreeze_form=form), refusal)
    messages.success(request, f"Đã lập lại danh sách, có {grouped(cycle.evaluations.count())} đơn vị thuộc diện xét.")
    tell_left_out(request, cycle)
    return redirect("evaluations:cycle_roster", pk=cycle.pk)


@require_POST
@once
def cycle_delete(request, pk):
    cycle = _own_cycle(request, pk)
    try:
        name = services.delete_cycle(cycle, by=request.user)
    except Refused as refusal:
        return refuse(request, PAGE, _context(request, cycle), refusal)
    messages.success(request, f"Đã xoá kỳ mở nhầm: {name}.")
    return redirect("evaluations:cycle_list")


@require_POST
@once
def late_unit_add(request, pk):
    cycle = _own_cycle(request, pk)
    form = _late_form(services.missing_units(cycle), request.POST)
    try:
        if not form.is_valid():
            return refuse(request, PAGE, _context(request, cycle, late_form=form))
        dossier = services.add_late_unit(cycle, by=request.user, **form.cleaned_data)
    except Refused as refusal:
        return refuse(request, PAGE, _context(request, cycle, late_form=form), refusal)
    messages.success(request, f"Đã bổ sung {dossier.unit_name} vào danh sách.")
    return redirect("evaluations:cycle_roster", pk=cycle.pk)


@require_POST
@once
def late_unit_drop(request, pk, dossier):
    cycle = _own_cycle(request, pk)
    found = get_object_or_404(Evaluation.objects.visible_to(request.user).filter(cycle=cycle), pk=dossier)
    form = LockForm(request.POST)
    try:
        if not form.is_valid():
            raise Refused(sentences(form))
        services.drop_late_unit(found, reason=form.cleaned_data["reason"], by=request.user)
    except Refused as refusal:
        given = {"typed_of": found.pk, "typed_reason": typed(request, "reason", 2000)}
        return refuse(request, PAGE, _context(request, cycle) | given, refusal)
    messages.success(request, f"Đã bỏ {found.unit_name} khỏi danh sách.")
    return redirect("evaluations:cycle_roster", pk=cycle.pk)
