"""Entry by exception in the grid: one value for a column, a row, a selection; marked until seen and confirmed."""

import pytest
from playwright.sync_api import expect

from tests.browser.walker import Walker, entry_grid, follow

pytestmark = pytest.mark.browser

MARKED = "Điền mặc định, chưa xác nhận"
TOP = "document.activeElement.getBoundingClientRect().top"
ON_TOP = """(() => {
  const cell = document.activeElement;
  const box = cell.getBoundingClientRect();
  return [box.left + 3, box.right - 3].every((x) => document.elementFromPoint(x, box.top + box.height / 2) === cell);
})()"""


@pytest.fixture(scope="module")
def officer(chromium, portal, officer_of):
    walker = Walker(chromium, portal, officer_of("Xã Mỹ Hà"))
    yield walker
    walker.close()


@pytest.fixture(scope="module")
def grid(officer):
    return entry_grid(officer)


def cell(page, row: int, column: int):
    return page.locator("[data-grid] tbody tr").nth(row).locator("input.cell").nth(column)


def column(page, at: int) -> list[tuple[str, bool]]:
    """What each dossier holds in the column, and whether it is marked."""
    many = page.locator("[data-grid] tbody tr").count()
    cells = [cell(page, row, at) for row in range(many)]
    return [(one.input_value(), one.get_attribute("title") == MARKED) for one in cells]


def texts(page, at: int) -> list[str]:
    return [text for text, _ in column(page, at)]


def status(page, words: str) -> str:
    said = page.locator("[data-grid-status]", has_text=words)
    said.wait_for()
    return said.inner_text()


def left(page) -> int:
    """How many marked cells the bar counts; 0 where it says nothing of them."""
    bar = page.locator("[data-fill-left]")
    return int(bar.locator("[data-fill-count]").inner_text()) if bar.is_visible() else 0


def test_two_keys_fill_a_column_and_leave_what_is_there(officer, grid):
    page = officer.open(grid)
    many = page.locator("[data-grid] tbody tr").count()
    cell(page, 1, 0).fill("K")
    page.keyboard.press("Tab")
    status(page, "Đã lưu.")
    cell(page, 0, 0).focus()
    page.keyboard.type("Đ")
    page.keyboard.press("Control+Enter")
    said = status(page, "Đã điền")
    assert said == f"Đã điền {many - 2} ô, chưa xác nhận. 2 ô đã có giá trị: giữ nguyên."
    filled = [("Đ", False), ("K", False), *[("Đ", True)] * (many - 2)]  # what was typed is its cell's own
    assert column(page, 0) == filled and left(page) == many - 2
    officer.open(grid)
    assert column(page, 0) == filled and left(page) == many - 2
    officer.look("bang-nhap-dien-mac-dinh")


def test_a_row_takes_the_value_where_it_is_an_answer(officer, grid):
    page = officer.open(grid)
    before = left(page)
    cell(page, 2, 4).focus()
    page.keyboard.type("0")
    page.keyboard.press("Control+Shift+Enter")
    said = status(page, "Đã điền")
    assert "không nhận giá trị này: để trống" in said and "đã có giá trị: giữ nguyên" in said
    row = page.locator("[data-grid] tbody tr").nth(2)
    numbers = row.locator("input.cell.filled").evaluate_all("all => all.map(one => one.value)")
    assert numbers.count("0") == left(page) - before > 5
    assert cell(page, 2, 2).input_value() == ""  # a ratio is no single number

    # The way back empties them, and the way there again marks them again.
    page.keyboard.press("Control+z")
    status(page, "Hoàn tác lần điền mặc định.")
    assert left(page) == before
    page.keyboard.press("Control+y")
    status(page, "Làm lại lần điền mặc định.")
    officer.open(grid)
    assert row.locator("input.cell.filled").evaluate_all("all => all.map(one => one.value)") == numbers


def test_a_selection_and_the_bar_fill_too(officer, grid):
    page = officer.open(grid)
    cell(page, 3, 1).focus()
    for key in ("Shift+ArrowDown", "Shift+ArrowDown"):
        page.keyboard.press(key)
    page.get_by_role("textbox", name="Điền mặc định").fill("Đ")
    page.get_by_role("button", name="Điền vùng chọn").click()
    status(page, "Đã điền 3 ô, chưa xác nhận.")
    assert [row for row, (text, _) in enumerate(column(page, 1)) if text] == [3, 4, 5]
    page.get_by_role("textbox", name="Điền mặc định").fill("")
    page.get_by_role("button", name="Điền cột").click()
    status(page, "Chưa có giá trị để điền.")


def test_the_same_value_typed_again_confirms_its_cell(officer, grid):
    page = officer.open(grid)
    before = left(page)
    cell(page, 3, 1).focus()
    bar = page.locator("[data-at-hand]")
    assert MARKED in bar.inner_text()
    page.keyboard.press("ArrowDown")  # only walked over: not confirmed
    page.keyboard.press("ArrowUp")
    page.keyboard.type("Đ")
    page.keyboard.press("Enter")
    status(page, "Đã lưu.")
    assert column(page, 1)[3:5] == [("Đ", False), ("Đ", True)] and left(page) == before - 1
    officer.open(grid)
    assert column(page, 1)[3:5] == [("Đ", False), ("Đ", True)]


def test_what_was_seen_is_confirmed_by_row_by_column_and_all_at_once(officer, grid):
    page = officer.open(grid)
    cell(page, 3, 1).focus()
    page.get_by_role("button", name="Xác nhận cột 1.2").click()
    assert status(page, "Đã xác nhận") == "Đã xác nhận 2 giá trị."
    assert not any(mark for _, mark in column(page, 1))
    page.get_by_role("button", name="Đến ô tiếp theo").click()
    assert page.evaluate("document.activeElement.matches('input.cell.filled')")
    cell(page, 2, 0).focus()
    page.get_by_role("button", name="Xác nhận dòng").click()
    status(page, "Đã xác nhận")
    assert page.locator("[data-grid] tbody tr").nth(2).locator("input.cell.filled").count() == 0
    page.get_by_role("button", name="Xác nhận cả trang").click()
    expect(page.locator("[data-fill-left]")).to_be_hidden()
    officer.open(grid)
    assert page.locator("input.cell.filled").count() == 0 and left(page) == 0


def test_a_line_that_is_down_confirms_nothing_and_says_so(officer, grid):
    page = officer.open(grid)
    cell(page, 0, 5).focus()
    page.keyboard.type("0")
    page.keyboard.press("Control+Enter")
    status(page, "Đã điền")
    before = left(page)
    page.route("**/xac-nhan/", lambda route: route.abort())
    page.get_by_role("button", name="Xác nhận cả trang").click()
    assert status(page, "Chưa xác nhận được") == "Chưa xác nhận được: mất kết nối. Hãy bấm lại."
    assert left(page) == before > 0
    page.unroute("**/xac-nhan/")
    officer.complaints[:] = [one for one in officer.complaints if "ERR_FAILED" not in one]


def test_a_filling_and_the_way_back_wait_for_the_line(officer, grid):
    """Stated while the line is down: shown and counted, over a reload too, and stored marked when the line is back."""
    page = officer.open(grid)
    at = 9
    before = column(page, at)
    empty = [row for row, (text, _) in enumerate(before) if not text]
    many = len(empty)
    assert empty[0] == 0 and many > 5
    officer.context.set_offline(True)
    cell(page, 0, at).focus()
    page.keyboard.type("0")
    page.keyboard.press("Control+Enter")
    assert status(page, "chưa lưu") == f"Còn {many} ô chưa lưu."
    filled = [text or "0" for text, _ in before]
    assert texts(page, at) == filled

    page.keyboard.press("Control+z")  # the filling, then the cell it was stated in
    status(page, "Hoàn tác lần điền mặc định.")
    assert texts(page, at) == ["0", *[text for text, _ in before[1:]]]
    page.keyboard.press("Control+z")
    status(page, "Hoàn tác lần ghi.")
    assert texts(page, at) == [text for text, _ in before]
    page.keyboard.press("Control+y")
    page.keyboard.press("Control+y")
    status(page, "Làm lại lần điền mặc định.")
    assert texts(page, at) == filled

    page.once("dialog", lambda dialog: dialog.accept())
    page.route("**/o/", lambda route: route.abort())
    officer.context.set_offline(False)
    officer.open(grid)
    status(page, f"Còn {many} ô chưa lưu.")
    page.unroute("**/o/")
    stored = [(filled[row], row in empty[1:]) for row in range(len(before))]
    expect(page.locator("[data-grid-status]")).to_have_text("Đã lưu.", timeout=40000)
    assert column(page, at) == stored
    officer.open(grid)
    assert column(page, at) == stored
    officer.complaints[:] = [one for one in officer.complaints if "ERR_" not in one]


def test_no_column_takes_the_focus_under_the_verdict(officer, grid):
    """A verdict is as wide as it may be: under it and under the unit's name lies no cell that is stood on."""
    page = officer.open(grid)
    page.set_viewport_size({"width": 1280, "height": 800})
    page.evaluate("document.querySelectorAll('.grid .verdict').forEach(one => { one.style.minWidth = '15rem'; })")
    row = page.locator("[data-grid] tbody tr").nth(2)
    many = row.locator("input.cell").count()
    for key in ("ArrowRight", "ArrowLeft"):
        row.locator("input.cell").nth(0 if key == "ArrowRight" else many - 1).focus()
        for _ in range(many - 1):
            assert page.evaluate(ON_TOP), page.evaluate("document.activeElement.name")
            page.keyboard.press(key)
        assert page.evaluate(ON_TOP)


@pytest.mark.parametrize("at", [6, 7], ids=["before it leaves", "while it is away"])
def test_what_is_typed_while_a_column_is_filled_stays(officer, grid, at):
    """The hand is faster than the line: the filling waits for what was typed before it, or for its answer."""
    page = officer.open(grid)
    away = "**/o/" if at == 6 else "**/khoi/"
    held = []
    page.route(away, lambda route: held.append(route), times=1)
    cell(page, 0, at).focus()
    with page.expect_request(away):
        page.keyboard.type("0")
        page.keyboard.press("Control+Enter")
    cell(page, 3, at).focus()
    page.keyboard.type("1")
    page.keyboard.press("Enter")
    held[0].continue_()
    many = page.locator("[data-grid] tbody tr").count() - 3  # but for what stood there, was stated and was typed
    expect(page.locator(f"input.cell.filled[name='{cell(page, 0, at).get_attribute('name')}']")).to_have_count(many)
    status(page, "Đã lưu.")
    for _ in range(2):
        texts = [text for text, _ in column(page, at)]
        assert (texts[0], texts[3], texts.count("0")) == ("0", "1", len(texts) - 1)
        assert cell(page, 3, at).get_attribute("title") != MARKED
        officer.open(grid)


def test_a_filling_goes_round_what_was_typed_and_refused(officer, grid):
    """The cell shows “có lẽ” and the server holds nothing there: a filling would store what nobody sees."""
    page = officer.open(grid)
    at = 8
    before = column(page, at)
    stated, other, *empty = [row for row, (text, _) in enumerate(before) if not text]
    assert empty
    cell(page, other, at).fill("có lẽ")
    page.keyboard.press("Enter")
    status(page, "Chưa lưu: xem chỗ báo đỏ.")
    cell(page, stated, at).focus()
    page.keyboard.type("0")
    page.keyboard.press("Control+Enter")
    assert status(page, "Đã điền").endswith("Còn 1 ô chưa lưu.")
    after = [("0", row != stated) if row in (stated, *empty) else one for row, one in enumerate(before)]
    after[other] = ("có lẽ", False)
    assert column(page, at) == after
    cell(page, other, at).focus()
    page.keyboard.press("Escape")
    officer.open(grid)
    assert column(page, at) == [*after[:other], ("", False), *after[other + 1 :]]
    officer.complaints[:] = [one for one in officer.complaints if "status of 422" not in one]


def test_the_question_before_sending_names_what_is_not_confirmed(officer, grid):
    page = officer.open(grid)
    many = left(page)
    page.get_by_role("button", name="Gửi thẩm định các hồ sơ đủ số liệu").click()
    question = page.locator("#dialog-question")
    assert question.inner_text().startswith(f"Còn {many} giá trị điền sẵn chưa được xác nhận;")
    page.get_by_role("button", name="Không").click()
    question.wait_for(state="detached")
    cell(page, 3, 5).focus()
    page.keyboard.type("0")
    page.keyboard.press("Enter")
    status(page, "Đã lưu.")
    page.get_by_role("button", name="Gửi thẩm định các hồ sơ đủ số liệu").click()
    assert question.inner_text().startswith(f"Còn {many - 1} giá trị điền sẵn")
    page.get_by_role("button", name="Không").click()


def test_the_dossier_shows_and_confirms_them(officer, grid):
    page = officer.open(grid)
    follow(page.locator("[data-grid] tbody tr").nth(4).locator("th a"))
    signal = page.get_by_role("region", name="Nên kiểm tra")
    assert "giá trị là điền sẵn, chưa xác nhận." in signal.inner_text()
    officer.look("ho-so-nen-kiem-tra")
    officer.confirm(signal.get_by_role("button"))
    assert officer.said().startswith("Đã xác nhận")
    assert page.get_by_role("region", name="Nên kiểm tra").count() == 0


def test_the_key_of_todays_date_says_where_dates_are_written(officer, grid):
    page = officer.open(grid)
    cell(page, 0, 0).focus()
    page.keyboard.press("Control+;")
    assert "Bảng này không có ô ngày" in status(page, "ô ngày")
    assert cell(page, 0, 0).input_value() == "Đ"


def test_the_cell_at_hand_stays_where_it_is_when_the_bar_of_filled_cells_opens(officer, grid):
    page = officer.open(grid)
    many = page.locator("[data-grid] tbody tr").count()
    cell(page, 0, 0).focus()
    page.get_by_role("button", name="Xác nhận cả trang").click()
    expect(page.locator("[data-fill-left]")).to_be_hidden()
    forms = page.locator("[data-grid] thead th[data-code] small").all_inner_texts()
    at = next(at for at, form in enumerate(forms) if form.startswith("Đ/K") and not any(texts(page, at)))
    cell(page, many - 3, at).focus()
    there = page.evaluate(TOP)
    page.keyboard.type("Đ")
    page.keyboard.press("Control+Enter")
    status(page, "Đã điền")
    expect(page.locator("[data-fill-left]")).to_be_visible()
    assert abs(page.evaluate(TOP) - there) < 2 and page.evaluate(ON_TOP)


def test_nothing_was_amiss_on_the_way(officer):
    assert officer.complaints == []
