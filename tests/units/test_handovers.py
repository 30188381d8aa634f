"""A handover: one act ends one placement, begins the next, keeps what was open, and is acknowledged."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from portal.core.errors import Refused
from portal.core.web.once import new_token
from tests.units.factories import make_committee, make_tree, make_user
from units import services
from units.enums import Role
from units.models import Handover, Placement, User

pytestmark = pytest.mark.django_db


@pytest.fixture
def tree():
    return make_tree()


@pytest.fixture
def admin(tree):
    return make_user(Role.ADMIN, tree.province)


@pytest.fixture
def pair(tree):
    return make_user(Role.OFFICER, tree.communes[0]), make_user(Role.LEADER, tree.communes[0])


def today(days=0):
    return timezone.localdate() + timedelta(days=days)


def test_one_act_on_the_page_and_a_word_from_the_successor(client, admin, pair):
    old, new = pair
    client.force_login(admin)
    page = reverse("units:handover_make", args=[old.placements.get().pk])
    assert "Không có hồ sơ" in client.get(page).content.decode()
    assert f'href="{page}"' in client.get(reverse("units:person_detail", args=[old.pk])).content.decode()
    data = {"successor": new.username.upper(), "last_day": today(3).isoformat(), "note": "Con dấu", "once": new_token()}
    answer = client.post(page, data)
    made = Handover.objects.get()
    assert answer.url == reverse("units:handover_detail", args=[made.pk])
    assert (made.ended.valid_to, made.ended.ended_by, made.by) == (today(3), admin, admin)
    assert (made.started.user, made.started.role, made.started.unit) == (new, Role.OFFICER, made.ended.unit)
    assert (made.started.valid_from, made.started.valid_to) == (today(4), None)
    person = client.get(reverse("units:person_detail", args=[old.pk])).content.decode()
    assert "Biên bản bàn giao" in person and f'href="{page}"' not in person  # it is handed over once
    client.post(reverse("units:handover_acknowledge", args=[made.pk]))
    made.refresh_from_db()
    assert made.acknowledged_at is None  # by the administrator: refused
    client.force_login(new)
    assert answer.url in client.get(reverse("home")).content.decode()
    assert "Xác nhận đã nhận bàn giao" in client.get(answer.url).content.decode()
    client.post(reverse("units:handover_acknowledge", args=[made.pk]))
    made.refresh_from_db()
    assert made.acknowledged_at is not None
    assert answer.url not in client.get(reverse("home")).content.decode()
    client.force_login(old)
    assert "Con dấu" in client.get(answer.url).content.decode()


def test_seats_stand_among_what_is_open(admin, tree):
    board = make_committee(tree.communes[0])
    chair = board.people[0].placements.get()
    heir = make_user(Role.LEADER, tree.communes[0])
    made = services.hand_over(chair, heir, by=admin, last_day=today())
    assert made.matters == [[f"Trưởng Ban Chỉ đạo, {board.committee}", "Còn giữ ghế trong Ban", ""]]


def test_what_is_refused_changes_nothing(admin, pair, tree):
    old, new = pair
    placement = old.placements.get()

    def refused(words, *, successor=new, by=admin, on=None):
        with pytest.raises(Refused, match=words):
            services.hand_over(placement, successor, by=by, last_day=on or today())

    refused("đã qua", on=today(-1))
    refused("phải khác", successor=old)
    refused("không kết thúc được", by=make_user(Role.ADMIN, tree.districts[1]))
    refused("không kết thúc được", by=old)
    refused("cho chính mình", successor=admin)
    later = services.place_person(new, placement.unit, Role.OFFICER, by=admin, valid_from=today(5))
    refused(f"cuối cùng từ {today(4):%d/%m/%Y} trở đi", on=today(3))
    services.withdraw_placement(later, by=admin)
    Placement.objects.filter(pk=placement.pk).update(valid_to=today(2))
    refused("chỉ đến hết", on=today(3))
    new.is_active = False
    refused("đã khoá")
    placement.refresh_from_db()
    assert (placement.valid_to, Handover.objects.count()) == (today(2), 0)


def test_a_stranger_is_not_offered_and_sees_no_record(client, admin, pair, tree):
    old, new = pair
    stranger = make_user(Role.OFFICER, make_tree("B").communes[0])
    client.force_login(admin)
    page = reverse("units:handover_make", args=[old.placements.get().pk])
    answer = client.post(page, {"successor": stranger.username, "last_day": today().isoformat()})
    assert answer.status_code == 422 and "Không thấy tài khoản" in answer.content.decode()
    made = services.hand_over(old.placements.get(), new, by=admin, last_day=today())
    for person in (stranger, make_user(Role.ADMIN, tree.districts[1])):
        client.force_login(person)
        assert client.get(reverse("units:handover_detail", args=[made.pk])).status_code == 404


def test_a_colleague_who_holds_the_role_takes_over_without_a_second_placement(client, admin, pair, tree):
    old, _ = pair
    unit = tree.communes[0]
    mate = make_user(Role.OFFICER, unit)
    held = mate.placements.get()
    third = make_user(Role.OFFICER, unit)
    board = make_committee(unit)
    services.place_person(board.people[0], unit, Role.OFFICER, by=admin, valid_from=today())
    leaving = board.people[0].placements.get(role=Role.OFFICER)
    client.force_login(admin)
    page = reverse("units:handover_make", args=[leaving.pk])
    data = {"successor": mate.username, "last_day": today(3).isoformat(), "once": new_token()}
    answer = client.post(page, data)
    assert answer.status_code == 302, answer.content.decode()
    made = Handover.objects.get()
    leaving.refresh_from_db()
    assert (made.started, leaving.valid_to, leaving.ended_by) == (held, today(3), admin)
    assert list(mate.placements.all()) == [held]
    assert [what for what, *_ in made.matters] == [f"Trưởng Ban Chỉ đạo, {board.committee}"]
    record = " ".join(client.get(answer.url).content.decode().split())
    assert f"{mate}, đã giữ vai trò này từ ngày {held.valid_from:%d/%m/%Y}" in record
    client.force_login(mate)
    assert answer.url in client.get(reverse("home")).content.decode()
    again = services.hand_over(old.placements.get(), mate, by=admin, last_day=today())
    more = services.hand_over(third.placements.get(), mate, by=admin, last_day=today())
    assert (again.started, more.started) == (held, held)


def test_a_colleague_whose_own_placement_ends_before_is_placed_anew(admin, pair, tree):
    old, _ = pair
    mate = make_user(Role.OFFICER, tree.communes[0])
    held = mate.placements.get()
    services.end_placement(held, by=admin, on=today(2))
    made = services.hand_over(old.placements.get(), mate, by=admin, last_day=today(2))
    assert made.started != held and made.started.valid_from == today(3)
    assert not made.was_held_before


def test_a_role_is_handed_over_once(client, admin, pair):
    old, new = pair
    placement = old.placements.get()
    services.hand_over(placement, new, by=admin, last_day=today(3))
    client.force_login(admin)
    page = reverse("units:handover_make", args=[placement.pk])
    data = {"successor": make_user(post="Cán bộ khác").username, "last_day": today(3).isoformat()}
    Placement.objects.create(
        user=User.objects.get(username=data["successor"]),
        unit=placement.unit,
        role=Role.LEADER,
        valid_from=today(),
    )
    answer = client.post(page, data | {"once": new_token()})
    assert answer.status_code == 422
    assert f"Phân công này đã bàn giao cho {new}. Hãy xem biên bản đã lập." in answer.content.decode()
    assert Handover.objects.count() == 1
