"""One area entered on a telephone: unit by unit, by touch, with a picture of its paper; the acts are counted."""

import base64
import re

import pytest
from playwright.sync_api import expect

from .walker import NARROW, Walker, entry_grid, follow

pytestmark = pytest.mark.browser

# The smallest picture a camera could give.
PICTURE = base64.b64decode(
    "/9j/4AAQSkZJRgABAQEASABIAAD/2wBDAP//////////////////////////////////////////////////////////////////////////////////////"
    "2wBDAf//////////////////////////////////////////////////////////////////////////////////////wAARCAABAAEDASIAAhEBAxEB/8QA"
    "FAABAAAAAAAAAAAAAAAAAAAACf/EABQQAQAAAAAAAAAAAAAAAAAAAAD/xAAUAQEAAAAAAAAAAAAAAAAAAAAA/8QAFBEBAAAAAAAAAAAAAAAAAAAAAP/a"
    "AAwDAQACEQMRAD8AfwD/2Q=="
)


class Fingers:
    """Touches and keys, counted."""

    def __init__(self, page):
        self.page, self.acts = page, 0

    def tap(self, control) -> None:
        control.tap()
        self.acts += 1

    def type(self, box, text: str) -> None:
        self.page.wait_for_timeout(400)  # a touch sooner after the one before is a double tap
        self.tap(box)
        expect(box).to_be_focused()
        self.page.keyboard.type(text)
        expect(box).to_have_value(text)
        self.acts += len(text)

    def go(self, control) -> None:
        with self.page.expect_navigation():
            self.tap(control)


@pytest.fixture(scope="module")
def officer(chromium, portal):
    """An officer with a telephone; her units are registered at a desk."""
    desk = Walker(chromium, portal, "canbo.xuonglam")
    grid = entry_grid(desk)
    desk.close()
    walker = Walker(chromium, portal, "canbo.xuonglam", by_phone=True)
    walker.open(grid)
    yield walker
    walker.close()


def enter(hand: Fingers) -> int:
    """Every criterion of the form on the page, answered so that it is met; how many there were."""
    cards = hand.page.locator("fieldset.card:has([name$=-version])").all()
    for card in cards:
        if (met := card.locator("label", has=hand.page.get_by_role("radio", name="Đạt", exact=True))).count():
            hand.tap(met)
        elif (nothing := card.get_by_role("button", name="Không xảy ra: ghi 0")).count():
            hand.tap(nothing)
        else:
            trend = "năm trước" in card.inner_text().casefold()
            hand.type(card.locator("[name$=-numerator]"), "3" if trend else "98")
            hand.type(card.locator("[name$=-denominator]"), "5" if trend else "98")
    return len(cards)


def test_one_area_and_its_paper_are_entered_by_touch(officer, portal):
    page = officer.page
    assert page.viewport_size == NARROW
    units = page.locator(".unit-list li")
    expect(page.locator("[data-grid]")).to_be_hidden()
    expect(units.last).to_be_visible()
    name = units.last.locator("strong").inner_text()
    hand = Fingers(page)
    hand.go(units.last.get_by_role("link", name="Nhập"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Nhập kết quả tự đánh giá")
    criteria = enter(hand)
    entered = hand.acts
    assert criteria == 17
    hand.go(page.get_by_role("button", name="Chụp, đính kèm minh chứng cho tiêu chí 1.1"))
    assert officer.said() == "Đã lưu.", page.locator(".errorlist").all_inner_texts()
    camera = page.locator("[data-camera]")
    assert camera.get_attribute("capture") == "environment"
    with page.expect_file_chooser() as asked:
        hand.tap(page.locator("label.camera"))
    asked.value.set_files([{"name": "IMG_2034.jpg", "mimeType": "image/jpeg", "buffer": PICTURE}])
    hand.acts += 1  # the picture is taken
    expect(page.locator("[data-paper-rows] [name$=-title]")).to_have_value("Ảnh chụp cho tiêu chí 1.1")
    hand.go(page.get_by_role("button", name="Đính kèm", exact=True))
    assert re.search(r"/nhap/#tc-TT124-KDC-1\.1$", page.url)
    expect(page.locator("[id='tc-TT124-KDC-1.1'] legend").first).to_contain_text("Đã có 1 minh chứng")
    paper = hand.acts - entered
    print(f"\n{name}: {criteria} tiêu chí {entered} lần chạm, gõ; một giấy tờ {paper} lần")
    assert (entered, paper) == (26, 4)
    # Stored: every criterion has its answer when the page is asked for anew.
    page = officer.open(page.url.split("#")[0])
    cards = page.locator("fieldset.card:has([name$=-version])")
    answers = "[name$=-value], [name$=-numerator], [name$=-met]:checked"
    has_one = f"card => [...card.querySelectorAll('{answers}')].some(box => box.value)"
    held = cards.evaluate_all(f"all => all.filter({has_one}).length")
    assert held == criteria
    expect(page.locator(".notice", has_text="Số liệu đã lưu")).to_contain_text("Số liệu đã lưu: Đạt")


def test_from_unit_to_unit_and_back(officer):
    page = officer.page
    steps = page.get_by_role("navigation", name="Đơn vị trước, đơn vị sau")
    first = steps.inner_text()
    before = steps.get_by_role("link", name="Đơn vị trước")
    follow(before)
    assert steps.inner_text() != first
    with page.expect_navigation():
        page.get_by_role("button", name="Lưu, sang đơn vị sau").tap()
    assert steps.inner_text() == first


def test_a_number_is_typed_anew_at_the_first_touch(officer):
    """A 1 typed beside the 0 that stood there was 10; the second touch is for whoever wants the caret."""
    page = officer.page
    box = page.locator("[name$=-value][inputmode]").first
    box.fill("0")
    page.get_by_role("heading", level=1).tap()
    expect(box).not_to_be_focused()
    for typed in ("1", "10"):
        page.wait_for_timeout(400)  # a touch sooner after the one before is a double tap
        box.tap()
        expect(box).to_be_focused()
        if typed == "10":
            page.keyboard.press("End")
        page.keyboard.type(typed[-1])
        expect(box).to_have_value(typed)


def test_what_explains_an_answer_is_folded_until_it_is_wanted(officer):
    page = officer.page
    card = page.locator("fieldset.card:has([name$=-version])").first
    note, button = card.locator("textarea"), card.locator(".fold-button")
    expect(note).to_be_hidden()
    assert button.get_attribute("aria-expanded") == "false"
    button.tap()
    expect(note).to_be_visible()
    note.fill("Nghị quyết số 05")
    page.set_viewport_size({"width": 1280, "height": 900})  # the control: a wide screen folds nothing
    expect(page.locator("textarea").nth(1)).to_be_visible()
    expect(button).to_be_hidden()
    page.set_viewport_size(NARROW)


def test_lists_fold_their_filters(officer):
    page = officer.open("/danh-gia/")
    expect(page.get_by_label("Tên đơn vị")).to_be_hidden()
    page.get_by_role("button", name="Bộ lọc").tap()
    expect(page.get_by_label("Tên đơn vị")).to_be_visible()
    page.get_by_role("button", name="Menu", exact=True).tap()
    expect(page.get_by_role("navigation", name="Menu chính")).to_be_visible()
    page.keyboard.press("Escape")


def test_nothing_stuck_out_or_complained(officer):
    """Runs last."""
    for address in ("/", "/danh-gia/"):
        page = officer.open(address)
        assert not page.evaluate("document.documentElement.scrollWidth > innerWidth + 1"), address
    assert officer.complaints == []
