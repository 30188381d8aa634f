"""The page that takes a file: checked whole, shown before it is kept, kept as a draft of the sender's province."""

import html
import io
import re
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from criteria.enums import SetStatus
from criteria.models import AwardBar, CriteriaSet, LegalDocument, Programme, RuleEvent, StreakRule
from criteria.packs import workbook, writing
from criteria.packs.rules import bar_key, content_of_bar, content_of_rule
from criteria.services import importing
from portal.core.sheets.mark_child import LIST, RED
from tests.units.factories import make_province, make_user
from units import services
from units.enums import Role

from .factories import RULES, load_packs

pytestmark = [pytest.mark.both, pytest.mark.django_db]  # an import writes whole or not at all
FORMS = ("yaml", "xlsx")
CASES = Path(__file__).parents[1] / "cases"


@pytest.fixture
def page():
    client = Client()
    client.force_login(
        make_user(Role.STAFF, make_province(code="24")), backend="django.contrib.auth.backends.ModelBackend"
    )
    return client


def sent(page, data: bytes, name: str):
    return page.post(reverse("criteria:import"), {"file": SimpleUploadedFile(name, data)})


def counted() -> tuple[int, ...]:
    return CriteriaSet.objects.count(), LegalDocument.objects.count(), Programme.objects.count()


@pytest.mark.parametrize("form", FORMS)
def test_a_file_becomes_a_draft_of_the_own_province(page, form):
    one = load_packs()["TT124-KDC"]
    text = (
        writing.as_yaml(one)
        .replace("code: TT124-KDC\n", "code: BG-KDC\n")
        .replace("first_year: 2022", "first_year: 2031")
    )
    text = text.replace("sets:\n-", "sets:\n- publish: true\n ", 1)
    if form == "yaml":
        data = text.encode()
    else:
        book = load_workbook(io.BytesIO(workbook.as_xlsx(one)))
        sheet = book["Bộ"]
        heads = [cell.value for cell in sheet[1]]
        sheet.cell(2, heads.index("Mã bộ") + 1, "BG-KDC")
        sheet.cell(2, heads.index("Từ năm") + 1, 2031)
        held = io.BytesIO()
        book.save(held)
        data = held.getvalue()
    before = counted()
    answer = sent(page, data, f"bo.{form}")
    assert answer.status_code == 302, answer.content.decode()
    assert counted() == before  # nothing until the yes
    preview = page.get(answer.url)
    assert "BG-KDC phiên bản 1" in preview.content.decode()
    page.post(answer.url, {"seen": preview.context["seen"]})
    made = CriteriaSet.objects.get(code="BG-KDC")
    assert (made.status, made.province_code, made.first_year) == (SetStatus.DRAFT, "24", 2031)
    assert made.criteria.count() == one.criteria.count()


def test_every_fault_of_a_file_is_listed_and_nothing_is_kept(page):
    one = load_packs()["TT124-KDC"]
    text = (
        writing.as_yaml(one)
        .replace("measure: must", "measure: maybe", 1)
        .replace("code: TT124-KDC-2\n", "code: tt124-kdc-1\n")
    )
    before = counted()
    answer = sent(page, text.encode(), "sai.yaml")
    body = answer.content.decode()
    assert answer.status_code == 422
    assert "Không có giá trị “maybe”" in body
    assert counted() == before


@pytest.mark.parametrize(
    ("data", "name", "words"),
    [
        (b"\xff\xfeb\x00", "ma.yaml", "không ở bảng mã UTF-8"),
        (b"PK\x03\x04 rubbish", "hong.xlsx", "Không mở được bảng tính"),
        (b"", "rong.yaml", "rỗng"),
        (b"x" * 2_000_001, "to.yaml", "lớn hơn 2 MB"),
    ],
)
def test_what_is_no_pack_is_told(page, data, name, words):
    answer = sent(page, data, name)
    assert answer.status_code == 422
    assert words in answer.content.decode()


def test_a_code_of_the_whole_country_is_not_taken(page):
    one = load_packs()["TT124-KDC"]
    answer = sent(page, writing.as_yaml(one).encode(), "bo.yaml")
    told = page.get(answer.url, follow=True).content.decode() if answer.status_code == 302 else answer.content.decode()
    assert "đã có và không phải bản thảo của tỉnh" in told
    assert CriteriaSet.objects.filter(code="TT124-KDC", version=1).count() == 1


# --- rules of a file ------------------------------------------------------------------------------------------------


def previewed(page, text: str, name: str = "quy-tac.yaml"):
    answer = sent(page, text.encode(), name)
    assert answer.status_code == 302, answer.content.decode()
    return answer.url, page.get(answer.url)


def taken(page, text: str) -> str:
    url, preview = previewed(page, text)
    return html.unescape(page.post(url, {"seen": preview.context["seen"]}, follow=True).content.decode())


def whats(preview) -> dict[str, str]:
    return {change.name: change.what for change in preview.context["changes"]}


OLD = "{code: CU, number: 0/CU, cite: CU, title: Cũ, issuer: Bộ}"
STREAK, BAR = "quy tắc năm liên tục LT-THU – Nhiều năm liên tục", "điều kiện không xét khen thưởng, từ năm 2030"


def test_rules_of_a_file_become_drafts_with_their_log(page):
    _, preview = previewed(page, RULES)
    body = html.unescape(preview.content.decode())
    assert "Ghi thành bản thảo của tỉnh?" in body
    assert whats(preview)[STREAK] == whats(preview)[BAR] == "mới"
    assert "3 năm liền được công nhận → được đề nghị cấp huyện công nhận “Ba năm liền”." in body
    assert "đơn vị có kết quả “không đạt” ở chương trình “Chương trình thử” thì không được xét khen thưởng." in body
    assert not StreakRule.objects.exists() and not AwardBar.objects.exists()
    assert "Đã ghi 3 bản thảo quy tắc." in taken(page, RULES)
    rule = StreakRule.objects.get()
    packs = importing.check(RULES.encode(), "x.yaml", province_code="24")
    assert content_of_rule(rule) == packs.streaks[0] and rule.status == SetStatus.DRAFT
    assert {bar.status for bar in AwardBar.objects.all()} == {SetStatus.DRAFT}
    assert sorted(map(content_of_bar, AwardBar.objects.all()), key=bar_key) == sorted(packs.bars, key=bar_key)
    assert [event.act for event in RuleEvent.objects.all()] == ["drafted"] * 3
    _, unchanged = previewed(page, RULES)
    assert set(whats(unchanged).values()) == {"không đổi"}
    assert "Ghi thành bản thảo của tỉnh?" not in html.unescape(unchanged.content.decode())  # nothing to write, no act


def test_a_file_for_the_other_province_one_writes_for_is_not_taken_home(client):
    """Who administers two provinces sends one's file while the other is at hand; any other province's is taken home."""
    here, other = make_province("Tỉnh Bắc Giang", "24"), make_province("Tỉnh Bắc Ninh", "27")
    admin = make_user(Role.ADMIN, here)
    services.place_person(admin, other, Role.ADMIN, by=None, valid_from=timezone.localdate(), ground="KH 1")
    client.force_login(admin)
    at_hand = client.get(reverse("criteria:import")).wsgi_request.user.provinces_as(Role.ADMIN)[0]
    away = other if at_hand == here else here
    bar = "{bar: unmet, programme: trial"
    text = RULES.replace(bar, bar.replace("{", '{province_code: "@", '))
    answer = sent(client, text.replace("@", away.code).encode(), "quy-tac.yaml")
    told = html.unescape(answer.content.decode())
    assert answer.status_code == 422 and f"Hãy chuyển “Tỉnh đang làm việc” sang {away.name} rồi gửi lại" in told
    assert sent(client, text.replace("@", "38").encode(), "quy-tac.yaml").status_code == 302


def test_a_draft_rule_is_corrected_by_a_file_and_a_published_one_is_not(page):
    taken(page, RULES)
    other = RULES.replace("Ba năm liền", "Ba năm tiêu biểu").replace("TT 1/2030, Điều 7", "TT 1/2030, Điều 8")
    assert whats(previewed(page, other)[1])[STREAK] == "sửa bản thảo"
    taken(page, other)
    assert StreakRule.objects.get().titles.get(years=3).title == "Ba năm tiêu biểu"
    StreakRule.objects.update(status=SetStatus.PUBLISHED)
    AwardBar.objects.update(status=SetStatus.PUBLISHED)
    assert set(whats(previewed(page, other)[1]).values()) == {"không đổi"}
    _, preview = previewed(page, RULES)
    body = html.unescape(preview.content.decode())
    assert whats(preview)[STREAK] == whats(preview)[BAR] == "từ chối"
    for line in ("- code: LT-THU", 'ground: "TT 1/2030, Điều 7"'):
        number = next(place for place, text in enumerate(RULES.splitlines(), 1) if line in text)
        assert f"Dòng {number}: đã ban hành nên không sửa theo tệp." in body
    taken(page, RULES)
    assert StreakRule.objects.get().titles.get(years=3).title == "Ba năm tiêu biểu"
    assert RuleEvent.objects.filter(act="changed").count() == 2


@pytest.mark.parametrize(("whose", "said"), [("", "quy tắc chung của cả nước"), ("38", "quy tắc của nơi khác")])
def test_a_rule_that_is_not_the_province_s_is_told_and_left_and_the_rest_is_taken(page, whose, said):
    taken(page, RULES)
    StreakRule.objects.update(province_code=whose, name="Tên của nơi ấy", status=SetStatus.PUBLISHED)
    AwardBar.objects.all().delete()
    _, preview = previewed(page, RULES)
    assert f"mã LT-THU là {said} nên tỉnh không sửa được" in html.unescape(preview.content.decode())
    assert "2 bản thảo quy tắc. 1 mục không nhận" in taken(page, RULES)
    assert StreakRule.objects.get().name == "Tên của nơi ấy"


def test_the_country_s_rule_sent_back_as_it_is_changes_nothing(page):
    taken(page, RULES)
    StreakRule.objects.update(province_code="", status=SetStatus.PUBLISHED)
    assert whats(previewed(page, RULES)[1])[STREAK] == "không đổi"


def test_documents_and_programmes_told_otherwise_are_left_with_a_word(page):
    taken(page, RULES)
    other = RULES.replace("title: Thông tư thử", "title: Thông tư khác").replace("name: Chương trình thử", "name: Khác")
    other = other.replace("- {code: DOC", f"- {OLD}\n  - {{replaces: CU, code: DOC")
    _, preview = previewed(page, other)
    body = html.unescape(preview.content.decode())
    assert "Dòng 3: đã có; cổng không sửa văn bản theo tệp. Văn bản của tỉnh sửa ở trang Văn bản." in body
    assert "Trích yếu: đang là Thông tư thử, tệp ghi Thông tư khác" in body
    assert "Thay thế: đang là để trống, tệp ghi CU" in body
    assert "Tên chương trình: đang là Chương trình thử, tệp ghi Khác" in body
    assert whats(preview)["văn bản 0/CU"] == "mới"


def test_a_document_of_a_file_keeps_what_it_replaces(page):
    old = "- {code: DOC, replaces: CU, "
    text = RULES.replace("- {code: DOC, ", old).replace("programmes:", f"  - {OLD}\nprogrammes:", 1)
    taken(page, text)
    assert LegalDocument.objects.get(code="DOC").replaces.code == "CU"


def test_another_province_s_code_in_a_file_is_told(page):
    text = RULES.replace("{bar: unmet, programme: trial", '{province_code: "99", bar: unmet, programme: trial')
    _, preview = previewed(page, text)
    assert "tệp ghi tỉnh mã “99”; cổng chỉ ghi cho tỉnh của đồng chí (24)" in html.unescape(preview.content.decode())
    text = text.replace("- {code: DOC", '- {province_code: "98", code: DOC')
    assert "tệp ghi tỉnh mã “98”" in html.unescape(previewed(page, text)[1].content.decode())
    taken(page, text)
    assert {bar.province.code for bar in AwardBar.objects.all()} == {"24"}


def test_a_rule_changed_since_the_preview_is_not_written_over(page):
    taken(page, RULES)
    url, preview = previewed(page, RULES.replace("Ba năm liền", "Ba năm tiêu biểu"))
    StreakRule.objects.update(name="Người khác vừa sửa")
    answer = page.post(url, {"seen": preview.context["seen"]})
    assert answer.status_code == 422 and "vừa được người khác sửa" in html.unescape(answer.content.decode())
    assert StreakRule.objects.get().titles.get(years=3).title == "Ba năm liền"


def bad_book(one) -> bytes:
    book, held = load_workbook(io.BytesIO(workbook.as_xlsx(one))), io.BytesIO()
    heads = [cell.value for cell in book["Tiêu chí"][1]]
    book["Tiêu chí"].cell(3, heads.index("Nội dung") + 1, "#REF!")
    book["Tuyến"].cell(2, [cell.value for cell in book["Tuyến"][1]].index("Thời hạn công nhận") + 1, "#N/A")
    book.save(held)
    return held.getvalue()


def marked_at(answer) -> str:
    (address,) = re.findall(r'href="([^"]+)">Tải tệp đã đánh dấu', html.unescape(answer.content.decode()))
    return address


def test_a_workbook_with_faults_comes_back_with_each_cell_marked_on_its_sheet(page, settings, tmp_path):
    settings.FILES_DIR = tmp_path
    one, before = load_packs()["TT124-KDC"], counted()
    data = bad_book(one)
    for _ in range(2):  # what was marked is sent again as it is: the marks are made anew, not twice
        answer = sent(page, data, "bộ của tỉnh.xlsx")
        assert answer.status_code == 422
        data = page.get(marked_at(answer)).content
        book = load_workbook(io.BytesIO(data))
        assert red_cells(book) == {"Tiêu chí": ["Nội dung 3"], "Tuyến": ["Thời hạn công nhận 2"]}
        assert [[cell.value for cell in row][:2] for row in book[LIST].iter_rows(min_row=2)] == [
            [2, "Tuyến N2"],
            [3, "Tiêu chí E3"],
        ]
    assert counted() == before
    book["Tiêu chí"]["E3"] = "Đã sửa"
    held = io.BytesIO()
    book.save(held)
    address = marked_at(sent(page, held.getvalue(), "bộ của tỉnh.xlsx"))
    assert red_cells(load_workbook(io.BytesIO(page.get(address).content))) == {"Tuyến": ["Thời hạn công nhận 2"]}
    stranger = Client()
    stranger.force_login(
        make_user(Role.STAFF, make_province("Tỉnh Khác", "22")), backend="django.contrib.auth.backends.ModelBackend"
    )
    assert stranger.get(address).status_code == 404


def red_cells(book) -> dict[str, list[str]]:
    """What is marked, by sheet: heading and row of each red cell, all with a note."""
    found: dict[str, list[str]] = {}
    for sheet in book:
        for cell in (cell for row in sheet.iter_rows() for cell in row if cell.fill.fgColor.rgb == RED):
            assert cell.comment.text
            found.setdefault(sheet.title, []).append(f"{sheet.cell(1, cell.column).value} {cell.row}")
    return found


def test_a_pack_of_text_with_faults_has_no_marked_file(page):
    answer = sent(page, b"sets: 1", "sai.yaml")
    assert answer.status_code == 422
    assert "Tải tệp đã đánh dấu" not in answer.content.decode()


def test_the_preview_counts_what_is_new_changed_equal_and_tells_old_and_new(page):
    one = load_packs()["TT124-KDC"]
    text = writing.as_yaml(one).replace("code: TT124-KDC\n", "code: BG-KDC\n")
    assert page.get(sent(page, text.encode(), "bo.yaml").url).context["counts"][0] == (1, "mục sẽ thêm")
    preview = page.get(sent(page, text.encode(), "bo.yaml").url)
    page.post(sent(page, text.encode(), "bo.yaml").url, {"seen": preview.context["seen"]})
    other = re.sub(r"first_year: (\d+)", "first_year: 2031", text).replace("threshold: 70", "threshold: 75")
    preview = page.get(sent(page, other.encode(), "bo.yaml").url)
    body = html.unescape(preview.content.decode())
    assert {words: many for many, words in preview.context["counts"]}["mục sẽ sửa"] == 1
    assert "Từ năm: 2022 → 2031" in body
    assert re.search(r"tiêu chí: \d+ giữ nguyên", body)
    same = page.get(sent(page, text.encode(), "bo.yaml").url)
    assert {words: many for many, words in same.context["counts"]}["mục sẽ sửa"] == 0


def test_a_threshold_of_a_percent_cell_is_seventy_and_shown(page):
    load_packs()
    answer = sent(page, (CASES / "criteria-threshold-percent-cell.xlsx").read_bytes(), "bo.xlsx")
    assert answer.status_code == 302, answer.content.decode()
    (new,) = page.get(answer.url).context["changes"]
    assert new.lines[0] == "21 dòng, 2 tuyến"
    (percent,) = [line for line in new.lines if "%" in line]
    assert percent.endswith("Tỷ lệ: đúng 70% (hộ đăng ký tham gia / hộ đang cư trú)")


def test_a_label_that_lost_its_reference_is_refused(page):
    load_packs()
    answer = sent(page, (CASES / "criteria-label-ref.xlsx").read_bytes(), "bo.xlsx")
    assert answer.status_code == 422
    (fault,) = answer.context["faults"]
    assert (fault.line, fault.path) == (5, "trang “Tiêu chí”, cột “Nội dung”")
    assert fault.sentence == "#REF! là giá trị lỗi của bảng tính; hãy sửa công thức hoặc ghi giá trị vào ô"
