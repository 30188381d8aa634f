"""Steering committees: their seats on a day, what changed in a time, seats out and in by file."""

from datetime import date

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Case, Count, Q, When
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.core.errors import Refused
from portal.core.fields import HOW_TO_WRITE_A_DAY
from portal.core.lists import Asking, ListColumn, Listed, listed
from portal.core.vietnamese import text
from portal.core.web.list_files import leaves_as
from portal.core.web.once import once
from portal.core.web.pages import refusals_on, refuse, typed

from .. import queries, services
from ..enums import LEVELS
from ..forms import DayForm, EndForm, PeriodForm, SeatForm
from ..models import Committee, Seat, UnitVersion, on
from ..permissions import may_administer, may_seat
from ..queries import history
from .as_of import OnDayForm, asked_day

PER_PAGE = 50
GROUP_LABELS = {"ban": "Từng Ban Chỉ đạo", "xa": "Xã", "huyen": "Huyện", "tinh": "Tỉnh"}


@require_safe
def committee_list(request):
    """Committees in office today, or on a day (`ngay`), within the user's place, the highest level first."""
    words, level = request.GET.get("q", "")[:100], request.GET.get("cap", "")
    form = asked_day(request, OnDayForm)
    context = {
        "q": words,
        "levels": _levels(level),
        "form": form,
        "page": None,
        "may_import": may_administer(request.user),
    }
    if not form.is_valid():
        return render(request, "units/committee_list.html", context, status=422)
    day = form.cleaned_data["ngay"]
    committees = asked_committees(request, day).in_office(day).select_related("unit")
    highest_first = Case(*(When(unit__kind=kind, then=place) for place, kind in enumerate(LEVELS)))
    committees = committees.annotate(seated=Count("seats", filter=on(day, prefix="seats__")))
    rows = committees.order_by(highest_first, "unit__sort_key", "pk")
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    there = UnitVersion.objects.visible_to(request.user).in_force(day).filter(unit__in=[row.unit_id for row in page])
    districts = dict(there.order_by().values_list("unit", "district"))
    names = history.names_on(day, [*districts, *districts.values()])
    queries.tell_units_apart(row.unit for row in page)
    for row in page:
        row.called = names.get(row.unit_id, row.unit.name)
        district = districts.get(row.unit_id)
        row.called += f" · {row.unit.apart}" if row.unit.apart else ""
        row.under = names.get(district, "") if district and district != row.unit_id else ""
    context |= {"page": page, "day": day, "is_past": day != timezone.localdate()}
    return render(request, "units/committee_list.html", context)


def asked_committees(asked: Asking, day: date | None = None):
    """Committees the reader may see, narrowed by the words (`q`) and level (`cap`) of the request.

    The words are looked for in the names of today, or of the day.
    """
    words, level = asked.GET.get("q", "")[:100], asked.GET.get("cap", "")
    committees = Committee.objects.visible_to(asked.user)
    if words:
        named = Q(unit__search_key__contains=text.search_key(words))
        if day:
            called = UnitVersion.objects.visible_to(asked.user).in_force(day).search(words)
            named = Q(unit__in=called.order_by().values("unit"))
        committees = committees.filter(named | Q(name__icontains=words.strip()))
    return committees.filter(unit__kind=level) if level in LEVELS else committees


def _levels(level: str) -> list[tuple[str, str, bool]]:
    return [(kind.value, str(kind.label), kind.value == level) for kind in LEVELS]


CHANGES = (
    ListColumn("Số Ban", lambda row: row["boards"]),
    ListColumn("Đầu kỳ", lambda row: row["opened"]),
    ListColumn("Vào", lambda row: row["joined"]),
    ListColumn("Trong đó thay thế", lambda row: row["replaced"]),
    ListColumn("Ra", lambda row: row["left"]),
    ListColumn("Cuối kỳ", lambda row: row["closed"]),
)


def _by(asked: Asking) -> str:
    by = asked.GET.get("theo", "")
    return by if by in queries.GROUPS else "ban"


def _period(asked: Asking) -> PeriodForm:
    today = timezone.localdate()
    return PeriodForm(asked.GET if "tu" in asked.GET else {"tu": f"{today.year}-01-01", "den": f"{today}"})


def changes_listed(asked: Asking) -> Listed:
    by, form = _by(asked), _period(asked)
    place = queries.GROUPS[by][1]
    columns = [ListColumn("Địa phương", lambda row: row[place] or "Cấp trên")]
    columns += [ListColumn("Tên Ban Chỉ đạo", lambda row: row["committee__name"])] if by == "ban" else []
    rows = Committee.objects.none()
    if form.is_valid():
        start, end = form.cleaned_data["tu"], form.cleaned_data["den"]
        rows = queries.seat_changes(asked_committees(asked), start, end, by)
    return listed("Biến động thành viên", "bien-dong-thanh-vien", rows, [*columns, *CHANGES], form=form)


@require_safe
@leaves_as(changes_listed)
def committee_changes(request):
    """Members on two days and who came, left and replaced between them, by committee or by place."""
    by, form = _by(request), _period(request)
    context = {
        "form": form,
        "q": request.GET.get("q", "")[:100],
        "levels": _levels(request.GET.get("cap", "")),
        "groups": [(value, label, value == by) for value, label in GROUP_LABELS.items()],
        "by_place": by != "ban",
    }
    if not form.is_valid():
        return render(request, "units/committee_changes.html", context, status=422)
    start, end = form.cleaned_data["tu"], form.cleaned_data["den"]
    committees = asked_committees(request)
    page = Paginator(queries.seat_changes(committees, start, end, by), PER_PAGE).get_page(request.GET.get("page"))
    name = queries.GROUPS[by][1]
    rows = [row | {"name": row[name] or "Cấp trên", "pk": row["committee"] if by == "ban" else None} for row in page]
    total = queries.seat_changes(committees, start, end, None)
    context |= {"page": page, "rows": rows, "total": total, "start": start, "end": end}
    return render(request, "units/committee_changes.html", context)


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
        with refusals_on(form):
            services.seat(committee, **form.cleaned_data, by=request.user)
            messages.success(request, "Đã thêm thành viên của Ban.")
            return redirect("units:committee_detail", pk=committee.pk)
    context = _detail_context(request, committee, form)
    return render(request, "units/committee_detail.html", context, status=422 if form and form.errors else 200)


def _detail_context(request, committee: Committee, form: SeatForm | None) -> dict:
    """The page of a committee; `form` for who may give its seats."""
    day = DayForm(request.GET or None)
    chosen = (day.cleaned_data["ngay"] if day.is_valid() else None) or timezone.localdate()
    seats = committee.seats.select_related("user", "replaces__user").order_by("valid_from", "pk")
    there, past = list(seats.filter(on(chosen))), list(seats.exclude(on(chosen)))
    queries.tell_holders_then([*there, *past], chosen)
    return {
        "committee": committee,
        "day": chosen,
        "day_form": day if day.is_bound else DayForm(initial={"ngay": chosen}),
        "seats": there,
        "past": past,
        "form": form,
        "may_change": form is not None,
        "events": committee.events.select_related("by"),
        "typed_of": None,
        "typed_on": "",
    }


@require_POST
def seat_end(request, pk):
    """Name the last day of a seat."""
    visible = Committee.objects.visible_to(request.user)
    seat = get_object_or_404(
        Seat.objects.filter(committee__in=visible).select_related("committee__unit__district"), pk=pk
    )
    if not may_seat(request.user, seat.committee):
        raise Http404
    form = EndForm(request.POST)
    try:
        if not form.is_valid():
            raise Refused(f"Chưa đọc được ngày cuối cùng. {HOW_TO_WRITE_A_DAY}")
        services.end_seat(seat, by=request.user, on=form.cleaned_data["on"])
    except Refused as refusal:
        given = {"typed_of": seat.pk, "typed_on": typed(request, "on", 20)}
        context = _detail_context(request, seat.committee, SeatForm(committee=seat.committee)) | given
        return refuse(request, "units/committee_detail.html", context, refusal)
    messages.success(request, "Đã ghi ngày thôi giữ chức vụ trong Ban.")
    return redirect("units:committee_detail", pk=seat.committee_id)
