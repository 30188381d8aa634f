"""The officer's hour, counted: twelve areas by seventeen criteria, by one block.

Prints keystrokes a cell and the server's processor seconds, for docs/performance.md.
"""

import os
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.walker import Walker, entry_grid

pytestmark = pytest.mark.browser

AREAS, CRITERIA = 12, 17
CELLS = AREAS * CRITERIA
USUAL = {"Đ/K": "Đ", "số vụ": "0"}  # what most areas answer, stated once a column; a ratio is each area's own
OTHERS = {(3, "5.1"): "K", (7, "3e"): "1"}  # what two areas answer otherwise
TICK = os.sysconf("SC_CLK_TCK")


class Keys:
    """A keyboard that counts: each letter and each chord is one."""

    def __init__(self, page):
        self.page, self.struck = page, 0

    def press(self, key: str) -> None:
        self.page.keyboard.press(key)
        self.struck += 1


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


def worked(pid: int | None) -> float:
    """Processor seconds of a portal's processes up to now; 0 where it was started by somebody else."""
    if pid is None:
        return 0
    by_parent, waiting, seconds = children(), [pid], 0.0
    while waiting:
        one = waiting.pop()
        waiting += by_parent.get(one, [])
        stat = Path(f"/proc/{one}/stat").read_text().rsplit(")", 1)[1].split()
        seconds += (int(stat[11]) + int(stat[12])) / TICK
    return seconds


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


def answer(row: int, number: str, form: str) -> str:
    return OTHERS.get((row, number)) or USUAL.get(form) or ratio(row, number)


def stored(officer, grid) -> list[list[str]]:
    page = officer.open(grid)
    rows = page.locator("[data-grid] tbody tr")
    return rows.evaluate_all("all => all.map(row => [...row.querySelectorAll('input.cell')].map(one => one.value))")


def status(page, words: str) -> None:
    expect(page.locator("[data-grid-status]")).to_contain_text(words, timeout=9_000)


def test_a_commune_is_entered_by_one_block(chromium, portal, officer_of, told):
    officer, grid, columns = opened(chromium, portal, officer_of("Xã Tân Hưng"))
    page, before = officer.page, worked(portal.pid)
    expected = [[answer(row, *one) for one in columns] for row in range(AREAS)]
    page.locator("[data-grid] tbody tr").first.locator("input.cell").first.focus()
    page.evaluate("block => navigator.clipboard.writeText(block)", "\r\n".join("\t".join(row) for row in expected))
    keys = Keys(page)
    keys.press("Control+v")
    status(page, f"Đã lưu {CELLS} ô.")
    spent = worked(portal.pid) - before
    assert stored(officer, grid) == expected
    told(f"\nBy block: {keys.struck / CELLS:.3f} keystrokes a cell, {spent:.2f} s of the server for {CELLS} cells")
    assert keys.struck == 1 and officer.complaints == []
    officer.close()
