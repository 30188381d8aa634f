"""Loading packs and publishing sets: idempotent, whole or not at all, fixed once published."""

from datetime import date
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from criteria.enums import Confidence, Outcome, SetStatus
from criteria.models import CriteriaSet, Criterion, LegalDocument, Programme
from criteria.packs.content import content_of, digest
from criteria.packs.reading import all_packs, read_packs
from criteria.packs.stored import known
from criteria.services import CHANGED, NEW, REFUSED, SAME, Loaded, load, publish, to_publish
from criteria.services.documents import FACTS, facts_of, write_document
from criteria.services.drafts import edit
from portal.core.errors import Refused
from tests.criteria.factories import SMALL, first_versions, load_packs, load_small, write_pack
from tests.units.factories import make_province, make_user
from units.enums import Role

pytestmark = [pytest.mark.both, pytest.mark.django_db]  # triggers freeze what is published


@pytest.fixture
def sets(db):
    """Loaded here and now: other tests may stand on rows put back."""
    load(read_packs(all_packs(), known()))
    return first_versions()


def load_text(tmp_path, text, **how):
    return load(read_packs([write_pack(tmp_path, text)], known()), **how)


def test_rows_put_back_are_what_loading_leaves():
    with transaction.atomic():
        first = load_packs()
        transaction.set_rollback(True)
    assert CriteriaSet.objects.count() == 0
    if connection.vendor == "postgresql":  # as after a migration that makes the table anew
        with connection.cursor() as cursor:
            cursor.execute("ALTER SEQUENCE criteria_programme_id_seq RESTART")
    again = load_packs()
    assert {code: one.pk for code, one in again.items()} == {code: one.pk for code, one in first.items()}
    assert {change.what for change in load(read_packs(all_packs(), known()))} == {SAME}
    assert Programme.objects.create(code="moi").pk > max(one.programme_id for one in again.values())
    published = CriteriaSet.objects.filter(status=SetStatus.PUBLISHED).first()
    with pytest.raises(IntegrityError), transaction.atomic():
        Criterion.objects.bulk_create([Criterion(criteria_set=published, code="X-1", number="1", order=99)])


def test_loading_again_changes_nothing(sets):
    ids = list(Criterion.objects.order_by("pk").values_list("pk", flat=True))
    packs = read_packs(all_packs(), known())
    assert {change.what for change in load(packs)} == {SAME}
    assert list(Criterion.objects.order_by("pk").values_list("pk", flat=True)) == ids
    assert {(content["code"], content["version"]): digest(content) for content in packs.sets} == {
        (one.code, one.version): one.sha256 for one in CriteriaSet.objects.all()
    }


@pytest.mark.parametrize("status", [SetStatus.DRAFT, SetStatus.PUBLISHED])
def test_what_a_province_wrote_beside_a_draft_of_its_pack_never_stops_the_portal(sets, status):
    """The pack has a draft for Đông Triều; the town's set is written in the browser for the same units and years."""
    pack = sets["QN-ANCS"]
    assert pack.status == SetStatus.DRAFT
    same = {
        name: getattr(pack, name)
        for name in ("programme", "document", "province_code", "place_code", "unit_kinds", "first_year")
    }
    CriteriaSet.objects.create(code="DT", name="Bộ của thị xã", status=status, **same)
    assert {change.what for change in load(read_packs(all_packs(), known()))} == {SAME}
    call_command("load_criteria", verbosity=0)


def test_a_start_keeps_what_a_province_wrote_into_a_draft_of_its_pack(sets):
    """The draft is filled in, then published, in the browser; an untouched one still follows its pack."""
    province = make_province("Tỉnh Quảng Ninh", "22")
    pack = sets["QN-ANCS"]

    def rename(content: dict) -> None:
        content["name"] = "Bộ của thị xã"

    def start() -> tuple[str, str]:
        call_command("load_criteria", verbosity=0)
        row = CriteriaSet.objects.get(pk=pack.pk)
        return row.name, row.status

    CriteriaSet.objects.filter(pk=pack.pk).update(name="Tên cũ của bộ đi kèm")
    assert start() == (pack.name, SetStatus.DRAFT)
    edit(pack, rename, seen=digest(content_of(pack)), by=make_user(Role.STAFF, province))
    assert start() == ("Bộ của thị xã", SetStatus.DRAFT)
    row = CriteriaSet.objects.get(pk=pack.pk)
    CriteriaSet.objects.filter(pk=pack.pk).update(status=SetStatus.PUBLISHED, sha256=digest(content_of(row)))
    assert start() == ("Bộ của thị xã", SetStatus.PUBLISHED)
    assert {change.what for change in load(read_packs(all_packs(), known()))} >= {REFUSED}  # the control


def test_a_start_keeps_a_document_a_province_corrected_and_says_what_the_pack_has(sets, client):
    """Its own is kept, an untouched one follows its pack, the page tells the difference; another load is an order."""
    staff = make_user(Role.STAFF, make_province("Tỉnh Quảng Ninh", "22"))
    paper, other = LegalDocument.objects.get(code="KH120-2023"), LegalDocument.objects.get(code="KH191-2023")
    issuer = paper.issuer
    LegalDocument.objects.filter(pk=other.pk).update(
        title="Tên cũ của gói", shipped=other.shipped | {"title": "Tên cũ của gói"}
    )
    url = reverse("criteria:document_edit", args=[paper.pk])
    client.force_login(staff)
    assert "Gói đi kèm cổng ghi khác" not in client.get(url).content.decode()
    facts = {name: getattr(paper, name) for name in FACTS}
    mended = facts | {"issuer": "Công an tỉnh Quảng Ninh (sửa)", "ended_on": date(2026, 12, 31), "replaces": other}
    seen = digest(facts_of(paper))
    write_document(paper, mended, province_code="22", scan=None, by=staff, seen=seen)
    out = StringIO()
    call_command("load_criteria", verbosity=1, stdout=out)
    assert (
        f"giữ bản của tỉnh: {paper.code}\n    Cơ quan ban hành: Công an tỉnh Quảng Ninh (sửa) → {issuer}"
        in out.getvalue()
    )
    paper.refresh_from_db()
    other.refresh_from_db()
    assert (paper.issuer, paper.ended_on, paper.replaces) == (
        "Công an tỉnh Quảng Ninh (sửa)",
        date(2026, 12, 31),
        other,
    )
    assert other.title != "Tên cũ của gói"
    page = client.get(url).content.decode()
    assert "Gói đi kèm cổng ghi khác" in page and f"→ {issuer}" in page
    assert "Hết hiệu lực: 31/12/2026 → để trống" in page and "Thay thế: KH191-2023 → để trống" in page
    load(read_packs(all_packs(), known()))  # the control: loaded by an order, the pack is taken
    paper.refresh_from_db()
    assert (paper.issuer, paper.ended_on, paper.replaces) == (issuer, None, None)
    assert "Gói đi kèm cổng ghi khác" not in client.get(url).content.decode()


def test_a_start_keeps_a_document_corrected_before_packs_were_remembered(sets):
    """Whose words a province's document has is not known before a loading; the whole country's are the pack's."""
    own, law = (LegalDocument.objects.filter(code=code) for code in ("KH120-2023", "TT124-2021"))
    for rows in (own, law):
        rows.update(title="Trích yếu khác", shipped={})
    call_command("load_criteria", verbosity=0)
    assert own.get().title == "Trích yếu khác" and own.get().shipped["title"] != "Trích yếu khác"
    assert law.get().title != "Trích yếu khác"


def test_what_is_stored_is_what_the_pack_says(sets):
    packs = read_packs(all_packs(), known())
    stored = {(one.code, one.version): one for one in CriteriaSet.objects.all()}
    assert [content_of(stored[content["code"], content["version"]]) for content in packs.sets] == list(packs.sets)


def test_documents_follow_one_another(sets):
    assert LegalDocument.objects.get(code="TT124-2021").replaces.code == "TT23-2012"


def test_a_first_load_names_what_is_new(tmp_path):
    assert load_text(tmp_path, SMALL) == [
        Loaded(NEW, "DOC"),
        Loaded(NEW, "trial"),
        Loaded(NEW, "TRIAL phiên bản 1", ("4 dòng, 1 tuyến",)),
    ]


def test_a_draft_follows_its_pack_and_keeps_its_rows(draft, tmp_path):
    before = {row.code: row.pk for row in draft.criteria.all()}
    text = SMALL.replace("Việc A", "Việc A mới").replace("code: C\n", "code: D\n").replace("day: 20", "day: 25")
    text = text.replace("issuer: Bộ Thử", "issuer: Bộ Khác")
    assert load_text(tmp_path, text) == [
        Loaded("sửa", "DOC", ("Cơ quan ban hành: Bộ Thử → Bộ Khác",)),
        Loaded(SAME, "trial"),
        Loaded(
            CHANGED,
            "TRIAL phiên bản 1",
            (
                "thêm tiêu chí D",
                "bỏ tiêu chí C",
                "tiêu chí A, Nội dung: Việc A → Việc A mới",
                "tuyến xã, phường, thị trấn do cấp tỉnh quản lý, từ 01/01/2030: "
                "cấp xã nhập, cấp tỉnh thẩm định, cấp tỉnh công nhận; công nhận trước ngày 20/11 → "
                "cấp xã nhập, cấp tỉnh thẩm định, cấp tỉnh công nhận; công nhận trước ngày 25/11",
            ),
        ),
    ]
    after = {row.code: row.pk for row in draft.criteria.all()}
    assert set(after) == {"G", "A", "B", "D"}
    assert {code: after[code] for code in "GAB"} == {code: before[code] for code in "GAB"}


def test_criteria_change_places_in_a_draft(draft, tmp_path):
    text = SMALL.replace("code: A,", "code: Z,").replace("code: B\n", "code: A\n").replace("code: Z,", "code: B,")
    load_text(tmp_path, text)
    assert list(draft.criteria.order_by("order").values_list("code", flat=True)) == ["G", "B", "A", "C"]


def test_checking_only_says_what_would_change(tmp_path):
    changes = load_text(tmp_path, SMALL, check_only=True)
    assert [change.what for change in changes] == [NEW] * 3
    assert (CriteriaSet.objects.count(), Programme.objects.count(), LegalDocument.objects.count()) == (0, 0, 0)


def test_a_published_set_needs_a_new_version(draft, tmp_path):
    publish(draft)
    text = SMALL.replace("Việc A", "Việc A mới").replace("Bộ Thử", "Bộ Khác")
    assert load_text(tmp_path, text)[-1] == Loaded(
        REFUSED,
        "TRIAL phiên bản 1",
        ("đã ban hành nên không sửa; hãy lập phiên bản mới (version)", "tiêu chí A, Nội dung: Việc A → Việc A mới"),
    )
    assert draft.criteria.get(code="A").label == "Việc A"
    assert LegalDocument.objects.get().issuer == "Bộ Thử"  # the whole load was rolled back
    assert [change.what for change in load_text(tmp_path, SMALL)] == [SAME] * 3


def test_a_pack_may_ask_to_publish(tmp_path):
    text = SMALL.replace("    outcome:", "    publish: true\n    outcome:")
    assert [change.what for change in load_text(tmp_path, text)] == [NEW, NEW, NEW, "ban hành"]
    assert CriteriaSet.objects.get().status == SetStatus.PUBLISHED
    assert [change.what for change in load_text(tmp_path, text)] == [SAME] * 3


def test_publishing_hashes_what_stands_there(draft):
    published = publish(draft)
    assert published.status == SetStatus.PUBLISHED
    assert published.sha256 == digest(content_of(draft))


def test_publishing_says_everything_that_is_lacking(draft):
    draft.criteria.filter(code="A").update(confidence=Confidence.NOT_FOUND, article="")
    draft.criteria.filter(code="C").update(threshold=None)
    draft.routes.all().delete()
    draft.outcome = Outcome.RESULTS_ONLY
    draft.save()
    with pytest.raises(Refused) as refusal:
        publish(draft)
    assert refusal.value.sentence == (
        "Chưa ban hành được bộ tiêu chí “Bộ thử”: tiêu chí C: mức phải đạt là tỷ lệ phần trăm, lớn hơn 0 và "
        "không quá 100; bộ này chỉ dùng để lưu kết quả các năm trước, không dùng để chấm; "
        "tiêu chí A chưa đọc được trong văn bản; "
        "tiêu chí A chưa có căn cứ."
    )
    draft.refresh_from_db()
    assert draft.status == SetStatus.DRAFT


def test_a_set_without_criteria_or_routes_is_not_published(draft):
    draft.criteria.all().delete()
    draft.routes.all().delete()
    with pytest.raises(Refused) as refusal:
        publish(draft)
    assert refusal.value.sentence == (
        "Chưa ban hành được bộ tiêu chí “Bộ thử”: bộ chưa có tiêu chí nào; "
        "chưa có tuyến xét duyệt cho loại đơn vị “Xã, phường, thị trấn”."
    )


def test_a_second_set_for_the_same_years_is_not_published(draft):
    publish(draft)
    other = CriteriaSet.objects.get(pk=draft.pk)
    other.pk, other.version, other.status, other.name = None, 2, SetStatus.DRAFT, "Bộ thử hai"
    other.outcome = Outcome.ALL_MET
    other.save()
    with pytest.raises(Refused) as refusal:
        publish(other)
    assert "trùng năm áp dụng với bộ TRIAL phiên bản 1 đã ban hành" in refusal.value.sentence


def test_publishing_twice_is_refused(draft):
    publish(draft)
    with pytest.raises(Refused) as refusal:
        publish(draft)
    assert refusal.value.sentence == "Bộ tiêu chí “Bộ thử” không còn là bản thảo nên không ban hành lại."


def test_who_may_publish(draft):
    own, other = make_province(code="24"), make_province(code="38")
    draft.province_code = own.code
    draft.save()
    LegalDocument.objects.update(issued_on=date(2030, 1, 1), scan_sha256="0" * 64)
    draft.document.refresh_from_db()
    seen = digest(to_publish(draft))
    for stranger in (make_user(Role.OFFICER, own), make_user(Role.STAFF, other), make_user(Role.ADMIN, other)):
        with pytest.raises(Refused) as refusal:
            publish(draft, by=stranger, seen=seen)
        assert refusal.value.sentence == "Chỉ cán bộ cấp tỉnh hoặc quản trị được ban hành bộ tiêu chí của tỉnh mình."
    assert publish(draft, by=make_user(Role.STAFF, own), seen=digest(to_publish(draft))).status == SetStatus.PUBLISHED


def test_nobody_publishes_the_whole_countrys_in_the_browser(draft):
    with pytest.raises(Refused):
        publish(draft, by=make_user(Role.STAFF, make_province()), seen=digest(to_publish(draft)))
    assert publish(draft).status == SetStatus.PUBLISHED


def test_a_person_publishes_only_with_the_signed_document(draft):
    own = make_province(code="24")
    draft.province_code = own.code
    draft.save()
    with pytest.raises(Refused) as refusal:
        publish(draft, by=make_user(Role.STAFF, own), seen=digest(to_publish(draft)))
    assert refusal.value.sentence == (
        "Chưa ban hành được bộ tiêu chí “Bộ thử”: văn bản 1/2030/TT chưa có ngày ban hành; "
        "văn bản 1/2030/TT chưa đính kèm bản đã ký; hãy chọn văn bản của tỉnh ở mục “Thông tin chung”."
    )


# --- the command -----------------------------------------------------------------------------------------------


def run(*arguments, **options):
    out = StringIO()
    call_command("load_criteria", *arguments, stdout=out, **options)
    return out.getvalue()


def test_the_command_prints_the_difference(tmp_path):
    path = str(write_pack(tmp_path))
    first = "mới: DOC\nmới: trial\nmới: TRIAL phiên bản 1\n    4 dòng, 1 tuyến\n"
    assert run(path, check=True) == f"{first}Kiểm tra xong, chưa ghi gì; 0 mục không đổi.\n"
    assert run(path) == f"{first}Đã nạp xong; 0 mục không đổi.\n"
    assert run(path) == "Đã nạp xong; 3 mục không đổi.\n"


def test_the_command_loads_what_comes_with_the_portal():
    run()
    assert CriteriaSet.objects.published().count() == 4


def test_the_command_loads_nothing_of_a_bad_pack(tmp_path):
    good, bad = write_pack(tmp_path, name="a.yaml"), write_pack(tmp_path, "sets: [", name="b.yaml")
    with pytest.raises(CommandError) as error:
        run(str(good), str(bad))
    assert str(error.value) == (
        "Chưa nạp gì vì có 1 lỗi:\nb.yaml, dòng 1: sai cú pháp YAML; hãy xem thụt dòng, dấu hai chấm và dấu nháy"
    )
    assert CriteriaSet.objects.count() == 0


def test_the_command_says_what_was_refused(tmp_path):
    publish(load_small(tmp_path))
    with pytest.raises(CommandError) as error:
        run(str(write_pack(tmp_path, SMALL.replace("Việc A", "Việc khác"))))
    assert str(error.value) == "Chưa nạp gì vì có 1 bộ bị từ chối."
