"""Units of one name in one commune: told apart by where they lay before, and left alone where none has a namesake."""

import html
from datetime import date

import pytest
from django.urls import reverse

from tests.units.factories import make_tree, make_units, make_user
from tests.units.reforming import draft, line
from units import reforms, services
from units.enums import CommitteeKind, Role, Subtype, UnitKind
from units.files.places import places_page
from units.models import GroupCount, Unit
from units.queries import tell_apart, tell_units_apart

pytestmark = pytest.mark.both  # the condition in the query

NEW = {"kind": "commune", "subtype": Subtype.COMMUNE, "code": "02683", "name": "Xã Bát Xát", "key": "B"}


def villages(commune, *names):
    return make_units(commune, UnitKind.RESIDENTIAL_AREA, Subtype.VILLAGE, list(names))


def listed(units) -> list[str]:
    rows = list(units.with_namesake())
    tell_apart(rows)
    return [one.listed_name for one in rows]


@pytest.fixture
def tree(db):
    """Two communes with a "Thôn Bản 1" each, and one with a village of no other's name."""
    made = make_tree()
    one, two, *_ = made.communes
    made.hamlets = [*villages(one, "Thôn Bản 1", "Thôn Riêng"), *villages(two, "Thôn bản 1")]
    return made


def merged(tree, *communes, key="B", day=date(2025, 7, 1), **fields):
    plan = draft(
        tree,
        line("open", to_unit=tree.province, **NEW | {"key": key} | fields),
        *(line("merge", commune, to_key=key) for commune in communes),
        day=day,
    )
    reforms.apply(plan, by=None)
    return Unit.objects.get(name=fields.get("name", NEW["name"]))


def test_namesakes_of_a_merger_say_where_they_lay_before(tree):
    one, two, *_ = tree.communes
    new = merged(tree, one, two)
    here = Unit.objects.filter(parent=new, name__icontains="bản")
    assert listed(here) == [f"Thôn Bản 1 · trước thuộc {one.name}", f"Thôn bản 1 · trước thuộc {two.name}"]
    assert listed(Unit.objects.filter(parent=new, name="Thôn Riêng")) == ["Thôn Riêng"]


def test_one_row_alone_still_says_it_for_its_namesake_may_stand_on_the_next_page(tree):
    one, two, *_ = tree.communes
    merged(tree, one, two)
    assert listed(Unit.objects.filter(pk=tree.hamlets[0].pk)) == [f"Thôn Bản 1 · trước thuộc {one.name}"]


def test_without_a_namesake_nothing_is_said_and_nothing_is_asked(tree, django_assert_num_queries):
    with django_assert_num_queries(1):
        assert listed(Unit.objects.filter(pk__in=[one.pk for one in tree.hamlets])) == [
            "Thôn Bản 1",
            "Thôn bản 1",
            "Thôn Riêng",
        ]


def test_many_cost_no_more_than_two(tree, django_assert_num_queries):
    one, two, *_ = tree.communes
    for commune in (one, two):
        villages(commune, *(f"Thôn Bản {i}" for i in range(2, 30)))
    new = merged(tree, one, two)
    many = Unit.objects.filter(parent=new).count()
    with django_assert_num_queries(2):
        assert len(set(listed(Unit.objects.filter(parent=new)))) == many


def test_twice_merged_says_the_whole_way(tree):
    one, two, three, _ = tree.communes
    villages(three, "Thôn Bản 1")
    merged(tree, one, two)
    new = merged(tree, Unit.objects.get(name="Xã Bát Xát"), three, day=date(2026, 1, 1), name="Xã Cốc San", code="")
    assert listed(Unit.objects.filter(parent=new, name__icontains="bản").order_by("pk")) == [
        f"Thôn Bản 1 · trước thuộc Xã Bát Xát, {one.name}",
        f"Thôn bản 1 · trước thuộc Xã Bát Xát, {two.name}",
        f"Thôn Bản 1 · trước thuộc {three.name}",
    ]


def test_who_lay_nowhere_else_and_two_of_one_commune_bear_their_keys(tree):
    one, two, *_ = tree.communes
    (twin,) = villages(two, "Thôn Bản 1")
    plan = draft(tree, line("merge", two, to_unit=one))
    reforms.apply(plan, by=None)
    first, _, second = tree.hamlets
    assert listed(Unit.objects.filter(parent=one, name__icontains="bản").order_by("pk")) == [
        f"Thôn Bản 1 · khoá DV{first.pk}",
        f"Thôn bản 1 · trước thuộc {two.name}, khoá DV{second.pk}",
        f"Thôn Bản 1 · trước thuộc {two.name}, khoá DV{twin.pk}",
    ]


def test_units_read_for_something_else_are_told_apart_as_well(tree):
    one, two, *_ = tree.communes
    merged(tree, one, two)
    rows = list(Unit.objects.filter(pk__in=[one.pk for one in tree.hamlets]).order_by("pk"))
    tell_units_apart(rows)
    assert [row.apart for row in rows] == [f"trước thuộc {one.name}", "", f"trước thuộc {two.name}"]


def test_the_page_of_units_in_a_template_tells_them_apart(tree):
    one, two, *_ = tree.communes
    new = merged(tree, one, two)
    [(_, [_, *rows])] = places_page(make_user(Role.ADMIN, tree.province))
    names = {row[2] for row in rows if row[4] == new.name}
    assert {f"Thôn Bản 1 · trước thuộc {one.name}", f"Thôn bản 1 · trước thuộc {two.name}", "Thôn Riêng"} <= names


def test_an_ended_unit_is_nobodys_namesake(tree):
    one, two, *_ = tree.communes
    new = merged(tree, one, two)
    Unit.objects.filter(pk=tree.hamlets[2].pk).update(closed_on=date(2026, 1, 1))
    assert listed(Unit.objects.filter(parent=new, name__icontains="bản")) == ["Thôn Bản 1", "Thôn bản 1"]


def test_lists_registers_and_their_choice_tell_them_apart(tree, client):
    one, two, *_ = tree.communes
    new = merged(tree, one, two)
    first, _, second = tree.hamlets
    told = [f"Thôn Bản 1 · trước thuộc {one.name}", f"Thôn bản 1 · trước thuộc {two.name}"]
    for unit in (first, second):
        GroupCount.objects.create(unit=unit, year=2024, groups=5)
    client.force_login(make_user(Role.ADMIN, tree.province))
    for answer in (
        client.get(reverse("units:list"), {"duoi": new.pk}),
        client.get(reverse("units:list"), {"q": "bản 1"}),
        client.get(reverse("units:register_list", args=["to-tu-quan"])),
        client.get(reverse("units:register_export", args=["to-tu-quan"]), {"dang": "csv"}),
    ):
        text = html.unescape(answer.content.decode())
        assert all(words in text for words in told)
        assert "Thôn Riêng ·" not in text
    chosen = client.get(reverse("units:register_add", args=["to-tu-quan"]), {"don_vi": new.pk})
    text = html.unescape(chosen.content.decode())
    assert f"Thôn Bản 1 (khu dân cư, Xã Bát Xát) · trước thuộc {one.name}</option>" in text
    assert "Thôn Riêng (khu dân cư, Xã Bát Xát)</option>" in text


def test_people_and_committees_tell_them_apart_on_their_pages_and_in_their_files(tree, client):
    one, two, *_ = tree.communes
    merged(tree, one, two)
    first, alone, second = tree.hamlets
    rules, since = services.CommitteeRules(50, 50), {"valid_from": date(2025, 8, 1)}
    for unit in (first, alone, second):
        person = make_user(Role.LEADER, unit)
        board = services.found_committee(unit, kind=CommitteeKind.VILLAGE, rules=rules, by=None, **since)
        services.seat(board, person, "Trưởng Ban", by=None, **since)
    client.force_login(make_user(Role.ADMIN, tree.province))
    for route in ("people", "people_export", "committee_list", "committee_export", "seat_export"):
        answer = client.get(reverse(f"units:{route}"), {"dang": "csv"})
        text = html.unescape(b"".join(answer).decode())
        assert all(f"Thôn {way} 1 · trước thuộc" in text for way in ("Bản", "bản")), route
        assert "Thôn Riêng" in text, route
        assert "Thôn Riêng ·" not in text, route
