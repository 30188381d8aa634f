"""Template workbooks: what a spreadsheet checks while they are filled, what they say, and which one a file is of."""

import io
from datetime import date, datetime

import pytest
from openpyxl import load_workbook
from openpyxl.utils.datetime import from_excel

from portal.core.sheets import writing
from portal.core.sheets.reading import Unreadable
from portal.core.sheets.tables import table_of
from portal.core.sheets.templates import Cells, FileColumn, Template, as_template

FRUIT = tuple(f"Loại quả thứ {number}, ghi đủ tên" for number in range(30))  # longer than a rule itself may hold
TEMPLATE = Template(
    "vuon",
    "Sổ vườn",
    {
        "key": FileColumn("Mã vườn", Cells.CODE, example="07201", is_needed=True),
        "name": FileColumn("Tên", help="Tên đầy đủ."),
        "trees": FileColumn("Số cây", Cells.WHOLE, example=12, is_needed=True),
        "since": FileColumn("Từ ngày", Cells.DAY, example=date(2024, 1, 31), is_needed=True),
        "until": FileColumn("Đến ngày", Cells.DAY, may_clear=True),
        "fruit": FileColumn("Loại quả", Cells.CHOICE, example=FRUIT[1], choices=FRUIT),
    },
    empty="Ô để trống giữ điều đang ghi.",
)


def opened(data: bytes):
    return load_workbook(io.BytesIO(data))


def taken(data: bytes, template: Template = TEMPLATE):
    return table_of(data, "tep.xlsx", template.headings, needed=template.needed, template=template)


def refused(data: bytes, template: Template = TEMPLATE) -> list[str]:
    with pytest.raises(Unreadable) as refusal:
        taken(data, template)
    return [str(problem) for problem in refusal.value.problems]


def filled(data: bytes, *row) -> bytes:
    book, out = opened(data), io.BytesIO()
    for place, value in enumerate(row, 1):
        book["Nhập liệu"].cell(2, place).value = value
    book.save(out)
    return out.getvalue()


def test_the_sheets_come_in_their_order_and_the_lists_and_the_mark_are_out_of_sight():
    book = opened(as_template(TEMPLATE, ("Đơn vị", [["Khoá"], ["DV1"], ["=1+1"]])))
    assert [(page.title, page.sheet_state) for page in book] == [
        ("Nhập liệu", "visible"),
        ("Hướng dẫn", "visible"),
        ("Đơn vị", "visible"),
        ("Danh mục", "hidden"),
        ("_mau", "veryHidden"),
    ]
    assert [cell.value for cell in book["_mau"][1]] == ["vuon", 1, "Sổ vườn"]
    assert (book["Đơn vị"]["A3"].value, book["Đơn vị"]["A3"].data_type) == ("=1+1", "s")  # no name runs


def test_the_sheet_to_fill_keeps_codes_and_has_its_headings_in_sight():
    page = opened(as_template(TEMPLATE))["Nhập liệu"]
    heads = page[1]
    assert [cell.value for cell in heads] == list(TEMPLATE.headings.values())
    assert (page.max_row, page.freeze_panes, page.auto_filter.ref) == (1, "A2", None)
    assert all(cell.font.bold for cell in heads)
    needed = [cell.value for cell in heads if cell.fill.fgColor.rgb.endswith("F4CCCC")]
    assert needed == ["Mã vườn", "Số cây", "Từ ngày"]
    assert [cell.value for cell in heads if cell.comment.text.startswith("Bắt buộc.")] == needed
    formats = [page.column_dimensions[letter].number_format for letter in "ABCDEF"]
    assert formats == ["@", "@", "General", "dd/mm/yyyy", "dd/mm/yyyy", "@"]


def test_a_spreadsheet_checks_days_numbers_and_choices_of_two_thousand_rows():
    book = opened(as_template(TEMPLATE))
    rules = {str(rule.sqref): rule for rule in book["Nhập liệu"].data_validations.dataValidation}
    assert set(rules) == {f"{letter}2:{letter}2001" for letter in "CDEF"}
    days = rules["D2:D2001"]
    limits = [from_excel(int(formula)) for formula in (days.formula1, days.formula2)]
    assert (days.type, days.operator, limits) == ("date", "between", [datetime(1945, 9, 2), datetime(2100, 12, 31)])
    whole = rules["C2:C2001"]
    assert (whole.type, whole.operator, whole.formula1) == ("whole", "greaterThanOrEqual", "0")
    assert [rules[f"{letter}2:{letter}2001"].errorStyle for letter in "CDE"] == ["stop", "stop", "warning"]  # “xoá”
    sheet, cells = rules["F2:F2001"].formula1.split("!")
    listed = [cell.value for (cell,) in book[sheet.strip("'")][cells.replace("$", "")]]
    assert (rules["F2:F2001"].type, listed) == ("list", list(FRUIT))
    assert all(len(rule.error) <= 255 for rule in rules.values())


def test_the_guide_says_what_each_column_is():
    lines = list(opened(as_template(TEMPLATE))["Hướng dẫn"].iter_rows(values_only=True))
    told = {line[0]: line[1:] for line in lines}
    assert told["Mã vườn"] == ("có", "Ô dạng văn bản, ghi đủ cả số 0 ở đầu.", None, "07201")
    assert told["Đến ngày"][1] == "Ngày/tháng/năm, ví dụ 31/01/2020. Ghi “xoá” để bỏ giá trị đang có."
    assert told["Từ ngày"][3] == "31/01/2024" and told["Loại quả"][2] == "; ".join(FRUIT)
    assert {"Ô để trống giữ điều đang ghi.", "Một tệp có tối đa 20.000 dòng."} <= set(told)


def test_a_filled_template_is_read_and_an_empty_one_is_not():
    data = as_template(TEMPLATE, ("Đơn vị", [["Mã vườn", "Tên", "Số cây"], ["DV1", "Xã", 1]]))
    assert refused(data) == ["tep.xlsx: Tệp không có dòng nào dưới dòng tiêu đề. Hãy kiểm tra lại tệp đã chọn."]
    ((number, cells),) = taken(filled(data, "07201", "1.10", 12, date(2024, 1, 31), "xoá", FRUIT[1])).rows
    assert (number, cells["name"]) == (2, "1.10")
    assert {name: cells[name] for name in ("key", "trees", "since", "until", "fruit")} == {
        "key": "07201",
        "trees": "12",
        "since": "31/01/2024",
        "until": "xoá",
        "fruit": FRUIT[1],
    }


def test_rows_are_written_into_the_template_and_come_back():
    data = as_template(TEMPLATE, rows=[["07201", "=1+1", 12, date(2024, 1, 31), "", FRUIT[0]]])
    ((_, cells),) = taken(data).rows
    assert list(cells.values()) == ["07201", "=1+1", "12", "31/01/2024", "", FRUIT[0]]


def test_a_template_of_another_file_is_told_by_its_title():
    other = Template("ao", "Sổ ao", TEMPLATE.columns, empty="")
    row = ["07201", "", 12, date(2024, 1, 31)]
    wrong = filled(as_template(other), *row)
    assert refused(wrong) == [
        "tep.xlsx: Tệp này là mẫu “Sổ ao”, không phải mẫu “Sổ vườn”. Hãy tải tệp mẫu ở trang đang mở."
    ]
    assert len(taken(wrong, other).rows) == 1
    book, out = opened(wrong), io.BytesIO()
    del book["_mau"]
    book.save(out)
    assert len(taken(out.getvalue()).rows) == 1  # a file that does not say what it is, is read for what it holds
    export = writing.as_xlsx("Sổ", TEMPLATE.headings.values(), [[*row, "", ""]])
    assert len(taken(export).rows) == 1


def test_equal_templates_make_equal_bytes():
    pages = ("Đơn vị", [["Khoá"], ["DV1"]])
    assert as_template(TEMPLATE, pages) == as_template(TEMPLATE, pages)
    assert as_template(TEMPLATE, pages) != as_template(TEMPLATE)


def test_what_may_be_chosen_here_and_now_is_offered_and_its_first_is_the_example():
    offered = TEMPLATE.offering({"fruit": ["Mít", "Ổi"]}).columns["fruit"]
    assert (offered.choices, offered.example) == (("Mít", "Ổi"), "Mít")
    assert TEMPLATE.columns["fruit"].choices == FRUIT
