"""Signing in, and what happens to those who guess."""

from datetime import timedelta

import pytest
from axes.models import AccessAttempt
from django.contrib.auth import get_user
from django.urls import reverse

from portal.core.web.address import client_address

PASSWORD = "Mat-khau-dai-2020"


@pytest.fixture(autouse=True)
def people(db, django_user_model):
    for name in ("an", "binh"):
        django_user_model.objects.create_user(name, password=PASSWORD, post=f"Cán bộ {name}")


def enter(client, username="an", password=PASSWORD, address="10.0.0.7", **headers):
    data = {"username": username, "password": password, "next": reverse("components")}
    return client.post(reverse("sign_in"), data, REMOTE_ADDR=address, **headers)


def guess(client, times=5, **more):
    return [enter(client, password="sai", **more).status_code for _ in range(times)]


def test_the_right_password_enters_and_goes_on_to_the_page_asked_for(client):
    response = enter(client)
    assert (response.status_code, response.url) == (302, reverse("components"))


def test_a_wrong_password_says_so_in_one_sentence(client):
    response = enter(client, password="sai")
    assert response.status_code == 200
    assert "Tên đăng nhập hoặc mật khẩu không đúng." in response.content.decode()


def test_a_page_asked_for_outside_the_portal_is_not_followed(client, settings):
    settings.LOGIN_REDIRECT_URL = "components"
    data = {"username": "an", "password": PASSWORD, "next": "https://example.com/"}
    assert client.post(reverse("sign_in"), data).url == reverse("components")


def test_five_failures_lock_the_name_on_that_address(client):
    assert guess(client) == [200, 200, 200, 200, 429]
    response = enter(client)
    assert response.status_code == 429
    assert "tạm khoá ở đây 15 phút" in response.content.decode()


def who(client) -> str:
    """The account the client is signed in with; empty when with none."""
    return str(get_user(client).get_username())


def test_four_failures_do_not_lock(client):
    guess(client, 4)
    assert (enter(client).status_code, who(client)) == (302, "an")  # the negative control of the test above


def test_a_colleague_on_the_same_address_still_enters(client):
    guess(client)
    assert (enter(client, username="binh").status_code, who(client)) == (302, "binh")


def test_the_owner_still_enters_from_another_address(client):
    guess(client)
    assert (enter(client, address="10.0.0.8").status_code, who(client)) == (302, "an")


def test_after_a_quarter_of_an_hour_the_lock_is_gone(client):
    guess(client)
    first = AccessAttempt.objects.get()
    AccessAttempt.objects.update(attempt_time=first.attempt_time - timedelta(minutes=14))
    assert (enter(client).status_code, who(client)) == (429, "")
    AccessAttempt.objects.update(attempt_time=first.attempt_time - timedelta(minutes=16))
    assert (enter(client).status_code, who(client)) == (302, "an")


def test_a_made_up_forwarded_header_does_not_help_a_guesser(client):
    codes = [enter(client, password="sai", HTTP_X_FORWARDED_FOR=f"1.2.3.{number}").status_code for number in range(5)]
    assert codes[-1] == 429


def test_behind_the_proxy_the_address_is_the_one_the_proxy_wrote(rf, settings):
    request = rf.get("/", HTTP_X_FORWARDED_FOR="6.6.6.6, 10.1.2.3", REMOTE_ADDR="172.18.0.2")
    assert client_address(request) == "172.18.0.2"
    settings.PRODUCTION = True
    assert client_address(request) == "10.1.2.3"


def test_a_missing_form_token_is_answered_with_a_page(settings):
    from django.test import Client

    response = Client(enforce_csrf_checks=True).post(reverse("sign_in"), {"username": "an", "password": PASSWORD})
    assert response.status_code == 403
    assert "chưa được lưu" in response.content.decode()


def test_signing_out_takes_a_post(client):
    enter(client)
    assert client.get(reverse("sign_out")).status_code == 405
    assert client.post(reverse("sign_out")).url == reverse("sign_in")
    assert "_auth_user_id" not in client.session
