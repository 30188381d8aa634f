"""What a set asks: the same rows on the page, in PDF and workbook, and at the command line."""

import html
import re
from collections import Counter
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from criteria.models import CriteriaSet
from criteria.packs.content import name_of
from criteria.wording import set_page
from portal.core.enums import EXAMPLE_WORDS
from portal.core.errors import Refused
from portal.core.web.once import new_token
from reports.catalogue.entries import build_criteria
from reports.datasets.criteria_sets import set_in_words
from reports.models import ReportRun
from reports.papers import pdf, xlsx
from reports.papers.criteria import find_sets
from tests.criteria.factories import load_small
from tests.evaluations.factories import published_sets
from tests.evaluations.graded import load_example
from tests.reports.printed import in_one_line, text_of
from tests.units.factories import make_tree, make_user
from units.enums import Role

pytestmark = [pytest.mark.both, pytest.mark.django_db]  # order of rows


@pytest.fixture
def tree():
    tree = make_tree("A")
    tree.staff = make_user(Role.STAFF, tree.province)
    tree.officer = make_user(Role.OFFICER, tree.communes[0])
    return tree


@pytest.fixture
def graded(tmp_path):
    published_sets()
    return load_example(tmp_path)


def words(response) -> str:
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", response.content.decode())))


def one(key: str) -> dict:
    return {"criteria_set": key, "programme": "", "year": None, "kind": ""}


def rows_of(criteria_set) -> list[str]:
    """Every word a reader must find, in whatever face."""
    asked = set_in_words(criteria_set)
    found = [value for _, value in asked.facts] + list(asked.gaps)
    for line in asked.criteria:
        found += [line.label, line.measured, line.article, *line.notes]
    for part in asked.parts:
        found += [part.title, *(cell for row in part.rows for cell in row)]
    return [text for text in found if text]


def test_a_graded_set_tells_everything(graded):
    asked, criteria = set_in_words(graded), {one.code: one for one in graded.criteria.all()}
    assert "tối đa 50 điểm" in set_page.asks(criteria["VD-2"])
    assert [(line.number, line.label, line.measured, line.article) for line in asked.criteria] == [
        ("1", "Có kế hoạch", set_page.asks(criteria["VD-1"]), "Ví dụ, Mục 1"),
        ("2", "Chất lượng phong trào", set_page.asks(criteria["VD-2"]), "Ví dụ, Mục 2"),
        ("3", "Không để xảy ra vụ việc", set_page.asks(criteria["VD-3"]), "Ví dụ, Mục 3"),
    ]
    parts = {part.sheet_name: part.rows for part in asked.parts}
    assert parts == {
        "Loại": (
            ("1", "Tốt", "90", "Ví dụ, Mục 4"),
            ("2", "Khá", "70", "Ví dụ, Mục 4"),
            ("3", "Yếu", "0", "Ví dụ, Mục 4"),
        ),
        "Khống chế": (("3. Không để xảy ra vụ việc", "loại Khá", "Ví dụ, Mục 5"),),
        "Điều kiện": (
            (
                "được công nhận an toàn về an ninh, trật tự trong năm",
                f"{CriteriaSet.objects.get(code='TT124-KDC', version=1).programme.name}, cùng năm",
                "cao nhất loại Yếu",
                "Ví dụ, Mục 6",
            ),
        ),
        "Tuyến, thời hạn": (
            (
                "Khu dân cư do cấp xã quản lý",
                "từ 01/01/2020",
                "nhập: cấp xã; thẩm định: cấp xã; công nhận: cấp xã (Chủ tịch)",
                "văn bản không ấn định",
                "Ví dụ, Mục 7",
            ),
        ),
    }
    facts = dict(asked.facts)
    assert facts["Lưu ý"] == EXAMPLE_WORDS
    assert facts["Cách kết luận"] == "Chấm điểm, xếp loại; tổng điểm chuẩn: 100 điểm"


def test_what_was_not_read_is_said(graded, tmp_path):
    assert CriteriaSet.objects.exclude(gaps=[]).exists()
    for criteria_set in CriteriaSet.objects.exclude(gaps=[]):
        assert set_in_words(criteria_set).gaps == tuple(criteria_set.gaps)


def test_the_portals_own_gaps_stand_under_the_signature(tree, graded):
    criteria_set = CriteriaSet.objects.exclude(gaps=[]).filter(province_code="").first()
    paper = build_criteria(one(name_of(criteria_set)), tree.province)
    signed, under = in_one_line(text_of(pdf.render(paper))).split("Nơi nhận:")
    for gap in criteria_set.gaps:
        start = " ".join(gap.split()[:6])
        assert start not in signed and start in under


@pytest.mark.parametrize("key", ["TT124-KDC/1", "VD-KDC/1"])
def test_every_face_prints_the_same_rows(client, tree, graded, key, tmp_path):
    (criteria_set,) = find_sets(one(key), tree.province)
    wanted = rows_of(criteria_set)
    assert len(wanted) > 30
    client.force_login(tree.officer)
    page = words(client.get(reverse("reports:criteria_asks"), {"criteria_set": key}))
    assert [text for text in wanted if " ".join(text.split()) not in page] == []
    paper = build_criteria(one(key), tree.province)
    cells = {
        str(cell)
        for page_of in load_workbook(xlsx.render(paper)).worksheets
        for row in page_of.iter_rows(values_only=True)
        for cell in row
        if cell
    }
    sheet_text = " ".join(cells)
    tables = [text for text in wanted if text not in {value for _, value in set_in_words(criteria_set).facts}]
    assert [text for text in tables if text not in set_in_words(criteria_set).gaps and text not in sheet_text] == []
    out = StringIO()
    call_command("criteria_asks", key, stdout=out)
    assert [text for text in wanted if text not in out.getvalue() and text.upper() not in out.getvalue()] == []
    path = pdf.render(paper).rename(tmp_path / "a.pdf")
    labels = " ".join(f"{line.label} {line.article}" for line in set_in_words(criteria_set).criteria)
    printed, spoken = (Counter(re.findall(r"[\w.]+", text)) for text in (text_of(path, "-layout"), labels))
    assert len(spoken) > 15 and {word for word in spoken if printed[word] < spoken[word]} == set()


def test_all_sets_of_a_year_by_kind(client, tree, graded):
    params = {"criteria_set": "", "programme": "safety", "year": 2024, "kind": ""}
    every = [name_of(found) for found in find_sets(params, tree.communes[0])]
    assert len(every) > 1 and every[0] == "TT124-KDC/1"
    assert [name_of(found) for found in find_sets(params | {"kind": "residential_area"}, tree.province)] == [
        "TT124-KDC/1"
    ]
    text = in_one_line(text_of(pdf.render(build_criteria(params, tree.province))))
    assert "Yêu cầu của các bộ tiêu chí năm 2024" in text and EXAMPLE_WORDS not in text
    client.force_login(tree.staff)
    page = words(client.get(reverse("reports:criteria_asks"), {"programme": "safety", "year": "2024"}))
    assert all(f"Mã, phiên bản {key.replace('/', ', phiên bản ')} (đã ban hành)" in page for key in every)


@pytest.mark.parametrize(
    ("params", "sentence"),
    [
        (one("KHONG-CO/1"), "Không có bộ tiêu chí “KHONG-CO/1”. Hãy chọn lại."),
        (one("TT124-KDC/999"), "Không có bộ tiêu chí “TT124-KDC/999”. Hãy chọn lại."),
        (one("TT124-KDC/²"), "Không có bộ tiêu chí “TT124-KDC/²”. Hãy chọn lại."),
        (one(""), "Hãy chọn một bộ tiêu chí, hoặc chọn chương trình và ghi năm."),
        (one("") | {"programme": "safety", "year": 2001}, None),
        (one("") | {"programme": "x", "year": 2024}, "Hãy chọn một bộ tiêu chí, hoặc chọn chương trình và ghi năm."),
    ],
)
def test_what_is_not_there_is_said(tree, graded, params, sentence):
    with pytest.raises(Refused) as refusal:
        find_sets(params, tree.province)
    assert refusal.value.sentence == sentence or (sentence is None and "năm 2001" in refusal.value.sentence)


def test_a_set_of_another_province_is_not_there(client, tree, graded, tmp_path):
    draft = load_small(tmp_path)
    CriteriaSet.objects.filter(pk=draft.pk).update(province_code="01")
    with pytest.raises(Refused):
        find_sets(one("TRIAL/1"), tree.province)
    client.force_login(tree.staff)
    page = client.get(reverse("reports:criteria_asks"), {"criteria_set": "TRIAL/1"})
    assert page.status_code == 200 and "Bộ thử" not in words(page)
    assert "Việc A" not in words(page)


def test_the_pages_buttons_ask_for_the_file(client, tree, graded):
    client.force_login(tree.staff)
    page = client.get(reverse("reports:criteria_asks"), {"criteria_set": "VD-KDC/1"}).content.decode()
    form = page[page.index('action="/bao-cao/lap/criteria/"') :].split("</form>")[0]
    data = dict(re.findall(r'name="([a-z_]+)" value="([^"]*)"', form)) | {"once": new_token()}
    data.pop("csrfmiddlewaretoken", None)
    answer = client.post(reverse("reports:ask", args=["criteria"]), data)
    run = ReportRun.objects.get()
    assert (answer.status_code, run.report, run.format, run.params["criteria_set"]) == (
        302,
        "criteria",
        "pdf",
        "VD-KDC/1",
    )
    assert EXAMPLE_WORDS in words(client.get(answer.url))


@pytest.mark.parametrize(
    "query", ["criteria_set=%00", "programme=safety&year=x", "programme=safety", "year=99999999999"]
)
def test_odd_choices_are_told(client, tree, graded, query):
    client.force_login(tree.staff)
    page = client.get(f"{reverse('reports:criteria_asks')}?{query}")
    assert page.status_code == 200 and 'aria-invalid="true"' in page.content.decode()


def test_people_without_a_place_are_told(client, graded):
    client.force_login(make_user(Role.OFFICER))
    assert "chưa được phân công" in words(client.get(reverse("reports:criteria_asks")))


def test_the_number_of_queries_does_not_follow_the_length(graded):
    counted = []
    for key in ("TT124-KDC", "VD-KDC"):
        criteria_set = CriteriaSet.objects.select_related("document", "programme", "base").get(code=key, version=1)
        with CaptureQueriesContext(connection) as asked:
            set_in_words(criteria_set)
        counted.append(len(asked))
    assert counted[0] - counted[1] in (0, 1)  # deadlines are one query where there are any routes with some


def test_the_command_lists_by_kind_and_says_what_there_is(graded):
    out = StringIO()
    call_command("criteria_asks", "--kind", "residential_area", stdout=out)
    text = out.getvalue()
    assert "PHÂN LOẠI KHU DÂN CƯ THỬ (ví dụ, không phải luật)" in text and "TT124-KDC, phiên bản 1" in text
    assert "TT124-XA" not in text
    with pytest.raises(CommandError, match=r"Không có bộ “X/1”. Các bộ đang có: .*VD-KDC/1"):
        call_command("criteria_asks", "X/1")
