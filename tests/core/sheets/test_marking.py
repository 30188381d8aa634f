"""A refused file given back marked: its cells as they were, red where something is wrong, notes and a list beside."""

import io
import time
import zipfile

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.comments import Comment
from openpyxl.styles import Font

from portal.core.sheets import books
from portal.core.sheets.books import BadBook
from portal.core.sheets.mark_child import AUTHOR, HEADS, LIST, RED
from portal.core.sheets.marking import MOST_MARKS, column_told, marked_book
from portal.core.sheets.reading import Problem, Unreadable, sheets_of
from portal.core.sheets.tables import Heading

from .forging import forged, many_cells

COLUMNS = {"key": "Khoá đơn vị", "year": "Năm", "name": "Tên"}
HEAD = list(COLUMNS.values())
WORSE = '=HYPERLINK("http://nơi.khác","bấm")'


def sent(*rows, head=HEAD) -> bytes:
    """A workbook as people make one: a guide before the rows, a coloured cell, a note of its own, a formula."""
    book, held = Workbook(), io.BytesIO()
    book.active.title = "Đọc trước"
    page = book.create_sheet("Số liệu")
    for row in (head, *rows):
        page.append(row)
    page["A2"].font, page["A2"].comment = Font(bold=True), Comment("của tôi", "Tôi")
    page.column_dimensions["A"].width = 33
    book.create_sheet("Tính riêng")["A1"] = "=1+1"
    book.save(held)
    return held.getvalue()


def problem(row: int | None, sentence: str, column: int | None = None) -> Problem:
    return Problem("tep.xlsx", row, sentence, column)


def marked(data: bytes, *problems: Problem, file: str = "tep.xlsx"):
    return load_workbook(io.BytesIO(marked_book(data, file, problems, columns=COLUMNS, needed=("key", "year"))))


def red(page) -> set[str]:
    return {cell.coordinate for row in page.iter_rows() for cell in row if cell.fill.fgColor.rgb == RED}


def notes(page) -> dict[str, str]:
    told = (cell for row in page.iter_rows() for cell in row if cell.comment)
    return {cell.coordinate: cell.comment.text for cell in told if cell.comment.author == AUTHOR}


def test_the_cell_a_sentence_names_is_red_with_the_sentence_for_a_note():
    wrong = "Cột “Năm” để trống. Hãy ghi một số, không có thì ghi 0."
    book = marked(sent(["DV1", None, "Thôn Đông"], ["DV2", 2020, "Thôn Tây"]), problem(2, wrong))
    page = book["Số liệu"]
    assert red(page) == {"B2"} and notes(page) == {"B2": wrong}
    assert [[cell.value for cell in row] for row in book[LIST].iter_rows()] == [list(HEADS), [2, "B2", wrong]]


def test_the_workbook_keeps_what_is_its_own():
    book = marked(sent(["DV1", 2020, "Thôn Đông"]), problem(2, "Trùng với dòng 3.", 2))
    page = book["Số liệu"]
    assert book.sheetnames == ["Đọc trước", "Số liệu", "Tính riêng", LIST]
    assert [cell.value for cell in page[2]] == ["DV1", 2020, "Thôn Đông"]
    assert page["A2"].font.bold and page["A2"].comment.text == "của tôi" and page.column_dimensions["A"].width == 33
    assert book["Tính riêng"]["A1"].value == "=1+1"


def test_a_row_is_red_where_no_column_is_known():
    page = marked(sent(["DV1", 2020, "Thôn Đông"]), problem(2, "Trùng với dòng 3. Hãy bỏ một dòng."))["Số liệu"]
    assert red(page) == {"A2", "B2", "C2"} and notes(page) == {"A2": "Trùng với dòng 3. Hãy bỏ một dòng."}


def test_two_sentences_on_one_cell_stand_in_one_note_and_one_of_the_file_in_the_list_alone():
    book = marked(sent(["DV1", "x", ""]), problem(2, "Một.", 2), problem(2, "Hai.", 2), problem(None, "Cả tệp."))
    assert notes(book["Số liệu"]) == {"B2": "Một.\nHai."} and red(book["Số liệu"]) == {"B2"}
    assert [row[2].value for row in book[LIST].iter_rows(min_row=2)] == ["Một.", "Hai.", "Cả tệp."]


def test_what_was_mended_is_no_longer_marked_when_the_file_comes_back():
    faults = [problem(2, "Một.", 2), problem(3, "Hai.")]
    first = marked_book(sent(["DV1", "x", "a"], ["DV2", "y", "b"]), "t.xlsx", faults, columns=COLUMNS)
    book = marked(first, problem(3, "Ba.", 3))
    page = book["Số liệu"]
    assert red(page) == {"C3"} and notes(page) == {"C3": "Ba."}
    assert book.sheetnames.count(LIST) == 1 and book[LIST].max_row == 2
    assert page["A2"].comment.text == "của tôi"


@pytest.mark.parametrize("ending", ["csv", "made anew"])
def test_values_become_a_workbook_of_text_that_nothing_can_run(ending, monkeypatch):
    if ending == "csv":
        data = f"Khoá đơn vị;Năm;Tên\n07201;1.10;'=1+1\n;;\nDV2;2020;{WORSE.replace(chr(34), chr(39))}\n".encode()
        file, told = "tep.csv", WORSE.replace('"', "'")
    else:  # an ODS, whose reader is not the one that marks
        book = Workbook()
        for row in (HEAD, ["07201", "1.10", "x"], [], ["DV2", "2020", "x"]):
            book.active.append(row)
        for place, words in (("C2", "=1+1"), ("C4", WORSE)):
            book.active[place].value, book.active[place].data_type = words, "s"
        held = io.BytesIO()
        book.save(held)
        data, file, told = held.getvalue(), "tep.xlsx", WORSE
    raw = marked_book(data, file, [problem(4, "Cột “Tên” sai.")], columns=COLUMNS)
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        assert not [name for name in archive.namelist() if b"<f>" in archive.read(name)]
    page = load_workbook(io.BytesIO(raw)).worksheets[0]
    assert [cell.value for cell in page[2]] == ["07201", "1.10", "=1+1"]
    assert (page["C4"].value, page["C4"].data_type) == (told, "s") and red(page) == {"C4"}
    assert dict(sheets_of(raw, "lai.xlsx")[0].rows) == dict(sheets_of(data, file)[0].rows)


def test_a_sentence_that_quotes_a_formula_stays_text():
    book = marked(sent(["=1+1 là gì", 1, ""]), problem(2, "=1+1 không đọc được.", 1))
    assert (book[LIST]["C2"].value, book[LIST]["C2"].data_type) == ("=1+1 không đọc được.", "s")


def test_a_merged_cell_is_marked_where_it_shows():
    book, held = load_workbook(io.BytesIO(sent(["DV1", 2020, "Thôn Đông"]))), io.BytesIO()
    book["Số liệu"].merge_cells("A2:A3")
    book.save(held)
    page = marked(held.getvalue(), problem(3, "Các ô A2:A3 bị gộp.", 1))["Số liệu"]
    assert notes(page) == {"A2": "Các ô A2:A3 bị gộp."}


def test_of_very_many_the_first_are_painted_and_all_are_listed():
    rows = [["DV1", "x", "a"]] * (MOST_MARKS + 5)
    book = marked(sent(*rows), *(problem(number, "Sai.", 2) for number in range(2, len(rows) + 2)))
    assert len(notes(book["Số liệu"])) == MOST_MARKS
    assert book[LIST].max_row == len(rows) + 2 and "Chỉ tô đỏ" in book[LIST].cell(len(rows) + 2, 3).value


def test_a_bomb_is_not_opened_by_the_one_who_marks():
    """Refused by the guard in front; where it alone is fooled, the child ends and the values are taken."""
    bomb = forged(sheet=many_cells(200_000, 20))
    begun = time.monotonic()
    with pytest.raises(Unreadable):
        marked_book(bomb, "bom.xlsx", [problem(2, "Sai.")], columns=COLUMNS)
    assert time.monotonic() - begun < 2 * books.MAX_WAIT


def test_a_child_that_may_not_go_on_is_told(monkeypatch):
    monkeypatch.setattr(books, "MAX_MEMORY", 30_000_000)  # less than the interpreter needs
    with pytest.raises((BadBook, Unreadable)):
        marked_book(sent(["DV1", 1, "a"]), "tep.xlsx", [problem(2, "Sai.")], columns=COLUMNS)


@pytest.mark.parametrize(
    ("sentence", "column"),
    [
        ("Cột “Năm” để trống.", 2),
        ("Không đọc được ngày “x” ở cột “khoá đơn vị”.", 1),
        ("Đơn vị “07201” không có trong phạm vi.", 1),
        ("Tên: dài quá.", 3),
        ("Trùng với dòng 3.", None),
        ("“Thôn” ở hai ô.", None),
        ("", None),
    ],
)
def test_which_column_a_sentence_speaks_of(sentence, column):
    heading = Heading(1, {0: "key", 1: "year", 2: "name"}, {})
    assert column_told(sentence, heading, COLUMNS, ["07201", "Thôn", "Thôn"]) == column
