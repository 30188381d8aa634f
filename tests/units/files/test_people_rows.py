"""People by file: accounts, placements and seats in one go; every fault by its row; what is here already is left."""

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from portal.core.errors import Refused
from portal.core.sheets import writing
from tests.units.factories import make_committee, make_tree, make_user
from units import services
from units.enums import Role
from units.files import people_rows
from units.models import Placement, Seat, User

# "Already here" is looked for by a function of the database; keys clash in its own words.
pytestmark = [pytest.mark.django_db, pytest.mark.both]
HEADS = [*people_rows.COLUMNS.values()]
DAY = "01/02/2024"


@pytest.fixture
def tree():
    return make_tree()


@pytest.fixture
def admin(tree):
    return make_user(Role.ADMIN, tree.province)


def line(name, unit, role="Cán bộ nhập liệu", since=DAY, until="", *, board="", post="") -> list[str]:
    return [name, f"Cán bộ {name}", f"DV{unit.pk}", role, since, until, "", board, post]


def read(rows, admin) -> people_rows.PersonFile:
    return people_rows.read(writing.as_csv(HEADS, rows), "nguoi.csv", admin)


def write(found, admin):
    services.write_people(list(found.rows.values()), [f"hash{i}" for i, _ in enumerate(found.new)], by=admin)


def test_a_file_makes_accounts_with_placements_and_seats(admin, tree):
    commune, board = tree.communes[0], make_committee(tree.communes[0]).committee
    found = read([line("a.1", commune), line("a.2", commune, "member", post="Uỷ viên", until="31/12/2026")], admin)
    assert found.problems == []
    write(found, admin)
    one, two = User.objects.get(username="a.1"), User.objects.get(username="a.2")
    assert (one.password, two.password, one.must_change_password) == ("hash0", "hash1", True)
    assert one.search_key == "can bo a 1 a 1"
    placed = two.placements.get()
    assert (placed.unit, placed.role, placed.placed_by) == (commune, Role.MEMBER, admin)
    assert (placed.valid_from, placed.valid_to) == (date(2024, 2, 1), date(2026, 12, 31))
    seat = two.seats.get()
    assert (seat.committee, seat.post, seat.valid_to) == (board, "Uỷ viên", placed.valid_to)


def test_what_is_here_already_is_found_and_left(admin, tree):
    make_committee(tree.communes[0])
    rows = [line("a.1", tree.communes[0], post="Uỷ viên"), line("A.2", tree.areas[0])]
    write(read(rows, admin), admin)
    before = User.objects.count(), Placement.objects.count(), Seat.objects.count()
    again = read(rows, admin)
    assert (again.problems, again.new, again.seats, len(again.rows)) == ([], [], [], 2)
    write(again, admin)
    assert (User.objects.count(), Placement.objects.count(), Seat.objects.count()) == before
    assert User.objects.get(username="a.1").password == "hash0"


def test_another_post_of_who_is_here_is_told_not_dropped_without_a_word(admin, tree, client):
    write(read([line("a.1", tree.communes[0])], admin), admin)
    cells = line("a.1", tree.communes[0])
    cells[1] = "Cán bộ Công an xã khác"
    found = read([cells, line("a.2", tree.communes[0])], admin)
    assert (found.problems, found.posts_kept, found.rows[2].post_told) == ([], 1, "Cán bộ Công an xã khác")
    client.force_login(admin)
    sent = SimpleUploadedFile("nguoi.csv", writing.as_csv(HEADS, [cells]))
    page = client.post(reverse("units:people_import"), {"file": sent}, follow=True).content.decode()
    assert "giữ nguyên; tệp ghi “Cán bộ Công an xã khác”" in page
    assert "1 người đã có được tệp ghi chức danh khác" in page
    assert "Tệp giống như những gì đang có" in page and "data-confirm=" not in page


def test_an_export_comes_back_unchanged(admin, tree):
    for unit in tree.communes:
        make_user(Role.OFFICER, unit)
    placements = Placement.objects.select_related("user", "unit")
    data = writing.as_csv(people_rows.HEADINGS, people_rows.exported(placements))
    found = people_rows.read(data, "nguoi.csv", admin)
    assert (found.problems, found.new, len(found.rows)) == ([], [], 5)


def test_every_fault_is_told_by_its_row_with_a_remedy(admin, tree):
    commune, elsewhere = tree.communes[0], make_tree("B").communes[0]
    other = make_user(Role.OFFICER, commune)
    found = read(
        [
            line("a.1", commune),
            line("A.1", commune),
            line(other.username, commune),
            line("a.3", elsewhere),
            line("a.4", commune, "Cán bộ cấp tỉnh"),
            line("a.5", commune, "Vua"),
            line("a.6", commune, until="31/01/2024"),
            line("a.7", commune, since="31/02/2024"),
            line(admin.username, tree.province, "Quản trị"),
            line("cán bộ", commune),
            line("a.11", commune, board="Ban không có", post="Uỷ viên"),
            line("a.12", commune, since="31/12/1999"),
        ],
        admin,
    )
    told = {problem.row: problem.sentence for problem in found.problems}
    assert told[3] == "Tên đăng nhập “A.1” đã có ở dòng 2. Hãy đặt tên khác."
    for row, words in {
        4: "đã có người dùng",
        5: "không có trong phạm vi của đồng chí",
        6: "không dùng ở Xã A1.1. Hãy chọn vai trò khác hoặc nơi khác.",
        7: "Hãy điền một trong",
        8: "Ngày kết thúc trước ngày bắt đầu",
        9: "Không đọc được ngày",
        10: "Không tự phân công",
        11: "Hãy ghi chữ không dấu",
        12: "không có Ban Chỉ đạo tên “Ban không có”",
        13: f"Xã A1.1 có từ ngày {commune.opened_on:%d/%m/%Y}. Hãy ghi “Từ ngày” từ ngày đó.",
    }.items():
        assert words in told[row], (row, told[row])
    assert len(told) == 11


def test_a_district_administrator_gives_nothing_at_the_province_or_next_door(admin, tree):
    mine = make_user(Role.ADMIN, tree.districts[0])
    found = read([line("a.1", tree.province), line("a.2", tree.communes[2]), line("a.3", tree.communes[0])], mine)
    assert [problem.row for problem in found.problems] == [2, 3]


def test_a_name_taken_since_the_file_was_read_leaves_nothing(admin, tree):
    found = read([line("a.1", tree.communes[0]), line("a.2", tree.communes[0])], admin)
    User.objects.create_user("A.2")
    with pytest.raises(Refused, match="“a.2” vừa có người dùng"):
        write(found, admin)
    assert not User.objects.filter(username="a.1").exists()


def test_rights_lost_since_the_file_was_read_leave_nothing(admin, tree):
    found = read([line("a.1", tree.communes[0])], admin)
    admin.placements.all().delete()
    with pytest.raises(Refused, match="không quản trị"):
        write(found, User.objects.get(pk=admin.pk))


def test_writing_asks_as_often_for_many_as_for_few(admin, tree):
    make_committee(tree.communes[0])

    def asked(names):
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        with CaptureQueriesContext(connection) as queries:
            write(read([line(name, tree.communes[0], post="Uỷ viên") for name in names], admin), admin)
        return len(queries)

    asked(["a.0"])  # the administrator's own places are read once
    assert asked(["a.1"]) == asked([f"b.{number}" for number in range(40)])
