"""The whole year of one programme on real Bắc Giang units, walked by people in a real browser."""

import re
import subprocess

import pytest

from tests.browser.walker import PAPER, Walker, close, follow, password

pytestmark = pytest.mark.browser

AREAS = ("Thôn Bắc", "Thôn Chợ")
# One file's row as it is typed, in the order of the set's criteria (TT 124/2021, Điều 4).
ROW = ["Đ", "Đ", "112/112", "đ", "0", "0", "0", "0", "0", "0", "0", "3/5", "0", "Đ", "0", "Đ", "0"]


@pytest.fixture(scope="module")
def walkers(chromium, portal):
    """People by demo account, signed in when first asked for."""
    people: dict[str, Walker] = {}

    def get(username: str) -> Walker:
        if username not in people:
            people[username] = Walker(chromium, portal, username)
        return people[username]

    yield get
    for walker in people.values():
        walker.close()


def cells(page, area: str):
    return page.locator("tr", has=page.get_by_role("link", name=area, exact=True)).locator("input.cell")


def type_row(page, area: str, values: list[str]) -> None:
    """Type a row with the keyboard: each value, then on to the next column; wait until the last cell is saved."""
    row = cells(page, area)
    row.first.focus()
    for value in values:
        page.keyboard.press("Control+a")
        page.keyboard.type(value)
        page.keyboard.press("Tab")
    until(page, "cells => cells.every(cell => cell.value && cell.value === cell.dataset.saved)", row)


def until(page, script: str, locator) -> None:
    """Wait until the script says yes of the locator's elements (the page's policy forbids evaluating inside it)."""
    for _ in range(100):
        if locator.evaluate_all(script):
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"never came true: {script}")


def saved(page) -> None:
    """Wait until the grid says it has saved."""
    until(page, "said => said[0].textContent === 'Đã lưu.'", page.locator("[data-grid-status]"))


def desk(page):
    """The safety year's part of the first page: the demo has other programmes open beside it."""
    return page.locator("section", has=page.get_by_role("heading", name="An toàn về an ninh, trật tự năm 2024"))


def verdict(page, area: str) -> str:
    row = page.locator("tr", has=page.get_by_role("link", name=area, exact=True))
    return row.locator(".verdict .badge").inner_text()


def test_a_year(walkers, portal, tmp_path):
    officer = walkers("canbo.xa")
    page = officer.page
    officer.look("viec-cua-toi")

    # Register every unit of the commune, then enter two areas with the keyboard.
    follow(desk(page).get_by_role("link", name="Bảng nhập nhanh"))
    officer.confirm(page.get_by_role("button", name="đơn vị chưa đăng ký"))
    assert "Đã đăng ký 15 đơn vị" in officer.said()
    for area in AREAS:
        type_row(page, area, ROW)
        assert verdict(page, area) == "Đạt"

    # A value outside its measure is refused in the cell, which keeps what was typed.
    wrong = cells(page, AREAS[0]).nth(2)
    wrong.fill("130/112")
    wrong.press("Tab")
    note = page.locator(".cell-note").first
    note.wait_for()
    assert wrong.input_value() == "130/112"
    officer.look("bang-nhap-o-sai")
    wrong.fill("112/112")
    wrong.press("Tab")
    note.wait_for(state="detached")

    # A criterion that fails says so at once, with its clause.
    event = cells(page, AREAS[0]).nth(4)
    event.fill("1")
    event.press("Tab")
    page.locator("td[data-verdict=not_met]").wait_for()
    assert page.locator("td[data-verdict=not_met] .brief").inner_text() == "3a"
    page.keyboard.press("F1")
    assert "Điều 4.3.a" in page.locator("[data-at-unit]").inner_text()
    page.keyboard.press("F1")
    officer.look("bang-nhap")
    event.fill("0")
    event.press("Tab")
    page.locator("td[data-verdict=not_met]").wait_for(state="detached")

    # The leader saves the same cell meanwhile: the officer sees both values and chooses.
    leader = walkers("lanhdao.xa")
    leader.open(page.url)
    theirs = cells(leader.page, AREAS[1]).nth(11)
    theirs.fill("4/5")
    theirs.press("Tab")
    saved(leader.page)
    mine = cells(page, AREAS[1]).nth(11)
    mine.fill("2/5")
    mine.press("Tab")
    page.get_by_role("button", name="Giữ “4/5”").wait_for()
    officer.look("bang-nhap-hai-nguoi")
    page.get_by_role("button", name="Ghi “2/5”").click()
    saved(page)

    # Sending without papers is refused with the reason; with papers it goes.
    officer.confirm(page.get_by_role("button", name="Gửi thẩm định các hồ sơ đủ số liệu"))
    assert "Còn thiếu minh chứng cho tiêu chí 1.1, 1.2, 2, 4c, 5.1" in officer.said()
    officer.look("gui-thieu-minh-chung")
    attach(officer, AREAS[0])
    share(officer, but=AREAS[0])
    officer.open("/")
    follow(desk(page).get_by_role("link", name="Bảng nhập nhanh"))
    officer.confirm(page.get_by_role("button", name="Gửi thẩm định các hồ sơ đủ số liệu"))
    assert "Đã gửi thẩm định 2 hồ sơ" in officer.said()

    # The standing body returns one with a reason; the officer corrects it in the single form and sends it again.
    standing = walkers("thuongtruc.xa")
    open_file(standing, AREAS[0])
    standing.look("tham-dinh")
    standing.page.get_by_text("Trả lại…").click()
    standing.page.get_by_label("Lý do (bắt buộc)").fill("Số hộ chưa khớp với danh sách của thôn.")
    standing.press(re.compile("^Trả lại$"))
    assert "Đã trả lại hồ sơ" in standing.said()
    open_file(officer, AREAS[0])
    assert "Số hộ chưa khớp với danh sách của thôn." in page.inner_text("main")
    follow(page.get_by_role("link", name="Nhập kết quả"))
    officer.look("nhap-mot-ho-so")
    page.get_by_label("hộ đăng ký tham gia", exact=False).first.fill("110")
    page.get_by_label("hộ đang cư trú", exact=False).first.fill("110")
    officer.press(re.compile("^Lưu$"))
    assert officer.said() == "Đã lưu."
    follow(page.get_by_role("link", name="Về hồ sơ"))
    officer.confirm(page.get_by_role("button", name="Gửi thẩm định"))
    assert "Đã gửi thẩm định hồ sơ" in officer.said()

    # Appraise in three columns: agree with what is clear, correct one cell, finish.
    for area in AREAS:
        open_file(standing, area)
        standing.press("Nhận mọi kết quả tự đánh giá")
        if area == AREAS[1]:
            cell = standing.page.get_by_label("Thẩm định tiêu chí 4a")
            cell.fill("5/5")
            cell.press("Tab")
            saved(standing.page)
            standing.open(standing.page.url.split("?")[0] + "?lech=1")
            standing.look("tham-dinh-cho-lech")
        standing.press("Hoàn thành thẩm định")
        assert "Đã hoàn thành thẩm định hồ sơ" in standing.said()

    # A sitting: agenda, attendance, votes by show of hands, the chair's own vote, closing.
    standing.open("/danh-gia/phien-hop/")
    follow(standing.page.get_by_role("link", name="Lập phiên họp").first)
    standing.page.get_by_label("Kỳ đánh giá").select_option(label="An toàn về an ninh, trật tự năm 2024")
    standing.page.get_by_label("Địa điểm").fill("Phòng họp Uỷ ban nhân dân xã")
    standing.press("Lập phiên họp")
    sitting = standing.page.url
    follow(standing.page.get_by_role("button", name="Đưa tất cả (2) vào họp"))
    for box in standing.page.locator("[name=present]").all():
        box.check()
    standing.page.get_by_label("Diễn biến, ý kiến tại cuộc họp").fill("Thống nhất với kết quả thẩm định.")
    standing.press("Lưu điểm danh và biên bản")
    for name in ("Phó Trưởng ban Thường trực", "Thành viên"):
        option = standing.page.locator("#seat option", has_text=name)
        standing.page.select_option("#seat", option.get_attribute("value"))
        standing.press("Tán thành tất cả")
        assert "Đã ghi 2 phiếu" in standing.said()
    standing.look("phien-hop")
    chair = walkers("truongban.xa")
    chair.open(sitting)
    chair.press("Tán thành tất cả")
    chair.page.get_by_label("Mật khẩu của đồng chí").fill("sai mật khẩu")
    chair.confirm(chair.page.get_by_role("button", name="Kết thúc phiên họp"))
    assert "Mật khẩu không đúng." in chair.page.inner_text("main")
    close(chair)
    assert "Phiên họp đã kết thúc." in chair.said()
    chair.look("phien-hop-ket-thuc")

    # The signed decision gets its number; both areas are recognised.
    follow(chair.page.get_by_role("link", name="Dự thảo quyết định"))
    chair.look("du-thao-quyet-dinh")
    chair.page.get_by_label("Họ tên người ký").fill("(người ký mẫu)")
    chair.page.get_by_label("Mật khẩu của đồng chí").fill(password())
    chair.confirm(chair.page.get_by_role("button", name="Phát hành quyết định"))
    assert "Đã phát hành Quyết định số 01/QĐ-UBND." in chair.said()
    chair.look("quyet-dinh")
    open_file(officer, AREAS[0])
    assert "Đã công nhận" in page.inner_text(".lead")
    follow(page.locator(".facts").get_by_role("link", name=AREAS[0]))
    assert "01/QĐ-UBND" in page.inner_text("main")
    officer.look("trang-don-vi")


def fill_in_paper(page, name: str = "ho-so.pdf", body: bytes = PAPER) -> None:
    """One paper that proves every criterion asking for one."""
    page.set_input_files("[name=file]", {"name": name, "mimeType": "application/pdf", "buffer": body})
    page.get_by_label("Trích yếu").fill("Nghị quyết, bản đăng ký và báo cáo của thôn")
    for number in ("1.1", "1.2", "2", "4c", "5.1"):
        page.check(f"[name$=-codes][value='TT124-KDC-{number}']")


def share(officer: Walker, *, but: str) -> None:
    """The same paper for all the other areas at once."""
    page = officer.open("/")
    follow(desk(page).get_by_role("link", name="Bảng nhập nhanh"))
    follow(page.get_by_role("link", name="Đính kèm một tài liệu cho nhiều đơn vị"))
    officer.look("minh-chung-nhieu-don-vi")
    page.get_by_label(but, exact=True).uncheck()
    fill_in_paper(page)
    officer.press("Đính kèm")
    assert officer.said() == "Đã đính kèm minh chứng cho 8 hồ sơ."


def attach(officer: Walker, area: str) -> None:
    """A paper for one file; a forged one is refused first, what was typed stays."""
    page = open_file(officer, area)
    follow(page.get_by_role("link", name="Đính kèm minh chứng"))
    fill_in_paper(page, "gia.pdf", b"MZ not a PDF")
    page.get_by_role("button", name="Đính kèm").click()
    page.locator("[data-refused]").wait_for()
    assert "không khớp phần mở rộng" in page.inner_text("main")
    assert page.get_by_label("Trích yếu").input_value() == "Nghị quyết, bản đăng ký và báo cáo của thôn"
    officer.look("minh-chung")
    page.get_by_role("button", name="Bỏ tệp").click()
    fill_in_paper(page)
    officer.press("Đính kèm")
    assert officer.said() == "Đã đính kèm minh chứng."


def open_file(walker: Walker, area: str):
    """The area's file of the open year, found by searching without tone marks."""
    walker.open("/danh-gia/")
    walker.page.get_by_label("Tên đơn vị").fill({"Thôn Bắc": "thon bac", "Thôn Chợ": "thon cho"}[area])
    walker.press("Lọc")
    follow(walker.page.get_by_role("link", name=area, exact=True))
    return walker.page


def test_reports(walkers, tmp_path):
    """Provincial staff look at the year, ask for its PDF, follow it and read it; and set it on a schedule."""
    staff = walkers("canbo.tinh")
    page = staff.open("/bao-cao/tong-quan/")
    staff.look("tong-quan")
    follow(page.get_by_role("link", name="Bảng tổng hợp năm"))
    staff.look("tong-hop-nam")
    staff.press(re.compile("PDF"))
    page.get_by_role("link", name=re.compile("Tải")).first.wait_for(timeout=120_000)
    staff.look("bao-cao-da-xong")
    with page.expect_download() as started:
        page.get_by_role("link", name=re.compile("Tải")).first.click()
    paper = tmp_path / "bao-cao.pdf"
    started.value.save_as(paper)
    text = subprocess.run(["pdftotext", "-layout", paper, "-"], capture_output=True, text=True, check=True).stdout
    assert "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM" in text.replace("HOÀ", "HÒA")
    assert "Huyện Lạng Giang" in text
    page = staff.open("/bao-cao/lich/")
    follow(page.get_by_role("link", name="Báo cáo tổng hợp năm"))
    staff.press("Xem các lần tới")
    staff.look("dat-lich")
    staff.press("Đặt lịch")
    assert page.locator("main table tbody tr").count() == 1
    staff.look("lich-bao-cao")


def test_other_pages(walkers):
    """Pages of the other roles, each looked at; a page outside one's place is a helpful 404."""
    admin = walkers("quantri")
    for path, name in (
        ("/don-vi/", "don-vi"),
        ("/don-vi/nguoi/", "nguoi-dung"),
        ("/don-vi/nhap/", "nhap-don-vi"),
        ("/don-vi/uy-quyen/", "uy-quyen"),
        ("/bo-tieu-chi/", "bo-tieu-chi"),
        ("/danh-gia/ky/", "cac-ky"),
        ("/danh-gia/cong-nhan/", "don-vi-duoc-cong-nhan"),
        ("/bao-cao/", "bao-cao"),
        ("/thanh-phan/", "thanh-phan"),
    ):
        admin.open(path)
        admin.look(name)
    page = admin.open("/bo-tieu-chi/")
    follow(page.locator("main a", has_text="Khu dân cư").first)
    admin.look("bo-tieu-chi-khu-dan-cu")
    staff = walkers("canbo.tinh")
    staff.open("/danh-gia/ky/mo/")
    staff.look("mo-ky")
    of_registers = walkers("canbo.thanhhoa")
    of_registers.open("/don-vi/so/to-tu-quan/?q=nga+li")
    of_registers.look("so-theo-doi")
    stranger = walkers("canbo.xuonglam")
    before = list(stranger.complaints)
    assert stranger.page.goto(stranger.address + "/danh-gia/1/").status == 404
    stranger.complaints[:] = before  # the browser's own line about the 404
    stranger.look("khong-tim-thay")


def test_nobody_complained(walkers):
    """Runs last: no page broke the content policy, threw an error, failed axe or stuck out of the screen."""
    people = ("canbo.xa", "lanhdao.xa", "thuongtruc.xa", "truongban.xa", "canbo.tinh", "quantri", "canbo.xuonglam")
    people += ("canbo.thanhhoa",)
    complaints = {name: walkers(name).complaints for name in people}
    expected = re.compile(r"console: Failed to load resource: .* (409|422) ")
    left = {name: [one for one in said if not expected.search(one)] for name, said in complaints.items()}
    assert {name: said for name, said in left.items() if said} == {}
