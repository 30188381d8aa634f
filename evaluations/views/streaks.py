"""Units by their years running: who reached which title, who is one year away, whose row is in danger."""

from dataclasses import dataclass, field

from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from criteria.models import StreakRule
from criteria.queries import programme_names, rules_held
from portal.core.web.pages import page_of, whole_number
from units.models import Unit

from .. import permissions
from ..filters import StreakFilterSet
from ..models import Cycle
from ..streaks import counting


@dataclass(frozen=True)
class StreakLine:
    """One unit of the list."""

    unit: Unit
    standing: counting.StreakStanding
    dangers: list[counting.Danger] = field(default_factory=list)


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
    if province is None:
        return render(request, "evaluations/streak_list.html", {"rule": None, "province": None})
    rules = rules_held(counting.rules_for(user), province)
    recorded = counting.recorded_years(rules, province.pk) if rules else {}
    read, rules = rules, [rule for rule in rules if recorded[rule.pk]]
    if not rules:
        return render(request, "evaluations/streak_list.html", _why_empty(user, province, read))
    years = sorted({year for rule in rules for year in recorded[rule.pk] if rule.holds_in(year)}, reverse=True)
    visible = Unit.objects.counted_for(user).filter(province=province)
    filters = StreakFilterSet(request.GET, visible, rules=rules, years=years)
    rule = next((one for one in rules if one.pk == filters.chosen("rule")), rules[0])
    year = filters.chosen("year")
    last = year if year in recorded[rule.pk] and rule.holds_in(year) else max(recorded[rule.pk])
    span = counting.span_of(rule, recorded[rule.pk], last, province.pk)
    late = counting.late_routes(rule, span.under_way, timezone.localdate())
    units = counting.there_at_the_end(filters.qs.select_related("district", "commune"), span)
    rows = counting.with_streak(units, span)
    page = page_of(_near(rows, filters.chosen("near"), span, late).order_by("-streak", "sort_key", "pk"), request)
    shown = list(page)
    dangers = counting.dangers(shown, span, late, user)
    context = {
        "form": filters.form,
        "provinces": provinces,
        "province": province,
        "rule": rule,
        "titles": counting.titles_of(rule),
        "span": span,
        "asked": _not_counted(request, span),
        "counts": counting.how_many(rows, rule),
        "page": page,
        "rows": [StreakLine(unit, counting.standing(rule, unit.streak), dangers.get(unit.pk, [])) for unit in shown],
        "is_danger_past": filters.chosen("near") == "danger" and not span.is_open,
    }
    return render(request, "evaluations/streak_list.html", context)


def _why_empty(user, province: Unit, rules: list[StreakRule]) -> dict:
    """What the page lacks of a province: a rule, or results that one of its rules counts; and who can do what."""
    names = programme_names()
    counted = {code for rule in rules for code in rule.counts}
    years = Cycle.objects.visible_to(user).filter(place=None, province__province=province)
    held = set(years.values_list("programme__code", flat=True))
    return {
        "rule": None,
        "province": province,
        "rules": rules,
        "counted": sorted(names[code] for code in counted),
        "others": sorted(names[code] for code in held - counted),
        "is_outside": bool(held & counted),  # there are years, but no rule was in force in one of them
        "may_write": permissions.may_open_cycle(user, province),
    }


def _not_counted(request, span: counting.Span) -> int | None:
    """The year the address asks for, where the page shows another."""
    asked = whole_number(request.GET.get("year", ""))
    return asked if asked and asked != span.last else None


def _near(rows, near: str | None, span: counting.Span, late: list[int]):
    match near:
        case "one":
            return counting.one_year_away(rows, span)
        case "danger":
            return counting.in_danger(rows, span, late)
        case "doing":
            return counting.undecided(rows, span)
    return rows
