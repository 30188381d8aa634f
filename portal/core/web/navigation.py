"""The main menu: which pages stand in it and which of them the reader is on."""

from dataclasses import dataclass

from django.urls import NoReverseMatch, reverse

MENU = (
    ("home", "Việc của tôi"),
    ("evaluations:list", "Đánh giá"),
    ("evaluations:sitting_list", "Phiên họp"),
    ("evaluations:decision_list", "Quyết định"),
    ("units:list", "Đơn vị"),
    ("units:registers", "Sổ theo dõi"),
    ("criteria:list", "Bộ tiêu chí"),
    ("reports:overview", "Tổng quan"),
    ("reports:catalogue", "Báo cáo"),
)
MENU_OF_ADMINISTRATORS = (("units:people", "Quản trị"),)


@dataclass(frozen=True)
class Item:
    label: str
    url: str
    is_current: bool


def menu(path: str, *, is_administrator: bool = False) -> list[Item]:
    """The items in order; the one whose address is the longest beginning of `path` is current."""
    found = []
    for name, label in MENU + (MENU_OF_ADMINISTRATORS if is_administrator else ()):
        try:
            found.append((label, reverse(name)))
        except NoReverseMatch:
            continue  # an app that is not installed on this portal has no page to link to
    home = found[0][1] if found and found[0][0] == MENU[0][1] else None
    near = [url for _, url in found if (path == url if url == home else path.startswith(url))]
    current = max(near, key=len, default=None)
    return [Item(label, url, url == current) for label, url in found]
