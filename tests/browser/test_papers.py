"""Papers by the handful: rows made by the page's script, sent past a dropped line, an ended session and a refusal."""

import pytest

from tests.evaluations.corpus import TITLES

from .walker import Walker, entry_grid, follow, sheet

pytestmark = pytest.mark.browser

PLACE = "Trạm Y tế xã Xương Lâm"


@pytest.fixture(scope="module")
def officer(chromium, portal):
    walker = Walker(chromium, portal, "canbo.xuonglam")
    yield walker
    walker.close()


@pytest.fixture
def page(officer):
    """The page where papers of a registered dossier are attached."""
    officer.open("/danh-gia/")
    officer.page.get_by_label("Tên đơn vị").fill(PLACE)
    officer.press("Lọc")
    follow(officer.page.get_by_role("link", name=PLACE, exact=True))
    if officer.page.get_by_role("button", name="Đăng ký", exact=True).count():
        officer.press("Đăng ký")
    follow(officer.page.get_by_role("link", name="Đính kèm minh chứng"))
    return officer.page


def told(page) -> str:
    return page.locator("[data-paper-told]").inner_text()


def button(page):
    return page.get_by_role("button", name="Đính kèm", exact=True)


def test_a_row_takes_the_title_the_server_would_give(page):
    page.set_input_files("[name=file]", [sheet(name) for name in TITLES])
    titles = page.locator("[data-paper-rows] [name$=-title]").evaluate_all("all => all.map(one => one.value)")
    assert dict(zip(TITLES, titles, strict=True)) == TITLES
    rest = page.locator("tr[data-rest]")
    assert rest.count() and not any(line.is_visible() for line in rest.all())
    page.get_by_role("button", name="Xem cả tiêu chí không bắt buộc").click()
    assert page.locator("tr[data-code]:visible").count() == page.locator("tr[data-code]").count()


def test_files_and_words_outlive_a_dropped_line_an_ended_session_and_a_refusal(officer, page):
    names = ["1.1 Nghị quyết.pdf", "bao-cao-nam.pdf", "hong.pdf"]
    page.set_input_files("[name=file]", [sheet(names[0]), sheet(names[1]), sheet(names[2], b"MZ")])
    page.locator("tr[data-code] [data-to-all] input").nth(1).check()
    page.get_by_label("Nơi ban hành").first.fill("UBND xã")
    page.get_by_role("button", name="Chép ngày, nơi ban hành").click()
    officer.context.set_offline(True)
    button(page).click()
    page.locator("[data-paper-told]", has_text="mất kết nối").wait_for()
    officer.context.set_offline(False)
    officer.context.clear_cookies()
    button(page).click()
    page.locator("#again-password").wait_for()
    page.keyboard.press("Escape")
    page.locator("[data-paper-told]", has_text="phiên làm việc đã hết").wait_for()
    other = officer.context.new_page()
    other.goto(f"{officer.address}/dang-nhap/")
    other.fill("[name=username]", officer.username)
    other.fill("[name=password]", "Antt-xem-thu-2024")
    follow(other.locator("main form button").first)
    other.close()
    officer.context.clear_cookies()  # and again: this time signed in where one is
    button(page).click()
    page.fill("#again-password", "Antt-xem-thu-2024")
    page.keyboard.press("Enter")
    page.locator("[data-refused]").wait_for()
    assert page.locator("[data-refused]").inner_text() == "Chưa lưu tệp nào. Hãy sửa chỗ báo đỏ, rồi bấm “Đính kèm”."
    assert page.locator(".paper-row .errorlist:visible").all_inner_texts() == [
        "Nội dung tệp “hong.pdf” không khớp phần mở rộng .pdf. Chỉ nhận PDF, JPG, PNG, HEIC, XLSX, DOCX."
    ]
    held = page.evaluate("[...document.querySelector('[name=file]').files].map(one => one.name)")
    issuers = page.locator("[data-paper-rows] [name$=-issuer]").evaluate_all("all => all.map(one => one.value)")
    assert (held, issuers) == (names, ["UBND xã"] * 3)
    officer.look("minh-chung-nhieu-tep")
    page.get_by_role("button", name="Bỏ tệp hong.pdf").click()
    assert told(page) == "Còn 2 tệp."
    follow(button(page))
    assert officer.said() == "Đã đính kèm 2 minh chứng."
    expected = ("ERR_INTERNET_DISCONNECTED", "403 (Forbidden)", "422 (Unprocessable")
    assert [said for said in officer.complaints if not any(one in said for one in expected)] == []


def test_six_papers_take_eight_acts(officer, page):
    """Choosing, a tick for each that its name does not place, sending."""
    acts = 1
    page.set_input_files("[name=file]", [sheet(f"Giấy tờ số {at}.pdf") for at in range(6)])
    for at, row in enumerate(page.locator("[data-paper-rows] > [data-row]").all()):
        place = row.get_attribute("data-row")
        page.locator(f"td[data-column='{place}'] input").nth(at % 3).check()
        acts += 1
    follow(button(page))
    acts += 1
    assert (officer.said(), acts) == ("Đã đính kèm 6 minh chứng.", 8)


def test_the_units_of_a_common_paper_are_let_go_in_one_act_after_a_refusal_too(chromium, portal, officer_of):
    walker = Walker(chromium, portal, officer_of("Xã Hương Sơn"))
    page = walker.open(entry_grid(walker))
    follow(page.get_by_role("link", name="Đính kèm một tài liệu cho nhiều đơn vị"))
    let_go = page.get_by_role("button", name="Bỏ chọn tất cả")
    assert let_go.count() == 1
    page.set_input_files("[name=file]", [sheet("bao-cao-nam.pdf")])
    button(page).click()
    page.locator("[data-refused]").wait_for()
    let_go.click()
    assert page.locator("fieldset [name=units]:checked").count() == 0
    walker.close()
