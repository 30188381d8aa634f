"""A file's job and somebody else at once, in real transactions on PostgreSQL; what happens without the guard."""

import pytest
from django.db import connection

from portal.core.models import Job, JobState
from tests.units.factories import make_tree
from tests.units.racing import at_once

from .sending import KINDS, Sent, asked, previewed, run

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite lets one writer in at a time anyway"),
]


@pytest.fixture(autouse=True)
def files(settings, tmp_path):
    settings.FILES_DIR = tmp_path


@pytest.fixture(params=KINDS, ids=lambda kind: kind.__name__)
def sent(request, transactional_db, client) -> Sent:
    made = request.param(make_tree())
    client.force_login(made.person)
    return made


@pytest.fixture
def unlocked(monkeypatch):
    monkeypatch.setattr("django.db.models.query.QuerySet.select_for_update", lambda rows, **options: rows)


def change_during(job: Job, sent: Sent) -> tuple[list, list]:
    """What is stored when somebody's change is being written as the job looks, and after the job."""
    changed = []

    def change():
        sent.change()
        changed.extend(sent.told())

    assert at_once(change, lambda: run(job)) == []
    return changed, sent.told()


def test_a_change_under_way_when_the_job_looks_is_not_written_over(client, sent):
    job = asked(client, previewed(client, sent))
    changed, after = change_during(job, sent)
    job.refresh_from_db()
    assert (job.state, after) == (JobState.FAILED, changed)
    assert "Dòng 2: đã đổi sau khi xem trước." in job.error


def test_without_the_rows_held_it_is_written_over(client, sent, unlocked):
    job = asked(client, previewed(client, sent))
    changed, after = change_during(job, sent)
    job.refresh_from_db()
    assert job.state == JobState.DONE and after != changed


def two_at_once(client, sent: Sent) -> list[Job]:
    """The file agreed to twice, and two workers that take the jobs at the same time."""
    address = previewed(client, sent)
    made = [asked(client, address), asked(client, address)]
    assert at_once(lambda: run(made[0]), lambda: run(made[1])) == []
    for job in made:
        job.refresh_from_db()
    return made


def test_a_file_agreed_to_twice_adds_its_new_row_once(client, sent):
    before = len(sent.told())
    assert [job.state for job in two_at_once(client, sent)] == [JobState.DONE, JobState.DONE]
    assert len(sent.told()) == before + 1


def test_without_the_rows_held_the_second_finds_what_it_did_not_look_for(client, sent, unlocked):
    """A register's and a seat's own key refuses the second; a committee has none and is founded twice."""
    before = len(sent.told())
    states = [job.state for job in two_at_once(client, sent)]
    assert JobState.FAILED in states or len(sent.told()) == before + 2
