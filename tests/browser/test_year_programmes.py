"""Every programme of the five seeds, walked from its open year to its outcome in a real browser.

Runs after test_year.py: the area that is graded was recognised as safe there, which its grade depends on.
"""

import re
from dataclasses import dataclass

import pytest

from tests.browser.walker import PAPER, Walker, close, follow, password

pytestmark = pytest.mark.browser
MARK = "ví dụ, không phải luật"


@dataclass(frozen=True)
class Walk:
    """A programme's year: the unit that is walked, and the accounts that enter, appraise and decide."""

    programme: str
    year: int
    unit: str
    search: str
    enters: str
    appraises: str
    chairs: str
    outcome: str
    typed: dict[str, str]  # answers that differ from the plain good one, by the criterion's number
    picture: str


WALKS = {
    "TT 23/2012": Walk(
        "An toàn về an ninh, trật tự",
        2021,
        "",
        "",
        "canbo.xa.dongnai",
        "thuongtruc.xa.dongnai",
        "truongban.xa.dongnai",
        "Đã công nhận",
        {},
        "tt23",
    ),
    "Đề án 375": Walk(
        "Đề án 375",
        2018,
        "",
        "",
        "canbo.xa.thanhhoa",
        "thuongtruc.xa.thanhhoa",
        "truongban.xa.thanhhoa",
        "Đã công nhận",
        {},
        "de-an-375",
    ),
    "An ninh cơ sở": Walk(
        "Mô hình An ninh cơ sở",
        2023,
        "Phường Mạo Khê",
        "mao khe",
        "canbo.xa.quangninh",
        "thuongtruc.huyen.quangninh",
        "truongban.huyen.quangninh",
        "Đã công nhận",
        {},
        "an-ninh-co-so",
    ),
    "điển hình": Walk(
        "Điển hình về phong trào toàn dân bảo vệ an ninh Tổ quốc",
        2023,
        "Xã Xuân Định",
        "xuan dinh",
        "canbo.xa.dongnai",
        "thuongtruc.huyen.dongnai",
        "truongban.huyen.dongnai",
        "tiêu chí",
        {"9": "no"},
        "dien-hinh",
    ),
    "phân loại": Walk(
        "Phân loại phong trào toàn dân bảo vệ an ninh Tổ quốc",
        2024,
        "Thôn Bắc",
        "thon bac",
        "canbo.xa",
        "thuongtruc.xa",
        "truongban.xa",
        "Loại",
        {},
        "phan-loai",
    ),
}


@pytest.fixture(scope="module")
def walkers(chromium, portal):
    people: dict[str, Walker] = {}

    def get(username: str) -> Walker:
        if username not in people:
            people[username] = Walker(chromium, portal, username)
        return people[username]

    yield get
    for walker in people.values():
        walker.close()


def files_of(walker: Walker, walk: Walk) -> str:
    """The address of the list of the year's files, found from the home page by the programme's name."""
    walker.open("/")
    card = walker.page.locator(
        "section.card", has=walker.page.get_by_role("heading", name=f"{walk.programme} năm {walk.year}")
    )
    link = card.get_by_role("link", name=re.compile("Tất cả hồ sơ của kỳ|Xem các hồ sơ của kỳ"))
    return link.get_attribute("href")


def open_file(walker: Walker, walk: Walk, unit: str):
    walker.open(files_of(walker, walk))
    assert MARK in walker.page.inner_text("main")
    walker.page.get_by_label("Tên đơn vị").fill(walk.search or unit)
    walker.press("Lọc")
    follow(walker.page.get_by_role("link", name=unit, exact=True).first)
    return walker.page


def fill_in(page, typed: dict[str, str]) -> None:
    """Every criterion of the entry form answered well, besides those that are to be answered otherwise."""
    for box in page.locator("fieldset.card").all():
        number = box.locator("legend").first.inner_text().split(".")[0].strip() if typed else ""
        for field in box.locator(f"[name$=-met][value={typed.get(number, 'yes')}]").all():
            field.check()
        tops, bottoms = box.locator("[name$=-numerator]"), box.locator("[name$=-denominator]")
        if tops.count():
            trend = "năm trước" in box.inner_text().casefold()
            tops.first.fill("1" if trend else "100")
            bottoms.first.fill("2" if trend else "100")
        for field in box.locator("[name$=-value]").all():
            words = box.inner_text()
            most = re.search(r"tối đa (\d+)", words)
            happened = "Số vụ, việc xảy ra" in words
            field.fill(typed.get(number, "0" if happened else most[1] if most else "5"))


def send(walker: Walker) -> None:
    """Send the file for appraisal; what it still lacks is told, attached, and it is sent again."""
    page = walker.page
    walker.confirm(page.get_by_role("button", name="Gửi thẩm định"))
    if "Hồ sơ còn thiếu" in walker.said():
        for place in range(3):
            attach(walker, place, in_dossier=True)
        walker.confirm(page.get_by_role("button", name="Gửi thẩm định"))
    elif "Còn thiếu minh chứng" in walker.said():
        attach(walker, 0, in_dossier=False)
        walker.confirm(page.get_by_role("button", name="Gửi thẩm định"))
    assert "Đã gửi thẩm định hồ sơ" in walker.said(), page.inner_text("main")


def attach(walker: Walker, place: int, *, in_dossier: bool) -> None:
    """A paper of the dossier, or one paper for every criterion."""
    page = walker.page
    follow(page.get_by_role("link", name="Đính kèm").first)
    body = PAPER.replace(b"595 842", f"595 84{place}".encode())
    page.set_input_files("[name=file]", {"name": f"tep-{place}.pdf", "mimeType": "application/pdf", "buffer": body})
    page.get_by_label("Trích yếu").fill(f"Tài liệu {place + 1}")
    if in_dossier:
        page.locator("[name$=-dossier_paper]").select_option(index=place + 1)
    else:
        for box in page.locator("[name$=-codes]:visible").all():
            box.check()
    walker.press("Đính kèm")
    assert "Đã đính kèm" in walker.said(), page.inner_text("main")


def select(walker: Walker, walk: Walk) -> None:
    """Selecting at the start of the year is registering."""
    walker.open("/")
    follow(walker.page.get_by_role("link", name="Chọn đơn vị điển hình").first)
    walker.look("chon-dien-hinh")
    walker.page.get_by_label(f"Chọn {walk.unit}").check()
    walker.confirm(walker.page.get_by_role("button", name="Chọn các đơn vị đã đánh dấu"))


@pytest.mark.parametrize("walk", WALKS.values(), ids=WALKS)
def test_a_programme_to_its_outcome(walkers, walk):
    officer = walkers(walk.enters)
    unit = walk.unit
    if not unit:  # the first area of the commune
        officer.open(files_of(officer, walk))
        unit = officer.page.locator("main tbody th a, main tbody td a").first.inner_text().strip()
    if walk.picture == "dien-hinh":
        select(officer, walk)
    page = open_file(officer, walk, unit)
    if page.get_by_role("button", name="Đăng ký", exact=True).count():
        officer.press(re.compile("^Đăng ký$"))
    follow(page.get_by_role("link", name="Nhập kết quả").first)
    assert MARK in page.inner_text("body")
    fill_in(page, walk.typed)
    officer.press(re.compile("^Lưu$"))
    assert officer.said() == "Đã lưu.", page.inner_text("main")
    officer.look(f"{walk.picture}-nhap")
    follow(page.get_by_role("link", name="Về hồ sơ"))
    officer.look(f"{walk.picture}-ho-so")
    send(officer)

    standing = walkers(walk.appraises)
    open_file(standing, walk, unit)
    standing.press("Nhận mọi kết quả tự đánh giá")
    standing.press("Hoàn thành thẩm định")
    assert "Đã hoàn thành thẩm định hồ sơ" in standing.said(), standing.page.inner_text("main")
    sit(standing, walk)
    chair = walkers(walk.chairs)
    chair.open(standing.page.url)
    chair.press("Tán thành tất cả")
    close(chair)
    assert "Phiên họp đã kết thúc." in chair.said(), chair.page.inner_text("main")
    chair.look(f"{walk.picture}-phien-hop")
    follow(chair.page.get_by_role("link", name="Dự thảo quyết định"))
    chair.page.get_by_label("Họ tên người ký").fill("(người ký mẫu)")
    chair.page.get_by_label("Mật khẩu của đồng chí").fill(password())
    chair.confirm(chair.page.get_by_role("button", name="Phát hành quyết định"))
    assert "Đã phát hành Quyết định số" in chair.said(), chair.page.inner_text("main")
    assert MARK in chair.page.inner_text("main")
    chair.look(f"{walk.picture}-quyet-dinh")

    open_file(officer, walk, unit)
    assert walk.outcome in page.inner_text("main")
    assert MARK in page.inner_text("main")
    officer.look(f"{walk.picture}-ket-qua")


def sit(standing: Walker, walk: Walk) -> None:
    """A sitting with the file on its agenda, everybody present, the standing body's vote recorded."""
    page = standing.open("/danh-gia/phien-hop/lap/")
    options = page.locator("[name=cycle] option", has_text=f"{walk.programme} năm {walk.year}")
    page.select_option("[name=cycle]", options.first.get_attribute("value"))
    page.get_by_label("Địa điểm").fill("Phòng họp")
    standing.press("Lập phiên họp")
    follow(page.get_by_role("button", name=re.compile(r"Đưa tất cả \(\d+\) vào họp")))
    for box in page.locator("[name=present]").all():
        box.check()
    standing.press("Lưu điểm danh và biên bản")
    for seat in [option.get_attribute("value") for option in page.locator("#seat option").all()]:
        words = page.locator(f"#seat option[value='{seat}']").inner_text() if seat else ""
        if seat and "Trưởng ban" in words and "Phó" not in words:
            continue
        if seat:
            page.select_option("#seat", seat)
            standing.press("Tán thành tất cả")


def test_a_set_is_written_in_the_browser(walkers):
    """Provincial staff add a line of their own to a national set, reorder it, try it and see what is still missing."""
    staff = walkers("canbo.tinh")
    page = staff.open("/bo-tieu-chi/")
    staff.look("bo-tieu-chi-cac-chuong-trinh")
    follow(page.get_by_role("link", name="Khu dân cư đạt tiêu chuẩn “An toàn về an ninh, trật tự”", exact=True).first)
    follow(page.get_by_role("link", name="Lập bản của tỉnh từ bộ này"))
    page.select_option("[name=way]", "overlay")
    page.fill("[name=code]", "BG-KDC")
    page.fill("[name=first_year]", "2031")
    staff.press("Lập bản thảo")
    edit = page.url
    for number, words in (("6", "Có camera an ninh ở đường làng"), ("7", "Có tổ liên gia tự quản")):
        follow(page.get_by_role("link", name="Thêm tiêu chí"))
        page.fill("[name=code]", f"BG-KDC-{number}")
        page.fill("[name=number]", number)
        page.fill("[name=label]", words)
        page.fill("[name=article]", "Kế hoạch của tỉnh")
        staff.press(re.compile("^Lưu$"))
    follow(page.get_by_role("button", name="Đưa tiêu chí 7 lên"))
    page.wait_for_url(edit)
    rows = page.locator("main table tbody tr").all_inner_texts()
    assert ["camera" in row for row in rows[-2:]] == [False, True]
    assert "chưa đính kèm bản đã ký" in page.inner_text("#con-thieu")
    staff.look("soan-bo-tieu-chi")
    follow(page.get_by_role("link", name="Xem trước phiếu nhập"))
    fill_in(page, {})
    staff.press("Thử chấm")
    assert "Kết quả chấm thử: Đạt" in page.inner_text("main")
    staff.look("xem-truoc-phieu-nhap")
    staff.open("/bo-tieu-chi/so-sanh/")
    for name, label in (("tu", "TT124-KDC, phiên bản 1"), ("den", "BG-KDC, phiên bản 1")):
        option = page.locator(f"#{name} option", has_text=label).first
        page.select_option(f"#{name}", option.get_attribute("value"))
    staff.press("So sánh")
    assert "Mới: 2" in page.inner_text("main")
    staff.look("so-sanh-bo-tieu-chi")


def test_years_running_and_bars(walkers):
    """The lists of years running, of those barred from awards, and a unit's passport."""
    staff = walkers("canbo.thanhhoa")
    page = staff.open("/danh-gia/lien-tuc/")
    staff.look("nam-lien-tuc")
    follow(page.locator("main table tbody a").first)
    staff.look("ho-so-don-vi")
    staff = walkers("canbo.tinh")
    staff.open("/danh-gia/khen-thuong/")
    staff.look("khong-xet-khen-thuong")
    staff.open("/danh-gia/khen-thuong/dieu-kien/")
    staff.look("dieu-kien-khen-thuong")
    staff.open("/bao-cao/yeu-cau-tieu-chi/")
    staff.look("yeu-cau-cua-bo-tieu-chi")


def test_nobody_complained(walkers):
    """Runs last here: no page broke the content policy, threw an error, failed axe or stuck out of the screen."""
    names = {name for walk in WALKS.values() for name in (walk.enters, walk.appraises, walk.chairs)}
    names |= {"canbo.tinh", "canbo.thanhhoa"}
    expected = re.compile(r"console: Failed to load resource: .* (409|422) ")
    left = {name: [one for one in walkers(name).complaints if not expected.search(one)] for name in names}
    assert {name: said for name, said in left.items() if said} == {}
