"""How the style lets words run: a link of two lines among others, and a notice under a row of buttons."""

import pytest

from portal.settings import BASE_DIR
from tests.browser.walker import NARROW

pytestmark = pytest.mark.browser

STYLE = (BASE_DIR / "portal" / "static" / "portal" / "portal.css").read_text(encoding="utf-8")
PAGE = """<!doctype html><meta charset="utf-8"><style>{style}</style><main class="frame">
<ul><li><a href="#a">1.3. Toàn bộ số hộ đang cư trú tại khu dân cư đăng ký tham gia phong trào</a>: chưa khớp.</li></ul>
<div class="cluster"><a class="btn" href="#b">Gửi</a></div><p class="notice">1 hồ sơ bị trả lại.</p></main>"""


@pytest.fixture(scope="module")
def page(chromium):
    opened = chromium.new_page(viewport=NARROW)
    opened.set_content(PAGE.format(style=STYLE))
    yield opened
    opened.close()


def test_words_after_a_link_of_two_lines_go_on_where_it_ends(page):
    """An inline link has a box a line; a link that is one block pushes what follows it, and its bullet, down."""
    assert page.locator("li a").evaluate("link => link.getClientRects().length") >= 2


def test_a_notice_does_not_stick_to_the_buttons_above_it(page):
    buttons, notice = (page.locator(one).bounding_box() for one in (".cluster", ".notice"))
    assert notice["y"] - (buttons["y"] + buttons["height"]) >= 8
