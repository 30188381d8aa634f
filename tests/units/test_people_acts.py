"""Acts on many people at once: new passwords, later last days."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from portal.core import jobs
from portal.core.errors import Refused
from portal.core.models import Job, JobState
from portal.core.web.once import new_token
from tests.units.factories import OPENED, make_tree, make_user
from units import services
from units.enums import Role
from units.models import Placement, SlipSheet

pytestmark = pytest.mark.django_db


@pytest.fixture
def tree():
    return make_tree()


@pytest.fixture
def admin(tree):
    return make_user(Role.ADMIN, tree.province)


@pytest.fixture
def people(tree):
    """Three officers whose placements end in 5, 20 and 40 days, and one without an end."""
    made = [make_user(Role.OFFICER, tree.communes[0]) for _ in range(4)]
    for person, days in zip(made, (5, 20, 40), strict=False):
        person.placements.update(valid_to=timezone.localdate() + timedelta(days=days))
    return made


def pks(people) -> list[int]:
    return [person.placements.get().pk for person in people]


def test_what_ends_within_a_month_is_found_and_prolonged_in_one_act(client, admin, people):
    client.force_login(admin)
    page = client.get(reverse("units:people"), {"ends_within": 30})
    assert {row.user for row in page.context["page"]} == set(people[:2])
    until = timezone.localdate() + timedelta(days=30)
    url = reverse("units:placements_prolong") + "?ends_within=30"
    answer = client.post(url, {"all": "1", "until": until.isoformat()})
    assert answer.url == reverse("units:people") + "?ends_within=30"
    now = Placement.objects.in_bulk(pks(people))
    ends = [now[pk].valid_to for pk in pks(people)]
    assert ends == [until, until, timezone.localdate() + timedelta(days=40), None]
    assert [now[pk].ended_by for pk in pks(people)] == [admin, admin, None, None]


def test_a_day_that_cannot_be_leaves_the_day_and_the_ticks(client, admin, people):
    client.force_login(admin)
    marked, ends = pks(people)[0], list(Placement.objects.order_by("pk").values_list("valid_to", flat=True))
    gone = timezone.localdate() - timedelta(days=1)
    for until, words in ((gone.isoformat(), "đã qua"), ("31/02/2027", "Chưa đọc được ngày gia hạn")):
        answer = client.post(reverse("units:placements_prolong"), {"placement": [marked], "until": until})
        page = answer.content.decode()
        assert answer.status_code == 422 and words in page
        assert f'value="{marked}" checked' in page and page.count(" checked") == 1
        assert answer.context["form"]["until"].value() == until
    assert list(Placement.objects.order_by("pk").values_list("valid_to", flat=True)) == ends


def test_a_later_last_day_and_none_at_all_stay(admin, people):
    until = timezone.localdate() + timedelta(days=10)
    done = services.prolong_placements(Placement.objects.filter(pk__in=pks(people)), by=admin, until=until)
    assert [placement.user for placement in done] == people[:1]


def test_prolonging_is_all_or_none_and_refuses_what_is_over_or_anothers(admin, people, tree):
    today = timezone.localdate()
    every = Placement.objects.filter(pk__in=pks(people))
    Placement.objects.filter(pk=pks(people)[1]).update(valid_to=today - timedelta(days=1))
    with pytest.raises(Refused, match="đã kết thúc"):
        services.prolong_placements(every, by=admin, until=today + timedelta(days=90))
    assert Placement.objects.get(pk=pks(people)[0]).valid_to == today + timedelta(days=5)
    with pytest.raises(Refused, match="không gia hạn được"):
        services.prolong_placements(every, by=make_user(Role.ADMIN, tree.districts[1]), until=today + timedelta(days=9))
    with pytest.raises(Refused, match="đã qua"):
        services.prolong_placements(every, by=admin, until=today - timedelta(days=1))


def test_nobody_prolongs_their_own_right(admin):
    own = admin.placements.all()
    own.update(valid_to=timezone.localdate() + timedelta(days=3))
    with pytest.raises(Refused, match="không gia hạn được"):
        services.prolong_placements(own, by=admin, until=timezone.localdate() + timedelta(days=30))


def test_lost_slips_are_printed_anew_for_those_marked(client, admin, people):
    client.force_login(admin)
    data = {"placement": pks(people)[:2], "once": new_token()}
    asked = client.post(reverse("units:passwords_reissue"), data)
    job = Job.objects.get(kind="reissue_passwords")
    assert jobs.run(job.pk)
    assert "Đã cấp 2 mật khẩu" in client.get(asked.url).content.decode()
    for person in people:
        person.refresh_from_db()
    assert [person.must_change_password for person in people] == [True, True, False, False]
    assert [person.check_password("mat-khau") for person in people] == [False, False, True, True]
    first = SlipSheet.objects.get().sha256
    Job.objects.update(state=JobState.QUEUED)
    jobs.run(job.pk)
    assert SlipSheet.objects.get().sha256 == first


def test_the_whole_list_leaves_out_the_giver_and_refuses_who_also_serves_elsewhere(client, admin, people):
    client.force_login(admin)
    client.post(reverse("units:passwords_reissue"), {"all": "1", "once": new_token()})
    job = Job.objects.get(kind="reissue_passwords")
    assert job.params["people"] == sorted(person.pk for person in people)
    elsewhere = make_tree("B").communes[0]
    Placement.objects.create(user=people[0], unit=elsewhere, role=Role.OFFICER, valid_from=OPENED)
    jobs.run(job.pk)
    job.refresh_from_db()
    assert "còn giữ vai trò ngoài phạm vi" in job.error
    assert not SlipSheet.objects.exists()
    people[1].refresh_from_db()
    assert people[1].check_password("mat-khau")


@pytest.mark.parametrize("token", ["\x00", "x" * 400])
def test_a_form_whose_token_was_meddled_with_still_asks_for_its_job(client, tree, token):
    client.force_login(make_user(Role.ADMIN, tree.province))
    make_user(Role.OFFICER, tree.communes[0])
    answer = client.post(reverse("units:passwords_reissue"), {"all": "1", "once": token})
    assert answer.url == reverse("units:import_job", args=[Job.objects.get(kind="reissue_passwords").pk])


def test_nobody_is_placed_at_a_unit_before_it_was_there(client, admin, tree):
    """The page tells it as the file does; with its control: on the unit's first day it is taken."""
    person, unit = make_user(Role.OFFICER, tree.communes[0]), tree.communes[1]
    client.force_login(admin)
    day = unit.opened_on - timedelta(days=1)
    typed = {"unit": unit.pk, "role": Role.OFFICER, "valid_from": f"{day:%d/%m/%Y}"}
    url = reverse("units:person_detail", args=[person.pk])
    page = client.post(url, typed | {"once": new_token()})
    assert page.status_code == 422
    assert f"{unit} có từ ngày {unit.opened_on:%d/%m/%Y}. Hãy ghi “Từ ngày” từ ngày đó." in page.content.decode()
    day = unit.opened_on
    assert client.post(url, typed | {"valid_from": f"{day:%d/%m/%Y}", "once": new_token()}).status_code == 302
