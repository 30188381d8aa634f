"""How typed numbers and days are read: as they are written in Vietnamese, and never as something else in silence."""

from datetime import date
from decimal import Decimal

import pytest
from django.forms import ValidationError

from portal.core.fields import DayField, NumberField, TextField, WholeField


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("1200", 1200),
        ("1.200", 1200),
        ("1.000", 1000),
        ("2.000.000", 2_000_000),
        (" 7 ", 7),
        ("-3", -3),
        ("1 200", 1200),
        ("1\u00a0200", 1200),
    ],
)
def test_a_whole_number_is_read_as_written(typed, read):
    assert WholeField().clean(typed) == read


@pytest.mark.parametrize("field", [WholeField, NumberField, DayField])
@pytest.mark.parametrize("typed", ["１２", "٣", "１/7/2026", "1.２00"])
def test_figures_that_are_not_ours_are_refused_as_the_quick_grid_does(field, typed):
    with pytest.raises(ValidationError, match=f"“{typed}” có chữ số không phải kiểu thường. Hãy tắt bộ gõ toàn hình"):
        field().clean(typed)


@pytest.mark.parametrize(
    "typed", ["5.0", "1_200", "12%", "1e3", "1.20", "1.2000", "12 5", "1 20", "0 200", "một", "-0", "+5"]
)
def test_what_is_no_whole_number_is_refused(typed):
    with pytest.raises(ValidationError, match="Hãy nhập một số nguyên"):
        WholeField().clean(typed)


@pytest.mark.parametrize("field", [WholeField, NumberField])
@pytest.mark.parametrize(
    ("typed", "remedy"),
    [("1,000", "Hãy ghi 1000 hoặc 1."), ("1,200", "Hãy ghi 1200 hoặc 1,2."), ("1,000,000", "Hãy ghi 1000000.")],
)
def test_what_may_be_read_two_ways_is_refused_with_both(field, typed, remedy):
    with pytest.raises(ValidationError, match=f"“{typed}” có thể hiểu hai cách. {remedy}"):
        field().clean(typed)


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("12,5", "12.5"),
        ("12.5", "12.5"),
        ("66,7", "66.7"),
        ("1.200", "1200"),
        ("1.200,5", "1200.5"),
        ("1.000", "1000"),
        ("1 200", "1200"),
        ("1 200,5", "1200.5"),
        ("0,5", "0.5"),
        ("0.5", "0.5"),
        ("-2,5", "-2.5"),
    ],
)
def test_a_number_has_a_decimal_comma(typed, read):
    assert NumberField().clean(typed) == Decimal(read)


@pytest.mark.parametrize(
    "typed", ["1,2,3", "12%", "1.2.3", "1_2", "-0", "-0,0", "+5", "1e3", "5.", ".5", ",5", "1,5,", "NaN", "12 5"]
)
def test_what_is_no_number_is_refused(typed):
    with pytest.raises(ValidationError):
        NumberField().clean(typed)


def test_a_point_after_nothing_groups_nothing():
    assert NumberField().clean("0.125") == Decimal("0.125")
    with pytest.raises(ValidationError, match="“0.125” không phải số nguyên. Hãy nhập một số nguyên"):
        WholeField().clean("0.125")


@pytest.mark.parametrize(
    ("field", "held", "mode", "shown"),
    [
        (WholeField, 1200, "numeric", "1200"),
        (WholeField, "12,5", "numeric", "12,5"),
        (NumberField, Decimal("12.345"), "decimal", "12,345"),
        (NumberField, Decimal("7.00"), "decimal", "7"),
        (NumberField, "12.5x", "decimal", "12.5x"),
    ],
)
def test_a_number_is_typed_in_a_box_of_text_and_shown_as_it_is_read(field, held, mode, shown):
    box = field(min_value=0, max_value=9999).widget.render("a", held)
    assert 'type="text"' in box
    assert f'value="{shown}"' in box
    assert f'inputmode="{mode}"' in box


@pytest.mark.parametrize("typed", ["01/07/2026", "2026-07-01", "1/7/2026", " 01-07-2026", "01.07.2026"])
def test_the_day_comes_before_the_month(typed):
    assert DayField().clean(typed) == date(2026, 7, 1)


@pytest.mark.parametrize("typed", ["07/13/2026", "2026/07/01", "1/7/26", "mai", "31/02/2026"])
def test_what_is_no_day_is_told_how_to_write_one(typed):
    with pytest.raises(ValidationError, match="Hãy nhập ngày theo dạng ngày/tháng/năm, ví dụ 05/09/2026."):
        DayField().clean(typed)


@pytest.mark.parametrize(
    ("held", "shown"),
    [
        (date(2026, 7, 1), "01/07/2026"),
        ("2026-07-01", "01/07/2026"),
        ("1/7/26", "1/7/26"),
        ("2026-13-01", "2026-13-01"),
    ],
)
def test_a_day_is_typed_in_a_box_of_text_and_shown_as_it_is_written(held, shown):
    box = DayField().widget.render("a", held)
    assert 'type="text"' in box
    assert f'value="{shown}"' in box
    assert 'placeholder="dd/mm/yyyy"' in box


def test_a_year_no_paper_bears_is_a_slip():
    assert DayField().clean("31/12/2026") == date(2026, 12, 31)
    for typed in ("31/12/9999", "01/01/0001", "01/01/1900"):
        with pytest.raises(ValidationError, match="không thể đúng. Hãy kiểm tra lại năm"):
            DayField().clean(typed)


BOUNDED = {"min_value": 2008, "max_value": 2100}
OUTSIDE = [
    (WholeField(**BOUNDED), "2101", "Hãy ghi số không quá 2100."),
    (WholeField(**BOUNDED), "7", "Hãy ghi số từ 2008 trở lên."),
    (NumberField(max_value=100), "100,5", "Hãy ghi số không quá 100."),
    (NumberField(max_digits=3, decimal_places=1), "12345", "Hãy ghi tối đa 3 chữ số."),
    (NumberField(max_digits=3, decimal_places=1), "123", "Hãy ghi tối đa 2 chữ số trước dấu phẩy."),
    (NumberField(max_digits=3, decimal_places=1), "1,25", "Hãy ghi tối đa 1 chữ số sau dấu phẩy."),
]


@pytest.mark.parametrize(("field", "typed", "sentence"), OUTSIDE)
def test_a_number_outside_its_bounds_is_told_them(field, typed, sentence):
    with pytest.raises(ValidationError) as refusal:
        field.clean(typed)
    assert sentence in refusal.value.messages


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("#REF!", "#REF! là giá trị lỗi của bảng tính. Hãy ghi giá trị."),
        ("Th«n §ång T©m", "“Th«n §ång T©m” viết bằng phông TCVN3 hoặc VNI. Có phải là “Thôn Đồng Tâm”?"),
        ("Thôn M\ufffdt", "“Thôn M\ufffdt” đã mất chữ có dấu. Hãy gõ lại cho đủ dấu."),
    ],
)
def test_words_nobody_can_have_meant_are_refused_as_in_a_file(typed, sentence):
    with pytest.raises(ValidationError) as refusal:
        TextField().clean(typed)
    assert refusal.value.messages[0].startswith(sentence)


def test_words_are_kept_composed_and_without_what_nobody_sees():
    assert TextField().clean(" Bie\u0302n ba\u0309n\x01\r\nDo\u0300ng\u200b 2 ") == "Biên bản\r\nDòng 2"


@pytest.mark.parametrize(
    ("typed", "kept"), [("Thôn A_x000D_", "Thôn A"), ("một_x000D_\nhai", "một\nhai"), ("a_x000A_b", "a\nb")]
)
def test_a_line_end_as_a_workbook_writes_it_is_none_of_the_words(typed, kept):
    assert TextField().clean(typed) == kept
    assert TextField().clean("tệp_x00E9_") == "tệp_x00E9_"  # a letter is not touched
