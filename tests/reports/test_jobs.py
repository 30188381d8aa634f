"""From asking to the file: the job runs end to end, asks rights again, and schedules fill what is missing."""

import threading
from datetime import UTC, datetime, time

import pytest
from django.db import connection
from django.utils import timezone

from portal.core import jobs
from portal.core.files import store
from portal.core.models import Job, JobState
from reports import services
from reports.catalogue.entries import REPORTS
from reports.jobs import file_name
from reports.models import ReportRun, Schedule
from reports.schedules import recurrence
from tests.reports.factories import YEARLY, make_world
from tests.reports.printed import in_one_line, text_of
from units.models import Placement

pytestmark = pytest.mark.both  # keys of periods

PARAMS = {
    "yearly": YEARLY,
    "years": {"programmes": ["safety"], "last_year": None, "years": 10, "kind": "", "ranh_gioi": "then"},
    "list": YEARLY | {"state": ""},
    "criteria": {"criteria_set": "safety/1", "programme": "", "year": None, "kind": ""},
}


@pytest.fixture(autouse=True)
def quiet(monkeypatch, files_dir):
    """Bells fall silent: these tests run the jobs themselves."""
    monkeypatch.setattr(jobs, "ring", lambda job_id: None)


@pytest.fixture
def world(db):
    return make_world()


@pytest.mark.parametrize("report", [slug for slug, one in REPORTS.items() if one.listed])  # the rest: where they begin
@pytest.mark.parametrize("format", ["pdf", "xlsx"])
def test_every_report_runs_to_a_file(world, report, format):
    run = services.ask_report(report, PARAMS[report], format, world.province, world.staff)
    assert jobs.run(run.job_id) is True
    job = Job.objects.get()
    begins = store.take(job.output_sha256).read_bytes()[:4]
    assert (job.state, job.error, job.percent, begins) == (
        "done",
        "",
        100,
        {"pdf": b"%PDF", "xlsx": b"PK\x03\x04"}[format],
    )
    assert job.output_name.endswith(f".{format}")


def test_figures_of_the_text_are_those_of_the_tables(world, tmp_path):
    run = services.ask_report("yearly", YEARLY, "pdf", world.province, world.staff)
    jobs.run(run.job_id)
    text = in_one_line(text_of(store.take(Job.objects.get().output_sha256), "-layout"))
    assert (
        "Năm 2020, tỉnh A có 15 đơn vị thuộc diện xét; 15 đã đăng ký (100,00% tổng số), 5 đã gửi hồ sơ. Có 5 được công "
        "nhận, bằng 33,33% tổng số và 33,33% số đăng ký; 0 chưa đạt; 0 không xét trong năm."
    ) in text
    assert "Tổng cộng 15 15 5 5 0 0 33,33 33,33" in text


def test_an_asker_without_placement_is_refused_when_it_runs(world):
    run = services.ask_report("yearly", YEARLY, "pdf", world.province, world.staff)
    Placement.objects.filter(user=world.staff).delete()
    jobs.run(run.job_id)
    job = Job.objects.get()
    assert (job.state, job.output_sha256) == (JobState.FAILED, "")
    assert job.error.startswith("Người yêu cầu không còn được phân công ở phạm vi Tỉnh A")


def test_a_switched_off_account_is_refused_when_it_runs(world):
    run = services.ask_report("yearly", YEARLY, "pdf", world.province, world.staff)
    type(world.staff).objects.update(is_active=False)
    jobs.run(run.job_id)
    assert Job.objects.get().state == JobState.FAILED


def test_a_place_without_cycles_gets_a_sentence(world):
    run = services.ask_report("yearly", YEARLY | {"year": 1990}, "pdf", world.province, world.staff)
    jobs.run(run.job_id)
    assert Job.objects.get().error.startswith("Tỉnh A chưa có kỳ đánh giá năm 1990 của chương trình này.")


def test_a_token_makes_one_run(world):
    ask = [services.ask_report("yearly", YEARLY, "pdf", world.province, world.staff, token="t") for _ in range(2)]
    free = [services.ask_report("yearly", YEARLY, "pdf", world.province, world.staff) for _ in range(2)]
    assert (ask[0] == ask[1], free[0] == free[1], ReportRun.objects.count()) == (True, False, 3)


@pytest.mark.parametrize(
    ("stem", "name"),
    [
        ("Báo cáo tổng hợp 2020 Đông Triều", "Bao-cao-tong-hop-2020-Dong-Trieu.pdf"),
        ("../../etc/passwd\r\n", "etcpasswd.pdf"),
        ("ữ" * 300, f"{'u' * 120}.pdf"),
    ],
)
def test_file_names_hold_anywhere(stem, name):
    assert file_name(stem) == name


# --- recurrence ------------------------------------------------------------------------------------------------
def local(*parts) -> datetime:
    return timezone.make_aware(datetime(*parts))


@pytest.mark.parametrize(
    ("every", "words", "expected"),
    [
        ("day", "Hằng ngày lúc 07:30", ["2020-01-15T07:30", "2020-01-16T07:30", "2020-01-17T07:30"]),
        ("month", "Hằng tháng, ngày 13, lúc 07:30", ["2020-02-13T07:30", "2020-03-13T07:30", "2020-04-13T07:30"]),
        (
            "quarter",
            "Hằng quý, ngày 13 các tháng 3, 6, 9, 12, lúc 07:30",
            ["2020-03-13T07:30", "2020-06-13T07:30", "2020-09-13T07:30"],
        ),
        ("year", "Hằng năm, ngày 13 tháng 6, lúc 07:30", ["2020-06-13T07:30", "2021-06-13T07:30", "2022-06-13T07:30"]),
    ],
)
def test_rules_from_plain_answers(every, words, expected):
    rule = recurrence.rule(every, month=6, day=13, at=time(7, 30))
    now = local(2020, 1, 15, 7, 0)
    moments = recurrence.upcoming(rule, starts_at=now, now=now)
    assert (recurrence.in_words(rule), [recurrence.period(moment) for moment in moments]) == (words, expected)


def test_times_are_those_of_ho_chi_minh_city():
    rule = recurrence.rule("day", month=1, day=1, at=time(0, 5))
    now = datetime(2020, 1, 14, 17, 4, tzinfo=UTC)  # 00:04 on the 15th there
    assert recurrence.upcoming(rule, starts_at=now, now=now, number=1) == [datetime(2020, 1, 14, 17, 5, tzinfo=UTC)]


def test_the_last_day_of_every_month():
    rule = recurrence.rule("month", month=1, day=-1, at=time(8, 0))
    now = local(2020, 1, 31, 9, 0)
    days = [recurrence.period(moment)[:10] for moment in recurrence.upcoming(rule, starts_at=now, now=now)]
    assert (days, recurrence.in_words(rule)) == (
        ["2020-02-29", "2020-03-31", "2020-04-30"],
        "Hằng tháng, ngày cuối tháng, lúc 08:00",
    )


def test_missing_periods_edges():
    rule = recurrence.rule("day", month=1, day=1, at=time(8, 0))
    start = local(2020, 1, 1, 8, 0)

    def missing(last, now):
        return [
            recurrence.period(moment)[5:10] for moment in recurrence.missing(rule, starts_at=start, last=last, now=now)
        ]

    assert missing(None, local(2020, 1, 1, 7, 59)) == []
    assert missing(None, local(2020, 1, 1, 8, 0)) == ["01-01"]
    assert missing(local(2020, 1, 1, 8, 0), local(2020, 1, 2, 7, 59)) == []
    assert missing(local(2020, 1, 1, 8, 0), local(2020, 1, 3, 8, 0)) == ["01-02", "01-03"]
    long = missing(None, local(2020, 12, 31, 9, 0))
    assert (len(long), long[-1]) == (recurrence.AT_MOST, "12-31")


# --- schedules -------------------------------------------------------------------------------------------------
def make_schedule(world, days_ago: int = 3, **fields) -> Schedule:
    now = timezone.localtime()
    at = (now - timezone.timedelta(hours=1)).time() if now.hour else time(0, 0)
    given = {
        "report": "yearly",
        "params": YEARLY,
        "format": "pdf",
        "place": world.province,
        "rule": recurrence.rule("day", month=1, day=1, at=at),
        "by": world.staff,
        "starts_at": now - timezone.timedelta(days=days_ago, minutes=-1),
    }
    return services.make_schedule(**given | fields)


def periods(schedule) -> list[str]:
    return list(ReportRun.objects.filter(schedule=schedule).order_by("period").values_list("period", flat=True))


def test_every_missing_period_is_made_once(world):
    schedule = make_schedule(world)
    services.run_due()
    made = periods(schedule)
    services.run_due()
    Schedule.objects.update(last_run_at=None)  # as if the note of the last run were lost
    services.run_due()
    schedule.refresh_from_db()
    assert (len(made), periods(schedule), recurrence.period(schedule.last_run_at)) == (3, made, made[-1])
    assert Job.objects.first().key == f"schedule:{schedule.pk}:{made[0]}:pdf"


def test_a_stopped_schedule_makes_nothing_and_does_not_catch_up(world):
    schedule = make_schedule(world)
    services.toggle_schedule(schedule)
    services.run_due()
    services.toggle_schedule(schedule)
    services.run_due()
    assert periods(schedule) == []


def test_one_broken_schedule_does_not_stop_the_others(world):
    make_schedule(world, rule="FREQ=NEVER")
    good = make_schedule(world)
    services.run_due()
    assert len(periods(good)) == 3


def test_deleting_a_schedule_keeps_what_it_printed(world):
    schedule = make_schedule(world)
    services.run_due()
    services.delete_schedule(schedule)
    assert (Schedule.objects.count(), ReportRun.objects.filter(schedule=None).count()) == (0, 3)


def two_beats(monkeypatch) -> int:
    """Two beats that both see the period missing before either writes; how many reports there are then."""
    world = make_world()
    make_schedule(world, days_ago=1)
    both_looked = threading.Barrier(2, timeout=20)
    look = recurrence.missing

    def look_together(*args, **kwargs):
        found = look(*args, **kwargs)
        both_looked.wait()
        return found

    monkeypatch.setattr(recurrence, "missing", look_together)

    def beat():
        try:
            services.run_due()
        finally:
            connection.close()

    beats = [threading.Thread(target=beat) for _ in range(2)]
    for thread in beats:
        thread.start()
    for thread in beats:
        thread.join()
    return ReportRun.objects.count()


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_beats_make_one_report(monkeypatch):
    assert (two_beats(monkeypatch), Job.objects.count()) == (1, 1)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_beats_without_the_unique_key_make_two(monkeypatch):
    """Negative control: the key in the database is what holds the beats apart."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE core_job DROP CONSTRAINT core_job_key_key")
    try:
        assert two_beats(monkeypatch) == 2
    finally:
        ReportRun.objects.all().delete()
        Job.objects.all().delete()
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE core_job ADD CONSTRAINT core_job_key_key UNIQUE (key)")
