"""Every kind of outcome: examples, and the properties no rule may break (each with a judge that does)."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import find, given, settings
from hypothesis import strategies as st
from hypothesis.errors import NoSuchExample

from criteria.judging.reasons import examine, plainly_met
from criteria.judging.values import CriterionSpec, Value
from criteria.judging.verdicts import CapSpec, GradeSpec, PreconditionSpec, Result, Rule, Verdict, judge
from tests.conftest import depth

CITE = "HD 1/2030"


def must(number: int, points: str | None = None, **more) -> CriterionSpec:
    fields = {"code": f"C{number}", "number": str(number), "label": f"Việc {number}", "article": f"Điều {number}"}
    return CriterionSpec(**fields | {"measure": "must", "max_points": points and Decimal(points)} | more)


def scored(number: int, most: str, **more) -> CriterionSpec:
    return must(number, most, measure="points", **more)


def percent(number: int, threshold: str, comparison: str = "at_least", **more) -> CriterionSpec:
    labels = {"numerator_label": "hộ đạt", "denominator_label": "hộ"}
    more = labels | {"threshold": Decimal(threshold), "comparison": comparison} | more
    return must(number, **{"measure": "percent"} | more)


YES, NO, UNKNOWN, OUT = Value(met=True), Value(met=False), Value(), Value(not_applicable=True)


def of(top: int, bottom: int) -> Value:
    return Value(numerator=top, denominator=bottom)


def got(points: str) -> Value:
    return Value(value=Decimal(points))


def answers(asked, *values: Value) -> dict[str, Value]:
    return {one.code: value for one, value in zip(asked, values, strict=True)}


def sentences(findings) -> list[str]:
    return [item.sentence for item in findings]


# --- a number of criteria met -----------------------------------------------------------------------------------

FIVE = [must(number, not_applicable_when="không có") for number in range(1, 6)]
THREE_OF_FIVE = Rule(outcome="number_met", cite=CITE, needed_met=3, not_applicable="counts")


@pytest.mark.parametrize(
    ("values", "rule", "expected"),
    [
        ((YES, YES, YES, YES, YES), THREE_OF_FIVE, ("met", 5)),
        ((YES, YES, YES, NO, NO), THREE_OF_FIVE, ("met", 3)),
        ((YES, YES, NO, NO, NO), THREE_OF_FIVE, ("not_met", 2)),
        ((YES, YES, UNKNOWN, NO, NO), THREE_OF_FIVE, ("incomplete", 2)),
        ((YES, UNKNOWN, NO, NO, NO), THREE_OF_FIVE, ("not_met", 1)),
        ((YES, YES, YES, UNKNOWN, UNKNOWN), THREE_OF_FIVE, ("met", 3)),
        ((YES, YES, OUT, NO, NO), THREE_OF_FIVE, ("met", 3)),
        ((YES, YES, OUT, NO, NO), replace(THREE_OF_FIVE, not_applicable="omitted"), ("not_met", 2)),
        ((YES, YES, OUT, NO, NO), replace(THREE_OF_FIVE, not_applicable=""), ("incomplete", 2)),
        ((YES, YES, YES, YES, YES), replace(THREE_OF_FIVE, needed_met=None), ("incomplete", 5)),
        ((YES, YES, YES, YES, YES), replace(THREE_OF_FIVE, needed_met=5), ("met", 5)),
        ((YES, YES, YES, YES, NO), replace(THREE_OF_FIVE, needed_met=5), ("not_met", 4)),
    ],
)
def test_a_number_of_criteria(values, rule, expected):
    verdict = judge(FIVE, answers(FIVE, *values), rule)
    assert (verdict.outcome, verdict.met_count) == expected
    assert verdict.asked_count == 5
    assert verdict.label.endswith(f"({expected[1]}/5 tiêu chí)")


def test_too_few_says_how_many_are_lacking_and_which_were_not_met():
    verdict = judge(FIVE, answers(FIVE, YES, UNKNOWN, NO, NO, NO), THREE_OF_FIVE)
    assert sentences(verdict.failed) == [
        "Mới đạt 1/5 tiêu chí, cần ít nhất 3; còn thiếu 2 tiêu chí, 1 tiêu chí chưa có số liệu có đạt hết cũng chưa "
        "đủ (HD 1/2030).",
        "Tiêu chí 3 chưa đạt: Việc 3 (Điều 3).",
        "Tiêu chí 4 chưa đạt: Việc 4 (Điều 4).",
        "Tiêu chí 5 chưa đạt: Việc 5 (Điều 5).",
    ]
    enough = judge(FIVE, answers(FIVE, YES, YES, YES, YES, NO), THREE_OF_FIVE)
    assert (enough.label, enough.failed) == ("Đạt (4/5 tiêu chí)", ())
    assert sentences(enough.remarks) == ["Tiêu chí 5 chưa đạt: Việc 5 (Điều 5)."]


def test_a_number_nobody_has_read_is_told():
    verdict = judge(FIVE, answers(FIVE, *[YES] * 5), replace(THREE_OF_FIVE, needed_met=None))
    assert sentences(verdict.missing) == [
        "Chưa đọc được trong văn bản số tiêu chí phải đạt nên chưa kết luận được (HD 1/2030)."
    ]


# --- a percentage of units (TT 23/2012: 70 % of the residential areas) ------------------------------------------

AREAS = percent(
    1,
    "70",
    measure="derived",
    derivation="subordinates_recognised",
    article="TT 23/2012, Điều 5",
    numerator_label="khu dân cư được công nhận",
    denominator_label="khu dân cư thuộc diện xét",
)


@pytest.mark.parametrize(
    ("top", "bottom", "outcome"),
    [
        (16, 25, "not_met"),
        (17, 25, "not_met"),  # 68 %
        (18, 25, "met"),  # 72 %
        (7, 10, "met"),  # just 70 %
        (699_999, 1_000_000, "not_met"),  # 69,9999 %: 70,00 when rounded
        (700_000, 1_000_000, "met"),
        (0, 1, "not_met"),
        (0, 0, "incomplete"),
    ],
)
def test_a_share_of_the_areas(top, bottom, outcome):
    assert judge([AREAS], {"C1": of(top, bottom)}).outcome == outcome


def test_sixteen_of_twenty_five_says_what_would_do():
    verdict = judge([AREAS], {"C1": of(16, 25)})
    assert sentences(verdict.failed) == [
        "Mới 16/25 khu dân cư được công nhận (cần từ 70%, tức ít nhất 18); còn thiếu 2 khu dân cư (TT 23/2012, Điều 5)."
    ]


FALL = must(
    1, measure="trend", threshold=Decimal(20), comparison="at_least", numerator_label="vụ", denominator_label="vụ"
)


@pytest.mark.parametrize(
    ("now", "before", "sentence"),
    [
        (4, 5, ""),
        (5, 5, "Tiêu chí 1: năm nay 5, năm trước 5, phải giảm ít nhất 20%; chỉ đạt khi năm nay không quá 4 (Điều 1)."),
        (5, 6, "Tiêu chí 1: năm nay 5, năm trước 6, phải giảm ít nhất 20%; chỉ đạt khi năm nay không quá 4 (Điều 1)."),
        (0, 0, ""),
        (1, 0, "Tiêu chí 1: năm nay 1, năm trước 0, phải giảm ít nhất 20%; chỉ đạt khi năm nay không quá 0 (Điều 1)."),
        (8_000_000, 10_000_000, ""),
    ],
)
def test_a_least_decrease(now, before, sentence):
    verdict = judge([FALL], {"C1": of(now, before)})
    assert sentences(verdict.failed) == ([sentence] if sentence else [])
    assert verdict.outcome == ("not_met" if sentence else "met")


def test_a_share_no_whole_number_is_exactly():
    verdict = judge([percent(1, "50", "exactly")], {"C1": of(12, 25)})
    assert sentences(verdict.failed) == ["Mới 12/25 hộ đạt (cần đúng 50%) (Điều 1)."]


# --- points and grades ------------------------------------------------------------------------------------------

SHEET = [must(1, "40"), scored(2, "30"), scored(3, "20"), must(4, "10", not_applicable_when="không có tổ")]
GRADES = tuple(
    GradeSpec(rank, label, Decimal(bound), f"Điều 9.{rank}")
    for rank, label, bound in ((1, "Tốt", "90"), (2, "Khá", "70"), (3, "Trung bình", "50"), (4, "Yếu", "0"))
)
RULE = Rule(outcome="grades", cite=CITE, points_total=Decimal(100), not_applicable="counts", grades=GRADES)


@pytest.mark.parametrize(
    ("values", "rule", "label"),
    [
        ((YES, got("30"), got("20"), YES), RULE, "Loại Tốt (100/100 điểm)"),
        ((YES, got("25"), got("15"), YES), RULE, "Loại Tốt (90/100 điểm)"),
        ((YES, got("25"), got("14.99"), YES), RULE, "Loại Khá (89,99/100 điểm)"),
        ((YES, got("22.5"), got("10"), YES), RULE, "Loại Khá (82,5/100 điểm)"),
        ((YES, got("15"), got("5"), YES), RULE, "Loại Khá (70/100 điểm)"),
        ((NO, got("30"), got("20"), NO), RULE, "Loại Trung bình (50/100 điểm)"),
        ((NO, got("0"), got("0"), NO), RULE, "Loại Yếu (0/100 điểm)"),
        ((YES, got("30"), got("20"), OUT), RULE, "Loại Tốt (100/100 điểm)"),
        ((YES, got("30"), got("10"), OUT), replace(RULE, not_applicable="omitted"), "Loại Khá (80/100 điểm)"),
        ((YES, got("30"), got("20"), OUT), replace(RULE, not_applicable=""), "Chưa đủ số liệu (90/100 điểm)"),
        ((YES, UNKNOWN, got("20"), YES), RULE, "Chưa đủ số liệu (70/100 điểm)"),
        ((YES, got("31"), got("20"), YES), RULE, "Chưa đủ số liệu (70/100 điểm)"),  # more than the criterion has
        ((YES, got("30"), got("20"), YES), replace(RULE, grades=()), "Chưa đủ số liệu (100/100 điểm)"),
        ((YES, got("30"), got("20"), YES), replace(RULE, points_total=None), "Loại Tốt (100 điểm)"),
        (
            (YES, got("30"), got("20"), YES),
            replace(RULE, grades=(*GRADES[:2], replace(GRADES[2], lower_bound=None))),
            "Chưa đủ số liệu (100/100 điểm)",
        ),
        ((NO, got("30"), got("10"), NO), replace(RULE, grades=GRADES[:3]), "Chưa đạt (40/100 điểm)"),
    ],
)
def test_a_grade(values, rule, label):
    assert judge(SHEET, answers(SHEET, *values), rule).label == label


def test_a_grade_says_what_costs_points_and_what_the_next_one_asks():
    verdict = judge(SHEET, answers(SHEET, YES, got("22.5"), got("20"), NO), RULE)
    assert verdict.label == "Loại Khá (82,5/100 điểm)"
    assert sentences(verdict.remarks) == [
        "Còn thiếu 7,5 điểm để đạt loại Tốt (từ 90 điểm) (Điều 9.1).",
        "Tiêu chí 4 chưa đạt: Việc 4; mất 10 điểm (Điều 4).",
        "Tiêu chí 2: được 22,5/30 điểm, mất 7,5 điểm (Điều 2).",
    ]
    assert (verdict.unmet, set(verdict.reasons)) == ({"C4"}, {"C2", "C4"})
    assert judge(SHEET, answers(SHEET, YES, got("30"), got("20"), YES), RULE).remarks == ()


def test_points_under_the_lowest_grade_say_so():
    verdict = judge(SHEET, answers(SHEET, NO, got("30"), got("10"), NO), replace(RULE, grades=GRADES[:3]))
    assert sentences(verdict.failed) == [
        "Được 40 điểm, chưa tới mức thấp nhất để xếp loại (loại Trung bình từ 50 điểm); còn thiếu 10 điểm (Điều 9.3)."
    ]


CAPPED = replace(RULE, caps=(CapSpec("C4", 3, "Điều 10"),))


@pytest.mark.parametrize(
    ("fourth", "label"),
    [(YES, "Loại Tốt (100/100 điểm)"), (NO, "Loại Trung bình (90/100 điểm)"), (OUT, "Loại Tốt (100/100 điểm)")],
)
def test_a_cap(fourth, label):
    assert judge(SHEET, answers(SHEET, YES, got("30"), got("20"), fourth), CAPPED).label == label


def test_a_cap_says_why_and_only_where_it_holds_the_grade_down():
    held = judge(SHEET, answers(SHEET, YES, got("30"), got("20"), NO), CAPPED)
    assert sentences(held.remarks) == [
        "Số điểm đủ loại Tốt nhưng chỉ được xếp cao nhất là loại Trung bình vì tiêu chí 4 chưa đạt (Điều 10).",
        "Tiêu chí 4 chưa đạt: Việc 4; mất 10 điểm (Điều 4).",
    ]
    low = judge(SHEET, answers(SHEET, NO, got("30"), got("20"), NO), CAPPED)
    assert (low.label, low.remarks[0].sentence) == (
        "Loại Trung bình (50/100 điểm)",
        "Còn thiếu 20 điểm để đạt loại Khá (từ 70 điểm); hiện còn bị khống chế vì tiêu chí 4 chưa đạt (Điều 9.2).",
    )


# --- results of other programmes --------------------------------------------------------------------------------

SAFE = PreconditionSpec("safety", 0, "An toàn về an ninh, trật tự", article="Điều 11")
KEEPS = replace(SAFE, best_rank=3)
GOOD_BEFORE = PreconditionSpec("grading", 1, "xếp loại Khá trở lên năm trước", worst_rank=2, article="Điều 12")
FULL = answers(SHEET, YES, got("30"), got("20"), YES)
POOR = answers(SHEET, NO, got("30"), got("20"), NO)


@pytest.mark.parametrize(
    ("required", "results", "values", "label", "sentence"),
    [
        (SAFE, {("safety", 0): Result(2030, recognised=True)}, FULL, "Loại Tốt (100/100 điểm)", None),
        (
            SAFE,
            {("safety", 0): Result(2030, recognised=False)},
            FULL,
            "Chưa đạt (100/100 điểm)",
            "Chưa đủ điều kiện “An toàn về an ninh, trật tự” (năm 2030: chưa đạt) (Điều 11).",
        ),
        (
            SAFE,
            {},
            FULL,
            "Chưa đủ số liệu (100/100 điểm)",
            "Chưa có kết quả để xét điều kiện “An toàn về an ninh, trật tự” (Điều 11).",
        ),
        (
            KEEPS,
            {("safety", 0): Result(2030, recognised=False)},
            FULL,
            "Loại Trung bình (100/100 điểm)",
            "Số điểm đủ loại Tốt nhưng chỉ được xếp cao nhất là loại Trung bình vì chưa đủ điều kiện "
            "“An toàn về an ninh, trật tự” (năm 2030: chưa đạt) (Điều 11).",
        ),
        (
            KEEPS,
            {},
            FULL,
            "Chưa đủ số liệu (100/100 điểm)",
            "Chưa có kết quả để xét điều kiện “An toàn về an ninh, trật tự” (Điều 11).",
        ),
        (
            KEEPS,
            {},
            POOR,
            "Chưa đủ số liệu (50/100 điểm)",
            "Chưa có kết quả để xét điều kiện “An toàn về an ninh, trật tự” (Điều 11).",
        ),
        (GOOD_BEFORE, {("grading", 1): Result(2029, True, 2, "loại Khá")}, FULL, "Loại Tốt (100/100 điểm)", None),
        (
            GOOD_BEFORE,
            {("grading", 1): Result(2029, True, 3, "loại Trung bình")},
            FULL,
            "Chưa đạt (100/100 điểm)",
            "Chưa đủ điều kiện “xếp loại Khá trở lên năm trước” (năm 2029: loại Trung bình) (Điều 12).",
        ),
        (
            GOOD_BEFORE,
            {("grading", 1): Result(2029, recognised=False)},
            FULL,
            "Chưa đạt (100/100 điểm)",
            "Chưa đủ điều kiện “xếp loại Khá trở lên năm trước” (năm 2029: chưa đạt) (Điều 12).",
        ),
    ],
)
def test_a_result_of_another_programme(required, results, values, label, sentence):
    verdict = judge(SHEET, values, replace(RULE, preconditions=(required,)), results)
    found = sentences((*verdict.failed, *verdict.missing, *verdict.remarks))
    assert (verdict.label, found[0] if found else None) == (label, sentence)


@pytest.mark.parametrize("outcome", ["all_met", "number_met"])
@pytest.mark.parametrize(
    ("results", "expected"),
    [
        ({("safety", 0): Result(2030, recognised=True)}, "met"),
        ({("safety", 0): Result(2030, recognised=False)}, "not_met"),
        ({}, "incomplete"),
    ],
)
def test_every_kind_of_outcome_may_require_a_result(outcome, results, expected):
    rule = Rule(outcome=outcome, needed_met=3 if outcome == "number_met" else None, preconditions=(SAFE,))
    assert judge(FIVE, answers(FIVE, *[YES] * 5), rule, results).outcome == expected
    assert judge(FIVE, answers(FIVE, *[NO] * 5), rule, results).outcome == "not_met"


# --- properties -------------------------------------------------------------------------------------------------

Judge = Callable[..., Verdict]
Sheet = list[tuple[CriterionSpec, Value]]
ORDER = {"not_met": 0, "incomplete": 1, "met": 2}
points = st.decimals(0, 20, places=2)


def height(verdict: Verdict) -> tuple[int, int]:
    """How good an outcome is: the better, the higher."""
    return ORDER[verdict.outcome], -verdict.grade.rank if verdict.grade else -9


@st.composite
def lines(draw) -> tuple[CriterionSpec, Value]:
    """A criterion with an answer: met, not met, open, not applicable, or some of its points."""
    number, most = draw(st.integers(1, 9999)), draw(points)
    kind = draw(st.sampled_from(["must", "points", "percent"]))
    if kind == "points":
        return scored(number, str(most)), draw(
            st.just(UNKNOWN) | st.decimals(0, most, places=2).map(lambda n: got(str(n)))
        )
    if kind == "percent":
        asked = percent(number, "70", max_points=most)
        return asked, draw(st.sampled_from([UNKNOWN, of(1, 1), of(16, 25), of(18, 25)]))
    return must(number, str(most), not_applicable_when="không có"), draw(st.sampled_from([YES, NO, OUT, UNKNOWN]))


sheets = st.lists(lines(), min_size=1, max_size=7).map(
    lambda found: [(replace(asked, code=f"C{place}"), value) for place, (asked, value) in enumerate(found)]
)
bounds = st.lists(st.integers(1, 90), min_size=1, max_size=3, unique=True).map(
    lambda found: sorted(found, reverse=True)
)


@st.composite
def rules(draw) -> Rule:
    grades = tuple(GradeSpec(rank, f"Loại {rank}", Decimal(bound)) for rank, bound in enumerate([*draw(bounds), 0], 1))
    ranks = st.integers(1, len(grades))
    return Rule(
        outcome=draw(st.sampled_from(["all_met", "number_met", "grades"])),
        needed_met=draw(st.none() | st.integers(1, 7)),
        not_applicable=draw(st.sampled_from(["counts", "omitted"])),
        grades=grades,
        caps=tuple(CapSpec(f"C{place}", draw(ranks)) for place in draw(st.sets(st.integers(0, 6), max_size=3))),
        preconditions=draw(st.sampled_from([(), (SAFE,), (replace(SAFE, best_rank=len(grades)),)])),
    )


some_results = st.sampled_from([{}, *({("safety", 0): Result(2030, recognised=found)} for found in (True, False))])
cases = st.tuples(sheets, rules(), some_results)


def run(judge_by: Judge, sheet: Sheet, rule: Rule, results) -> Verdict:
    return judge_by([asked for asked, _ in sheet], {asked.code: value for asked, value in sheet}, rule, results)


def one_more(judge_by: Judge, case) -> bool:
    """Whether a criterion added and met leaves the outcome at least as high."""
    sheet, rule, results = case
    added = (must(99, "5", code="ADDED"), YES)
    return height(run(judge_by, [*sheet, added], rule, results)) >= height(run(judge_by, sheet, rule, results))


def one_better(judge_by: Judge, case) -> bool:
    """Whether the first criterion, now met in full, leaves the outcome at least as high."""
    (first, *rest), rule, results = case
    asked, _ = first
    full = {"must": YES, "percent": of(1, 1), "points": Value(value=asked.max_points)}[asked.measure]
    if first[1] == OUT and rule.not_applicable == "counts":
        return True  # worth as much already
    better = [(asked, full), *rest]
    return height(run(judge_by, better, rule, results)) >= height(run(judge_by, [first, *rest], rule, results))


def order_free(judge_by: Judge, case) -> bool:
    """Whether the sheet read backwards comes to the same points, count and grade."""
    sheet, rule, results = case
    one, other = run(judge_by, sheet, rule, results), run(judge_by, sheet[::-1], rule, results)
    return (one.outcome, one.points, one.met_count, one.grade) == (
        other.outcome,
        other.points,
        other.met_count,
        other.grade,
    )


def by_share_of_points(asked, values, rule=RULE, results=None) -> Verdict:
    """Wrong: grades by the share of the points answered so far, so that a criterion worth less pulls it down."""
    met = sum(values.get(one.code, UNKNOWN) in (YES, of(1, 1), of(18, 25)) for one in asked)
    least = Decimal(met * met) / len(asked)
    return Verdict(
        "met", grade=next(one for one in rule.grades if 10 * least <= (one.lower_bound or 0) or one == rule.grades[-1])
    )


def by_floats(asked, values, rule=RULE, results=None) -> Verdict:
    """Wrong: adds the points as floats, whose sum depends on the order."""
    total = 0.0
    for one in asked:
        total += float(one.max_points or 0) / 3 if values.get(one.code) == YES else float(one.max_points or 0) / 7
    return Verdict("met", points=total)


@settings(max_examples=depth(600))
@given(cases)
def test_a_criterion_added_and_met_never_lowers_an_outcome(case):
    assert one_more(judge, case)


@settings(max_examples=depth(600))
@given(cases)
def test_a_criterion_that_becomes_met_never_lowers_an_outcome(case):
    assert one_better(judge, case)


@settings(max_examples=depth(600))
@given(cases)
def test_points_do_not_depend_on_the_order(case):
    assert order_free(judge, case)


@pytest.mark.parametrize(
    ("holds", "wrong"), [(one_more, by_share_of_points), (one_better, by_share_of_points), (order_free, by_floats)]
)
def test_a_wrong_judge_breaks_the_property(holds, wrong):
    found = find(cases, lambda case: not holds(wrong, case), settings=settings(max_examples=5000))
    assert not holds(wrong, found) and holds(judge, found)
    with pytest.raises(NoSuchExample):
        find(cases, lambda case: not holds(judge, case), settings=settings(max_examples=300))


def shares(largest: int):
    return ((top, bottom) for bottom in range(1, largest + 1) for top in range(bottom + 1))


def wrong_shares(verdict_of: Callable[[int, int], str], hundredths: int, largest: int) -> list[tuple[int, int]]:
    """The n of d on which the verdict is not what whole numbers say."""
    return [
        (top, bottom)
        for top, bottom in shares(largest)
        if (verdict_of(top, bottom) == "met") != (top * 10_000 >= hundredths * bottom)
    ]


@pytest.mark.parametrize("threshold", ["70", "66.67", "33.33", "100", "0.01"])
def test_a_percentage_is_never_rounded(threshold):
    asked, hundredths = replace(AREAS, threshold=Decimal(threshold)), int(Decimal(threshold) * 100)

    def exact(top: int, bottom: int) -> str:
        return judge([asked], {"C1": of(top, bottom)}).outcome

    assert wrong_shares(exact, hundredths, 150) == []


@pytest.mark.parametrize(("threshold", "digits", "example"), [("70", 0, (16, 23)), ("66.67", 2, (2, 3))])
def test_a_rounding_judge_is_seen(threshold, digits, example):
    def rounding(top: int, bottom: int) -> str:
        return "met" if round(Fraction(100 * top, bottom), digits) >= Fraction(threshold) else "not_met"

    assert example in wrong_shares(rounding, int(Decimal(threshold) * 100), 150)


@settings(max_examples=depth(500))
@given(lines())
def test_the_short_way_says_what_the_long_one_does(line):
    asked, value = line
    if plainly_met(asked, value):
        assert examine(asked, value) == (False, "")
    elif asked.measure != "points" and not value.not_applicable:
        assert examine(asked, value)[1]


@pytest.mark.parametrize(
    ("values", "rule", "tone"),
    [
        ((YES, got("30"), got("20"), YES), RULE, "ok"),
        ((NO, got("10"), got("0"), YES), RULE, "bad"),  # the last grade, given to whoever has no more
        ((NO, got("30"), got("20"), NO), replace(RULE, grades=GRADES[:3]), "ok"),  # the last grade, asks for 50 points
        ((NO, got("10"), got("0"), YES), replace(RULE, grades=(replace(GRADES[-1], rank=1),)), "ok"),  # the only one
        ((NO, got("30"), got("10"), NO), replace(RULE, grades=GRADES[:3]), "bad"),  # under every grade
        ((UNKNOWN, got("30"), got("20"), YES), RULE, "muted"),
    ],
)
def test_the_lowest_grade_bears_no_mark_of_success(values, rule, tone):
    assert judge(SHEET, answers(SHEET, *values), rule).tone == tone
