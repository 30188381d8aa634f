"""Workbooks from users: what is read, and what is refused before it takes the machine; each bomb is a real one."""

import io
import re
import zipfile
from collections.abc import Callable
from datetime import datetime, time
from pathlib import Path

import pytest
from openpyxl import Workbook

from criteria.packs.sheet_source import source_of
from portal.core.sheets import books
from portal.core.sheets.books import BadBook, BadCell, Page, Percent, pages_of
from portal.core.sheets.reading import Unreadable, sheets_of

from .forging import HEAD, STRINGS, book, forged, many_cells, ods_book

ENTITY = '<row><c t="str"><v>&b;</v></c></row></sheetData></worksheet>'


def unpacks_to_152_mb() -> bytes:
    return forged(sheet=HEAD + "<row><c><v>1</v></c></row>" * 5_850_000 + "</sheetData></worksheet>")


def one_long_text_in_many_cells() -> bytes:
    """20,000 cells of 30,000 letters each: 600 MB out of a few hundred kB."""
    return forged(strings=f"{STRINGS}<si><t>{'a' * 30_000}</t></si></sst>", sheet=many_cells(2000))


def refused(data: bytes, **limits) -> str:
    with pytest.raises(BadBook) as refusal:
        pages_of(data, rows=20_002, **limits)
    return refusal.value.sentence


def test_what_is_read():
    moment = datetime(2024, 11, 5, 9, 14)
    data = book(["Tên", 12, 1.5, True, None, moment, time(8, 30)], [], ["=1+1"])
    told = ["Tên", 12, 1.5, True, None, moment, "08:30:00"]
    assert pages_of(data, rows=10) == [Page("Trang", [(1, told), (3, [BadCell()])])]
    assert len(pages_of(book(["a"], ["b"], ["c"]), rows=2)[0].rows) == 2


def test_a_small_file_that_unpacks_to_152_mb_is_refused_by_every_reader(tmp_path: Path):
    data = unpacks_to_152_mb()
    assert len(data) < 1_000_000
    assert refused(data) == books.LARGE
    with pytest.raises(Unreadable) as refusal:
        sheets_of(data, "tep.xlsx")
    assert [problem.sentence for problem in refusal.value.problems] == [books.LARGE]
    path = tmp_path / "bo.xlsx"
    path.write_bytes(data)
    (fault,) = source_of(path, "bo.xlsx").faults
    assert fault.sentence == "bảng tính giải nén vượt 60 MB; hãy tách thành nhiều tệp nhỏ hơn"


def test_one_text_named_by_many_cells_is_refused():
    data = one_long_text_in_many_cells()
    assert len(data) < 200_000
    assert refused(data) == books.TOO_HEAVY


def test_too_many_cells_are_refused():
    assert refused(forged(strings=f"{STRINGS}<si><t>a</t></si></sst>", sheet=many_cells(10_000, 60))) == books.TOO_HEAVY


LIMITS = [  # the name, what it is set to; texts and rows that take several times that on a fast machine too
    ("MAX_MEMORY", 60 << 20, 250_000, 60_000),
    ("MAX_SECONDS", 1, 1000, 140_000),
    ("MAX_WAIT", 0.2, 250_000, 60_000),
]


@pytest.mark.parametrize(("limit", "most", "many", "rows"), LIMITS)
def test_the_child_ends_at_its_limits(monkeypatch, limit, most, many, rows):
    texts = STRINGS + f"<si><t>{'a' * 200}</t></si>" * many + "</sst>"
    data = forged(strings=texts, sheet=HEAD + "<row><c><f>1</f><v>1</v></c></row>" * rows + "</sheetData></worksheet>")
    assert len(pages_of(data, rows=10)) == 1  # the control: within the real limits it is read
    monkeypatch.setattr(books, limit, most)
    assert refused(data) == books.TOO_HEAVY


@pytest.mark.parametrize(
    "data",
    [
        b"PK\x03\x04 rubbish",
        b"",
        forged(sheet="<worksheet"),
        forged(sheet='<!DOCTYPE a [<!ENTITY b "c">]>' + HEAD + ENTITY),
    ],
)
def test_what_is_no_workbook_is_told(data):
    assert refused(data) == books.UNREADABLE


def test_a_size_that_lies_does_not_let_a_bomb_in():
    data = bytearray(unpacks_to_152_mb())
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        member = archive.getinfo("xl/worksheets/sheet1.xml")
    entry = data.rindex(b"PK\x01\x02", 0, data.rindex(member.filename.encode()))
    data[entry + 24 : entry + 28] = (1000).to_bytes(4, "little")
    assert refused(bytes(data)) == books.UNREADABLE


def test_the_largest_file_of_rows_is_read():
    rows = [[f"Thôn {number}", "Xã Tân Dĩnh", *range(18)] for number in range(20_001)]
    assert len(sheets_of(book(*rows), "tep.xlsx")[0].rows) == 20_001


def formatted(**cells) -> bytes:
    """A workbook of cells by place, each a value and the format it is shown in."""
    made, held = Workbook(), io.BytesIO()
    for place, (value, shown) in cells.items():
        made.active[place] = value
        made.active[place].number_format = shown
    made.save(held)
    return held.getvalue()


def test_a_cell_is_read_as_its_format_shows_it():
    data = formatted(A1=(0.7, "0%"), B1=(0.125, "0.0%"), C1=(7201, "00000"), D1=(0.7, "0.0"), E1=("7201", "00000"))
    assert pages_of(data, rows=5)[0].rows == [(1, [Percent(70), Percent(12.5), "07201", 0.7, "7201"])]
    (sheet,) = sheets_of(data, "tep.xlsx")
    assert sheet.rows == [(1, ["70%", "12,5%", "07201", "0,7", "7201"])]


def test_hidden_sheets_rows_and_filters_are_told():
    made, held = Workbook(), io.BytesIO()
    made.active.append(["a"])
    made.active.append(["b"])
    made.active.row_dimensions[2].hidden = True
    made.active.auto_filter.ref = "A1:A2"
    made.active.auto_filter.add_filter_column(0, ["a"])
    made.create_sheet("Ẩn").sheet_state = "hidden"
    made.save(held)
    shown, hidden = pages_of(held.getvalue(), rows=5)
    assert (shown.hidden, shown.hidden_rows, shown.filtered) == (False, 1, True)
    assert (hidden.hidden, hidden.hidden_rows, hidden.filtered) == (True, 0, False)
    assert shown.rows == [(1, ["a"]), (2, ["b"])]


def rewritten(data: bytes, change: Callable[[bytes], bytes], name: Callable[[str], str] = str) -> bytes:
    """The workbook with its sheet's XML and the names of its parts as another program writes them."""
    held = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as real, zipfile.ZipFile(held, "w") as made:
        for part in real.namelist():
            text = real.read(part)
            made.writestr(name(part), change(text) if "worksheets/sheet" in part else text)
    return held.getvalue()


def with_prefixes(text: bytes) -> bytes:
    return re.sub(rb"<(/?)(\w)", rb"<\1x:\2", text).replace(b"xmlns=", b"xmlns:x=")


PROGRAMS = {
    "as it is": (bytes, str),
    "with prefixes": (with_prefixes, str),
    "after a mark of its encoding": (lambda text: b"\xef\xbb\xbf" + text, str),
    "with other quotes": (lambda text: text.replace(b'"', b"'"), str),
    "rows unnumbered": (lambda text: re.sub(rb'<row r="\d+"', b"<row", text), str),
    "cells unplaced": (lambda text: re.sub(rb'<c r="\w+"', b"<c", text), str),
    "beside a comment": (lambda text: text.replace(b"<sheetData>", b'<sheetData><!--<row r="2">-->'), str),
    "in capitals": (bytes, lambda part: part.replace("worksheets/sheet", "Worksheets/Sheet")),
    "with slashes of Windows": (bytes, lambda part: part.replace("/", "\\")),
}


@pytest.mark.parametrize(("change", "name"), PROGRAMS.values(), ids=PROGRAMS)
def test_what_values_do_not_tell_is_found_in_the_rows_of_every_program(change, name):
    made, held = Workbook(), io.BytesIO()
    for line in [["a"], ["<f>", "=1+1"], ["b", 0.7], ["c", "#N/A"], ["d", 0.7]]:
        made.active.append(line)
    made.active["B3"].number_format = "0%"
    made.active["B4"].data_type = "e"
    made.active.row_dimensions[5].hidden = True
    made.save(held)
    (page,) = pages_of(rewritten(held.getvalue(), change, name), rows=9)
    assert page.rows == [
        (1, ["a"]),
        (2, ["<f>", BadCell()]),
        (3, ["b", Percent(70)]),
        (4, ["c", BadCell("#N/A")]),
        (5, ["d", 0.7]),
    ]
    assert page.hidden_rows == 1


CELL = '<table:table-cell office:value-type="{0}" calcext:value-type="{0}" {1}><text:p>{2}</text:p></table:table-cell>'


def test_a_cell_of_ods_is_read_as_it_is_shown():
    cells = [
        CELL.format("percentage", 'office:value="0.7"', "70%"),
        CELL.format("float", 'office:value="7201"', "07201"),
        CELL.format("float", 'office:value="0.7" table:number-columns-repeated="2"', "0,7"),
        '<table:table-cell table:formula="of:=1/0" office:value-type="string" calcext:value-type="error">'
        "<text:p>#DIV/0!</text:p></table:table-cell>",
        '<table:table-cell table:formula="of:=[.A1]"/>',
        CELL.format("string", 'table:number-rows-spanned="2" table:number-columns-spanned="1"', "gộp"),
    ]
    empty = '<table:table-row table:number-rows-repeated="3"><table:table-cell/></table:table-row>'
    hidden = f'<table:table-row table:visibility="collapse">{CELL.format("string", "", "a")}</table:table-row>'
    data = ods_book(f"{empty}<table:table-row>{''.join(cells)}</table:table-row>{hidden}")
    (page,) = pages_of(data, rows=9)
    told = [Percent(70), "07201", 0.7, 0.7, BadCell("#DIV/0!"), BadCell(), "gộp"]
    assert page.rows == [(4, told), (5, ["a"])]
    assert (page.merged, page.hidden_rows, page.filtered) == ([(4, 7, 5, 7)], 1, False)


def test_a_formula_whose_result_is_an_empty_text_is_an_empty_cell():
    result = '<row r="1"><c r="A1"><v>1</v></c><c r="B1"{}><f>IF(A1,"","")</f>{}</c></row></sheetData></worksheet>'
    empty, without = (forged(sheet=HEAD + result.format(*one)) for one in ((' t="str"', "<v></v>"), ("", "<v/>")))
    assert pages_of(empty, rows=5)[0].rows == [(1, [1])]
    assert pages_of(without, rows=5)[0].rows == [(1, [1, BadCell()])]  # the control: saved without its result


def test_rows_of_many_blocks_keep_their_numbers_and_kinds():
    rows = [[f"Thôn {number}", number, number / 2, None, number % 2 == 0] for number in range(2_500)]
    assert pages_of(book(*rows), rows=9_999)[0].rows == list(enumerate(rows, 1))


def test_an_error_alone_in_its_row_is_not_lost():
    made, held = Workbook(), io.BytesIO()
    made.active["B3"] = "#REF!"
    made.active["B3"].data_type = "e"
    made.save(held)
    assert pages_of(held.getvalue(), rows=5)[0].rows == [(3, [None, BadCell("#REF!")])]


def test_rows_and_columns_left_empty_before_the_first_change_no_place():
    made, held = Workbook(), io.BytesIO()
    for place, value in {"C5": "a", "C6": 0.7, "D6": "=1+1", "C9": "#N/A"}.items():
        made.active[place] = value
    made.active["C6"].number_format = "0%"
    made.active["C9"].data_type = "e"
    made.save(held)
    assert pages_of(held.getvalue(), rows=9)[0].rows == [
        (5, [None, None, "a"]),
        (6, [None, None, Percent(70), BadCell()]),
        (9, [None, None, BadCell("#N/A")]),
    ]


def test_a_cell_at_the_foot_of_the_sheet_costs_its_row_alone():
    made, held = Workbook(), io.BytesIO()
    made.active["A1"] = "a"
    made.active["A1048576"] = "b"
    made.save(held)
    assert pages_of(held.getvalue(), rows=5)[0].rows == [(1, ["a"]), (1048576, ["b"])]


def test_a_locked_workbook_is_told_to_be_unlocked():
    begun = books.OLE + bytes(600)
    assert refused(begun + "EncryptedPackage".encode("utf-16-le")) == books.LOCKED_BOOK
    assert refused(begun) == books.UNREADABLE  # the control: nothing in it says that it is locked
