"""The reform of 1/7/2025 carried through on the screen: draft, dry run, a sheet, applying, placing anew, and the past.

Runs last: it changes the tree the other walks live in.
"""

import csv
import io
import re

import pytest

from tests.browser.walker import Walker, follow, password

pytestmark = pytest.mark.browser
DRAFT = "1658/NQ-UBTVQH15"


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


@pytest.fixture(scope="module")
def admin(walkers):
    return walkers("quantri.sapxep")


def open_draft(admin: Walker):
    admin.open("/don-vi/sap-xep/")
    follow(admin.page.get_by_role("link", name=DRAFT).first)
    admin.page.get_by_role("heading", name="Chạy thử: chưa ghi gì").wait_for()
    return admin.page


def past_rollup(walker: Walker, year: int) -> list[str]:
    """The table of the safety year by commune, row by row as it is printed."""
    walker.open("/danh-gia/ky/")
    row = walker.page.locator("tbody tr", has_text="An toàn về an ninh").filter(has_text="Tỉnh Bắc Giang")
    link = row.get_by_role("link", name=str(year), exact=True).get_attribute("href")
    walker.open(f"/bao-cao/tong-hop/{link.split('=')[1]}/?theo=district")
    return walker.page.locator("main table").first.locator("tr").all_inner_texts()


def test_the_draft_and_its_dry_run(admin, walkers):
    staff = walkers("canbo.tinh")
    staff.before = past_rollup(staff, 2023)
    assert any("Huyện Lạng Giang" in row for row in staff.before)
    page = open_draft(admin)
    assert "sau khi đối chiếu 18 chỗ chưa có nguồn" in page.inner_text("main")
    assert "99 đơn vị thành lập" in page.inner_text("main")
    admin.look("sap-xep")
    follow(page.get_by_role("link", name="Cây đơn vị trước và sau"))
    assert "Huyện Lạng Giang" in page.locator("section.card", has_text="Trước").first.inner_text()
    admin.look("sap-xep-cay")
    page.go_back()
    follow(page.get_by_role("link", name="Người và Ban Chỉ đạo chịu ảnh hưởng"))
    admin.look("sap-xep-nguoi")


def test_a_file_takes_an_end_of_its_own(admin):
    page = open_draft(admin)
    follow(page.get_by_role("link", name="Hồ sơ đang làm của đơn vị kết thúc"))
    page.get_by_label("Tên đơn vị").fill("xuong lam")
    admin.press("Tìm")
    rows = page.locator("tbody tr")
    assert rows.count() and all("Xã Xương Lâm" in text for text in rows.all_inner_texts())
    rows.first.locator("select").select_option("close")
    admin.press("Ghi cách xử lý")
    assert "Đã ghi cách xử lý" in admin.said()
    admin.look("sap-xep-ho-so")


def lines_of(admin: Walker) -> list[list[str]]:
    """The draft's lines as they are downloaded."""
    with admin.page.expect_download() as download:
        admin.page.get_by_role("link", name="Tải các dòng (CSV)").click()
    text = download.value.path().read_text(encoding="utf-8-sig")
    return list(csv.reader(io.StringIO(text)))


def send_lines(admin: Walker, rows: list[list[str]]) -> None:
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    file = {"name": "phuong-an.csv", "mimeType": "text/csv", "buffer": out.getvalue().encode("utf-8-sig")}
    admin.page.set_input_files("[name=file]", file)
    admin.confirm(admin.page.get_by_role("button", name="Nạp từ tệp"))


def test_what_has_no_source_is_entered_by_a_sheet(admin):
    """Half wrong, nothing changes; then each of the 17 communes is put where the person who enters it says."""
    page = open_draft(admin)
    rows = lines_of(admin)
    columns = rows[0]
    page.locator("details", has_text="chỗ cần người nhập").locator("summary").click()
    codes = re.findall(r"\((\d{5})\): không có nguồn", page.locator("main").inner_text())
    assert len(codes) == 17

    def line(code: str, to: str) -> list[str]:
        named = {"Việc": "Nhập toàn bộ vào", "Đơn vị": code, "Về đơn vị": to}
        return [named.get(column, "") for column in columns]

    send_lines(admin, [*rows, line(codes[0], "07432"), line("99999", "07432")])
    assert "1 lỗi trong tệp, chưa nạp gì" in page.inner_text("main")
    assert f"Dòng {len(rows) + 2}" in page.inner_text("main")
    page = open_draft(admin)
    send_lines(admin, [*rows, *(line(code, "07432") for code in codes)])
    assert f"Đã nạp {len(rows) - 1 + 17} dòng" in admin.said()
    assert "332 đơn vị kết thúc" not in page.inner_text("main")


def test_applying_asks_twice_and_lists_who_must_be_placed_anew(admin):
    page = open_draft(admin)
    page.get_by_label("Mật khẩu của đồng chí").fill("khong-phai")
    page.get_by_label("Đã đối chiếu với nghị quyết").check()
    admin.confirm(page.get_by_role("button", name="Áp dụng phương án"))
    assert "Mật khẩu không đúng." in page.inner_text("main")
    page.get_by_label("Đã đối chiếu với nghị quyết").check()
    page.get_by_label("Mật khẩu của đồng chí").fill(password())
    page.set_default_timeout(60_000)
    admin.confirm(page.get_by_role("button", name="Áp dụng phương án"))
    assert "Đã áp dụng phương án" in admin.said()
    assert "cần phân công lại" in page.inner_text("main")
    admin.look("sap-xep-phan-cong-lai")


def test_placed_anew_they_read_the_same_past(admin, walkers):
    page = admin.page
    follow(page.get_by_role("link", name="Cán bộ Phòng Xây dựng phong trào, Công an tỉnh").first)
    province = page.locator("[name=unit] option", has_text=re.compile(r"^\s*Tỉnh Bắc Ninh\s*$")).first.get_attribute(
        "value"
    )
    page.locator("[name=unit]").select_option(province)
    page.locator("[name=role]").select_option("staff")
    admin.press("Phân công")
    assert "Tỉnh Bắc Ninh" in page.inner_text("main table")
    staff = walkers("canbo.tinh")
    assert past_rollup(staff, 2023) == staff.before
    staff.look("tong-hop-sau-sap-xep")
    page = staff.open("/don-vi/?q=tan+dinh&kind=commune")
    follow(page.get_by_role("link", name="Xã Tân Dĩnh", exact=True).first)
    assert DRAFT in page.inner_text("main")
    staff.look("don-vi-sau-sap-xep")
    page = staff.open("/don-vi/ngay/?ngay=2025-06-30")
    assert "Tỉnh Bắc Giang" in page.inner_text("main")
    staff.look("cay-ngay-30-06-2025")


def test_what_leans_on_it_stops_the_undoing(admin):
    admin.open("/don-vi/sap-xep/")
    follow(admin.page.get_by_role("link", name=DRAFT).first)
    assert "không hoàn tác được nữa" in admin.page.inner_text("main")
    assert admin.page.get_by_role("button", name="Hoàn tác phương án").count() == 0
    admin.look("sap-xep-da-ap-dung")


def test_nothing_was_complained_about(walkers):
    expected = re.compile(r"console: Failed to load resource: .* 422 ")
    said = [f"{name}: {one}" for name in ("quantri.sapxep", "canbo.tinh") for one in walkers(name).complaints]
    assert [one for one in said if not expected.search(one)] == []
