"""Pages of the reports app: what each place sees, and what bad input gets."""

import csv
import io
import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from evaluations.enums import State
from portal.core import jobs
from portal.core.files import store
from portal.core.models import Job, JobState
from reports import services
from reports.models import ReportRun, Schedule
from tests.reports.factories import YEARLY, make_cycle, make_files, make_world, once
from tests.units.factories import make_tree, make_units, make_user
from units.enums import Role, Subtype, UnitKind

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def quiet(monkeypatch, files_dir):
    monkeypatch.setattr(jobs, "ring", lambda job_id: None)


@pytest.fixture
def world():
    tree = make_world()
    tree.cycle = tree.province.cycles.get(year=2020)
    tree.officer = make_user(Role.OFFICER, tree.communes[0])
    tree.other = make_tree("B")
    tree.other.cycle = make_cycle(tree.other.province)
    make_files(tree.other.cycle, tree.other.areas, State.RECOGNISED)
    return tree


def as_user(user) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def words(response) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


# --- reading ---------------------------------------------------------------------------------------------------
def test_before_the_first_print_the_page_says_what_will_stand_there(world):
    staff = as_user(world.staff)
    told = "Mỗi báo cáo đồng chí lập, hay được lập theo lịch, sẽ hiện ở đây"
    assert told in words(staff.get(reverse("reports:run_list")))
    services.ask_report("yearly", YEARLY, "pdf", world.province, world.staff)
    assert told not in words(staff.get(reverse("reports:run_list")))


def test_overview_shows_the_users_place(world):
    page = as_user(world.staff).get(reverse("reports:overview"))
    text = words(page)
    assert page.status_code == 200
    assert "Tổng quan: Tỉnh A" in text and "33,33% tổng số" in text and "Huyện A1" in text
    assert '<svg xmlns="http://www.w3.org/2000/svg" class="chart"' in page.content.decode()


def test_overview_of_a_commune_and_of_nobody(world):
    commune = words(as_user(world.officer).get(reverse("reports:overview")))
    nobody = words(as_user(make_user(Role.OFFICER)).get(reverse("reports:overview")))
    agency = as_user(make_user(Role.OFFICER, world.agency)).get(reverse("reports:overview"))
    assert "Tổng quan: Xã A1.1" in commune and "Chưa có kỳ đánh giá nào" in nobody
    assert (agency.status_code, "Tổng quan: Cơ quan A" in words(agency)) == (200, True)


@pytest.mark.parametrize("query", ["ky=x", "ky=999999", "theo=x&loai=x", "ky=%00", "loai=school&theo=district"])
def test_odd_choices_fall_back(world, query):
    client = as_user(world.staff)
    pages = [client.get(f"{reverse(name, args=args)}?{query}") for name, args in _reading(world)]
    assert [page.status_code for page in pages] == [200, 200]


def _reading(world):
    return [("reports:overview", []), ("reports:rollup", [world.cycle.pk])]


@pytest.mark.parametrize("asked", ["x", "-1", "9" * 30, "1.5", "٣"])
def test_a_place_that_is_no_number_is_not_found(world, asked):
    client = as_user(world.staff)
    pages = [client.get(reverse(name, args=args), {"don_vi": asked}) for name, args in _reading(world)]
    assert [page.status_code for page in pages] == [404, 404]


def test_somebody_elses_place_is_not_found(world):
    client = as_user(world.officer)
    foreign = [world.other.province, world.other.communes[0], world.communes[1], world.districts[0], world.province]
    found = [
        client.get(reverse(name, args=args), {"don_vi": unit.pk}).status_code
        for unit in foreign
        for name, args in _reading(world)
    ]
    assert found == [404] * 10
    assert client.get(reverse("reports:rollup", args=[world.other.cycle.pk])).status_code == 404


@pytest.mark.parametrize("by", ["kind", "district", "commune"])
def test_rollup_page_prints_the_total_of_the_dataset(world, by):
    page = as_user(world.staff).get(reverse("reports:rollup", args=[world.cycle.pk]), {"theo": by})
    assert "Tổng cộng 15 15 5 5 0 0 33,33 33,33" in words(page)


def test_rollup_page_has_the_same_queries_at_10_and_4000(world):
    client = as_user(world.staff)
    address = reverse("reports:rollup", args=[world.cycle.pk])
    client.get(address)
    with CaptureQueriesContext(connection) as few:
        client.get(address)
    names = [f"Thôn {number}" for number in range(4000)]
    make_files(world.cycle, make_units(world.communes[1], UnitKind.RESIDENTIAL_AREA, Subtype.VILLAGE, names))
    with CaptureQueriesContext(connection) as lots:
        assert "4.015" in words(client.get(address))
    assert len(few) == len(lots)


# --- asking ----------------------------------------------------------------------------------------------------
def answers(world, **changes):
    return {
        "programme": "safety",
        "year": "",
        "kind": "",
        "place": world.province.pk,
        "format": "pdf",
        **once(),
    } | changes


def test_asking_makes_one_run_even_when_sent_twice(world):
    client, sent = as_user(world.staff), answers(world)
    first = client.post(reverse("reports:ask", args=["yearly"]), sent)
    second = client.post(reverse("reports:ask", args=["yearly"]), sent)
    run = ReportRun.objects.get()
    assert (first.status_code, first.url, second.url) == (302, reverse("reports:run_detail", args=[run.pk]), first.url)
    assert (run.params, run.job.asked_by) == (YEARLY, world.staff)


@pytest.mark.parametrize("slug", ["yearly", "years", "list"])
def test_every_form_opens_and_asks(world, slug):
    client = as_user(world.staff)
    sent = answers(world, programmes=["safety"], last_year="2020", years="5", state="recognised", year="2020")
    assert client.get(reverse("reports:ask", args=[slug])).status_code == 200
    assert client.post(reverse("reports:ask", args=[slug]), sent).status_code == 302
    assert jobs.run(ReportRun.objects.get().job_id) is True
    assert Job.objects.get().state == JobState.DONE


def test_a_foreign_place_is_not_found_and_nothing_is_asked(world):
    client = as_user(world.officer)
    for unit in (world.province, world.communes[1], world.other.communes[0], world.areas[0]):
        assert client.post(reverse("reports:ask", args=["yearly"]), answers(world, place=unit.pk)).status_code == 404
        sent = {"don_vi": unit.pk} | once()
        assert client.post(reverse("reports:rollup_print", args=[world.cycle.pk, "pdf"]), sent).status_code == 404
    assert Job.objects.count() == 0


@pytest.mark.parametrize(
    "changes", [{"programme": "x"}, {"year": "x"}, {"year": "1900"}, {"kind": "x"}, {"format": "exe"}, {"format": ""}]
)
def test_bad_answers_are_told_and_kept(world, changes):
    page = as_user(world.staff).post(reverse("reports:ask", args=["yearly"]), answers(world, **changes))
    assert (page.status_code, Job.objects.count(), "errorlist" in page.content.decode()) == (422, 0, True)


def test_a_year_without_a_cycle_is_told_before_asking(world):
    make_cycle(world.province, 2015, "da375")
    page = as_user(world.staff).post(reverse("reports:ask", args=["yearly"]), answers(world, year="2015"))
    assert page.status_code == 422
    assert "Tỉnh A chưa có kỳ đánh giá năm 2015 của chương trình này." in words(page)


def test_unknown_reports_and_formats_are_not_found(world):
    client = as_user(world.staff)
    assert client.get(reverse("reports:ask", args=["x"])).status_code == 404
    assert client.get(reverse("reports:schedule_create", args=["x"])).status_code == 404
    assert client.post(reverse("reports:rollup_print", args=[world.cycle.pk, "exe"]), once()).status_code == 404


# --- following and taking --------------------------------------------------------------------------------------
@pytest.fixture
def run(world):
    return services.ask_report("yearly", YEARLY, "pdf", world.province, world.staff)


def test_the_progress_fragment_tells_waiting_running_done_and_failed(world, run):
    client, address = as_user(world.staff), reverse("reports:run_progress", args=[run.pk])
    waiting = client.get(address).content.decode()
    Job.objects.update(state=JobState.RUNNING, done_parts=1, all_parts=3, message="Đang dàn trang phần chính")
    running = client.get(address).content.decode()
    Job.objects.update(state=JobState.FAILED, error="Không in được. Hãy thử lại.")
    failed = client.get(address).content.decode()
    Job.objects.update(state=JobState.QUEUED)
    jobs.run(run.job_id)
    done = client.get(address).content.decode()
    assert ["data-finished" in page for page in (waiting, running, failed, done)] == [False, False, True, True]
    assert 'value="33"' in running and "Đang dàn trang phần chính" in running
    assert "Không in được. Hãy thử lại." in failed and reverse("reports:run_again", args=[run.pk]) in failed
    assert reverse("reports:download", args=[run.pk]) in done


def test_download_gives_the_bytes_as_an_attachment(world, run):
    client, address = as_user(world.staff), reverse("reports:download", args=[run.pk])
    early = client.get(address)
    jobs.run(run.job_id)
    page = client.get(address)
    job = Job.objects.get()
    assert (early.status_code, page.status_code) == (404, 200)
    assert (page["Content-Type"], page["X-Content-Type-Options"]) == ("application/pdf", "nosniff")
    assert page["Content-Disposition"] == f'attachment; filename="{job.output_name}"'
    assert b"".join(page.streaming_content) == store.take(job.output_sha256).read_bytes()


def test_a_changed_file_is_not_served(world, run):
    jobs.run(run.job_id)
    path = store.path_of(Job.objects.get().output_sha256)
    path.chmod(0o640)
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    page = as_user(world.staff).get(reverse("reports:download", args=[run.pk]), follow=True)
    assert "Tệp đã lưu bị hỏng hoặc mất" in words(page)


def test_runs_of_a_wider_place_are_not_there(world, run):
    jobs.run(run.job_id)
    own = services.ask_report("yearly", YEARLY, "pdf", world.communes[0], world.staff)
    client = as_user(world.officer)
    names = ["reports:run_detail", "reports:run_progress", "reports:download"]
    assert [client.get(reverse(name, args=[run.pk])).status_code for name in names] == [404] * 3
    assert client.post(reverse("reports:run_again", args=[run.pk]), once()).status_code == 404
    assert client.get(reverse("reports:run_detail", args=[own.pk])).status_code == 200
    listed = client.get(reverse("reports:run_list")).content.decode()
    assert [f"/lan-in/{one.pk}/" in listed for one in (run, own)] == [False, True]


def test_an_agencys_officer_has_no_runs_and_no_error(world, run):
    client = as_user(make_user(Role.OFFICER, world.agency))
    assert client.get(reverse("reports:run_detail", args=[run.pk])).status_code == 404
    assert [client.get(reverse(name)).status_code for name in ("reports:run_list", "reports:catalogue")] == [200, 200]


def test_trying_again_is_a_new_run(world, run):
    client = as_user(world.staff)
    page = client.post(reverse("reports:run_again", args=[run.pk]), once())
    again = ReportRun.objects.exclude(pk=run.pk).get()
    assert (page.url, again.params) == (reverse("reports:run_detail", args=[again.pk]), run.params)


def test_pages_say_what_was_asked(world, run):
    text = words(as_user(world.staff).get(reverse("reports:run_detail", args=[run.pk])))
    assert "Chương trình An toàn về an ninh, trật tự" in text and "Năm Mới nhất" in text


# --- schedules -------------------------------------------------------------------------------------------------
def schedule_answers(world, **changes):
    return answers(world) | {"every": "month", "month": "1", "day": "13", "time": "07:00"} | changes


def test_the_next_three_are_shown_before_saving(world):
    client = as_user(world.staff)
    page = client.post(reverse("reports:schedule_create", args=["yearly"]), schedule_answers(world, preview="1"))
    text = words(page)
    assert (page.status_code, Schedule.objects.count()) == (200, 0)
    assert "Hằng tháng, ngày 13, lúc 07:00. Ba lần tới:" in text
    assert len(re.findall(r"07:00 [^,]+, 13/\d\d/\d{4}", text)) == 3


def test_a_schedule_is_made_stopped_and_deleted(world):
    client = as_user(world.staff)
    made = client.post(reverse("reports:schedule_create", args=["yearly"]), schedule_answers(world, save="1"))
    schedule = Schedule.objects.get()
    assert (made.url, schedule.rule, schedule.place, schedule.params) == (
        reverse("reports:schedule_list"),
        "FREQ=MONTHLY;BYMONTHDAY=13;BYHOUR=7;BYMINUTE=0;BYSECOND=0",
        world.province,
        YEARLY,
    )
    assert abs(schedule.starts_at - timezone.now()) < timedelta(minutes=1)
    client.post(reverse("reports:schedule_toggle", args=[schedule.pk]))
    listed = words(client.get(reverse("reports:schedule_list")))
    assert "Hằng tháng, ngày 13, lúc 07:00" in listed and "Tạm dừng" in listed
    client.post(reverse("reports:schedule_delete", args=[schedule.pk]))
    assert Schedule.objects.count() == 0


def test_the_schedules_leave_as_the_page_tells_them(world):
    client, address = as_user(world.staff), reverse("reports:schedule_list")
    assert "dang=xlsx" not in client.get(address).content.decode()  # nothing to take
    client.post(reverse("reports:schedule_create", args=["yearly"]), schedule_answers(world, save="1"))
    assert "?dang=xlsx" in client.get(address).content.decode()
    (row,) = csv.DictReader(io.StringIO(client.get(address, {"dang": "csv"}).content.decode("utf-8-sig")))
    assert (row["Phạm vi"], row["Lịch"]) == (world.province.dated_name, "Hằng tháng, ngày 13, lúc 07:00")
    assert re.fullmatch(r"07:00 ngày 13/\d\d/\d{4}", row["Lần tới"])
    assert (row["Gần nhất"], row["Tình trạng"]) == ("", "Đang bật")
    client.post(reverse("reports:schedule_toggle", args=[Schedule.objects.get().pk]))
    (row,) = csv.DictReader(io.StringIO(client.get(address, {"dang": "csv"}).content.decode("utf-8-sig")))
    assert (row["Lần tới"], row["Tình trạng"]) == ("", "Tạm dừng")
    assert as_user(world.officer).get(address, {"dang": "csv"}).status_code == 403


@pytest.mark.parametrize(
    "changes",
    [
        {"time": "25:00"},
        {"day": "31"},
        {"month": "13"},
        {"every": "hour"},
        {"time": ""},
        {"every": "year", "month": ""},
    ],
)
def test_bad_rules_are_told(world, changes):
    sent = schedule_answers(world, save="1", **changes)
    page = as_user(world.staff).post(reverse("reports:schedule_create", args=["yearly"]), sent)
    assert (page.status_code, Schedule.objects.count()) == (422, 0)


def test_a_month_is_asked_only_where_it_says_something(world):
    sent = schedule_answers(world, save="1", month="")
    as_user(world.staff).post(reverse("reports:schedule_create", args=["yearly"]), sent)
    assert Schedule.objects.get().rule == "FREQ=MONTHLY;BYMONTHDAY=13;BYHOUR=7;BYMINUTE=0;BYSECOND=0"


def test_only_the_province_schedules(world):
    schedule = services.make_schedule(
        "yearly", YEARLY, "pdf", world.communes[0], "FREQ=DAILY", world.staff, timezone.now()
    )
    for role, unit in (
        (Role.OFFICER, world.communes[0]),
        (Role.CHAIR, world.province),
        (Role.INSPECTOR, world.province),
    ):
        client = as_user(make_user(role, unit))
        found = [
            client.get(reverse("reports:schedule_list")).status_code,
            client.post(reverse("reports:schedule_create", args=["yearly"]), schedule_answers(world)).status_code,
            client.post(reverse("reports:schedule_toggle", args=[schedule.pk])).status_code,
            client.post(reverse("reports:schedule_delete", args=[schedule.pk])).status_code,
        ]
        assert found == [403] * 4
    stranger = as_user(make_user(Role.STAFF, world.other.province))
    assert stranger.post(reverse("reports:schedule_delete", args=[schedule.pk])).status_code == 404
    assert Schedule.objects.get().is_active is True
