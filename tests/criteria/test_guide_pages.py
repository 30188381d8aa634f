"""A province writes its own set by the guided page: from a law set with gaps, or for a programme that has none."""

import html
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from criteria.enums import Outcome, SetStatus
from criteria.models import CriteriaSet, LegalDocument, Programme
from criteria.packs.content import content_of, digest
from criteria.packs.gaps import answer_of
from criteria.queries import sets_for, unsettled
from criteria.services import lacks
from tests.evaluations.factories import make_paper
from tests.units.factories import make_province, make_units, make_user
from units.enums import Role, Subtype, UnitKind

pytestmark = pytest.mark.django_db
PAPER = {
    "number": "77/QĐ-BCĐ",
    "issued_on": "05/01/2026",
    "issuer": "Ban Chỉ đạo tỉnh Lào Cai",
    "title": "Quyết định về phân loại phong trào",
}
ROUTE = {
    "enter_level": "commune",
    "appraise_level": "province",
    "decide_level": "province",
    "authority": "Ban Chỉ đạo tỉnh",
    "article": "Điều 9",
    "valid_from": "01/01/2026",
    "by_submit": "hết 15/10",
    "by_decide": "trước 30/11",
}


@pytest.fixture(autouse=True)
def files(settings, tmp_path):
    settings.FILES_DIR = tmp_path / "files"


@pytest.fixture
def province():
    found = make_province("Tỉnh Lào Cai", "15")
    make_units(found, UnitKind.COMMUNE, Subtype.COMMUNE, ["Xã Bắc Hà"])
    return found


@pytest.fixture
def staff(client, province):
    client.force_login(make_user(Role.ADMIN, province))
    return client


def url(name: str, *args) -> str:
    return reverse(f"criteria:{name}", args=args)


def said(response) -> str:
    return " ".join(html.unescape(response.content.decode()).split())


def scan() -> SimpleUploadedFile:
    return SimpleUploadedFile("qd77.pdf", make_paper("Quyết định").read(), "application/pdf")


def begun(staff, source: CriteriaSet, **more) -> CriteriaSet:
    data = {
        "name": "Phân loại phong trào của xã, phường (tỉnh Lào Cai)",
        "first_year": "2026",
        "unit_kinds": source.unit_kinds,
        "outcome": source.outcome,
    }
    response = staff.post(
        f"{url('guide_begin', source.programme_id)}?tu={source.pk}", data | PAPER | {"scan": scan()} | more
    )
    assert response.status_code == 302, said(response)
    return CriteriaSet.objects.latest("pk")


def shown(staff, row: CriteriaSet, **query) -> dict:
    """Every field of the page as it is sent back untouched."""
    page = staff.get(url("guide", row.pk), query)
    found = page.context["found"]
    forms = [*found.lines, *found.grades, *found.routes, found.outcome, *found.gaps]
    data = {"seen": page.context["seen"]}
    for form in forms:
        for field in form:
            value = field.value()
            if value is not None and value is not False:
                data[field.html_name] = value
    return data


def test_a_set_with_gaps_is_typed_from_the_decision_and_opens_its_year(staff, province, sets):
    law = sets["QD510-XA"]
    programme = law.programme
    page = said(staff.get(url("programmes"), {"nam": "2026"}))
    assert "Mức điểm giữa các loại chưa đọc được" in page
    assert f"{url('guide_begin', law.programme_id)}?tu={law.pk}" in page
    opened = {"programme": programme.pk, "year": "2026", "as_of": "05/01/2026"}
    refused = staff.post(reverse("evaluations:cycle_open"), opened)
    assert refused.status_code == 422
    assert f"{url('programmes')}?nam=2026" in said(refused)

    own = begun(staff, law)
    assert (own.code, own.province_code, own.status) == ("15-GRADING-XA", "15", SetStatus.DRAFT)
    assert own.document.number == "77/QĐ-BCĐ" and own.document.scan_sha256
    assert len(unsettled(own)) == len(law.gaps) == 7
    told = said(staff.get(url("guide", own.pk)))
    for lack in ("bộ chưa có tiêu chí nào", "loại Khá chưa có mức điểm", "chưa có tổng điểm chuẩn"):
        assert lack in told
    assert staff.post(url("publish", own.pk), {"seen": "x"}).status_code == 422

    data = shown(staff, own) | {
        "line-0-number": "1",
        "line-0-label": "Lãnh đạo, chỉ đạo phong trào",
        "line-0-measure": "group",
        "line-0-article": "Điều 5.1",
        "line-1-number": "1.1",
        "line-1-group": "1",
        "line-1-label": "Quý I có nghị quyết, kế hoạch",
        "line-1-measure": "points",
        "line-1-max_points": "40",
        "line-1-article": "Điều 5.1.a",
        "line-2-number": "2",
        "line-2-label": "Tỷ lệ hộ tham gia",
        "line-2-measure": "percent",
        "line-2-threshold": "90",
        "line-2-names": "hộ tham gia / tổng số hộ",
        "line-2-max_points": "60",
        "line-2-article": "Điều 5.2",
        "outcome-points_total": "100",
    }
    data |= {f"grade-{at}-lower_bound": bound for at, bound in enumerate(("90", "70", "50", "0"))}
    data |= {f"route-province-{name}": value for name, value in ROUTE.items()}
    saved = staff.post(url("guide", own.pk), data)
    assert saved.status_code == 302, said(saved)
    own.refresh_from_db()
    rest = lacks(own, content_of(own))
    assert rest and all(one.startswith("chưa nói văn bản của tỉnh quy định thế nào") for one in rest)

    data = shown(staff, own)
    names = [f"gap-{at}-settled" for at in range(7)]
    data |= dict.fromkeys(names, "done") | {names[0]: "silent"}
    staff.post(url("guide", own.pk), data)
    own.refresh_from_db()
    assert [answer_of(one) for one in own.gaps] == [
        (one, "silent" if one == law.gaps[0] else "done") for one in law.gaps
    ]
    detail = said(staff.get(url("detail", own.pk)))
    assert "Văn bản của tỉnh không quy định" in detail and "Đã nhập theo văn bản của tỉnh" not in detail
    assert lacks(own, content_of(own)) == []
    seen = staff.get(url("publish", own.pk)).context["seen"]
    assert staff.post(url("publish", own.pk), {"seen": seen, "password": "mat-khau"}).status_code == 302
    content = content_of(CriteriaSet.objects.get(pk=own.pk))
    assert [(row["number"], row["parent"], row["max_points"]) for row in content["criteria"]] == [
        ("1", "", None),
        ("1.1", "15-GRADING-XA-1", "40.00"),
        ("2", "", "60.00"),
    ]
    assert {row["confidence"] for row in content["grades"]} == {"T"}
    way = content["routes"][0]
    assert [(one["step"], one["day"], one["month"], one["inclusive"]) for one in way["deadlines"]] == [
        ("decide", 30, 11, False),
        ("submit", 15, 10, True),
    ]
    assert sets_for(programme, 2026, province) == [(own, ("commune",))]
    response = staff.post(reverse("evaluations:cycle_open"), opened)
    assert response.status_code == 302, said(response)
    assert programme.cycles.get().evaluations.get().unit_name == "Xã Bắc Hà"


def test_known_lines_keep_their_doubt_until_the_writer_compares_them(staff, sets):
    own = begun(staff, sets["QD510-CQ"])
    content = content_of(own)
    doubts = {row["code"]: row["confidence"] for row in content["criteria"]}
    assert doubts["QD510-CQ-4b"] == "N" and doubts["QD510-CQ-1"] == "T*"
    at = [row["code"] for row in content["criteria"]]
    data = shown(staff, own) | {
        f"line-{at.index('QD510-CQ-1')}-checked": "on",
        f"line-{at.index('QD510-CQ-4b')}-max_points": "2,5",
    }
    assert staff.post(url("guide", own.pk), data).status_code == 302
    after = {row["code"]: row for row in content_of(CriteriaSet.objects.get(pk=own.pk))["criteria"]}
    assert (after["QD510-CQ-1"]["confidence"], after["QD510-CQ-2"]["confidence"]) == ("T", "T*")
    assert (after["QD510-CQ-4b"]["confidence"], after["QD510-CQ-4b"]["max_points"]) == ("T", "2.50")
    assert after["QD510-CQ-4b"]["parent"] == "QD510-CQ-4"


@pytest.mark.parametrize(
    ("field", "value", "why"),
    [
        ("line-0-group", "9", "chưa có nhóm nào mang số mục này"),
        ("line-0-max_points", "năm điểm", "Hãy nhập một số"),
        ("route-province-by_decide", "giữa tháng 11", "Không hiểu “giữa tháng 11”"),
        ("route-province-authority", "Ban Chỉ đạo tỉnh", "phải ghi cả mục này"),
        ("grade-0-lower_bound", "-1", "Hãy ghi số từ 0 trở lên."),
    ],
)
def test_a_fault_gives_everything_back_and_saves_nothing(staff, sets, field, value, why):
    own = begun(staff, sets["QD510-CQ"])
    before = digest(content_of(own))
    data = shown(staff, own) | {"line-7-number": "5", "line-7-label": "Dòng gõ dở", field: value}
    response = staff.post(url("guide", own.pk), data)
    page = said(response)
    assert response.status_code == 422
    assert why in page and "Dòng gõ dở" in page and value in page
    assert digest(content_of(CriteriaSet.objects.get(pk=own.pk))) == before


def test_groups_that_hold_each_other_are_refused(staff, sets):
    own = begun(staff, sets["QD510-XA"])
    data = shown(staff, own)
    for at, number, group in ((0, "1", "2"), (1, "2", "1")):
        line = {"number": number, "group": group, "label": "Nhóm", "measure": "group"}
        data |= {f"line-{at}-{name}": value for name, value in line.items()}
    response = staff.post(url("guide", own.pk), data)
    assert response.status_code == 422 and "nhóm không nằm trong chính nó" in said(response)
    assert own.criteria.count() == 0


def test_what_somebody_else_changed_meanwhile_is_not_written_over(staff, sets):
    own = begun(staff, sets["QD510-XA"])
    data = shown(staff, own) | {"outcome-points_total": "100"}
    assert staff.post(url("guide", own.pk), data).status_code == 302
    late = staff.post(url("guide", own.pk), data | {"outcome-points_total": "50"})
    assert late.status_code == 422 and "vừa được" in said(late) and 'value="50"' in said(late)


def test_a_set_begins_only_with_its_document(staff, sets):
    law = sets["QD9745-XA"]
    data = {"name": "Bộ điển hình", "first_year": "2026", "unit_kinds": ["commune"], "outcome": "number_met"}
    response = staff.post(f"{url('guide_begin', law.programme_id)}?tu={law.pk}", data | {"number": "8/KH-UBND"})
    page = said(response)
    assert response.status_code == 422
    assert page.count("Hãy ghi theo văn bản đang có trong tay") == 3 and 'value="8/KH-UBND"' in page
    assert not CriteriaSet.objects.exclude(province_code="").filter(code__startswith="15-").exists()
    no_paper = staff.post(
        f"{url('guide_begin', law.programme_id)}?tu={law.pk}",
        data | PAPER | {"scan": SimpleUploadedFile("a.pdf", b"x")},
    )
    assert no_paper.status_code == 422
    assert not LegalDocument.objects.filter(number="77/QĐ-BCĐ").exists()


def test_a_programme_nobody_has_is_made_and_written_from_nothing(staff, province, sets):
    made = staff.post(
        url("programme_add"),
        {
            "code": "khong-ma-tuy",
            "name": "Khu dân cư không có tệ nạn ma tuý",
            "title": "Khu dân cư không ma tuý",
            "unit_kinds": ["residential_area"],
        },
    )
    programme = Programme.objects.get(code="khong-ma-tuy")
    assert made.url == f"{url('guide_begin', programme.pk)}?loai=residential_area"
    form = staff.get(made.url).context["form"]
    assert form["unit_kinds"].value() == ["residential_area"]
    data = {"name": "Bộ của tỉnh", "first_year": "2026", "unit_kinds": ["residential_area"], "outcome": "all_met"}
    staff.post(made.url, data | PAPER | {"scan": scan()})
    own = CriteriaSet.objects.get(programme=programme)
    route = {**ROUTE, "appraise_level": "commune", "decide_level": "commune"}
    filled = shown(staff, own) | {f"route-commune-{name}": value for name, value in route.items()}
    line = {"number": "1", "label": "Không có người nghiện mới", "measure": "event", "article": "Điều 2"}
    filled |= {f"line-0-{name}": value for name, value in line.items()}
    assert staff.post(url("guide", own.pk), filled).status_code == 302
    written = CriteriaSet.objects.get(pk=own.pk)
    assert lacks(written, content_of(written)) == []


def test_more_blank_lines_are_kept_when_the_page_is_sent(staff, sets):
    own = begun(staff, sets["QD9745-XA"])
    data = shown(staff, own, dong=32)
    for at in range(2, 34):
        line = {"number": str(at + 1), "label": f"Tiêu chí {at + 1}", "measure": "must", "article": "nhóm 1"}
        data |= {f"line-{at}-{name}": value for name, value in line.items()}
    data["outcome-needed_met"] = "28"
    assert staff.post(f"{url('guide', own.pk)}?dong=32", data).status_code == 302
    own.refresh_from_db()
    assert (own.criteria.count(), own.needed_met) == (34, 28)


def test_districts_are_offered_only_where_there_still_were_some(staff, province, sets):
    own = begun(staff, sets["QD510-XA"])
    levels = [route.level for route in staff.get(url("guide", own.pk)).context["found"].routes]
    assert levels == ["province"]
    make_units(province, UnitKind.DISTRICT, Subtype.RURAL_DISTRICT, ["Huyện Bắc Hà"])
    own = begun(staff, sets["QD510-XA"], first_year="2024", code="LC-24")
    levels = [route.level for route in staff.get(url("guide", own.pk)).context["found"].routes]
    assert levels == ["district", "province"]
    assert (
        date(2024, 1, 1).strftime("%d/%m/%Y")
        == staff.get(url("guide", own.pk)).context["found"].routes[0]["valid_from"].value()
    )


def test_places_of_one_name_are_told_apart_by_where_they_lie(staff, province, sets):
    """One of the two communes is chosen: the draft says on its pages whose own it is, and only that one's."""
    for name, code in (("Huyện Bắc Hà", "085"), ("Huyện Si Ma Cai", "084")):
        district = make_units(province, UnitKind.DISTRICT, Subtype.RURAL_DISTRICT, [name], code=code)[0]
        make_units(district, UnitKind.COMMUNE, Subtype.COMMUNE, ["Xã Tả Van"], code=f"02{code}")
    make_units(district, UnitKind.COMMUNE, Subtype.COMMUNE, ["Xã Sán Chải"], code="02799")
    law = sets["QD510-XA"]
    offered = staff.get(url("guide_begin", law.programme_id)).context["form"].fields["place_code"].choices
    assert offered == [
        ("", "Cả tỉnh"),
        ("085", "Huyện Bắc Hà"),
        ("084", "Huyện Si Ma Cai"),
        ("02799", "Xã Sán Chải"),
        ("02085", "Xã Tả Van (huyện Bắc Hà, tỉnh Lào Cai)"),
        ("02084", "Xã Tả Van (huyện Si Ma Cai, tỉnh Lào Cai)"),
    ]
    own = begun(staff, law, first_year="2024", place_code="02084")
    told = "Xã Tả Van, Huyện Si Ma Cai, Tỉnh Lào Cai"
    for name, address in {
        "Riêng": url("guide", own.pk),
        "<dt>Phạm vi</dt><dd>Riêng": url("publish", own.pk),
        "riêng": f"{url('programmes')}?nam=2024",
    }.items():
        assert f"{name} {told}" in said(staff.get(address))


def typed(staff, own: CriteriaSet, **values):
    return staff.post(url("guide", own.pk), shown(staff, own) | values)


def content_now(own: CriteriaSet) -> dict:
    return content_of(CriteriaSet.objects.get(pk=own.pk))


def test_a_page_sent_back_untouched_changes_nothing_of_any_set(staff, sets):
    laws = [one for one in sets.values() if not one.province_code and one.outcome != Outcome.RESULTS_ONLY]
    assert len(laws) > 5
    for number, law in enumerate(laws):
        own = begun(staff, law, code=f"LC-{number}", first_year="2024")
        before = content_now(own)
        assert typed(staff, own).status_code == 302, law.code
        assert content_now(own) == before, law.code


def test_answers_to_gaps_are_there_again_and_can_be_taken_back(staff, sets):
    law = sets["QD510-XA"]
    own = begun(staff, law)
    assert typed(staff, own, **{"gap-1-settled": "done", "gap-2-settled": "silent"}).status_code == 302
    found = staff.get(url("guide", own.pk)).context["found"]
    assert [(gap.sentence, gap["settled"].value()) for gap in found.gaps] == [
        (sentence, {1: "done", 2: "silent"}.get(at, "")) for at, sentence in enumerate(law.gaps)
    ]
    assert typed(staff, own, **{"gap-1-settled": "", "gap-2-settled": "done"}).status_code == 302
    own.refresh_from_db()
    assert [answer_of(one)[1] for one in own.gaps[1:3]] == ["", "done"]
    assert own.gaps[1] == law.gaps[1] and len(unsettled(own)) == len(law.gaps) - 1


def test_a_route_is_there_again_is_corrected_and_taken_out(staff, sets):
    own = begun(staff, sets["QD510-XA"])
    assert typed(staff, own, **{f"route-province-{name}": value for name, value in ROUTE.items()}).status_code == 302
    again = shown(staff, own)
    assert {name: again[f"route-province-0-{name}"] for name in ROUTE} == ROUTE
    page = said(staff.get(url("guide", own.pk)))
    assert "Tuyến xét duyệt: Xã, phường, thị trấn do cấp tỉnh quản lý" in page and 'value="hết 15/10"' in page
    wrong = typed(staff, own, **{"route-province-0-by_submit": "hết 31/02"})
    assert wrong.status_code == 422 and "Không có ngày 31/02" in said(wrong)
    emptied = typed(staff, own, **{"route-province-0-authority": ""})
    assert emptied.status_code == 422 and "phải ghi cả mục này" in said(emptied)
    more = {"by_submit": "hết 20/10", "by_decide": "", "by_appraise": "trước 10/11", "authority": "UBND tỉnh"}
    assert typed(staff, own, **{f"route-province-0-{name}": value for name, value in more.items()}).status_code == 302
    (way,) = content_now(own)["routes"]
    assert (way["authority"], [(one["step"], one["day"]) for one in way["deadlines"]]) == (
        "UBND tỉnh",
        [("appraise", 10), ("submit", 20)],
    )
    assert typed(staff, own, **{"route-province-0-drop": "on"}).status_code == 302
    assert content_now(own)["routes"] == []


def test_a_day_corrected_for_kinds_that_share_a_route_is_that_of_each_and_keeps_its_article(staff, sets):
    own = begun(staff, sets["TT124-CQDN"])
    before = content_now(own)["routes"]
    (shared, *_) = staff.get(url("guide", own.pk)).context["found"].routes
    assert len(shared.kinds) > 1
    days = [field.name for field in shared if field.name.startswith("by_") and field.value()]
    assert days
    assert typed(staff, own, **{f"{shared.prefix}-{days[0]}": "hết 09/09"}).status_code == 302
    after = content_now(own)["routes"]
    changed = [(was, now) for was, now in zip(before, after, strict=True) if was != now]
    assert [now["kind"] for _, now in changed] == shared.kinds
    for was, now in changed:
        moved = {"month": 9, "day": 9, "inclusive": True}
        told = [{**one, **moved} if f"by_{one['step']}" == days[0] else one for one in was["deadlines"]]
        assert now == {**was, "deadlines": told}


@pytest.mark.parametrize(
    ("line", "field", "why"),
    [
        ({"measure": "group", "max_points": "30"}, "max_points", "tổng điểm các dòng bên trong"),
        ({"measure": "group", "threshold": "30"}, "threshold", "“Nhóm tiêu chí” không có mức phải đạt"),
        ({"measure": "must", "threshold": "90"}, "threshold", "“Phải đạt” không có mức phải đạt"),
        ({"measure": "points", "names": "số buổi"}, "names", "“Chấm điểm” không có số để đặt tên"),
        ({"measure": "count", "names": "số buổi / số hộ"}, "names", "“Số lượng” chỉ có một số"),
        ({"measure": "percent", "names": f"{'a' * 121} / b"}, "names", "không quá 120 chữ"),
        ({"number": "", "label": "", "max_points": "5"}, "number", "Hãy ghi số mục"),
    ],
)
def test_what_a_line_has_no_place_for_is_told_and_never_dropped(staff, sets, line, field, why):
    own = begun(staff, sets["QD510-XA"])
    typed_line = {"number": "1", "label": "Dòng một", "measure": "points"} | line
    response = typed(staff, own, **{f"line-0-{name}": value for name, value in typed_line.items()})
    assert response.status_code == 422
    assert [why in one for one in response.context["found"].lines[0].errors[field]] == [True]
    if line.get(field):
        assert line[field] in said(response)
    assert own.criteria.count() == 0


def test_names_keep_their_strokes_and_a_grade_without_a_name_is_told(staff, sets):
    own = begun(staff, sets["QD510-XA"])
    line = {"number": "1", "label": "Tỷ lệ", "measure": "percent", "threshold": "9", "names": "hộ đạt/khá / tổng số hộ"}
    assert typed(staff, own, **{f"line-0-{name}": value for name, value in line.items()}).status_code == 302
    assert typed(staff, own, **{"outcome-points_total": "100"}).status_code == 302
    (row,) = content_now(own)["criteria"]
    assert (row["numerator_label"], row["denominator_label"]) == ("hộ đạt/khá", "tổng số hộ")
    response = typed(staff, own, **{"grade-1-label": "", "grade-1-lower_bound": "70"})
    assert response.status_code == 422 and "Hãy ghi tên loại" in said(response)
