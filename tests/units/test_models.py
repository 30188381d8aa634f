"""Who sees which units, and the order of a search."""

import pytest

from units.enums import Role, Subtype, UnitKind
from units.models import Committee, Unit
from units.permissions import may_import_units, may_manage_people, may_see_people

from .factories import make_committee, make_province, make_tree, make_units, make_user

pytestmark = [pytest.mark.both, pytest.mark.django_db]  # scope, search and order


def seen(user) -> set[str]:
    return set(Unit.objects.visible_to(user).values_list("name", flat=True))


def test_each_level_sees_itself_and_what_it_manages():
    tree = make_tree("A")
    make_tree("B")
    everything = {unit.name for unit in Unit.objects.filter(province=tree.province)}
    home, areas = tree.communes[0], {unit.name for unit in tree.areas}
    assert len(everything) == 1 + 2 + 4 + 8 + 3
    assert seen(make_user(Role.STAFF, tree.province)) == everything
    assert seen(make_user(Role.STANDING, tree.districts[1])) == {
        "Huyện A2",
        "Xã A2.1",
        "Xã A2.2",
        *(name for name in areas if "A2" in name),
    }
    assert seen(make_user(Role.OFFICER, home)) == {
        "Xã A1.1",
        "Thôn 1 (A1.1)",
        "Thôn 2 (A1.1)",
        "Cơ quan A",
        "Doanh nghiệp A",
        "Trường A",  # stands there, managed by the district
    }
    assert seen(make_user(Role.OFFICER, tree.school)) == {"Trường A"}
    assert seen(make_user()) == set()


def test_a_prefix_of_an_id_is_not_a_place():
    """Place columns are compared whole: 1 does not reach what 12 or 120 manages."""
    first = make_province("Tỉnh Một")
    longer = Unit.objects.create(
        pk=first.pk * 10 + 1, kind=first.kind, subtype=first.subtype, name="Tỉnh Dài", opened_on=first.opened_on
    )
    Unit.objects.filter(pk=longer.pk).update(province=longer)
    user = make_user(Role.STAFF, first)
    assert seen(user) == {"Tỉnh Một"}


def test_committees_are_seen_within_the_place():
    tree, other = make_tree("A"), make_tree("B")
    for unit in (tree.province, tree.districts[0], tree.communes[0], other.province):
        make_committee(unit, members=1)

    def committees(user):
        return set(Committee.objects.visible_to(user).values_list("unit__name", flat=True))

    assert committees(make_user(Role.STAFF, tree.province)) == {"Tỉnh A", "Huyện A1", "Xã A1.1"}
    assert committees(make_user(Role.OFFICER, tree.communes[0])) == {"Xã A1.1"}
    assert committees(make_user(Role.OFFICER, tree.agency)) == set()


def test_an_administrator_administers_at_and_below_the_place():
    tree, other = make_tree("A"), make_tree("B")
    admin = make_user(Role.ADMIN, tree.districts[0])
    assert may_manage_people(admin, tree.districts[0]) and may_manage_people(admin, tree.school)
    assert may_manage_people(admin, tree.communes[1]) and may_import_units(admin)
    for unit in (tree.province, tree.districts[1], tree.communes[2], other.communes[0]):
        assert not may_manage_people(admin, unit)
    assert Unit.objects.administered_by(admin).count() == 1 + 2 + 4 + 3
    officer = make_user(Role.OFFICER, tree.communes[0])
    assert not may_manage_people(officer, tree.communes[0]) and not may_import_units(officer)
    assert not may_see_people(officer, tree.communes[0])
    assert may_see_people(make_user(Role.LEADER, tree.communes[0]), tree.communes[0])
    assert may_see_people(make_user(Role.INSPECTOR, tree.province), tree.communes[0])


def names_found(words: str) -> list[str]:
    return list(Unit.objects.search(words).nearest_first(words).values_list("name", flat=True))


def test_a_search_needs_no_marks_and_ranks_the_same_marks_first():
    province = make_province()
    district = make_units(province, UnitKind.DISTRICT, Subtype.RURAL_DISTRICT, ["Huyện Mẫu"])[0]
    names = ["Xã Hoa Bình", "Xã Hòa Bình", "Xã Hoá Bính", "Xã Đông Sơn", "Xã Dồng Sơn"]
    make_units(district, UnitKind.COMMUNE, Subtype.COMMUNE, names)
    assert names_found("hoa binh") == ["Xã Hoa Bình", "Xã Hoá Bính", "Xã Hòa Bình"]
    for written in ("hòa bình", "HOÀ BÌNH", "Hoà  Bình"):
        assert names_found(written) == ["Xã Hòa Bình", "Xã Hoa Bình", "Xã Hoá Bính"]
    assert names_found("đông") == ["Xã Đông Sơn", "Xã Dồng Sơn"]
    assert names_found("Ðông sơn") == ["Xã Dồng Sơn", "Xã Đông Sơn"]  # another letter: found, not preferred
    assert names_found("100% _") == []


def test_a_code_is_found_from_its_beginning():
    province = make_province("Tỉnh Mẫu", "98")
    make_units(province, UnitKind.DISTRICT, Subtype.RURAL_DISTRICT, ["Huyện 98"], code="217")
    assert names_found("98") == ["Tỉnh Mẫu", "Huyện 98"]
    assert names_found("21") == ["Huyện 98"]
