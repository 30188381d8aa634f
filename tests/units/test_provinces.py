"""Who serves two provinces, as before a merger, chooses which one they work for; pages that write follow."""

import html
from datetime import date

import pytest
from django.urls import reverse

from criteria.models import AwardBar, Programme
from evaluations.models import PastTotal
from portal.core.web.once import new_token
from tests.evaluations.factories import published_sets
from units.enums import Role
from units.models import Committee, Placement, User

from .factories import OPENED, make_tree, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def trees():
    published_sets()
    return make_tree("A"), make_tree("B")


@pytest.fixture
def admin(client, trees):
    user = make_user(Role.ADMIN, trees[0].province)
    Placement.objects.create(user=user, unit=trees[1].province, role=Role.ADMIN, valid_from=OPENED)
    client.force_login(user)
    return user


def said(response) -> str:
    return " ".join(html.unescape(response.content.decode()).split())


def choose(client, province, **more):
    return client.post(reverse("units:province_at_hand"), {"province": province.pk, **more})


def test_the_chosen_province_is_worked_for_until_another_is(client, admin, trees):
    start = reverse("evaluations:start")
    assert f"{trees[0].province.name}: đã xong" in said(client.get(start))
    for tree in reversed(trees):
        assert choose(client, tree.province, next=start).url == start
        page = said(client.get(start))
        assert f"{tree.province.name}: đã xong" in page and f"Đang làm việc cho {tree.province}" in page


def test_missing_committees_are_founded_in_the_province_at_hand_alone(client, admin, trees):
    """One paper founds them; that of the other province is another."""
    address = reverse("units:committees_add")
    choose(client, trees[1].province)
    page = said(client.get(address, {"cap": "commune"}))
    assert "<li>Xã B1.1 (huyện B1, tỉnh B)</li>" in page and "<li>Xã A1.1" not in page
    assert "còn thiếu ở cấp đã chọn của Tỉnh B?" in page
    rules = {"quorum_percent": 50, "approval_percent": 50, "majority_of": "all", "ground": "Quyết định số 5"}
    sent = {"level": "commune", "valid_from": "2024-01-01", "kind": "138", "called": "", "once": new_token()} | rules
    assert client.post(address, sent).status_code == 302
    held = set(Committee.objects.values_list("unit", flat=True))
    assert held == {one.pk for one in trees[1].communes}


def test_years_running_are_read_of_the_province_at_hand_first(client, admin, trees):
    for tree in trees:
        client.post(reverse("units:province_at_hand"), {"province": tree.province.pk})
        page = client.get(reverse("evaluations:streak_list")).content.decode()
        assert f"{tree.province.name} chưa có quy tắc năm liên tục nào" in page


def test_what_is_written_is_of_the_province_at_hand(client, admin, trees):
    choose(client, trees[1].province)
    place, safety = trees[1].communes[0], Programme.objects.get(code="safety").pk
    typed = {"programme": safety, "year": "2021", "kind": "residential_area", "total": "9", "met": "7"}
    address = reverse("evaluations:past_totals_add", args=[place.pk])
    answer = client.post(address, {**typed, "source": "Báo cáo số 12", "once": new_token()})
    assert answer.status_code == 302 and PastTotal.objects.get().place == place
    bar = {"bar": "unmet", "programme": safety, "first_year": "2025", "ground": "Đề án số 1"}
    answer = client.post(reverse("evaluations:award_bars"), bar | {"once": new_token()})
    assert answer.status_code == 302
    assert AwardBar.objects.get().province == trees[1].province


def test_only_ones_own_province_and_only_a_page_of_the_portal(client, admin, trees):
    far = make_tree("C").province
    for pk in (far.pk, 10**30, "", "x"):
        assert client.post(reverse("units:province_at_hand"), {"province": pk}).status_code == 404
    assert choose(client, trees[1].province, next="https://example.com/").url == reverse("home")
    client.session["province_at_hand"] = far.pk
    assert User.objects.get(pk=admin.pk).provinces_as(Role.ADMIN) == [one.province for one in trees]


def test_who_has_one_province_is_not_asked(client, trees, admin):
    assert "Tỉnh đang làm việc" in said(client.get(reverse("home")))
    client.force_login(make_user(Role.ADMIN, trees[0].province))
    assert "Tỉnh đang làm việc" not in said(client.get(reverse("home")))


def test_it_ends_with_the_placement(client, admin, trees):
    choose(client, trees[1].province)
    admin.placements.filter(unit=trees[1].province).update(valid_to=date(2026, 1, 1))
    assert f"{trees[0].province.name}: đã xong" in said(client.get(reverse("evaluations:start")))
