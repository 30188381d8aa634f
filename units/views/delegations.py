"""Management handed one level down: the list, a new delegation, ending one."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from portal.core.lists import Asking, ListColumn, Listed, listed
from portal.core.web.list_files import leaves_as
from portal.core.web.once import once
from portal.core.web.pages import refusals_on

from .. import services
from ..files.keys import OWN_KEY
from ..forms import DelegationForm, EndForm
from ..models import Delegation, Unit
from ..permissions import may_delegate

PER_PAGE = 50
COLUMNS = (
    ListColumn("Khoá đơn vị", lambda held: f"{OWN_KEY}{held.unit_id}"),
    ListColumn("Đơn vị", "unit.name"),
    ListColumn("Nơi uỷ quyền", "giver.name"),
    ListColumn("Nơi được uỷ quyền", "receiver.name"),
    ListColumn("Từ ngày", "valid_from"),
    ListColumn("Đến hết ngày", "valid_to"),
    ListColumn("Số, ký hiệu văn bản", "number"),
    ListColumn("Ngày văn bản", "signed_on"),
    ListColumn("Tình trạng", lambda held: _standing(held)),
)


def _standing(held: Delegation) -> str:
    if held.withdrawn_at:
        return "Đã huỷ"
    if held.is_over:
        return "Đã kết thúc"
    return "Sắp tới" if held.is_coming else "Đang hiệu lực"


def _delegations(asked: Asking) -> QuerySet:
    return Delegation.objects.visible_to(asked.user).select_related("unit", "giver", "receiver")


def delegations_listed(asked: Asking) -> Listed:
    return listed("Uỷ quyền quản lý", "uy-quyen-quan-ly", _delegations(asked), COLUMNS)


@require_safe
@leaves_as(delegations_listed)
def delegation_list(request):
    """Delegations given or received in the reader's places, the newest first."""
    page = Paginator(_delegations(request), PER_PAGE).get_page(request.GET.get("page"))
    for row in page:
        row.may_end = not row.is_over and may_delegate(request.user, row.giver)
    return render(request, "units/delegation_list.html", {"page": page})


@require_http_methods(["GET", "HEAD", "POST"])
@once
def delegation_add(request, pk):
    """Hand an organisation's management to a unit one level below the one that manages it."""
    visible = Unit.objects.visible_to(request.user).select_related("parent", "stands_in")
    unit = get_object_or_404(visible, pk=pk)
    if unit.parent is None or not may_delegate(request.user, unit.parent):
        raise Http404
    form = DelegationForm(request.POST or None, unit=unit)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            made = services.delegate(unit, **form.cleaned_data, by=request.user)
            period = f"từ {made.valid_from:%d/%m/%Y} đến hết {made.valid_to:%d/%m/%Y}"
            messages.success(request, f"Đã ghi: {made}, {period}.")
            return redirect("units:detail", pk=unit.pk)
    context = {"unit": unit, "form": form}
    return render(request, "units/delegation_form.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def delegation_end(request, pk):
    """Name the last day of a delegation; one that has not begun is withdrawn."""
    visible = Delegation.objects.visible_to(request.user).select_related("unit", "giver", "receiver")
    held = get_object_or_404(visible, pk=pk)
    if not may_delegate(request.user, held.giver):
        raise Http404
    form = EndForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            services.end_delegation(held, by=request.user, on=form.cleaned_data["on"])
            messages.success(request, f"Đã kết thúc: {held}.")
            return redirect("units:delegation_list")
    context = {"held": held, "form": form}
    return render(request, "units/delegation_end.html", context, status=422 if form.errors else 200)
