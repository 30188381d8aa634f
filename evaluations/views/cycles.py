"""Opening and locking a programme's year."""

from typing import Any

from django.contrib import messages
from django.db.models import Count, Q, QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from criteria.queries import Beside, drafts_beside
from portal.core.enums import EXAMPLE_WORDS
from portal.core.errors import Refused
from portal.core.lists import Asking, ListColumn, Listed, day_of, listed
from portal.core.vietnamese.figures import grouped
from portal.core.web.list_files import leaves_as
from portal.core.web.once import once
from portal.core.web.pages import page_of, refuse, whole_number
from units.enums import UnitKind
from units.models import Unit

from .. import permissions, services
from ..enums import NOT_REGISTERED, CycleAction, State
from ..forms import CycleForm, LockForm
from ..judging.success import succeeded
from ..models import Cycle
from ..queries.quotas import with_selection
from ..queries.scopes import opens_years, own_years, scopes_of
from .rosters import tell_left_out

YEARS = range(2008, 2101)
COLUMNS = (
    ListColumn("Năm", "year"),
    ListColumn("Chương trình", "programme"),
    ListColumn("Phạm vi", "scope_name"),
    ListColumn("Tỉnh", "province.dated_name"),
    ListColumn("Danh sách tính đến ngày", "as_of"),
    ListColumn("Thuộc diện", "roster"),
    ListColumn("Đăng ký", "registered"),
    ListColumn("Công nhận", "recognised"),
    ListColumn("Tình trạng", "get_status_display"),
    ListColumn("Khoá sổ ngày", lambda cycle: day_of(cycle.locked_at)),
    ListColumn("Lý do khoá sổ", "lock_reason"),
    ListColumn("Nguồn số liệu", "source"),
    ListColumn("Ghi chú", lambda cycle: EXAMPLE_WORDS if cycle.is_example else ""),
)


def _cycles(asked: Asking) -> QuerySet:
    return (
        with_selection(Cycle.objects.visible_to(asked.user))
        .select_related("programme", "province", "place", "locked_by")
        .annotate(
            roster=Count("evaluations", filter=~Q(evaluations__state=State.EXCLUDED)),
            registered=Count("evaluations", filter=~Q(evaluations__state__in=NOT_REGISTERED)),
            recognised=Count("evaluations", filter=succeeded("evaluations__")),
        )
        .order_by("-year", "programme", "pk")
    )


def cycles_listed(asked: Asking) -> Listed:
    return listed("Các kỳ đánh giá", "ky-danh-gia", _cycles(asked), COLUMNS)


@require_safe
@leaves_as(cycles_listed)
def cycle_list(request):
    page = page_of(_cycles(request), request)
    kept = {cycle.pk for cycle in page if permissions.may_open_cycle(request.user, cycle.scope)}
    context = {"page": page, "kept": kept, "may_open": opens_years(request.user)}
    return render(request, "evaluations/cycle_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@once
def cycle_open(request):
    scopes = scopes_of(request.user)
    if not scopes:
        raise Http404
    today = timezone.localdate()
    form = CycleForm(request.POST or None, initial={"year": today.year, "as_of": today}, scopes=scopes)
    context: dict[str, Any] = {
        "form": form,
        "only": scopes[0] if len(scopes) == 1 else None,
        "may_write": permissions.own_province(request.user) is not None,
    }
    asked = whole_number(str(form["year"].value() or ""))
    year = asked if asked is not None and asked in YEARS else today.year
    context |= {"asked": year, "beside": _beside(scopes, year)}
    if request.method != "POST":
        return render(request, "evaluations/cycle_open.html", context)
    if not form.is_valid():
        return refuse(request, "evaluations/cycle_open.html", context)
    try:
        cycle = _open(form, by=request.user)
    except Refused as refusal:
        form.add_error(None, refusal.sentence)
        return refuse(request, "evaluations/cycle_open.html", context)
    many = grouped(cycle.evaluations.count())
    messages.success(request, f"Đã mở {cycle}, danh sách có {many} đơn vị thuộc diện xét.{_elsewhere(cycle)}")
    for one in drafts_beside(cycle.province, cycle.year):
        if one.programme == cycle.programme:
            judging, drafts = (
                "; ".join(f"{each.name} ({each.document.number})" for each in sets)
                for sets in (one.judging, one.drafts)
            )
            messages.info(request, f"Kỳ này xét theo bộ đã ban hành: {judging}. Còn là bản thảo: {drafts}.")
    tell_left_out(request, cycle)
    return redirect("evaluations:cycle_list")


def _beside(scopes: list[Unit], year: int) -> list[Beside]:
    """Of each province whose years, or a place's of it, the reader opens; what is the same in two is told once."""
    provinces = {one.province_of_today for one in scopes}
    told: list[Beside] = []
    for province in sorted(provinces, key=lambda each: each.pk):
        told += [one for one in drafts_beside(province, year) if one not in told]
    return told


def _open(form: CycleForm, *, by) -> Cycle:
    """The year of the province chosen, or of the place with its own."""
    data, scope = form.cleaned_data, form.chosen
    place = scope if scope.kind != UnitKind.PROVINCE else None
    province = scope.province_of_today
    return services.open_cycle(data["programme"], province, data["year"], as_of=data["as_of"], place=place, by=by)


def _elsewhere(cycle: Cycle) -> str:
    """What the opener must know of units that stand in another year of the same programme."""
    apart = own_years(cycle)
    if not apart:
        return ""
    names = ", ".join(one.place_name for one in apart)
    return f" Đơn vị đã có hồ sơ trong kỳ riêng của {names} không vào danh sách này."


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
    cycles = Cycle.objects.visible_to(request.user).select_related("programme", "province", "place")
    cycle = get_object_or_404(cycles, pk=pk)
    if not permissions.may_open_cycle(request.user, cycle.scope):
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
