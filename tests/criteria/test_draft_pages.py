"""Writing a set in the browser: from a copy to its publishing, and what is refused on the way."""

import html

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from criteria.forms import PART_FORMS
from criteria.forms.sets import RouteForm
from criteria.models import CriteriaSet, LegalDocument
from criteria.packs.content import content_of, digest
from tests.evaluations.factories import make_paper
from tests.units.factories import make_province, make_user
from units.enums import Role

pytestmark = pytest.mark.django_db
LINE = {
    "code": "N",
    "number": "3",
    "label": "Việc mới",
    "article": "Điều 3",
    "measure": "must",
    "confidence": "T",
    "parent": "",
}
DOCUMENT = {"number": "15/QĐ-UBND", "cite": "QĐ 15/2030", "title": "Bộ tiêu chí", "issuer": "Uỷ ban nhân dân tỉnh"}


@pytest.fixture(autouse=True)
def files(settings, tmp_path):
    settings.FILES_DIR = tmp_path / "files"


@pytest.fixture
def staff(client):
    user = make_user(Role.STAFF, make_province("Tỉnh Bắc Giang", "24"))
    client.force_login(user)
    return client


@pytest.fixture
def own(draft) -> CriteriaSet:
    CriteriaSet.objects.filter(pk=draft.pk).update(province_code="24")
    draft.refresh_from_db()
    return draft


def url(name: str, *args) -> str:
    return reverse(f"criteria:{name}", args=args)


def seen(criteria_set: CriteriaSet) -> dict:
    return {"seen": digest(content_of(CriteriaSet.objects.get(pk=criteria_set.pk)))}


def shown(staff, address: str) -> dict:
    """The hash the page carries in its form."""
    page = staff.get(address)
    return {"seen": page.context["form"].initial["seen"] if "form" in page.context else page.context["seen"]}


def said(response) -> str:
    return " ".join(html.unescape(response.content.decode()).split())


def test_a_national_set_is_copied_written_and_published_by_its_province(staff, sets):
    base = sets["TT124-KDC"]
    data = {"way": "overlay", "code": "BG-KDC", "name": "Bộ bổ sung của tỉnh", "first_year": "2031"}
    made = staff.post(f"{url('create')}?tu={base.pk}", data)
    own = CriteriaSet.objects.get(code="BG-KDC")
    assert made.url == url("edit", own.pk)
    staff.post(url("part_add", own.pk, "criteria"), LINE | seen(own))
    page = said(staff.get(url("publish", own.pk)))
    assert "chưa đính kèm bản đã ký" in page
    assert staff.post(url("publish", own.pk)).status_code == 422

    scan = SimpleUploadedFile("qd15.pdf", make_paper("Quyết định").read(), "application/pdf")
    staff.post(url("document_add"), DOCUMENT | {"issued_on": "2030-12-01", "in_force_on": "2031-01-01", "scan": scan})
    document = LegalDocument.objects.get(number="15/QĐ-UBND")
    assert (document.province_code, bool(document.scan_sha256)) == ("24", True)
    header = staff.get(url("part_add", own.pk, "header")).context["form"]
    data = {name: value for name, value in header.initial.items() if value not in (None, False)}
    staff.post(url("part_add", own.pk, "header"), data | seen(own) | {"document": document.code})
    sent = shown(staff, url("publish", own.pk))
    refused = staff.post(url("publish", own.pk), sent | {"password": "khac"})
    assert refused.status_code == 422 and "Mật khẩu không đúng" in said(refused)
    response = staff.post(url("publish", own.pk), sent | {"password": "mat-khau"})
    assert response.status_code == 302, said(response)
    own.refresh_from_db()
    assert (own.status, own.document, own.criteria.count()) == ("published", document, 22)
    assert staff.get(url("edit", own.pk)).status_code == 404
    assert b"%PDF" in b"".join(staff.get(url("document_file", document.pk)).streaming_content)
    staff.post(url("act", own.pk), {"action": "retire"})
    own.refresh_from_db()
    assert own.status == "retired"


def test_a_document_that_a_published_set_rests_on_is_only_completed(staff, own):
    document = own.document
    LegalDocument.objects.filter(pk=document.pk).update(province_code="24")
    CriteriaSet.objects.filter(pk=own.pk).update(status="published")
    facts = {"number": document.number, "cite": document.cite, "title": document.title, "issuer": document.issuer}
    edit = url("document_edit", document.pk)
    staff.post(edit, facts | {"issued_on": "2030-01-05"} | shown(staff, edit))
    document.refresh_from_db()
    assert str(document.issued_on) == "2030-01-05"
    for change in ({"title": "Khác"}, {"issued_on": "2030-01-06"}, {"number": ""}):
        again = staff.post(edit, facts | {"issued_on": "2030-01-05"} | shown(staff, edit) | change)
        assert again.status_code == 422 and "vừa được" not in said(again)
    document.refresh_from_db()
    assert (document.title, str(document.issued_on)) == ("Thông tư thử", "2030-01-05")


@pytest.mark.parametrize("data", [b"no pdf", b"%PDF-1.4 cut", b""])
def test_a_scan_that_is_no_sound_pdf_is_refused_and_nothing_is_kept(staff, db, data):
    response = staff.post(url("document_add"), DOCUMENT | {"scan": SimpleUploadedFile("x.pdf", data)})
    assert response.status_code == 422
    assert 'value="15/QĐ-UBND"' in said(response)
    assert not LegalDocument.objects.exists()


def test_a_draft_changed_meanwhile_gives_back_what_was_typed(staff, own):
    before = seen(own)
    staff.post(url("part_add", own.pk, "criteria"), LINE | before)
    late = staff.post(url("part_edit", own.pk, "criteria", 0), LINE | before | {"code": "M", "label": "Gõ dở dang"})
    assert late.status_code == 422
    assert "vừa được" in said(late)
    assert "Gõ dở dang" in said(late)
    assert not own.criteria.filter(code="M").exists()


JUNK = ["", "x", "-1", "99999999999999999999", "1e5", "NaN", "\0", "Ạ" * 500, "=1+1", "31/02/2030", "\n\n"]


@pytest.mark.parametrize("part", [*PART_FORMS, "header"])
def test_junk_is_told_and_the_draft_still_opens(staff, own, part):
    form = staff.get(url("part_add", own.pk, part)).context["form"]
    names = [name for name in form.fields if name != "seen"]
    good = {one: value for one, value in form.initial.items() if value not in (None, False, [])} | LINE
    token = seen(own)
    lines = [dict.fromkeys(names, junk) for junk in JUNK]
    lines += [good | {name: junk} for name in names for junk in JUNK]
    for line in lines:
        response = staff.post(url("part_add", own.pk, part), line | token)
        assert response.status_code in (302, 422), (part, line)
        if response.status_code == 302:
            token = seen(own)
    for page in (url("edit", own.pk), url("detail", own.pk), url("publish", own.pk)):
        assert staff.get(page).status_code == 200
    assert staff.get(reverse("evaluations:preview", args=[own.pk])).status_code == 200


def test_a_line_half_written_does_not_close_the_draft(staff, own):
    """A threshold without its comparison is a lack to be told, not a page that fails."""
    half = LINE | {"measure": "percent", "threshold": "70", "comparison": ""}
    assert staff.post(url("part_add", own.pk, "criteria"), half | seen(own)).status_code == 302
    page = said(staff.get(url("edit", own.pk)))
    assert "có mức phải đạt thì phải nói cách so sánh" in page


def test_a_decimal_comma_is_read(staff, own):
    half = LINE | {"measure": "percent", "threshold": "66,67", "comparison": "at_least"}
    staff.post(url("part_add", own.pk, "criteria"), half | seen(own))
    assert str(own.criteria.get(code="N").threshold) == "66.67"
    place = own.criteria.count() - 1
    assert 'value="66,67"' in said(staff.get(url("part_edit", own.pk, "criteria", place)))


def test_lines_are_moved_and_dropped_by_buttons(staff, own):
    staff.post(url("part_act", own.pk, "criteria", 3), seen(own) | {"action": "up"})
    assert list(own.criteria.order_by("order").values_list("code", flat=True)) == ["C", "G", "A", "B"]
    staff.post(url("part_act", own.pk, "criteria", 1), seen(own) | {"action": "drop"})
    assert list(own.criteria.values_list("code", flat=True)) == ["C"]
    stale = {"seen": "0" * 64, "action": "drop"}
    assert "vừa được" in said(staff.post(url("part_act", own.pk, "criteria", 0), stale, follow=True))
    assert own.criteria.exists()


@pytest.mark.parametrize("query", ["", "?tu=1&den=2", "?tu=x&den=y", "?tu=9999999999999999999999&den=1", "?tu=&den="])
def test_two_sets_to_compare_that_are_not_there(staff, query):
    assert staff.get(url("compare") + query).status_code in (200, 404)


def test_two_versions_side_by_side_and_one_kind_of_change(staff, sets):
    new = CriteriaSet.objects.get(code="TT124-KDC", version=2)
    both = {"tu": sets["TT124-KDC"].pk, "den": new.pk}
    response = staff.get(url("compare"), both)
    assert ("same", "Giữ nguyên", 17) in response.context["counts"]
    assert staff.get(url("compare"), both | {"loai": "changed"}).context["pairs"] == []


def test_a_pack_with_faults_lists_them_and_one_without_is_loaded_after_a_yes(staff, own):
    text = "sets: 5"
    bad = staff.post(url("import"), {"file": SimpleUploadedFile("bo.yaml", text.encode())})
    assert bad.status_code == 422
    assert "bo.yaml" in said(bad)
    data = staff.get(url("export", own.pk, "yaml")).content.replace(b"code: TRIAL", b"code: MOI")
    data = data.replace(b"first_year: 2030", b"first_year: 2050").replace(b"programme: trial", b"programme: moi")
    data = data.replace(b"- code: trial", b"- code: moi")
    twin = staff.post(url("import"), {"file": SimpleUploadedFile("bo.yaml", data)}, follow=True)
    assert "Chương trình “Chương trình thử” đã có với mã “trial”" in said(twin)
    data = data.replace("Chương trình thử".encode(), "Chương trình mới".encode())
    checked = staff.post(url("import"), {"file": SimpleUploadedFile("bo.yaml", data)})
    assert checked.status_code == 302, said(checked)
    assert "MOI phiên bản 1" in said(staff.get(checked.url))
    assert not CriteriaSet.objects.filter(code="MOI").exists()
    staff.post(checked.url, shown(staff, checked.url))
    assert CriteriaSet.objects.get(code="MOI").province_code == "24"


def test_days_are_shown_and_read_as_people_write_them(staff, own):
    form = staff.get(url("part_add", own.pk, "header")).context["form"]
    assert (form["window_from"].value(), form["window_to"].value()) == ("01/11", "31/10")
    data = {name: value for name, value in form.initial.items() if value not in (None, False)}
    staff.post(url("part_add", own.pk, "header"), data | seen(own) | {"window_from": "16/11"})
    own.refresh_from_db()
    assert (own.window_from, own.window_to) == ("11-16", "10-31")
    wrong = staff.post(url("part_add", own.pk, "header"), data | seen(own) | {"window_from": "11-16"})
    assert "Hãy ghi ngày/tháng, ví dụ 16/11." in said(wrong)
    page = said(staff.get(url("part_edit", own.pk, "routes", 0)))
    assert 'value="01/01/2030"' in page
    row = staff.get(url("part_edit", own.pk, "routes", 0)).context["form"].initial
    data = {name: value for name, value in row.items() if value}
    staff.post(url("part_edit", own.pk, "routes", 0), data | seen(own) | {"valid_from": "05/02/2030"})
    assert str(own.routes.get().valid_from) == "2030-02-05"


@pytest.mark.parametrize(
    ("typed", "day"), [("hết 31/03, Điều 9", (31, 3, True)), ("trước ngày 15/11", (15, 11, False)), ("hết ٣١/٠٣", None)]
)
def test_a_last_day_is_read_as_the_pages_write_it(typed, day):
    form = RouteForm({"deadlines": f"Công nhận: {typed}"}, content={"unit_kinds": ["commune"]})
    form.is_valid()
    assert ("deadlines" in form.errors) == (day is None)
    read = form.cleaned_data.get("deadlines", [])
    assert [(one["day"], one["month"], one["inclusive"]) for one in read] == ([day] if day else [])
