"""A province's rule of years running in the browser: drafted, read as sentences, published, ended, followed."""

import html
import io
import re
from datetime import date

import pytest
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from criteria.enums import SetStatus
from criteria.models import AwardBar, LegalDocument, Programme, Quota, StreakRule
from criteria.packs.content import digest
from criteria.packs.reading import read_packs
from criteria.packs.rules import content_of_rule
from criteria.packs.sheet_source import source_of
from criteria.packs.stored import known
from criteria.services import rules
from portal.core.errors import Refused
from tests.criteria.factories import load_packs
from tests.evaluations.streaks.results import RECOGNISED, make_rule, record
from tests.units.factories import make_province, make_tree, make_user
from units.enums import Role
from units.models import Unit

pytestmark = pytest.mark.django_db
FIELDS = ("years", "level", "title", "article")


@pytest.fixture(autouse=True)
def today(monkeypatch):
    monkeypatch.setattr(timezone, "localdate", lambda *args: date(2026, 11, 26))


@pytest.fixture
def province():
    return make_province("Tỉnh Bắc Giang", "24")


@pytest.fixture
def staff(client, province):
    load_packs()
    user = make_user(Role.STAFF, province)
    client.force_login(user)
    client.user = user
    return client


@pytest.fixture
def document(staff):
    return LegalDocument.objects.create(
        code="BG-QD12",
        number="12/QĐ-UBND",
        cite="QĐ 12/2026",
        title="Khen thưởng phong trào",
        issuer="Uỷ ban nhân dân tỉnh",
        issued_on=date(2026, 1, 5),
        province_code="24",
        scan_sha256="a" * 64,
    )


def typed(**changes) -> dict:
    data = {
        "name": "Khu dân cư an toàn nhiều năm",
        "programme": "safety",
        "document": "BG-QD12",
        "article": "QĐ 12/2026, Điều 5",
        "valid_from": "01/02/2026",
        "unit_kinds": ["residential_area"],
        "counts": ["safety", "grading"],
        "missing_year": "breaks",
        "first_year": "",
        "statement": "Các năm liền đạt chuẩn.",
        "confidence": "T",
        "moc-TOTAL_FORMS": "3",
        "moc-INITIAL_FORMS": "0",
    }
    titles = [("3", "district", "Ba năm liền"), ("5", "province", "Năm năm liền"), ("", "", "")]
    for place, row in enumerate(titles):
        told = (*row, "Điều 5" if row[0] else "")
        data |= {f"moc-{place}-{name}": value for name, value in zip(FIELDS, told, strict=True)}
    return data | changes


def said(response) -> str:
    return " ".join(html.unescape(response.content.decode()).split())


def drafted(staff) -> StreakRule:
    answer = staff.post(reverse("criteria:rule_add"), typed())
    assert answer.status_code == 302, said(answer)
    return StreakRule.objects.get(province_code="24")


def act(staff, rule, action: str, **more):
    data = {"action": action, "seen": digest(content_of_rule(rule)), "password": "mat-khau"} | more
    return staff.post(reverse("criteria:rule_act", args=[rule.pk]), data, follow=True)


def test_publishing_a_rule_asks_for_the_password_and_tells_a_day_before_its_paper(staff, document):
    rule = drafted(staff)
    page = reverse("criteria:rule", args=[rule.pk])
    warned = "trước ngày văn bản 12/QĐ-UBND có hiệu lực"
    assert warned not in said(staff.get(page))
    LegalDocument.objects.filter(pk=document.pk).update(in_force_on=date(2026, 7, 15))
    assert warned in said(staff.get(page)) and "(15/07/2026)" in said(staff.get(page))
    refused = act(staff, rule, "publish", password="khac")
    rule.refresh_from_db()
    assert refused.status_code == 422 and "Mật khẩu không đúng" in said(refused) and rule.is_draft
    act(staff, rule, "publish")  # a warning refuses nothing
    rule.refresh_from_db()
    assert not rule.is_draft


def test_a_rule_is_drafted_read_published_ended_and_followed(staff, document):
    rule = drafted(staff)
    assert (rule.code, rule.status, rule.valid_from) == ("24-LT-1", SetStatus.DRAFT, date(2026, 2, 1))
    page = said(staff.get(reverse("criteria:rule", args=[rule.pk])))
    assert "3 năm liền được công nhận → được đề nghị cấp huyện công nhận “Ba năm liền”." in page
    assert "Đã ban hành" in said(act(staff, rule, "publish"))
    assert staff.get(reverse("criteria:rule_edit", args=[rule.pk])).status_code == 404
    for day, why in (("30/12/2025", "có hiệu lực từ 01/02/2026"), ("hôm nào", "Hãy ghi ngày áp dụng cuối cùng")):
        refused = act(staff, rule, "end", last_day=day)
        assert refused.status_code == 422 and why in said(refused)
    assert "thôi áp dụng sau ngày 31/12/2026" in said(act(staff, rule, "end", last_day="31/12/2026"))
    assert "Đã có ngày cuối" not in said(act(staff, rule, "end", last_day="30/11/2026"))  # earlier, not yet past
    rule.refresh_from_db()
    assert rule.valid_to == date(2026, 11, 30)
    assert [event.act for event in rule.events.order_by("pk")] == ["drafted", "published", "ended", "ended"]
    begun = staff.get(reverse("criteria:rule_add"), {"tu": rule.pk}).context["form"]
    assert begun["valid_from"].value() == date(2026, 12, 1) and begun["programme"].value() == "safety"
    answer = staff.post(reverse("criteria:rule_add"), typed(valid_from="01/12/2026", name="Quy tắc kế tiếp"))
    follows = StreakRule.objects.get(name="Quy tắc kế tiếp")
    assert answer.status_code == 302 and follows.code == "24-LT-2" and rules.rule_lacks(follows) == []


def test_the_years_that_are_past_stay_counted_by_their_rule(staff, document):
    rule = drafted(staff)
    StreakRule.objects.filter(pk=rule.pk).update(status=SetStatus.PUBLISHED, valid_from=date(2020, 1, 1))
    with pytest.raises(Refused, match="Các năm đến 2025 đã được tính theo"):
        rules.end_rule(rule, last_day=date(2025, 12, 30), by=staff.user)
    assert rules.end_rule(rule, last_day=date(2025, 12, 31), by=staff.user).valid_to == date(2025, 12, 31)
    with pytest.raises(Refused, match="đã có ngày cuối cùng là 31/12/2025"):
        rules.end_rule(rule, last_day=date(2026, 12, 31), by=staff.user)


def test_a_draft_is_corrected_with_its_log_and_a_published_rule_never(staff, document):
    rule = drafted(staff)
    url, seen = reverse("criteria:rule_edit", args=[rule.pk]), digest(content_of_rule(rule))
    assert staff.post(url, typed(missing_year="skipped", seen=seen)).status_code == 302
    rule.refresh_from_db()
    assert rule.missing_year == "skipped" and rule.titles.count() == 2
    change = rule.events.first()
    assert (change.act, change.by) == ("changed", staff.user)
    assert "Năm không có hồ sơ: Làm đứt chuỗi năm liên tục → Bỏ qua, không làm đứt chuỗi" in change.what
    stale = staff.post(url, typed(name="Bản cũ", seen=seen))
    assert stale.status_code == 422 and "vừa được người khác sửa" in said(stale) and "Bản cũ" in said(stale)
    StreakRule.objects.filter(pk=rule.pk).update(status=SetStatus.PUBLISHED)
    with pytest.raises(Refused, match="đã ban hành nên không sửa"):
        rules.draft_rule(rule, content_of_rule(rule), province_code="24", seen=seen, by=staff.user)
    with pytest.raises(Refused, match="đã ban hành nên không sửa"):
        rules.drop_rule(rule, seen=seen, by=staff.user)


def test_what_keeps_a_rule_from_being_published_is_listed(staff, document):
    LegalDocument.objects.filter(pk=document.pk).update(scan_sha256="", issued_on=None)
    first = drafted(staff)
    StreakRule.objects.filter(pk=first.pk).update(status=SetStatus.PUBLISHED)
    staff.post(reverse("criteria:rule_add"), typed(name="Thứ hai", confidence="N"))
    rule = StreakRule.objects.get(name="Thứ hai")
    refused = act(staff, rule, "publish")
    assert refused.status_code == 422
    for lack in (
        "văn bản 12/QĐ-UBND chưa có ngày ban hành",
        "văn bản 12/QĐ-UBND chưa đính kèm bản đã ký",
        "còn chỗ chưa đọc được trong văn bản",
        "quy tắc “Khu dân cư an toàn nhiều năm” (24-LT-1) của cùng loại đơn vị còn áp dụng và chưa có ngày cuối",
    ):
        assert lack in said(refused)
    assert StreakRule.objects.get(pk=rule.pk).status == SetStatus.DRAFT
    assert "Đã bỏ bản thảo" in said(act(staff, rule, "drop")) and not StreakRule.objects.filter(pk=rule.pk).exists()


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"moc-0-years": "5"}, "Hai mốc cùng một số năm liên tục."),
        ({f"moc-{n}-{name}": "" for n in (0, 1) for name in ("years", "level", "title", "article")}, "ít nhất một mốc"),
        ({"moc-0-title": ""}, "moc-0-title"),
        ({"valid_to": "01/01/2026"}, "Ngày cuối cùng đứng trước ngày có hiệu lực 01/02/2026."),
        ({"counts": ["khong-co"]}, "khong-co"),
        ({"valid_from": "mai"}, "ngày"),
        ({"moc-TOTAL_FORMS": "x"}, "moc"),
        ({"moc-TOTAL_FORMS": "99999"}, "moc"),
    ],
)
def test_a_bad_form_gives_back_what_was_typed_and_keeps_nothing(staff, document, changes, why):
    refused = staff.post(reverse("criteria:rule_add"), typed(**changes))
    assert refused.status_code == 422 and why in said(refused)
    assert "Khu dân cư an toàn nhiều năm" in said(refused)
    assert not StreakRule.objects.filter(province_code="24").exists()


def test_the_country_s_rule_is_shown_as_law_and_is_nobody_s_to_change(staff, document):
    drafted(staff)
    law = StreakRule.objects.get(code="DA375")
    StreakRule.objects.filter(pk=law.pk).update(province_code="")
    page = said(staff.get(reverse("criteria:rules")))
    assert "Luật, cả nước" in page and law.name in page and "24-LT-1" not in page.split("Không xét khen thưởng")[0]
    detail = said(staff.get(reverse("criteria:rule", args=[law.pk])))
    assert "tỉnh không sửa được" in detail and "Cho thôi áp dụng" not in detail
    assert act(staff, law, "end", last_day="31/12/2026").status_code == 404
    law.refresh_from_db()
    with pytest.raises(Refused, match="chỉ đi theo gói của hệ thống"):
        rules.end_rule(law, last_day=date(2026, 12, 31), by=staff.user)
    with pytest.raises(Refused, match="chỉ đi theo gói của hệ thống"):
        rules.draft_rule(law, content_of_rule(law), province_code="24", seen="", by=staff.user)


def test_a_draft_is_read_by_those_who_write_it_alone(client, staff, document, province):
    rule = drafted(staff)
    client.force_login(make_user(Role.INSPECTOR, province))
    assert client.get(reverse("criteria:rule", args=[rule.pk])).status_code == 404
    assert rule.name not in said(client.get(reverse("criteria:rules")))
    StreakRule.objects.filter(pk=rule.pk).update(status=SetStatus.PUBLISHED)
    assert rule.name in said(client.get(reverse("criteria:rules")))


@pytest.mark.parametrize("form", ["yaml", "xlsx"])
def test_the_page_s_file_holds_the_province_s_rules_and_nobody_else_s(staff, document, province, form, tmp_path):
    rule = drafted(staff)
    AwardBar.objects.create(province=province, bar="unmet", programme=rule.programme, first_year=2026, ground="Đề án 1")
    other = make_province("Tỉnh khác", "38")
    AwardBar.objects.create(province=other, bar="unmet", programme=rule.programme, first_year=2026, ground="Đề án 2")
    path = tmp_path / f"quy-tac.{form}"
    path.write_bytes(staff.get(reverse("criteria:rule_export", args=[form])).content)
    back = read_packs([source_of(path, path.name)], known())
    assert list(back.streaks) == [content_of_rule(rule)]
    assert [bar["ground"] for bar in back.bars] == ["Đề án 1"]
    assert staff.get(reverse("criteria:rule_export", args=["pdf"])).status_code == 404


def test_a_title_is_dropped_by_emptying_its_row_and_the_others_keep_their_confidence(staff, document):
    rule = drafted(staff)
    rule.titles.filter(years=5).update(confidence="I")
    url, seen = reverse("criteria:rule_edit", args=[rule.pk]), digest(content_of_rule(rule))
    emptied = {f"moc-0-{name}": "" for name in FIELDS} | {"moc-INITIAL_FORMS": "2", "moc-TOTAL_FORMS": "5"}
    assert staff.post(url, typed(seen=seen, **emptied)).status_code == 302
    assert list(rule.titles.values_list("years", "confidence")) == [(5, "I")]


def test_the_form_says_whose_rule_it_is_and_lets_another_province_be_chosen(staff, document, province):
    page = said(staff.get(reverse("criteria:rule_add")))
    assert "Quy tắc của Tỉnh Bắc Giang." in page and "Chuyển tỉnh" not in page
    assert 'name="leave" value="1" formnovalidate>Thêm văn bản</button>' in page
    titles = page[page.index("Các mốc:") :]
    assert "Số năm liên tục" in titles and 'class="required"' not in titles and 'class="required"' in page
    far = make_province("Tỉnh Yên Bái", "15")
    staff.user.placements.create(unit=far, role=Role.STAFF, valid_from=date(2020, 1, 1))
    assert "Chuyển tỉnh" in said(staff.get(reverse("criteria:rule_add")))
    here = reverse("criteria:rule_add")
    told = said(staff.post(reverse("units:province_at_hand"), {"province": far.pk, "next": here}, follow=True))
    assert "Quy tắc của Tỉnh Yên Bái." in told


PAPER = {
    "number": "15/QĐ-UBND",
    "cite": "QĐ 15/2026",
    "title": "Sửa quy định",
    "issuer": "Uỷ ban nhân dân tỉnh",
    "issued_on": "05/03/2026",
}


def added_and_back(staff, left):
    """The form as it is found again after a document was added on the page it was left for."""
    assert left.status_code == 302 and left.url.startswith(reverse("criteria:document_add"))
    again = staff.post(left.url, PAPER | {"issuer": ""})  # a fault there loses nothing
    assert again.status_code == 422
    made = staff.post(left.url, PAPER)
    assert made.status_code == 302, said(made)
    return staff.get(made.url), LegalDocument.objects.get(number="15/QĐ-UBND")


def test_a_document_is_added_from_a_rule_s_form_and_what_was_typed_stays(staff, document):
    address = reverse("criteria:rule_add")
    left = staff.post(address, typed(leave="1", name="Đang gõ dở", statement="", valid_from="sai", document=""))
    back, made = added_and_back(staff, left)
    assert (back.status_code, back.wsgi_request.path) == (200, address)
    form, page = back.context["form"], said(back)
    assert [form[name].value() for name in ("name", "valid_from", "document")] == ["Đang gõ dở", "sai", made.code]
    assert [one["title"].value() for one in back.context["titles"]][:2] == ["Ba năm liền", "Năm năm liền"]
    assert form["counts"].value() == ["safety", "grading"]
    assert 'value="Đang gõ dở"' in page and "errorlist" not in page  # nothing was sent yet, so no fault is found
    assert not StreakRule.objects.filter(province_code="24").exists()
    plain = staff.get(address).context["form"]  # the control: opened by itself it is empty
    assert not plain["name"].value()
    assert staff.post(made_url := back.wsgi_request.get_full_path(), typed(statement="")).status_code == 422
    assert staff.post(made_url, typed(document=made.code)).status_code == 302
    assert StreakRule.objects.get(province_code="24").document == made


def test_a_form_left_is_its_writer_s_alone_and_a_document_added_by_itself_goes_to_the_list(staff, document, client):
    left = staff.post(reverse("criteria:rule_add"), typed(leave="1", name="Đang gõ dở"))
    back, _ = added_and_back(staff, left)
    found = back.wsgi_request.get_full_path()
    assert staff.post(reverse("criteria:document_add"), PAPER | {"number": "16/QĐ-UBND", "cite": "QĐ 16/2026"}).url == (
        reverse("criteria:documents")
    )
    client.force_login(make_user(Role.STAFF, Unit.objects.get(code="24")))
    client.session.flush()
    client.force_login(make_user(Role.STAFF, Unit.objects.get(code="24")))
    assert not client.get(found).context["form"]["name"].value()


def test_a_document_is_added_from_a_bar_s_and_a_set_s_form_too(staff, document):
    of_bar = {"bar": "weakest", "programme": "", "first_year": "2026", "last_year": "", "ground": "Đề án đang gõ"}
    back, made = added_and_back(staff, staff.post(reverse("evaluations:award_bars"), of_bar | {"leave": "1"}))
    form = back.context["form"]
    assert [form[name].value() for name in ("ground", "document")] == ["Đề án đang gõ", str(made.pk)]
    LegalDocument.objects.filter(pk=made.pk).delete()
    left = staff.post(reverse("criteria:create"), {"leave": "1", "name": "Bộ đang gõ", "unit_kinds": ["school"]})
    back, made = added_and_back(staff, left)
    form = back.context["form"]
    assert [form[name].value() for name in ("name", "document", "unit_kinds")] == [
        "Bộ đang gõ",
        str(made.pk),
        ["school"],
    ]


def test_years_a_rule_does_not_count_are_not_offered_and_told_when_asked(client):
    tree = make_tree()
    rule = make_rule(valid_from=date(2024, 1, 5))
    for year in (2022, 2023, 2024):
        record(tree.communes[0], year, {tree.areas[0]: RECOGNISED})
    client.force_login(make_user(Role.STAFF, tree.province))
    page = client.get(reverse("evaluations:streak_list"), {"rule": rule.pk, "year": 2023})
    assert [one for one, _ in page.context["form"].fields["year"].choices if one] == [2024]
    assert "có hiệu lực từ 05/01/2024 nên không tính đến năm 2023" in said(page)
    assert "Trang này tính đến năm 2024." in said(page)
    page = client.get(reverse("evaluations:streak_list"), {"rule": rule.pk, "year": 2024})
    assert "không tính đến năm" not in said(page) and page.context["rows"][0].standing.streak == 3


def test_bars_leave_where_there_is_no_rule_of_years_running(staff, document, province):
    bar = {"bar": "unmet", "programme": Programme.objects.first(), "first_year": 2026, "ground": "Đề án"}
    AwardBar.objects.create(province=province, status="published", **bar)
    Quota.objects.all().delete()
    StreakRule.objects.all().delete()
    page = staff.get(reverse("criteria:rules"))
    assert not page.context["rules"]
    links = re.findall(r'href="(\?[^"]*dang=[^"]*)"', page.content.decode())
    assert links == ["?phan=khen-thuong&amp;dang=xlsx", "?phan=khen-thuong&amp;dang=csv"]


def test_the_rules_leave_as_they_are_read_with_the_bars_and_quotas_behind_them(client, staff, document, province):
    rule = drafted(staff)
    AwardBar.objects.create(
        province=province, bar="unmet", programme=rule.programme, first_year=2026, ground="Đề án 1", status="published"
    )
    address = reverse("criteria:rules")
    assert "?dang=xlsx" in said(staff.get(address))
    book = load_workbook(io.BytesIO(staff.get(address, {"dang": "xlsx"}).content))
    assert book.sheetnames == ["Quy tắc năm liên tục", "Không xét khen thưởng", "Chỉ tiêu lựa chọn"]
    rules_page, bars_page, quotas_page = (list(page.iter_rows(values_only=True)) for page in book)
    own = dict(zip(rules_page[0], next(row for row in rules_page if row[0] == rule.name), strict=True))
    assert "3 năm liền được công nhận → được đề nghị cấp huyện công nhận “Ba năm liền”." in own["Đọc là"]
    assert (own["Từ ngày"].date(), own["Của"], own["Tình trạng"]) == (date(2026, 2, 1), province.name, "Bản thảo")
    assert [row[4] for row in bars_page[1:]] == ["Đề án 1"]
    assert quotas_page[0][:2] == ("Chỉ tiêu", "Bộ tiêu chí")
    for part, heading, cell in (("khen-thuong", "Không xét khi", "Đề án 1"), ("chi-tieu", "Chỉ tiêu", "")):
        told = staff.get(address, {"dang": "csv", "phan": part}).content.decode("utf-8-sig")
        assert told.startswith(f"{heading},") and cell in told
    client.force_login(make_user(Role.INSPECTOR, province))
    assert rule.name not in client.get(address, {"dang": "csv"}).content.decode()  # a draft is its writers' alone
