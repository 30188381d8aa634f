"""Drafts in the browser: begun, written, reordered, published with the signed document."""

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from criteria import services
from criteria.enums import SetStatus
from criteria.forms import PART_FORMS
from criteria.models import CriteriaSet, LegalDocument, Programme
from criteria.packs import writing
from criteria.packs.content import PARTS, content_of, digest
from criteria.services import documents, drafts
from portal.core.errors import Refused
from tests.criteria.factories import load_packs
from tests.evaluations.factories import make_paper
from tests.units.factories import make_province, make_user
from units.enums import Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def province():
    return make_province(code="24")


@pytest.fixture
def staff(province):
    return make_user(Role.STAFF, province)


@pytest.fixture
def page(staff):
    client = Client()
    client.force_login(staff, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def own(draft, province):
    """The small draft, made the province's own."""
    draft.province_code = province.code
    draft.save()
    return draft


def seen(criteria_set) -> str:
    return digest(content_of(criteria_set))


def codes(criteria_set) -> list[str]:
    return list(criteria_set.criteria.order_by("order").values_list("code", flat=True))


def edit(criteria_set, change, by, token=None):
    return drafts.edit(criteria_set, change, seen=token or seen(criteria_set), by=by)


# --- the door ----------------------------------------------------------------------------------------------------


def test_groups_move_with_what_is_in_them(own, staff):
    assert codes(own) == ["G", "A", "B", "C"]
    edit(own, drafts.move(3, "up"), staff)
    assert codes(own) == ["C", "G", "A", "B"]
    edit(own, drafts.move(2, "down"), staff)
    assert codes(own) == ["C", "G", "B", "A"]
    edit(own, drafts.move(1, "up"), staff)
    assert codes(own) == ["G", "B", "A", "C"]
    edit(own, drafts.move(0, "up"), staff)  # the first stays the first
    assert codes(own) == ["G", "B", "A", "C"]
    assert list(own.criteria.order_by("order").values_list("order", flat=True)) == [1, 2, 3, 4]


def test_a_criterion_keeps_its_row_when_its_code_stays(own, staff):
    before = own.criteria.get(code="A").pk
    row = {**content_of(own)["criteria"][1], "label": "Việc A, viết lại"}
    edit(own, drafts.put("criteria", row, 1), staff)
    kept = own.criteria.get(code="A")
    assert (kept.pk, kept.label) == (before, "Việc A, viết lại")


def test_renaming_a_group_takes_its_lines_along_and_dropping_it_drops_them(own, staff):
    row = {**content_of(own)["criteria"][0], "code": "NHOM"}
    edit(own, drafts.put("criteria", row, 0), staff)
    assert {one.parent.code for one in own.criteria.filter(code__in="AB")} == {"NHOM"}
    edit(own, drafts.drop("criteria", 0), staff)
    assert codes(own) == ["C"]


def test_moving_into_another_group(own, staff):
    row = {**content_of(own)["criteria"][3], "parent": "G"}
    edit(own, drafts.put("criteria", row, 3), staff)
    assert codes(own) == ["G", "A", "B", "C"]
    assert own.criteria.get(code="C").parent.code == "G"
    row = {**content_of(own)["criteria"][1], "parent": "C"}
    with pytest.raises(Refused, match="Chỉ nhóm tiêu chí mới có tiêu chí bên trong"):
        edit(own, drafts.put("criteria", row, 1), staff)


def test_one_code_twice_is_refused_and_nothing_is_kept(own, staff):
    row = {**content_of(own)["criteria"][3], "code": "a"}
    with pytest.raises(Refused, match="Mã a trùng với A"):
        edit(own, drafts.put("criteria", row, None), staff)
    assert codes(own) == ["G", "A", "B", "C"]


def test_nobody_overwrites_what_they_have_not_seen(own, staff, province):
    token = seen(own)
    edit(own, drafts.header({"name": "Tên của người trước"}), make_user(Role.ADMIN, province), token)
    with pytest.raises(Refused, match="vừa được người khác sửa"):
        edit(own, drafts.header({"name": "Tên của người sau"}), staff, token)
    own.refresh_from_db()
    assert own.name == "Tên của người trước"
    edit(own, drafts.header({"name": "Tên của người sau"}), staff)  # the control: seen again, it goes
    own.refresh_from_db()
    assert own.name == "Tên của người sau"


def test_who_may_write(own, draft):
    for person in (make_user(Role.OFFICER), make_user(Role.STAFF, make_province(code="38"))):
        with pytest.raises(Refused):
            edit(own, drafts.header({"name": "Khác"}), person)
        with pytest.raises(Refused):
            drafts.drop_draft(own, seen=seen(own), by=person)


def test_a_published_set_is_not_edited(own, staff):
    token = seen(own)
    services.publish(own)
    with pytest.raises(Refused, match="không còn là bản thảo"):
        edit(own, drafts.header({"name": "Khác"}), staff, token)
    with pytest.raises(Refused):
        drafts.drop_draft(own, seen=seen(own), by=staff)
    services.retire(own, by=staff)
    own.refresh_from_db()
    assert own.status == SetStatus.RETIRED


# --- copies, versions, overlays ----------------------------------------------------------------------------------


def test_a_copy_a_next_version_and_who_takes_over(staff, province):
    sets = load_packs()
    copied = drafts.new_draft(
        drafts.copy_of(
            sets["QD510-XA"] if "QD510-XA" in sets else sets["TT23-XA"],
            code="BG-XA",
            name="Bộ của tỉnh",
            first_year=2030,
            province_code=province.code,
        ),
        by=staff,
    )
    assert (copied.status, copied.province_code, copied.version) == (SetStatus.DRAFT, province.code, 1)
    after = drafts.new_draft(drafts.next_version(copied, name="Bộ của tỉnh", first_year=2032), by=staff)
    assert (after.code, after.version, after.first_year) == ("BG-XA", 2, 2032)
    with pytest.raises(Refused, match="đã có"):
        drafts.new_draft(
            drafts.copy_of(copied, code="bg-xa", name="x", first_year=2031, province_code=province.code), by=staff
        )
    with pytest.raises(Refused):
        drafts.new_draft(drafts.copy_of(copied, code="KHAC", name="x", first_year=2031, province_code="38"), by=staff)


def test_an_overlay_adds_and_alters_nothing_of_its_base(staff, province):
    base = load_packs()["TT124-KDC"]
    made = drafts.new_draft(
        drafts.overlay_of(base, code="BG-KDC", name="Bổ sung", first_year=2030, province_code=province.code), by=staff
    )
    lines = made.criteria.count()
    assert (made.base, lines) == (base, base.criteria.count())
    added = {**content_of(made)["criteria"][-1], "code": "BG-KDC-1", "number": "6", "label": "Có camera an ninh"}
    edit(made, drafts.put("criteria", added, None), staff)
    assert made.criteria.count() == lines + 1
    first = next(at for at, row in enumerate(content_of(made)["criteria"]) if row["code"] == "TT124-KDC-2")
    altered = {**content_of(made)["criteria"][first], "label": "Nhẹ hơn"}
    for change in (drafts.put("criteria", altered, first), drafts.drop("criteria", first)):
        with pytest.raises(Refused, match="là của bộ gốc"):
            edit(made, change, staff)
    assert services.lacks(made, content_of(made), with_papers=False) == []
    services.publish(made)
    made.refresh_from_db()
    assert made.status == SetStatus.PUBLISHED


# --- the pages ---------------------------------------------------------------------------------------------------


def test_a_set_is_written_and_published_on_the_pages(page, province):
    made = page.post(
        reverse("criteria:document_add"),
        {"number": "12/QĐ-UBND", "cite": "QĐ 12/2030", "title": "Về bộ tiêu chí", "issuer": "Uỷ ban nhân dân tỉnh"},
    )
    assert made.status_code == 302
    document = LegalDocument.objects.get(number="12/QĐ-UBND")
    page.post(reverse("criteria:programme_add"), {"code": "thu", "name": "Chương trình thử", "title": "Đạt chuẩn thử"})
    answer = page.post(
        reverse("criteria:create"),
        {
            "way": "empty",
            "code": "BG-THU",
            "name": "Bộ thử của tỉnh",
            "first_year": 2030,
            "programme": Programme.objects.get(code="thu").pk,
            "document": document.pk,
            "unit_kinds": ["residential_area"],
        },
    )
    one = CriteriaSet.objects.get(code="BG-THU")
    assert answer.url == reverse("criteria:edit", args=[one.pk])
    body = page.get(answer.url).content.decode()
    assert "bộ chưa có tiêu chí nào" in body
    assert "chưa đính kèm bản đã ký" in body
    add = reverse("criteria:part_add", args=[one.pk, "criteria"])
    line = {"code": "BG-THU-1", "number": "1", "label": "Có đăng ký", "article": "Điều 1", "measure": "must"}
    assert page.post(add, line | {"confidence": "T", "seen": seen(one)}).status_code == 302
    route = {
        "kind": "residential_area",
        **dict.fromkeys(("managed_at", "enter_level", "appraise_level", "decide_level"), "commune"),
        "authority": "Chủ tịch Uỷ ban nhân dân cấp xã",
        "article": "Điều 2",
        "confidence": "T",
        "valid_from": "2030-01-01",
        "deadlines": "Công nhận: trước ngày 15/11, Điều 2\nĐăng ký: hết ngày 31/03, Điều 2",
        "seen": seen(one),
    }
    assert page.post(reverse("criteria:part_add", args=[one.pk, "routes"]), route).status_code == 302
    kept = {row.step: (row.day, row.month, row.inclusive) for row in one.routes.get().deadlines.all()}
    assert kept == {"decide": (15, 11, False), "register": (31, 3, True)}
    publish = reverse("criteria:publish", args=[one.pk])
    refused = page.post(publish, AGAIN)
    assert refused.status_code == 422
    assert "chưa có ngày ban hành" in refused.content.decode()
    facts = {"number": "12/QĐ-UBND", "cite": "QĐ 12/2030", "title": "Về bộ tiêu chí", "issuer": "Uỷ ban nhân dân tỉnh"}
    edit = reverse("criteria:document_edit", args=[document.pk])

    def shown() -> dict:
        return {"seen": page.get(edit).context["form"].initial["seen"]}

    page.post(edit, facts | {"issued_on": "2030-01-05", "scan": make_paper("Bản ký", "ban-ky.pdf")} | shown())
    assert page.post(publish, AGAIN | {"seen": page.get(publish).context["seen"]}).url == reverse(
        "criteria:detail", args=[one.pk]
    )
    one.refresh_from_db()
    assert one.status == SetStatus.PUBLISHED
    assert page.get(reverse("criteria:document_file", args=[document.pk])).headers["Content-Type"] == "application/pdf"
    assert page.get(reverse("criteria:edit", args=[one.pk])).status_code == 404
    for name in ("issued_on", "title"):
        other = {name: {"issued_on": "2031-01-01", "title": "Khác"}[name]}
        wrong = page.post(edit, facts | {"issued_on": "2030-01-05"} | other | shown())
        assert "chỉ bổ sung chỗ còn trống" in wrong.content.decode()


@pytest.fixture
def second(province):
    """A colleague's browser."""
    client = Client()
    client.force_login(make_user(Role.STAFF, province), backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def ready(own, province):
    """The draft with everything that publishing asks for."""
    LegalDocument.objects.filter(pk=own.document_id).update(
        province_code=province.code, issued_on=date(2030, 1, 1), scan_sha256="0" * 64
    )
    return own


AGAIN = {"password": "mat-khau"}
DOCUMENT = {
    "number": "1/2030/TT",
    "cite": "TT 1/2030",
    "title": "Đổi tên",
    "issuer": "Nơi khác",
    "issued_on": "2030-01-01",
}
LINE = {"code": "MOI", "number": "9", "label": "Việc mới", "article": "Điều 9", "measure": "must", "confidence": "T"}


def add_line(client, criteria_set):
    criteria_set.refresh_from_db()
    address = reverse("criteria:part_add", args=[criteria_set.pk, "criteria"])
    assert client.post(address, LINE | {"seen": seen(criteria_set)}).status_code == 302


def change_document(client, criteria_set):
    address = reverse("criteria:document_edit", args=[criteria_set.document_id])
    token = client.get(address).context["form"].initial["seen"]
    assert client.post(address, DOCUMENT | {"seen": token}).status_code == 302


@pytest.mark.parametrize("change", [add_line, change_document])
def test_only_what_was_shown_is_published(page, second, ready, change):
    publish = reverse("criteria:publish", args=[ready.pk])
    token = page.get(publish).context["seen"]
    change(second, ready)
    late = page.post(publish, AGAIN | {"seen": token})
    assert late.status_code == 422
    assert "vừa được người khác sửa. Chưa ban hành gì. Hãy xem lại bản thảo và văn bản" in late.content.decode()
    for nothing in ({}, {"seen": ""}, {"seen": "0" * 64}):
        assert page.post(publish, AGAIN | nothing).status_code == 422
    ready.refresh_from_db()
    assert ready.status == SetStatus.DRAFT
    assert (
        page.post(publish, AGAIN | {"seen": late.context["seen"]}).status_code == 302
    )  # the page shown again is of the new
    ready.refresh_from_db()
    assert ready.status == SetStatus.PUBLISHED


def test_what_nobody_changed_is_published_at_once(page, ready):
    """The control of the test above."""
    publish = reverse("criteria:publish", args=[ready.pk])
    assert page.post(publish, AGAIN | {"seen": page.get(publish).context["seen"]}).status_code == 302


def test_two_who_add_rows_at_once_are_in_nobodys_way(page, second, own):
    """A row changed meanwhile is refused still, also with nothing said of what was seen."""
    address = reverse("criteria:part_add", args=[own.pk, "criteria"])
    assert page.get(address).context["form"].initial["seen"] is None
    add_line(second, own)
    before = len(content_of(own)["criteria"])
    assert page.post(address, LINE | {"code": "MY-LINE", "number": "99", "seen": ""}).status_code == 302
    assert len(content_of(own)["criteria"]) == before + 1
    changing = reverse("criteria:part_edit", args=[own.pk, "criteria", before])
    for old in ("", "0" * 40):
        answer = page.post(changing, LINE | {"code": "MY-LINE", "number": "98", "seen": old})
        assert answer.status_code == 422
    assert content_of(own)["criteria"][before]["number"] == "99"


def test_a_draft_changed_meanwhile_is_not_thrown_away(page, second, own):
    drop = reverse("criteria:act", args=[own.pk])
    token = page.get(reverse("criteria:edit", args=[own.pk])).context["seen"]
    add_line(second, own)
    told = page.post(drop, {"action": "drop", "seen": token}, follow=True).content.decode()
    assert "vừa được người khác sửa. Chưa xoá gì" in told and CriteriaSet.objects.filter(pk=own.pk).exists()
    token = page.get(reverse("criteria:edit", args=[own.pk])).context["seen"]
    page.post(drop, {"action": "drop", "seen": token})
    assert not CriteriaSet.objects.filter(pk=own.pk).exists()


def test_a_document_changed_meanwhile_gives_back_what_was_typed(page, second, ready):
    address = reverse("criteria:document_edit", args=[ready.document_id])
    token = page.get(address).context["form"].initial["seen"]
    change_document(second, ready)
    late = page.post(address, DOCUMENT | {"title": "Tên tôi gõ", "seen": token})
    assert late.status_code == 422
    assert "vừa được người khác sửa" in late.content.decode() and "Tên tôi gõ" in late.content.decode()
    assert LegalDocument.objects.get(pk=ready.document_id).title == "Đổi tên"
    token = page.get(address).context["form"].initial["seen"]
    assert page.post(address, DOCUMENT | {"title": "Tên tôi gõ", "seen": token}).status_code == 302


def test_a_file_writes_over_the_draft_its_preview_was_made_from(page, second, own):
    data = writing.as_yaml(own).replace("Bộ thử", "Bộ từ tệp").encode()
    checked = page.post(reverse("criteria:import"), {"file": SimpleUploadedFile("bo.yaml", data)})
    token = page.get(checked.url).context["seen"]
    add_line(second, own)
    late = page.post(checked.url, {"seen": token})
    assert late.status_code == 422
    assert "Chưa ghi gì" in late.content.decode() and "bỏ tiêu chí MOI" in late.content.decode()
    assert own.criteria.filter(code="MOI").exists()
    assert page.post(checked.url, {"seen": late.context["seen"]}).status_code == 302
    own.refresh_from_db()
    assert own.name == "Bộ từ tệp" and not own.criteria.filter(code="MOI").exists()


def test_a_wrong_row_comes_back_with_what_was_typed(page, own):
    answer = page.post(
        reverse("criteria:part_add", args=[own.pk, "criteria"]),
        {
            "code": "sai mã",
            "number": "9",
            "label": "Chữ đã gõ",
            "article": "Điều 9",
            "measure": "must",
            "seen": seen(own),
        },
    )
    body = answer.content.decode()
    assert answer.status_code == 422
    assert "Mã chưa đúng" in body
    assert "Chữ đã gõ" in body


@pytest.mark.parametrize("typed", ["Công nhận 15/11", "Về đích: trước ngày 15/11", "Công nhận: trước ngày 45"])
def test_a_deadline_that_cannot_be_read_is_told(page, own, typed):
    row = content_of(own)["routes"][0]
    data = {name: row[name] for name in row if name not in ("deadlines", "valid_to")}
    answer = page.post(
        reverse("criteria:part_edit", args=[own.pk, "routes", 0]), data | {"deadlines": typed, "seen": seen(own)}
    )
    assert answer.status_code == 422
    assert "Không hiểu" in answer.content.decode()


def test_a_scan_that_is_no_pdf_is_refused(staff, province):
    facts = dict.fromkeys(documents.FACTS) | {"number": "1", "cite": "1", "title": "t", "issuer": "i"}
    forged = SimpleUploadedFile("ban-ky.pdf", b"MZ not a PDF", "application/pdf")
    with pytest.raises(Refused, match="không khớp phần mở rộng"):
        documents.write_document(None, facts, province_code=province.code, scan=forged, by=staff)
    assert not LegalDocument.objects.filter(number="1").exists()


def test_an_officer_finds_no_editor(own):
    client = Client()
    client.force_login(make_user(Role.OFFICER), backend="django.contrib.auth.backends.ModelBackend")
    for name, arguments in (
        ("edit", [own.pk]),
        ("publish", [own.pk]),
        ("part_add", [own.pk, "criteria"]),
        ("create", []),
    ):
        assert client.get(reverse(f"criteria:{name}", args=arguments)).status_code == 404


def test_every_part_of_a_set_has_its_form():
    assert set(PART_FORMS) == {*PARTS, "criteria", "routes"}
