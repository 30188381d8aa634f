"""People whose unit ended: placed anew at the unit of the same kind that took over, with the role they had."""

import pytest
from django.test import Client
from django.urls import reverse

from tests.units.factories import make_committee, make_tree, make_user
from tests.units.reforming import DAY, the_reform
from units import reforms, services
from units.enums import Role
from units.models import Committee, Placement, Unit

pytestmark = pytest.mark.django_db


@pytest.fixture
def tree():
    return make_tree()


@pytest.fixture
def admin(tree):
    return make_user(Role.ADMIN, tree.province)


@pytest.fixture
def browser(admin):
    client = Client()
    client.force_login(admin)
    return client


def people_of(reform) -> str:
    return reverse("units:reform_people", args=[reform.pk])


def applied(tree, admin):
    reform = the_reform(tree)
    reforms.apply(reform, by=admin)
    return reform


def said(answer) -> list[str]:
    return [str(one) for one in answer.context["messages"]]


def test_all_who_wait_go_to_the_heir_of_their_own_kind(tree, admin, browser):
    """Two officers of the communes that merge, one at both: placed once. The district's has no district to go to."""
    one, two = (make_user(Role.OFFICER, commune) for commune in tree.communes[:2])
    services.place_person(one, tree.communes[1], Role.OFFICER, by=admin, valid_from=DAY.replace(year=2024))
    at_district = make_user(Role.OFFICER, tree.districts[0])
    reform = applied(tree, admin)
    ward = Unit.objects.get(name="Phường Mới")
    answer = browser.post(people_of(reform), {"all": "1", "on": "01/07/2025"}, follow=True)
    assert said(answer) == ["Đã phân công lại 2 người vào đơn vị kế thừa."]
    new = Placement.objects.in_force().filter(valid_from=DAY, role=Role.OFFICER)
    assert sorted(new.values_list("user", "unit")) == sorted([(one.pk, ward.pk), (two.pk, ward.pk)])
    assert not at_district.places()


def test_only_those_ticked_are_placed_and_nobody_twice(tree, admin, browser):
    one, two = (make_user(Role.OFFICER, commune) for commune in tree.communes[:2])
    old = Placement.objects.get(user=one)
    reform = applied(tree, admin)
    for expected in ("Đã phân công lại 1 người", "Chưa chọn ai"):
        answer = browser.post(people_of(reform), {"placement": [old.pk], "on": "01/07/2025"}, follow=True)
        assert [sentence.startswith(expected) for sentence in said(answer)] == [True]
    assert len(one.places()) == 1 and not two.places()


@pytest.mark.parametrize("more", [0, 8])
def test_many_are_placed_by_as_many_statements_as_few(tree, admin, more, django_assert_max_num_queries):
    """A merger of provinces places thousands while a page waits."""
    for _ in range(2 + more):
        make_user(Role.OFFICER, tree.communes[0])
    applied(tree, admin)
    waiting = Placement.objects.filter(role=Role.OFFICER).select_related("user", "unit")
    with django_assert_max_num_queries(12):
        placed, refused = services.place_anew(waiting, on=DAY, by=admin)
    assert (placed, refused) == (2 + more, [])
    with django_assert_max_num_queries(12):
        placed, refused = services.place_anew(waiting.filter(valid_from__lt=DAY), on=DAY, by=admin)
    assert (placed, len(refused)) == (0, 2 + more)
    assert "đã giữ vai trò “Cán bộ nhập liệu” tại Phường Mới trong thời gian này." in refused[0]


def test_a_day_that_is_none_is_told_and_nobody_is_placed(tree, admin, browser):
    make_user(Role.OFFICER, tree.communes[0])
    reform = applied(tree, admin)
    before = Placement.objects.count()
    assert "ngày" in said(browser.post(people_of(reform), {"all": "1", "on": "mai"}, follow=True))[0].lower()
    assert Placement.objects.count() == before


def test_a_draft_places_nobody(tree, admin, browser):
    make_user(Role.OFFICER, tree.communes[0])
    reform = the_reform(tree)
    answer = browser.post(people_of(reform), {"all": "1", "on": "01/07/2025"}, follow=True)
    assert said(answer) == ["Phương án chưa áp dụng, nên chưa ai cần phân công lại."]


def test_new_places_without_a_committee_are_named_before_and_offered_after(tree, admin, browser):
    make_committee(tree.communes[3])
    reform = the_reform(tree)
    detail = browser.get(reverse("units:reform_detail", args=[reform.pk])).content.decode()
    assert "1 nơi mới cần lập Ban" in " ".join(detail.split())
    assert "Phường Mới" in browser.get(people_of(reform)).content.decode().split("Nơi mới chưa có Ban Chỉ đạo")[1]
    reforms.apply(reform, by=admin)
    page = browser.get(people_of(reform)).content.decode()
    link = f"{reverse('units:committees_add')}?cap=commune&amp;ngay=2025-07-01"
    assert link in page
    form = browser.get(link.replace("&amp;", "&")).content.decode()
    assert 'value="01/07/2025"' in form
    rules = {"quorum_percent": 50, "approval_percent": 50, "majority_of": "all", "ground": "Quy chế 2"}
    sent = {"level": "commune", "valid_from": "2025-07-01", "kind": "138", "called": "", **rules}
    browser.post(reverse("units:committees_add"), sent)
    assert Committee.objects.in_office().filter(unit__name="Phường Mới").count() == 1
    assert "Nơi mới chưa có Ban Chỉ đạo" not in browser.get(people_of(reform)).content.decode()


def test_nobody_is_placed_before_their_new_place_began(tree, admin, browser):
    make_user(Role.OFFICER, tree.communes[0])
    reform = applied(tree, admin)
    answer = browser.post(people_of(reform), {"all": "1", "on": "30/06/2025"}, follow=True)
    assert any("có từ ngày 01/07/2025. Hãy chọn ngày từ hôm đó." in one for one in said(answer))
    assert not Placement.objects.filter(valid_from=DAY.replace(month=6, day=30)).exists()
