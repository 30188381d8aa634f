"""Pages on units, people and committees; files in and out; the API's unit list."""

import csv
import io
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from openpyxl import load_workbook
from rest_framework.test import APIRequestFactory, force_authenticate

from portal.core import jobs, lists
from portal.core.models import Job, JobState
from portal.core.web.once import new_token
from units import services
from units.api import UnitViewSet
from units.enums import Role, Subtype, UnitKind
from units.models import Placement, Unit, User

from .factories import make_committee, make_tree, make_units, make_user

pytestmark = [pytest.mark.both, pytest.mark.django_db]  # search and order
TOKEN = new_token()
HEAD = "key,kind,subtype,code,name,parent_key,stands_in_key,opened_on,closed_on\n"


@pytest.fixture
def tree():
    return make_tree("A")


@pytest.fixture
def admin(tree):
    return make_user(Role.ADMIN, tree.province)


def rows(response) -> list[str]:
    """Names of the units on the page, in order."""
    if "rows" in response.context:
        return [row["unit"].name for row in response.context["rows"]]
    return [unit.name for unit in response.context["page"]]


# --- the tree and the search -------------------------------------------------------------------------------------


def test_the_tree_opens_level_by_level_with_counts(client, tree, admin):
    client.force_login(admin)
    top = client.get("/don-vi/")
    assert rows(top) == ["Huyện A1", "Huyện A2"]
    first = top.context["rows"][0]
    assert [many for _, many in first["figures"]] == [2, 4, 1, 1, 1]
    assert [many for _, many in top.context["figures"]] == [4, 8, 1, 1, 1]
    district = client.get(f"/don-vi/?duoi={tree.districts[0].pk}")
    assert rows(district) == ["Xã A1.1", "Xã A1.2", "Trường A"]
    commune = client.get(f"/don-vi/?duoi={tree.communes[0].pk}")
    assert rows(commune) == ["Thôn 1 (A1.1)", "Thôn 2 (A1.1)", "Cơ quan A", "Doanh nghiệp A"]


def test_an_officer_starts_at_their_own_place(client, tree):
    client.force_login(make_user(Role.OFFICER, tree.communes[3]))
    assert rows(client.get("/don-vi/")) == ["Thôn 1 (A2.2)", "Thôn 2 (A2.2)"]
    client.force_login(make_user(Role.OFFICER, tree.school))
    assert rows(client.get("/don-vi/")) == ["Trường A"]
    client.force_login(make_user())
    assert rows(client.get("/don-vi/")) == []


def test_what_lies_outside_is_not_there(client, tree):
    other = make_tree("B")
    client.force_login(make_user(Role.OFFICER, tree.communes[0]))
    for outside in (other.communes[0], other.areas[0], tree.province, tree.districts[0], tree.communes[1]):
        assert client.get(f"/don-vi/{outside.pk}/").status_code == 404
        assert client.get(f"/don-vi/?duoi={outside.pk}").status_code == 404
    assert client.get("/don-vi/?duoi=x").status_code == 404
    assert rows(client.get("/don-vi/?q=thon")) == ["Thôn 1 (A1.1)", "Thôn 2 (A1.1)"]
    assert rows(client.get(f"/don-vi/?parent={other.communes[0].pk}")) == []
    assert "B1" not in client.get("/don-vi/tai-ve/?standing=all&dang=csv").content.decode()


def test_filters_of_the_list(client, tree, admin):
    client.force_login(admin)
    assert rows(client.get(f"/don-vi/?kind=commune&district={tree.districts[1].pk}")) == ["Xã A2.1", "Xã A2.2"]
    Unit.objects.filter(pk=tree.agency.pk).update(closed_on=timezone.localdate() - timedelta(1))
    assert rows(client.get("/don-vi/?kind=agency")) == []
    assert rows(client.get("/don-vi/?kind=agency&standing=closed")) == ["Cơ quan A"]
    for wrong in (
        "kind=x",
        "district=999999",
        "standing=x",
        "parent=x",
        f"parent={'9' * 30}",
        f"q={'a' * 101}",
    ):
        response = client.get(f"/don-vi/?{wrong}")
        assert (wrong, response.status_code) == (wrong, 422)
        assert client.get(f"/don-vi/tai-ve/?{wrong}").url == f"/don-vi/?{wrong}"  # which says what is wrong
    assert client.get("/don-vi/?q=a&page=x").status_code == 200
    # What PostgreSQL cannot store is taken out of the words before they are looked for.
    assert rows(client.get("/don-vi/?q=%00A2.1")) == rows(client.get("/don-vi/?q=A2.1")) != []


def test_the_page_of_a_unit(client, tree, admin):
    make_committee(tree.communes[0], members=2)
    client.force_login(admin)
    page = client.get(f"/don-vi/{tree.communes[0].pk}/")
    assert page.context["children"] == [("residential_area", 2), ("agency", 1), ("enterprise", 1)]
    assert page.context["hosted"] == 1  # the school, managed by the district
    assert len(page.context["people"]) == 2
    client.force_login(make_user(Role.OFFICER, tree.communes[0]))
    assert client.get(f"/don-vi/{tree.communes[0].pk}/").context["people"] is None


def queries_of(client, address: str) -> int:
    client.get(address)  # the session's own bookkeeping
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


def test_pages_ask_as_much_at_ten_units_as_at_four_thousand(client, tree, admin, monkeypatch):
    monkeypatch.setattr(lists, "AT_ONCE", 10_000)  # the file itself, not the page that offers to make it
    home = tree.communes[0]
    addresses = [
        "/don-vi/",
        f"/don-vi/?duoi={tree.districts[0].pk}",
        f"/don-vi/?duoi={home.pk}",
        "/don-vi/?q=thon",
        "/don-vi/?kind=residential_area&page=2",
        f"/don-vi/{home.pk}/",
        "/don-vi/tai-ve/?dang=csv",
        "/don-vi/nguoi/",
        "/don-vi/ban-chi-dao/",
    ]
    make_committee(home)
    client.force_login(admin)
    few = {address: queries_of(client, address) for address in addresses}
    make_units(home, UnitKind.RESIDENTIAL_AREA, Subtype.VILLAGE, [f"Thôn mới {number}" for number in range(4000)])
    for unit in (*tree.communes[1:], *tree.districts):
        make_committee(unit)
    assert {address: queries_of(client, address) for address in addresses} == few
    assert max(few.values()) <= 16


# --- files out ---------------------------------------------------------------------------------------------------

FORMULAS = [
    *("=1+1", "==1+1", "+1", "-1", "@SUM(A1)", "＝1+1", '=HYPERLINK("http://x","y")', "＋1", "－1", "＠x"),
    *("-2+3+cmd|' /C calc'!A0", "=cmd|' /C calc'!A0"),
]


def test_no_exported_cell_can_run(client, tree, admin):
    made = make_units(tree.communes[0], UnitKind.RESIDENTIAL_AREA, Subtype.VILLAGE, FORMULAS)
    client.force_login(admin)
    book = load_workbook(io.BytesIO(client.get("/don-vi/tai-ve/?q=%20&dang=xlsx").content))
    cells = [cell for line in book.active.iter_rows() for cell in line if cell.value not in (None, "")]
    assert {cell.data_type for cell in cells if not cell.is_date} == {"s"}
    assert {unit.name for unit in made} <= {cell.value for cell in cells}
    text = client.get("/don-vi/tai-ve/?dang=csv").content.decode("utf-8-sig")
    table = list(csv.reader(io.StringIO(text)))
    assert not [cell for line in table for cell in line if cell.startswith(tuple("=+-@\t\r＝＋－＠"))]
    assert {f"'{unit.name}" for unit in made} <= {line[4] for line in table}  # unguarded they would start with "="


def test_an_export_can_be_read_again(client, tree, admin):
    make_units(tree.communes[0], UnitKind.RESIDENTIAL_AREA, Subtype.VILLAGE, ["=Thôn"])
    client.force_login(admin)
    data = client.get("/don-vi/tai-ve/?standing=all&dang=csv").content
    below = data.split(b"\r\n", 2)
    assert b"T\xe1\xbb\x89nh A" in below[1] or b"DV" in below[1]
    response = upload(client, data)
    assert response.status_code == 302
    assert client.get(response.url).context["known"] == Unit.objects.filter(province=tree.province).count()
    assert client.get(response.url).context["many"] == 0


# --- files in ----------------------------------------------------------------------------------------------------


def upload(client, data: bytes | str, name: str = "don-vi.csv"):
    data = data if isinstance(data, bytes) else data.encode()
    return client.post("/don-vi/nhap/", {"file": SimpleUploadedFile(name, data)})


def new_areas(tree, *names: str) -> str:
    home = f"DV{tree.communes[0].pk}"
    return HEAD + "".join(f"k{i},Khu dân cư,thôn,,{name},{home},,01/01/2026,\n" for i, name in enumerate(names))


def test_a_file_is_checked_shown_and_applied_by_the_job(client, tree, admin, django_capture_on_commit_callbacks):
    client.force_login(admin)
    preview = upload(client, new_areas(tree, "Thôn Mới", "Thôn Cũ"))
    assert preview.status_code == 302
    shown = client.get(preview.url)
    assert (shown.context["many"], shown.context["known"]) == (2, 0)
    assert not Unit.objects.filter(name="Thôn Mới").exists()
    first = client.post(preview.url, {"once": TOKEN})
    second = client.post(preview.url, {"once": TOKEN})
    job = Job.objects.get(kind="import_units")
    assert first.url == second.url == f"/don-vi/nhap/viec/{job.pk}/"
    assert b"data-finished" not in client.get(f"{first.url}tien-do/").content
    assert jobs.run(job.pk)
    made = Unit.objects.get(name="Thôn Mới")
    assert (made.commune_id, made.is_demo, made.versions.count()) == (tree.communes[0].pk, False, 1)
    done = client.get(f"{first.url}tien-do/").content.decode()
    assert "data-finished" in done and "Đã thêm 2 đơn vị." in done
    Job.objects.filter(pk=job.pk).update(state=JobState.QUEUED)  # a redelivered bell
    assert jobs.run(job.pk)
    assert Unit.objects.filter(name="Thôn Mới").count() == 1


def test_a_bad_file_shows_every_row_and_keeps_nothing(client, tree, admin):
    client.force_login(admin)
    before = Unit.objects.count()
    response = upload(client, new_areas(tree, "Thôn Mới", "", "Thôn mới"))
    assert response.status_code == 422
    assert [(problem.row, problem.sentence) for problem in response.context["problems"]] == [
        (3, "Tên đơn vị để trống. Hãy điền tên đầy đủ, ví dụ “Xã Tân Dĩnh”."),
        (4, "“Thôn mới” trùng dòng 2. Hãy xoá một dòng hoặc sửa tên."),
    ]
    assert (Unit.objects.count(), Job.objects.count()) == (before, 0)


@pytest.mark.parametrize(
    ("name", "data", "sentence"),
    [
        ("don-vi.docx", b"PK\x03\x04", "Chỉ nhận tệp .csv, .xlsx, .xls, .ods."),
        ("don-vi.ods", b"PK\x03\x04", "Không mở được"),
        ("don-vi.xls", b"\xd0\xcf\x11\xe0", "Không mở được"),
        ("don-vi.xlsx", b"PK\x03\x04", "Không mở được"),
        ("don-vi.csv", b"", "Tệp trống."),
        ("don-vi.csv", b"\x00" * 500, "Tệp không phải là văn bản CSV."),
        ("don-vi.csv", b"\xff\xfe\x00", "Không xác định được bảng mã."),
        ("don-vi.csv", b"a,b\n" * 9, "Thiếu cột"),
        ("don-vi.csv", b"x" * 5_000_001, "Tệp lớn hơn 5 MB."),
        ("don-vi.csv", HEAD.encode() + b"x" * 200_000, "Dòng"),
    ],
)
def test_a_file_that_is_no_list_gets_a_sentence(client, admin, name, data, sentence):
    client.force_login(admin)
    response = upload(client, data, name)
    assert response.status_code == 422
    assert sentence in response.content.decode()


def test_a_preview_is_its_owners_alone(client, tree, admin):
    client.force_login(admin)
    address = upload(client, new_areas(tree, "Thôn Mới")).url
    job_address = client.post(address, {"once": new_token()}).url
    client.force_login(make_user(Role.ADMIN, tree.province))
    assert client.get(address).status_code == 404
    assert client.get(job_address).status_code == 404
    assert client.get("/don-vi/nhap/xem-truoc/la:la:la/").status_code == 404


def test_a_job_asks_again_for_the_right_when_it_runs(client, tree, admin):
    client.force_login(admin)
    client.post(upload(client, new_areas(tree, "Thôn Mới")).url, {"once": new_token()})
    services.withdraw_placement(admin.placements.get(), by=None)
    job = Job.objects.get()
    jobs.run(job.pk)
    job.refresh_from_db()
    assert (job.state, job.error) == ("failed", "Người yêu cầu không còn quyền nhập đơn vị, nên chưa ghi gì.")
    assert not Unit.objects.filter(name="Thôn Mới").exists()


def test_a_worker_that_lost_its_lease_writes_nothing(client, tree, admin):
    from units.tasks import import_units

    client.force_login(admin)
    client.post(upload(client, new_areas(tree, "Thôn Mới")).url, {"once": new_token()})
    stale = jobs.claim(Job.objects.get().pk)
    Job.objects.filter(pk=stale.pk).update(attempt=stale.attempt + 1)
    with pytest.raises(jobs.LeaseLost):
        import_units(stale, lambda *parts: jobs.tell(stale, *parts) if parts[0] == parts[1] else None)
    assert not Unit.objects.filter(name="Thôn Mới").exists()
    import_units(stale, lambda *parts: None)  # without the fence the late worker writes
    assert Unit.objects.filter(name="Thôn Mới").exists()


# --- people ------------------------------------------------------------------------------------------------------


def person_data(place, **changes) -> dict:
    today = timezone.localdate().isoformat()
    data = {"username": "canbo.moi", "post": "Cán bộ Công an xã", "unit": place.pk, "role": "officer", "once": TOKEN}
    return data | {"valid_from": today} | changes


def test_only_administrators_open_the_pages_on_people(client, tree):
    placement = make_user(Role.OFFICER, tree.communes[0]).placements.get()
    closed = ["nguoi/", "nguoi/them/", f"nguoi/{placement.user_id}/", f"phan-cong/{placement.pk}/ket-thuc/"]
    closed += ["nhap/", "nhap/mau/"]
    for role in (Role.OFFICER, Role.LEADER, Role.CHAIR, Role.STANDING, Role.INSPECTOR):
        client.force_login(make_user(role, tree.communes[0]))
        assert [client.get(f"/don-vi/{page}").status_code for page in closed] == [404] * len(closed)
    client.force_login(make_user(Role.ADMIN, tree.communes[0]))
    assert [client.get(f"/don-vi/{page}").status_code for page in closed] == [200] * len(closed)


def test_an_administrator_sees_the_people_of_the_place_only(client, tree):
    inside, outside = make_user(Role.OFFICER, tree.communes[0]), make_user(Role.OFFICER, tree.communes[2])
    client.force_login(make_user(Role.ADMIN, tree.districts[0]))
    listed = {placement.user for placement in client.get("/don-vi/nguoi/").context["page"]}
    assert inside in listed and outside not in listed
    assert client.get(f"/don-vi/nguoi/{outside.pk}/").status_code == 404
    assert client.get(f"/don-vi/phan-cong/{outside.placements.get().pk}/ket-thuc/").status_code == 404


def test_people_are_found_without_marks_and_by_role(client, tree, admin):
    officer = make_user(Role.OFFICER, tree.communes[0], post="Cán bộ Công an xã Đồng Lạc")
    client.force_login(admin)

    def found(query):
        return [placement.user for placement in client.get(f"/don-vi/nguoi/?{query}").context["page"]]

    assert found("q=dong+lac") == [officer]
    assert found("role=officer") == [officer]
    assert found("standing=closed") == []
    services.withdraw_placement(officer.placements.get(), by=admin)
    assert found("role=officer") == []
    assert found("standing=closed") == [officer]


def test_a_person_is_added_once_and_the_password_shown_once(client, tree, admin):
    client.force_login(admin)
    first = client.post("/don-vi/nguoi/them/", person_data(tree.communes[0]))
    second = client.post("/don-vi/nguoi/them/", person_data(tree.communes[0]))
    person = User.objects.get(username="canbo.moi")
    assert first.url == second.url == f"/don-vi/nguoi/{person.pk}/"
    page = client.get(first.url).content.decode()
    password = page.split("Mật khẩu dùng một lần: ")[1][:19]
    assert person.check_password(password)
    assert password not in client.get(first.url).content.decode()


def test_a_refused_person_keeps_what_was_typed(client, tree, admin):
    outside = make_tree("B").communes[0]
    client.force_login(admin)
    for changes in ({"unit": outside.pk}, {"role": "x"}, {"valid_from": "31/11/2020"}, {"username": "có dấu"}):
        response = client.post("/don-vi/nguoi/them/", person_data(tree.communes[0], **changes))
        assert response.status_code == 422
        assert "Cán bộ Công an xã" in response.content.decode()
    wrong_role = client.post("/don-vi/nguoi/them/", person_data(tree.communes[0], role="staff"))
    assert "Vai trò “Cán bộ cấp tỉnh” không dùng ở Xã A1.1." in wrong_role.content.decode()
    assert not User.objects.filter(username="canbo.moi").exists()


def test_a_placement_at_an_organisation_starts_from_its_page(client, tree, admin):
    client.force_login(admin)
    refused = client.post("/don-vi/nguoi/them/", person_data(tree.school))
    assert refused.status_code == 422  # the list of places holds levels only
    assert client.post(f"/don-vi/nguoi/them/?don_vi={tree.school.pk}", person_data(tree.school)).status_code == 302
    assert Placement.objects.get(user__username="canbo.moi").unit == tree.school


def test_a_placement_is_added_and_ended(client, tree, admin):
    person = make_user(Role.OFFICER, tree.communes[0])
    client.force_login(admin)
    data = person_data(tree.communes[1], role="leader")
    assert client.post(f"/don-vi/nguoi/{person.pk}/", data).status_code == 302
    leader = person.placements.get(role=Role.LEADER)
    assert (leader.unit, leader.placed_by) == (tree.communes[1], admin)
    again = client.post(f"/don-vi/nguoi/{person.pk}/", data | {"once": new_token()})
    assert again.status_code == 422
    address = f"/don-vi/phan-cong/{leader.pk}/ket-thuc/"
    assert client.post(address, {"on": "mai"}).status_code == 422
    tomorrow = timezone.localdate() + timedelta(1)
    assert client.post(address, {"on": tomorrow.isoformat()}).status_code == 302
    assert Placement.objects.get(pk=leader.pk).valid_to == tomorrow
    assert client.post(address, {"ngay": "1"}).status_code == 302
    assert not User.objects.get(pk=person.pk).has_role(Role.LEADER)
    late = client.post(address, {"ngay": "1"})
    assert late.status_code == 422 and "đã kết thúc" in late.content.decode()


def test_nobody_ends_their_own_placement(client, admin):
    client.force_login(admin)
    address = f"/don-vi/phan-cong/{admin.placements.get().pk}/ket-thuc/"
    assert client.post(address, {"ngay": "1"}).status_code == 404
    assert User.objects.get(pk=admin.pk).has_role(Role.ADMIN)


# --- committees --------------------------------------------------------------------------------------------------


def test_committees_and_their_seats(client, tree, admin):
    board = make_committee(tree.districts[0])
    make_committee(make_tree("B").province)
    outsider = make_user(Role.STAFF, make_tree("C").province)
    client.force_login(admin)
    listed = client.get("/don-vi/ban-chi-dao/").context["page"]
    assert [(item.unit.name, item.seated) for item in listed] == [("Huyện A1", 3)]
    assert list(client.get("/don-vi/ban-chi-dao/?q=xa&cap=commune").context["page"]) == []
    address = f"/don-vi/ban-chi-dao/{board.committee.pk}/"
    person = make_user(Role.MEMBER, tree.districts[0])
    data = {"user": person.pk, "post": "Uỷ viên", "valid_from": "2021-01-01", "once": TOKEN}
    assert client.post(address, data).status_code == 302
    assert client.post(address, data | {"once": new_token()}).status_code == 422
    assert client.post(address, data | {"user": outsider.pk, "once": new_token()}).status_code == 422
    seat = board.committee.seats.get(user=person)
    assert client.post(f"/don-vi/thanh-vien/{seat.pk}/thoi-giu/", {"on": "2021-12-31"}).url == address
    seat.refresh_from_db()
    assert seat.valid_to.isoformat() == "2021-12-31"
    for user, read, write in ((board.chair, 200, 404), (outsider, 404, 404)):
        client.force_login(user)
        assert client.get(address).status_code == read
        assert client.post(address, data | {"once": new_token()}).status_code == write
        assert client.post(f"/don-vi/thanh-vien/{seat.pk}/thoi-giu/", {"on": "2022-12-31"}).status_code == write
    seat.refresh_from_db()
    assert seat.valid_to.isoformat() == "2021-12-31"


# --- API ---------------------------------------------------------------------------------------------------------


def test_the_api_lists_the_place_and_filters_like_the_page(tree):
    make_tree("B")
    officer = make_user(Role.OFFICER, tree.communes[0])

    def ask(query="", user=officer, **found):
        request = APIRequestFactory().get(f"/api/v1/units/{query}")
        if user:
            force_authenticate(request, user)
        view = UnitViewSet.as_view({"get": "retrieve" if found else "list"}, detail=bool(found))
        return view(request, **found)

    assert {unit["name"] for unit in ask().data["results"]} == set(
        Unit.objects.visible_to(officer).values_list("name", flat=True)
    )
    assert [unit["name"] for unit in ask("?q=thon+2").data["results"]] == ["Thôn 2 (A1.1)"]
    assert ask("?kind=x").status_code == 400
    assert ask(f"?district={tree.districts[1].pk}").status_code == 400
    assert ask(user=None).status_code == 403
    assert ask(pk=tree.areas[0].pk).data["commune"] == tree.communes[0].pk
    assert ask(pk=tree.areas[7].pk).status_code == 404
    Unit.objects.filter(pk=tree.areas[0].pk).update(closed_on=timezone.localdate() - timedelta(1))
    assert ask(pk=tree.areas[0].pk).status_code == 200
