"""How the style lets words run and things stand: apart from one another, whole, and not over what one works at."""

import pytest

from portal.settings import BASE_DIR
from tests.browser.walker import NARROW, WIDE

pytestmark = pytest.mark.browser

SHIPPED = BASE_DIR / "portal" / "static" / "portal"
STYLE = (SHIPPED / "portal.css").read_text(encoding="utf-8")
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


STANDING = """<!doctype html><meta charset="utf-8"><style>{style}</style><main class="frame">
<div class="cluster"><form class="search-row"><input placeholder="Tìm đơn vị, không cần dấu">
<select><option>Có ô điền sẵn chưa xác nhận</option></select><button class="btn">Tìm</button></form>
<button class="btn btn--primary">Gửi thẩm định các hồ sơ đủ số liệu</button></div>
<form><fieldset><legend>Đính kèm vào hồ sơ của</legend><button class="btn btn--small" type="button">Chọn tất cả</button>
<div><label><input type="checkbox">Thôn 1</label></div></fieldset></form>
<dialog class="dialog" open><div class="field"><label>Tên đăng nhập</label><input></div>
<div class="field"><label>Mật khẩu</label><input></div></dialog>
<div class="cluster"><button class="btn">Gửi bảng đã điền</button></div>
<ul class="unit-list plain"><li class="card"><p>Thôn 1</p></li></ul></main>"""


def standing(chromium, viewport):
    page = chromium.new_page(viewport=viewport)
    page.set_content(STANDING.format(style=STYLE + (SHIPPED / "entry.css").read_text(encoding="utf-8")))
    return page


def gap(page, above: str, below: str) -> float:
    upper, lower = (page.locator(one).last.bounding_box() for one in (above, below))
    return lower["y"] - (upper["y"] + upper["height"])


def test_a_button_beside_boxes_keeps_its_word_on_one_line(chromium):
    page = standing(chromium, WIDE)
    heights = [page.locator(one).bounding_box()["height"] for one in (".search-row .btn", ".btn--primary")]
    page.close()
    assert heights[0] == heights[1]


def test_what_is_chosen_at_once_and_what_is_asked_next_stand_apart(chromium):
    page = standing(chromium, NARROW)
    gaps = {
        "under the heading": gap(page, "legend", "fieldset .btn"),
        "over the boxes": gap(page, "fieldset .btn", "fieldset div"),
        "between two boxes of a dialog": gap(page, ".dialog .field:first-child", ".dialog .field"),
        "over the list of units": gap(page, "main > .cluster", ".unit-list .card"),
    }
    page.close()
    assert {name: wide for name, wide in gaps.items() if wide < 4} == {}


HAND = """<!doctype html><meta charset="utf-8"><style>{style}</style><main>
<div data-about="A" hidden><p>Nội dung</p><div class="more">{words}</div></div>
<div data-grid><table>{rows}</table></div>
<section class="at-hand" data-at-hand hidden><div data-at-criterion></div><div data-at-unit></div>
<button type="button" data-at-more>Xem đủ (F1)</button></section></main>"""
LINE = """<tr><th><a href="#t">Thôn {0}</a></th><td><input class="cell" name="A"></td>
<td class="verdict"><span class="badge"></span><ul></ul></td></tr>"""


def test_the_help_that_opens_does_not_cover_the_cell_at_hand(chromium):
    page = chromium.new_page(viewport=WIDE)
    rows = "".join(LINE.format(number) for number in range(40))
    style = STYLE + (SHIPPED / "entry.css").read_text(encoding="utf-8")
    page.set_content(HAND.format(style=style, rows=rows, words="<p>Hướng dẫn</p>" * 20))
    page.add_script_tag(path=SHIPPED / "grid_hand.js")
    page.locator("input.cell").nth(15).focus()
    page.keyboard.press("F1")
    assert page.locator("[data-at-more]").inner_text() == "Thu gọn (F1)"
    for at in (15, 16, 17):  # and on the way down
        page.locator("input.cell").nth(at).focus()
        cell, bar = (one.bounding_box() for one in (page.locator("input.cell").nth(at), page.locator("[data-at-hand]")))
        assert cell["y"] + cell["height"] <= bar["y"], at
    page.close()
