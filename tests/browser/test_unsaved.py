"""What the scripts do with values typed and not saved: none is thrown away unasked, nothing is decided over one."""

import json
from urllib.parse import parse_qs

import pytest
from playwright.sync_api import expect

from portal.core.fields import HOW_TO_WRITE_A_DAY
from portal.settings import BASE_DIR

pytestmark = pytest.mark.browser

ADDRESS = "http://portal.test/"
SCRIPTS = BASE_DIR / "portal" / "static" / "portal"

HEAD = """<!doctype html><meta charset="utf-8"><body data-person="1" data-username="canbo.xa" data-session-left="{left}"
 data-session-address="/phien/" data-sign-in="/dang-nhap/" data-sign-out="/dang-xuat/">"""

SITTING = """
<main>
  <form method="post" action="/minutes" data-unsaved="điểm danh, biên bản">
    <textarea name="minutes">cũ</textarea><button id="save">Lưu</button>
  </form>
  <form method="post" action="/agenda"><button id="all">Đưa tất cả vào họp</button></form>
</main>
<script src="/app.js"></script><script src="/kept.js"></script><script src="/session.js"></script>
"""

DOSSIER = """
<main>
  <div data-judgement>Theo thẩm định: Chưa đạt</div>
  <form method="post" action="/appraise">
    <input type="hidden" name="csrfmiddlewaretoken" value="x"><button id="done">Hoàn thành thẩm định</button>
  </form>
  <div data-grid data-side="appraised"><span data-grid-status></span>
    <table><tr data-save="/cell"><td><input class="cell" name="A" value="1" data-version="1"></td></tr></table>
  </div>
</main>
<script src="/app.js"></script><script src="/kept.js"></script><script src="/session.js"></script>
<script src="/grid.js"></script>
"""

SLIPS = '<form method="post" action="/slips" data-download><button id="take">Tải phiếu</button></form>'
SLIPS += '<script src="/app.js"></script>'
SLIPS_TAKEN = "<p>Không còn phiếu nào</p>"


class Served:
    """A page with the portal's scripts, and what it sent where."""

    def __init__(self, chromium, markup: str, left: int = 900):
        self.sent: list[str] = []
        self.markup = markup
        self.signed_in, self.token, self.is_up = True, "x", True
        self.person, self.left = 1, left
        self.signed_out: list[int] = []
        self.page = chromium.new_context().new_page()
        self.page.route("**/*", self.answer)
        self.page.goto(ADDRESS)

    def answer(self, route):
        headers: dict[str, str] = {}
        path = route.request.url.removeprefix(ADDRESS)
        if not self.is_up:
            return route.abort()
        if path.endswith(".js"):
            return route.fulfill(path=SCRIPTS / path)
        if path == "dang-nhap/":
            return self.sign_in(route)
        if path == "dang-xuat/" and f"csrfmiddlewaretoken={self.token}" == route.request.post_data:
            self.signed_in, self.signed_out = False, [*self.signed_out, self.person]
            return route.fulfill(body="<main></main>", content_type="text/html")
        if not self.signed_in:
            return route.fulfill(status=403, body="<!doctype html>Hết phiên", content_type="text/html")
        if path == "phien/":
            told = {"person": self.person, "post": "Thường trực xã", "left": self.left, "token": self.token}
            return route.fulfill(body=json.dumps(told), content_type="application/json")
        if path == "cell":
            return self.judge(route)
        if path == "slips":
            self.markup = SLIPS_TAKEN
            return route.fulfill(body="%PDF", headers={"Content-Disposition": 'attachment; filename="phieu.pdf"'})
        if route.request.method == "POST":
            self.sent.append(path)
            sending = parse_qs(route.request.post_data or "").get("sending", ["-"])[0]
            headers = {"Set-Cookie": f"sent_{sending}=1; path=/"}  # as `ToldAnswered`
        page = self.markup.replace('value="x"', f'value="{self.token}"')
        return route.fulfill(body=HEAD.format(left=self.left) + page, content_type="text/html", headers=headers)

    def sign_in(self, route):
        """The sign-in page; a right password leads to another one."""
        wrong = ""
        if self.signed_in and self.person != 1:  # the real one leads on whoever is signed in
            return route.fulfill(body="<main>Việc của tôi</main>", content_type="text/html")
        if route.request.method == "POST":
            if "password=dung" in route.request.post_data:
                self.signed_in, self.token, self.person = True, "y", 1
                return route.fulfill(body="<main>Việc của tôi</main>", content_type="text/html")
            wrong = '<ul class="errorlist"><li>Tên đăng nhập hoặc mật khẩu không đúng.</li></ul>'
        form = '<form><input type="hidden" name="csrfmiddlewaretoken" value="z"><input name="password"></form>'
        page = f'<!doctype html><meta charset="utf-8"><main>{wrong}{form}</main>'
        return route.fulfill(body=page, content_type="text/html")

    def judge(self, route):
        if f"csrfmiddlewaretoken={self.token}&" not in route.request.post_data:
            return route.fulfill(status=403, body="<!doctype html>Biểu mẫu đã hết hạn", content_type="text/html")
        told = {"sentence": "Hãy nhập một số.", "text": "2", "version": 2}
        told["verdict"] = {"outcome": "met", "label": "Đạt", "sentences": [], "unmet": []}
        told["panel"] = "<p>Theo thẩm định: <b>Đạt</b></p>"
        good = "text=2" in route.request.post_data
        return route.fulfill(status=200 if good else 422, body=json.dumps(told), content_type="application/json")


@pytest.fixture
def served(chromium):
    opened = []

    def open_page(markup: str, **how) -> Served:
        opened.append(Served(chromium, markup, **how))
        return opened[-1]

    yield open_page
    for one in opened:
        one.page.context.close()


def test_another_button_asks_before_it_throws_typed_minutes_away(served):
    one = served(SITTING)
    one.page.fill("textarea", "Ý kiến vừa ghi")
    one.page.click("#all")
    question = one.page.locator("#dialog-question")
    assert question.inner_text() == (
        "Chưa lưu điểm danh, biên bản. Tiếp tục thì phần vừa nhập bị mất; hãy chọn “Không” để quay lại lưu trước."
    )
    one.page.get_by_role("button", name="Không").click()
    question.wait_for(state="detached")
    assert (one.sent, one.page.input_value("textarea")) == ([], "Ý kiến vừa ghi")
    one.page.click("#save")
    one.page.wait_for_url("**/minutes")
    assert one.sent == ["minutes"]


def test_what_is_not_wanted_any_more_is_left_after_one_question(served):
    one = served(SITTING)
    one.page.fill("textarea", "Bỏ")
    one.page.click("#all")
    one.page.get_by_role("button", name="Bỏ phần chưa lưu").click()
    one.page.wait_for_url("**/agenda")
    assert one.sent == ["agenda"]


@pytest.mark.parametrize("token", ["x", "y"], ids=["its own token", "signed in elsewhere"])
def test_nothing_typed_asks_nothing(served, token):
    form = '<input type="hidden" name="csrfmiddlewaretoken" value="x">'
    one = served(SITTING.replace('<textarea name="minutes">', f'{form}<textarea name="minutes">'))
    one.token = token
    one.page.click("#all")
    one.page.wait_for_url("**/agenda")
    assert one.sent == ["agenda"]


def test_values_given_back_with_a_refusal_are_not_saved_either(served):
    one = served(SITTING.replace("data-unsaved", 'data-typed="yes" data-unsaved'))
    one.page.click("#all")
    one.page.locator("#dialog-question").wait_for()
    assert one.sent == []


def test_nothing_is_decided_over_a_refused_cell(served):
    one = served(DOSSIER)
    one.page.fill("input.cell", "x")
    one.page.click("#done")
    status = one.page.locator("[data-grid-status]")
    one.page.wait_for_function("document.querySelector('[data-grid-status]').textContent.startsWith('Chưa thực hiện')")
    assert status.inner_text() == (
        "Chưa thực hiện: còn ô chưa lưu được. Hãy sửa ô đó, hoặc bấm Esc trong ô để lấy lại số đã lưu."
    )
    assert (one.sent, one.page.input_value("input.cell")) == ([], "x")
    one.page.press("input.cell", "Escape")
    one.page.click("#done")
    one.page.wait_for_url("**/appraise")
    assert one.sent == ["appraise"]


def test_what_waits_for_the_line_is_said_to_wait(served):
    one = served(DOSSIER)
    one.is_up = False
    one.page.fill("input.cell", "2")
    one.page.press("input.cell", "Enter")
    told(one, "Còn 1 ô chưa lưu.")
    one.page.click("#done")
    expect(one.page.locator("[data-grid-status]")).to_contain_text("còn ô chờ gửi. Các ô ấy tự gửi khi có mạng")
    assert one.sent == []


def test_a_cell_being_saved_is_waited_for(served):
    one = served(DOSSIER)
    one.page.fill("input.cell", "2")
    one.page.click("#done")
    one.page.wait_for_url("**/appraise")
    assert one.sent == ["appraise"]


def test_what_stands_above_the_table_follows_a_saved_cell(served):
    one = served(DOSSIER)
    panel = one.page.locator("[data-judgement]")
    one.page.fill("input.cell", "x")
    one.page.press("input.cell", "Enter")
    one.page.locator(".cell-note").wait_for()
    assert panel.inner_text() == "Theo thẩm định: Chưa đạt"  # refused: nothing was judged
    one.page.fill("input.cell", "2")
    one.page.press("input.cell", "Enter")
    told(one, "Đã lưu.")
    assert panel.inner_text() == "Theo thẩm định: Đạt"


def told(one: Served, words: str) -> None:
    one.page.wait_for_function(f"document.querySelector('[data-grid-status]').textContent === '{words}'")


def again(one: Served):
    """The dialog that asks to sign in where one is."""
    dialog = one.page.locator("dialog", has=one.page.locator("#again-password"))
    dialog.wait_for()
    return dialog


def test_whoever_typed_after_the_session_ended_signs_in_where_they_are(served):
    one = served(DOSSIER)
    one.signed_in = False
    one.page.fill("input.cell", "2")
    one.page.press("input.cell", "Enter")
    dialog = again(one)
    assert "Phiên làm việc đã hết. Hãy đăng nhập lại để tiếp tục ngay tại đây" in dialog.inner_text()
    assert one.page.input_value("#again-username") == "canbo.xa"
    one.page.fill("#again-password", "sai")
    one.page.press("#again-password", "Enter")
    one.page.get_by_text("Tên đăng nhập hoặc mật khẩu không đúng.").wait_for()
    one.page.fill("#again-password", "dung")
    one.page.press("#again-password", "Enter")
    told(one, "Đã lưu.")
    assert one.page.input_value("input.cell") == "2" and one.page.locator("dialog").count() == 0


def test_whoever_does_not_sign_in_again_is_told_what_is_not_saved(served):
    one = served(DOSSIER)
    one.signed_in = False
    one.page.fill("input.cell", "2")
    one.page.press("input.cell", "Enter")
    again(one)
    one.page.keyboard.press("Escape")
    told(one, "Còn 1 ô chưa lưu.")
    note = one.page.locator(".cell-note")
    assert "Chưa lưu được: phiên làm việc đã hết. Giá trị vẫn ở trong ô." in note.inner_text()
    note.get_by_role("button", name="Đăng nhập lại").click()
    again(one)
    one.page.fill("#again-password", "dung")
    one.page.press("#again-password", "Enter")
    told(one, "Đã lưu.")


def test_somebody_else_signed_in_meanwhile_does_not_write_for_whoever_typed(served):
    one = served(DOSSIER)
    one.person, one.token = 2, "y"
    one.page.fill("input.cell", "2")
    one.page.press("input.cell", "Enter")
    again(one)
    assert one.page.input_value("input[name=csrfmiddlewaretoken] >> nth=0") == "x"


@pytest.mark.parametrize("since", ["before", "while it asks"])
def test_somebody_else_signed_in_in_another_tab_is_named_and_gives_way(served, since):
    """A form: it stays, says who is signed in, and goes as its own writer's once they signed in there."""
    one = row(served)
    one.page.fill("#words", "Gõ trước khi người khác đăng nhập")
    if since == "before":
        one.person, one.token = 2, "z"
    else:
        one.signed_in = False
    one.page.click("#save")
    dialog = again(one)
    if since == "while it asks":
        one.signed_in, one.person, one.token = True, 2, "z"
        one.page.fill("#again-password", "dung")
        one.page.press("#again-password", "Enter")
    dialog.get_by_text("tài khoản “Thường trực xã” đang đăng nhập").wait_for()
    assert (one.sent, one.signed_out, one.page.input_value("#again-password")) == ([], [], "")
    one.page.fill("#again-password", "dung")
    with one.page.expect_request(lambda asked: asked.url == ADDRESS and asked.method == "POST") as sent:
        one.page.press("#again-password", "Enter")
    assert "csrfmiddlewaretoken=y" in sent.value.post_data
    assert (one.signed_out, one.person) == ([2], 1)


def test_the_end_of_the_session_is_told_before_it_comes(served):
    one = served(SITTING, left=100)
    warning = one.page.get_by_text("Đã lâu đồng chí không thao tác. Phiên làm việc tự kết thúc sau 1:")
    warning.wait_for()
    one.left = 900
    one.page.get_by_role("button", name="Tiếp tục làm việc").click()
    warning.wait_for(state="detached")


def test_an_ended_session_asks_to_sign_in_by_itself(served):
    one = served(SITTING, left=1)
    one.signed_in = False
    one.page.evaluate("Date.now = (now => () => now() + 60000)(Date.now)")
    again(one)


def test_whoever_works_is_not_signed_out(served):
    one = served(SITTING, left=900)
    one.left = 1800  # what the server says when it is asked
    one.page.evaluate("Date.now = (now => () => now() + 840000)(Date.now)")
    one.page.get_by_text("tự kết thúc sau 0:").wait_for()  # the control: nobody works
    one.page.get_by_role("button", name="Tiếp tục làm việc").click()
    expect(one.page.locator("dialog")).to_have_count(0)  # what is typed before the answer is no work yet
    one.page.fill("textarea", "Ý kiến")
    with one.page.expect_request("**/phien/"):
        one.page.evaluate("Date.now = (now => () => now() + 1750000)(Date.now)")
    one.page.wait_for_timeout(1500)
    assert one.page.locator("dialog").count() == 0


def test_a_token_changed_by_signing_in_elsewhere_loses_nothing(served):
    one = served(DOSSIER)
    one.token = "y"
    one.page.fill("input.cell", "2")
    one.page.press("input.cell", "Enter")
    told(one, "Đã lưu.")


def test_what_a_line_that_was_down_kept_back_is_sent_when_it_is_up(served):
    one = served(DOSSIER)
    one.is_up = False
    one.page.fill("input.cell", "2")
    one.page.press("input.cell", "Enter")
    told(one, "Còn 1 ô chưa lưu.")
    assert "mất kết nối" in one.page.locator(".cell-note").inner_text()
    one.is_up = True
    one.page.evaluate("dispatchEvent(new Event('online'))")
    told(one, "Đã lưu.")


def test_saved_is_said_only_when_nothing_is_left(served):
    more = '<td><input class="cell" name="B" value="1" data-version="1"></td></tr>'
    one = served(DOSSIER.replace("</tr>", more))
    one.page.fill("input[name=A]", "x")
    one.page.press("input[name=A]", "Enter")
    told(one, "Chưa lưu: xem chỗ báo đỏ.")
    one.page.fill("input[name=B]", "2")
    one.page.press("input[name=B]", "Enter")
    told(one, "Còn 1 ô chưa lưu.")
    one.page.fill("input[name=A]", "2")
    one.page.press("input[name=A]", "Enter")
    told(one, "Đã lưu.")


def test_a_page_that_gave_its_file_is_shown_anew(served):
    one = served(SLIPS)
    with one.page.expect_download() as came:
        one.page.click("#take")
    assert came.value.suggested_filename == "phieu.pdf"
    one.page.get_by_text("Không còn phiếu nào").wait_for()


ENTRY = """
<main><form method="post" action="/entry">
  <fieldset><input name="a" value="1"><input type="hidden" name="a-version" value="{a}"></fieldset>
  <fieldset><input name="b" value="{b}"><input type="hidden" name="b-version" value="{b}"></fieldset>
  <button id="save">Lưu</button>
</form></main>
<script src="/app.js"></script><script src="/kept.js"></script><script src="/session.js"></script>
"""


def held(one: Served) -> list[str]:
    return one.page.locator("main input").evaluate_all("all => all.map(one => `${one.name}=${one.value}`)")


def test_a_field_nobody_touched_comes_back_as_the_portal_has_it(served):
    one = served(ENTRY.format(a=1, b=1))
    one.page.fill("input[name=a]", "7")
    one.markup = ENTRY.format(a=3, b=3)  # both were written by somebody else meanwhile
    one.page.goto(ADDRESS)
    one.page.locator(".kept-told").wait_for()
    # What was typed stands over the version it was typed over, so that the portal can tell; the rest is as it is now.
    assert held(one) == ["a=7", "a-version=1", "b=3", "b-version=3"]
    one.page.get_by_role("button", name="Bỏ phần này").click()
    assert held(one) == ["a=1", "a-version=3", "b=3", "b-version=3"]


def test_what_the_portal_holds_by_now_is_not_brought_back(served):
    one = served(ENTRY.format(a=1, b=1))
    one.page.fill("input[name=a]", "7")
    one.markup = ENTRY.format(a=3, b=3).replace('name="a" value="1"', 'name="a" value="7"')
    one.page.goto(ADDRESS)
    one.page.evaluate("portalKept.back")
    assert held(one) == ["a=7", "a-version=3", "b=3", "b-version=3"]
    assert one.page.locator(".kept-told").count() == 0


PAPER = """<main><form data-window-first="2025-11-01" data-window-last="2026-10-31" data-window-said="Ngoài kỳ.">
<div class="field"><input name="r1-issued_on"></div></form></main><script src="/paper_dates.js"></script>"""


@pytest.mark.parametrize(
    ("typed", "remark"),
    [
        ("31/10/2026", ""),
        ("1.3.2026", ""),
        ("2026-10-31", ""),
        ("", ""),
        ("01/11/2026", "Ngoài kỳ."),
        ("01-03-2024", "Ngoài kỳ."),
        ("31/02/2026", HOW_TO_WRITE_A_DAY),
        ("29/02/2026", HOW_TO_WRITE_A_DAY),
        ("1/3/26", HOW_TO_WRITE_A_DAY),
        ("1/13/2026", HOW_TO_WRITE_A_DAY),
        ("hôm nay", HOW_TO_WRITE_A_DAY),
    ],
)
def test_a_papers_date_is_remarked_upon_when_it_is_left(served, typed, remark):
    one = served(PAPER)
    one.page.locator("input").press_sequentially(typed)
    said = one.page.locator("[data-window-remark]")
    expect(said).to_have_text(remark if remark != HOW_TO_WRITE_A_DAY else "")  # half a date is no fault yet
    one.page.locator("input").press("Tab")
    expect(said).to_have_text(remark)


def test_a_refusal_lies_over_no_cell_at_hand(served):
    """Below its cell it covered the very cell typed into next; the control: without a cell at hand it stays above."""
    row = '<tr data-save="/cell"><td><input class="cell" name="{}" value="1" data-version="1"></td></tr>'
    style = "<style>table { margin-top: 200px; } .cell-note { position: fixed; width: 300px; height: 90px; }</style>"
    one = served(style + DOSSIER.replace("</table>", row.format("B") + row.format("C") + "</table>"))
    one.page.fill("input[name=B]", "x")
    for key, place in (("Enter", "above"), ("Shift+Enter", "above"), ("Shift+Enter", "below")):
        one.page.keyboard.press(key)
        told(one, "Chưa lưu: xem chỗ báo đỏ.")
        note, refused = one.page.locator(".cell-note"), one.page.locator("input[name=B]")
        at, cell = note.bounding_box(), refused.bounding_box()
        assert ("below" if at["y"] > cell["y"] else "above") == place


ROW = """
<main>
  <form method="post" data-unsaved="dòng"><input type="hidden" name="seen" value="SEEN">
    <input type="hidden" name="csrfmiddlewaretoken" value="x">
    <label for="words">Nội dung</label><textarea id="words" name="words">STORED</textarea><button id="save">Lưu</button>
  </form>
</main>
<script src="/app.js"></script><script src="/kept.js"></script><script src="/session.js"></script>
"""


def row_page(seen: str = "a", stored: str = "cũ") -> str:
    return ROW.replace("SEEN", seen).replace("STORED", stored)


def row(served) -> Served:
    return served(row_page())


def reopened(one: Served, path: str = "") -> None:
    """The page opened by its address, as from a bookmark."""
    one.page.goto(ADDRESS + path)
    one.page.evaluate("portalKept.back")


def test_a_form_sent_while_the_line_is_cut_stays_on_its_page(served):
    one = row(served)
    one.page.fill("#words", "Biên bản dài")
    one.is_up = False
    one.page.click("#save")
    one.page.get_by_text("Chưa gửi: không kết nối được với cổng.").wait_for()
    assert (one.sent, one.page.input_value("#words")) == ([], "Biên bản dài")
    one.is_up = True
    with one.page.expect_navigation():
        one.page.dblclick("#save")
    one.page.wait_for_timeout(500)
    assert one.sent == [""]  # once


def test_a_form_whose_answer_never_came_is_kept_when_its_page_is_opened_by_its_address(served):
    one = row(served)
    one.page.fill("#words", "Biên bản dài")
    one.page.route("**/*", lambda route: route.abort() if route.request.method == "POST" else route.fallback())
    with one.page.expect_event("requestfailed"):
        one.page.click("#save")
    one.page.wait_for_timeout(500)  # the browser's own page of it
    reopened(one)
    assert one.page.input_value("#words") == "Biên bản dài"
    assert one.page.locator(".kept-told").count() == 1


def second_tab(one: Served):
    page = one.page.context.new_page()
    page.route("**/*", one.answer)
    page.goto(ADDRESS)
    page.evaluate("portalKept.back")
    return page


def is_as_the_portal_has_it(one: Served) -> bool:
    reopened(one)
    return (one.page.input_value("#words"), one.page.locator(".kept-told").count()) == ("cũ", 0)


def saved(page) -> None:
    with page.expect_navigation():
        page.click("#save")


@pytest.mark.parametrize("saved_was_typed", ["first", "last"])
def test_two_tabs_with_the_same_form_keep_each_its_own(served, saved_was_typed):
    """One is saved, the other is killed: what was typed there comes back, and what was saved does not."""
    one = row(served)
    other = second_tab(one)
    pages = [(one.page, "Gõ rồi lưu"), (other, "Gõ ở thẻ kia")]
    for page, text in pages if saved_was_typed == "first" else pages[::-1]:
        page.fill("#words", text)
        page.press("#words", "Tab")  # left: a page that is closed says nothing of it any more
    saved(one.page)
    other.close(run_before_unload=False)
    reopened(one)
    assert one.page.input_value("#words") == "Gõ ở thẻ kia"
    saved(one.page)
    assert is_as_the_portal_has_it(one)


@pytest.mark.parametrize("first_saves", [True, False])
def test_what_a_second_tab_took_over_is_gone_when_either_saved_it(served, first_saves):
    one = row(served)
    one.page.fill("#words", "Gõ dở")
    other = second_tab(one)
    assert other.input_value("#words") == "Gõ dở"
    saves, closes = (one.page, other) if first_saves else (other, one.page)
    saved(saves)
    closes.close(run_before_unload=False)
    one.page = saves
    assert is_as_the_portal_has_it(one)


def test_what_was_refused_and_typed_again_is_kept_once(served):
    one = row(served)
    one.page.fill("#words", "Sai")
    page = one.markup
    one.markup = page.replace("<textarea", '<ul class="errorlist"><li>Sai.</li></ul><textarea').replace("cũ", "Sai")
    saved(one.page)
    one.page.fill("#words", "Đúng")
    one.markup = page
    saved(one.page)
    assert is_as_the_portal_has_it(one)


def test_a_form_goes_with_the_token_of_another_tabs_session(served):
    one = row(served)
    one.page.fill("#words", "Gõ trước khi đăng nhập lại ở thẻ khác")
    one.token = "mới"
    with one.page.expect_request(lambda asked: asked.method == "POST") as sent:
        one.page.click("#save")
    assert "csrfmiddlewaretoken=m%E1%BB%9Bi" in sent.value.post_data


def test_a_renewed_token_is_nothing_typed(served):
    """Two guarded forms: the session is prolonged, and the one that is sent asks nothing about the other."""
    second = '<form method="post" action="/other" data-unsaved="ý kiến"><input name="csrfmiddlewaretoken" value="x"'
    one = served(row_page().replace("</main>", f'{second} type="hidden"><textarea name="a"></textarea></form></main>'))
    one.token = "y"
    one.page.evaluate("portalSession.ask()")
    assert one.page.input_value("form[action='/other'] input") == "y"
    with one.page.expect_navigation():
        one.page.click("#save")
    assert (one.sent, one.page.locator("dialog").count()) == ([""], 0)


def test_a_form_waits_for_signing_in_where_the_session_has_ended(served):
    one = row(served)
    one.page.fill("#words", "Gõ trước khi hết phiên")
    one.signed_in = False
    one.page.click("#save")
    one.page.fill("#again-password", "dung")
    assert one.sent == []
    with one.page.expect_navigation():
        one.page.get_by_role("button", name="Đăng nhập").click()
    assert one.sent == [""]


def test_what_was_typed_over_an_older_state_says_so_and_is_written_over_it_by_a_press(served):
    one = row(served)
    one.page.fill("#words", "Phần của tôi")
    one.markup = row_page("b", "Phần của người kia")
    reopened(one)
    told = one.page.locator(".kept-told")
    assert "đã được ghi lại ở nơi khác; đang lưu: Nội dung: “Phần của người kia”." in told.inner_text()
    assert (one.page.input_value("#words"), one.page.input_value("[name=seen]")) == ("Phần của tôi", "a")
    told.get_by_role("button", name="Ghi phần của đồng chí thay vào").click()
    assert one.page.input_value("[name=seen]") == "b"
    reopened(one)
    assert one.page.input_value("[name=seen]") == "b" and "nơi khác" not in told.inner_text()
    told.get_by_role("button", name="Bỏ phần này").click()
    assert one.page.input_value("#words") == "Phần của người kia"


def test_what_was_typed_of_one_unit_does_not_come_back_at_another(served):
    one = row(served)
    reopened(one, "?don_vi=1")
    one.page.fill("#words", "Của thôn 1")
    reopened(one, "?don_vi=2")
    assert (one.page.input_value("#words"), one.page.locator(".kept-told").count()) == ("cũ", 0)
    reopened(one, "?don_vi=1")
    assert one.page.input_value("#words") == "Của thôn 1"


def test_what_is_pasted_too_long_is_told_and_not_cut(served):
    one = served(row_page().replace('name="words"', 'name="words" maxlength="10"'))
    one.page.focus("#words")
    one.page.keyboard.press("Control+A")
    one.page.keyboard.insert_text("mười hai chữ")
    assert one.page.input_value("#words") == "mười hai chữ"
    one.page.click("#save")
    told = one.page.locator("#words").evaluate("box => box.validationMessage")
    assert (told, one.sent) == ("Ô này nhận tối đa 10 ký tự, đang thừa 2 ký tự. Hãy rút gọn rồi gửi.", [])
    one.page.fill("#words", "mười chữ")
    with one.page.expect_navigation():
        one.page.click("#save")
    assert one.sent == [""]


def boxes(many: int, name: str = "unit") -> str:
    lines = "".join(
        f'<label><input type="checkbox" name="{name}" value="{at}"> Thôn {at}</label>' for at in range(many)
    )
    fieldset = f"<fieldset><legend>Gắn cho đơn vị nào</legend><div>{lines}</div></fieldset>"
    form = f'<form method="post" action="/share">{fieldset}<button>Lưu</button></form>'
    return f'<main>{form}</main><script src="/app.js"></script>'


def test_many_boxes_are_ticked_and_let_go_in_one_act(served):
    one = served(boxes(6))
    ticked = one.page.locator("input:checked")
    button = one.page.get_by_role("button", name="chọn tất cả")
    expect(button).to_have_text("Chọn tất cả")
    button.click()
    expect(ticked).to_have_count(6)
    expect(button).to_have_text("Bỏ chọn tất cả")
    one.page.get_by_label("Thôn 3").uncheck()
    expect(button).to_have_text("Chọn tất cả")
    button.click()
    button.click()
    expect(ticked).to_have_count(0)


@pytest.mark.parametrize("markup", [boxes(5), boxes(6).replace('name="unit" value="0"', 'name="confirmed" value="0"')])
def test_few_boxes_or_those_of_several_fields_have_no_such_button(served, markup):
    assert served(markup).page.get_by_role("button", name="tất cả").count() == 0
