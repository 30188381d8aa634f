"""Totals of past years by file and by page: what a row means, what is refused, what comes out again."""

from datetime import date

import pytest

from evaluations import services
from evaluations.enums import State
from evaluations.files import past_totals
from evaluations.models import PastTotal
from evaluations.services import PastResult
from portal.core.sheets import writing
from tests.evaluations.factories import open_year, published_sets
from tests.units.factories import make_tree, make_user
from units.enums import Role
from units.models import Unit

pytestmark = pytest.mark.django_db
SOURCE = "Báo cáo số 55/BC-BCĐ"


@pytest.fixture
def tree():
    published_sets()
    return make_tree()


@pytest.fixture
def staff(tree):
    return make_user(Role.STAFF, tree.province)


def cells_of(place, /, **changes) -> dict[str, str]:
    cells = {
        "place": f"DV{place.pk}",
        "year": "2021",
        "programme": "safety",
        "kind": "Khu dân cư",
        "total": "234",
        "registered": "234",
        "met": "178",
        "paper": "",
        "paper_on": "",
        "source": SOURCE,
    }
    return cells | changes


def sheet(*rows: dict[str, str]) -> bytes:
    return writing.as_csv(list(past_totals.COLUMNS.values()), [list(row.values()) for row in rows])


def read(rows, user) -> past_totals.Read:
    return past_totals.read(sheet(*rows), "so-tong.csv", user)


def record(rows, user) -> tuple[int, int]:
    found = read(rows, user)
    assert found.problems == []
    return services.record_totals(found.rows.values(), found.province, by=user, reason="Theo tệp.")


# --- the file ----------------------------------------------------------------------------------------------------
def test_a_file_records_and_corrects(staff, tree):
    place = tree.districts[0]
    assert record([cells_of(place), cells_of(place, kind="Cơ quan", registered="")], staff) == (2, 0)
    assert record([cells_of(place), cells_of(place, kind="Cơ quan", registered="", met="1")], staff) == (0, 1)
    found = PastTotal.objects.values_list("kind", "total", "registered", "met")
    assert set(found) == {("residential_area", 234, 234, 178), ("agency", 234, None, 1)}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"place": "DV0"}, "Khoá “DV0” không phải của tỉnh, huyện, xã nào trong Tỉnh A"),
        ({"year": "2007"}, "Năm “2007” không hợp lệ"),
        ({"year": "2090"}, "Năm “2090” không hợp lệ"),
        ({"year": "2019"}, "chưa có hoặc đã kết thúc vào cuối năm 2019"),
        ({"programme": "không có"}, "Không có chương trình “không có”"),
        ({"kind": "làng"}, "Không có loại đơn vị “làng”"),
        ({"kind": "Tỉnh, thành phố"}, "Loại đơn vị “Tỉnh, thành phố” không được xét"),
        ({"total": "2.340"}, "“Tổng số” là “2.340”, không phải số nguyên"),
        ({"met": ""}, "“Đạt” là “”, không phải số nguyên"),
        ({"met": "99999999"}, "không phải số nguyên"),
        ({"met": "235", "registered": ""}, "Số đạt 235 lớn hơn tổng số 234"),
        ({"registered": "235"}, "Số đăng ký 235 lớn hơn tổng số 234"),
        ({"registered": "177"}, "Số đạt 178 lớn hơn số đăng ký 177"),
        ({"source": ""}, "“Nguồn” để trống"),
        ({"source": "x" * 231}, "“Nguồn” dài quá 230 chữ"),
        ({"paper_on": "31/12/2020"}, "Ngày văn bản 31/12/2020 ở trước năm 2021"),
        ({"year": "2024"}, "năm 2024 được thực hiện trên cổng"),
        ({"year": "2023"}, "đã có kết quả từng đơn vị loại “Khu dân cư”"),
    ],
)
def test_what_cannot_be_is_told_by_its_row(staff, tree, changes, said):
    open_year(tree, 2024)
    programme = open_year(tree, 2025).programme
    told = PastResult(programme, 2023, tree.areas[0], State.RECOGNISED, None, "", SOURCE)
    services.record_past([told], tree.province, by=staff, reason="Theo tệp.")
    found = read([cells_of(tree.districts[0], year="2022"), cells_of(tree.districts[0], **changes)], staff)
    assert [(problem.row, said in problem.sentence) for problem in found.problems] == [(3, True)]


def test_places_elsewhere_and_rows_twice_are_told(staff, tree):
    rows = [cells_of(make_tree("B").districts[0]), cells_of(tree.areas[0]), *[cells_of(tree.districts[0])] * 2]
    told = {problem.row: problem.sentence for problem in read(rows, staff).problems}
    assert set(told) == {2, 3, 5}
    assert "không phải của tỉnh, huyện, xã nào trong Tỉnh A" in told[2] and "Trùng với dòng 4" in told[5]


def test_a_place_that_ended_since_is_told_by_its_own_key(staff, tree):
    place = tree.communes[0]
    Unit.objects.filter(pk=place.pk).update(closed_on=date(2022, 6, 30))
    place.versions.update(valid_to=date(2022, 6, 30))
    assert record([cells_of(place)], staff) == (1, 0)
    (problem,) = read([cells_of(place, year="2022")], staff).problems
    assert "đã kết thúc vào cuối năm 2022" in problem.sentence


def test_a_stranger_s_file_is_refused(tree):
    officer = make_user(Role.OFFICER, tree.communes[0])
    (problem,) = read([cells_of(tree.communes[0])], officer).problems
    assert "Chỉ cán bộ cấp tỉnh" in problem.sentence


def test_a_file_without_its_columns_is_told(staff):
    found = past_totals.read(writing.as_csv(["Năm"], [["2021"]]), "so-tong.csv", staff)
    assert "Thiếu cột" in found.problems[0].sentence
