"""The practice dossier: judged as a real one, seen by nobody, counted nowhere, stored in no table."""

import html

import pytest
from django.apps import apps
from django.contrib.sessions.models import Session
from django.urls import reverse

from criteria.queries import specs_of
from evaluations.enums import CycleStatus
from portal.core.models import OnceToken
from units.models import User

from .factories import register, typed

pytestmark = pytest.mark.django_db
ADDRESS = "/danh-gia/tap-nhap/"


@pytest.fixture
def officer(client, world):
    client.force_login(world.officer)
    return client


def rows() -> dict[str, list]:
    """Every row of every table, but for what being signed in keeps."""
    kept = (Session, OnceToken, User)
    return {
        model._meta.label: sorted(map(repr, model.objects.values_list()))
        for model in apps.get_models()
        if model not in kept and model._meta.managed
    }


def test_the_officers_own_sets_are_offered(officer, world):
    page = officer.get(ADDRESS)
    sets = page.context["sets"]
    entered = {world.area.criteria_set_id}
    assert entered <= {one.pk for one in sets} and page.context["chosen"] == sets[0]
    other = officer.get(ADDRESS, {"bo": sets[-1].pk})
    assert other.context["chosen"] == sets[-1]
    assert officer.get(ADDRESS, {"bo": "khong-co"}).context["chosen"] == sets[0]


def test_it_is_judged_as_the_preview_judges(officer, world):
    chosen = world.area.criteria_set
    address = f"{ADDRESS}?bo={chosen.pk}"
    assert officer.post(address, {}).context["verdict"].outcome == "incomplete"
    assert officer.post(address, typed(chosen)).context["verdict"].outcome == "met"
    line = next(one for one in specs_of(chosen) if one.measure == "event")
    failing = officer.post(address, typed(chosen, **{f"{line.code.replace('.', '_')}-value": "2"}))
    (finding,) = failing.context["verdict"].failed
    assert (failing.context["verdict"].outcome, finding.code) == ("not_met", line.code)
    assert finding.sentence in html.unescape(failing.content.decode())
    wrong = officer.post(address, typed(chosen, **{f"{line.code.replace('.', '_')}-value": "nhiều"}))
    assert wrong.status_code == 422 and "Hãy nhập một số nguyên" in html.unescape(wrong.content.decode())


def test_nothing_of_it_is_stored(officer, world):
    chosen = world.area.criteria_set
    before = rows()
    assert before["evaluations.Evaluation"] and before["criteria.Criterion"]
    for data in ({}, typed(chosen), typed(chosen, **{"TT124-KDC-3a-value": "x"})):
        officer.post(f"{ADDRESS}?bo={chosen.pk}", data)
    assert rows() == before


def test_a_real_answer_is_seen_by_that_look(officer, world):
    """The control of the test above."""
    register(world.area, by=world.officer)
    before = rows()
    lines = {f"{one.code.replace('.', '_')}-version": "0" for one in specs_of(world.area.criteria_set)}
    sent = officer.post(reverse("evaluations:entry", args=[world.area.pk]), lines | {"TT124-KDC-3a-value": "0"})
    assert sent.status_code == 302
    assert {label for label, found in rows().items() if found != before[label]} >= {"evaluations.Answer"}


def test_who_enters_nothing_and_a_year_that_is_closed_have_none(client, world):
    client.force_login(world.standing)
    assert client.get(ADDRESS).context["chosen"] is None
    assert client.post(ADDRESS, {}).status_code == 200
    world.cycle.status = CycleStatus.CLOSED
    world.cycle.save()
    client.force_login(world.officer)
    assert "chưa có kỳ đánh giá nào mở" in client.get(ADDRESS).content.decode()


def test_the_desk_leads_there(officer, client, world):
    assert f'href="{ADDRESS}"' in officer.get("/").content.decode()
    client.force_login(world.inspector)
    assert f'href="{ADDRESS}"' not in client.get("/").content.decode()


def test_the_help_says_what_the_set_says_and_what_it_does_not(officer, world):
    page = html.unescape(officer.get(f"{ADDRESS}?bo={world.area.criteria_set_id}").content.decode())
    for line in specs_of(world.area.criteria_set):
        if line.is_group:
            continue
        panel = page.split(f'id="huong-dan-{line.code}"')[1].split("Đóng (Esc)")[0]
        assert line.label in panel and line.article in panel
        assert (line.guidance or "Bộ tiêu chí không có hướng dẫn riêng cho tiêu chí này.") in panel
        assert all(label in panel and f"<kbd>{short}</kbd>" in panel for _, label, short in line.excuses)
        assert panel.count("Bộ tiêu chí không nêu trường hợp nào.") == (not line.excuses) + (
            not line.not_applicable_when
        )
        assert ("Bắt buộc có ít nhất một tài liệu" in panel) is line.needs_evidence


def test_the_real_form_has_the_same_help(officer, world):
    register(world.area, by=world.officer)
    page = officer.get(reverse("evaluations:entry", args=[world.area.pk])).content.decode()
    answered = [one for one in specs_of(world.area.criteria_set) if one.measure not in ("group", "derived")]
    assert page.count('class="help-panel"') == len(answered) > 0
