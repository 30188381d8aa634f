"""Rows under headings as people make such files; the small files are those of real users that went wrong."""

import io
import unicodedata

import pytest
from openpyxl import Workbook

from portal.core.sheets.reading import Unreadable
from portal.core.sheets.tables import table_of
from portal.core.vietnamese.text import TONES

COLUMNS = {"key": "Khoá đơn vị", "year": "Năm", "households": "Hộ", "cameras": "Hộ có camera an ninh"}
HEAD = list(COLUMNS.values())
ROW = ["DV1", 2025, 120, 10]
TAKEN = {"key": "DV1", "year": "2025", "households": "120", "cameras": "10"}


def book(*pages, merged=(), hidden=()) -> bytes:
    """A workbook of pages, each (title, rows)."""
    made, held = Workbook(), io.BytesIO()
    made.remove(made.active)
    for title, rows in pages:
        page = made.create_sheet(title)
        for row in rows:
            page.append(row)
        for cells in merged:
            page.merge_cells(cells)
        if title in hidden:
            page.sheet_state = "hidden"
    made.save(held)
    return held.getvalue()


def csv(*rows: str, encoding: str = "utf-8-sig") -> bytes:
    return "\r\n".join(rows).encode(encoding)


def of_windows(text: str) -> bytes:
    """As a Vietnamese Windows writes it: a letter, then its tone."""
    letters = []
    for letter in text:
        parts = unicodedata.normalize("NFD", letter)
        letters.append(unicodedata.normalize("NFC", "".join(part for part in parts if part not in TONES)))
        letters += [part for part in parts if part in TONES]
    return "".join(letters).encode("cp1258")


def taken(data: bytes, **more):
    return table_of(data, "tep", COLUMNS, needed=("key", "year"), shown_only=("Xã",), **more)


def refused(data: bytes) -> list[str]:
    with pytest.raises(Unreadable) as refusal:
        taken(data)
    return [str(problem) for problem in refusal.value.problems]


LAYOUTS = {
    "guide first": book(("Hướng dẫn", [["Cách nhập"]]), ("Nhập", [HEAD, ROW])),
    "hidden first": book(("Danh mục", [HEAD, ["x", 1, 1, 1]]), ("Nhập", [HEAD, ROW]), hidden=["Danh mục"]),
    "title above": book(("Nhập", [["BẢNG TỔNG HỢP"], [], ["Năm 2025"], HEAD, ROW])),
    "numbering first": book(("Nhập", [["STT", *HEAD], [1, *ROW]])),
    "sums last": book(("Nhập", [HEAD, ROW, ["Cộng", None, 120, 10], [], ["", "", "Người lập"]])),
    "two rows of headings": book(
        ("Nhập", [[*HEAD[:2], "Hộ dân", None], [None, None, HEAD[2], HEAD[3]], ROW]),
        merged=["A1:A2", "B1:B2", "C1:D1"],
    ),
    "a row of spaces at the end": book(("Nhập", [HEAD, ROW, [" ", "\u00a0"]])),
    "a word far to the right": book(("Nhập", [HEAD, ROW, [*[None] * 120, "hỏi lại"]])),
    "rows far apart": book(("Nhập", [HEAD, *[[]] * 30_000, ROW])),
    "a column for the reader": book(("Nhập", [[*HEAD, "Xã"], [*ROW, "Xã Tân Dĩnh"]])),
    "sep= told": csv("sep=;", "Khoá đơn vị;Năm;Hộ;Hộ có camera an ninh", "DV1;2025;120;10"),
    "delimiters behind": csv("Khoá đơn vị;Năm;Hộ;Hộ có camera an ninh;;", "DV1;2025;120;10;;"),
    "of Windows": of_windows("Khoá đơn vị,Năm,Hộ,Hộ có camera an ninh\r\nDV1,2025,120,10"),
    "sixteen bits": csv("Khoá đơn vị\tNăm\tHộ\tHộ có camera an ninh", "DV1\t2025\t120\t10", encoding="utf-16"),
}


@pytest.mark.parametrize("name", LAYOUTS)
def test_a_sheet_is_read_as_people_make_it(name):
    assert [cells for _, cells in taken(LAYOUTS[name]).rows] == [TAKEN]


def test_rows_keep_their_number():
    assert [number for number, _ in taken(LAYOUTS["rows far apart"]).rows] == [30_002]
    assert [number for number, _ in taken(LAYOUTS["title above"]).rows] == [5]


def test_what_is_left_aside_is_told():
    assert taken(LAYOUTS["guide first"]).notes == ["Đọc trang “Nhập”; các trang khác không đọc."]
    assert taken(LAYOUTS["sums last"]).notes == ["Từ dòng 3 (“Cộng”) trở xuống không đọc."]
    assert taken(book(("Nhập", [HEAD, [*ROW, None, None, "ghi chú: hỏi lại"]]))).notes == [
        "Cột G không có tiêu đề nên không đọc (“ghi chú: hỏi lại”)."
    ]
    assert taken(csv(",".join(HEAD), "DV\x071,2025,120,10")).notes == [
        "Ô A2 có ký tự điều khiển không nhìn thấy, đã bỏ."
    ]
    assert taken(book(("Nhập", [HEAD, ROW]))).notes == []


def test_a_unit_called_like_a_sum_is_a_row():
    rows = [["DV1", 2025, 1, 1], ["Cộng Hoà", 2025, 2, 2]]
    assert len(taken(book(("Nhập", [HEAD, *rows]))).rows) == 2


WRONG = {
    "a heading near one of ours": (
        csv("Khoá đơn vị,Năm,Hộ có camera", "DV1,2025,1"),
        ["tep, dòng 1: Cột C “Hộ có camera” không có trong mẫu. Có phải là “Hộ có camera an ninh”? Hãy sửa lại tên "
         "cột hoặc xoá cột."],
    ),
    "headings lacking and twice": (
        csv("Khoá đơn vị,Hộ,Hộ", "DV1,1,1"),
        ["tep, dòng 1: Thiếu cột “Năm”. Hãy dùng tệp mẫu và giữ nguyên dòng tiêu đề.",
         "tep, dòng 1: Cột “Hộ” có hai lần. Hãy bỏ bớt một cột."],
    ),
    "merged cells": (
        book(("Nhập", [HEAD, ROW, ["DV2", 2025, None, 1]]), merged=["C2:C3"]),
        ["tep, dòng 2: Các ô C2:C3 bị gộp. Hãy bỏ gộp ô và ghi từng ô."],
    ),
    "a formula without its result": (
        book(("Nhập", [HEAD, ["DV1", 2025, "=1+1", 1]])),
        ["tep, dòng 2: Ô C2: công thức chưa có kết quả. Hãy mở tệp bằng bảng tính, lưu lại, hoặc ghi giá trị vào ô."],
    ),
    "an error as text": (
        csv(",".join(HEAD), "DV1,2025,#N/A,1"),
        ["tep, dòng 2: Ô C2: #N/A là giá trị lỗi của bảng tính. Hãy sửa công thức hoặc ghi giá trị vào ô."],
    ),
    "letters lost": (
        csv(",".join(HEAD), "Th?n M?i,2025,1,1", "Thôn B\ufffdc,2025,1,1"),
        ["tep, dòng 2: Ô A2: “Th?n M?i” đã mất chữ có dấu. Hãy lưu lại tệp dạng XLSX hoặc CSV UTF-8 từ bảng tính gốc.",
         "tep, dòng 3: Ô A3: “Thôn B\ufffdc” đã mất chữ có dấu. Hãy lưu lại tệp dạng XLSX hoặc CSV UTF-8 từ bảng tính "
         "gốc."],
    ),
    "an old font": (
        csv(",".join(HEAD), "Th«n §ång T©m,2025,1,1", "Thoân Ñoàng Taâm,2025,1,1"),
        ["tep, dòng 2: Ô A2: “Th«n §ång T©m” viết bằng phông TCVN3 hoặc VNI. Có phải là “Thôn Đồng Tâm”? Hãy chuyển "
         "tệp sang bảng mã Unicode.",
         "tep, dòng 3: Ô A3: “Thoân Ñoàng Taâm” viết bằng phông TCVN3 hoặc VNI. Có phải là “Thôn Đồng Tâm”? Hãy chuyển "
         "tệp sang bảng mã Unicode."],
    ),
    "a comma too many": (
        csv(",".join(HEAD), "DV1,2025,1,200,10"),
        ["tep, dòng 2: Có 5 ô, dòng tiêu đề có 4 cột. Hãy kiểm tra dấu phẩy thừa, thiếu."],
    ),
    "nothing shown": (
        book(("A", [HEAD, ROW]), ("B", []), hidden=["A"]),
        ["tep, dòng 1: Thiếu cột “Khoá đơn vị”, “Năm”. Hãy dùng tệp mẫu và giữ nguyên dòng tiêu đề."],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_what_cannot_be_taken_is_named_with_its_remedy(name):
    data, sentences = WRONG[name]
    assert refused(data) == sentences


def test_what_looks_strange_but_is_right_is_taken():
    names = ["Buôn Čư Mĭl", "Thôn Ea H’leo", "Khu 5 “Hoà Bình”", "Có phải không?", "Điện Biên – 7/5"]
    rows = taken(csv(",".join(HEAD), *[f"{name},2025,1,1" for name in names])).rows
    assert [cells["key"] for _, cells in rows] == names
