"""Judging: what can be an answer, what is typed in a cell, what fails and the sentence that says so."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from criteria.judging.cells import read_cell, write_cell
from criteria.judging.reasons import needed
from criteria.judging.values import BadValue, CriterionSpec, Value, check
from criteria.judging.verdicts import Finding, Verdict, judge

EXCUSES = (
    ("force_majeure", "bất khả kháng", "BKK"),
    ("detected_mitigated_reported", "phát hiện, khắc phục, báo cáo kịp thời", "PHKT"),
)


def ask(measure, **more):
    return CriterionSpec(
        **{"code": "X-1", "number": "1", "label": "Việc phải làm", "article": "TT 124/2021, Điều 4.1"}
        | {"measure": measure}
        | more
    )


MUST = ask("must", not_applicable_when="không có tổ chức Đảng")
EVENT = ask("event", number="4b", excuses=EXCUSES)
TREND = ask("trend", number="4a")
PERCENT = ask(
    "percent",
    number="4.2",
    article="TT 124/2021, Điều 5.4",
    comparison="at_least",
    threshold=Decimal(70),
    numerator_label="đơn vị được công nhận",
    denominator_label="đơn vị thuộc diện xét",
)
ALL_OF_THEM = replace(PERCENT, number="4.1", comparison="exactly", threshold=Decimal(100))
COUNT = ask("count", comparison="at_least", threshold=Decimal(1), numerator_label="mô hình")
POINTS = ask("points", max_points=Decimal(5))
DERIVED = replace(PERCENT, measure="derived", derivation="subordinates_recognised")
GROUP = ask("group")


def number(text):
    return Value(value=Decimal(text))


# --- check -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "value"),
    [
        (MUST, Value()),
        (MUST, Value(met=False)),
        (MUST, Value(not_applicable=True)),
        (EVENT, number("0")),
        (EVENT, Value(value=Decimal(2), excuse="force_majeure")),
        (TREND, Value(numerator=9, denominator=0)),
        (PERCENT, Value(numerator=25, denominator=25)),
        (COUNT, number("10000000")),
        (POINTS, number("4.25")),
        (DERIVED, Value()),
        (GROUP, Value()),
    ],
)
def test_what_can_be_an_answer(asked, value):
    check(asked, value)


@pytest.mark.parametrize(
    ("asked", "value", "sentence"),
    [
        (
            MUST,
            Value(numerator=1, denominator=2),
            "Tiêu chí 1: câu trả lời không đúng kiểu; hãy ghi Đ (đạt) hoặc K (không đạt).",
        ),
        (
            EVENT,
            Value(met=True),
            "Tiêu chí 4b: câu trả lời không đúng kiểu; hãy ghi số vụ, việc đã xảy ra bằng số nguyên, "
            "ghi 0 nếu không có.",
        ),
        (EVENT, number("-1"), "Tiêu chí 4b: số liệu không được âm; hãy ghi từ 0 trở lên."),
        (
            EVENT,
            number("1.5"),
            "Tiêu chí 4b: 1,5 không phải số nguyên; hãy ghi số vụ, việc đã xảy ra bằng số nguyên, ghi 0 nếu không có.",
        ),
        (
            EVENT,
            Value(value=Decimal(1), excuse="weather"),
            "Tiêu chí 4b: không có trường hợp loại trừ này; chỉ dùng BKK (bất khả kháng), "
            "PHKT (phát hiện, khắc phục, báo cáo kịp thời).",
        ),
        (
            EVENT,
            Value(value=Decimal(0), excuse="force_majeure"),
            "Tiêu chí 4b: không có vụ, việc nào thì không ghi trường hợp loại trừ; hãy bỏ phần loại trừ.",
        ),
        (
            COUNT,
            Value(value=Decimal(1), excuse="force_majeure"),
            "Tiêu chí 1: văn bản không có trường hợp loại trừ (TT 124/2021, Điều 4.1); hãy bỏ phần loại trừ.",
        ),
        (
            COUNT,
            Value(not_applicable=True),
            "Tiêu chí 1: văn bản không có trường hợp “không áp dụng” (TT 124/2021, Điều 4.1); "
            "hãy ghi một số nguyên, ví dụ 2.",
        ),
        (
            MUST,
            Value(met=True, not_applicable=True),
            "Tiêu chí 1: đã chọn “không áp dụng” thì không ghi thêm số liệu; hãy bỏ một trong hai.",
        ),
        (
            COUNT,
            number("10000001"),
            "Tiêu chí 1: số liệu lớn hơn 10.000.000, chắc là gõ nhầm; hãy xem lại.",
        ),
        (COUNT, number("NaN"), "Tiêu chí 1: đây không phải là số; hãy ghi một số nguyên, ví dụ 2."),
        (
            PERCENT,
            Value(numerator=26, denominator=25),
            "Tiêu chí 4.2: tử số 26 (đơn vị được công nhận) lớn hơn mẫu số 25 (đơn vị thuộc diện xét); "
            "hãy xem lại hai số.",
        ),
        (
            PERCENT,
            Value(numerator=0, denominator=0),
            "Tiêu chí 4.2: mẫu số (đơn vị thuộc diện xét) bằng 0 nên không tính được tỷ lệ; "
            "hãy ghi mẫu số từ 1 trở lên.",
        ),
        (
            PERCENT,
            Value(numerator=3),
            "Tiêu chí 4.2: mới có một trong hai số; hãy ghi tử số và mẫu số, ví dụ 120/125.",
        ),
        (
            TREND,
            Value(numerator=-3, denominator=1),
            "Tiêu chí 4a: số liệu không được âm; hãy ghi từ 0 trở lên.",
        ),
        (
            TREND,
            Value(numerator="3", denominator=1),
            "Tiêu chí 4a: câu trả lời không đúng kiểu; hãy ghi số năm nay và số năm trước, ví dụ 3/5.",
        ),
        (POINTS, number("5.01"), "Tiêu chí 1: 5,01 điểm vượt mức tối đa 5 điểm."),
        (POINTS, number("1.234"), "Tiêu chí 1: điểm chỉ ghi tối đa hai chữ số sau dấu phẩy, ví dụ 4,25."),
        (
            DERIVED,
            Value(numerator=18, denominator=25),
            "Tiêu chí 4.2: hệ thống tự tính từ kết quả của các đơn vị trực thuộc, không nhập tay; hãy để trống.",
        ),
        (
            GROUP,
            Value(met=True),
            "Tiêu chí 1: đây là tên nhóm tiêu chí, không trả lời ở dòng này; hãy trả lời từng tiêu chí trong nhóm.",
        ),
    ],
)
def test_what_cannot_be_an_answer(asked, value, sentence):
    with pytest.raises(BadValue) as bad:
        check(asked, value)
    assert bad.value.sentence == sentence


# --- cells -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "text", "value"),
    [
        (MUST, "", Value()),
        (MUST, "  ", Value()),
        *((MUST, text, Value(met=True)) for text in ("Đ", "đ", "d", "D", "Đạt", "DAT", "đạt ", "x", "X", "Đạt")),
        *((MUST, text, Value(met=False)) for text in ("K", "k", "không", "Khong", "chưa đạt", "không đạt")),
        *((MUST, text, Value(not_applicable=True)) for text in ("KAD", "kad", "Không áp dụng")),
        (EVENT, "0", number("0")),
        (EVENT, "2 BKK", Value(value=Decimal(2), excuse="force_majeure")),
        (EVENT, "2bkk", Value(value=Decimal(2), excuse="force_majeure")),
        (EVENT, "1 phkt", Value(value=Decimal(1), excuse="detected_mitigated_reported")),
        (TREND, "3/5", Value(numerator=3, denominator=5)),
        (PERCENT, " 120 / 125 ", Value(numerator=120, denominator=125)),
        (COUNT, "2", number("2")),
        (POINTS, "4,5", number("4.5")),
        (POINTS, "4.5", number("4.5")),
        (COUNT, "1.000", number("1000")),
        (EVENT, "1.234 bkk", Value(value=Decimal(1234), excuse="force_majeure")),
        (PERCENT, "1.200/2.000.000", Value(numerator=1200, denominator=2_000_000)),
    ],
)
def test_reading_a_cell(asked, text, value):
    assert read_cell(asked, text) == value


TWO_READINGS = "“1,234” có thể hiểu hai cách: 1234, hoặc số lẻ có ba chữ số sau dấu phẩy. Hãy ghi 1234 nếu là số nguyên"


@pytest.mark.parametrize(
    ("asked", "text", "why"),
    [
        (MUST, "có lẽ", "không hiểu “có lẽ”; hãy ghi Đ (đạt) hoặc K (không đạt)"),
        (COUNT, "1,234", TWO_READINGS),
        (COUNT, "1,000", "“1,000” có thể hiểu hai cách. Hãy ghi 1000 hoặc 1"),
        (COUNT, "0,5", "“0,5” không phải số nguyên; hãy ghi một số nguyên, ví dụ 2"),
        (COUNT, "0.500", "“0.500” không phải số nguyên; hãy ghi một số nguyên, ví dụ 2"),
        (COUNT, "-0", "số liệu không được âm; hãy ghi từ 0 trở lên"),
        (COUNT, "12 34", "không hiểu “12 34”; hãy ghi một số nguyên, ví dụ 2"),
        (POINTS, "1,234", TWO_READINGS),
        (POINTS, "1,000,000", "“1,000,000” có thể hiểu hai cách. Hãy ghi 1000000"),
        (POINTS, "1.234", "1.234 điểm vượt mức tối đa 5 điểm"),
        (POINTS, "4,2561", "điểm chỉ ghi tối đa hai chữ số sau dấu phẩy, ví dụ 4,25"),
        (COUNT, "1e5", "không hiểu “1e5”; hãy ghi một số nguyên, ví dụ 2"),
        (COUNT, "1_000", "không hiểu “1_000”; hãy ghi một số nguyên, ví dụ 2"),
        (COUNT, "NaN", "không hiểu “NaN”; hãy ghi một số nguyên, ví dụ 2"),
        (COUNT, "+2", "không hiểu “+2”; hãy ghi một số nguyên, ví dụ 2"),
        (COUNT, "-2", "số liệu không được âm; hãy ghi từ 0 trở lên"),
        (COUNT, "1,5", "“1,5” không phải số nguyên; hãy ghi một số nguyên, ví dụ 2"),
        (COUNT, "１２", "“１２” có chữ số không phải kiểu thường; hãy tắt bộ gõ toàn hình rồi gõ lại 0–9"),
        (COUNT, "٣", "“٣” có chữ số không phải kiểu thường; hãy tắt bộ gõ toàn hình rồi gõ lại 0–9"),
        (COUNT, "9" * 20, "số liệu lớn hơn 10.000.000, chắc là gõ nhầm; hãy xem lại"),
        (COUNT, "9" * 5000, "nội dung quá dài; hãy ghi một số nguyên, ví dụ 2"),
        (PERCENT, "120", "“120” chưa đủ hai số cách nhau bằng dấu gạch chéo; hãy ghi tử số và mẫu số, ví dụ 120/125"),
        (
            PERCENT,
            "1/2/3",
            "“1/2/3” chưa đủ hai số cách nhau bằng dấu gạch chéo; hãy ghi tử số và mẫu số, ví dụ 120/125",
        ),
        (PERCENT, "5/", "“5/” chưa đủ hai số cách nhau bằng dấu gạch chéo; hãy ghi tử số và mẫu số, ví dụ 120/125"),
        (
            EVENT,
            "BKK",
            "không hiểu “BKK”; hãy ghi số vụ, việc đã xảy ra bằng số nguyên, ghi 0 nếu không có; khi thuộc trường hợp "
            "loại trừ, ghi thêm BKK (bất khả kháng), PHKT (phát hiện, khắc phục, báo cáo kịp thời)",
        ),
        (
            EVENT,
            "2 mưa bão",
            "không có trường hợp loại trừ “mưa bão”; chỉ dùng BKK (bất khả kháng), "
            "PHKT (phát hiện, khắc phục, báo cáo kịp thời)",
        ),
        (DERIVED, "18/25", "hệ thống tự tính từ kết quả của các đơn vị trực thuộc, không nhập tay; hãy để trống"),
        (GROUP, "Đ", "đây là tên nhóm tiêu chí, không trả lời ở dòng này; hãy trả lời từng tiêu chí trong nhóm"),
    ],
)
def test_a_cell_that_cannot_be_read(asked, text, why):
    with pytest.raises(BadValue) as bad:
        read_cell(asked, text)
    assert bad.value.sentence == f"Tiêu chí {asked.number}: {why}."


@given(text=st.text(max_size=30), asked=st.sampled_from([MUST, EVENT, TREND, PERCENT, COUNT, POINTS, DERIVED, GROUP]))
def test_any_text_is_read_or_refused(asked, text):
    try:
        value = read_cell(asked, text)
    except BadValue as bad:
        assert bad.sentence.startswith(f"Tiêu chí {asked.number}: ")
    else:
        assert read_cell(asked, write_cell(asked, value)) == value


whole = st.integers(0, 10_000_000)
ANSWERS = {
    MUST: st.booleans().map(lambda met: Value(met=met)) | st.just(Value(not_applicable=True)),
    EVENT: whole.map(lambda n: Value(value=Decimal(n)))
    | st.builds(lambda n, one: Value(value=Decimal(n), excuse=one[0]), st.integers(1, 99), st.sampled_from(EXCUSES)),
    TREND: st.builds(lambda now, before: Value(numerator=now, denominator=before), whole, whole),
    PERCENT: st.builds(
        lambda one, other: Value(numerator=min(one, other), denominator=max(one, other)), whole, st.integers(1, 10**7)
    ),
    COUNT: whole.map(lambda n: Value(value=Decimal(n))),
    POINTS: st.decimals(0, 5, places=2).map(lambda points: Value(value=points)),
}
answered = st.sampled_from(list(ANSWERS)).flatmap(
    lambda asked: st.tuples(st.just(asked), st.just(Value()) | ANSWERS[asked])
)


@given(answered)
def test_what_is_written_is_read_back(pair):
    asked, value = pair
    check(asked, value)
    assert read_cell(asked, write_cell(asked, value)) == value


# --- the verdict -----------------------------------------------------------------------------------------------


def outcome(asked, value):
    return judge([asked], {asked.code: value}).outcome


@pytest.mark.parametrize(
    ("asked", "value", "expected"),
    [
        (MUST, Value(met=True), "met"),
        (MUST, Value(met=False), "not_met"),
        (MUST, Value(not_applicable=True), "met"),
        (MUST, Value(), "incomplete"),
        (EVENT, number("0"), "met"),
        (EVENT, number("1"), "not_met"),
        (EVENT, Value(value=Decimal(3), excuse="force_majeure"), "met"),
        (TREND, Value(numerator=5, denominator=5), "met"),
        (TREND, Value(numerator=6, denominator=5), "not_met"),
        (TREND, Value(numerator=0, denominator=0), "met"),
        (COUNT, number("0"), "not_met"),
        (COUNT, number("1"), "met"),
        (replace(COUNT, comparison="exactly"), number("2"), "not_met"),
        (POINTS, number("0"), "met"),
        (replace(POINTS, threshold=Decimal("2.5")), number("2.49"), "not_met"),
        (DERIVED, Value(numerator=16, denominator=25), "not_met"),
        (DERIVED, Value(numerator=18, denominator=25), "met"),
        (DERIVED, Value(numerator=7, denominator=10), "met"),
        (DERIVED, Value(numerator=699, denominator=1000), "not_met"),
        (DERIVED, Value(numerator=0, denominator=0), "incomplete"),
        (DERIVED, Value(), "incomplete"),
        (ALL_OF_THEM, Value(numerator=24, denominator=25), "not_met"),
        (ALL_OF_THEM, Value(numerator=25, denominator=25), "met"),
        (PERCENT, Value(numerator=9, denominator=3), "incomplete"),
    ],
)
def test_judging_one_criterion(asked, value, expected):
    assert outcome(asked, value) == expected


@pytest.mark.parametrize(
    ("asked", "value", "sentence"),
    [
        (
            DERIVED,
            Value(numerator=16, denominator=25),
            "Mới 16/25 đơn vị được công nhận (cần từ 70%, tức ít nhất 18); còn thiếu 2 đơn vị (TT 124/2021, Điều 5.4).",
        ),
        (
            ALL_OF_THEM,
            Value(numerator=1861, denominator=1862),
            "Mới 1.861/1.862 đơn vị được công nhận (cần đúng 100%, tức đủ 1.862); còn thiếu 1 đơn vị "
            "(TT 124/2021, Điều 5.4).",
        ),
        (MUST, Value(met=False), "Tiêu chí 1 chưa đạt: Việc phải làm (TT 124/2021, Điều 4.1)."),
        (
            EVENT,
            number("2"),
            "Tiêu chí 4b: đã để xảy ra 2 vụ, việc (Việc phải làm); chỉ đạt khi không để xảy ra vụ, việc nào, trừ "
            "trường hợp bất khả kháng hoặc phát hiện, khắc phục, báo cáo kịp thời (TT 124/2021, Điều 4.1).",
        ),
        (
            TREND,
            Value(numerator=5, denominator=3),
            "Tiêu chí 4a: năm nay 5, năm trước 3, tăng 2; chỉ đạt khi năm nay không quá 3 (TT 124/2021, Điều 4.1).",
        ),
        (COUNT, number("0"), "Tiêu chí 1: có 0 mô hình, cần ít nhất 1; còn thiếu 1 (TT 124/2021, Điều 4.1)."),
    ],
)
def test_a_failure_says_its_clause_and_what_would_change_it(asked, value, sentence):
    verdict = judge([asked], {asked.code: value})
    assert verdict == Verdict("not_met", failed=(Finding(asked.code, asked.number, asked.article, sentence),))
    assert verdict.label == "Chưa đạt"


def test_what_is_missing_says_how_to_answer():
    verdict = judge([GROUP, MUST], {})
    sentence = "Chưa trả lời tiêu chí 1 “Việc phải làm”; hãy ghi Đ (đạt) hoặc K (không đạt) (TT 124/2021, Điều 4.1)."
    assert verdict == Verdict("incomplete", missing=(Finding("X-1", "1", MUST.article, sentence),))
    assert verdict.label == "Chưa đủ số liệu"


def test_a_derived_figure_without_units_says_where_to_look():
    (finding,) = judge([DERIVED], {DERIVED.code: Value(numerator=0, denominator=0)}).missing
    assert finding.sentence == (
        "Chưa tính được tiêu chí 4.2 “Việc phải làm” vì chưa có đơn vị thuộc diện xét nào; hãy kiểm tra danh sách "
        "đơn vị của kỳ đánh giá (TT 124/2021, Điều 5.4)."
    )


sheets = st.lists(answered, max_size=8).map(
    lambda pairs: [(replace(asked, code=f"C-{place}"), value) for place, (asked, value) in enumerate(pairs)]
)


def verdict_of(sheet):
    return judge([asked for asked, _ in sheet], {asked.code: value for asked, value in sheet})


@given(sheets)
def test_a_met_criterion_never_lowers_the_verdict(sheet):
    assert verdict_of([*sheet, (replace(MUST, code="MET"), Value(met=True))]) == verdict_of(sheet)


@given(sheets)
def test_a_failed_criterion_always_decides(sheet):
    assert verdict_of([*sheet, (replace(MUST, code="FAILED"), Value(met=False))]).outcome == "not_met"


@given(st.data(), sheets)
def test_judging_does_not_depend_on_the_order(data, sheet):
    one, other = verdict_of(sheet), verdict_of(data.draw(st.permutations(sheet)))
    assert (one.outcome, set(one.failed), set(one.missing)) == (other.outcome, set(other.failed), set(other.missing))


@given(st.integers(0, 10**7), st.integers(1, 10**7), st.decimals(0, 100, places=2))
def test_a_percentage_is_compared_exactly(top, bottom, threshold):
    top = min(top, bottom)
    asked = replace(PERCENT, threshold=threshold)
    hundredths = int(threshold * 100)
    expected = "met" if top * 10_000 >= hundredths * bottom else "not_met"
    assert outcome(asked, Value(numerator=top, denominator=bottom)) == expected
    assert (top >= needed(threshold, bottom)) == (expected == "met")


@pytest.mark.parametrize(("bottom", "need"), [(25, 18), (10, 7), (1000, 700), (1, 1), (234, 164), (0, 0)])
def test_how_many_are_needed(bottom, need):
    assert needed(Decimal(70), bottom) == need


@pytest.mark.parametrize(
    ("asked", "typed", "value"),
    [
        (COUNT, "1 234", Value(value=Decimal(1234))),
        (COUNT, "1\u00a0234", Value(value=Decimal(1234))),
        (PERCENT, "1 200/1 250", Value(numerator=1200, denominator=1250)),
        (EVENT, "1 200 BKK", Value(value=Decimal(1200), excuse="force_majeure")),
    ],
)
def test_a_space_groups_figures_as_in_forms_and_files(asked, typed, value):
    assert read_cell(asked, typed) == value


@pytest.mark.parametrize(
    ("most", "told"), [(Decimal("35.5"), "≤ 35,5 điểm"), (Decimal(40), "≤ 40 điểm"), (None, "điểm")]
)
def test_the_head_of_a_column_of_points_says_the_most_there_are(most, told):
    scored = CriterionSpec(code="D", number="1", label="Việc", article="Điều 1", measure="points", max_points=most)
    assert scored.short_form == told
