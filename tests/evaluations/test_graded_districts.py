"""A district graded before 30/6/2025: its set written by the guided page, its year opened, entered, decided."""

import html
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from criteria.judging.values import Value
from criteria.models import CriteriaSet, Programme
from criteria.packs.content import content_of
from criteria.services import lacks
from evaluations import services, workflow
from evaluations.enums import Action, Capacity, State
from evaluations.models import Evaluation
from portal.core.errors import Refused
from portal.core.web.once import new_token
from reports.datasets import By, rollup_of, scope_of
from reports.papers.decision import build_draft
from tests.evaluations.factories import appraise, hold_sitting, make_paper
from tests.evaluations.graded import points
from tests.units.factories import make_committee, make_province, make_units, make_user
from units.enums import Role, Subtype, UnitKind
from units.names import in_sentence

pytestmark = pytest.mark.django_db
YEAR = 2024
DECISION = {
    "name": "Phân loại phong trào của cấp huyện",
    "first_year": str(YEAR),
    "unit_kinds": ["district"],
    "outcome": "grades",
    "number": "12/QĐ-BCĐ",
    "issued_on": "05/01/2024",
    "issuer": "Ban Chỉ đạo tỉnh Bắc Giang",
    "title": "Quyết định về phân loại phong trào của huyện",
}
LINES = {
    "line-0-number": "1",
    "line-0-label": "Lãnh đạo, chỉ đạo phong trào",
    "line-0-measure": "must",
    "line-0-max_points": "40",
    "line-0-article": "Mục 1",
    "line-1-number": "2",
    "line-1-label": "Chất lượng phong trào",
    "line-1-measure": "points",
    "line-1-max_points": "60",
    "line-1-article": "Mục 2",
    "outcome-points_total": "100",
    "outcome-not_applicable_rule": "counts",
    "grade-0-label": "Tốt",
    "grade-0-lower_bound": "90",
    "grade-0-article": "Mục 3",
    "grade-1-label": "Khá",
    "grade-1-lower_bound": "70",
    "grade-1-article": "Mục 3",
    "grade-2-label": "Yếu",
    "grade-2-lower_bound": "0",
    "grade-2-article": "Mục 3",
    "route-province-enter_level": "district",
    "route-province-appraise_level": "province",
    "route-province-decide_level": "province",
    "route-province-authority": "Ban Chỉ đạo tỉnh",
    "route-province-article": "Mục 4",
    "route-province-valid_from": "01/01/2024",
    "route-province-by_decide": "trước 15/12",
}


@pytest.fixture(autouse=True)
def files(settings, tmp_path):
    settings.FILES_DIR = tmp_path / "files"


@pytest.fixture
def province():
    """A province with two districts, ended with all others on 30/6/2025, and a commune in the first."""
    found = make_province("Tỉnh Bắc Giang", "24")
    districts = make_units(found, UnitKind.DISTRICT, Subtype.RURAL_DISTRICT, ["Huyện Lạng Giang", "Huyện Yên Thế"])
    make_units(districts[0], UnitKind.COMMUNE, Subtype.COMMUNE, ["Xã Tân Dĩnh"])
    return found


@pytest.fixture
def admin(client, province):
    client.force_login(make_user(Role.ADMIN, province))
    return client


def said(response) -> str:
    return " ".join(html.unescape(response.content.decode()).split())


def written(admin) -> CriteriaSet:
    """The set as an administrator writes it: begun from nothing, filled in, published."""
    programme = Programme.objects.create(code="grading-huyen", name="Phân loại phong trào", title="Phân loại")
    scan = SimpleUploadedFile("qd12.pdf", make_paper("Quyết định").read(), "application/pdf")
    begun = admin.post(reverse("criteria:guide_begin", args=[programme.pk]), DECISION | {"scan": scan})
    assert begun.status_code == 302, said(begun)
    own = CriteriaSet.objects.get(programme=programme)
    seen = admin.get(reverse("criteria:guide", args=[own.pk])).context["seen"]
    blank = {f"line-{at}-measure": "must" for at in range(8)}
    saved = admin.post(reverse("criteria:guide", args=[own.pk]), blank | LINES | {"seen": seen})
    assert saved.status_code == 302, said(saved)
    own.refresh_from_db()
    assert lacks(own, content_of(own)) == []
    seen = admin.get(reverse("criteria:publish", args=[own.pk])).context["seen"]
    published = admin.post(reverse("criteria:publish", args=[own.pk]), {"seen": seen, "password": "mat-khau"})
    assert published.status_code == 302, said(published)
    own.refresh_from_db()
    return own


def opened(admin, own: CriteriaSet) -> dict[str, Evaluation]:
    asked = {"programme": own.programme_id, "year": YEAR, "as_of": "02/01/2024", "once": new_token()}
    response = admin.post(reverse("evaluations:cycle_open"), asked)
    assert response.status_code == 302, said(response)
    return {one.unit_name: one for one in own.programme.cycles.get().evaluations.select_related("unit")}


def fresh(dossier: Evaluation) -> Evaluation:
    return Evaluation.objects.select_related("cycle__programme", "criteria_set", "grade", "unit").get(pk=dossier.pk)


def test_a_districts_year_from_the_guided_page_to_its_grade(admin, province):
    own = written(admin)
    assert (own.code, own.unit_kinds) == ("24-GRADING-HUYEN-HUYEN", ["district"])
    found = opened(admin, own)
    assert sorted(found) == ["Huyện Lạng Giang", "Huyện Yên Thế"]  # the commune has no set
    dossier = found["Huyện Lạng Giang"]
    district = dossier.unit
    assert (dossier.entry_unit, dossier.appraisal_unit, dossier.decision_unit) == (district, province, province)
    assert (dossier.managed_at, dossier.province, dossier.district, dossier.commune) == (
        *("province", province, district),
        None,
    )

    officer, council = make_user(Role.OFFICER, district), make_committee(province)
    chair, standing = council.people[:2]
    admin.force_login(officer)
    acted = admin.post(reverse("evaluations:act", args=[dossier.pk]), {"action": Action.REGISTER, "once": new_token()})
    assert acted.status_code == 302 and fresh(dossier).state == State.REGISTERED
    for name, at in (("grid", dossier.cycle_id), ("entry", dossier.pk), ("detail", dossier.pk)):
        page = admin.get(reverse(f"evaluations:{name}", args=[at]))
        assert page.status_code == 200 and "Huyện Lạng Giang" in page.content.decode()
    codes = {line.number: line.code for line in own.criteria.all()}
    for number, value in (("1", Value(met=True)), ("2", points("35"))):
        services.save_answer(fresh(dossier), codes[number], value, version=0, by=officer)
    workflow.advance(fresh(dossier), Action.SUBMIT, by=officer)
    appraise(fresh(dossier), by=standing)
    sitting = hold_sitting(council.committee, [fresh(dossier)], by=standing, held_on=date(YEAR, 12, 2))
    drafted = services.close_sitting(sitting, by=chair)
    _signed_as_the_route_says(admin, drafted, chair)
    graded = fresh(dossier)
    assert (graded.state, str(graded.grade), graded.result) == (State.RECOGNISED, "Khá", "Loại Khá (75/100 điểm)")

    table = rollup_of(scope_of(graded.cycle, province), by=By.KIND)
    assert [(group.label, row.label, row.counts.roster) for group in table.groups for row in group.rows] == [
        ("Cấp huyện", "Cấp huyện", 2)
    ]
    admin.force_login(standing)
    for address in (
        reverse("reports:rollup", args=[graded.cycle_id]) + "?theo=district&loai=district",
        reverse("reports:overview"),
        reverse("evaluations:list") + "?kind=district",
        reverse("units:detail", args=[district.pk]),
    ):
        page = admin.get(address)
        assert page.status_code == 200 and "Huyện Lạng Giang" in page.content.decode(), address


def _signed_as_the_route_says(client, drafted, chair) -> None:
    """“Ban Chỉ đạo tỉnh” decides: form, paper and number are the committee's; the People's Committee's are refused."""
    client.force_login(chair)
    page = client.get(reverse("evaluations:decision_detail", args=[drafted.pk]))
    offered = [label for _, label in page.context["form"].fields["capacity"].choices]
    assert offered == ["TM. BAN CHỈ ĐẠO", "TRƯỞNG BAN", "KT. TRƯỞNG BAN"]
    assert page.context["form"]["symbol"].initial == "QĐ-BCĐ"
    name = drafted.sitting.committee.name
    paper = build_draft({"decision": drafted.pk}, drafted.issuer)
    assert (paper.organ, paper.symbol, paper.capacity) == (
        *((name.upper(),), "QĐ-BCĐ"),
        ("TM. BAN CHỈ ĐẠO", "TRƯỞNG BAN"),
    )
    assert paper.authority == name.upper() and f"Thường trực {in_sentence(name)}" in paper.opening[-1]
    how = {"number": 1, "symbol": "QĐ-BCĐ", "signed_on": date(YEAR, 12, 9), "signer": "Nguyễn Văn Mẫu", "by": chair}
    with pytest.raises(Refused, match="ký với thẩm quyền “TM. BAN CHỈ ĐẠO”"):
        services.issue_decision(drafted, capacity=Capacity.CHAIR, **how)
    issued = services.issue_decision(drafted, capacity=Capacity.BOARD, **how)
    assert (issued.reference, issued.get_capacity_display()) == ("01/QĐ-BCĐ", "TM. BAN CHỈ ĐẠO")


def test_nobody_at_the_district_decides_on_it(admin, province):
    """The control: the province appraises, so the district's own standing body is refused."""
    found = opened(admin, written(admin))["Huyện Yên Thế"]
    own = make_committee(found.unit).people[1]
    admin.force_login(own)
    workflow.advance(fresh(found), Action.REGISTER, by=make_user(Role.LEADER, found.unit))
    refused = admin.post(reverse("evaluations:act", args=[found.pk]), {"action": Action.APPRAISE, "once": new_token()})
    assert refused.status_code == 422 and fresh(found).state == State.REGISTERED


def test_the_year_after_the_districts_ended_has_none_to_judge(admin, province):
    own = written(admin)
    province_districts = province.children.filter(kind=UnitKind.DISTRICT)
    province_districts.update(closed_on=date(2025, 6, 30))
    asked = {"programme": own.programme_id, "year": 2026, "as_of": "02/01/2026", "once": new_token()}
    response = admin.post(reverse("evaluations:cycle_open"), asked)
    assert response.status_code == 422 and "Không có đơn vị nào của Tỉnh Bắc Giang thuộc diện xét" in said(response)
