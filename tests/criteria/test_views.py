"""The pages on criteria sets."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.units.factories import make_province, make_user
from units.enums import Role

from .factories import load_packs


@pytest.fixture
def reader(client, db):
    client.force_login(make_user(Role.OFFICER, make_province()))
    return client


def shown(response) -> list[str]:
    return [one.code for _, sets in response.context["programmes"] for one, *_ in sets]


def test_sets_by_programme_newest_first(reader, sets):
    response = reader.get(reverse("criteria:list"))
    assert shown(response) == [
        *("TT124-CQDN", "TT124-CSGD", "TT124-KDC", "TT124-XA"),  # version 2, from 2026
        *("TT124-CQDN", "TT124-CSGD", "TT124-KDC", "TT124-XA", "TT23-CQDN", "TT23-KDC", "TT23-NT", "TT23-XA"),
        *("QD510-CQ", "QD510-KDC", "QD510-XA", "QD9745-CQ", "QD9745-XA"),
    ]
    counts = {one.code: one.criteria_count for _, sets in response.context["programmes"] for one, *_ in sets}
    assert (counts["TT124-KDC"], counts["TT124-XA"], counts["TT23-CQDN"]) == (17, 19, 0)


@pytest.mark.parametrize(
    ("query", "codes"),
    [
        ({"kind": "commune"}, ["TT124-XA", "TT124-XA", "TT23-XA", "QD510-XA", "QD9745-XA"]),
        ({"kind": "enterprise", "year": "2023"}, ["TT124-CQDN", "QD510-CQ", "QD9745-CQ"]),
        ({"kind": "residential_area", "year": "2012"}, ["TT23-KDC"]),
        ({"year": "2005"}, []),
    ],
)
def test_filtering_by_kind_and_year(reader, sets, query, codes):
    assert shown(reader.get(reverse("criteria:list"), query)) == codes


def test_a_filter_that_makes_no_sense_says_so(reader, sets):
    response = reader.get(reverse("criteria:list"), {"year": "năm nay", "kind": "planet", "programme": "x"})
    assert response.status_code == 200
    assert set(response.context["filters"].form.errors) == {"year", "kind", "programme"}


def test_the_list_costs_the_same_for_one_set_and_for_many(reader, draft, django_assert_num_queries):
    reader.get(reverse("criteria:list"))  # the first page of a session stores when it began
    with CaptureQueriesContext(connection) as one:
        reader.get(reverse("criteria:list"))
    load_packs()
    with django_assert_num_queries(len(one)):
        reader.get(reverse("criteria:list"))


def test_a_set_as_a_table(reader, sets):
    response = reader.get(reverse("criteria:detail", args=[sets["TT124-XA"].pk]))
    page = response.content.decode()
    lines = {line.criterion.number: line for line in response.context["lines"]}
    assert lines["4.2"].asks == "Hệ thống tính: từ 70% (đơn vị được công nhận / đơn vị thuộc diện xét)"
    assert lines["1.3"].asks == "Số lượng: từ 1 mô hình hoạt động hiệu quả"
    assert lines["2.4b"].notes[:2] == (
        "Loại trừ: do nguyên nhân bất khả kháng (BKK); phát hiện sớm, hạn chế được thiệt hại và báo cáo ngay (PHKT)",
        "Dùng lại tiêu chí TT124-KDC-4b",
    )
    assert lines["1.1"].notes[:2] == ("Xong trong quý I", "Phải kèm minh chứng")
    assert response.context["window"] == "từ 16/11 năm trước đến hết 15/11 năm xét (Điều 8.2.b)"
    assert [(way.kinds, way.route.decide_level, way.tone) for way in response.context["ways"]] == [
        ("Xã, phường, thị trấn", "district", ""),
        ("Xã, phường, thị trấn", "province", "warn"),
    ]
    assert lines["4.2"].article == "Điều 5.4"
    assert "Công nhận: trước ngày 20/11 (Điều 9.1.b)" in page
    assert "Thông tư 48/2025/TT-BCA" in page


def test_kinds_that_share_a_route_are_told_together(reader, sets):
    ways = reader.get(reverse("criteria:detail", args=[sets["TT124-CQDN"].pk])).context["ways"]
    assert [(way.kinds, way.route.managed_at) for way in ways] == [
        ("Cơ quan; Doanh nghiệp", level) for level in ("commune", "district", "province", "commune", "province")
    ]


@pytest.mark.parametrize(
    ("words", "numbers"),
    [
        ("đình công", ["3", "3d"]),
        ("dinh cong", ["3", "3d"]),
        ("6.5", ["5", "5.1", "5.2"]),
        ("TT124-CQDN-3e", ["3", "3e"]),
        ("không có chữ này đâu", []),
    ],
)
def test_searching_in_a_set(reader, sets, words, numbers):
    response = reader.get(reverse("criteria:detail", args=[sets["TT124-CQDN"].pk]), {"q": words})
    assert [line.criterion.number for line in response.context["lines"]] == numbers
    assert ("Không có tiêu chí nào chứa" in response.content.decode()) is (not numbers)


def test_a_search_too_long_shows_the_whole_set(reader, sets):
    response = reader.get(reverse("criteria:detail", args=[sets["TT124-KDC"].pk]), {"q": "x" * 200})
    assert len(response.context["lines"]) == 21


def test_a_set_kept_for_results_says_so(client, sets):
    client.force_login(make_user(Role.OFFICER, make_province("Tỉnh Thanh Hóa", "38")))
    page = client.get(reverse("criteria:detail", args=[sets["DA375-KDC"].pk])).content.decode()
    assert "Bộ này chỉ dùng để lưu kết quả các năm trước lấy từ tài liệu, không dùng để chấm." in page
    assert "Chưa đọc được tiêu chí nào của văn bản này." in page


def test_a_set_that_is_not_there(reader):
    assert reader.get(reverse("criteria:detail", args=[404404])).status_code == 404


@pytest.mark.parametrize("name", ["list", "detail"])
def test_one_signs_in_first_and_only_reads(client, sets, name):
    url = reverse(f"criteria:{name}", args=[sets["TT124-XA"].pk] if name == "detail" else [])
    response = client.get(url)
    assert (response.status_code, response["Location"]) == (302, f"{reverse('sign_in')}?next={url}")
    client.force_login(make_user())
    assert client.get(url).status_code == 200
    assert client.post(url).status_code == 405
