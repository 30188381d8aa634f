"""Units a plan leaves with one name under one manager: told by the dry run, named apart by lines, never in the way."""

import html
from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from portal.core.errors import Refused
from tests.units.factories import make_tree, make_units, make_user
from tests.units.reforming import draft, line
from units import reforms
from units.enums import Role, Subtype, UnitKind
from units.models import Unit

pytestmark = pytest.mark.django_db


def said(response) -> str:
    return " ".join(html.unescape(response.content.decode()).split())


@pytest.fixture
def tree():
    """Three communes with "Thôn Bản 1"; the first two also with "Thôn Bản 2"."""
    made = make_tree()
    for commune, names in zip(made.communes, (("1", "2"), ("1", "2"), ("1",)), strict=False):
        make_units(commune, UnitKind.RESIDENTIAL_AREA, Subtype.VILLAGE, [f"Thôn Bản {name}" for name in names])
    return made


def merging(tree, *communes, more=()):
    new = {"kind": "commune", "subtype": Subtype.COMMUNE, "code": "02683", "name": "Xã Bát Xát", "key": "B"}
    merges = [line("merge", commune, to_key="B") for commune in communes]
    return draft(tree, line("open", to_unit=tree.districts[0], **new), *merges, *more)


def area(commune, name) -> Unit:
    return Unit.objects.get(parent=commune, name=name)


def shared(reform) -> list[tuple]:
    found = reforms.shared_names(reforms.plan_of(reform))
    return [(one.place, one.name, [unit.before for unit in one.units]) for one in found]


@pytest.fixture
def admin(tree):
    client = Client()
    client.force_login(make_user(Role.ADMIN, tree.province), backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_a_merger_tells_which_names_come_together_and_from_where(tree):
    one, two, three, _ = tree.communes
    assert shared(merging(tree, one, two, three)) == [
        ("Xã Bát Xát", "Thôn Bản 1", [one.name, two.name, three.name]),
        ("Xã Bát Xát", "Thôn Bản 2", [one.name, two.name]),
    ]


def test_a_commune_that_takes_others_in_counts_its_own(tree):
    one, two, *_ = tree.communes
    plan = draft(tree, line("merge", two, to_unit=one))
    assert shared(plan)[0] == (one.name, "Thôn Bản 1", [one.name, two.name])


def test_communes_of_one_name_in_a_province_are_told_as_well(tree):
    one, *_, four = tree.communes
    plan = draft(tree, line("close_level", tree.province, kind="district"), line("rename", four, name=one.name))
    assert shared(plan) == [(tree.province.name, one.name, [tree.districts[0].name, tree.districts[1].name])]


def test_nothing_is_told_where_names_differ_or_the_plan_touches_none_of_them(tree):
    one, two, three, four = tree.communes
    twins = make_units(three, UnitKind.RESIDENTIAL_AREA, Subtype.VILLAGE, ["Thôn Đôi", "Thôn Đôi"])
    assert len(twins) == 2
    assert shared(draft(tree, line("merge", four, to_unit=one))) == []
    assert shared(draft(tree, line("rename", two, name="Xã Khác"))) == []


def test_the_dry_run_warns_refuses_nothing_and_leads_to_the_names(admin, tree):
    one, two, *_ = tree.communes
    reform = merging(tree, one, two)
    text = said(admin.get(reverse("units:reform_detail", args=[reform.pk])))
    assert "4 đơn vị trùng tên với đơn vị khác cùng nơi quản lý sau khi sắp xếp (2 tên)" in text
    assert f"2 × Thôn Bản 1: {one.name}, {two.name}" in text
    assert "Có thể áp dụng" in text
    assert reverse("units:reform_namesakes", args=[reform.pk]) in text
    reforms.apply(reform, by=None)
    assert Unit.objects.filter(parent__name="Xã Bát Xát", name="Thôn Bản 1").count() == 2


def test_a_plan_without_namesakes_is_not_warned_of(admin, tree):
    reform = draft(tree, line("merge", tree.communes[3], to_unit=tree.communes[2]))
    assert "trùng tên" not in said(admin.get(reverse("units:reform_detail", args=[reform.pk])))


def test_names_typed_on_the_page_become_lines_and_are_carried_out(admin, tree):
    one, two, *_ = tree.communes
    reform = merging(tree, one, two)
    address = reverse("units:reform_namesakes", args=[reform.pk])
    first, second = area(one, "Thôn Bản 1"), area(two, "Thôn Bản 1")
    text = said(admin.get(address))
    assert f'name="name_{second.pk}"' in text
    assert f"DV{second.pk}" in text
    answer = admin.post(address, {f"name_{first.pk}": "", f"name_{second.pk}": " Thôn  Mới "}, follow=True)
    assert "Đã ghi tên mới của 1 đơn vị" in said(answer)
    assert f'name="name_{second.pk}"' not in said(answer)
    assert shared(reform) == [("Xã Bát Xát", "Thôn Bản 2", [one.name, two.name])]
    reforms.apply(reform, by=None)
    second.refresh_from_db()
    assert (second.name, second.parent.name) == ("Thôn Mới", "Xã Bát Xát")


def test_a_line_that_names_the_unit_already_gets_the_name(tree):
    one, two, *_ = tree.communes
    moved = area(two, "Thôn Bản 2")
    reform = merging(tree, one, two, more=[line("rename", moved, name="Thôn Bản 1")])
    assert reforms.name_apart(reform, {moved.pk: "Thôn Mới"}, by=None) == 1
    assert list(reform.changes.filter(unit=moved).values_list("action", "name")) == [("rename", "Thôn Mới")]
    assert reforms.plan_of(reform).problems == []


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("", "Chưa ghi tên mới nào"),
        ("Thôn Bản 1", "vẫn là tên cũ"),
        ("Thôn " + "x" * 200, "dài quá 200 chữ"),
        ("#REF!", "#REF! là giá trị lỗi"),
    ],
)
def test_a_name_that_cannot_be_is_refused_and_given_back(admin, tree, name, told):
    one, two, *_ = tree.communes
    reform = merging(tree, one, two)
    unit, other = area(one, "Thôn Bản 1"), area(two, "Thôn Bản 1")
    typed = {f"name_{unit.pk}": name} | ({f"name_{other.pk}": "Thôn Tốt"} if name else {})
    answer = admin.post(reverse("units:reform_namesakes", args=[reform.pk]), typed)
    assert answer.status_code == 422
    assert told in said(answer)
    assert not name or 'value="Thôn Tốt"' in said(answer)
    assert not reform.changes.filter(action="rename").exists()


def test_a_unit_that_shares_its_name_with_none_and_an_applied_plan_are_refused(tree):
    one, two, _, four = tree.communes
    reform = merging(tree, one, two)
    with pytest.raises(Refused, match="không còn trùng tên"):
        reforms.name_apart(reform, {four.pk: "Xã Mới"}, by=None)
    unit = area(one, "Thôn Bản 1")
    reforms.apply(reform, by=None)
    with pytest.raises(Refused, match="Đã áp dụng"):
        reforms.name_apart(reform, {unit.pk: "Thôn Mới"}, by=None)


def test_two_communes_opened_with_one_name_are_told_with_their_keys(admin, tree):
    new = {"kind": "commune", "subtype": Subtype.COMMUNE, "name": "Xã Đôi", "to_unit": tree.districts[0]}
    reform = draft(tree, line("open", key="A", **new), line("open", key="B", **new), day=date(2025, 7, 1))
    assert shared(reform) == [(tree.districts[0].name, "Xã Đôi", ["", ""])]
    assert "Sửa ở dòng thành lập" in said(admin.get(reverse("units:reform_namesakes", args=[reform.pk])))
