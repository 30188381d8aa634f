"""Cells of files as values: a number is read as in every form, or refused with its remedy."""

import pytest

from portal.core.sheets.cells import read_date, read_whole


@pytest.mark.parametrize(
    ("typed", "read"), [("1200", 1200), ("1.200", 1200), ("1 200", 1200), ("1\u00a0200", 1200), (" 0 ", 0), ("07", 7)]
)
def test_a_whole_number_is_read_as_written(typed, read):
    assert read_whole(typed, "Hộ") == read


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("", "Cột “Hộ” để trống. Hãy ghi một số, không có thì ghi 0."),
        ("1,000", "Cột “Hộ”: “1,000” có thể hiểu hai cách. Hãy ghi 1000 hoặc 1."),
        ("0.123", "Cột “Hộ” ghi “0.123”, không phải số nguyên không âm. Hãy ghi lại, ví dụ 12."),
        ("12 5", "Cột “Hộ” ghi “12 5”, không phải số nguyên không âm. Hãy ghi lại, ví dụ 12."),
        ("1 2000", "Cột “Hộ” ghi “1 2000”, không phải số nguyên không âm. Hãy ghi lại, ví dụ 12."),
        ("70%", "Cột “Hộ” ghi “70%”, không phải số nguyên không âm. Hãy ghi lại, ví dụ 12."),
        ("１２", "Cột “Hộ” ghi “１２”, không phải số nguyên không âm. Hãy ghi lại, ví dụ 12."),
        ("-1", "Cột “Hộ” ghi “-1”, không phải số nguyên không âm. Hãy ghi lại, ví dụ 12."),
        ("9" * 12, f"Cột “Hộ” ghi “{'9' * 12}”, không phải số nguyên không âm. Hãy ghi lại, ví dụ 12."),
    ],
)
def test_what_is_no_whole_number_is_refused(typed, sentence):
    with pytest.raises(ValueError, match="Cột") as refusal:
        read_whole(typed, "Hộ")
    assert str(refusal.value) == sentence


@pytest.mark.parametrize("typed", ["31/01/0202", "01/01/9999", "0001-01-01"])
def test_a_year_out_of_all_bounds_is_refused_as_in_forms(typed):
    with pytest.raises(ValueError, match="không thể đúng. Hãy kiểm tra lại năm"):
        read_date(typed, "Từ ngày", required=True)
