"""Pages for what went wrong: they say what was not saved, and a busy database is told apart from a fault of ours."""

import re

import pytest
from django.db import OperationalError
from django.http import Http404
from django.test import override_settings
from django.urls import path

import portal.urls
from portal.core import views
from portal.core.errors import Refused


def busy(request):
    raise OperationalError("server closed the connection unexpectedly")


def broken(request):
    raise ZeroDivisionError


def hidden(request):
    raise Http404


urlpatterns = [path("busy", busy), path("broken", broken), path("hidden", hidden), *portal.urls.urlpatterns]
handler404, handler500 = views.page_not_found, views.server_error


@pytest.fixture
def visitor(client, django_user_model, db):
    client.raise_request_exception = False
    client.force_login(django_user_model.objects.create_user("an", post="Cán bộ thử"))
    with override_settings(ROOT_URLCONF="tests.core.test_errors"):
        yield client


def test_a_busy_database_asks_to_come_back(visitor):
    response = visitor.get("/busy")
    assert (response.status_code, response["Retry-After"]) == (503, "60")
    assert "chưa được lưu" in response.content.decode()


def test_a_fault_of_ours_says_so(visitor):
    response = visitor.get("/broken")
    assert response.status_code == 500
    assert "Lỗi này là của hệ thống" in response.content.decode()


def test_what_is_not_there_and_what_is_not_yours_look_alike(visitor):
    pages = [visitor.get(address) for address in ("/hidden", "/no-such-address")]
    assert [page.status_code for page in pages] == [404, 404]
    bodies = [re.sub(rb'csrfmiddlewaretoken" value="[^"]+', b"", page.content) for page in pages]
    assert bodies[0] == bodies[1]


def test_a_foreign_host_name_is_a_bad_request_with_a_page(visitor):
    response = visitor.get("/", HTTP_HOST="evil.example")
    assert response.status_code == 400
    assert "chưa lưu gì" in response.content.decode()


def test_a_refusal_carries_its_sentence():
    assert str(Refused("Hồ sơ đã khoá sổ.")) == Refused("Hồ sơ đã khoá sổ.").sentence == "Hồ sơ đã khoá sổ."


def test_what_was_typed_for_something_gone_is_given_back(visitor):
    sent = {"note": "Đã rà soát\n<b>hai lần", "password": "bi-mat", "old_password": "cu", "once": "abc", "count": "12"}
    sent |= {
        "action": "publish",
        "next": "/don-vi/",
        "3a-version": "7",
        "initial-day": "1/1/2025",
        "m-TOTAL_FORMS": "3",
    }
    page = visitor.post("/hidden", sent)
    assert page.status_code == 404
    assert page.context["typed"] == ["Đã rà soát\n<b>hai lần", "12"]
    shown = page.content.decode()
    assert "Đã rà soát<br>&lt;b&gt;hai lần" in shown
    assert "bi-mat" not in shown
    assert "chưa được lưu" not in visitor.get("/hidden").content.decode()


def test_a_body_too_large_for_no_page_at_all_is_no_fault_of_ours(visitor, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 10
    assert visitor.post("/khong-co", {"note": "x" * 100}).status_code == 404
    assert visitor.post("/khong-co", "x" * 100, content_type="application/x-www-form-urlencoded").status_code == 404
