"""What a page's address asks for: a place, a kind, boundaries. What is not the reader's is not there (404)."""

from django.http import Http404
from django.shortcuts import get_object_or_404

from evaluations.models import Cycle
from units.enums import JUDGED, LEVELS, UnitKind
from units.models import Unit, UnitVersion

from ..datasets import Boundaries, By, Scope, cycles_at, ways_below

KIND_CHOICES = [(kind.value, kind.label) for kind in JUDGED]


def chosen_place(request, cycle: Cycle | None, text: str | None = None) -> Unit | None:
    """The unit asked for by `don_vi`, or the user's first place in the cycle's province; Http404 out of scope.

    Whoever stands above a place with a year of its own is shown that place.
    """
    asked = request.GET.get("don_vi", "") if text is None else text
    if asked:
        if not (asked.isascii() and asked.isdecimal()) or len(asked) > 18:
            raise Http404
        visible = Unit.objects.visible_to(request.user).select_related("parent")
        return get_object_or_404(visible.filter(kind__in=LEVELS), pk=int(asked))
    places = [place for place in request.user.places() if cycle is None or place.province_id == cycle.province_id]
    if not places and cycle:
        places = _lay_there(request.user, cycle)
    found = next((place for place in places if place.is_level), places[0] if places else None)
    if cycle is None or cycle.place_id is None or (found and may_hold(cycle, found, Boundaries.THEN)):
        return found
    return Unit.objects.visible_to(request.user).select_related("parent").filter(pk=cycle.place_id).first()


def _lay_there(user, cycle: Cycle) -> list[Unit]:
    """The user's places, and those they took over, that belonged to a province that has ended since."""
    grounds = user.grounds()
    held = UnitVersion.objects.visible_to(user).filter(unit__in=grounds, province=cycle.province_id)
    there = set(held.values_list("unit", flat=True))
    return [place for place in grounds if place.pk in there]


def kinds_of(scope: Scope) -> list[tuple[str, str]]:
    """The kinds of units the place may have: districts are judged only where there are districts."""
    return [(kind, label) for kind, label in KIND_CHOICES if kind != UnitKind.DISTRICT or scope.has_districts]


def chosen_kind(request, scope: Scope) -> str | None:
    kind = request.GET.get("loai", "")
    return kind if kind in dict(kinds_of(scope)) else None


def chosen_boundaries(request, text: str | None = None, *, cycle: Cycle | None = None) -> Boundaries:
    """The boundaries asked for by `ranh_gioi`; a place's own year is always told in those of its year."""
    asked = request.GET.get("ranh_gioi", "") if text is None else text
    if cycle is not None and cycle.place_id:
        return Boundaries.THEN
    return Boundaries(asked) if asked in Boundaries else Boundaries.THEN


def place_of_today(request, place: Unit) -> Unit:
    """The place itself, or the one an ended place's dossiers lie at today; Http404 where that is not the reader's."""
    if not place.is_over:
        return place
    visible = Unit.objects.visible_to(request.user).select_related("parent")
    return get_object_or_404(visible.filter(kind__in=LEVELS), pk=place.heir_id)


def places_before(user, place: Unit, cycle: Cycle) -> list[Unit]:
    """The ended places that are the place today and whose dossiers the cycle may hold, of a place opened later."""
    column = place.kind
    took_over = Unit.objects.visible_to(user).filter(**{column: place.pk}, kind=place.kind, closed_on__isnull=False)
    return list(
        took_over.filter(versions__province=cycle.province_id).exclude(pk=place.pk).distinct().order_by("sort_key")
    )


def may_hold(cycle: Cycle, place: Unit, boundaries: str) -> bool:
    """Whether the cycle can have dossiers of the place, in these boundaries."""
    return cycles_at(place, boundaries).filter(pk=cycle.pk).exists()


def above_in_scope(user, place: Unit, cycle: Cycle) -> Unit | None:
    """The unit above, unless the place is where the user's own scope, or the year's, ends."""
    if cycle.place_id == place.pk:
        return None
    return None if place.pk in {own.pk for own in user.grounds()} else place.parent


def tabs_of(scope: Scope) -> list[tuple[str, str]]:
    """The ways the place can be counted: a commune has no district below it, nor has a province of two levels."""
    return [(by.value, by.label) for by in (By.KIND, *ways_below(scope))]
