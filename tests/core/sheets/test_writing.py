"""Workbooks out: text is text, days are days, and what no cell can hold is left out."""

import io
from datetime import date, datetime

import pytest
from openpyxl import load_workbook

from portal.core.sheets import writing
from portal.core.sheets.reading import sheets_of


def test_what_no_cell_can_hold_is_left_out_and_no_text_runs():
    data = writing.as_xlsx("Trang", ["@x"], [["=1+1"], ["a\x00b"], ["x" * 40_000], [7]])
    page = load_workbook(io.BytesIO(data)).active
    cells = [page.cell(row, 1) for row in range(1, 6)]
    assert [cell.value for cell in cells] == ["@x", "=1+1", "ab", "x" * 32_767, 7]
    assert [cell.data_type for cell in cells] == ["s", "s", "s", "s", "n"]


DAY = date(2024, 1, 31)


def book(rows, *more):
    return load_workbook(io.BytesIO(writing.as_xlsx("Trang", ["Mã", "Ngày", "Số"], rows, *more)))


def test_codes_stay_text_and_days_are_days_and_both_come_back_as_typed():
    rows = [["07201", DAY, 12], ["1.10", datetime(2024, 1, 31, 8), None], ["=1+1", date(1899, 1, 1), 0]]
    page = book(rows).active
    assert [(cell.value, cell.number_format) for cell in page["A"][1:]] == [
        ("07201", "@"),
        ("1.10", "@"),
        ("=1+1", "@"),
    ]
    days = [(cell.value, cell.number_format) for cell in page["B"][1:]]
    assert days[:2] == [(datetime(2024, 1, 31), "dd/mm/yyyy")] * 2
    assert days[2] == ("01/01/1899", "@")  # no book counts days before 1900
    assert [(cell.value, cell.data_type) for cell in page["C"][1:]] == [(12, "n"), (None, "n"), (0, "n")]
    (sheet,) = sheets_of(writing.as_xlsx("Trang", ["Mã", "Ngày", "Số"], rows), "tep.xlsx")
    assert [cells for _, cells in sheet.rows[1:]] == [
        ["07201", "31/01/2024", "12"],
        ["1.10", "31/01/2024"],
        ["=1+1", "01/01/1899", "0"],
    ]
    assert not sheet.filtered  # a filter that hides nothing is not told of


def test_numbers_and_booleans_that_are_equal_stay_apart():
    page = book([[1, True, 1.5], [True, 1, None]]).active
    assert [[cell.value for cell in row] for row in page.iter_rows(min_row=2)] == [[1, "có", "1.5"], ["có", 1, None]]


def test_a_title_that_no_sheet_may_have_is_mended():
    made = load_workbook(io.BytesIO(writing.as_xlsx("01/QĐ: [a]*?\\" + "x" * 40, ["Mã"], [["a"]])))
    assert made.sheetnames == ["01-QĐ- -a----" + "x" * 18]


def test_marks_of_xml_and_spaces_are_kept():
    (cell,) = book([["  <b>&amp; \n\t“x”  ", None, None]]).active["A"][1:]
    assert cell.value == "  <b>&amp; \n\t“x”  "


def test_a_row_longer_than_the_headings_is_no_workbook():
    with pytest.raises(ValueError):
        writing.as_xlsx("Trang", ["Mã"], [["a", "b"]])


def test_the_headings_stay_in_sight_under_a_filter_and_columns_fit_their_cells():
    more = iter([["Nơi", "Số"], ["Xã Tân Dĩnh, huyện Lạng Giang", 3]])
    made = book([["x" * 300, DAY, 1], ["y" * 20, DAY, 2]], ("Cộng", more))
    first, second = made.worksheets
    assert (first.freeze_panes, first.auto_filter.ref) == ("A2", "A1:C3")
    assert (second.freeze_panes, second.auto_filter.ref) == ("A2", "A1:B2")
    assert [first.column_dimensions[letter].width for letter in "ABC"] == [60, 12, 8]
    assert [second.column_dimensions[letter].width for letter in "AB"] == [31, 8]
    assert [cell.font.bold for cell in first[1]] == [True] * 3 and [cell.font.bold for cell in first[2]] == [False] * 3


def test_rows_are_taken_one_by_one_and_equal_rows_make_equal_bytes():
    taken = []

    def rows(many):
        for number in range(many):
            taken.append(number)
            yield [f"{number:05}", DAY, number]

    data = writing.as_xlsx("Trang", ["Mã", "Ngày", "Số"], rows(writing.MEASURED + 20))
    page = load_workbook(io.BytesIO(data)).active
    assert [cell.value for cell in page["A"]][1:] == [f"{number:05}" for number in taken]
    assert data == writing.as_xlsx("Trang", ["Mã", "Ngày", "Số"], rows(writing.MEASURED + 20))
    assert data != writing.as_xlsx("Trang", ["Mã", "Ngày", "Số"], rows(writing.MEASURED + 21))
    assert load_workbook(io.BytesIO(writing.as_xlsx("Trang", ["Mã"], []))).active.auto_filter.ref == "A1:A1"
