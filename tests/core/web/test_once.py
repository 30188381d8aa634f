"""A form sent twice makes one thing; the second sender is sent where the first was."""

import threading
from http import HTTPStatus

import pytest
from django.core.exceptions import SuspiciousOperation
from django.db import connection
from django.http import HttpResponse
from django.shortcuts import redirect

from portal.core.models import Job, OnceToken
from portal.core.web.once import TOKEN, forget_old, new_token, once, token_of

pytestmark = pytest.mark.both  # two at once meet a key


@once
def make(request):
    """Makes a job row and sends the reader to it; refuses a form without a name."""
    name = request.POST.get("name", "")
    if not name:
        return HttpResponse("Hãy nhập tên.", status=HTTPStatus.UNPROCESSABLE_ENTITY)
    job = Job.objects.create(kind="made", key=f"{name}-{Job.objects.count()}-{threading.get_ident()}")
    return redirect(f"/made/{job.pk}/")


def post(rf, user, **data):
    request = rf.post("/", data)
    request.user = user
    return make(request)


@pytest.fixture
def user(db, django_user_model):
    return django_user_model.objects.create_user("once", post="Cán bộ thử")


def test_the_same_form_twice_makes_one(rf, user):
    token = new_token()
    first, second = post(rf, user, once=token, name="a"), post(rf, user, once=token, name="a")
    assert (Job.objects.count(), second.url) == (1, first.url)


def test_without_a_token_two_posts_make_two(rf, user):
    post(rf, user, name="a")
    post(rf, user, name="a")
    assert Job.objects.count() == 2  # the negative control of the test above


def test_a_refused_form_keeps_its_token(rf, user):
    token = new_token()
    refused, sent = post(rf, user, once=token), post(rf, user, once=token, name="a")
    assert (refused.status_code, sent.status_code, Job.objects.count()) == (422, 302, 1)


def test_somebody_elses_token_is_refused(rf, user, django_user_model):
    token = new_token()
    post(rf, user, once=token, name="a")
    other = django_user_model.objects.create_user("other", post="Người khác")
    with pytest.raises(SuspiciousOperation):
        post(rf, other, once=token, name="b")


@pytest.mark.parametrize("token", ["", "\0" * 20, "x" * 500, "<b>"])
def test_a_token_we_never_made_counts_for_nothing(rf, user, token):
    assert post(rf, user, once=token, name="a").status_code == 302
    assert OnceToken.objects.count() == 0


@pytest.mark.parametrize("token", ["", "ngắn", "\x00" * 20, "x" * 300])
def test_a_job_is_asked_for_under_a_token_that_can_be_one(rf, token):
    """What is no token would be no key: PostgreSQL stores no NUL, and nothing so long."""
    made = token_of(rf.post("/", {"once": token}))
    assert TOKEN.fullmatch(made) and made != token
    kept = new_token()
    assert token_of(rf.post("/", {"once": kept})) == kept


def test_old_tokens_are_forgotten(rf, user):
    from datetime import timedelta

    from django.utils import timezone

    post(rf, user, once=new_token(), name="a")
    post(rf, user, once=new_token(), name="b")
    OnceToken.objects.filter(pk=OnceToken.objects.first().pk).update(at=timezone.now() - timedelta(days=3))
    assert (forget_old(), OnceToken.objects.count()) == (1, 1)


@pytest.mark.postgres
@pytest.mark.skipif(connection.vendor != "postgresql", reason="two real transactions at once need PostgreSQL")
@pytest.mark.django_db(transaction=True)
def test_ten_posts_at_once_make_one(rf, django_user_model):
    user = django_user_model.objects.create_user("once", post="Cán bộ thử")
    token, start, answers = new_token(), threading.Barrier(10), []

    def send():
        start.wait()
        answers.append(post(rf, user, once=token, name="a").url)
        connection.close()

    threads = [threading.Thread(target=send) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (Job.objects.count(), len(answers), len(set(answers))) == (1, 10, 1)
