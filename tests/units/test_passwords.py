"""One-time passwords: they open one door only, and giving a new one ends what was open before."""

from datetime import date

import pytest
from django.urls import reverse

from portal.core.errors import Refused
from tests.units.factories import make_tree, make_user
from units import services
from units.enums import Role

NEW = "mua-thu-2026-an-toan"


@pytest.fixture
def admin_and_person(db):
    tree = make_tree()
    admin = make_user(Role.ADMIN, tree.province)
    commune = tree.communes[0]
    person, password = services.create_person(
        username="canbo.moi", post="Cán bộ mới", unit=commune, role=Role.OFFICER, by=admin, valid_from=date(2020, 1, 1)
    )
    return admin, person, password


def test_a_one_time_password_leads_to_choosing_ones_own(client, admin_and_person):
    _, person, password = admin_and_person
    entered = client.post(reverse("sign_in"), {"username": person.username, "password": password, "next": ""})
    assert entered.status_code == 302
    change = reverse("password_change")
    assert client.get(reverse("units:list")).url == change
    assert client.get(change).status_code == 200
    weak = client.post(change, {"old_password": password, "new_password1": "12345678", "new_password2": "12345678"})
    assert weak.status_code == 422
    person.refresh_from_db()
    assert person.must_change_password
    done = client.post(change, {"old_password": password, "new_password1": NEW, "new_password2": NEW})
    assert done.url == reverse("home")
    person.refresh_from_db()
    assert (person.must_change_password, person.check_password(NEW)) == (False, True)
    assert client.get(reverse("units:list")).status_code == 200


def test_a_new_one_time_password_ends_the_sessions(client, admin_and_person, django_user_model):
    admin, person, password = admin_and_person
    person.must_change_password = False
    person.save()
    client.force_login(person)
    assert client.get(reverse("units:list")).status_code == 200
    fresh = services.reset_password(person, by=admin)
    assert client.get(reverse("units:list")).status_code == 302  # signed out
    person.refresh_from_db()
    assert person.check_password(fresh)
    assert not person.check_password(password)


def test_the_page_shows_the_new_password_once(client, admin_and_person):
    admin, person, _ = admin_and_person
    client.force_login(admin)
    answer = client.post(reverse("units:password_reset", args=[person.pk]))
    assert "messages" not in answer.cookies  # the password waits in the session, not in the browser
    page = client.get(answer.url)
    shown = [str(message) for message in page.context["messages"]]
    password = shown[0].split("canbo.moi: ")[1].split(" –")[0]
    person.refresh_from_db()
    assert person.check_password(password)
    assert password not in client.get(reverse("units:person_detail", args=[person.pk])).content.decode()


def test_nobody_resets_their_own_or_a_strangers(admin_and_person):
    admin, person, _ = admin_and_person
    with pytest.raises(Refused, match="Đổi mật khẩu"):
        services.reset_password(admin, by=admin)
    elsewhere = make_tree("B")
    services.place_person(person, elsewhere.communes[0], Role.OFFICER, by=None, valid_from=date(2020, 1, 1))
    with pytest.raises(Refused, match="ngoài phạm vi"):
        services.reset_password(person, by=admin)


def test_the_password_of_the_slip_is_no_new_password(client, admin_and_person):
    _, person, password = admin_and_person
    client.force_login(person)
    same = {"old_password": password, "new_password1": password, "new_password2": password}
    page = client.post(reverse("password_change"), same)
    assert page.status_code == 422
    assert "trùng mật khẩu đang dùng" in page.content.decode()
    person.refresh_from_db()
    assert person.must_change_password


@pytest.mark.django_db
def test_what_a_password_must_be_is_told_as_the_portal_speaks(client):
    user = make_user(Role.OFFICER, make_tree().communes[0])
    client.force_login(user)
    address = reverse("password_change")
    helps = client.get(address).content.decode().split("<main")[1]
    assert "ít nhất 12 ký tự" in helps and "thông tin khác của đồng chí" in helps and " bạn" not in helps
    for new, told in (("123456789012", "chỉ có chữ số"), ("ngan", "quá ngắn"), ("password1234", "nhiều người dùng")):
        sent = {"old_password": "mat-khau", "new_password1": new, "new_password2": new}
        page = client.post(address, sent).content.decode().split("<main")[1]
        assert told in page and " bạn" not in page
