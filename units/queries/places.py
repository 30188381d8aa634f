"""Reads about places: whose they are, what lies below them, who acts there."""

from collections.abc import Iterable
from datetime import date, datetime, time

from django.db.models import Count, QuerySet
from django.utils import timezone

from ..enums import LEVELS, UnitKind
from ..models import Placement, Seat, Unit, User


def own_places(user: User) -> list[Unit]:
    """The places of today's placements, highest first, without those inside another."""
    places = {place.pk: place for place in user.places()}
    inside = {pk for pk, place in places.items() if places.keys() & set(place.ancestor_ids.values()) - {pk}}
    order = list(UnitKind)
    found = [place for pk, place in places.items() if pk not in inside]
    return sorted(found, key=lambda place: (order.index(UnitKind(place.kind)), place.sort_key))


def children_by_kind(unit: Unit) -> list[tuple[UnitKind, int]]:
    """How many open units of each kind the unit manages itself."""
    counts = dict(
        unit.children.open_on().order_by().values("kind").annotate(many=Count("pk")).values_list("kind", "many")
    )
    return [(kind, counts[kind]) for kind in UnitKind if kind in counts]


def hosted_at(unit: Unit, user: User) -> int:
    """How many open organisations the user may see stand on the unit's ground while another one manages them."""
    return Unit.objects.visible_to(user).open_on().filter(stands_in=unit).exclude(parent=unit).count()


def counts_below(units: Iterable[Unit]) -> dict[int, dict[str, int]]:
    """Open units of each kind below each of the levels, one query a level of government."""
    below: dict[int, dict[str, int]] = {}
    levels: dict[str, list[int]] = {}
    for unit in units:
        if unit.kind in LEVELS:
            levels.setdefault(UnitKind(unit.kind).place_column, []).append(unit.pk)
    for column, pks in levels.items():
        rows = Unit.objects.open_on().filter(**{f"{column}__in": pks}).order_by().values_list(column, "kind")
        for pk, kind, many in rows.annotate(many=Count("pk")):
            below.setdefault(pk, {})[kind] = many
    return below


def ancestors(unit: Unit) -> list[Unit]:
    """The managing units from the province down, this one left out; needs the place columns selected."""
    return [above for above in (unit.province, unit.district, unit.commune) if above and above.pk != unit.pk]


def people_at(unit: Unit, day: date | None = None) -> QuerySet[Placement]:
    """Who acts at the unit today, or acted there on a day gone by."""
    held = Placement.objects.held_on(day) if day else Placement.objects.in_force()
    return held.filter(unit=unit).select_related("user").order_by("role", "pk")


def tell_holders_then(seats: Iterable[Seat], day: date) -> None:
    """Let the holders be named by the words their posts had at the end of their seat, or of the day asked about where
    that is earlier; who sits today by those of now. Who is replaced is named as at the end of their own seat."""
    for seat in seats:
        for one, last in ((seat, day), (seat.replaces, timezone.localdate())):
            end = min(last, one.valid_to or last) if one else last
            if one and one.user and end < timezone.localdate():
                one.user.told_at = timezone.make_aware(datetime.combine(end, time.max))


def tell_as_then(people: Iterable[User | None], moment: datetime) -> None:
    """Let each be named by the words their post had at the moment."""
    for person in people:
        if person is not None:
            person.told_at = moment
