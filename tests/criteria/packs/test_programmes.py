"""Every programme's law as far as it was read, against law.md and the five documents; and the examples beside it."""

from datetime import date
from decimal import Decimal

import pytest

from criteria import services
from criteria.enums import Measure, SetStatus
from criteria.judging.values import Value
from criteria.judging.verdicts import Result, judge
from criteria.models import CriteriaSet, LegalDocument, Programme, StreakRule, routes_on
from criteria.packs.content import content_of
from criteria.packs.differences import differences
from criteria.packs.reading import all_packs, demo_packs, read_packs
from criteria.packs.stored import known
from criteria.queries import rule_of, sets_for, specs_of
from portal.core.errors import Refused
from tests.criteria.factories import add_examples, first_versions
from units.models import Unit

XUAT_SAC = ["Xuất sắc", "Khá", "Trung bình", "Yếu"]
TOT = ["Tốt", "Khá", "Trung bình", "Yếu"]
BODIES = ("agency", "enterprise", "school")
# Code -> programme, province, years, outcome, number of criteria asked, that are marked as not read.
LAW = {
    "TT23-KDC": ("safety", "", 2012, 2021, "all_met", 5, 0),
    "TT23-XA": ("safety", "", 2012, 2021, "all_met", 6, 0),
    "TT23-CQDN": ("safety", "", 2012, 2021, "all_met", 0, 0),
    "TT23-NT": ("safety", "", 2012, 2021, "all_met", 3, 0),
    "QD510-KDC": ("grading", "", 2022, None, "grades", 0, 0),
    "QD510-XA": ("grading", "", 2022, None, "grades", 0, 0),
    "QD510-CQ": ("grading", "", 2022, None, "grades", 5, 1),
    "BG2020-PL": ("grading", "24", 2020, 2021, "grades", 0, 0),
    "QD9745-XA": ("exemplar", "", 2023, None, "number_met", 2, 0),
    "QD9745-CQ": ("exemplar", "", 2023, None, "number_met", 1, 0),
    "KH91-XA": ("exemplar", "75", 2023, None, "number_met", 2, 0),
    "KH91-CQ": ("exemplar", "75", 2023, None, "number_met", 1, 0),
    "DA375-KDC": ("da375", "38", 2008, 2012, "results_only", 0, 0),
    "QN-ANCS": ("ancs", "22", 2023, None, "all_met", 7, 1),
}


@pytest.fixture
def sets(lasting_sets, db):
    return first_versions()


@pytest.fixture
def examples(sets):
    return add_examples()


def test_what_was_not_read_whole_is_a_draft_with_its_gaps(sets):
    found = {}
    for code, one in sets.items():
        if code.startswith("TT124"):
            continue
        asked = one.criteria.exclude(measure=Measure.GROUP)
        unread = asked.filter(confidence="N").count()
        found[code] = (one.programme.code, one.province_code, one.first_year, one.last_year, one.outcome)
        found[code] += (asked.count(), unread)
        assert one.status == SetStatus.DRAFT and one.gaps and not one.is_example, code
        assert services.lacks(one, content_of(one), with_papers=False), code
    assert found == LAW


def test_no_route_is_invented(sets):
    """Only Đồng Nai's plan names who decides; authority under TT 23, QĐ 510 and the others was not read."""
    with_routes = {code for code, one in sets.items() if one.routes.exists() and not code.startswith("TT124")}
    assert with_routes == {"KH91-XA", "KH91-CQ"}


# --- TT 23/2012 ------------------------------------------------------------------------------------------------


def test_the_seventy_percent_of_2012_counts_residential_areas_alone(sets):
    line = sets["TT23-XA"].criteria.get(code="TT23-XA-4")
    assert (line.measure, line.derivation, line.derived_from) == (
        "derived",
        "subordinates_recognised",
        ["residential_area"],
    )
    ten_years_on = sets["TT124-XA"].criteria.get(code="TT124-XA-4.2")
    assert (ten_years_on.derivation, ten_years_on.derived_from) == ("subordinates_recognised", [])


# --- TT 48/2025 ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", ["TT124-KDC", "TT124-XA", "TT124-CQDN", "TT124-CSGD"])
def test_the_amendment_is_a_new_version_with_every_criterion_the_same(sets, code):
    first, second = (CriteriaSet.objects.get(code=code, version=version) for version in (1, 2))
    before, after = content_of(first), content_of(second)
    assert after["criteria"] == before["criteria"] and after["window_article"] == before["window_article"]
    assert after["excluded_subtypes"] == before["excluded_subtypes"]
    changed = {line.split(":")[0] for line in differences(before, after)}
    assert {"Văn bản", "Phiên bản", "Từ năm"} <= changed and not changed & {row["code"] for row in after["criteria"]}
    assert (second.status, second.document.code, second.first_year) == ("draft", "TT48-2025", 2026)
    assert "chưa đọc được" in second.gaps[0]
    assert set(second.routes.values_list("confidence", flat=True)) == {"I"}
    assert not second.routes.filter(managed_at="district").exists()
    assert not second.routes.filter(decide_level="district").exists()


def test_the_year_of_the_change_stays_with_the_first_version(sets):
    programme = Programme.objects.get(code="safety")
    for one in CriteriaSet.objects.filter(version=2):
        services.publish(one)
    judged = {
        year: {one.version for one, _ in sets_for(programme, year, Unit(code="24"))} for year in (2024, 2025, 2026)
    }
    assert judged == {2024: {1}, 2025: {1}, 2026: {2}}
    commune = CriteriaSet.objects.get(code="TT124-XA", version=2)
    assert commune.name.startswith("Xã, phường, đặc khu đạt")
    assert list(routes_on(commune, date(2026, 1, 2))) == [("commune", "province")]


def test_every_pupil_of_the_old_school_line_signs(sets):
    line = sets["TT23-NT"].criteria.get(number="1.2")
    assert (line.measure, line.comparison, line.threshold, line.article) == (
        "percent",
        "exactly",
        100,
        "TT 23/2012, Điều 8.1",
    )


# --- QĐ 510/2022 and Bắc Giang's scheme before it --------------------------------------------------------------


def test_grades_have_their_names_and_no_invented_bounds(sets):
    for code in ("QD510-KDC", "QD510-XA", "QD510-CQ", "BG2020-PL"):
        grades = sets[code].grades.order_by("rank")
        assert [one.label for one in grades] == (TOT if code.startswith("BG") else XUAT_SAC)
        assert [one.rank for one in grades] == [1, 2, 3, 4]
        assert {one.lower_bound for one in grades} == {None}


def test_the_days_of_grading_are_told_though_no_route_holds_them(sets):
    for code, day in (("QD510-KDC", "20/11"), ("QD510-XA", "30/11"), ("QD510-CQ", "30/11")):
        assert any(gap.startswith("Hạn hoàn thành") and f"trước ngày {day}" in gap for gap in sets[code].gaps), code
    assert any("15/12" in gap for gap in sets["QD510-XA"].gaps)  # the district's


def test_the_sheet_of_bodies_holds_the_twelve_points_that_were_seen(sets):
    sheet = sets["QD510-CQ"]
    lines = sheet.criteria.filter(measure=Measure.POINTS).order_by("order")
    assert [(line.number, line.max_points, line.confidence) for line in lines] == [
        ("1", 3, "T*"),
        ("2", 3, "T*"),
        ("3", 5, "T*"),
        ("4a", 1, "T*"),
        ("4b", None, "N"),
    ]
    assert sheet.points_total == 100
    assert services.lacks(sheet, content_of(sheet), with_papers=False) == [
        "tiêu chí QD510-CQ-4b chưa đọc được trong văn bản",
        "tiêu chí QD510-CQ-4b chấm điểm nhưng chưa có điểm tối đa",
        *(
            f"chưa có tuyến xét duyệt cho loại đơn vị “{kind}”"
            for kind in ("Cơ quan", "Doanh nghiệp", "Cơ sở giáo dục")
        ),
        *(f"loại {label} chưa có mức điểm" for label in XUAT_SAC),
        "tổng điểm các tiêu chí là 12.00, khác tổng điểm chuẩn 100.00",
    ]


# --- QĐ 9745/2022 and Đồng Nai ---------------------------------------------------------------------------------


def test_dong_nais_routes_days_quotas_and_papers(sets):
    """Kế hoạch 91/KH-UBND: 15/10 to the district, 25/10 to the province, done at the province before 05/11."""
    ways = {}
    for code in ("KH91-XA", "KH91-CQ"):
        one = sets[code]
        assert one.by_selection
        for route in one.routes.prefetch_related("deadlines"):
            days = {
                step.step: step.last_day(2023) for step in route.deadlines.all() if step.step in ("submit", "decide")
            }
            ways[route.kind, route.managed_at] = (route.enter_level, route.decide_level, days)
    fifteenth, before_25, before_5 = date(2023, 10, 14), date(2023, 10, 24), date(2023, 11, 4)
    expected = {("commune", "district"): ("commune", "district", {"submit": fifteenth})}
    for kind in BODIES:
        expected |= {
            (kind, "commune"): ("commune", "district", {"submit": fifteenth}),
            (kind, "district"): ("district", "province", {"submit": before_25}),
            (kind, "province"): ("province", "province", {"decide": before_5}),
        }
    assert ways == expected
    quotas = {(code, row.level): row.minimum for code in ("KH91-XA", "KH91-CQ") for row in sets[code].quotas.all()}
    assert quotas == {("KH91-XA", "district"): 1, ("KH91-CQ", "district"): 1, ("KH91-CQ", "province"): 1}
    for code in ("KH91-XA", "KH91-CQ"):
        papers = [paper.name.split()[0] for paper in sets[code].papers.order_by("order")]
        assert papers == ["Tờ", "Báo", "Biên"]


def test_who_may_be_selected_is_marked_as_inferred(sets):
    for code in ("KH91-XA", "KH91-CQ"):
        asked = {
            (row.programme.code, row.years_back, row.worst_rank, row.best_rank, row.confidence)
            for row in sets[code].preconditions.select_related("programme")
        }
        assert asked == {("grading", 1, 2, None, "I")}  # the plan names no other (KH 91, mục II.1)
        assert any("năm trước là suy ra" in gap for gap in sets[code].gaps)


# --- Đề án 375 and the grassroots model ------------------------------------------------------------------------


def test_the_streak_climbs_from_commune_to_district_to_province(sets):
    rule = StreakRule.objects.get(code="DA375")
    assert [(one.years, one.level) for one in rule.titles.order_by("years")] == [
        (1, "commune"),
        (3, "district"),
        (5, "province"),
    ]
    assert (rule.counts, rule.missing_year, rule.province_code) == (["da375", "safety"], "breaks", "38")
    assert rule.statement and rule.gaps


def test_the_year_targets_of_dong_trieu(sets):
    one = sets["QN-ANCS"]
    targets = {line.number: line for line in one.criteria.filter(parent__number="CT")}
    assert (targets["CT3"].measure, targets["CT3"].threshold) == ("trend", 7)
    assert (targets["CT2"].measure, targets["CT2"].comparison, targets["CT2"].threshold) == ("percent", "exactly", 100)
    assert targets["CT1"].measure == "event"
    falling = [(targets[number].measure, targets[number].threshold) for number in ("CT4", "CT5", "CT6")]
    assert falling == [("trend", None)] * 3  # traffic, work, fires: "kéo giảm" without a figure (mục II.4)
    assert one.criteria.get(number="4").confidence == "N"
    assert [gap for gap in one.gaps if "15/10" in gap] and [gap for gap in one.gaps if "ngày 13" in gap]


# --- the examples ----------------------------------------------------------------------------------------------


def test_examples_are_published_and_say_so_everywhere(examples):
    assert {code: (one.programme.code, one.province_code) for code, one in examples.items()} == {
        "VD-PL-KDC": ("grading", "24"),
        "VD-PL-XA": ("grading", "24"),
        "VD-PL-CQ": ("grading", "24"),
        "VD-DH-XA": ("exemplar", "75"),
        "VD-DH-CQ": ("exemplar", "75"),
        "VD-DA375-KDC": ("da375", "38"),
        "VD-ANCS-XA": ("ancs", "22"),
        "VD-TT23-KDC": ("safety", "75"),
        "VD-TT23-XA": ("safety", "75"),
    }
    for one in examples.values():
        assert one.status == SetStatus.PUBLISHED and one.name.startswith("Ví dụ (không phải luật): ")
        document = one.document
        assert (document.number, document.issuer, document.cite) == ("VÍ DỤ", "Dữ liệu mẫu", "VÍ DỤ")
        assert document.province_code == one.province_code
        assert one.gaps


def test_examples_come_only_with_the_demo(sets):
    assert not set(all_packs()) & set(demo_packs()) and len(demo_packs()) == 5
    assert not CriteriaSet.objects.filter(is_example=True).exists()
    assert not LegalDocument.objects.filter(number="VÍ DỤ").exists()


def test_loading_the_examples_again_changes_nothing(examples):
    changes = services.load(read_packs(demo_packs(), known()))
    assert {change.what for change in changes} == {services.SAME}


def test_an_example_stands_in_for_the_drafts_where_it_is_for(examples):
    programme = Programme.objects.get(code="safety")
    there = {one.code: kinds for one, kinds in sets_for(programme, 2021, Unit(code="75"))}
    assert there == {"VD-TT23-KDC": ("residential_area",), "VD-TT23-XA": ("commune",)}
    assert sets_for(programme, 2021, Unit(code="24")) == []
    assert not [one for one, _ in sets_for(programme, 2022, Unit(code="75")) if one.is_example]


def test_an_example_carries_dong_nais_own_routes(examples):
    law = {one.code: one for one in CriteriaSet.objects.filter(code__startswith="KH91")}
    for example, real in (("VD-DH-XA", "KH91-XA"), ("VD-DH-CQ", "KH91-CQ")):
        shown, meant = content_of(examples[example]), content_of(law[real])
        for part in ("routes", "preconditions", "quotas", "papers"):
            assert shown[part] == meant[part] and meant[part], part


def test_law_and_example_cannot_both_be_published(examples):
    law = CriteriaSet.objects.get(code="KH91-XA")
    law.needed_met = 2
    law.save()
    with pytest.raises(Refused) as refusal:
        services.publish(law)
    assert refusal.value.sentence == (
        f"Chưa ban hành được bộ tiêu chí “{law.name}”: trùng năm áp dụng với bộ VD-DH-XA phiên bản 1 đã ban hành."
    )


GOOD = {
    "must": Value(met=True),
    "event": Value(value=Decimal(0)),
    "trend": Value(numerator=1, denominator=2),
    "percent": Value(numerator=100, denominator=100),
    "count": Value(value=Decimal(5)),
    "derived": Value(numerator=9, denominator=9),
}


def answers(one) -> dict[str, Value]:
    """Answers that meet every criterion of the set, with all its points."""
    asked = [line for line in specs_of(one) if line.measure != "group"]
    return {line.code: GOOD.get(line.measure) or Value(value=line.max_points) for line in asked}


def settled(one) -> dict:
    return {
        (row.programme, row.years_back): Result(2022, recognised=True, rank=row.worst_rank, label="Khá")
        for row in rule_of(one).preconditions
    }


def test_every_example_can_be_met(examples):
    for code, one in examples.items():
        verdict = judge(specs_of(one), answers(one), rule_of(one), settled(one))
        assert verdict.outcome == "met", (code, verdict.missing, verdict.failed)
        nothing = judge(specs_of(one), {}, rule_of(one), {})
        assert nothing.outcome == "incomplete", code


def test_an_event_keeps_an_area_from_the_best_grade(examples):
    one = examples["VD-PL-KDC"]
    given = answers(one)
    best = judge(specs_of(one), given, rule_of(one))
    assert (best.grade.label, best.points) == ("Xuất sắc", 100)
    happened = given | {"VD-PL-KDC-5": Value(value=Decimal(1))}
    assert judge(specs_of(one), happened, rule_of(one)).grade.label == "Khá"


def test_an_unsafe_commune_is_graded_no_better_than_the_third(examples):
    one = examples["VD-PL-XA"]
    unsafe = {("safety", 0): Result(2024, recognised=False)}
    assert judge(specs_of(one), answers(one), rule_of(one), unsafe).grade.label == "Trung bình"
    assert judge(specs_of(one), answers(one), rule_of(one), settled(one)).grade.label == "Xuất sắc"
