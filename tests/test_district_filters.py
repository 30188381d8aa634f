"""The filter “Huyện” of the lists: offered to who has districts, now or before, and to nobody else."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from evaluations.filters import BarredFilterSet
from tests.units.factories import make_province, make_tree, make_units, make_user
from tests.units.reforming import draft, line
from units import reforms
from units.enums import Role, Subtype, UnitKind
from units.models import Unit

pytestmark = pytest.mark.django_db
LISTS = {
    "units:list": [],
    "units:register_list": ["so-ho"],
    "evaluations:list": [],
    "evaluations:recognition_list": [],
}


def offering(client, place) -> set[str]:
    """The lists that offer the filter to the place's administrator; each offers the filter by name."""
    client.force_login(make_user(Role.ADMIN, place))
    pages = {name: client.get(reverse(name, args=args)).content.decode() for name, args in LISTS.items()}
    assert {name for name, page in pages.items() if 'name="q"' not in page} == set()
    return {name for name, page in pages.items() if ">Huyện</label>" in page or 'name="district"' in page}


def test_a_province_of_two_levels_is_offered_no_districts(client):
    province = make_province()
    make_units(province, UnitKind.COMMUNE, Subtype.COMMUNE, ["Xã Một", "Xã Hai"])
    assert offering(client, province) == set()
    assert BarredFilterSet({}, Unit.objects.all(), years=[2024]).form["district"].is_hidden


def test_who_has_districts_or_had_them_is_offered_them(client):
    """The control: the years before 1/7/2025 are still looked up by district."""
    tree = make_tree("A")
    assert offering(client, tree.province) == set(LISTS)
    assert not BarredFilterSet({}, Unit.objects.all(), years=[2024]).form["district"].is_hidden
    reforms.apply(draft(tree, line("close_level", tree.province, kind=UnitKind.DISTRICT)), by=None)
    assert offering(client, tree.province) >= {"evaluations:list", "evaluations:recognition_list"}


@pytest.mark.parametrize("name", ["units:register_list", "evaluations:list"])  # with a choice of communes
def test_places_of_one_name_are_told_apart_and_ended_ones_say_so(client, name):
    """Two wards of one name in two towns, as Phường Nam Cường in Lào Cai and in Yên Bái; one of them ended."""
    tree = make_tree("A")
    for district in tree.districts:
        make_units(district, UnitKind.COMMUNE, Subtype.WARD, ["Phường Nam Cường"])
    client.force_login(make_user(Role.ADMIN, tree.province))
    page = client.get(reverse(name, args=LISTS[name])).content.decode()
    assert ">Phường Nam Cường<" not in page
    for district in ("huyện A1", "huyện A2"):
        assert f">Phường Nam Cường ({district}, tỉnh A)</option>" in page
    assert f">{tree.communes[0].name}</option>" in page  # the control: an only name stands alone
    Unit.objects.filter(name="Phường Nam Cường", district=tree.districts[1]).update(closed_on=date(2025, 6, 30))
    page = client.get(reverse(name, args=LISTS[name])).content.decode()
    assert ">Phường Nam Cường</option>" in page and ">Phường Nam Cường (đến 30/06/2025)</option>" in page


@pytest.mark.parametrize("name", LISTS)
def test_districts_are_read_once_a_form(client, name):
    tree = make_tree("A")
    client.force_login(make_user(Role.ADMIN, tree.province))
    with CaptureQueriesContext(connection) as captured:
        page = client.get(reverse(name, args=LISTS[name])).content.decode()
    assert all(f">{district.name}</option>" in page for district in tree.districts)
    chosen = """"units_unit"."kind" = 'district') ORDER BY"""
    assert len([one for one in captured if chosen in one["sql"]]) == 1


def test_what_the_address_asks_is_still_refused(client):
    """A filter that is not drawn does not widen the list."""
    client.force_login(make_user(Role.ADMIN, make_province()))
    assert client.get(reverse("units:list"), {"district": "999"}).status_code == 422
