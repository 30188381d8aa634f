"""Units by their years running: who reached which title, who is one year away, whose row is in danger."""

from dataclasses import dataclass, field

from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from units.models import Unit
from units.text import search_key

from .. import streaks
from ..forms import StreakForm
from .pages import page_of


@dataclass(frozen=True)
class Row:
    """One unit of the list."""

    unit: Unit
    standing: streaks.Standing
    dangers: list[streaks.Danger] = field(default_factory=list)


def my_provinces(user) -> list[Unit]:
    """The provinces the user's placements lie in, in the order of the alphabet."""
    held = {place.province_id for place in user.places()}
    return list(Unit.objects.filter(pk__in=held).order_by("sort_key")) if held else []


@require_safe
def streak_list(request):
    """The units of the reader's places by a rule and a year, with counts and filters."""
    user = request.user
    provinces = my_provinces(user)
    province = next((one for one in provinces if str(one.pk) == request.GET.get("province")), None)
    province = province or (provinces[0] if provinces else None)
    rules = [rule for rule in streaks.rules_for(user) if province and rule.province_code in ("", province.code)]
    recorded = streaks.recorded_years(rules, province.pk) if rules else {}
    rules = [rule for rule in rules if recorded[rule.pk]]
    if not rules:
        return render(request, "evaluations/streak_list.html", {"rule": None})
    years = sorted({year for rule in rules for year in recorded[rule.pk]}, reverse=True)
    visible = Unit.objects.counted_for(user).filter(province=province)
    form = StreakForm(request.GET, rules=rules, years=years, places=visible)
    rule = form.rules.get(form.chosen("rule"), rules[0])
    year = form.chosen("year")
    span = streaks.span_of(
        rule, recorded[rule.pk], year if year in recorded[rule.pk] else max(recorded[rule.pk]), province.pk
    )
    late = streaks.late_routes(rule, span.under_way, timezone.localdate())
    rows = streaks.with_streak(_narrowed(streaks.there_at_the_end(visible, span), form), span)
    page = page_of(_near(rows, form.chosen("near"), span, late).order_by("-streak", "sort_key", "pk"), request)
    shown = list(page)
    dangers = streaks.dangers(shown, span, late, user)
    context = {
        "form": form,
        "provinces": provinces,
        "province": province,
        "rule": rule,
        "titles": streaks.titles_of(rule),
        "span": span,
        "counts": streaks.how_many(rows, rule),
        "page": page,
        "rows": [Row(unit, streaks.standing(rule, unit.streak), dangers.get(unit.pk, [])) for unit in shown],
        "near": form.chosen("near"),
    }
    return render(request, "evaluations/streak_list.html", context)


def _narrowed(units, form: StreakForm):
    for name in ("district", "commune"):
        if place := form.chosen(name):
            units = units.filter(**{name: place})
    if words := search_key(form.chosen("q") or ""):
        units = units.filter(search_key__contains=words)
    return units.select_related("district", "commune")


def _near(rows, near: str | None, span: streaks.Span, late: list[int]):
    match near:
        case "one":
            return streaks.one_year_away(rows, span)
        case "danger":
            return streaks.in_danger(rows, span, late)
        case "doing":
            return streaks.undecided(rows, span)
    return rows
