"""The tree as it stood on a day, a search over it, and one unit as it was that day."""

from collections.abc import Iterable
from datetime import date, datetime, time
from functools import partial
from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.db.models import Case, QuerySet, When
from django.http import Http404
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from portal.core.fields import DayField
from portal.core.lists import Asking, ListColumn, Listed, listed
from portal.core.web.list_files import leaves_as

from .. import queries
from ..enums import LEVELS, UnitKind
from ..files.keys import OWN_KEY
from ..models import Committee, Unit, UnitVersion
from ..permissions import may_see_people
from ..queries import history
from .units import PER_PAGE

LEVELS_FIRST = Case(*(When(kind=kind, then=place) for place, kind in enumerate(UnitKind)))


class OnDayForm(forms.Form):
    ngay = DayField(label="Ngày")


class TreeForm(OnDayForm):
    q = forms.CharField(label="Tên hoặc mã số", max_length=100, required=False)


COLUMNS = (
    ListColumn("Khoá đơn vị", lambda row: f"{OWN_KEY}{row.unit_id}"),
    ListColumn("Đơn vị", "name"),
    ListColumn("Loại đơn vị", "get_kind_display"),
    ListColumn("Phân loại", "get_subtype_display"),
    ListColumn("Mã số", "code"),
    ListColumn("Nơi quản lý", "managed_by"),
    ListColumn("Đứng chân trên địa bàn", "stood_on"),
    ListColumn("Nay", lambda row: "Đã kết thúc" if row.unit.is_over else row.unit.name),
)


def asked_day(asked: Asking, form: type[OnDayForm]) -> OnDayForm:
    """The form as the address fills it in; today where it names no day."""
    data = asked.GET if asked.GET.get("ngay") else {**asked.GET.dict(), "ngay": timezone.localdate().isoformat()}
    return form(data)


def _there(asked: Asking, day: date) -> QuerySet[UnitVersion]:
    """What the reader sees of the day."""
    return UnitVersion.objects.visible_to(asked.user).in_force(day).select_related("unit")


def _rows(there, at: UnitVersion | None, words: str) -> QuerySet[UnitVersion]:
    """Units of the day under one of them, or those a search finds; else the highest of all."""
    if words:
        return there.search(words).nearest_first(words, LEVELS_FIRST)
    rows = there.filter(parent=at.unit_id) if at else there.exclude(parent__in=there.order_by().values("unit"))
    return rows.order_by(LEVELS_FIRST, "sort_key", "pk")


def _named(versions: Iterable[Any], day: date) -> list[Any]:
    """Some of the rows, each with the names of its places as they were that day; one query."""
    shown = list(versions)
    names = history.names_on(day, [pk for row in shown for pk in (row.parent_id, row.stands_in_id)])
    for row in shown:
        row.managed_by = names.get(row.parent_id, "")
        row.stood_on = names.get(row.stands_in_id, "") if row.stands_in_id != row.parent_id else ""
    return shown


def tree_listed(asked: Asking) -> Listed:
    form = asked_day(asked, TreeForm)
    title, name = "Đơn vị theo ngày", "don-vi-theo-ngay"
    if not form.is_valid():
        return listed(title, name, UnitVersion.objects.none(), COLUMNS, form=form)
    day = form.cleaned_data["ngay"]
    there = _there(asked, day)
    rows = _rows(there, _at(there, asked.GET.get("duoi", "")), form.cleaned_data["q"])
    return listed(f"{title} {day:%d-%m-%Y}", name, rows, COLUMNS, dress=partial(_named, day=day))


@require_safe
@leaves_as(tree_listed)
def as_of(request):
    """Units of the day under one of them (`duoi`), or those a search finds; first the highest the reader sees."""
    form = asked_day(request, TreeForm)
    if not form.is_valid():
        empty: dict = {"day": None, "at": None, "above": [], "page": None}
        return render(request, "units/as_of.html", {"form": form, **empty}, status=422)
    day, words = form.cleaned_data["ngay"], form.cleaned_data["q"]
    there = _there(request, day)
    at = _at(there, request.GET.get("duoi", ""))
    page = Paginator(_rows(there, at, words), PER_PAGE).get_page(request.GET.get("page"))
    seen_today = set(
        Unit.objects.visible_to(request.user).filter(pk__in=[row.unit_id for row in page]).values_list("pk", flat=True)
    )
    for row in _named(page, day):
        row.is_seen_today = row.unit_id in seen_today
    return render(
        request,
        "units/as_of.html",
        {
            "form": form,
            "day": day,
            "at": at,
            "above": _above(at, there) if at else [],
            "page": page,
            "words": words,
            "levels": [kind.value for kind in LEVELS],
        },
    )


def _at(there, wanted: str) -> UnitVersion | None:
    if not wanted:
        return None
    found = there.filter(unit=wanted if wanted.isdecimal() else 0).first()
    if found is None:
        raise Http404
    return found


def _above(at: UnitVersion, there) -> list[UnitVersion]:
    """The versions of that day the unit stood under, the highest first; only those the reader sees."""
    wanted = [pk for pk in (at.province_id, at.district_id, at.commune_id) if pk and pk != at.unit_id]
    held = {row.unit_id: row for row in there.filter(unit__in=wanted)}
    return [held[pk] for pk in wanted if pk in held]


@require_safe
def unit_as_of(request, pk):
    """One unit on a day: its name and place, who sat and acted there, what it had been given by then."""
    user = request.user
    visible = UnitVersion.objects.visible_to(user)
    versions = list(visible.filter(unit=pk).select_related("unit").order_by("-valid_from"))
    if not versions:
        raise Http404
    unit, form = versions[0].unit, asked_day(request, OnDayForm)
    context = {"unit": unit, "versions": versions, "form": form, "day": None, "version": None}
    if not form.is_valid():
        return render(request, "units/unit_as_of.html", context, status=422)
    day = form.cleaned_data["ngay"]
    there = visible.in_force(day)
    version = there.filter(unit=pk).first()
    context |= {"day": day, "version": version}
    if version:
        committees = Committee.objects.visible_to(user).in_office(day).filter(unit=pk)
        names = history.names_on(day, [version.parent_id, version.stands_in_id])
        context |= {
            "above": _above(version, there),
            "managed_by": names.get(version.parent_id, ""),
            "stood_on": names.get(version.stands_in_id, ""),
            "children": history.children_on(unit, day),
            "committees": list(history.with_seats_on(committees, day)),
            "people": list(queries.people_at(unit, day)) if may_see_people(user, unit) else None,
        }
        held = [seat for committee in context["committees"] for seat in committee.seats_then]
        held += context["people"] or []
        queries.tell_as_then((one.user for one in held), timezone.make_aware(datetime.combine(day, time.max)))
    is_seen_today = Unit.objects.visible_to(user).filter(pk=pk).exists()
    context |= {"is_seen_today": is_seen_today, "successions": history.successions(unit, user)}
    return render(request, "units/unit_as_of.html", context)
