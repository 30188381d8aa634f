"""What counts as a success: recognised, and not with the grade that whoever has no more is given (“Yếu”)."""

from collections.abc import Collection

from django.db.models import Q

from criteria.queries import lowest_grades

from ..enums import State


def succeeded(prefix: str = "") -> Q:
    """Dossiers recognised with more than the lowest grade of their set, or recognised without any."""
    return Q(**{f"{prefix}state": State.RECOGNISED}) & ~Q(**{f"{prefix}grade__in": lowest_grades()})


def weakest_of(programmes: Collection[str]) -> list[int]:
    """The grades of the programmes, by code, that are no success; one query.

    Apart from the dossiers counted: most programmes have none, and the index of dossiers knows no grade.
    """
    return list(lowest_grades().filter(criteria_set__programme__code__in=list(programmes)).values_list("pk", flat=True))
