"""Units by their years running: who reached which title, who is one year away, whose row is in danger."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from criteria.models import StreakRule
from criteria.queries import programme_names, rules_held
from portal.core.lists import Asking, ListColumn, Listed, listed
from portal.core.web.list_files import leaves_as
from portal.core.web.pages import page_of, whole_number
from units.files.keys import OWN_KEY
from units.models import Unit, UnitQuerySet, User
from units.queries import tell_apart

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


COLUMNS = (
    ListColumn("Khoá đơn vị", lambda line: f"{OWN_KEY}{line.unit.pk}"),
    ListColumn("Đơn vị", "unit.listed_name"),
    ListColumn("Xã", "unit.commune_above.name"),
    ListColumn("Huyện", "unit.district_above.name"),
    ListColumn("Số năm liên tục", "standing.streak"),
    ListColumn("Mốc đã đủ (năm)", "standing.reached.years"),
    ListColumn("Cấp công nhận mốc đã đủ", "standing.reached.get_level_display"),
    ListColumn("Mốc tiếp theo (năm)", "standing.coming.years"),
    ListColumn("Cấp công nhận mốc tiếp theo", "standing.coming.get_level_display"),
    ListColumn("Còn (năm)", lambda line: line.standing.missing if line.standing.coming else None),
    ListColumn("Nguy cơ", lambda line: " ".join(danger.sentence for danger in line.dangers)),
)


@dataclass(frozen=True)
class Running:
    """The units of a province by a rule and a year, and those of them the filter asks for."""

    filters: StreakFilterSet
    rule: StreakRule
    span: counting.Span
    late: list[int]
    every: QuerySet
    rows: UnitQuerySet
    user: User

    def lines(self, units: Iterable[Any]) -> list[StreakLine]:
        """Some of the units, each with its standing and what endangers it; a fixed number of queries."""
        shown = list(units)
        dangers = counting.dangers(shown, self.span, self.late, self.user)
        return [StreakLine(unit, counting.standing(self.rule, unit.streak), dangers.get(unit.pk, [])) for unit in shown]


def my_provinces(user) -> list[Unit]:
    """The provinces the user's placements lie in: the one at hand first, then in the order of the alphabet."""
    held = {place.province_id for place in user.places()}
    found = list(Unit.objects.filter(pk__in=held).order_by("sort_key")) if held else []
    return sorted(found, key=lambda one: one.pk != user.province_at_hand)


def _province(asked: Asking, provinces: list[Unit]) -> Unit | None:
    """The one asked for, else the first."""
    wanted = asked.GET.get("province")
    return next((one for one in provinces if str(one.pk) == wanted), provinces[0] if provinces else None)


def _running(asked: Asking, province: Unit, read: list[StreakRule]) -> Running | None:
    """None where no rule read has a year with results."""
    user = asked.user
    recorded = counting.recorded_years(read, province.pk) if read else {}
    rules = [rule for rule in read if recorded[rule.pk]]
    if not rules:
        return None
    years = sorted({year for rule in rules for year in recorded[rule.pk] if rule.holds_in(year)}, reverse=True)
    visible = Unit.objects.counted_for(user).filter(province=province)
    filters = StreakFilterSet(asked.GET, visible, rules=rules, years=years)
    rule = next((one for one in rules if one.pk == filters.chosen("rule")), rules[0])
    year = filters.chosen("year")
    last = year if year in recorded[rule.pk] and rule.holds_in(year) else max(recorded[rule.pk])
    span = counting.span_of(rule, recorded[rule.pk], last, province.pk)
    late = counting.late_routes(rule, span.under_way, timezone.localdate())
    units = counting.there_at_the_end(filters.qs.select_related("district", "commune"), span)
    every = counting.with_streak(units, span)
    rows = _near(every, filters.chosen("near"), span, late).order_by("-streak", "sort_key", "pk")
    return Running(filters, rule, span, late, every, rows, user)


def streaks_listed(asked: Asking) -> Listed:
    """404 where no rule has results to count."""
    province = _province(asked, my_provinces(asked.user))
    read = rules_held(counting.rules_for(asked.user), province) if province else []
    found = _running(asked, province, read) if province else None
    if found is None:
        raise Http404
    title, name = f"Năm liên tục đến {found.span.last}", f"nam-lien-tuc-{found.span.last}"
    return listed(title, name, found.rows, COLUMNS, dress=found.lines)


@require_safe
@leaves_as(streaks_listed)
def streak_list(request):
    """The units of the reader's places by a rule and a year, with counts and filters."""
    user, provinces = request.user, my_provinces(request.user)
    province = _province(request, provinces)
    if province is None:
        return render(request, "evaluations/streak_list.html", {"rule": None, "province": None})
    read = rules_held(counting.rules_for(user), province)
    found = _running(request, province, read)
    if found is None:
        return render(request, "evaluations/streak_list.html", _why_empty(user, province, read))
    page = page_of(found.rows.with_namesake(), request)
    tell_apart(page)
    context = {
        "form": found.filters.form,
        "provinces": provinces,
        "province": province,
        "rule": found.rule,
        "titles": counting.titles_of(found.rule),
        "span": found.span,
        "asked": _not_counted(request, found.span),
        "counts": counting.how_many(found.every, found.rule),
        "page": page,
        "rows": found.lines(page),
        "is_danger_past": found.filters.chosen("near") == "danger" and not found.span.is_open,
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
