"""Reads about committees: who came, left and was replaced in a time."""

from datetime import date
from typing import Any

from django.db.models import Count, Q, QuerySet

from ..models import Committee, Seat, on

GROUPS = {
    "ban": ("committee", "committee__unit__name", "committee__name", "committee__unit__sort_key"),
    "xa": tuple(f"committee__unit__commune{way}" for way in ("", "__name", "__sort_key")),
    "huyen": tuple(f"committee__unit__district{way}" for way in ("", "__name", "__sort_key")),
    "tinh": tuple(f"committee__unit__province{way}" for way in ("", "__name", "__sort_key")),
}


def seat_changes(committees: QuerySet[Committee], start: date, end: date, by: str | None) -> Any:
    """Members on both days and who came, left and replaced between them, by committee or place; None: all in one row.

    `opened` + `joined` - `left` = `closed`; `replaced` are those of `joined` who took another's seat. A member on the
    first day is not among those who joined, a member on the last day not among those who left. One query.
    """
    came = Q(valid_from__gt=start, valid_from__lte=end)
    figures = {
        "boards": Count("committee", distinct=True),
        "opened": Count("pk", filter=on(start)),
        "joined": Count("pk", filter=came),
        "replaced": Count("pk", filter=came & Q(replaces__isnull=False)),
        "left": Count("pk", filter=Q(valid_from__lte=end, valid_to__gte=start, valid_to__lt=end)),
        "closed": Count("pk", filter=on(end)),
    }
    seats = Seat.objects.filter(committee__in=committees).order_by()
    if by is None:
        return seats.aggregate(**figures)
    columns = GROUPS[by]
    return seats.values(*columns).annotate(**figures).order_by(columns[-1], columns[0])
