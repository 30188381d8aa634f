"""The page “Bắt đầu” walked by a province's administrator: each step's figure, and each step's link opened."""

import pytest

from tests.browser.walker import Walker, follow

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def admin(chromium, portal):
    walker = Walker(chromium, portal, "quantri")
    yield walker
    walker.close()


def test_each_step_says_what_is_there_and_leads_to_where_it_is_done(admin):
    page = admin.open("/")
    follow(page.get_by_role("link", name="Bắt đầu").first)
    page.wait_for_url("**/bat-dau/")
    admin.look("bat-dau")
    rows = page.locator("table tbody tr")
    steps = [rows.nth(at).locator("th").inner_text() for at in range(rows.count())]
    assert steps[0] == "Đơn vị hành chính" and steps[-1].startswith("Kỳ đánh giá năm")
    links = page.locator("table tbody a").evaluate_all("links => links.map(link => link.href)")
    assert len(links) == len(steps)
    for step, address in zip(steps, links, strict=True):
        opened = admin.open(address)
        assert opened.locator("h1").count() == 1, step
        assert not admin.complaints, (step, admin.complaints)


def test_what_is_missing_is_named_first(admin):
    page = admin.open("/danh-gia/bat-dau/")
    lacking = page.locator("table tbody tr", has_text="Thiếu")
    notice = page.locator("main .notice").first.inner_text()
    if lacking.count():
        assert lacking.first.locator("th").inner_text() in notice
    else:
        assert "Mọi việc đã xong" in notice
