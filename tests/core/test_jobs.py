"""Job rows: one claim at a time, a fence against zombies, a sweeper for lost bells and dead workers."""

import sqlite3
import threading
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import OperationalError, connection, transaction
from django.utils import timezone

from portal.core import jobs
from portal.core.files import store
from portal.core.models import Heartbeat, Job, JobState
from portal.core.rows.locking import is_busy
from tests.core import job_kinds

pytestmark = [pytest.mark.both, pytest.mark.django_db]  # claims and fences are written in SQL
assert job_kinds  # registers the kinds


def asked(key="one", kind="test_write", **params):
    return jobs.ask(kind, key, params)[0]


def expire(job):
    Job.objects.filter(pk=job.pk).update(lease_until=timezone.now() - timedelta(seconds=1))


@pytest.fixture(autouse=True)
def bells(monkeypatch):
    """The bells that were rung, instead of a broker."""
    rung = []
    monkeypatch.setattr(jobs, "ring", rung.append)
    return rung


def test_the_same_key_is_one_job():
    job, created = jobs.ask("test_write", "yearly-2020", {"year": 2020})
    again, created_again = jobs.ask("test_write", "yearly-2020", {"year": 2020})
    assert (created, created_again, again.pk, Job.objects.count()) == (True, False, job.pk, 1)


def test_a_bell_rings_only_when_the_asker_commits(bells, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        try:
            with transaction.atomic():
                asked("rolled-back")
                raise ZeroDivisionError
        except ZeroDivisionError:
            pass
        job = asked("kept")
    assert (bells, Job.objects.get()) == ([job.pk], job)


def test_only_one_worker_gets_the_job():
    job = asked()
    first, second = jobs.claim(job.pk), jobs.claim(job.pk)
    assert (first.attempt, second) == (1, None)


def test_a_job_is_done_once_and_leaves_its_file():
    job = asked()
    assert (jobs.run(job.pk), jobs.run(job.pk)) == (True, False)
    job.refresh_from_db()
    assert (job.state, job.attempt, job.percent, job.output_name) == (JobState.DONE, 1, 100, "one.txt")
    assert store.take(job.output_sha256).read_bytes() == b"output of one"


def test_a_job_not_due_yet_waits():
    job = asked()
    Job.objects.update(not_before=timezone.now() + timedelta(hours=1))
    assert jobs.claim(job.pk) is None
    Job.objects.update(not_before=timezone.now() - timedelta(seconds=1))
    assert jobs.claim(job.pk).pk == job.pk


def test_after_the_lease_another_worker_takes_over_and_the_zombie_changes_nothing():
    job = asked()
    zombie = jobs.claim(job.pk)
    expire(job)
    heir = jobs.claim(job.pk)
    assert heir.attempt == 2
    with pytest.raises(jobs.LeaseLost):
        jobs.tell(zombie, 5, 10)
    assert jobs._finish(zombie, None) is False
    assert jobs._fail(zombie, "quá muộn") is False
    assert Job.objects.get().state == JobState.RUNNING
    assert jobs._finish(heir, None) is True


def test_without_the_fence_the_zombie_would_have_finished_it(monkeypatch):
    job = asked()
    zombie = jobs.claim(job.pk)
    expire(job)
    jobs.claim(job.pk)
    monkeypatch.setattr(jobs, "_mine", lambda job: Job.objects.filter(pk=job.pk))
    assert jobs._finish(zombie, None) is True  # the negative control of the test above


def test_a_refusal_fails_the_job_with_its_sentence():
    job = asked(kind="test_refuse")
    assert jobs.run(job.pk) is True
    job.refresh_from_db()
    assert (job.state, job.error) == (JobState.FAILED, "Không có dữ liệu của năm này.")


def test_an_error_outside_exception_fails_the_job_and_not_the_worker():
    job = asked(kind="test_crash")
    assert jobs.run(job.pk) is True
    job.refresh_from_db()
    assert job.state == JobState.FAILED
    assert job.error.startswith("Hệ thống gặp lỗi khi thực hiện.")


def test_the_sweeper_rings_for_waiting_and_dead_and_leaves_a_heartbeat(bells):
    waiting, running, dead = asked("a"), asked("b"), asked("c")
    jobs.claim(running.pk)
    jobs.claim(dead.pk)
    expire(dead)
    assert jobs.sweep() == 2
    assert (bells, Heartbeat.objects.get().name) == ([waiting.pk, dead.pk], "worker")


def test_the_sweeper_rings_for_a_long_queue_a_handful_at_a_time(bells):
    for number in range(jobs.SWEEP_BELLS + 5):
        asked(str(number))
    assert (jobs.sweep(), len(bells)) == (jobs.SWEEP_BELLS, jobs.SWEEP_BELLS)


def test_a_finished_job_hands_on_to_the_one_waiting_longest(bells):
    first, second, third = asked("a"), asked("b"), asked("c")
    jobs.claim(second.pk)
    from portal.core.tasks import run_job

    run_job(first.pk)
    run_job(first.pk)  # a bell that gets nothing hands nothing on
    assert bells == [third.pk]


def test_the_sweeper_gives_up_after_too_many_tries(settings):
    job = asked()
    for _ in range(settings.JOB_MAX_ATTEMPTS):
        assert jobs.claim(job.pk) is not None
        expire(job)
    assert jobs.claim(job.pk) is None
    assert jobs.sweep() == 0
    job.refresh_from_db()
    assert (job.state, job.error) == (JobState.FAILED, "Đã thử 5 lần không xong. Hãy báo quản trị viên mã việc này.")


def test_a_broker_that_is_down_does_not_stop_the_asker(monkeypatch, bells):
    from portal.core import tasks

    monkeypatch.undo()
    monkeypatch.setattr(tasks.run_job, "apply_async", lambda *a, **k: (_ for _ in ()).throw(ConnectionError("down")))
    jobs.ring(1)


# --- somebody else writes the same rows --------------------------------------------------------------------------
@contextmanager
def somebody_writing():
    """Somebody on a connection of their own who has written the row "held" and not yet committed."""
    written, may_go = threading.Event(), threading.Event()

    def hold():
        with transaction.atomic():
            Heartbeat.objects.filter(name="held").update(at=timezone.now())
            written.set()
            may_go.wait(10)
        connection.close()

    thread = threading.Thread(target=hold)
    thread.start()
    written.wait(5)
    yield
    may_go.set()
    thread.join(10)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_job_that_meets_another_writer_is_tried_again_and_done(bells):
    Heartbeat.objects.create(name="held", at=timezone.now())
    job = asked(kind="test_beat")
    with somebody_writing():
        assert jobs.run(job.pk) is False
    job.refresh_from_db()
    assert (job.state, job.error, job.lease_until) == (JobState.QUEUED, "", None)
    assert job.message == "có người khác đang ghi cùng dữ liệu nên chưa ghi gì; cổng tự làm lại sau ít giây"
    assert not Heartbeat.objects.filter(name="before").exists()
    assert jobs.run(job.pk) is False  # not at once
    Job.objects.update(not_before=timezone.now() - timedelta(seconds=1))
    bells.clear()
    jobs.sweep()
    assert (bells, jobs.run(job.pk)) == ([job.pk], True)
    job.refresh_from_db()
    assert (job.state, job.attempt) == (JobState.DONE, 2)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_job_that_meets_another_writer_to_the_last_says_what_was_not_done(settings):
    Heartbeat.objects.create(name="held", at=timezone.now())
    job = asked(kind="test_beat")
    Job.objects.update(attempt=settings.JOB_MAX_ATTEMPTS - 1)
    with somebody_writing():
        assert jobs.run(job.pk) is True
    job.refresh_from_db()
    assert (job.state, job.error) == (
        JobState.FAILED,
        "Có người khác đang ghi cùng dữ liệu; đã thử 5 lần không được nên việc này chưa làm, chưa ghi gì. "
        "Hãy chờ ít phút rồi làm lại.",
    )


def sqlite_fault(folder, statement: str) -> sqlite3.OperationalError:
    """What SQLite says of a statement while another connection writes."""
    first, second = (sqlite3.connect(folder / "x.sqlite3", timeout=0, isolation_level=None) for _ in "ab")
    first.execute("BEGIN IMMEDIATE")
    try:
        with pytest.raises(sqlite3.OperationalError) as fault:
            second.execute(statement)
    finally:
        first.close()
        second.close()
    return fault.value


def test_only_another_writer_is_waited_for(tmp_path):
    def told(cause) -> bool:
        error = OperationalError(str(cause))
        error.__cause__ = cause
        return is_busy(error)

    assert told(sqlite_fault(tmp_path, "BEGIN IMMEDIATE"))
    for other in (sqlite_fault(tmp_path, "SELECT * FROM nothing"), ConnectionError("closed"), None):
        assert not told(other)


def test_another_fault_of_the_database_fails_the_job_at_once(monkeypatch):
    def broken(job, tell):
        raise OperationalError("server closed the connection unexpectedly")

    monkeypatch.setitem(jobs.KINDS, "test_broken", broken)
    job = asked(kind="test_broken")
    assert jobs.run(job.pk) is True
    job.refresh_from_db()
    assert (job.state, job.error[:30]) == (JobState.FAILED, "Hệ thống gặp lỗi khi thực hiện")
