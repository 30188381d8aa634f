"""A long list of places is searched as it is typed, without tone marks; a short one is left as it is."""

import re

import pytest
from playwright.sync_api import expect

from portal.core.vietnamese.text import search_key
from tests.browser.walker import Walker

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def admin(chromium, portal):
    walker = Walker(chromium, portal, "quantri")
    yield walker
    walker.close()


@pytest.fixture
def founding(admin):
    page = admin.open("/don-vi/ban-chi-dao/lap/")
    return page, page.get_by_label("Tìm trong danh sách: Đơn vị"), page.locator("select[name=unit]")


def shown(select) -> list[str]:
    script = "select => [...select.options].filter(one => one.value && !one.hidden).map(one => one.text)"
    return select.evaluate(script)


def begins(name: str, letters: str) -> bool:
    """Whether a word of the name begins with these letters, by the portal's own key for searching."""
    return any(word.startswith(letters) for word in re.findall(r"\w+", search_key(name)))


def test_words_without_tone_marks_narrow_the_list_and_choose_nothing_while_several_fit(founding):
    page, search, select = founding
    before = shown(select)
    assert len(before) > 20
    search.fill("son dong")
    fit = shown(select)
    assert 1 < len(fit) < len(before) and "Huyện Sơn Động (tỉnh Bắc Giang)" in fit
    assert fit == [name for name in before if begins(name, "son") and begins(name, "dong")]
    assert select.input_value() == ""
    expect(page.locator("output.narrow-told")).to_have_text(f"{len(fit)} dòng khớp, chọn trong danh sách.")
    search.fill("")
    assert shown(select) == before


def test_the_one_that_is_left_is_chosen_and_enter_does_not_send(founding):
    page, search, select = founding
    name = shown(select)[-1]
    search.fill(search_key(name))
    expect(select.locator("option:checked")).to_have_text(name)
    search.fill("không nơi nào tên này")
    assert shown(select) == []
    expect(page.locator("output.narrow-told")).to_have_text("Không có dòng nào khớp.")
    expect(select.locator("option:checked")).to_have_text(name)  # what was chosen stays
    search.press("Enter")
    expect(select).to_be_focused()
    assert page.url.endswith("/ban-chi-dao/lap/")


def test_a_short_list_has_no_search(founding):
    page, _, _ = founding
    assert page.locator("input.narrow").count() == 1
    assert page.locator("main select").count() > 1


def test_nothing_was_amiss_on_the_way(admin):
    admin.open("/don-vi/ban-chi-dao/lap/")
    admin.look("tim-trong-danh-sach")
    assert admin.complaints == []
