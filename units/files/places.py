"""The places a template lists, so that the key of one can be looked up."""

from ..models import Unit, UnitQuerySet, User
from ..queries import tell_apart

MOST_LISTED = 5000
HEADINGS = ["Khoá", "Mã số", "Tên đơn vị", "Loại đơn vị", "Đơn vị quản lý"]


def places_page(user: User) -> list[tuple[str, list[list]]]:
    """The page of the open places the user administers; see `page_of`."""
    return page_of(Unit.objects.visible_to(user) & Unit.objects.administered_by(user))


def page_of(places: UnitQuerySet) -> list[tuple[str, list[list]]]:
    """The page of those of the places that are open: title and rows. No page of more than can be looked through."""
    named = places.open_on().with_namesake().select_related("parent").order_by("kind", "sort_key", "pk")
    listed = list(named[: MOST_LISTED + 1])
    if len(listed) > MOST_LISTED:
        return []
    tell_apart(listed)
    rows = [
        [one.own_key, one.code, one.listed_name, one.get_kind_display(), one.parent.name if one.parent else ""]
        for one in listed
    ]
    return [("Đơn vị", [HEADINGS, *rows])]
