"""A file is not taken back where what it wrote over no longer fits what came after it."""

from datetime import date

import pytest

from portal.core.models import Job, JobState
from tests.units.factories import make_committee, make_tree, make_user
from units import services
from units.enums import CommitteeKind, Role

from .sending import Sent, run
from .undoing import address, everything, taken_in

pytestmark = [pytest.mark.both, pytest.mark.django_db]
RULES = services.CommitteeRules(50, 50)
FIRST, LATER = date(2024, 1, 1), date(2025, 1, 1)


@pytest.fixture(autouse=True)
def files(settings, tmp_path):
    settings.FILES_DIR = tmp_path


@pytest.fixture
def tree():
    return make_tree()


@pytest.fixture
def admin(tree, client):
    person = make_user(Role.ADMIN, tree.province)
    client.force_login(person)
    return person


def founded(unit, since=FIRST, kind=CommitteeKind.B138, **more):
    return services.found_committee(unit, by=None, kind=kind, rules=RULES, valid_from=since, **more)


def committee_file(client, admin, board, *, name="", until=""):
    heads = ["Khoá", "Khoá đơn vị", "Tên Ban Chỉ đạo", "Đến hết ngày"]
    needed = ["Loại Ban", "Dự họp trên (%)", "Tán thành trên (%)", "Căn cứ", "Từ ngày"]
    rows = [[f"BCD{board.pk}", f"DV{board.unit_id}", name, until, *("",) * 3, "QĐ 7", ""]]
    return taken_in(client, Sent(admin, "units:committee", [], [*heads, *needed], rows, *(None,) * 3))


def seat_file(client, admin, seat):
    heads = ["Khoá", "Khoá đơn vị", "Chức vụ trong Ban", "Từ ngày", "Đến hết ngày"]
    rows = [[f"TV{seat.pk}", f"DV{seat.committee.unit_id}", seat.post, "01/01/2024", "31/12/2024"]]
    return taken_in(client, Sent(admin, "units:seat", [], heads, rows, *(None,) * 3))


def said_of(client, record) -> str:
    """What stands in the way, told by the page and by the job; nothing has changed."""
    before, told = everything(), client.get(address(record)).context["in_the_way"]
    params = {"import": record.pk, "of": record.kind, "name": record.name, "reason": "Gửi nhầm"}
    job = run(Job.objects.create(kind="undo_import", key="hoan-tac", params=params, asked_by=record.job.asked_by))
    assert (job.state, job.error.split("\n"), everything()) == (JobState.FAILED, told, before)
    return told[1]


def test_a_name_that_another_committee_bears_by_now(client, admin, tree):
    board = founded(tree.communes[0])
    record = committee_file(client, admin, board, name="Ban tên khác")
    founded(tree.communes[0], LATER)
    assert "Xã A1.1 đã có “Ban Chỉ đạo 138 xã A1.1” trong thời gian này." in said_of(client, record)


def test_a_time_in_which_another_committee_was_founded(client, admin, tree):
    record = committee_file(client, admin, founded(tree.communes[0]), until="31/12/2024")
    founded(tree.communes[0], LATER)
    assert "Xã A1.1 đã có “Ban Chỉ đạo 138 xã A1.1” trong thời gian này." in said_of(client, record)


def test_a_committee_of_a_unit_that_has_ended(client, admin, tree):
    village = tree.areas[0]
    board = founded(village, kind=CommitteeKind.VILLAGE)
    record = committee_file(client, admin, board, until="31/12/2024")
    services.end_unit(village, on=date(2025, 5, 5), ground="QĐ 8", by=None)
    assert "Thôn 1 (A1.1) đã kết thúc ngày 05/05/2025." in said_of(client, record)


def test_a_seat_of_somebody_who_sits_there_again(client, admin, tree):
    board, person = make_committee(tree.communes[0]).committee, make_user(post="Chủ tịch xã")
    record = seat_file(client, admin, services.seat(board, person, "Uỷ viên", by=None, valid_from=FIRST))
    services.seat(board, person, "Phó ban", by=None, valid_from=LATER)
    assert "Chủ tịch xã đã giữ ghế khác của Ban trong cùng thời gian" in said_of(client, record)


def test_a_seat_on_a_committee_that_has_ended(client, admin, tree):
    board = make_committee(tree.communes[0]).committee
    seat = services.seat(board, make_user(post="Chủ tịch xã"), "Uỷ viên", by=None, valid_from=FIRST)
    record = seat_file(client, admin, seat)
    services.end_committee(board, by=None, on=LATER, ground="QĐ 8")
    assert "Uỷ viên – Chủ tịch xã: Ban Chỉ đạo xã A1.1 đã kết thúc ngày 01/01/2025." in said_of(client, record)
