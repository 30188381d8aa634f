"""Workbooks read back: text stays text, figures are figures."""

import zipfile

from openpyxl import load_workbook

from portal.core.vietnamese.figures import Share
from reports.papers import xlsx
from reports.papers.paper import Column, Kind, Line, Table
from tests.reports.printed import paper

DANGEROUS = ["=1+1", "==1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", '=HYPERLINK("http://x","y")', "＝1", "x\x00y"]


def made(tables, tmp_path):
    path = xlsx.render(paper(annexes=tuple(tables), sections=())).rename(tmp_path / "book.xlsx")
    return path, load_workbook(path)


def test_text_is_never_a_formula_even_in_headers(tmp_path):
    columns = tuple(Column(text, 10) for text in DANGEROUS)
    lines = (Line(tuple(DANGEROUS)), Line((DANGEROUS[0],), "group"))
    path, book = made([Table("=bảng", "=a/b:c*d?[e]", columns, lines)], tmp_path)
    sheet = book.worksheets[0]
    types = {cell.data_type for row in sheet.iter_rows() for cell in row if cell.value is not None}
    with zipfile.ZipFile(path) as archive:
        formulas = sum(archive.read(name).count(b"<f>") for name in archive.namelist())
    assert (types, formulas, sheet.title) == ({"s"}, 0, "=a b c d  e ")
    assert [cell.value for cell in sheet[xlsx.HEADER_ROW]][:5] == DANGEROUS[:5]


def test_numbers_shares_and_dashes(tmp_path):
    columns = (Column("Đơn vị", 40), Column("Số", 10, Kind.NUMBER), Column("%", 10, Kind.PERCENT))
    lines = (Line(("Xã A", 1862, Share(145, 234, "tổng số"))), Line(("Xã B", 0, Share(0, 0, "tổng số")), "total"))
    _, book = made([Table("Bảng", "Bảng", columns, lines)], tmp_path)
    sheet = book["Bảng"]
    first, second = list(sheet.iter_rows(min_row=xlsx.HEADER_ROW + 1))
    assert [cell.value for cell in first] == ["Xã A", 1862, 61.97]
    assert [cell.number_format for cell in first] == ["General", "#,##0", "0.00"]
    assert [cell.value for cell in second] == ["Xã B", 0, "–"]
    assert (sheet.freeze_panes, sheet["A1"].value, sheet["A2"].value) == (
        "A6",
        "UỶ BAN NHÂN DÂN TỈNH BẮC GIANG",
        "Kết quả năm 2020",
    )
    assert sheet.column_dimensions["A"].width == 32


def test_one_sheet_a_table(tmp_path):
    columns = (Column("Đơn vị", 40),)
    tables = [Table(name, name, columns, ()) for name in ("Một", "Hai")]
    _, book = made(tables, tmp_path)
    assert book.sheetnames == ["Một", "Hai"]
