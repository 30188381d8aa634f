"""The places a template lists, so that the key of one can be looked up."""

from ..models import Unit, User
from .keys import OWN_KEY

MOST_LISTED = 5000
HEADINGS = ["Khoá", "Mã số", "Tên đơn vị", "Loại đơn vị", "Đơn vị quản lý"]


def places_page(user: User) -> list[tuple[str, list[list]]]:
    """The page of the open places the user administers: title and rows. No page of more than can be looked through."""
    places = Unit.objects.visible_to(user) & Unit.objects.administered_by(user)
    listed = list(places.open_on().select_related("parent").order_by("kind", "sort_key", "pk")[: MOST_LISTED + 1])
    if len(listed) > MOST_LISTED:
        return []
    rows = [
        [f"{OWN_KEY}{one.pk}", one.code, one.name, one.get_kind_display(), one.parent.name if one.parent else ""]
        for one in listed
    ]
    return [("Đơn vị", [HEADINGS, *rows])]
