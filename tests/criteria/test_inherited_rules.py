"""Rules of a province that ended: read by its heir, counting the years until then, named by the merger's dry run."""

import html
from datetime import date

import pytest
from django.urls import reverse
from django.utils import timezone

from criteria.models import AwardBar, CriteriaSet, LegalDocument, Programme, StreakRule
from criteria.packs.content import content_of
from criteria.permissions import may_write
from criteria.queries import rules_held
from criteria.services import lacks, rules
from tests.evaluations.factories import published_sets
from tests.evaluations.streaks.results import RECOGNISED, make_rule, record
from tests.units.factories import make_province, make_units, make_user
from tests.units.reforming import line
from units import reforms
from units.enums import Role, Streaks, Subtype, UnitKind
from units.models import Unit

pytestmark = [pytest.mark.both, pytest.mark.django_db]  # years counted in SQL


@pytest.fixture(autouse=True)
def today(monkeypatch):
    monkeypatch.setattr(timezone, "localdate", lambda *args: date(2026, 11, 26))


def said(response) -> str:
    return " ".join(html.unescape(response.content.decode()).split())


def ground(name: str, code: str):
    province = make_province(name, code)
    district = make_units(province, UnitKind.DISTRICT, Subtype.RURAL_DISTRICT, [f"Huyện {code}"])[0]
    commune = make_units(district, UnitKind.COMMUNE, Subtype.COMMUNE, [f"Xã {code}"])[0]
    area = make_units(commune, UnitKind.RESIDENTIAL_AREA, Subtype.VILLAGE, [f"Thôn {code}"])[0]
    return province, commune, area


def ruled(code: str, province_code: str, **fields) -> StreakRule:
    rule = make_rule(code, province_code=province_code, **fields)
    rule.name = f"Quy tắc {code}"
    rule.document = LegalDocument.objects.create(
        code=f"QD-{code}",
        number=f"{code}/QĐ-UBND",
        title="Khen thưởng",
        issuer="Uỷ ban nhân dân tỉnh",
        issued_on=fields.get("valid_from") or date(2021, 1, 5),
        province_code=province_code,
        scan_sha256="a" * 64,
    )
    rule.save()
    return rule


@pytest.fixture
def old():
    """Yên Bái (15) with a rule, a bar and years; Lào Cai (10), which takes the code 15."""
    first, commune, area = ground("Tỉnh Yên Bái", "15")
    second, other, far = ground("Tỉnh Lào Cai", "10")
    rule, theirs = ruled("15-LT-1", "15"), ruled("10-LT-1", "10")
    for year in (2022, 2023, 2024):
        record(commune, year, {area: RECOGNISED})
        record(other, year, {far: RECOGNISED})
    AwardBar.objects.create(
        province=first, bar="unmet", programme=Programme.objects.get(code="safety"), first_year=2021, ground="Đề án 15"
    )
    return first, second, area, far, rule, theirs


@pytest.fixture
def plan(old):
    first, second = old[:2]
    made = reforms.new_reform(
        number="202/2025/QH15",
        title="Sắp xếp tỉnh",
        issuer="Quốc hội",
        effective_on=date(2025, 7, 1),
        provinces=[first, second],
        streaks=Streaks.CARRY,
        by=None,
    )
    lines = [
        line("open", kind=UnitKind.PROVINCE, subtype=Subtype.PROVINCE, code="15", name="Tỉnh Lào Cai mới", key="M"),
        line("merge", first, to_key="M"),
        line("merge", second, to_key="M"),
    ]
    reforms.write_changes(made, lines, by=None)
    return made


@pytest.fixture
def heir(plan):
    reforms.apply(plan, by=None)
    return Unit.objects.get(name="Tỉnh Lào Cai mới")


def test_the_dry_run_names_rules_and_bars_of_the_provinces_that_end(client, old, plan):
    user = make_user(Role.ADMIN, old[0])
    client.force_login(user)
    page = said(client.get(reverse("units:reform_detail", args=[plan.pk])))
    assert "Tỉnh Yên Bái: năm liên tục “Quy tắc 15-LT-1” (15-LT-1/QĐ-UBND); Tỉnh Lào Cai mới cần ban hành" in page
    assert "Tỉnh Lào Cai: năm liên tục “Quy tắc 10-LT-1”" in page
    assert "(Đề án 15); Tỉnh Lào Cai mới muốn áp dụng thì đặt lại" in page
    assert "kết quả đến năm 2024 tính theo quy tắc ấy. Từ năm 2025," in page


def test_an_heir_of_the_same_name_is_told_apart_by_its_days_and_own_sets_are_named(client, old, plan):
    plan.changes.filter(name="Tỉnh Lào Cai mới").update(name="Tỉnh Lào Cai")
    published_sets()
    own = CriteriaSet.objects.published().filter(province_code="", is_example=False).first()
    own.pk, own.code, own.province_code, own.name = None, "RIENG", "10", "Bộ riêng của tỉnh"
    own.first_year, own.last_year = 2024, None
    own.save()
    client.force_login(make_user(Role.ADMIN, old[0]))
    page = said(client.get(reverse("units:reform_detail", args=[plan.pk])))
    assert "Tỉnh Lào Cai (đến hết 30/06/2025): năm liên tục “Quy tắc 10-LT-1”" in page
    assert "Tỉnh Lào Cai (từ 01/07/2025) cần ban hành quy tắc mới" in page
    assert f"bộ tiêu chí “Bộ riêng của tỉnh” (RIENG/{own.version}) không theo sang" in page


def test_the_heir_reads_them_and_their_years_are_counted_on_their_own_ground(client, old, heir):
    _, _, area, far, rule, theirs = old
    user = make_user(Role.STAFF, heir)
    client.force_login(user)
    for one in (rule, theirs):
        page = client.get(reverse("criteria:rule", args=[one.pk]))
        assert page.status_code == 200 and "đến năm 2024" in said(page)
        assert LegalDocument.objects.visible_to(user).filter(pk=one.document_id).exists()
        assert not may_write(user, StreakRule.objects.get(pk=one.pk))  # though one bears the heir's code
    assert AwardBar.objects.visible_to(user).count() == 1
    listed = said(client.get(reverse("criteria:rules")))
    assert "Tỉnh Yên Bái, đã kết thúc 30/06/2025: tính đến năm 2024" in listed
    for one, here, there in ((rule, area, far), (theirs, far, area)):
        page = client.get(reverse("evaluations:streak_list"), {"rule": one.pk})
        assert page.context["span"].last == 2024
        assert [(row.unit, row.standing.streak) for row in page.context["rows"]] == [(here, 3)], there
        assert "từ năm 2025 Tỉnh Lào Cai mới tính theo quy tắc do mình ban hành" in said(page)
        assert "(đến 30/06/2025) ban hành và chỉ tính cho đơn vị của tỉnh ấy" in said(
            page
        )  # the heir may bear its name


def test_the_heir_publishes_its_own_beside_the_one_under_its_code(old, heir):
    own = ruled("15-LT-2", "15", valid_from=date(2025, 7, 1), status="draft")
    assert rules.rule_lacks(own) == []
    own.status = "published"
    own.save()
    held = rules_held(StreakRule.objects.select_related("document"), heir)
    assert [one.code for one in held if one.province_code][0] == "15-LT-2"
    assert [one.holds_in(2025) for one in held if one.province_code] == [True, False, False]
    assert may_write(make_user(Role.STAFF, heir), own)


def test_the_heir_is_told_before_it_publishes_what_would_be_of_the_province_that_had_its_code(old, heir):
    """Code 15 was Yên Bái's: a rule in force then, or a set under a document of then, would count for nobody here."""
    early = ruled("15-LT-2", "15", valid_from=date(2024, 1, 1), status="draft")
    (told,) = [one for one in rules.rule_lacks(early) if "khi mã tỉnh 15 còn là của Tỉnh Yên Bái" in one]
    assert told.startswith("hiệu lực từ 01/01/2024")
    assert "hãy ghi hiệu lực từ ngày 01/07/2025 trở đi" in told
    published_sets()
    own = CriteriaSet.objects.published().filter(province_code="", is_example=False).first()
    own.pk, own.code, own.province_code, own.status, own.first_year = None, "RIENG", "15", "draft", 2026
    newer = ruled("15-LT-3", "15", valid_from=date(2026, 1, 5))
    for document, is_told in ((old[4].document, True), (newer.document, False)):
        own.document = document
        own.save()
        sentences = [one for one in lacks(own, content_of(own)) if "khi mã tỉnh 15 còn là của Tỉnh Yên Bái" in one]
        assert bool(sentences) == is_told
        assert (own in CriteriaSet.objects.for_province(heir)) != is_told  # what is told is what would happen


def test_nobody_else_reads_them(old, heir):
    outside = make_user(Role.STAFF, make_province("Tỉnh Xa", "77"))
    assert not StreakRule.objects.visible_to(outside).exclude(province_code="").exists()
    assert not LegalDocument.objects.visible_to(outside).exclude(province_code="").exists()
