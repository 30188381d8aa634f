"""The tree of units, the search over it, and one unit's page."""

from typing import cast

from django.core.paginator import Page, Paginator
from django.db.models import Case, Exists, OuterRef, When
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from .. import queries
from ..enums import JUDGED, LEVELS, ORGANISATIONS, UnitKind
from ..filters import UnitFilterSet
from ..models import Committee, Unit, UnitEvent
from ..permissions import may_delegate, may_import_units, may_manage_people, may_see_people
from ..queries import history
from ..registers import REGISTERS, Register

PER_PAGE = 50
BELOW = [kind for kind in JUDGED if kind not in LEVELS]
LEVELS_FIRST = Case(*(When(kind=kind, then=place) for place, kind in enumerate(UnitKind)))


@require_safe
def unit_list(request):
    """One level of the tree at a time (`duoi`), or the flat results of a search."""
    visible = Unit.objects.visible_to(request.user)
    shown = visible.with_relation(request.user).select_related("parent", "province", "district")
    found = UnitFilterSet(request.GET, shown, request=request)
    context = {"filter": found, "may_import": may_import_units(request.user)}
    if any(request.GET.get(name) for name in UnitFilterSet.base_filters):
        if not found.is_valid():
            return render(request, "units/unit_list.html", context | {"is_refused": True}, status=422)
        data = found.form.cleaned_data
        context |= {"is_found": True, **{name: _named(visible, data[name]) for name in ("parent", "hosted_in")}}
        return render(request, "units/unit_list.html", context | _page(request, found.qs))
    at = _at(request, visible)
    units = at.children.open_on() if at else visible.filter(pk__in=[place.pk for place in request.user.places()])
    units = units.with_relation(request.user).select_related("parent", "province", "district")
    units = units.order_by(LEVELS_FIRST, "sort_key", "pk")
    of_level = {level.value: at.pk if at and at.kind == level else None for level in LEVELS}  # the filter of the file
    context |= {"is_tree": True, "at": at, "of_level": of_level} | _page(request, units)
    shown = list(cast(Page, context["page"]))
    counted = queries.counts_below([*shown, *([at] if at else [])])
    return render(
        request,
        "units/unit_list.html",
        context
        | {
            "above": _visible_above(at, request.user) if at else [],
            "figures": _figures(at, counted) if at else [],
            "rows": [{"unit": unit, "figures": _figures(unit, counted)} for unit in shown],
            "hosted": queries.hosted_at(at, request.user) if at else 0,
            "has_levels": any(unit.is_level for unit in shown),
        },
    )


def _named(visible, pk) -> Unit | None:
    """The visible unit whose dependants are asked for."""
    return visible.filter(pk=pk).first() if pk else None


def _page(request, units) -> dict:
    page = Paginator(units.with_namesake(), PER_PAGE).get_page(request.GET.get("page"))
    queries.tell_apart(page)
    return {"page": page}


def _at(request, visible) -> Unit | None:
    """The unit whose level is shown: the one asked for, or the user's only place."""
    if wanted := request.GET.get("duoi"):
        return get_object_or_404(
            visible.select_related("province", "district", "commune"), pk=wanted if wanted.isdecimal() else 0
        )
    places = queries.own_places(request.user)
    return places[0] if len(places) == 1 and places[0].is_level else None


def _visible_above(unit: Unit, user) -> list[Unit]:
    reach = {place.pk for place in user.places()}
    above = queries.ancestors(unit)
    first = next((place for place, item in enumerate(above) if item.pk in reach), len(above))
    return above[first:]


def _figures(unit: Unit, counted: dict) -> list[tuple[str, int | None]]:
    """(label, how many below) for communes, None for a commune itself, and for what communes hold; else nothing."""
    if not unit.is_level:
        return []
    counts = counted.get(unit.pk, {})
    communes = None if unit.kind == UnitKind.COMMUNE else counts.get(UnitKind.COMMUNE, 0)
    return [(UnitKind.COMMUNE.label, communes), *((kind.label, counts.get(kind, 0)) for kind in BELOW)]


@require_safe
def unit_detail(request, pk):
    """What a unit is, where it stands, what it was called, and who acts there."""
    visible = Unit.objects.visible_to(request.user).with_relation(request.user)
    units = visible.select_related("parent", "stands_in", "province", "district", "commune")
    logged = UnitEvent.objects.filter(unit=OuterRef("pk"))  # most units have no log: those cost no query more
    unit = get_object_or_404(units.annotate(is_logged=Exists(logged)), pk=pk)
    user = request.user
    may_manage = may_manage_people(user, unit) and not unit.closed_on  # nothing new begins at a unit that ends
    return render(
        request,
        "units/unit_detail.html",
        {
            "unit": unit,
            "above": queries.ancestors(unit),
            "reach": {place.pk for place in _visible_above(unit, user)},
            "children": queries.children_by_kind(unit),
            "hosted": queries.hosted_at(unit, user),
            "versions": unit.versions.select_related("parent", "stands_in").order_by("-valid_from"),
            "committees": Committee.objects.visible_to(user).in_office().filter(unit=unit),
            "people": list(queries.people_at(unit)) if may_see_people(user, unit) else None,
            "may_manage": may_manage,
            "may_correct": (may_correct := may_manage_people(user, unit.parent or unit)),
            "may_end": may_correct and not unit.is_level,
            "events": unit.events.select_related("by") if may_correct and unit.is_logged else [],
            "may_found": may_manage and (unit.is_level or unit.kind == UnitKind.RESIDENTIAL_AREA),
            "registers": _registers(unit, user),
            "delegations": unit.delegations.select_related("giver", "receiver") if unit.kind in ORGANISATIONS else [],
            "may_delegate": unit.kind in ORGANISATIONS and not unit.closed_on and may_delegate(user, unit.parent),
            "successions": history.successions(unit, user),
        },
    )


def _registers(unit: Unit, user) -> list[tuple[Register, int, str]]:
    """(register, how many rows at the unit and below, the filter that lists them) where there are rows."""
    counts = queries.register_counts(user, unit)
    within = {UnitKind.PROVINCE: "", UnitKind.DISTRICT: f"district={unit.pk}", UnitKind.COMMUNE: f"commune={unit.pk}"}
    query = within.get(UnitKind(unit.kind), f"unit={unit.pk}")
    return [(register, counts[slug], query) for slug, register in REGISTERS.items() if counts.get(slug)]
