"""Cells between the portal and a spreadsheet: pasted into the grid and a register, copied out, filled offline."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.walker import Walker, entry_grid, follow
from tests.office import filled, needs_office

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def officer(chromium, portal):
    walker = Walker(chromium, portal, "canbo.xuonglam")
    walker.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=portal)
    yield walker
    walker.close()


@pytest.fixture(scope="module")
def grid(officer):
    return entry_grid(officer)


def cell(page, row: int, column: int):
    """The input of the n-th dossier and the n-th column an officer fills, from 0."""
    return page.locator("[data-grid] tbody tr").nth(row).locator("input.cell").nth(column)


def values(page, rows: int, columns: int) -> list[list[str]]:
    return [[cell(page, row, column).input_value() for column in range(columns)] for row in range(rows)]


def status(page, words: str) -> str:
    """What the grid says once it says something with these words."""
    said = page.locator("[data-grid-status]", has_text=words)
    said.wait_for()
    return said.inner_text()


def paste(page, block: str) -> None:
    page.evaluate("block => navigator.clipboard.writeText(block)", block)
    page.keyboard.press("Control+v")


def select(page, down: int = 0, right: int = 0) -> None:
    for _ in range(down):
        page.keyboard.press("Shift+ArrowDown")
    for _ in range(right):
        page.keyboard.press("Shift+ArrowRight")


def test_a_block_is_pasted_told_and_undone(officer, grid):
    page = officer.open(grid)
    cell(page, 0, 0).focus()
    paste(page, "Đ\tkhông đạt\t112/112\r\nx\tcó lẽ\t5/7\r\n")
    said = status(page, "Đã lưu 5 ô.")
    assert said == "Đã lưu 5 ô. 1 ô chưa lưu."
    assert values(page, 2, 3) == [["Đ", "K", "112/112"], ["Đ", "có lẽ", "5/7"]]
    told = page.locator("[data-block-told] li")
    assert told.count() == 1 and "không hiểu “có lẽ”" in told.inner_text()
    told.get_by_role("button").click()
    assert page.locator(".cell-note:visible").count() == 1
    assert cell(page, 1, 1).evaluate("one => document.activeElement === one")
    officer.look("bang-nhap-dan")
    cell(page, 1, 1).focus()  # a narrow screen shows units instead of the grid: the focus was gone with it

    # What is not saved is lost by no reload unasked, and what is shown as saved is there after one.
    page.keyboard.press("Escape")
    assert cell(page, 1, 1).input_value() == ""
    officer.open(grid)
    assert values(page, 2, 3) == [["Đ", "K", "112/112"], ["Đ", "", "5/7"]]

    # The way back leaves what was there before, and what was written after.
    cell(page, 0, 0).focus()
    paste(page, "K\tĐ\r\nK\tĐ\r\n")
    status(page, "Đã lưu 4 ô.")
    cell(page, 0, 1).fill("K")
    page.keyboard.press("Tab")
    status(page, "Đã lưu.")
    page.get_by_role("button", name="Hoàn tác lần dán").click()
    assert status(page, "Đã lưu 3 ô.") == "Hoàn tác, trừ 1 ô đã được ghi lại sau đó. Đã lưu 3 ô."
    assert values(page, 2, 2) == [["Đ", "K"], ["Đ", ""]]
    officer.open(grid)
    assert values(page, 2, 2) == [["Đ", "K"], ["Đ", ""]]


def test_one_value_fills_what_is_selected_and_the_top_fills_down(officer, grid):
    page = officer.open(grid)
    many = page.locator("[data-grid] tbody tr").count()
    cell(page, 0, 3).focus()
    select(page, down=3, right=1)
    assert status(page, "Đang chọn") == "Đang chọn 4 dòng × 2 cột."
    officer.look("bang-nhap-chon")
    cell(page, 0, 3).focus()
    select(page, down=3, right=1)
    paste(page, "0\r\n")
    status(page, "ô chưa lưu")  # column 3 takes no number
    page.keyboard.press("Escape")  # no more selected
    for row in range(4):
        cell(page, row, 3).focus()
        page.keyboard.press("Escape")
    officer.open(grid)
    assert [row[4] for row in values(page, 5, 5)] == ["0", "0", "0", "0", ""]

    cell(page, 0, 5).fill("2")
    select(page, down=2)
    page.keyboard.press("Control+d")
    status(page, "Đã lưu 2 ô.")
    cell(page, 4, 5).focus()
    page.keyboard.press("Control+d")
    status(page, "Khối chép không có giá trị nào")  # the cell above is empty
    cell(page, 3, 5).focus()
    page.keyboard.press("Control+d")
    status(page, "Đã lưu 1 ô.")
    page.keyboard.press("Control+z")
    assert status(page, "Hoàn tác lần dán.") == "Hoàn tác lần dán. Đã lưu 1 ô."
    officer.open(grid)
    assert [row[5] for row in values(page, 5, 6)] == ["2", "2", "2", "", ""]

    cell(page, many - 1, 0).focus()
    paste(page, "Đ\r\nĐ\r\nĐ\r\n")
    assert status(page, "nằm ngoài bảng").endswith("2 dòng nằm ngoài bảng: chưa dán.")


def test_what_is_copied_out_comes_back_the_same(officer, grid):
    page = officer.open(grid)
    cell(page, 0, 0).focus()
    page.keyboard.press("Control+a")
    select(page, down=1, right=2)
    page.keyboard.press("Control+c")
    status(page, "Đã chép 2 dòng × 3 cột.")
    assert page.evaluate("navigator.clipboard.readText()").split("\r\n") == ["Đ\tK\t112/112", "Đ\t\t5/7"]
    page.keyboard.press("Control+v")
    assert status(page, "ô đã có đúng giá trị ấy") == "5 ô đã có đúng giá trị ấy."


def test_single_cells_are_taken_back_and_written_again(officer, grid):
    page = officer.open(grid)
    start = cell(page, 7, 0)
    start.click()
    for text in ("Đ", "K"):
        page.keyboard.type(text)
        page.keyboard.press("ArrowDown")
        status(page, "Đã lưu.")
    assert values(page, 9, 1)[7:] == [["Đ"], ["K"]]
    page.keyboard.press("Control+z")
    assert status(page, "Hoàn tác lần ghi.") == "Hoàn tác lần ghi. Đã lưu 1 ô."
    page.keyboard.press("Control+z")
    expect(cell(page, 7, 0)).to_have_value("")
    assert values(page, 9, 1)[7:] == [[""], [""]]
    page.keyboard.press("Control+z")  # what was done on an earlier page is not taken back here
    page.keyboard.press("Control+y")
    assert status(page, "Làm lại lần ghi.") == "Làm lại lần ghi. Đã lưu 1 ô."
    officer.open(grid)
    assert values(page, 9, 1)[7:] == [["Đ"], [""]]


def at_hand(page) -> tuple[int, int]:
    """Row and column of the cell one stands on, from 0."""
    return tuple(
        page.evaluate(
            """() => {
                const rows = [...document.querySelectorAll("[data-grid] tbody tr")];
                const row = rows.findIndex((one) => one.contains(document.activeElement));
                return [row, [...rows[row].querySelectorAll("input.cell")].indexOf(document.activeElement)];
            }"""
        )
    )


def test_the_grid_is_walked_as_a_spreadsheet(officer, grid):
    page = officer.open(grid)
    rows = page.locator("[data-grid] tbody tr").count()
    last = page.locator("[data-grid] tbody tr").first.locator("input.cell").count() - 1
    cell(page, 1, 2).click()
    taken = page.evaluate("getSelection().toString()")
    assert taken == cell(page, 1, 2).input_value() != ""
    places = []
    for keys in ("ArrowRight", "End", "Home", "ArrowDown", "Enter", "Shift+Enter", "Control+End", "Control+Home"):
        page.keyboard.press(keys)
        places.append(at_hand(page))
    walked = [(1, 3), (1, last), (1, 0), (2, 0), (3, 0), (2, 0), (rows - 1, last), (0, 0)]
    assert places == walked
    cell(page, 1, 2).focus()
    page.keyboard.press("F2")
    page.keyboard.press("ArrowLeft")  # in its text now
    assert at_hand(page) == (1, 2)
    bar = page.locator("[data-at-hand]")
    unit = page.locator("[data-grid] tbody tr").nth(1).locator("th a").inner_text()
    assert "1.3 Toàn bộ số hộ" in bar.inner_text() and unit in bar.inner_text()
    assert "ví dụ 120/125" not in bar.inner_text()
    page.keyboard.press("F1")
    assert "ví dụ 120/125" in bar.inner_text()
    officer.look("bang-nhap-thanh-tieu-chi")


def test_somebody_elses_cell_is_not_pasted_over(officer, grid, chromium, portal):
    page = officer.open(grid)
    other = Walker(chromium, portal, "canbo.xuonglam")
    try:
        other.open(grid)
        theirs = cell(other.page, 2, 0)
        theirs.fill("K")
        theirs.press("Tab")
        status(other.page, "Đã lưu.")
    finally:
        other.close()
    cell(page, 2, 0).focus()
    paste(page, "Đ\tĐ")
    status(page, "1 ô chưa lưu.")
    assert "vừa ghi “Không đạt” lúc" in page.locator("[data-block-told] li").inner_text()
    cell(page, 2, 0).focus()
    page.get_by_role("button", name="Giữ “K”").click()
    officer.open(grid)
    assert values(page, 3, 2)[2] == ["K", "Đ"]


@pytest.mark.parametrize("answer", ["no line", 503])
def test_a_block_without_an_answer_waits_in_its_cells_and_goes_out_by_itself(officer, grid, answer):
    page = officer.open(grid)
    before = values(page, 2, 9)
    fresh = "4" if answer == 503 else "3"
    away = re.compile(r"/(khoi|o)/$")
    page.route(away, lambda route: route.abort() if answer == "no line" else route.fulfill(status=answer))
    cell(page, 0, 7).focus()
    paste(page, f"{fresh}\t{fresh}\r\n{fresh}\txoá\r\n")
    assert status(page, "Còn") == "Còn 4 ô chưa lưu."
    assert [row[7:] for row in values(page, 2, 9)] == [[fresh, fresh], [fresh, ""]]
    officer.open(grid)
    status(page, "ô chưa lưu")  # a reload keeps them; one to be emptied may be empty already
    assert [row[7:] for row in values(page, 2, 9)] == [[fresh, fresh], [fresh, ""]]
    page.unroute(away)
    page.evaluate("dispatchEvent(new Event('online'))")
    status(page, "Đã lưu.")
    expected = [[*before[0][:7], fresh, fresh], [*before[1][:7], fresh, ""]]
    assert values(page, 2, 9) == expected
    officer.open(grid)
    assert values(page, 2, 9) == expected
    lost = re.compile("ERR_FAILED|status of 503")
    officer.complaints[:] = [one for one in officer.complaints if not lost.search(one)]


def test_the_way_back_takes_what_a_block_left_unsaved_too(officer, grid):
    """What is told of a step speaks of the whole page: “saved” was said beside red cells."""
    page = officer.open(grid)
    before = values(page, 2, 7)
    cell(page, 0, 5).focus()
    paste(page, "7\tcó lẽ\r\n8\t9\r\n")
    assert status(page, "Đã lưu 3 ô.") == "Đã lưu 3 ô. 1 ô chưa lưu."
    page.keyboard.press("Control+z")
    assert status(page, "Hoàn tác lần dán.") == "Hoàn tác lần dán. Đã lưu 3 ô."
    assert values(page, 2, 7) == before and page.locator("input.cell[aria-invalid]").count() == 0
    page.keyboard.press("Control+y")
    status(page, "Chưa lưu: xem chỗ báo đỏ.")
    assert [row[5:] for row in values(page, 2, 7)] == [["7", "có lẽ"], ["8", "9"]]

    cell(page, 1, 5).focus()
    page.keyboard.type("1")
    cell(page, 1, 6).focus()
    page.keyboard.press("Control+z")
    status(page, "Hoàn tác lần ghi.")
    said = page.locator("[data-grid-status]").inner_text()
    assert said == "Hoàn tác lần ghi. Đã lưu 1 ô. Còn 1 ô chưa lưu."
    page.keyboard.press("Control+z")
    assert status(page, "Hoàn tác lần dán.") == "Hoàn tác lần dán. Đã lưu 3 ô."
    assert values(page, 2, 7) == before
    officer.open(grid)
    assert values(page, 2, 7) == before


def test_a_block_is_pasted_into_a_register(officer):
    page = officer.open("/don-vi/so/to-tu-quan/them/")
    keys = page.locator("select[name=unit] option").evaluate_all("all => all.map(one => one.value)")
    first, second = [key for key in keys if key][:2]
    page = officer.open("/don-vi/so/to-tu-quan/")
    follow(page.get_by_role("link", name="Dán từ Excel"))
    order = "Khoá đơn vị · Năm · Tổ · Tổ trưởng · Tổ phó · Thành viên"
    assert order in page.locator("#id_pasted_helptext").inner_text()
    page.locator("#id_pasted").focus()
    paste(page, f"DV{first}\t2024\t5\t5\t4\t1.160\r\nDV{second}\t2024\t3\t3\t3\t1,160\r\n")
    officer.press("Kiểm tra")
    assert "1,160" in page.locator("table").first.inner_text()  # two readings: named, nothing stored, given back
    assert page.locator("#id_pasted").input_value().endswith("1,160\n")
    officer.look("so-dan-bi-tu-choi")
    page.locator("#id_pasted").fill(page.locator("#id_pasted").input_value().replace("1,160", "90"))
    officer.press("Kiểm tra")
    officer.look("so-dan-xem-truoc")
    officer.confirm(page.locator("main form button.btn--primary").first)
    page.get_by_text("Đã ghi 2 dòng mới").wait_for()
    page = officer.open("/don-vi/so/to-tu-quan/?year=2024")
    assert "1.160" in page.locator("table").first.inner_text()


@needs_office
def test_the_grid_taken_along_is_filled_in_libreoffice_and_sent_back(officer, grid, tmp_path):
    page = officer.open(grid)
    with page.expect_download() as loading:
        page.get_by_role("link", name="Tải bảng nhập (XLSX)").click()
    book = tmp_path / "bang.xlsx"
    loading.value.save_as(book)
    done = filled(book, tmp_path, {"D6": "Đ", "F6": "110/112", "H6": "0", "O6": "3/5"})
    follow(page.get_by_role("link", name="Gửi bảng đã điền"))
    page.set_input_files("input[type=file]", done)
    officer.press("Kiểm tra tệp")
    officer.look("bang-nhap-tu-libreoffice")
    officer.confirm(page.locator("main form button.btn--primary").first)
    page.get_by_text("Đã ghi 4 ô.").wait_for()
    officer.open(grid)
    row = values(page, 5, 12)[4]
    assert [row[at] for at in (0, 2, 4, 11)] == ["Đ", "110/112", "0", "3/5"]


def test_nothing_was_complained_of(officer):
    """But for the browser's own line about each refused request."""
    expected = re.compile(r"console: Failed to load resource: .* 422 ")
    assert [one for one in officer.complaints if not expected.search(one)] == []
