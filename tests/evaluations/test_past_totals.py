"""Totals of past years by file and by page: what a row means, what is refused, what comes out again."""

import html
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from criteria.models import Programme
from evaluations import services
from evaluations.enums import State
from evaluations.files import past_totals
from evaluations.models import PastTotal
from evaluations.services import Figures, PastResult, Total
from portal.core import jobs
from portal.core.errors import Refused
from portal.core.models import Job
from portal.core.sheets import writing
from portal.core.web.once import new_token
from tests.evaluations.factories import open_year, published_sets
from tests.meanwhile import meanwhile
from tests.units.factories import make_tree, make_user
from units.enums import Role, UnitKind
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


def read(rows, user) -> past_totals.PastTotalFile:
    return past_totals.read(sheet(*rows), "so-tong.csv", user)


def record(rows, user) -> tuple[int, int]:
    found = read(rows, user)
    assert found.problems == []
    return services.record_totals(found.rows.values(), found.province, by=user, reason="Theo tệp.")


# --- the file ----------------------------------------------------------------------------------------------------
def test_what_a_file_does_not_say_changes_nothing(staff, tree):
    place = tree.districts[0]
    record([cells_of(place, paper="QĐ 5/QĐ-UBND", paper_on="05/01/2022")], staff)
    needed = {name: cell for name, cell in cells_of(place, met="170").items() if name in past_totals.NEEDED}
    data = writing.as_csv([past_totals.COLUMNS[name] for name in needed], [list(needed.values())])
    (row,) = past_totals.read(data, "so-tong.csv", staff).rows.values()
    kept = (row.figures.met, row.figures.registered, row.figures.paper, row.figures.paper_on)
    assert kept == (170, 234, "QĐ 5/QĐ-UBND", date(2022, 1, 5))
    (blank,) = read([cells_of(place)], staff).rows.values()
    assert not blank.differs
    (cleared,) = read([cells_of(place, paper="xoá", paper_on="xoá", registered="xoá")], staff).rows.values()
    figures = cleared.figures
    assert (figures.paper, figures.paper_on, figures.registered) == ("", None, None)  # on purpose


def test_a_file_records_and_corrects(staff, tree):
    place = tree.districts[0]
    assert record([cells_of(place), cells_of(place, kind="Cơ quan", registered="")], staff) == (2, 0)
    assert record([cells_of(place), cells_of(place, kind="Cơ quan", registered="", met="1")], staff) == (0, 1)
    found = PastTotal.objects.values_list("kind", "total", "registered", "met")
    assert set(found) == {("residential_area", 234, 234, 178), ("agency", 234, None, 1)}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"place": "DV0"}, "Đơn vị “DV0” không có trong các tỉnh, huyện, xã của Tỉnh A"),
        ({"year": "2007"}, "Năm “2007” không hợp lệ"),
        ({"year": "2090"}, "Năm “2090” không hợp lệ"),
        ({"year": "2019"}, "không có vào cuối năm 2019"),
        ({"programme": "không có"}, "Không có chương trình “không có”"),
        ({"kind": "làng"}, "Không có loại đơn vị “làng”"),
        ({"kind": "Tỉnh, thành phố"}, "Loại đơn vị “Tỉnh, thành phố” không được xét"),
        ({"total": "2,340"}, "“2,340” có thể hiểu hai cách. Hãy ghi 2340 hoặc 2,34."),
        ({"met": ""}, "Cột “Đạt” để trống. Hãy ghi một số"),
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


@pytest.mark.parametrize(
    ("level", "kind", "figures", "said"),
    [
        ("communes", UnitKind.DISTRICT, (1, 1), "Xã A1.1 là xã, phường, thị trấn, không thể có cấp huyện bên dưới."),
        ("communes", UnitKind.COMMUNE, (2, 1), "tổng số chỉ có thể là 1. Hãy ghi số tổng của nhiều xã"),
        ("communes", UnitKind.COMMUNE, (1, 1), ""),
        ("districts", UnitKind.DISTRICT, (2, 1), "Huyện A1 là một đơn vị cấp huyện, tổng số chỉ có thể là 1."),
        ("districts", UnitKind.COMMUNE, (2_001, 1), "Tổng số 2.001 xã, phường, thị trấn của Huyện A1 lớn hơn mức"),
        ("districts", UnitKind.RESIDENTIAL_AREA, (100_000, 1), ""),
        ("districts", UnitKind.RESIDENTIAL_AREA, (100_001, 1), "(100.000). Hãy xem lại văn bản."),
        ("districts", UnitKind.SCHOOL, (1_000_001, 1), "(1.000.000). Hãy xem lại văn bản."),
        ("districts", UnitKind.SCHOOL, (1_000_000, 1), ""),
    ],
)
def test_a_place_has_no_kind_and_number_that_cannot_be(browser, staff, tree, level, kind, figures, said):
    """By file, by page and by the service alike; what is just possible is taken."""
    place, (total, met) = getattr(tree, level)[0], figures
    changes = {"kind": kind.label, "total": str(total), "met": str(met), "registered": ""}
    problems = [problem.sentence for problem in read([cells_of(place, **changes)], staff).problems]
    assert [said in one for one in problems] == ([True] if said else [])
    row = Total(place, Programme.objects.get(code="safety"), 2021, kind, Figures(total, met, source=SOURCE))
    if not said:
        assert services.record_totals([row], tree.province, by=staff, reason="Theo báo cáo.") == (1, 0)
        return
    with pytest.raises(Refused) as refusal:
        services.record_totals([row], tree.province, by=staff, reason="Theo báo cáo.")
    assert said in refusal.value.sentence
    answer = browser.post(address("add", place.pk), typed(kind=kind, total=str(total), met=str(met), registered=""))
    assert answer.status_code == 422 and said in html.unescape(answer.content.decode())
    assert not PastTotal.objects.exists()


def test_every_fault_of_a_row_is_told_in_one_turn(staff, tree):
    bad = cells_of(tree.communes[0], programme="lạ", total="nhiều", met="x", paper_on="31/02/2021")
    found = read([bad, cells_of(tree.communes[1])], staff)
    assert {problem.row for problem in found.problems} == {2} and list(found.rows) == [3]
    told = [problem.sentence for problem in found.problems]
    for words in ("Không có chương trình “lạ”", "“nhiều”", "“x”", "“31/02/2021”"):
        assert sum(words in sentence for sentence in told) == 1, (words, told)
    assert len(told) == 4


def test_places_elsewhere_and_rows_twice_are_told(staff, tree):
    rows = [cells_of(make_tree("B").districts[0]), cells_of(tree.areas[0]), *[cells_of(tree.districts[0])] * 2]
    told = {problem.row: problem.sentence for problem in read(rows, staff).problems}
    assert set(told) == {2, 3, 5}
    assert "không có trong các tỉnh, huyện, xã của Tỉnh A" in told[2] and "Trùng với dòng 4" in told[5]


def test_a_place_that_ended_since_is_told_by_its_own_key(staff, tree):
    place = tree.communes[0]
    Unit.objects.filter(pk=place.pk).update(closed_on=date(2022, 6, 30))
    place.versions.update(valid_to=date(2022, 6, 30))
    assert record([cells_of(place)], staff) == (1, 0)
    (problem,) = read([cells_of(place, year="2022")], staff).problems
    assert "kết thúc ngày 30/06/2022, không có vào cuối năm 2022" in problem.sentence


def test_a_code_two_places_bore_is_of_the_one_that_lived_at_the_end_of_the_year(staff, tree):
    old, new = tree.communes[:2]
    Unit.objects.filter(pk=old.pk).update(code="02683", closed_on=date(2022, 6, 30))
    Unit.objects.filter(pk=new.pk).update(code="02683", opened_on=date(2022, 7, 1))
    found = read([cells_of(old, place="02683"), cells_of(old, place="02683", year="2022")], staff)
    assert found.problems == []
    assert [row.place for row in found.rows.values()] == [old, new]


def test_a_stranger_s_file_is_refused(tree):
    officer = make_user(Role.OFFICER, tree.communes[0])
    (problem,) = read([cells_of(tree.communes[0])], officer).problems
    assert "Chỉ cán bộ cấp tỉnh" in problem.sentence


def test_a_file_without_its_columns_is_told(staff):
    found = past_totals.read(writing.as_csv(["Năm"], [["2021"]]), "so-tong.csv", staff)
    assert "Thiếu cột" in found.problems[0].sentence


# --- the pages ---------------------------------------------------------------------------------------------------
def said(response) -> str:
    return html.unescape(response.content.decode())


def typed(**changes) -> dict:
    fields = {
        "programme": Programme.objects.get(code="safety").pk,
        "year": "2021",
        "kind": "residential_area",
        "total": "234",
        "registered": "",
        "met": "178",
        "source": SOURCE,
        "once": new_token(),
    }
    return fields | changes


def address(name, *args) -> str:
    return reverse(f"evaluations:past_totals_{name}", args=args)


@pytest.fixture
def browser(client, staff):
    client.force_login(staff)
    return client


def added(browser, place, **changes) -> PastTotal:
    assert browser.post(address("add", place.pk), typed(**changes)).status_code == 302
    return PastTotal.objects.latest("pk")


def test_a_file_goes_through_preview_and_worker(browser, staff, tree):
    place = tree.districts[0]
    record([cells_of(place, year="2022")], staff)
    data = sheet(cells_of(place), cells_of(place, year="2022", met="200"))
    shown = browser.post(address("import"), {"file": SimpleUploadedFile("so-tong.csv", data)})
    page = said(browser.get(shown.url))
    assert (
        "tổng số 234, đăng ký 234, đạt 178" in page
        and f"trước: tổng số 234, đăng ký 234, đạt 178; nguồn: {SOURCE}" in page
    )
    assert PastTotal.objects.count() == 1
    asked = browser.post(shown.url, {"once": new_token()})
    jobs.run(Job.objects.get(kind="import_past_totals").pk)
    assert "Đã nhập 1 số tổng, đã sửa 1 số tổng." in said(browser.get(asked.url))
    assert set(PastTotal.objects.values_list("year", "met")) == {(2021, 178), (2022, 200)}
    refused = browser.post(
        address("import"), {"file": SimpleUploadedFile("so-tong.csv", sheet(cells_of(place, met="x")))}
    )
    assert (refused.status_code, "Cột “Đạt” ghi “x”" in said(refused)) == (422, True)


def test_what_went_out_comes_back_unchanged(browser, staff, tree):
    rows = [cells_of(tree.districts[0], paper="QĐ 5/QĐ-UBND", paper_on="05/01/2022"), cells_of(tree.communes[0])]
    record(rows, staff)
    gone = PastTotal.objects.get(place=tree.communes[0])
    services.take_total_away(gone, by=staff, reason="Nhầm")
    found = past_totals.read(browser.get(address("export")).content, "so-tong.xlsx", staff)
    assert (found.problems, [row.differs for row in found.rows.values()]) == ([], [False])


def test_a_place_is_found_and_its_year_typed(browser, staff, tree):
    place = tree.districts[0]
    page = said(browser.get(address("find"), {"q": "huyen a1"}))
    assert address("add", place.pk) in page and tree.areas[0].name not in page
    assert "Chưa ghi số tổng nào của Huyện A1" in said(browser.get(address("add", place.pk)))
    total = added(browser, place)
    assert (total.total, total.registered, total.met, total.entered_by) == (234, None, 178, staff)
    page = said(browser.get(address("add", place.pk)))
    assert "76,07" in page and f"{SOURCE} (nhập lại)" in page
    assert f'value="{SOURCE}"' in page  # the next year mostly has the same paper
    again = browser.post(address("add", place.pk), typed(met="1"))
    assert (again.status_code, "Đã có số tổng này của năm 2021" in said(again)) == (422, True)
    assert PastTotal.objects.get().met == 178


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"met": "235"}, "Số đạt 235 lớn hơn tổng số 234"),
        ({"met": "-1"}, "Hãy ghi số từ 0 trở lên."),
        ({"total": "2,340"}, "“2,340” có thể hiểu hai cách. Hãy ghi 2340 hoặc 2,34."),
        ({"year": "2019"}, "không có vào cuối năm 2019"),
        ({"year": "99999"}, "9999"),
        ({"paper_on": "31/12/2020"}, "ở trước năm 2021"),
        ({"source": " "}, "Trường này là bắt buộc"),
        ({"kind": "province"}, "“province” không có, hoặc không còn, trong danh sách"),
        ({"programme": "0"}, "chọn"),
    ],
)
def test_bad_input_comes_back_with_its_sentence(browser, tree, changes, told):
    page = browser.post(address("add", tree.districts[0].pk), typed(paper="QĐ đã gõ", **changes))
    assert (page.status_code, PastTotal.objects.count(), 'value="QĐ đã gõ"' in said(page)) == (422, 0, True)
    assert told in said(page)


def test_a_correction_is_told_on_the_page_of_the_total(browser, staff, tree):
    total = added(browser, tree.districts[0])
    page = said(browser.get(address("edit", total.pk)))
    seen = str(total.events.get().pk)
    assert f'name="seen" value="{seen}"' in page
    changed = typed(met="180", reason="Gõ nhầm", seen=seen)
    assert browser.post(address("edit", total.pk), changed).status_code == 302
    page = said(browser.get(address("detail", total.pk)))
    assert "76,92" in page and "Gõ nhầm" in page and f"<dt>Người nhập</dt><dd>{staff}" in page
    assert f"tổng số 234, đạt 178; nguồn: {SOURCE}" in page
    stale = browser.post(address("edit", total.pk), typed(met="181", reason="Cũng vậy", seen=seen))
    assert (stale.status_code, "vừa được người khác ghi" in said(stale), 'value="181"' in said(stale)) == (
        422,
        True,
        True,
    )
    now = str(total.events.latest("pk").pk)
    for changes, told in (({"reason": ""}, "Hãy ghi rõ lý do sửa."), ({"reason": "Vậy"}, "không có gì để sửa")):
        page = browser.post(address("edit", total.pk), typed(met="180", seen=now, **changes))
        assert (page.status_code, told in said(page)) == (422, True)
    total.refresh_from_db()
    assert (total.met, total.events.count()) == (180, 2)


def test_a_total_is_taken_away_with_a_reason_and_entered_again(browser, tree):
    total = added(browser, tree.districts[0])
    seen = {"seen": str(total.events.get().pk)}
    refused = browser.post(address("drop", total.pk), {"reason": " ", "once": new_token()} | seen)
    assert (refused.status_code, "Hãy ghi rõ lý do." in said(refused)) == (422, True)
    assert f'name="seen" value="{seen["seen"]}"' in said(browser.get(address("detail", total.pk)))
    gone = browser.post(address("drop", total.pk), {"reason": "Nhầm huyện", "once": new_token()} | seen)
    assert gone.status_code == 302
    page = said(browser.get(address("detail", total.pk)))
    assert "đã được bỏ" in page and "Nhầm huyện" in page and "Bỏ số nhập nhầm" not in page
    listed = address("detail", total.pk)
    assert listed not in said(browser.get(address("list")))
    assert listed in said(browser.get(address("list"), {"away": "away"}))
    seen = str(total.events.latest("pk").pk)
    page = browser.post(address("edit", total.pk), typed(reason="Đúng huyện này", seen=seen))
    assert page.status_code == 302 and listed in said(browser.get(address("list")))


def test_the_list_filters_and_says_when_it_is_empty(browser, staff, tree):
    assert "Chưa có số tổng nào." in said(browser.get(address("list")))
    record([cells_of(tree.districts[0]), cells_of(tree.districts[1], year="2022", kind="Cơ quan")], staff)
    first, second = (address("detail", one.pk) for one in PastTotal.objects.order_by("year"))
    for asked, shown in (
        ({}, (True, True)),
        ({"q": "huyen a1"}, (True, False)),
        ({"year": "2022"}, (False, True)),
        ({"kind": "residential_area"}, (True, False)),
        ({"programme": "x", "q": "huyen a2"}, (False, True)),
    ):
        page = said(browser.get(address("list"), asked))
        assert (asked, (first in page, second in page)) == (asked, shown)
    assert "Không có số tổng nào khớp bộ lọc." in said(browser.get(address("list"), {"year": "2020"}))


def test_a_total_that_dossiers_have_overtaken_says_so(browser, staff, tree):
    total = added(browser, tree.districts[0])
    assert "Báo cáo không lấy số tổng này" not in said(browser.get(address("detail", total.pk)))
    told = PastResult(total.programme, 2021, tree.areas[0], State.RECOGNISED, None, "", SOURCE)
    services.record_past([told], tree.province, by=staff, reason="Theo tệp.")
    assert "Báo cáo không lấy số tổng này" in said(browser.get(address("detail", total.pk)))


def test_who_reads_and_who_writes(client, staff, tree):
    record([cells_of(tree.districts[0])], staff)
    total = PastTotal.objects.get()
    client.force_login(make_user(Role.INSPECTOR, tree.districts[0]))
    page = said(client.get(address("detail", total.pk)))
    assert "Nhật ký" in page and address("edit", total.pk) not in page and "Bỏ số nhập nhầm" not in page
    assert address("find") not in said(client.get(address("list")))
    assert client.get(address("edit", total.pk)).status_code == 404
    assert client.post(address("drop", total.pk), {"reason": "x", "once": new_token()}).status_code == 404
    client.force_login(make_user(Role.OFFICER, tree.communes[0]))
    assert client.get(address("detail", total.pk)).status_code == 404


def test_queries_are_as_many_for_many_totals(browser, staff, tree):
    def counted() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert browser.get(address("list")).status_code == 200
        return len(queries)

    record([cells_of(tree.districts[0])], staff)
    counted()
    few = counted()
    record([cells_of(place, year=str(year)) for place in tree.communes for year in (2020, 2021, 2022)], staff)
    assert counted() == few


@pytest.mark.parametrize("meanwhile", ["corrected", "taken away"])
def test_a_total_changed_after_the_preview_is_not_written_over(browser, staff, tree, meanwhile):
    place = tree.districts[0]
    record([cells_of(place)], staff)
    data = sheet(cells_of(place, met="200"), cells_of(tree.districts[1]))
    shown = browser.post(address("import"), {"file": SimpleUploadedFile("so-tong.csv", data)}).url
    if meanwhile == "corrected":
        record([cells_of(place, met="100")], staff)
    else:
        services.take_total_away(PastTotal.objects.get(), by=staff, reason="Nhầm nơi")
    before = list(PastTotal.objects.values_list("place", "met", "is_away"))
    browser.post(shown, {"once": new_token()})
    job = Job.objects.latest("pk")
    jobs.run(job.pk)
    job.refresh_from_db()
    assert "Dòng 2: đã đổi sau khi xem trước." in job.error
    assert list(PastTotal.objects.values_list("place", "met", "is_away")) == before


@pytest.mark.parametrize("act", ["edit", "drop"])
@pytest.mark.parametrize("when", ["before the look at the log", "after it"])
def test_a_total_somebody_else_has_just_corrected_is_neither_corrected_nor_taken_away(browser, staff, tree, act, when):
    total = added(browser, tree.districts[0])
    # a refused post with a token takes back what is done within it
    post = typed(met="100", reason="Nhầm", seen=str(total.events.get().pk), once="")

    def correct():
        record([cells_of(tree.districts[0], year="2021", met="200")], staff)

    if when == "after it":
        with meanwhile('FROM "evaluations_pasttotalevent"', correct) as came:
            answer = browser.post(address(act, total.pk), post)
        assert len(came) == 1
    else:
        correct()
        answer = browser.post(address(act, total.pk), post)
    assert (answer.status_code, "vừa được người khác ghi" in said(answer)) == (422, True)
    total.refresh_from_db()
    assert (total.met, total.is_away) == (200, False)
    now = typed(met="100", reason="Nhầm", seen=str(total.events.latest("pk").pk))
    assert browser.post(address(act, total.pk), now).status_code == 302
