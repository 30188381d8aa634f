"""A recognised commune whose ground fell later: that it stands is decided, logged, and asked again when it falls on."""

import html
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from evaluations.enums import Action, Capacity, State
from evaluations.models import Decision, Event, Recognition
from evaluations.queries import fallen
from portal.core.web.once import new_token
from tests.evaluations.factories import dossier_of
from tests.evaluations.world import fill, put
from tests.units.factories import make_user
from units.enums import Role

FLAG = "ã công nhận nhưng căn cứ không còn đủ"
WHY = "Đã kiểm tra, các thôn đang khắc phục."


@pytest.fixture
def commune(world):
    """Recognised with 4/4, now 2/4."""
    found = dossier_of(world.cycle, world.commune)
    fill([found], world.officer)
    below = list(world.cycle.evaluations.filter(commune=world.commune).exclude(pk=found.pk))
    put(below, State.RECOGNISED)
    put([found], State.RECOGNISED, appraised_by=world.district_council.people[1])
    put(below[2:], State.REVOKED)
    found.refresh_from_db()
    found.below = below
    return found


@pytest.fixture
def chair(world):
    return world.district_council.people[0]


def page_of(client, commune) -> str:
    return html.unescape(client.get(reverse("evaluations:detail", args=[commune.pk])).content.decode())


def keep(client, commune, **typed):
    at = reverse("evaluations:detail", args=[commune.pk])
    form = client.get(at).context["keeping"]
    seen = form.initial["seen"] if form else ""
    data = {"decided_on": f"{timezone.localdate():%d/%m/%Y}", "reason": WHY, "seen": seen, "once": new_token()}
    return client.post(reverse("evaluations:keep", args=[commune.pk]), data | typed)


def test_what_is_kept_is_logged_and_leaves_the_desk_until_it_falls_further(client, commune, chair):
    client.force_login(chair)
    assert FLAG in page_of(client, commune) and len(fallen(chair)) == 1
    answer = keep(client, commune)
    assert answer.status_code == 302
    page = page_of(client, commune)
    assert FLAG not in page and f"quyết định giữ công nhận dù căn cứ không còn đủ: {WHY}" in page
    assert fallen(chair) == [] and FLAG not in html.unescape(client.get(reverse("home")).content.decode())
    line = Event.objects.get(evaluation=commune, action=Action.KEEP)
    assert (line.by, line.source, line.target) == (chair, State.RECOGNISED, State.RECOGNISED)
    today = f"{timezone.localdate():%d/%m/%Y}"
    assert line.comment.startswith(f"Ngày {today}: {WHY} Căn cứ khi đó: Mới 2/4 đơn vị được công nhận")
    put(commune.below[1:2], State.RECOGNISED)
    put(commune.below[2:3], State.RECOGNISED)
    assert fallen(chair) == []  # 3/4: it stands again
    put(commune.below[1:], State.REVOKED)
    assert len(fallen(chair)) == 1 and FLAG in page_of(client, commune)  # 1/4: lower than what was kept
    assert keep(client, commune, reason="Vẫn giữ.").status_code == 302 and fallen(chair) == []
    put(commune.below[1:2], State.RECOGNISED)
    assert fallen(chair) == []  # 2/4 again: not further down


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"reason": "  "}, "Lý do giữ công nhận"),
        ({"decided_on": f"{timezone.localdate() + timedelta(days=2):%d/%m/%Y}"}, "không thể sau hôm nay"),
        ({"seen": "khac"}, "Căn cứ vừa thay đổi thêm"),
        ({"decided_on": "hôm qua"}, "Ngày quyết định giữ"),
    ],
)
def test_what_cannot_be_kept_is_told_with_the_typed_words(client, commune, chair, typed, said):
    client.force_login(chair)
    answer = keep(client, commune, **typed)
    page = html.unescape(answer.content.decode())
    assert answer.status_code == 422 and said in page
    assert (typed.get("reason") or WHY) in page and FLAG in page
    assert not Event.objects.filter(action=Action.KEEP).exists()
    again = answer.context["keeping"]["seen"].value()
    assert keep(client, commune, seen=again).status_code == 302  # the page that was refused is sent again as it is


def test_a_page_from_before_it_fell_on_decides_nothing(client, commune, chair):
    client.force_login(chair)
    seen = client.get(reverse("evaluations:detail", args=[commune.pk])).context["keeping"].initial["seen"]
    put(commune.below[1:], State.REVOKED)
    assert keep(client, commune, seen=seen).status_code == 422
    commune.refresh_from_db()
    assert commune.kept_ground == {}


def test_nobody_else_decides_and_nothing_is_decided_twice(client, commune, chair, world):
    for other in (world.chair, make_user(Role.ADMIN, world.tree.province)):
        client.force_login(other)
        assert keep(client, commune).status_code == 404
    client.force_login(chair)
    stale = client.get(reverse("evaluations:detail", args=[commune.pk])).context["keeping"].initial["seen"]
    assert keep(client, commune).status_code == 302
    second = keep(client, commune, seen=stale)
    assert second.status_code == 422 and "không còn gì phải quyết định" in html.unescape(second.content.decode())
    assert Event.objects.filter(action=Action.KEEP).count() == 1


def test_a_day_before_the_recognition_keeps_nothing(client, commune, chair, recognised_on):
    client.force_login(chair)
    before = recognised_on - timedelta(days=1)
    answer = keep(client, commune, decided_on=f"{before:%d/%m/%Y}")
    assert answer.status_code == 422 and f"trước ngày công nhận ({recognised_on:%d/%m/%Y})" in answer.content.decode()


@pytest.fixture
def recognised_on(commune, chair):
    day = timezone.localdate() - timedelta(days=30)
    decision = Decision.objects.create(
        issuer=commune.decision_unit, number=1, symbol="QĐ-UBND", year=day.year, signed_on=day, capacity=Capacity.CHAIR
    )
    Recognition.objects.create(evaluation=commune, decision=decision, certificate="AAAA-BBBB-CCCC")
    return day
