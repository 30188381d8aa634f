"""Practice and help by keyboard: a verdict after each box, a panel at F1 and ?, everything gone at the end."""

import pytest
from playwright.sync_api import expect

from .walker import Walker, follow, forget_typed

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def officer(chromium, portal):
    walker = Walker(chromium, portal, "canbo.xuonglam")
    yield walker
    walker.close()


@pytest.fixture
def page(officer):
    page = officer.open("/")
    forget_typed(page)
    follow(page.get_by_role("link", name="Hồ sơ tập nhập"))
    return page


def brief(page):
    return page.locator("[data-practice-brief]")


def test_the_verdict_follows_each_box_and_a_reset_forgets_it(officer, page):
    box = page.locator("[name$=-value]").first
    box.fill("2")
    box.press("Tab")
    expect(brief(page)).to_contain_text("Chưa đạt")
    expect(page.locator("#ket-qua li").first).to_contain_text("TT 124/2021")
    box.fill("hai vụ")
    box.press("Tab")
    expect(brief(page)).to_contain_text("Có ô chưa đúng")
    expect(page.locator("fieldset.card .errorlist")).to_have_count(1)
    box.fill("0")
    box.press("Tab")
    expect(brief(page)).to_contain_text("Chưa đủ số liệu")
    expect(page.locator("fieldset.card .errorlist")).to_have_count(0)
    officer.look("tap-nhap")
    page.reload()
    expect(page.locator("[name$=-value]").first).to_have_value("0")  # what was typed is still in this browser
    expect(brief(page)).to_contain_text("Chưa đủ số liệu")
    follow(page.get_by_role("link", name="Làm lại từ đầu"))
    expect(page.locator("[name$=-value]").first).to_have_value("")
    page.reload()
    expect(page.locator("[name$=-value]").first).to_have_value("")


def test_help_opens_and_closes_at_the_criterion_at_hand(page):
    card = page.locator("fieldset.card:has([name$=-value])").first
    box, panel = card.locator("[name$=-value]"), card.locator(".help-panel")
    box.focus()
    expect(panel).to_be_hidden()
    page.keyboard.press("F1")
    expect(panel).to_be_visible()
    expect(panel.locator(".help-head")).to_be_focused()
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    expect(box).to_be_focused()
    page.keyboard.press("?")  # in a box it is a letter like others
    expect(panel).to_be_hidden()
    expect(box).to_have_value("?")
    button = card.get_by_role("button", name="Hướng dẫn tiêu chí")
    button.focus()
    page.keyboard.press("?")
    expect(panel).to_be_visible()
    page.keyboard.press("F1")
    expect(panel).to_be_hidden()
    button.press("Enter")
    expect(panel).to_be_visible()


def test_nothing_complained(officer):
    """Runs last; a box that is wrong is answered by 422, which the console tells."""
    assert [said for said in officer.complaints if "422 (Unprocessable" not in said] == []
