"""Lists as files: what is in them, what the filter leaves out, and long ones made by a job for who asked alone."""

import csv
import io
from datetime import date, datetime, timedelta
from html import escape
from urllib.parse import urlencode

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from portal.core import jobs, lists
from portal.core.files import store
from portal.core.models import Job, JobState
from portal.core.tasks import tidy
from portal.core.web.once import new_token
from tests.units.factories import OPENED, make_committee, make_tree, make_units, make_user
from units.enums import Role, Subtype, UnitKind
from units.models import Committee, Placement, Unit

pytestmark = [pytest.mark.both, pytest.mark.django_db]  # rows are read through a cursor of the database
FORMS = ("csv", "xlsx")


@pytest.fixture
def tree(settings, tmp_path):
    settings.FILES_DIR = tmp_path
    return make_tree("A")


@pytest.fixture
def admin(tree):
    return make_user(Role.ADMIN, tree.province)


@pytest.fixture
def browser(client, admin):
    client.force_login(admin)
    return client


@pytest.fixture
def short(monkeypatch):
    """A list of more than three rows is long."""
    monkeypatch.setattr(lists, "AT_ONCE", 3)


def cells_of(data: bytes, form: str) -> list[list]:
    if form == "csv":
        return list(csv.reader(io.StringIO(data.decode("utf-8-sig"))))
    return [list(line) for line in load_workbook(io.BytesIO(data)).active.iter_rows(values_only=True)]


def names_in(rows: list[list]) -> set[str]:
    place = rows[0].index("Tên đơn vị")
    return {row[place] for row in rows[1:]}


def ask(client, route: str, form: str, **query):
    return client.get(reverse(route), {**query, "dang": form})


# --- what stands in a file ---------------------------------------------------------------------------------------
@pytest.mark.parametrize("form", FORMS)
def test_the_filter_holds_and_nothing_of_another_place_leaves(client, tree, form):
    other = make_tree("B")
    client.force_login(make_user(Role.OFFICER, tree.communes[0]))
    rows = cells_of(ask(client, "units:export", form, kind="residential_area").content, form)
    home, place = tree.communes[0], rows[0].index("Tên đơn vị")
    assert [row[place] for row in rows[1:]] == [area.name for area in tree.areas if area.commune_id == home.pk]
    everything = names_in(cells_of(ask(client, "units:export", form).content, form))
    assert not everything & {unit.name for unit in Unit.objects.filter(province=other.province)}
    assert everything == set(Unit.objects.filter(commune=home).values_list("name", flat=True)) | {tree.school.name}


def test_days_are_days_numbers_are_numbers_and_nothing_runs(browser, tree):
    tree.areas[0].name = "=HYPERLINK(1)"
    tree.areas[0].save(update_fields=["name"])
    page = load_workbook(io.BytesIO(ask(browser, "units:export", "xlsx").content)).active
    heads = [cell.value for cell in page[1]]
    row = next(row for row in page.iter_rows(min_row=2) if row[0].value == f"DV{tree.areas[0].pk}")
    name, opened = row[heads.index("Tên đơn vị")], row[heads.index("Có từ ngày")]
    assert (name.value, name.data_type, name.number_format) == ("=HYPERLINK(1)", "s", "@")
    assert (opened.value, opened.number_format) == (datetime.combine(OPENED, datetime.min.time()), "dd/mm/yyyy")
    assert (page.freeze_panes, page.auto_filter.ref) == ("A2", f"A1:O{page.max_row}")
    assert page.column_dimensions["E"].width > 12
    rows = cells_of(ask(browser, "units:export", "csv").content, "csv")
    assert "'=HYPERLINK(1)" in names_in(rows) and f"{OPENED:%d/%m/%Y}" in rows[1]


def test_a_filter_that_cannot_be_read_leads_back_to_the_page_that_says_so(browser):
    answer = ask(browser, "units:export", "xlsx", kind="khong-co", q="thon")
    assert answer.url == f"{reverse('units:list')}?{urlencode({'kind': 'khong-co', 'q': 'thon'})}"
    page = browser.get(answer.url)
    assert page.status_code == 422 and "bộ lọc có ô chưa đúng" in page.content.decode()


def test_a_longer_list_costs_no_more_queries(browser, tree):
    def queries() -> int:
        with CaptureQueriesContext(connection) as seen:
            assert ask(browser, "units:export", "csv").status_code == 200
        return len(seen)

    queries()
    few = queries()
    make_units(tree.communes[0], UnitKind.RESIDENTIAL_AREA, Subtype.VILLAGE, [f"Thôn mới {one}" for one in range(20)])
    assert queries() == few


def test_a_list_on_its_own_page_leaves_from_its_address(client, tree):
    client.force_login(make_user(Role.OFFICER, tree.communes[0]))
    address = reverse("units:as_of")
    query = {"ngay": "02/02/2020", "duoi": tree.communes[0].pk}
    page = client.get(address, query)
    for form in FORMS:
        assert f'href="?{escape(urlencode(query | {"dang": form}))}"' in page.content.decode()
    rows = cells_of(client.get(address, {**query, "dang": "csv"}).content, "csv")
    assert [row[1] for row in rows[1:]] == [version.name for version in page.context["page"]]
    assert rows[0][5] == "Nơi quản lý" and {row[5] for row in rows[1:]} == {tree.communes[0].name}


@pytest.mark.parametrize("form", FORMS)
def test_committees_and_seats_of_a_day_leave_as_the_page_shows_them(browser, tree, form):
    old = make_committee(tree.communes[0]).committee
    old.valid_to = date(2021, 12, 31)
    old.save(update_fields=["valid_to"])
    make_committee(tree.communes[1], on=date(2022, 5, 1))
    day = {"ngay": "2021-06-01"}
    (board,) = cells_of(ask(browser, "units:committee_export", form, **day).content, form)[1:]
    assert board[0] == f"BCD{old.pk}"
    assert len(cells_of(ask(browser, "units:committee_export", form).content, form)) == 3  # of today and before
    seats = cells_of(ask(browser, "units:seat_export", form, **day).content, form)[1:]
    assert len(seats) == 3 and {seat[1] for seat in seats} == {f"DV{tree.communes[0].pk}"}
    page = browser.get(reverse("units:committee_list"), day).content.decode()
    assert f"{reverse('units:seat_export')}?ngay=2021-06-01&amp;dang={form}" in page


# --- what goes out comes back ------------------------------------------------------------------------------------
def sent(client, route: str, data: bytes, form: str):
    answer = client.post(reverse(route), {"file": SimpleUploadedFile(f"tep.{form}", data)})
    assert answer.status_code == 302, answer.context["problems"]
    return client.get(answer.url)


@pytest.mark.parametrize("form", FORMS)
def test_units_go_out_and_come_in_unchanged(browser, tree, form):
    data = ask(browser, "units:export", form).content
    found = sent(browser, "units:import", data, form).context
    assert (found["many"], found["known"]) == (0, Unit.objects.count())


@pytest.mark.parametrize("form", FORMS)
def test_people_go_out_and_come_in_unchanged(browser, tree, form):
    make_user(Role.OFFICER, tree.communes[0])
    make_user(Role.LEADER, tree.areas[0])
    data = ask(browser, "units:people_export", form, role="officer").content
    found = sent(browser, "units:people_import", data, form).context
    assert (found["new"], found["same"]) == (0, 1)


@pytest.mark.parametrize("form", FORMS)
def test_committees_go_out_and_come_in_unchanged(browser, tree, form):
    Committee.objects.filter(pk=make_committee(tree.communes[0]).committee.pk).update(ground="QĐ 7/2020")
    data = ask(browser, "units:committee_export", form).content
    found = sent(browser, "units:committee_import", data, form).context
    assert (found["new"], found["changed"], found["same"]) == (0, 0, 1)


# --- a long list -------------------------------------------------------------------------------------------------
def asked_for(client, form: str = "xlsx", **query) -> Job:
    """The job of a list that is too long to be given at once."""
    page = ask(client, "units:export", form, **query)
    assert page.status_code == 200 and not Job.objects.filter(kind=lists.KIND).exists()
    hidden = {name: page.context[name] for name in ("address", "ending")}
    answer = client.post(reverse("list_file_ask"), hidden | {"once": new_token()})
    job = Job.objects.get(kind=lists.KIND)
    assert answer.url == reverse("list_file", args=[job.pk])
    return job


def made(job: Job) -> Job:
    jobs.run(job.pk)
    job.refresh_from_db()
    return job


def taken(client, job: Job) -> bytes:
    return b"".join(client.get(reverse("list_file_take", args=[job.pk])).streaming_content)


@pytest.mark.parametrize("form", FORMS)
def test_a_long_list_is_made_by_a_job_with_the_same_filter(browser, tree, monkeypatch, form):
    at_once = ask(browser, "units:export", form, kind="residential_area").content
    monkeypatch.setattr(lists, "AT_ONCE", len(tree.areas) - 1)
    job = asked_for(browser, form, kind="residential_area")
    waiting = browser.get(reverse("list_file_progress", args=[job.pk])).content.decode()
    assert "data-finished" not in waiting and "Đang chờ" in waiting
    assert made(job).is_done, job.error
    assert (job.done_parts, job.all_parts) == (0, len(tree.areas))  # told at the first of each two thousand rows
    page = browser.get(reverse("list_file", args=[job.pk])).content.decode()
    assert reverse("list_file_take", args=[job.pk]) in page
    assert f"{reverse('units:list')}?kind=residential_area" in page
    answer = browser.get(reverse("list_file_take", args=[job.pk]))
    assert answer["Content-Type"] == lists.ENDINGS[form]
    assert answer["Content-Disposition"] == f'attachment; filename="don-vi-{timezone.localdate()}.{form}"'
    assert b"".join(answer.streaming_content) == at_once
    assert int(answer["Content-Length"]) == len(at_once)


def test_a_list_as_long_as_the_limit_is_given_at_once(browser, tree, monkeypatch):
    monkeypatch.setattr(lists, "AT_ONCE", len(tree.areas))
    assert "attachment" in ask(browser, "units:export", "csv", kind="residential_area")["Content-Disposition"]


def test_a_made_file_is_there_for_who_asked_alone(client, browser, tree, short):
    job = made(asked_for(browser))
    client.force_login(make_user(Role.ADMIN, tree.province))
    for route in ("list_file", "list_file_progress", "list_file_take"):
        assert client.get(reverse(route, args=[job.pk])).status_code == 404


def test_the_job_reads_with_the_rights_of_then(browser, tree, admin, short):
    job = asked_for(browser)
    Placement.objects.filter(user=admin).update(unit=tree.communes[0])
    rows = cells_of(taken(browser, made(job)), "xlsx")
    assert names_in(rows) <= {
        unit.name for unit in Unit.objects.visible_to(admin)
    } and tree.province.name not in names_in(rows)


def test_a_list_that_is_no_longer_the_readers_is_not_made(browser, admin, tree, short):
    for _ in range(4):
        make_user(Role.OFFICER, tree.communes[0])
    page = ask(browser, "units:people_export", "xlsx")
    browser.post(reverse("list_file_ask"), {"address": page.context["address"], "ending": "xlsx", "once": new_token()})
    Placement.objects.filter(user=admin).update(role=Role.OFFICER)
    job = made(Job.objects.get(kind=lists.KIND))
    assert (job.state, job.output_sha256) == (JobState.FAILED, "")
    assert "không còn được xem danh sách này" in job.error
    shown = browser.get(reverse("list_file", args=[job.pk])).content.decode()
    assert "không còn được xem danh sách này" in shown and "Lập lại tệp" in shown
    assert browser.get(reverse("list_file_take", args=[job.pk])).url == reverse("list_file", args=[job.pk])


def test_a_made_file_waits_for_a_day(browser, tree, short):
    job = made(asked_for(browser))
    path, again = store.path_of(job.output_sha256), store.put([taken(browser, job)])
    Job.objects.update(finished_at=timezone.now() - lists.KEPT + timedelta(minutes=5))
    tidy()
    assert path.exists() and taken(browser, job)
    Job.objects.update(finished_at=timezone.now() - lists.KEPT - timedelta(minutes=5))
    assert browser.get(reverse("list_file_take", args=[job.pk])).url == reverse("list_file", args=[job.pk])
    assert "Tệp chỉ giữ một ngày" in browser.get(reverse("list_file", args=[job.pk])).content.decode()
    tidy()
    job.refresh_from_db()
    assert not path.exists() and job.output_sha256 == ""
    assert store.take(again.sha256)  # the same list sent in again is a file of its own


def test_a_form_sent_twice_makes_one_file(browser, tree, short):
    page = ask(browser, "units:export", "csv")
    data = {"address": page.context["address"], "ending": "csv", "once": new_token()}
    assert {browser.post(reverse("list_file_ask"), data).url for _ in range(2)} == {
        reverse("list_file", args=[Job.objects.get(kind=lists.KIND).pk])
    }


@pytest.mark.parametrize(
    ("address", "ending"),
    [
        ("/don-vi/nguoi/tai-ve/", "xlsx"),  # for administrators
        ("/don-vi/", "xlsx"),  # a page whose list leaves by an address of its own
        ("//example.com/", "xlsx"),
        ("https://example.com/don-vi/tai-ve/", "xlsx"),
        ("/khong-co/", "xlsx"),
        ("", "xlsx"),
        ("/don-vi/tai-ve/", "pdf"),
        ("/don-vi/tai-ve/?q=" + "x" * 2000, "xlsx"),
    ],
)
def test_what_is_no_list_of_the_readers_is_not_there(client, tree, address, ending):
    client.force_login(make_user(Role.OFFICER, tree.communes[0]))
    answer = client.post(reverse("list_file_ask"), {"address": address, "ending": ending, "once": new_token()})
    assert answer.status_code == 404 and not Job.objects.exists()


def test_a_damaged_file_is_told(browser, tree, short):
    job = made(asked_for(browser))
    store.path_of(job.output_sha256).write_bytes(b"khac")
    answer = browser.get(reverse("list_file_take", args=[job.pk]), follow=True)
    assert "bị hỏng hoặc mất" in answer.content.decode()
