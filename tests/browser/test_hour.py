"""The officer's hour, counted: twelve areas by seventeen criteria with their papers, by keyboard and by one block.

Prints keystrokes a cell, acts a paper and the portal's processor seconds, for docs/performance.md.
"""

import os
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.walker import Walker, entry_grid, sheet

pytestmark = pytest.mark.browser

AREAS, CRITERIA = 12, 17
CELLS = AREAS * CRITERIA
USUAL = {"Đ/K": "d", "số vụ": "0"}  # what most areas answer, stated once a column; a ratio is each area's own
OTHERS = {(3, "5.1"): "k", (7, "3e"): "1"}  # what two areas answer otherwise
SHOWN = {"d": "Đ", "k": "K"}  # read without its tone: a Đ takes two keys or three, a d one
PAPERS = ["1.1 Nghị quyết.pdf", "1.2 Bản đăng ký.pdf", "2 Báo cáo.pdf", "4c Danh sách.pdf", "5.1 Xếp loại.pdf"]
TICK = os.sysconf("SC_CLK_TCK")


class Keys:
    """A keyboard that counts: each letter and each chord is one."""

    def __init__(self, page):
        self.page, self.struck = page, 0

    def press(self, key: str, times: int = 1) -> None:
        for _ in range(times):
            self.page.keyboard.press(key)
        self.struck += times

    def type(self, text: str) -> None:
        self.page.keyboard.type(text)
        self.struck += len(text)

    def go(self, down: int, right: int) -> None:
        """From the cell stood on to another one."""
        self.press("ArrowDown" if down > 0 else "ArrowUp", abs(down))
        self.press("ArrowRight" if right > 0 else "ArrowLeft", abs(right))

    def reach(self, control, key: str = "Tab") -> None:
        """Tab until the control has the focus: what no Tab comes to, no keyboard does."""
        for _ in range(150):
            if control.evaluate("one => one === document.activeElement"):
                return
            self.press(key)
        raise AssertionError(f"{key} does not come to {control}")


def children() -> dict[int, list[int]]:
    """The processes of the machine by their parent."""
    found: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(stat.read_text().rsplit(")", 1)[1].split()[1])
        except OSError:  # ended meanwhile
            continue
        found.setdefault(parent, []).append(int(stat.parent.name))
    return found


def worked(pid: int) -> float:
    """Processor seconds up to now of a portal's processes and of those they have waited for."""
    by_parent, waiting, ticks = children(), [pid], 0
    while waiting:
        one = waiting.pop()
        waiting += by_parent.get(one, [])
        stat = Path(f"/proc/{one}/stat").read_text().rsplit(")", 1)[1].split()
        ticks += sum(int(field) for field in stat[11:15])
    return ticks / TICK


class Meter:
    """Says what the portal's processor worked since it was made; nothing where somebody else started the portal."""

    def __init__(self, pid: int | None):
        self.pid, self.before = pid, worked(pid) if pid else 0.0

    def __str__(self) -> str:
        return f"; {worked(self.pid) - self.before:.2f} s of the portal's processor" if self.pid else ""


@pytest.fixture
def told(request):
    """Says a figure where the tests' own output goes."""
    reporter = request.config.pluginmanager.getplugin("terminalreporter")
    return lambda words: reporter.write_line(words)


def opened(chromium, portal, username: str):
    officer = Walker(chromium, portal, username)
    officer.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=str(portal))
    grid = entry_grid(officer)
    page = officer.open(grid)
    heads = page.locator("[data-grid] thead th[data-code]")
    numbers = heads.locator("[data-number]").all_inner_texts()
    forms = [text.removesuffix(" MC").strip() for text in heads.locator("small").all_inner_texts()]
    assert (page.locator("[data-grid] tbody tr").count(), len(forms)) == (AREAS, CRITERIA)
    return officer, grid, list(zip(numbers, forms, strict=True))


def ratio(row: int, number: str) -> str:
    return f"{90 + row}/{95 + row}" if number == "1.3" else f"{row % 3}/{row % 3 + 1}"


def shown(row: int, number: str, form: str) -> str:
    """What a cell shows in the end."""
    typed = OTHERS.get((row, number)) or USUAL.get(form) or ratio(row, number)
    return SHOWN.get(typed, typed)


def stored(officer, grid) -> list[list[str]]:
    page = officer.open(grid)
    rows = page.locator("[data-grid] tbody tr")
    return rows.evaluate_all("all => all.map(row => [...row.querySelectorAll('input.cell')].map(one => one.value))")


def status(page, words: str) -> None:
    expect(page.locator("[data-grid-status]")).to_contain_text(words, timeout=9_000)


def enter_columns(keys: Keys, columns: list[tuple[str, str]]) -> None:
    """Along the columns: the usual is stated once a column, shares are typed area by area, down and up."""
    rows = list(range(AREAS))
    for number, form in columns:
        if form in USUAL:
            keys.type(USUAL[form])
            keys.press("Control+Enter")
            keys.press("ArrowRight")
            continue
        for row in rows:
            keys.type(ratio(row, number))
            keys.press("Tab" if row == rows[-1] else "Enter" if rows[0] == 0 else "Shift+Enter")
        rows.reverse()


def enter_others(keys: Keys, columns: list[tuple[str, str]]) -> None:
    """From the end of the first row to what is otherwise in some areas."""
    numbers = [number for number, _ in columns]
    here = (0, CRITERIA - 1)
    for (row, number), text in OTHERS.items():
        there = (row, numbers.index(number))
        keys.go(there[0] - here[0], there[1] - here[1])
        keys.type(text)
        keys.press("Enter")
        here = (row + 1, there[1])


def test_a_commune_is_entered_by_keyboard_alone(chromium, portal, officer_of, told):
    officer, grid, columns = opened(chromium, portal, officer_of("Xã Dương Đức"))
    page, meter = officer.page, Meter(portal.pid)
    page.locator("[data-grid] tbody tr").first.locator("input.cell").first.focus()
    keys = Keys(page)
    enter_columns(keys, columns)  # nothing is waited for: the hand is faster than the line
    enter_others(keys, columns)
    filled = [form for _, form in columns if form in USUAL]
    typed = len(filled) + len(OTHERS)  # where the value was stated, and where another was typed over it
    expect(page.locator("input.cell.filled")).to_have_count(AREAS * len(filled) - typed, timeout=60_000)
    status(page, "Đã lưu.")
    keys.press("Control+Home")
    keys.reach(page.get_by_role("button", name="Xác nhận cả trang"), "Shift+Tab")
    keys.press("Enter")
    status(page, "Đã xác nhận")
    said = str(meter)
    assert stored(officer, grid) == [[shown(row, *one) for one in columns] for row in range(AREAS)]
    assert page.locator("input.cell.filled").count() == 0
    told(f"\nBy keyboard: {keys.struck} keystrokes, {keys.struck / CELLS:.2f} a cell of {CELLS}{said}")
    assert keys.struck <= 1.2 * CELLS
    assert officer.complaints == []
    officer.close()


def test_papers_of_all_areas_are_attached_by_keyboard_alone(chromium, portal, officer_of, told):
    """Acts: opening the page, choosing the files, a tick for each whose name does not place it, sending."""
    officer, grid, _ = opened(chromium, portal, officer_of("Xã Dương Đức"))
    page, meter, acts = officer.page, Meter(portal.pid), 0
    keys = Keys(page)
    keys.reach(page.get_by_role("link", name="Đính kèm một tài liệu cho nhiều đơn vị"))
    with page.expect_navigation():
        keys.press("Enter")
    acts += 1
    assert page.locator("[name=dossiers]").count() == page.locator("[name=dossiers]:checked").count() == AREAS
    keys.reach(page.locator("[name=file]"))
    with page.expect_file_chooser() as asked:
        keys.press("Space")
    asked.value.set_files([sheet(name) for name in PAPERS])
    acts += 1
    expect(page.locator("[data-paper-rows] > [data-row]")).to_have_count(len(PAPERS))
    needing = page.locator("tr[data-code]", has_text="Cần minh chứng")
    numbers = [line.get_attribute("data-number") for line in needing.all()]
    assert numbers == [name.split()[0] for name in PAPERS]
    for at, line in enumerate(needing.all()):
        tick = line.locator("td[data-column] input").nth(at)
        if not tick.is_checked():
            keys.reach(tick)
            keys.press("Space")
            acts += 1
    keys.reach(page.get_by_role("button", name="Đính kèm", exact=True))
    with page.expect_navigation():
        keys.press("Enter")
    acts += 1
    said = str(meter)
    assert officer.said() == f"Đã đính kèm {len(PAPERS)} minh chứng cho {AREAS} hồ sơ."
    per_paper = f"{acts / len(PAPERS):.2f} a paper of {len(PAPERS)} for {AREAS} areas"
    told(f"\nPapers: {acts} acts, {per_paper}, {keys.struck} keystrokes with every Tab{said}")
    assert acts <= 1.5 * len(PAPERS)
    links = page.locator("[data-grid] tbody th a").evaluate_all("all => all.map(one => one.getAttribute('href'))")
    assert len(links) == AREAS
    for link in links:
        officer.open(link)
        assert page.get_by_role("heading", name=f"Minh chứng ({len(PAPERS)})").count() == 1, link
        assert page.get_by_text("Chưa có minh chứng.").count() == 0, link
    assert officer.complaints == []
    officer.close()


def test_a_commune_is_entered_by_one_block(chromium, portal, officer_of, told):
    officer, grid, columns = opened(chromium, portal, officer_of("Xã Tân Hưng"))
    page, meter = officer.page, Meter(portal.pid)
    expected = [[shown(row, *one) for one in columns] for row in range(AREAS)]
    page.locator("[data-grid] tbody tr").first.locator("input.cell").first.focus()
    page.evaluate("block => navigator.clipboard.writeText(block)", "\r\n".join("\t".join(row) for row in expected))
    keys = Keys(page)
    keys.press("Control+v")
    status(page, f"Đã lưu {CELLS} ô.")
    said = str(meter)
    assert stored(officer, grid) == expected
    told(f"\nBy block: {keys.struck} keystroke, {keys.struck / CELLS:.3f} a cell of {CELLS}{said}")
    assert keys.struck == 1 and officer.complaints == []
    officer.close()
