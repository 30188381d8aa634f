"""Dossiers with what their pages need."""

from collections.abc import Iterable

from django.db.models import Prefetch, QuerySet

from criteria.models import Deadline
from units.models import User

from ..models import Evaluation


def with_route(dossiers: QuerySet[Evaluation]) -> QuerySet[Evaluation]:
    """Dossiers with what their deadlines and labels need, in a bounded number of queries."""
    return dossiers.select_related("cycle__programme", "criteria_set", "route", "grade").prefetch_related(
        Prefetch("route__deadlines", Deadline.objects.all())
    )


def years_of(units: Iterable[int], user: User) -> QuerySet[Evaluation]:
    """The units' dossiers of all years that the user may see, newest first, with result and decision."""
    return (
        Evaluation.objects.visible_to(user)
        .filter(unit__in=units)
        .select_related(
            "cycle__programme",
            "criteria_set__document",
            "grade",
            "recognition__decision__issuer",
            "recognition__revoked_by",
        )
        .order_by("-cycle__year", "cycle__programme", "unit_sort_key", "pk")
    )
