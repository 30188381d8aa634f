"""Workbooks out: text is text, and what no cell can hold is left out."""

import io

from openpyxl import load_workbook

from portal.core.sheets import writing


def test_what_no_cell_can_hold_is_left_out_and_no_text_runs():
    data = writing.as_xlsx("Trang", ["@x"], [["=1+1"], ["a\x00b"], ["x" * 40_000], [7]])
    page = load_workbook(io.BytesIO(data)).active
    cells = [page.cell(row, 1) for row in range(1, 6)]
    assert [cell.value for cell in cells] == ["@x", "=1+1", "ab", "x" * 32_767, 7]
    assert [cell.data_type for cell in cells] == ["s", "s", "s", "s", "n"]
