"""What was typed and not stored is there again after a reload, a closed page, an ended session: stored, or told."""

from urllib.parse import urlencode

import pytest

from tests.browser.walker import Walker, entry_grid, follow, forget_typed, password

pytestmark = pytest.mark.browser

GRID = "[data-grid] tbody tr"


@pytest.fixture(scope="module")
def officer(chromium, portal):
    walker = Walker(chromium, portal, "canbo.xuonglam")
    yield walker
    walker.close()


@pytest.fixture(scope="module")
def grid(officer):
    return entry_grid(officer)


def cell(page, row: int, column: int):
    return page.locator(GRID).nth(row).locator("input.cell").nth(column)


def other(page, row: int) -> str:
    """The answer the first cell of the row does not hold."""
    return "K" if cell(page, row, 0).input_value() == "Đ" else "Đ"


def status(page, words: str) -> None:
    page.locator("[data-grid-status]", has_text=words).wait_for()


def closed_and_opened(officer, address: str):
    """The page closed without a question, as by a browser that is killed, and opened again."""
    officer.page.close(run_before_unload=False)
    officer.turn_to(officer.context.new_page())
    page = officer.open(address)
    page.evaluate("portalKept.back")  # what was kept is read from the disk
    return page


def test_cells_typed_without_a_line_are_stored_when_the_page_comes_back(officer, grid):
    page = officer.open(grid)
    page.route("**/o/**", lambda route: route.abort())
    typed = {(row, 0): other(page, row) for row in range(4)} | {(5, 2): "7/9"}
    for (row, column), text in typed.items():
        cell(page, row, column).fill(text)
        page.keyboard.press("Tab")
    status(page, "Còn 5 ô chưa lưu.")
    page = closed_and_opened(officer, grid)
    status(page, "Đã lưu.")
    forget_typed(page)
    page = officer.open(grid)
    assert {at: cell(page, *at).input_value() for at in typed} == typed


def test_a_cell_kept_from_before_does_not_write_over_somebody_else(officer, grid, chromium, portal):
    page = officer.open(grid)
    page.route("**/o/**", lambda route: route.abort())
    cell(page, 6, 2).fill("5/9")
    page.keyboard.press("Tab")
    status(page, "Còn 1 ô chưa lưu.")
    colleague = Walker(chromium, portal, "canbo.xuonglam")
    try:
        colleague.open(grid)
        cell(colleague.page, 6, 2).fill("6/9")
        colleague.page.keyboard.press("Tab")
        status(colleague.page, "Đã lưu.")
    finally:
        colleague.close()
    page = closed_and_opened(officer, grid)
    status(page, "Có người vừa ghi ô này.")
    assert cell(page, 6, 2).input_value() == "5/9"
    cell(page, 6, 2).focus()
    page.get_by_role("button", name="Giữ “6/9”").click()
    assert cell(page, 6, 2).input_value() == "6/9"
    officer.open(grid)
    assert (cell(page, 6, 2).input_value(), page.locator(".cell-note").count()) == ("6/9", 0)


def test_cells_kept_on_another_page_are_told(officer, grid):
    page = officer.open(grid)
    page.route("**/o/**", lambda route: route.abort())
    typed, held = other(page, 7), cell(page, 7, 0).input_value()
    cell(page, 7, 0).fill(typed)
    page.keyboard.press("Tab")
    status(page, "Còn 1 ô chưa lưu.")
    first, unit = (page.locator(GRID).nth(row).locator("th a").inner_text() for row in (0, 7))
    page = closed_and_opened(officer, f"{grid.split('?')[0]}?{urlencode({'q': first})}")
    assert page.locator(GRID).count() == 1
    told = page.locator("[data-kept-cells] li")
    assert told.inner_text().startswith(f"{unit}, tiêu chí") and f"“{typed}”" in told.inner_text()
    officer.look("bang-nhap-o-giu-lai")
    told.get_by_role("button").click()
    assert page.locator("[data-kept-cells]").is_hidden()
    page = officer.open(grid)
    assert cell(page, 7, 0).input_value() == held


def test_a_form_comes_back_with_what_was_typed(officer, grid):
    page = officer.open(grid)
    follow(page.locator(GRID).nth(8).locator("th a"))
    follow(page.get_by_role("link", name="Nhập kết quả"))
    address, note = page.url, page.locator("textarea").first
    note.fill("Nghị quyết số 05 ngày 12/01/2024")
    page = closed_and_opened(officer, address)
    assert page.locator("textarea").first.input_value() == "Nghị quyết số 05 ngày 12/01/2024"
    assert "mà chưa lưu đã được đưa lại vào đây" in page.locator(".kept-told").inner_text()
    officer.look("nhap-ket-qua-dua-lai")
    officer.press("Lưu")
    assert officer.said() == "Đã lưu."
    page = closed_and_opened(officer, address)
    assert page.locator(".kept-told").count() == 0
    assert page.locator("textarea").first.input_value() == "Nghị quyết số 05 ngày 12/01/2024"

    # Thrown away by its button, it is gone; with nothing kept (the control), nothing comes back.
    page.locator("textarea").first.fill("Bỏ đi")
    page = closed_and_opened(officer, address)
    page.get_by_role("button", name="Bỏ phần này").click()
    assert page.locator("textarea").first.input_value() == "Nghị quyết số 05 ngày 12/01/2024"
    page.locator("textarea").first.fill("Không giữ")
    page.keyboard.press("Tab")
    forget_typed(page)
    page = closed_and_opened(officer, address)
    assert page.locator("textarea").first.input_value() == "Nghị quyết số 05 ngày 12/01/2024"


def test_a_form_that_was_refused_keeps_what_was_typed(officer, grid):
    page = officer.open(grid)
    follow(page.locator(GRID).nth(8).locator("th a"))
    follow(page.get_by_role("link", name="Nhập kết quả"))
    address = page.url
    numbers = page.locator("main form input[type=text]")
    numbers.first.fill("không phải số")
    officer.press("Lưu")
    assert "Chưa lưu" in page.locator("main").inner_text() or "Có ô chưa đúng" in page.locator("main").inner_text()
    page = closed_and_opened(officer, address)
    assert page.locator("main form input[type=text]").first.input_value() == "không phải số"
    page.get_by_role("button", name="Bỏ phần này").click()


def test_an_ended_session_goes_on_where_the_officer_sits(officer, grid):
    page = officer.open(grid)
    officer.context.clear_cookies()
    typed = other(page, 9)
    cell(page, 9, 0).fill(typed)
    page.keyboard.press("Tab")
    officer.look("dang-nhap-tai-cho")
    page.locator("#again-password").fill("sai mật khẩu")
    page.keyboard.press("Enter")
    page.locator("dialog [role=alert]", has_text="mật khẩu").wait_for()
    page.locator("#again-password").fill(password())
    page.keyboard.press("Enter")
    status(page, "Đã lưu.")
    page = closed_and_opened(officer, grid)
    assert cell(page, 9, 0).input_value() == typed
    officer.complaints[:] = [one for one in officer.complaints if "Failed to load resource" not in one]


def form_of(officer, grid, row: int):
    page = officer.open(grid)
    follow(page.locator(GRID).nth(row).locator("th a"))
    follow(page.get_by_role("link", name="Nhập kết quả"))
    return page, page.url, page.locator("textarea").first


def test_a_form_without_a_line_stays_on_its_page(officer, grid):
    page, address, note = form_of(officer, grid, 9)
    note.fill("Gõ khi có mạng, gửi khi mất mạng")
    officer.context.set_offline(True)
    page.get_by_role("button", name="Lưu", exact=True).click()
    told = page.locator("[data-not-sent]")
    told.wait_for()
    assert told.inner_text().startswith("Chưa gửi: không kết nối được với cổng.")
    officer.look("nhap-ket-qua-mat-mang")
    assert (page.url, note.input_value()) == (address, "Gõ khi có mạng, gửi khi mất mạng")
    officer.context.set_offline(False)
    officer.press("Lưu")
    assert officer.said() == "Đã lưu."
    forget_typed(page)
    officer.open(address)
    assert page.locator("textarea").first.input_value() == "Gõ khi có mạng, gửi khi mất mạng"
    officer.complaints[:] = [one for one in officer.complaints if "ERR_INTERNET_DISCONNECTED" not in one]


@pytest.mark.parametrize("answer", ["no answer", "503"])
def test_a_form_whose_sending_failed_comes_back(officer, grid, answer):
    """The line went after the portal was asked: the browser shows a page of its own, and the address is typed again."""
    page, address, note = form_of(officer, grid, 10)
    typed = f"Gửi đi mà {answer}"
    note.fill(typed)

    def fail(route):
        if route.request.method != "POST":
            return route.continue_()
        return route.abort() if answer == "no answer" else route.fulfill(status=503, body="<p>503</p>")

    page.route(address, fail)
    with page.expect_event("request", lambda request: request.method == "POST", timeout=60000):
        page.get_by_role("button", name="Lưu", exact=True).click()  # the portal is asked first, which takes its time
    page.wait_for_timeout(1000)
    page.unroute(address)
    page = closed_and_opened(officer, address) if answer == "503" else officer.open(address)
    page.evaluate("portalKept.back")
    assert page.locator("textarea").first.input_value() == typed
    assert "mà chưa lưu đã được đưa lại vào đây" in page.locator(".kept-told").inner_text()
    officer.press("Lưu")
    assert officer.said() == "Đã lưu."
    officer.open(address)
    assert page.locator(".kept-told").count() == 0 and page.locator("textarea").first.input_value() == typed
    officer.complaints[:] = [one for one in officer.complaints if "Failed to load resource" not in one]


def test_a_form_sent_after_signing_out_signs_in_where_it_stands(officer, grid):
    page, address, note = form_of(officer, grid, 3)
    note.fill("Phiên đã hết khi bấm Lưu")
    officer.context.clear_cookies()
    page.get_by_role("button", name="Lưu", exact=True).click()
    page.locator("#again-password").fill(password())
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert officer.said() == "Đã lưu."
    forget_typed(page)
    officer.open(address)
    assert page.locator("textarea").first.input_value() == "Phiên đã hết khi bấm Lưu"


def test_a_form_of_another_unit_holds_nothing_of_this_one(officer, grid):
    """One address, told apart by what it asks: what was typed for one unit stood in the form of the next."""
    page = officer.open("/don-vi/so/mo-hinh/them/")
    units = page.locator("main select[name=unit] option").evaluate_all(
        "all => all.map(one => one.value).filter(Boolean)"
    )
    first, second = (f"/don-vi/so/mo-hinh/them/?don_vi={unit}" for unit in units[1:3])
    name = officer.open(first).locator("main form input[name=name]")
    name.fill("Camera an ninh của tổ thứ nhất")
    page = closed_and_opened(officer, second)
    assert page.locator("main form input[name=name]").input_value() == ""
    page = closed_and_opened(officer, first)
    assert page.locator("main form input[name=name]").input_value() == "Camera an ninh của tổ thứ nhất"
    page.get_by_role("button", name="Bỏ phần này").click()


def test_nothing_was_amiss_on_the_way(officer):
    assert officer.complaints == []
