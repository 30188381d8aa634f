"""Committees through time: seats by post, who replaces whom, members on a day, changes in a time, seats by file."""

import re
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from portal.core import jobs
from portal.core.errors import Refused
from portal.core.models import Job
from portal.core.sheets import writing
from portal.core.web.once import new_token
from tests.units.factories import make_committee, make_province, make_tree, make_units, make_user
from units import queries, services
from units.enums import CommitteeKind, Role, Subtype, UnitKind
from units.files import seat_rows
from units.models import Committee, Seat, on
from units.services import SeatRow

pytestmark = [pytest.mark.both, pytest.mark.django_db]  # an import writes whole or not at all
FOUNDED, REPORTED = date(2008, 5, 25), date(2018, 6, 12)


@pytest.fixture
def tree():
    return make_tree("A")


@pytest.fixture
def board(tree):
    return make_committee(tree.communes[0]).committee


@pytest.fixture
def admin(tree):
    return make_user(Role.ADMIN, tree.province)


@pytest.fixture
def files(settings, tmp_path):
    settings.FILES_DIR = tmp_path


def refused(act, *args, **kwargs) -> str:
    with pytest.raises(Refused) as told, transaction.atomic():
        act(*args, **kwargs)
    return told.value.sentence


def sit(board, host_post: str, since: date, **more) -> Seat:
    return services.seat(board, None, "Thành viên", by=None, valid_from=since, host_post=host_post, **more)


# --- Nga Sơn, 2008 to 2018 ---------------------------------------------------------------------------------------
@pytest.fixture
def nga_son(db):
    """27 communes; 501 members at the founding, 463 replaced and 112 more by the report of 2018 (Báo cáo 55/BC-BCĐ)."""
    province = make_province("Tỉnh Thanh Hóa", code="38", on=date(2008, 1, 1))
    (district,) = make_units(
        province, UnitKind.DISTRICT, Subtype.RURAL_DISTRICT, ["Huyện Nga Sơn"], on=date(2008, 1, 1)
    )
    communes = make_units(
        district, UnitKind.COMMUNE, Subtype.COMMUNE, [f"Xã {n:02}" for n in range(27)], on=date(2008, 1, 1)
    )
    rules = services.CommitteeRules(50, 50)
    services.place_committees(
        communes, kind=CommitteeKind.SECURITY, rules=rules, prefix="Ban Chỉ đạo ANTT", on=FOUNDED, by=None
    )
    boards = list(Committee.objects.order_by("pk"))
    first = [
        SeatRow(Seat(committee=boards[n % 27], post="Thành viên", host_post=f"Chức vụ {n // 27}", valid_from=FOUNDED))
        for n in range(501)
    ]
    heirs = [
        SeatRow(
            Seat(
                committee=row.seat.committee, post="Thành viên", host_post=row.seat.host_post,
                valid_from=date(2009 + n % 9, 3, 1),
            ),
            row,
        )
        for n, row in enumerate(first[:463])
    ]  # fmt: skip
    more = [
        SeatRow(
            Seat(committee=boards[n % 27], post="Thành viên", host_post=f"Hiệu trưởng {n}", valid_from=date(2012, 9, 1))
        )
        for n in range(112)
    ]
    with CaptureQueriesContext(connection) as seen:
        services.write_seats([*first, *heirs, *more], by=None)
    assert len(seen) <= 30  # batches, not seats
    return boards


def test_nga_son_is_rebuilt_from_its_report(nga_son):
    assert len(nga_son) == 27
    assert queries.seat_changes(Committee.objects.all(), FOUNDED, REPORTED, None) == {
        "boards": 27,
        "opened": 501,
        "joined": 575,
        "replaced": 463,
        "left": 463,
        "closed": 613,
    }
    for by, many in (("ban", 27), ("xa", 27), ("huyen", 1), ("tinh", 1)):
        rows = list(queries.seat_changes(Committee.objects.all(), FOUNDED, REPORTED, by))
        assert (len(rows), sum(row["closed"] for row in rows)) == (many, 613)
        assert all(row["opened"] + row["joined"] - row["left"] == row["closed"] for row in rows)
    halfway = queries.seat_changes(Committee.objects.all(), date(2012, 1, 1), date(2012, 12, 31), None)
    assert halfway["opened"] == Seat.objects.filter(on(date(2012, 1, 1))).count() == 501
    assert (halfway["joined"], halfway["replaced"], halfway["closed"]) == (112 + 52, 52, 613)


def test_a_replacement_without_its_link_would_not_be_counted(nga_son):
    """The control: the figure comes from who replaces whom, not from who came and left."""
    Seat.objects.update(replaces=None)
    found = queries.seat_changes(Committee.objects.all(), FOUNDED, REPORTED, None)
    assert (found["closed"], found["left"], found["replaced"]) == (613, 463, 0)


def test_the_pages_tell_nga_son_on_any_day(client, nga_son):
    client.force_login(make_user(Role.STAFF, nga_son[0].unit.province))
    query = {"tu": "2008-05-25", "den": "2018-06-12", "theo": "huyen", "cap": "commune"}
    page = client.get(reverse("units:committee_changes"), query)
    told = {"boards": 27, "opened": 501, "joined": 575, "replaced": 463, "left": 463, "closed": 613}
    assert page.context["total"] == told
    assert [(row["name"], row["replaced"]) for row in page.context["rows"]] == [("Huyện Nga Sơn", 463)]
    assert client.get(reverse("units:committee_changes"), query | {"den": "2008-01-01"}).status_code == 422
    assert client.get(reverse("units:committee_changes"), {"tu": "x"}).status_code == 422
    assert client.get(reverse("units:committee_changes")).status_code == 200
    detail = reverse("units:committee_detail", args=[nga_son[0].pk])
    then, now = (len(client.get(detail, {"ngay": day}).context["seats"]) for day in ("2008-05-25", "2018-06-12"))
    assert (then, now) == (19, 24)


# --- seats by post and who replaces whom -------------------------------------------------------------------------
def test_a_seat_may_be_a_post_without_an_account(board, admin):
    made = sit(board, "Hiệu trưởng Trường Trung học cơ sở", date(2021, 1, 1))
    assert (made.user, made.holder, str(made)) == (
        None,
        "Hiệu trưởng Trường Trung học cơ sở",
        "Thành viên – Hiệu trưởng Trường Trung học cơ sở",
    )
    assert "Chưa ghi chức vụ ở cơ quan" in refused(sit, board, " ", date(2021, 1, 1))
    with pytest.raises(IntegrityError), transaction.atomic():  # the wall behind the door
        Seat.objects.create(committee=board, post="Thành viên", valid_from=date(2021, 1, 1))


def test_who_is_replaced_ends_the_day_before_and_once(board, tree):
    old = sit(board, "Trưởng Công an xã", date(2020, 1, 1))
    new = sit(board, "Trưởng Công an xã", date(2022, 3, 1), replaces=old)
    old.refresh_from_db()
    assert (old.valid_to, new.replaces, old.replaced_by) == (date(2022, 2, 28), old, new)
    assert "chỉ được một người thay" in refused(sit, board, "Phó", date(2023, 1, 1), replaces=old)
    other = make_committee(tree.communes[1]).committee
    late = sit(board, "Chủ tịch", date(2024, 5, 1))
    wrong = {
        "là thành viên của Ban khác": (other, date(2025, 1, 1), new),
        "phải trước ngày của người thay": (board, date(2024, 5, 1), late),
        "trước ngày vào": (board, date(2024, 5, 1), None),
        "hoạt động từ 01/01/2020": (board, date(2019, 5, 1), None),
    }
    for sentence, (where, since, before) in wrong.items():
        ends = {"valid_to": date(2023, 1, 1)} if before is None and since.year == 2024 else {}
        assert sentence in refused(sit, where, "Phó Chủ tịch", since, replaces=before, **ends)


def test_the_form_gives_a_seat_by_post_in_place_of_another(client, board, admin):
    client.force_login(admin)
    old = sit(board, "Bí thư Đoàn xã", date(2020, 1, 1))
    address = reverse("units:committee_detail", args=[board.pk])
    typed = {"user": "", "post": "Thành viên", "host_post": "", "valid_from": "2023-01-01", "replaces": old.pk}
    told = client.post(address, typed | {"once": new_token()})
    assert (told.status_code, "Chưa ghi chức vụ ở cơ quan" in told.content.decode()) == (422, True)
    typed["host_post"] = "Bí thư Đoàn Thanh niên xã"
    assert client.post(address, typed | {"once": new_token()}).status_code == 302
    assert board.seats.get(replaces=old).holder == "Bí thư Đoàn Thanh niên xã"
    assert (
        "thay Bí thư Đoàn xã" not in client.get(address, {"ngay": "2021-01-01"}).content.decode().partition("<h2>")[0]
    )
    assert b"None" not in client.get(address).content


def test_a_last_day_that_cannot_be_stays_in_its_field(client, board, admin):
    held = sit(board, "Trưởng Công an xã", date(2020, 1, 1))
    client.force_login(admin)
    for day, words in (("2019-12-31", "vào Ban từ 01/01/2020"), ("2021-02-31", "Chưa đọc được ngày cuối cùng")):
        answer = client.post(reverse("units:seat_end", args=[held.pk]), {"on": day})
        page = answer.content.decode()
        assert answer.status_code == 422 and words in page and f'value="{day}"' in page
    held.refresh_from_db()
    assert held.valid_to is None


# --- files -------------------------------------------------------------------------------------------------------
def send(client, data: bytes, name: str = "ghe.csv"):
    return client.post(reverse("units:seat_import"), {"file": SimpleUploadedFile(name, data)})


def applied(client, address: str, *, meanwhile=lambda: None) -> Job:
    """The job of a yes on the preview, done after what happens meanwhile."""
    shown = client.post(address, {"once": new_token()}).url
    job = Job.objects.get(kind="import_seats", pk=shown.rstrip("/").rpartition("/")[2])
    meanwhile()
    jobs.run(job.pk)
    job.refresh_from_db()
    return job


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_seats_go_out_and_come_in_unchanged(client, board, admin, files, form):
    old = sit(board, "Trưởng Công an xã", date(2020, 1, 1))
    sit(board, "Trưởng Công an xã", date(2022, 3, 1), replaces=old)
    client.force_login(admin)
    before = list(Seat.objects.order_by("pk").values())
    out = client.get(reverse("units:seat_export"), {"dang": form})
    checked = send(client, out.content, f"ghe.{form}")
    assert checked.status_code == 302, checked.context["problems"]
    assert client.get(checked.url).context["new"] == 0
    assert applied(client, checked.url).message == "Đã ghi 5 dòng."
    assert list(Seat.objects.order_by("pk").values()) == before


def test_a_file_without_a_last_day_seats_nobody_again(client, board, admin, files):
    seat = Seat.objects.create(
        committee=board, post="Thành viên", host_post="Bí thư", valid_from=date(2021, 1, 1), valid_to=date(2022, 1, 1)
    )
    client.force_login(admin)
    row = f"TV{seat.pk},DV{board.unit_id},Thành viên,01/01/2021"
    applied(client, send(client, f"Khoá,Khoá đơn vị,Chức vụ trong Ban,Từ ngày\n{row}\n".encode()).url)
    seat.refresh_from_db()
    assert (seat.host_post, seat.valid_to) == ("Bí thư", date(2022, 1, 1))
    applied(client, send(client, f"Khoá,Khoá đơn vị,Chức vụ trong Ban,Từ ngày,Đến hết ngày\n{row},xoá\n".encode()).url)
    seat.refresh_from_db()
    assert (seat.host_post, seat.valid_to) == ("Bí thư", None)  # the control: on purpose it is taken away


def test_a_file_adds_seats_and_replacements(client, board, admin, files):
    old = sit(board, "Trưởng Công an xã", date(2020, 1, 1))
    place = f"DV{board.unit_id}"
    text = (
        "Khoá,Khoá đơn vị,Chức vụ trong Ban,Chức vụ ở cơ quan,Từ ngày,Đến hết ngày,Thay cho khoá\n"
        f"A,{place},Phó Trưởng ban,Chủ tịch Mặt trận,01/02/2021,31/12/2022,\n"
        f",{place},Phó Trưởng ban,Chủ tịch Mặt trận,01/01/2023,,A\n"
        f",{place},Thành viên,Trưởng Công an xã (chính quy),01/03/2022,,TV{old.pk}\n"
    )
    client.force_login(admin)
    for _ in range(2):  # the same file twice changes nothing the second time
        preview = send(client, text.encode())
        assert preview.status_code == 302, preview.context["problems"]
        assert applied(client, preview.url).state == "done"
        chain = (
            board.seats.filter(user=None)
            .order_by("valid_from")
            .values_list("host_post", "valid_to", "replaces__host_post")
        )
        assert list(chain) == [
            ("Trưởng Công an xã", date(2022, 2, 28), None),
            ("Chủ tịch Mặt trận", date(2022, 12, 31), None),
            ("Trưởng Công an xã (chính quy)", None, "Trưởng Công an xã"),
            ("Chủ tịch Mặt trận", None, "Chủ tịch Mặt trận"),
        ]


def test_a_file_half_wrong_tells_every_row_and_writes_nothing(client, tree, board, admin, files):
    make_committee(tree.communes[1])
    old = sit(board, "Trưởng Công an xã", date(2020, 1, 1))
    place, other = f"DV{board.unit_id}", f"DV{tree.communes[1].pk}"
    lines = [
        "Khoá,Khoá đơn vị,Tên Ban Chỉ đạo,Chức vụ trong Ban,Chức vụ ở cơ quan,Từ ngày,Đến hết ngày,Thay cho khoá",
        f",{place},,Thành viên,Chủ tịch Hội,01/01/2021,,",
        f",{place},,Thành viên,,01/01/2021,,",
        f",{place},,,Chủ tịch Hội,31/02/2021,,",
        f",{place},Ban khác,Thành viên,Chủ tịch Hội,01/01/2021,,",
        f",DV{tree.areas[0].pk},,Thành viên,Chủ tịch Hội,01/01/2021,,",
        ",DV999999,,Thành viên,Chủ tịch Hội,01/01/2021,,",
        f",{other},,Thành viên,Chủ tịch Hội,01/01/2022,,TV{old.pk}",
        f",{place},,Thành viên,Phó Công an xã,01/01/2022,,TV{old.pk}",
        f",{place},,Thành viên,Phó Công an,01/01/2023,,TV{old.pk}",
        f",{place},,Thành viên,Chủ tịch Hội,01/01/2022,,X9",
        f"TV{10**9},{place},,Thành viên,Chủ tịch Hội,01/01/2022,,",
    ]
    client.force_login(admin)
    told = send(client, "\n".join(lines).encode())
    assert [one.row for one in told.context["problems"]] == [3, 4, 4, 5, 6, 7, 8, 10, 11, 12]
    assert "đã được thay ở dòng" in told.context["problems"][7].sentence
    assert (told.status_code, Seat.objects.filter(user=None).count()) == (422, 1)
    assert send(client, "\n".join(lines[:2]).encode()).status_code == 302  # the control


def test_two_rows_of_one_new_seat_are_told_before_anything_is_written(client, board, admin, files):
    rows = [f"DV{board.unit_id},Thành viên,{holder},01/01/2022" for holder in ("Hiệu trưởng", "Y tế", "hiệu  trưởng")]
    client.force_login(admin)
    told = send(client, "\n".join(["Khoá đơn vị,Chức vụ trong Ban,Chức vụ ở cơ quan,Từ ngày", *rows]).encode())
    assert [(one.row, one.sentence) for one in told.context["problems"]] == [
        (4, "Trùng chức vụ và ngày vào Ban với dòng 2. Hãy bỏ một dòng hoặc ghi rõ hơn.")
    ]


def test_a_file_chosen_where_the_preview_turned_bad_goes_to_the_page_that_takes_it(client, board, admin, files):
    """Sent to the preview's own address it would be thrown away, and the job of the older file asked for."""
    text = f"Khoá đơn vị,Chức vụ trong Ban,Chức vụ ở cơ quan,Từ ngày\nDV{board.unit_id},Thành viên,X,01/01/2022\n"
    client.force_login(admin)
    preview = send(client, text.encode()).url
    board.seats.all().delete()
    board.delete()
    shown = client.get(preview)
    assert (shown.status_code, [one.row for one in shown.context["problems"]]) == (422, [2])
    forms = re.findall(r'<form method="post" action="([^"]*)" enctype', shown.content.decode())
    assert forms == [reverse("units:seat_import")]


def test_seats_of_others_are_not_written(client, tree, board, files):
    """An administrator of another commune reads nothing of this one and writes nothing into it."""
    client.force_login(make_user(Role.ADMIN, tree.communes[1]))
    text = f"Khoá đơn vị,Chức vụ trong Ban,Chức vụ ở cơ quan,Từ ngày\nDV{board.unit_id},Thành viên,X,01/01/2022\n"
    assert "không có trong phạm vi" in send(client, text.encode()).context["problems"][0].sentence
    member = SeatRow(Seat(committee=board, post="Thành viên", host_post="X", valid_from=date(2022, 1, 1)))
    assert "không quản trị" in refused(services.write_seats, [member], by=make_user(Role.LEADER, board.unit))
    client.force_login(make_user(Role.OFFICER, board.unit))
    assert client.get(reverse("units:seat_import")).status_code == 404


def test_a_file_of_many_seats_asks_no_more_than_one_of_few(board, admin):
    def asked(many: int) -> int:
        lines = [f"DV{board.unit_id},Thành viên,Chức vụ {n},01/01/2021" for n in range(many)]
        data = "\n".join(["Khoá đơn vị,Chức vụ trong Ban,Chức vụ ở cơ quan,Từ ngày", *lines]).encode()
        with CaptureQueriesContext(connection) as seen:
            assert seat_rows.read(data, "ghe.csv", admin).problems == []
        return len(seen)

    asked(1)
    assert asked(300) == asked(3)


def test_thousands_of_seats_are_written_by_the_worker_or_none_of_them(client, board, admin, files):
    lines = [f"DV{board.unit_id},Thành viên,Chức vụ {n},01/01/2021" for n in range(3000)]
    data = "\n".join(["Khoá đơn vị,Chức vụ trong Ban,Chức vụ ở cơ quan,Từ ngày", *lines]).encode()
    before = Seat.objects.count()
    client.force_login(admin)
    refused_job = applied(
        client,
        send(client, data).url,
        meanwhile=lambda: Committee.objects.filter(pk=board.pk).update(valid_from=date(2022, 1, 1)),
    )
    assert (refused_job.state, refused_job.error.count("dòng "), Seat.objects.count()) == ("failed", 200, before)
    assert "Tệp có 3.000 lỗi" in refused_job.error and "ghe.csv, dòng 2: " in refused_job.error
    Committee.objects.filter(pk=board.pk).update(valid_from=board.valid_from)
    with CaptureQueriesContext(connection) as seen:
        done = applied(client, send(client, data).url)
    assert (done.message, Seat.objects.count()) == ("Đã ghi 3.000 dòng, trong đó 3.000 thành viên mới.", before + 3000)
    assert len(seen) <= 40 + 2 * 3000 / 50  # batches of adding and of linking, not rows


def test_seats_are_not_written_with_rights_that_are_gone(client, board, admin, files):
    text = f"Khoá đơn vị,Chức vụ trong Ban,Chức vụ ở cơ quan,Từ ngày\nDV{board.unit_id},Thành viên,X,01/01/2022\n"
    client.force_login(admin)
    before = Seat.objects.count()
    job = applied(
        client,
        send(client, text.encode()).url,
        meanwhile=lambda: services.withdraw_placement(admin.placements.get(), by=None),
    )
    assert job.error == "Người yêu cầu không còn quyền quản trị, nên chưa ghi gì."
    assert Seat.objects.count() == before


def test_a_file_seats_nobody_twice_in_one_time(board, admin):
    person = make_user(post="Chủ tịch xã")
    first = services.seat(board, person, "Uỷ viên", by=None, valid_from=date(2024, 1, 1), valid_to=date(2024, 12, 31))
    services.seat(board, person, "Phó ban", by=None, valid_from=date(2025, 1, 1))
    heads = ["Khoá", "Khoá đơn vị", "Chức vụ trong Ban", "Từ ngày", "Đến hết ngày"]
    row = [f"TV{first.pk}", f"DV{board.unit_id}", "Uỷ viên", "01/01/2024", "xoá"]
    (problem,) = seat_rows.read(writing.as_csv(heads, [row]), "ghe.csv", admin).problems
    assert (problem.row, problem.sentence) == (
        2,
        "Chủ tịch xã là “Phó ban” của Ban từ 01/01/2025 nên không giữ thêm ghế “Uỷ viên” trong cùng thời gian. "
        "Hãy sửa lại ngày.",
    )
    first.valid_to = None
    told = refused(services.write_seats, [SeatRow(first)], by=None)
    assert told == "Chủ tịch xã đã là thành viên của Ban trong thời gian này."


def test_a_seat_on_a_committee_that_will_end_ends_with_it(board):
    services.end_committee(board, by=None, on=date(2026, 6, 30), ground="QĐ 2")
    board.refresh_from_db()
    assert sit(board, "Bí thư Đoàn xã", date(2025, 1, 1)).valid_to == date(2026, 6, 30)
    told = refused(sit, board, "Hiệu trưởng", date(2025, 1, 1), valid_to=date(2026, 7, 1))
    assert told.endswith("hoạt động đến 30/06/2026. Hãy sửa lại ngày cuối cùng, hoặc để trống.")
