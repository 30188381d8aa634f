"""What bars units from awards: the province's switches, and the units they bar in a year."""

from dataclasses import dataclass

from django.contrib import messages
from django.db.models import F
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from criteria.models import AwardBar
from criteria.queries import graded_programmes
from portal.core.errors import Refused
from portal.core.once import once
from units.models import Unit
from units.text import search_key

from .. import awards, permissions
from ..forms import AwardBarEndForm, AwardBarForm, BarredForm
from ..models import Cycle, Evaluation
from .pages import page_of, refuse
from .streaks import my_provinces


@dataclass(frozen=True)
class Row:
    """One barred unit and why."""

    unit: Unit
    sentences: list[str]


@require_safe
def barred_list(request):
    """Units of the reader's places that are not considered for awards for a year, each with its grounds."""
    user = request.user
    years = sorted(set(Cycle.objects.visible_to(user).order_by().values_list("year", flat=True)), reverse=True)
    visible = Unit.objects.counted_for(user)
    form = BarredForm(request.GET, years=years, places=visible)
    year = form.chosen("year") or next(iter(years), timezone.localdate().year)
    bars = list(AwardBar.objects.visible_to(user).in_year(year).select_related("province", "programme"))
    files = awards.barring(Evaluation.objects.counted_for(user), bars, year)
    units = visible.filter(pk__in=files.values("unit")).select_related("district", "commune")
    for name in ("district", "commune"):
        if place := form.chosen(name):
            units = units.filter(**{name: place})
    if words := search_key(form.chosen("q") or ""):
        units = units.filter(search_key__contains=words)
    page = page_of(units, request)
    why = awards.barred([unit.pk for unit in page], year)
    return render(
        request,
        "evaluations/award_barred.html",
        {
            "form": form,
            "year": year,
            "bars": bars,
            "page": page,
            "rows": [Row(unit, why.get(unit.pk, [])) for unit in page],
        },
    )


def _mine(user) -> Unit | None:
    """The province whose bars the user switches."""
    return next((one for one in my_provinces(user) if permissions.may_bar_awards(user, one)), None)


def _form(province: Unit, data=None) -> AwardBarForm:
    initial = {"first_year": timezone.localdate().year}
    return AwardBarForm(data, graded=list(graded_programmes(province.code)), initial=initial)


def _context(request, **more) -> dict:
    province = _mine(request.user)
    return {
        "bars": AwardBar.objects.visible_to(request.user)
        .select_related("province", "programme", "set_by")
        .order_by(F("last_year").desc(nulls_first=True), "province__sort_key", "programme", "bar"),
        "province": province,
        "form": more.pop("form", None) or (_form(province) if province else None),
        "this_year": timezone.localdate().year,
    } | more


@require_http_methods(["GET", "HEAD", "POST"])
@once
def award_bars(request):
    """The switches of the reader's province with their history; staff switch one on."""
    if request.method != "POST":
        return render(request, "evaluations/award_bars.html", _context(request))
    province = _mine(request.user)
    if province is None:
        raise Http404
    form = _form(province, request.POST)
    if not form.is_valid():
        return refuse(request, "evaluations/award_bars.html", _context(request, form=form))
    data = form.cleaned_data
    try:
        bar = awards.set_bar(
            province,
            data["bar"],
            data["programme"],
            first_year=data["first_year"],
            ground=data["ground"],
            by=request.user,
        )
    except Refused as refusal:
        form.add_error(None, refusal.sentence)
        return refuse(request, "evaluations/award_bars.html", _context(request, form=form))
    messages.success(request, f"Từ năm {bar.first_year} không xét khen thưởng theo điều kiện “{bar}”.")
    return redirect("evaluations:award_bars")


@require_POST
def award_bar_end(request, pk):
    """Switch one off after a year."""
    bar = get_object_or_404(AwardBar.objects.visible_to(request.user).select_related("programme"), pk=pk)
    form = AwardBarEndForm(request.POST)
    try:
        if not form.is_valid():
            raise Refused("Năm cuối áp dụng phải là một năm, ví dụ 2025.")
        awards.end_bar(bar, last_year=form.cleaned_data["last_year"], by=request.user)
    except Refused as refusal:
        typed = {"typed_pk": pk, "typed_year": request.POST.get("last_year", "")[:4]}
        return refuse(request, "evaluations/award_bars.html", _context(request, **typed), refusal)
    messages.success(request, f"“{bar}” thôi áp dụng sau năm {form.cleaned_data['last_year']}.")
    return redirect("evaluations:award_bars")
