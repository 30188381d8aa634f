"""A file's preview and what came after it: a row changed meanwhile is not written over, and nothing is half done."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from portal.core import jobs
from portal.core.models import Job, JobState
from portal.core.sheets import writing
from portal.core.web.once import new_token
from tests.units.factories import make_committee, make_tree, make_user
from units.enums import CommitteeKind, Role
from units.files.lines import Problems
from units.models import Committee, GroupCount, Seat
from units.registers import REGISTERS, write_rows

pytestmark = [pytest.mark.both, pytest.mark.django_db]  # an import writes whole or not at all


@pytest.fixture(autouse=True)
def files(settings, tmp_path):
    settings.FILES_DIR = tmp_path


@dataclass
class Sent:
    """A file whose first row (line 2) changes what is stored and whose second adds one."""

    person: Any
    route: str
    args: list
    heads: list[str]
    rows: list[list[str]]
    told: Callable[[], list]  # what is stored, in a form to compare
    change: Callable[[], Any]  # somebody else's change of the first row
    also: Callable[[], Any]  # somebody else writes what the first row says


def register(tree) -> Sent:
    first, second = tree.areas[:2]
    write_rows(REGISTERS["to-tu-quan"], [GroupCount(unit=first, year=2024, groups=5, members=160)], by=None)
    stored = GroupCount.objects.filter(unit=first)
    return Sent(
        make_user(Role.OFFICER, tree.communes[0]),
        "units:register",
        ["to-tu-quan"],
        ["Khoá đơn vị", "Năm", "Tổ", "Thành viên"],
        [[f"DV{first.pk}", "2024", "6", "170"], [f"DV{second.pk}", "2024", "4", "90"]],
        lambda: list(GroupCount.objects.order_by("unit").values_list("groups", "members")),
        lambda: stored.update(groups=9),
        lambda: stored.update(groups=6, members=170),
    )


def committee(tree) -> Sent:
    board = make_committee(tree.communes[0]).committee
    stored = Committee.objects.filter(pk=board.pk)
    here, other = f"DV{board.unit_id}", f"DV{tree.communes[1].pk}"
    return Sent(
        make_user(Role.ADMIN, tree.province),
        "units:committee",
        [],
        ["Khoá", "Khoá đơn vị", "Loại Ban", "Dự họp trên (%)", "Tán thành trên (%)", "Căn cứ", "Từ ngày"],
        [
            [f"BCD{board.pk}", here, board.get_kind_display(), "60", "66", "QĐ 7", f"{board.valid_from}"],
            ["", other, CommitteeKind.B138.label, "50", "50", "QĐ 8", "01/02/2020"],
        ],
        lambda: list(Committee.objects.order_by("pk").values_list("quorum_percent", "approval_percent", "ground")),
        lambda: stored.update(ground="QĐ của người khác"),
        lambda: stored.update(quorum_percent=60, approval_percent=66, ground="QĐ 7"),
    )


def seat(tree) -> Sent:
    board = make_committee(tree.communes[0]).committee
    held = Seat.objects.create(
        committee=board, post="Thành viên", host_post="Bí thư chi bộ", valid_from=date(2021, 2, 1)
    )
    stored, place = Seat.objects.filter(pk=held.pk), f"DV{board.unit_id}"
    return Sent(
        make_user(Role.ADMIN, tree.province),
        "units:seat",
        [],
        ["Khoá", "Khoá đơn vị", "Chức vụ trong Ban", "Chức vụ ở cơ quan", "Từ ngày"],
        [
            [f"TV{held.pk}", place, "Phó Trưởng ban", "Bí thư chi bộ", "01/02/2021"],
            ["", place, "Thành viên", "Chủ tịch Mặt trận", "01/02/2022"],
        ],
        lambda: list(board.seats.filter(user=None).order_by("pk").values_list("post", "host_post")),
        lambda: stored.update(host_post="Trưởng thôn"),
        lambda: stored.update(post="Phó Trưởng ban"),
    )


@pytest.fixture(params=[register, committee, seat], ids=lambda kind: kind.__name__)
def sent(request, client) -> Sent:
    made = request.param(make_tree())
    client.force_login(made.person)
    return made


def previewed(client, sent: Sent) -> str:
    file = SimpleUploadedFile("tep.csv", writing.as_csv(sent.heads, sent.rows))
    answer = client.post(reverse(f"{sent.route}_import", args=sent.args), {"file": file})
    assert answer.status_code == 302, answer.context["problems"]
    return answer.url


def asked(client, address: str) -> Job:
    client.post(address, {"once": new_token()})
    return Job.objects.latest("pk")


def run(job: Job) -> Job:
    jobs.run(job.pk)
    job.refresh_from_db()
    return job


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
