"""A file's preview and what came after it: a row changed meanwhile is not written over, and nothing is half done."""

import pytest

from portal.core.models import Job, JobState
from tests.units.factories import make_tree
from units.files.lines import Problems

from .sending import KINDS, Sent, asked, previewed, run

pytestmark = [pytest.mark.both, pytest.mark.django_db]  # an import writes whole or not at all


@pytest.fixture(autouse=True)
def files(settings, tmp_path):
    settings.FILES_DIR = tmp_path


@pytest.fixture(params=KINDS, ids=lambda kind: kind.__name__)
def sent(request, client) -> Sent:
    made = request.param(make_tree())
    client.force_login(made.person)
    return made


def test_a_row_changed_after_the_preview_is_told_and_nothing_is_written(client, sent):
    address = previewed(client, sent)
    assert client.get(address).status_code == 200
    sent.change()
    before = sent.told()
    job = run(asked(client, address))
    assert job.state == JobState.FAILED and sent.told() == before
    assert "1 dòng đã đổi sau khi xem trước, nên chưa ghi gì." in job.error
    assert "Dòng 2: đã đổi sau khi xem trước." in job.error and "Dòng 3" not in job.error


def test_a_row_changed_while_the_job_waits_is_told(client, sent):
    job = asked(client, previewed(client, sent))
    sent.change()
    before = sent.told()
    assert run(job).state == JobState.FAILED and sent.told() == before


def test_what_nobody_changed_is_written_and_a_second_run_finds_it(client, sent):
    job = asked(client, previewed(client, sent))
    before = sent.told()
    assert run(job).state == JobState.DONE
    written = sent.told()
    assert len(written) == len(before) + 1 and written[0] != before[0]
    Job.objects.filter(pk=job.pk).update(state=JobState.QUEUED)  # a bell that rings twice
    assert run(job).state == JobState.DONE and sent.told() == written


def test_a_row_that_says_by_now_what_is_stored_is_no_fault(client, sent):
    address = previewed(client, sent)
    sent.also()
    assert run(asked(client, address)).state == JobState.DONE


def test_the_preview_looked_at_again_is_of_what_is_stored_now(client, sent):
    address = previewed(client, sent)
    sent.change()
    again = client.get(address)
    assert again.status_code == 302 and again.url != address
    assert client.get(again.url).status_code == 200
    assert run(asked(client, again.url)).state == JobState.DONE


def test_only_rows_that_write_over_something_unseen_are_told():
    """New and still new, changed as seen, the same by now: none of them; gone since, come since, changed since: all."""
    found = Problems("tep.csv")
    for number, stored, writes in (
        (2, None, True),
        (3, ["a"], True),
        (4, ["b"], False),
        (5, None, True),
        (6, ["c"], True),
        (7, ["d"], True),
    ):
        found.stands(number, stored, writes=writes)
    seen = {3: found.held[3], 4: "before", 5: "before", 7: "before"}
    assert found.changed_since(seen) == [5, 6, 7]
