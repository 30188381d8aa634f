"""Files of past years taken back: results and totals say again what they said, with a line in each log."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from evaluations import services
from evaluations.enums import Action, Origin, State, TotalAction
from evaluations.files import past_results, past_totals
from evaluations.models import Cycle, Decision, Evaluation, Event, PastTotal, PastTotalEvent, Recognition
from portal.core import jobs
from portal.core.models import Job, JobState
from portal.core.sheets import writing
from portal.core.web.once import new_token
from tests.evaluations.factories import published_sets
from tests.units.factories import make_tree, make_user
from units.enums import Role
from units.models import FileImport

pytestmark = [pytest.mark.both, pytest.mark.django_db]
SOURCE = "Báo cáo số 12/BC-BCĐ"


@pytest.fixture(autouse=True)
def files(settings, tmp_path):
    settings.FILES_DIR = tmp_path


@pytest.fixture
def tree():
    published_sets()
    return make_tree()


@pytest.fixture
def staff(tree, client):
    person = make_user(Role.STAFF, tree.province)
    client.force_login(person)
    return person


def run(job: Job) -> Job:
    jobs.run(job.pk)
    job.refresh_from_db()
    return job


def take(client, route: str, heads: list[str], rows: list[list[str]]) -> FileImport:
    data = writing.as_csv(heads, rows)
    sent = client.post(reverse(f"evaluations:{route}"), {"file": SimpleUploadedFile("năm-trước.csv", data)})
    assert sent.status_code == 302, sent.context["problems"]
    client.post(sent.url, {"once": new_token()})
    job = run(Job.objects.latest("pk"))
    assert job.state == JobState.DONE, job.error
    return FileImport.objects.get(job=job)


def results(client, *rows: list[str]) -> FileImport:
    return take(client, "past_import", list(past_results.COLUMNS.values()), list(rows))


def result(unit, word="Đạt", year=2022, paper="QĐ 5/QĐ-UBND", source=SOURCE) -> list[str]:
    return [f"DV{unit.pk}", str(year), "safety", word, "", "", paper, "", source]


def totals(client, *rows: list[str]) -> FileImport:
    return take(client, "past_totals_import", list(past_totals.COLUMNS.values()), list(rows))


def total(place, met=178, year=2021) -> list[str]:
    return [f"DV{place.pk}", str(year), "safety", "Khu dân cư", "234", "234", str(met), "", "", SOURCE]


def undone(client, record: FileImport) -> Job:
    address = reverse("units:import_undo", args=[record.pk])
    answer = client.post(address, {"reason": "Nhầm tệp.", "once": new_token()})
    assert answer.status_code == 302, answer.context["in_the_way"]
    return run(Job.objects.filter(kind="undo_import").latest("pk"))


def told() -> list:
    """What counts now, and which papers the years name."""
    standing = Evaluation.objects.exclude(state=State.EXCLUDED).order_by("pk").values()
    named = Cycle.objects.filter(evaluations__in=standing.values("pk")).distinct().order_by("pk")
    return [list(standing), list(named.values_list("year", "source"))]


def counted() -> list:
    return list(PastTotal.objects.standing().order_by("pk").values())


def test_results_say_again_what_they_said(client, staff, tree):
    first, second = tree.areas[:2]
    results(client, result(first))
    before = told()
    record = results(client, result(first, "Không đạt", paper="QĐ 9/QĐ-UBND", source="Báo cáo khác"), result(second))
    assert (record.made, record.changed) == (1, 1) and told() != before
    assert undone(client, record).state == JobState.DONE
    assert told() == before
    mended, taken = (Event.objects.filter(evaluation__unit=unit).latest("pk") for unit in (first, second))
    assert (mended.action, mended.by) == (Action.CORRECT, staff) and "năm-trước.csv" in mended.comment
    assert (taken.action, taken.target) == (Action.TAKE_AWAY, State.EXCLUDED) and "Nhầm tệp." in taken.comment


def test_a_result_taken_away_before_is_away_again(client, staff, tree):
    area = tree.areas[0]
    results(client, result(area))
    services.take_past_away(Evaluation.objects.select_related("cycle", "grade").get(), by=staff, reason="Nhầm.")
    before = list(Evaluation.objects.values())
    record = results(client, result(area, "Không đạt"))
    assert undone(client, record).state == JobState.DONE
    assert list(Evaluation.objects.values()) == before
    assert Event.objects.latest("pk").action == Action.TAKE_AWAY


def test_a_result_corrected_since_stands_in_the_way(client, staff, tree):
    record = results(client, result(tree.areas[0]), result(tree.areas[1]))
    results(client, result(tree.areas[0], "Không đạt"))
    after = told()
    page = client.get(reverse("units:import_undo", args=[record.pk]))
    assert "đã được sửa sau khi nhập" in " ".join(page.context["in_the_way"])
    assert client.post(page.request["PATH_INFO"], {"reason": "Thử."}).status_code == 422 and told() == after


def test_a_year_opened_on_the_portal_since_is_not_touched(client, staff, tree):
    record = results(client, result(tree.areas[0]))
    kept = Evaluation.objects.get()
    Cycle.objects.create(
        programme=kept.cycle.programme, province=tree.province, year=2022, as_of=kept.cycle.as_of, opened_by=staff
    )
    job = undone(client, record)
    assert job.state == JobState.FAILED and "được thực hiện trên cổng" in job.error
    kept.refresh_from_db()
    assert kept.state == State.RECOGNISED and Event.objects.count() == 1


def test_a_result_stays_once_its_unit_was_recognised_on_the_portal(client, staff, tree):
    """A recognition of before the file could not have counted it; one of after may have."""
    area = tree.areas[0]
    record = results(client, result(area))
    dossier = Evaluation.objects.select_related("cycle").get()
    worked, decision = dossier.cycle, Decision(issuer=tree.communes[0], year=2025, number=7, symbol="QĐ-UBND")
    worked.pk, worked.year, worked.source = None, 2025, ""
    worked.save()
    dossier.pk, dossier.cycle, dossier.origin = None, worked, Origin.WORKED
    dossier.save()
    decision.issued_at = record.at - timedelta(days=1)
    decision.save()
    Recognition.objects.create(evaluation=dossier, decision=decision, certificate="CN-1")
    address = reverse("units:import_undo", args=[record.pk])
    assert client.get(address).context["in_the_way"] == []
    Decision.objects.update(issued_at=record.at + timedelta(days=1))
    told = client.get(address).context["in_the_way"]
    assert any(area.name in one and "07/QĐ-UBND" in one and "số năm liên tục" in one for one in told)


def test_totals_say_again_what_they_said(client, staff, tree):
    first, second = tree.districts[0], tree.communes[0]
    totals(client, total(first))
    before = counted()
    record = totals(client, total(first, 170), total(second, 12))
    assert (record.made, record.changed) == (1, 1)
    assert undone(client, record).state == JobState.DONE
    assert counted() == before
    lines = PastTotalEvent.objects.order_by("-pk")[:2]
    assert {one.action for one in lines} == {TotalAction.TAKE_AWAY, TotalAction.CORRECT}
    assert all("Nhầm tệp." in one.reason for one in lines)


def test_a_total_away_before_is_away_again_and_one_changed_since_stands_in_the_way(client, staff, tree):
    place = tree.districts[0]
    totals(client, total(place))
    services.take_total_away(PastTotal.objects.get(), by=staff, reason="Nhầm.")
    before = list(PastTotal.objects.values())
    record = totals(client, total(place, 100))
    again = totals(client, total(place, 90))
    assert client.get(reverse("units:import_undo", args=[record.pk])).context["in_the_way"]
    assert undone(client, again).state == undone(client, record).state == JobState.DONE
    assert list(PastTotal.objects.values()) == before


def test_others_find_no_import_of_the_province(client, staff, tree):
    record = results(client, result(tree.areas[0]))
    address = reverse("units:import_undo", args=[record.pk])
    client.force_login(make_user(Role.STAFF, make_tree("B").province))
    assert client.get(address).status_code == 404
    client.force_login(make_user(Role.ADMIN, tree.communes[0]))
    assert client.get(address).status_code == 404
    client.force_login(make_user(Role.ADMIN, tree.province))
    assert client.get(address).status_code == 200
