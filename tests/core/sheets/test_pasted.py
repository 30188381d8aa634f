"""Cells as a spreadsheet's clipboard gives them, and a block of them as a file."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.core.sheets.pasted import as_file, rows_of

HEADS = ["Khoá đơn vị", "Năm", "Tổ"]


@pytest.mark.parametrize(
    ("block", "rows"),
    [
        ("Đ", [["Đ"]]),
        ("Đ\r\n", [["Đ"]]),
        ("Đ\tK\r\n0\t3/5\r\n", [["Đ", "K"], ["0", "3/5"]]),
        ("a\nb\rc", [["a"], ["b"], ["c"]]),
        ("\t\r\n\r\nx\t", [["", ""], [""], ["x", ""]]),
        ('"hai\r\ndòng"\tK', [["hai\r\ndòng", "K"]]),
        ('"hai\nđội ""Sao"""\tK', [['hai\nđội "Sao"', "K"]]),
        ('"có\ttab"', [["có\ttab"]]),
        ('"Dòng họ tự quản"\tK', [['"Dòng họ tự quản"', "K"]]),  # the name's own quotes: Excel adds none here
        ('đội "Sao" đỏ\t5"', [['đội "Sao" đỏ', '5"']]),
        ('"Sao" đỏ\tK', [['"Sao" đỏ', "K"]]),
        ('"không đóng\tK\r\nĐ', [['"không đóng', "K"], ["Đ"]]),
        ("", [[""]]),
    ],
)
def test_a_block_is_read_as_it_was_copied(block, rows):
    assert rows_of(block) == rows


def copied(rows: list[list[str]]) -> str:
    """The rows as Excel puts them on the clipboard."""

    def cell(text: str) -> str:
        quoted = text.replace('"', '""')
        return f'"{quoted}"' if set(text) & set("\t\r\n") else text

    return "".join("\t".join(map(cell, row)) + "\r\n" for row in rows)


CELLS = st.text(alphabet='aĐ0 /,"\t\n', max_size=6).map("a{}".format)  # none begins with a quote of its own


@given(st.lists(st.lists(CELLS, min_size=1, max_size=4), min_size=1, max_size=4))
def test_what_excel_copies_is_read_back(rows):
    assert rows_of(copied(rows)) == rows


def table(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"))))


def test_a_block_with_its_heading_stays_under_it():
    block = "Danh sách\t\t\r\nTổ\tnăm\tKHOÁ ĐƠN VỊ\r\n3\t2024\tDV1"
    assert table(as_file(block, HEADS)) == [["Danh sách", "", ""], ["Tổ", "năm", "KHOÁ ĐƠN VỊ"], ["3", "2024", "DV1"]]


def test_a_block_without_a_heading_takes_the_columns_in_their_order():
    assert table(as_file("DV1\t2024\t3\r\nDV2\t2024\t4", HEADS)) == [
        HEADS,
        ["DV1", "2024", "3"],
        ["DV2", "2024", "4"],
    ]
    assert table(as_file("DV1\t2024", HEADS))[0] == HEADS[:2]  # what it does not say has no column
    assert table(as_file("DV1\t2024\t3\tx", HEADS))[:2] == [HEADS, ["DV1", "2024", "3", "x"]]


def test_what_could_run_is_kept_as_text():
    assert table(as_file("DV1\t=1+1\t-", HEADS))[1] == ["DV1", "'=1+1", "'-"]
