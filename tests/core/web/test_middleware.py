"""A GET changes nothing, sessions end, private pages are not kept."""

import time

import pytest
from django.contrib.auth import get_user, get_user_model
from django.db import transaction
from django.http import HttpResponse
from django.urls import reverse

from portal.core.models import Heartbeat, Job
from portal.core.web.middleware import ReadOnlyGet, StorableQuery, ToldAnswered, WriteInGet


def write(request):
    Job.objects.create(kind="made", key="by a page")
    return HttpResponse("ok")


def change(request):
    Heartbeat.objects.filter(name="worker").update(name="other")
    return HttpResponse("ok")


@pytest.mark.django_db
@pytest.mark.parametrize("view", [write, change])
@pytest.mark.parametrize("method", ["get", "head"])
def test_a_get_that_writes_raises(rf, view, method):
    with pytest.raises(WriteInGet), transaction.atomic():
        ReadOnlyGet(view)(getattr(rf, method)("/"))
    assert Job.objects.count() == 0


@pytest.mark.django_db
def test_a_post_may_write(rf):
    assert ReadOnlyGet(write)(rf.post("/")).status_code == 200
    assert Job.objects.count() == 1  # the negative control of the test above


@pytest.mark.django_db
def test_a_get_may_read(rf):
    assert ReadOnlyGet(lambda request: HttpResponse(Job.objects.count()))(rf.get("/")).content == b"0"


@pytest.fixture
def signed_in(client, django_user_model, db):
    client.force_login(django_user_model.objects.create_user("ui", post="Cán bộ thử"))
    client.get(reverse("components"))
    return client


def turn_back(client, **seconds):
    session = client.session
    for key, value in seconds.items():
        session[key] = int(time.time()) - value
    session.save()


def test_an_idle_session_ends_and_comes_back_to_its_page(signed_in, settings):
    turn_back(signed_in, seen=settings.SESSION_IDLE_SECONDS + 5)
    response = signed_in.get(reverse("components"), {"page": 2, "q": "a&b"})
    assert response.status_code == 302
    assert response.url == f"{reverse('sign_in')}?next=/thanh-phan/%3Fpage%3D2%26q%3Da%2526b"
    assert "_auth_user_id" not in signed_in.session


def test_a_session_in_use_goes_on(signed_in, settings):
    turn_back(signed_in, seen=settings.SESSION_IDLE_SECONDS - 60)
    assert signed_in.get(reverse("components")).status_code == 200


def test_a_working_day_ends_even_when_busy(signed_in, settings):
    turn_back(signed_in, began=settings.SESSION_COOKIE_AGE + 5)
    response = signed_in.get(reverse("components"))
    assert (response.status_code, response.url) == (302, f"{reverse('sign_in')}?next=/thanh-phan/")
    assert "_auth_user_id" not in signed_in.session


def test_a_page_may_ask_how_long_its_session_lasts_and_that_prolongs_it(signed_in, settings):
    turn_back(signed_in, seen=settings.SESSION_IDLE_SECONDS - 60, began=3600)
    told = signed_in.get(reverse("session")).json()
    assert (told["person"], told["left"]) == (get_user(signed_in).pk, settings.SESSION_IDLE_SECONDS)
    assert (told["post"], len(told["token"])) == (str(get_user(signed_in)), 64)
    turn_back(signed_in, seen=settings.SESSION_IDLE_SECONDS - 60)  # of which a minute passed: the time before is paid
    assert signed_in.get(reverse("components")).status_code == 200
    turn_back(signed_in, began=settings.SESSION_COOKIE_AGE - 90)
    assert 80 <= signed_in.get(reverse("session")).json()["left"] <= 90


def test_a_script_is_not_told_in_a_message_that_waits_for_the_next_page(signed_in, settings):
    for accept, said in (("text/html", 1), ("application/json", 0)):
        signed_in.force_login(get_user_model().objects.get())
        signed_in.get(reverse("components"))
        turn_back(signed_in, seen=settings.SESSION_IDLE_SECONDS + 5)
        assert signed_in.get(reverse("session"), headers={"Accept": accept}).status_code == 302
        page = signed_in.get(reverse("sign_in")).content.decode()
        assert page.count("Phiên làm việc đã hết hạn.") == said


def test_a_page_knows_whose_it_is_and_one_that_tells_of_an_error_names_nobody(signed_in, settings):
    page = signed_in.get(reverse("components")).content.decode()
    who = get_user(signed_in)
    assert f'data-person="{who.pk}" data-username="ui" data-session-left="{settings.SESSION_IDLE_SECONDS}"' in page
    assert "data-person" not in signed_in.get("/khong-co/").content.decode()


def test_a_deactivated_account_is_out_at_once(signed_in, django_user_model):
    django_user_model.objects.update(is_active=False)
    response = signed_in.get(reverse("components"))
    assert (response.status_code, response.url) == (302, f"{reverse('sign_in')}?next=/thanh-phan/")


def test_private_pages_are_not_kept(signed_in):
    assert signed_in.get(reverse("components"))["Cache-Control"] == "no-store"


def test_every_page_carries_the_strict_policy(signed_in):
    policy = signed_in.get(reverse("components"))["Content-Security-Policy"]
    rules = dict(part.strip().split(" ", 1) for part in policy.split(";"))
    assert rules == {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "img-src": "'self' data:",
        "font-src": "'self'",
        "connect-src": "'self'",
        "form-action": "'self'",
        "base-uri": "'none'",
        "frame-ancestors": "'none'",
        "manifest-src": "'self'",
    }


@pytest.mark.parametrize(
    ("query", "seen"),
    [
        ("q=a%00b&q=%00&ngay=2024-01-01", {"q": ["ab", ""], "ngay": ["2024-01-01"]}),
        ("q=Ho%C3%A0+B%C3%ACnh", {"q": ["Hoà Bình"]}),
        ("q%00=1", {"q": ["1"]}),
    ],
)
def test_an_address_asks_in_storable_text(rf, query, seen):
    request = rf.get(f"/?{query}")
    StorableQuery(lambda request: HttpResponse())(request)
    assert dict(request.GET.lists()) == seen
    with pytest.raises(AttributeError):
        request.GET["q"] = "changed"


def test_the_address_of_an_act_leads_back_when_it_is_opened(signed_in):
    for name, args, above in (
        ("units:change_drop", [7], reverse("units:reform_list")),
        ("evaluations:act", [7], reverse("evaluations:detail", args=[7])),
        ("evaluations:sitting_vote", [7], reverse("evaluations:sitting_detail", args=[7])),
    ):
        response = signed_in.get(reverse(name, args=args))
        page = response.content.decode().split("<main")[1]
        assert (response.status_code, response["Allow"]) == (405, "POST")
        assert f'href="{above}"' in page and "Không có gì thay đổi" in page


def test_other_methods_and_the_api_keep_their_own_answer(signed_in):
    assert signed_in.put(reverse("evaluations:act", args=[7])).content == b""
    response = signed_in.post(reverse("api:unit-list"), content_type="application/json")
    assert (response.status_code, response["Content-Type"]) == (405, "application/json")


@pytest.mark.parametrize(
    ("sent", "status", "told"),
    [
        ({"sending": "12-34-56"}, 200, True),
        ({"sending": "12-34-56"}, 302, True),
        ({"sending": "12-34-56"}, 422, False),
        ({"sending": "12-34-56"}, 503, False),
        ({"sending": "a=1; Domain=x"}, 200, False),
        ({}, 200, False),
    ],
)
def test_a_sending_is_told_answered_where_it_was_stored(rf, sent, status, told):
    """What was typed is kept in the browser until then: neither a refusal nor an error throws it away."""
    answer = ToldAnswered(lambda request: HttpResponse(status=status))(rf.post("/", sent))
    assert list(answer.cookies) == (["sent_12-34-56"] if told else [])
    assert not ToldAnswered(lambda request: HttpResponse())(rf.get("/", sent)).cookies


def test_a_form_out_of_date_leads_back_to_its_page(client, db):
    """Nothing but a page of our own: the browser says where it came from, not who sent it."""
    from django.test import Client

    strict = Client(enforce_csrf_checks=True)
    for page, leads in ("http://testserver/danh-gia/7/?bo=2", True), ("https://other.example/x", False), ("", False):
        answer = strict.post(reverse("sign_in"), {"username": "an"}, headers={"referer": page} if page else {})
        assert answer.status_code == 403
        assert (f'href="{page}"' in answer.content.decode() if page else False) is leads
