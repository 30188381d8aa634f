"""A file's rows taken back: exactly what was, all of it or nothing, by those who may, while nothing leans on them."""

import csv
import html
import io
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from portal.core import jobs
from portal.core.models import Job, JobState
from tests.units.factories import make_tree, make_user
from units import services
from units.enums import CommitteeAct, Role
from units.models import Committee, CommitteeEvent, FileImport, GroupCount, SecurityTeam, TeamYear, Unit, User
from units.registers import REGISTERS, write_rows

from .sending import KINDS, Sent, asked, committee, previewed, register, run
from .undoing import address, everything, taken_in, undoing

pytestmark = [pytest.mark.both, pytest.mark.django_db]


@pytest.fixture(autouse=True)
def files(settings, tmp_path):
    settings.FILES_DIR = tmp_path


def unit(tree) -> Sent:
    return Sent(
        make_user(Role.ADMIN, tree.province),
        "units:",
        [],
        ["Khoá", "Loại đơn vị", "Phân loại", "Tên đơn vị", "Khoá đơn vị quản lý", "Có từ ngày"],
        [
            ["X", "Xã, phường, thị trấn", "xã", "Xã Mới", f"DV{tree.province.pk}", "01/01/2020"],
            ["T", "Khu dân cư", "thôn", "Thôn Mới", "X", "01/01/2020"],
        ],
        lambda: list(Unit.objects.order_by("pk").values_list("name")),
        lambda: Unit.objects.filter(name="Thôn Mới").update(name="Thôn Khác"),
        lambda: None,
    )


def people(tree) -> Sent:
    place = f"DV{tree.communes[0].pk}"
    return Sent(
        make_user(Role.ADMIN, tree.province),
        "units:people",
        [],
        ["Tên đăng nhập", "Chức danh", "Khoá đơn vị", "Vai trò", "Từ ngày"],
        [[f"canbo{number}", f"Cán bộ {number}", place, Role.OFFICER.label, "01/01/2026"] for number in (1, 2)],
        lambda: list(User.objects.order_by("pk").values_list("username")),
        lambda: User.objects.filter(username="canbo1").update(post="Khác"),
        lambda: None,
    )


@pytest.fixture
def tree():
    return make_tree()


@pytest.fixture(params=[*KINDS, unit, people], ids=lambda kind: kind.__name__)
def sent(request, client, tree) -> Sent:
    made = request.param(tree)
    client.force_login(made.person)
    return made


def shown(client, record: FileImport) -> str:
    return html.unescape(client.get(address(record)).content.decode())


def test_undoing_gives_back_exactly_what_was(client, sent):
    before = everything()
    record = taken_in(client, sent)
    assert everything() != before
    assert run(undoing(client, record)).state == JobState.DONE
    assert everything() == before
    record.refresh_from_db()
    assert (record.undo_reason, record.undo_job.asked_by) == ("Gửi nhầm tệp.", sent.person)
    assert "Đã hoàn tác" in shown(client, record)


def test_a_row_changed_since_stands_in_the_way_of_all_of_it(client, sent):
    record = taken_in(client, sent)
    late = undoing(client, record)  # asked for before the change, done after it
    sent.change()
    changed = everything()
    job = run(late)
    assert job.state == JobState.FAILED and everything() == changed
    assert "đã được sửa sau khi nhập" in job.error and "chưa đổi gì" in job.error
    page = client.post(address(record), {"reason": "Thử lại."})
    assert page.status_code == 422 and any("đã được sửa" in told for told in page.context["in_the_way"])
    assert not FileImport.objects.get(pk=record.pk).is_undone


def test_it_is_undone_once(client, sent):
    record = taken_in(client, sent)
    first, second = undoing(client, record), undoing(client, record)
    assert run(first).state == JobState.DONE
    after = everything()
    assert run(second).state == JobState.FAILED and "đã được hoàn tác lúc" in second.error + run(second).error
    assert everything() == after
    assert client.post(address(record), {"reason": "Lần nữa."}).status_code == 422


def test_the_same_job_run_again_after_its_worker_died_says_the_same(client, sent):
    record = taken_in(client, sent)
    job = run(undoing(client, record))
    after, told = everything(), job.message
    Job.objects.filter(pk=job.pk).update(state=JobState.QUEUED)
    job = run(job)
    assert (job.state, job.message, everything()) == (JobState.DONE, told, after)


def test_the_file_can_be_sent_again_after_it_was_undone(client, sent):
    record = taken_in(client, sent)
    written = [sorted(map(str, rows)) for rows in [sent.told()]]
    run(undoing(client, record))
    assert run(asked(client, previewed(client, sent))).state == JobState.DONE
    assert [sorted(map(str, rows)) for rows in [sent.told()]] == written


def test_a_worker_that_died_after_writing_leaves_one_record(client, sent):
    record = taken_in(client, sent)
    job = record.job
    told = job.message
    Job.objects.filter(pk=job.pk).update(state=JobState.QUEUED)
    job = run(job)
    assert (job.state, job.message) == (JobState.DONE, told)
    assert list(FileImport.objects.all()) == [record]


def test_a_reason_is_asked_for(client, sent):
    record = taken_in(client, sent)
    answer = client.post(address(record), {"reason": "  "})
    assert answer.status_code == 422 and "Hãy ghi rõ lý do hoàn tác." in answer.content.decode()
    assert not Job.objects.filter(kind="undo_import").exists()


# --- who ----------------------------------------------------------------------------------------------------------
def test_an_administrator_of_the_place_may_and_others_find_nothing(client, tree):
    sent = register(tree)
    client.force_login(sent.person)
    before = everything()
    record = taken_in(client, sent)
    for other in (make_user(Role.OFFICER, tree.communes[0]), make_user(Role.ADMIN, tree.communes[1])):
        client.force_login(other)
        assert client.get(address(record)).status_code == 404
        assert client.post(address(record), {"reason": "Thử."}).status_code == 404
    admin = make_user(Role.ADMIN, tree.communes[0])
    client.force_login(admin)
    assert run(undoing(client, record)).state == JobState.DONE
    assert everything()["GroupCount"] == before["GroupCount"]


def test_who_lost_the_right_to_write_there_does_not_undo(client, tree):
    sent = register(tree)
    client.force_login(sent.person)
    record = taken_in(client, sent)
    sent.person.placements.update(role=Role.INSPECTOR)
    after = everything()
    job = run(undoing(client, record))
    assert job.state == JobState.FAILED and "không ghi sổ của" in job.error and everything() == after
    sent.person.placements.update(unit=tree.communes[1])  # and who works there no more finds nothing
    assert client.get(address(record)).status_code == 404


# --- what leans on it ---------------------------------------------------------------------------------------------
def test_what_hangs_on_a_new_row_is_named(client, tree):
    area = tree.areas[0]
    sent = register(tree)
    sent.args, sent.heads = ["to-bao-ve"], ["Khoá đơn vị", "Tên", "Thành lập ngày"]
    sent.rows = [[f"DV{area.pk}", "Tổ bảo vệ thôn Đông", "01/07/2024"]]
    client.force_login(sent.person)
    record = taken_in(client, sent)
    team = SecurityTeam.objects.get()
    slug = next(slug for slug, one in REGISTERS.items() if one.model is TeamYear)
    write_rows(REGISTERS[slug], [TeamYear(team=team, year=2024, members=5, trained=2)], by=None)
    page = client.get(address(record))
    (told,) = [one for one in page.context["in_the_way"] if "Tổ bảo vệ thôn Đông" in one]
    assert "dựa vào" in told and "năm 2024" in told
    TeamYear.objects.all().delete()
    assert client.get(address(record)).context["in_the_way"] == []


def test_a_later_file_is_undone_first(client, tree):
    sent = register(tree)
    client.force_login(sent.person)
    start = everything()
    first = taken_in(client, sent)
    sent.rows[0][2] = "8"
    second = taken_in(client, sent)
    assert (second.made, second.changed) == (0, 1)
    assert client.get(address(first)).context["in_the_way"]
    assert run(undoing(client, second)).state == JobState.DONE
    assert run(undoing(client, first)).state == JobState.DONE
    assert everything() == start


def test_a_committee_brought_back_has_a_line_in_its_log_and_a_new_one_is_gone(client, tree):
    sent = committee(tree)
    client.force_login(sent.person)
    record = taken_in(client, sent)
    assert run(undoing(client, record, "Nhầm quy chế.")).state == JobState.DONE
    board = Committee.objects.get()
    event = CommitteeEvent.objects.filter(committee=board).latest("pk")
    assert (event.act, event.by) == (CommitteeAct.CHANGE, sent.person)
    assert "Nhầm quy chế." in event.ground and "60%" in event.before and "60%" not in event.after


def test_an_account_somebody_signed_in_with_stays(client, tree):
    sent = people(tree)
    client.force_login(sent.person)
    record = taken_in(client, sent)
    person = User.objects.get(username="canbo1")
    person.last_login = "2026-11-01T00:00:00Z"
    person.save(update_fields=["last_login"])
    told = client.get(address(record)).context["in_the_way"]
    assert "Tài khoản canbo1 đã được đăng nhập sau khi nhập." in told


def test_a_unit_something_stands_under_stays(client, tree):
    sent = unit(tree)
    client.force_login(sent.person)
    record = taken_in(client, sent)
    commune = Unit.objects.get(name="Xã Mới")
    services.place_units(
        [services.NewUnit(kind="residential_area", subtype="thon", name="Thôn Sau", parent=commune)],
        on=date(2021, 1, 1),
    )
    told = " ".join(client.get(address(record)).context["in_the_way"])
    assert "“Xã Mới”" in told and "Thôn Sau" in told
    before = everything()
    late = jobs.ask("undo_import", "thử", {"import": record.pk, "of": record.kind, "name": "x", "reason": "x"},
                    by=sent.person)[0]  # fmt: skip
    assert run(late).state == JobState.FAILED and everything() == before


# --- the pages ----------------------------------------------------------------------------------------------------
def test_the_page_that_takes_files_lists_the_last_ones(client, tree):
    sent = register(tree)
    client.force_login(sent.person)
    page = reverse("units:register_import", args=sent.args)
    assert "Các lần nhập" not in client.get(page).content.decode()
    record = taken_in(client, sent)
    listed = html.unescape(client.get(page).content.decode())
    assert "Các lần nhập" in listed and address(record) in listed and record.told in listed
    assert client.get(reverse("units:import_job", args=[record.job_id])).context["undo"] == address(record)
    run(undoing(client, record))
    assert "Đã hoàn tác" in client.get(page).content.decode()
    assert client.get(reverse("units:import_job", args=[record.job_id])).context["undo"] == ""
    client.force_login(make_user(Role.OFFICER, tree.communes[0]))
    assert "Các lần nhập" not in client.get(page).content.decode()


def test_a_page_of_many_imports_asks_no_more_than_of_one(client, tree, django_assert_num_queries):
    sent = register(tree)
    client.force_login(sent.person)
    page = reverse("units:register_import", args=sent.args)
    taken_in(client, sent)
    client.get(page)  # what is read once a process is read
    with CaptureQueriesContext(connection) as one:
        client.get(page)
    asked_of_one = len(one)
    for groups in "789":
        sent.rows[0][2] = groups
        taken_in(client, sent)
    with django_assert_num_queries(asked_of_one):
        assert client.get(page).content.decode().count("Đã ghi") >= 4
    assert GroupCount.objects.count() == 2


def test_what_leans_on_rows_is_asked_of_a_batch_of_them_at_a_time(client, monkeypatch):
    """Every statement once named all the rows of the file: of 20,000 units the page took half a minute."""
    sent = unit(make_tree())
    client.force_login(sent.person)
    record = taken_in(client, sent)
    monkeypatch.setattr("units.services.file_imports.BATCH", 1)
    with CaptureQueriesContext(
        connection,
    ) as asked_of:
        services.standing_of(record)
    assert not [one["sql"] for one in asked_of if "NOT (" in one["sql"]]


def test_the_list_of_imports_tells_every_kind_and_leaves(client):
    """The page of a kind shows its last ten; the list holds all, of the places the reader administers."""
    tree, other = make_tree("A"), make_tree("B")
    sent = unit(tree)
    client.force_login(sent.person)
    record = taken_in(client, sent)
    listing = reverse("units:import_list")
    assert listing in client.get(reverse("units:import")).content.decode()
    assert address(record) in client.get(listing).content.decode()
    assert _imports_leaving(client) == [("Đơn vị", record.name, record.told, "Đã ghi", "")]
    run(undoing(client, record))
    assert _imports_leaving(client) == [("Đơn vị", record.name, record.told, "Đã hoàn tác", "Gửi nhầm tệp.")]
    client.force_login(make_user(Role.ADMIN, other.province))
    assert _imports_leaving(client) == [] and "Chưa có tệp nào được nhập." in client.get(listing).content.decode()


def _imports_leaving(client) -> list[tuple]:
    data = client.get(reverse("units:import_list"), {"dang": "csv"}).content.decode("utf-8-sig")
    told = ("Loại tệp", "Tệp", "Đã ghi", "Tình trạng", "Lý do hoàn tác")
    return [tuple(row[name] for name in told) for row in csv.DictReader(io.StringIO(data))]
