"""A file taken back while others write, or its worker dies; in real transactions on PostgreSQL."""

import threading
import time

import pytest
from django.db import OperationalError, connection, transaction
from django.db.utils import InterfaceError
from django.utils import timezone

from portal.core import jobs
from portal.core.models import Job, JobState
from tests.units.factories import make_tree
from tests.units.racing import at_once
from units.models import FileImport, User

from .sending import KINDS, Sent, committee, register, run
from .undoing import everything, taken_in, undoing

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite lets one writer in at a time anyway"),
]
WAITS = "SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE 'SET CONSTRAINTS%'"


@pytest.fixture(autouse=True)
def files(settings, tmp_path):
    settings.FILES_DIR = tmp_path


@pytest.fixture
def unlocked(monkeypatch):
    monkeypatch.setattr("django.db.models.query.QuerySet.select_for_update", lambda rows, **options: rows)


def begun(client, kind) -> Sent:
    sent = kind(make_tree())
    client.force_login(sent.person)
    return sent


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_of_two_who_undo_at_once_one_does(client, kind):
    sent = begun(client, kind)
    before = everything()
    record = taken_in(client, sent)
    two = [undoing(client, record), undoing(client, record)]
    assert at_once(lambda: run(two[0]), lambda: run(two[1])) == []
    for job in two:
        job.refresh_from_db()
    assert sorted(job.state for job in two) == [JobState.DONE, JobState.FAILED]
    assert everything() == before


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_a_change_under_way_is_not_undone_over(client, kind):
    sent = begun(client, kind)
    record = taken_in(client, sent)
    job = undoing(client, record)
    assert at_once(sent.change, lambda: run(job)) == []
    job.refresh_from_db()
    assert job.state == JobState.FAILED and "đã được sửa sau khi nhập" in job.error
    assert not FileImport.objects.get().is_undone


def test_without_the_rows_held_the_change_is_lost(client, unlocked):
    sent = begun(client, register)
    record = taken_in(client, sent)
    job = undoing(client, record)
    assert at_once(sent.change, lambda: run(job)) == []
    job.refresh_from_db()
    assert job.state == JobState.DONE and (9, 170) not in sent.told()


def test_a_worker_killed_in_the_middle_leaves_all_there_and_the_next_takes_all_back(client):
    """Everything is written again, and whether all keys lead somewhere waits for the person's row, as it is lost."""
    sent = begun(client, committee)
    before = everything()
    record = taken_in(client, sent)
    job, written = undoing(client, record), everything()

    def work():
        try:
            jobs.run(job.pk)
        except (OperationalError, InterfaceError):  # what a dead worker can no longer tell anybody
            pass
        finally:
            connection.close()

    worker = threading.Thread(target=work)
    with transaction.atomic():
        User.objects.select_for_update().get(pk=sent.person.pk)
        worker.start()
        assert killed(), "the worker did not come to its last question"
    worker.join(20)
    assert everything() == written and not FileImport.objects.get().is_undone
    Job.objects.filter(pk=job.pk).update(state=JobState.RUNNING, lease_until=timezone.now() - timezone.timedelta(1))
    assert run(job).state == JobState.DONE and everything() == before


def killed() -> bool:
    for _ in range(100):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_stat_clear_snapshot()")  # a transaction is told the same all along
            cursor.execute(WAITS)
            if found := cursor.fetchone():
                cursor.execute("SELECT pg_terminate_backend(%s)", found)
                return True
        time.sleep(0.1)
    return False
