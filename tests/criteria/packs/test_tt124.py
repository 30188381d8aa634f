"""TT 124/2021 as law.md reads it: every code with its measure, written out by hand, against the shipped pack."""

from datetime import date
from decimal import Decimal

import pytest

from criteria.enums import Measure, SetStatus, Step
from criteria.judging.values import Value
from criteria.judging.verdicts import judge
from criteria.models import routes_on
from criteria.queries import specs_of
from tests.criteria.factories import first_versions

FORCE, DETECTED = "force_majeure", "detected_mitigated_reported"
KDC = """
1 group 4.1
1.1 must 4.1 q1
1.2 must 4.1 q1
1.3 percent=100 4.1
2 must 4.2
3 group 4.3
3a event 4.3.a
3b event 4.3.b
3c event 4.3.c
3d event 4.3.d
3dd event 4.3.đ
3e event 4.3.e
3g event 4.3.g
4 group 4.4
4a trend 4.4.a
4b event 4.4.b force+detected
4c must 4.4.c
4d event 4.4.d force
5 group 4.5
5.1 must 4.5
5.2 event 4.5
"""
XA = """
1 group 5.1
1.1 must 5.1 q1
1.2 must 5.1 q1
1.3 count>=1 5.1
2 group 5.2
2.KDC-2 must 5.2+4.2
2.KDC-3a event 5.2+4.3.a
2.KDC-3b event 5.2+4.3.b
2.KDC-3c event 5.2+4.3.c
2.KDC-3d event 5.2+4.3.d
2.KDC-3dd event 5.2+4.3.đ
2.KDC-3e event 5.2+4.3.e
2.KDC-3g event 5.2+4.3.g
2.KDC-4a trend 5.2+4.4.a
2.KDC-4b event 5.2+4.4.b force+detected
2.KDC-4c must 5.2+4.4.c
2.KDC-4d event 5.2+4.4.d force
3 group 5.3
3.1 must 5.3
3.2 event 5.3
4 group 5.4
4.1 derived=100 5.4
4.2 derived>=70 5.4
"""
CQDN = """
1 group 6.1
1.1 must 6.1 q1 na
1.2 must 6.1 q1
1.3 must 6.1
1.4 percent=100 6.1
1.5 count>=1 6.1
2 must 6.2
3 group 6.3
3a event 6.3.a
3b event 6.3.b
3c event 6.3.c
3d event 6.3.d
3dd event 6.3.đ force+detected
3e event 6.3.e
3g event 6.3.g force
3h event 6.3.h
4 group 6.4
4.1 must 6.4 na
4.2 event 6.4
5 group 6.5
5.1 percent>=70 6.5 na
5.2 event 6.5
"""
CSGD = """
1 group 7.1
1.1 must 7.1 q1 na
1.2 must 7.1 q1
1.3 must 7.1
1.4 percent=100 7.1
1.5 count>=1 7.1
2 group 7.2
2.1 must 7.2
2.2 must 7.2 na
3 group 7.3
3.CQDN-3a event 7.3+6.3.a
3.CQDN-3b event 7.3+6.3.b
3.CQDN-3c event 7.3+6.3.c
3.CQDN-3dd event 7.3+6.3.đ force+detected
3.CQDN-3e event 7.3+6.3.e
3.CQDN-3g event 7.3+6.3.g force
4 group 7.4
4.1 event 7.4
4.2 event 7.4
5 group 7.5
5.CQDN-4.1 must 7.5+6.4 na
5.CQDN-4.2 event 7.5+6.4 na
6 group 7.6
6.1 percent>=70 7.6 na
6.2 event 7.6 na
"""
SIGNS = {"exactly": "=", "at_least": ">="}


def told(row) -> str:
    """A stored criterion in the words of the tables above."""
    threshold = f"{SIGNS[row.comparison]}{row.threshold:.0f}" if row.threshold is not None else ""
    article = row.article.removeprefix("TT 124/2021, Điều ").replace(", Điều ", "+")
    excuses = "+".join({FORCE: "force", DETECTED: "detected"}[one["code"]] for one in row.excuses)
    marks = [f"q{row.due_quarter}" if row.due_quarter else "", "na" if row.not_applicable_when else "", excuses]
    code = row.code.split("-", 2)[2]
    return " ".join(part for part in (code, f"{row.measure}{threshold}", article, *marks) if part)


@pytest.fixture
def sets(lasting_sets, db):
    return first_versions()


@pytest.mark.parametrize(
    ("code", "table"), [("TT124-KDC", KDC), ("TT124-XA", XA), ("TT124-CQDN", CQDN), ("TT124-CSGD", CSGD)]
)
def test_every_line_of_the_circular(sets, code, table):
    assert [told(row) for row in sets[code].criteria.order_by("order")] == table.split("\n")[1:-1]


def test_kinds_exclusions_years_and_windows(sets):
    assert {
        code: (one.unit_kinds, one.excluded_subtypes, one.first_year, one.last_year, one.window(2024), one.status)
        for code, one in sets.items()
        if code.startswith("TT124")
    } == {
        "TT124-KDC": (
            ["residential_area"],
            [],
            *(2022, None, (date(2023, 11, 1), date(2024, 10, 31)), SetStatus.PUBLISHED),
        ),
        "TT124-XA": (["commune"], [], 2022, None, (date(2023, 11, 16), date(2024, 11, 15)), SetStatus.PUBLISHED),
        "TT124-CQDN": (
            ["agency", "enterprise"],
            ["luc_luong_vu_trang", "dn_nho"],
            *(2022, None, (date(2023, 11, 16), date(2024, 11, 15)), SetStatus.PUBLISHED),
        ),
        "TT124-CSGD": (
            ["school"],
            ["luc_luong_vu_trang", "mam_non", "tieu_hoc"],
            *(2022, None, (date(2023, 11, 16), date(2024, 11, 15)), SetStatus.PUBLISHED),
        ),
    }


def the_routes(sets, day):
    found = {}
    for code, one in sets.items():
        if code.startswith("TT124"):
            found |= routes_on(one, day)
    return {
        key: (route.enter_level, route.appraise_level, route.decide_level, route.confidence)
        for key, route in found.items()
    }


ORGANISATIONS = ("agency", "enterprise", "school")


def test_routes_while_there_were_districts(sets):
    expected = {
        ("residential_area", "commune"): ("commune", "commune", "commune", "T"),
        ("commune", "district"): ("commune", "district", "district", "T"),
    } | {
        (kind, level): (level, level, level, "T")
        for kind in ORGANISATIONS
        for level in ("commune", "district", "province")
    }
    assert the_routes(sets, date(2022, 2, 10)) == expected
    assert the_routes(sets, date(2025, 6, 30)) == expected
    assert the_routes(sets, date(2022, 2, 9)) == {}


def test_routes_since_the_districts_ended(sets):
    expected = {
        ("residential_area", "commune"): ("commune", "commune", "commune", "I"),
        ("commune", "province"): ("commune", "province", "province", "I"),
    } | {(kind, level): (level, level, level, "I") for kind in ORGANISATIONS for level in ("commune", "province")}
    assert the_routes(sets, date(2025, 7, 1)) == expected


def test_last_days(sets):
    last_days = {
        (route.kind, deadline.step, deadline.last_day(2024))
        for code, one in sets.items()
        if code.startswith("TT124")
        for route in one.routes.all()
        for deadline in route.deadlines.all()
    }
    kinds = ("residential_area", "commune", *ORGANISATIONS)
    assert last_days == {(kind, Step.REGISTER, date(2024, 3, 31)) for kind in kinds} | {
        (kind, Step.DECIDE, date(2024, 11, 14 if kind == "residential_area" else 19)) for kind in kinds
    }


def test_what_the_portal_counts_itself(sets):
    rows = sets["TT124-XA"].criteria.filter(measure=Measure.DERIVED).order_by("order")
    assert [row.derivation for row in rows] == ["subordinates_registered", "subordinates_recognised"]


def test_every_criterion_asks_what_an_official_reads(sets):
    for code in ("TT124-KDC", "TT124-XA", "TT124-CQDN", "TT124-CSGD"):
        for row in sets[code].criteria.all():
            assert row.label[0].isupper()
            assert not row.label.endswith(".")
            assert row.needs_evidence == (row.measure in (Measure.MUST, Measure.COUNT)), row.code


def answers(criteria_set, **changes):
    """Answers that meet every criterion of the set, but for the changes by the code's last part."""
    good = {
        "must": Value(met=True),
        "event": Value(value=Decimal(0)),
        "trend": Value(numerator=3, denominator=5),
        "percent": Value(numerator=125, denominator=125),
        "derived": Value(numerator=25, denominator=25),
        "count": Value(value=Decimal(1)),
    }
    found = {one.code: good[one.measure] for one in specs_of(criteria_set) if one.measure != "group"}
    return found | {f"{criteria_set.code}-{code}": value for code, value in changes.items()}


def test_a_commune_with_16_of_25_units_is_told_how_many_it_lacks(sets):
    commune = sets["TT124-XA"]
    verdict = judge(specs_of(commune), answers(commune, **{"4.2": Value(numerator=16, denominator=25)}))
    assert [finding.sentence for finding in verdict.failed] == [
        "Mới 16/25 đơn vị được công nhận (cần từ 70%, tức ít nhất 18); còn thiếu 2 đơn vị (TT 124/2021, Điều 5.4)."
    ]
    assert judge(specs_of(commune), answers(commune, **{"4.2": Value(numerator=18, denominator=25)})).label == "Đạt"


def test_a_school_without_guards_can_be_safe(sets):
    school = sets["TT124-CSGD"]
    none = Value(not_applicable=True)
    verdict = judge(specs_of(school), answers(school, **{"5.CQDN-4.1": none, "5.CQDN-4.2": none, "2.2": none}))
    assert verdict.label == "Đạt"
