"""Columns of a list: what of a row stands under a heading, and rows that are told together."""

from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO
from types import SimpleNamespace

import pytest
from openpyxl import load_workbook

from portal.core import lists
from portal.core.errors import Refused
from portal.core.lists import ListColumn, day_of, listed

ROWS = [
    SimpleNamespace(name="Xã A", above=SimpleNamespace(name="Huyện A"), get_kind_display=lambda: "Xã"),
    SimpleNamespace(name="Xã B", above=None, get_kind_display=lambda: "Phường"),
]
COLUMNS = (
    ListColumn("Tên", "name"),
    ListColumn("Huyện", "above.name"),
    ListColumn("Loại", "get_kind_display"),
    ListColumn("Số chữ", lambda row: len(row.name)),
)


def test_a_column_reads_a_name_a_path_a_display_or_what_a_function_says():
    found = listed("Xã", "xa", ROWS, COLUMNS)
    assert found.headings == ["Tên", "Huyện", "Loại", "Số chữ"]
    assert list(found.lines(ROWS)) == [["Xã A", "Huyện A", "Xã", 4], ["Xã B", None, "Phường", 4]]
    assert found.many == 2 and not found.is_refused


def test_rows_are_dressed_some_at_a_time(monkeypatch):
    monkeypatch.setattr(lists, "CHUNK", 3)
    together = []

    def dress(rows):
        together.append(len(rows))
        return [SimpleNamespace(name=f"{row}!") for row in rows]

    found = listed("Số", "so", range(7), [ListColumn("Tên", "name")], dress=dress)
    assert [cells for (cells,) in found.lines(range(7))] == [f"{number}!" for number in range(7)]
    assert together == [3, 3, 1]


def test_who_reads_far_is_told_how_far(monkeypatch):
    monkeypatch.setattr(lists, "CHUNK", 2)
    told: list[int] = []
    lists.write(listed("Số", "so", range(5), [ListColumn("Số", int)]), "csv", BytesIO(), told.append)
    assert told == [0, 2, 4]


def test_more_rows_than_a_worksheet_has_are_refused_as_a_workbook_alone(monkeypatch):
    monkeypatch.setattr(lists, "MOST_OF_A_SHEET", 4)
    found = listed("Số", "so", range(5), [ListColumn("Số", int)])
    with pytest.raises(Refused) as refusal:
        lists.write(found, "xlsx", BytesIO())
    assert "5 dòng" in refusal.value.sentence and "CSV" in refusal.value.sentence
    out = BytesIO()
    lists.write(found, "csv", out)
    assert out.getvalue().decode("utf-8-sig").split() == ["Số", "0", "1", "2", "3", "4"]


def test_decimals_are_numbers_in_a_workbook_and_have_our_comma_in_csv():
    found = listed("Điểm", "diem", [Decimal("82.50"), Decimal(7)], [ListColumn("Điểm", lambda row: row)])
    book, text = BytesIO(), BytesIO()
    lists.write(found, "xlsx", book)
    lists.write(found, "csv", text)
    assert [cell.value for cell in load_workbook(book).active["A"]] == ["Điểm", 82.5, 7]
    assert text.getvalue().decode("utf-8-sig").split() == ["Điểm", '"82,50"', "7"]


def test_the_day_of_a_moment_is_that_of_viet_nam():
    assert day_of(datetime(2024, 11, 30, 18, tzinfo=UTC)) == date(2024, 12, 1)
    assert day_of(None) is None
