"""Files sent in, the same in shape for each kind: what their rows say, and what somebody else does meanwhile."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from portal.core import jobs
from portal.core.models import Job
from portal.core.sheets import writing
from portal.core.web.once import new_token
from tests.units.factories import make_committee, make_user
from units.enums import CommitteeKind, Role
from units.models import Committee, GroupCount, Seat
from units.registers import REGISTERS, write_rows


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


KINDS = [register, committee, seat]


def previewed(client, sent: Sent) -> str:
    file = SimpleUploadedFile("tep.csv", writing.as_csv(sent.heads, sent.rows))
    route = f"{sent.route}_import".replace(":_", ":")  # that of units has no word of its own
    answer = client.post(reverse(route, args=sent.args), {"file": file})
    assert answer.status_code == 302, answer.context["problems"]
    return answer.url


def asked(client, address: str) -> Job:
    client.post(address, {"once": new_token()})
    return Job.objects.latest("pk")


def run(job: Job) -> Job:
    jobs.run(job.pk)
    job.refresh_from_db()
    return job
