"""A commune's 204 cells typed on a line that goes, over sessions that end, browsers that close, a server that is away.

In the end each is stored, or the page says which is not. Each walk has its control: without the script that keeps or
sends again, the same walk loses cells.
"""

import subprocess
from collections.abc import Callable
from contextlib import suppress
from random import Random
from shutil import rmtree
from time import monotonic

import pytest
from playwright._impl._errors import TargetClosedError
from playwright.sync_api import expect

from tests.browser.conftest import CHROMIUM, FLAGS
from tests.browser.walker import Walker, entry_grid, forget_typed, password

pytestmark = pytest.mark.browser

AREAS, CRITERIA = 12, 17
VALUES = """all => all.map(row => [...row.querySelectorAll("input.cell")].map(one => one.value))"""
FORMS = {"Đ/K": ("Đ", "K"), "số vụ": ("0", "1", "2"), "a/b": ("3/5", "4/5", "7/9")}

Cell = tuple[int, int]


@pytest.fixture(scope="module")
def officer(chromium, portal, officer_of):
    walker = Walker(chromium, portal, officer_of("Xã Hương Lạc"))
    yield walker
    walker.close()


@pytest.fixture(scope="module")
def grid(officer):
    return entry_grid(officer)


@pytest.fixture(scope="module")
def witness(chromium, portal, officer):
    """The same officer at another machine: sees what the server holds and nothing that a browser keeps."""
    walker = Walker(chromium, portal, officer.username)
    yield walker
    walker.close()


@pytest.fixture(scope="module")
def forms(officer, grid) -> list[str]:
    """How the answer of each column is written."""
    page = officer.open(grid)
    heads = page.locator("[data-grid] thead th[data-code] small").all_inner_texts()
    assert (page.locator("[data-grid] tbody tr").count(), len(heads)) == (AREAS, CRITERIA)
    return [head.removesuffix(" MC").strip() for head in heads]


@pytest.fixture
def typist(officer, grid, forms, witness):
    typist = Typist(officer, grid, forms, witness)
    yield typist
    typist.calm()


class Typist:
    """Types the grid's cells row by row with the keyboard, and remembers what."""

    def __init__(self, officer: Walker, grid: str, forms: list[str], witness: Walker):
        self.officer, self.grid, self.forms, self.witness = officer, grid, forms, witness
        self.typed: dict[Cell, str] = {}
        self.held = stored(witness, grid)
        self.open()

    @property
    def page(self):
        return self.officer.page

    def open(self) -> None:
        self.officer.open(self.grid)
        self.cells = self.page.locator("[data-grid] tbody tr")

    def reopen(self) -> None:
        """The page closed without a question, as a browser that is closed, and opened again."""
        self.page.close(run_before_unload=False)
        self.officer.context.set_offline(False)
        self.officer.turn_to(self.officer.context.new_page())
        self.open()

    def cell(self, at: Cell):
        return self.cells.nth(at[0]).locator("input.cell").nth(at[1])

    def type(self, at: Cell, *, leave: bool = True) -> None:
        """Type another value than the cell holds, and leave it."""
        held, values = self.held[at[0]][at[1]], FORMS[self.forms[at[1]]]
        text = values[(values.index(held) + 1) % len(values)] if held in values else values[0]
        self.cell(at).select_text()
        self.page.keyboard.type(text)
        if leave:
            self.page.keyboard.press("Tab")
        self.typed[at] = self.held[at[0]][at[1]] = text

    def walk(self, order: list[Cell], moments: set[int], fault: Callable[[int], None]) -> None:
        """Type the cells in their order; the fault comes before the cells at those places."""
        for place, at in enumerate(order):
            if place in moments:
                fault(place)
            self.type(at)

    def is_stored(self) -> None:
        """Nothing is left, as the page says."""
        expect(self.page.locator("[data-grid-status]")).to_have_text("Đã lưu.", timeout=20_000)

    def lost(self) -> dict[Cell, str]:
        """What was typed and the server does not hold."""
        held = stored(self.witness, self.grid)
        return {at: text for at, text in self.typed.items() if held[at[0]][at[1]] != text}

    def told(self) -> set[Cell]:
        """The cells the page says are not stored."""
        rows = self.cells.evaluate_all(
            "all => all.map(row => [...row.querySelectorAll('input.cell')].map("
            "one => one.value !== one.dataset.saved || one.hasAttribute('aria-invalid')))"
        )
        return {(y, x) for y, row in enumerate(rows) for x, is_open in enumerate(row) if is_open}

    def calm(self) -> None:
        """Take every fault away, for the next walk."""
        self.officer.context.set_offline(False)
        self.page.unroute_all(behavior="ignoreErrors")
        forget_typed(self.page)
        self.page.close(run_before_unload=False)
        self.officer.turn_to(self.officer.context.new_page())
        expected = ("Failed to load resource", "ERR_FAILED", "ERR_INTERNET_DISCONNECTED")
        self.officer.complaints[:] = [
            one for one in self.officer.complaints if not any(words in one for words in expected)
        ]


def stored(witness: Walker, grid: str) -> list[list[str]]:
    page = witness.open(grid)
    forget_typed(page)
    return page.locator("[data-grid] tbody tr").evaluate_all(VALUES)


ALL = [(row, column) for row in range(AREAS) for column in range(CRITERIA)]


def some(seed: int, cells: list[Cell], many: int) -> set[int]:
    """Places among the cells, the same in each run; the first is no moment of a walk that has begun."""
    return set(Random(seed).sample(range(1, len(cells)), many))  # noqa: S311 -- no secret


def without(page, name: str, *lines: str) -> None:
    """A script as it would be without these of its lines."""

    def cut(route):
        answer = route.fetch()
        body = answer.text()
        for line in lines:
            assert body.count(line) == 1, line
            body = body.replace(line, "")
        route.fulfill(response=answer, body=body)

    page.route(f"**/portal/{name}*.js", cut)


KEEP = "change(mine + name, kept);"
RESEND = ('addEventListener("online", unsent);', "lineIsBack();", "if (error instanceof TypeError) tryLater();")


# --- the line ----------------------------------------------------------------------------------------------------
def line_goes(typist: Typist, cells: list[Cell], seed: int, many: int) -> None:
    """The line goes at many moments for some cells each time; or takes the answer to one with it."""
    chance = Random(seed)  # noqa: S311 -- no secret
    back: list[int] = []

    lost: list[int] = []

    def pass_on(route):
        if not lost:
            return route.continue_()
        lost.clear()
        route.fetch()  # the server stores, its answer is lost
        return route.abort()

    typist.page.route("**/o/", pass_on)

    def fault(place: int) -> None:
        if chance.random() < 0.5:
            lost.append(place)
        else:
            typist.officer.context.set_offline(True)
            back.append(place + chance.randint(1, 4))

    moments = some(seed, cells, many)
    for place, at in enumerate(cells):
        if back and place >= back[0]:
            typist.officer.context.set_offline(False)
            back.clear()
        if place in moments:
            fault(place)
        typist.type(at)
    typist.officer.context.set_offline(False)


def test_twenty_cuts_of_the_line_lose_no_cell(typist):
    line_goes(typist, ALL, seed=11, many=20)
    typist.is_stored()
    assert typist.lost() == {} and len(typist.typed) == AREAS * CRITERIA


def test_a_cell_typed_again_after_its_answer_was_lost_meets_no_conflict_with_itself(typist):
    at = (3, typist.forms.index("số vụ"))

    def lose(route):
        route.fetch()
        route.abort()

    typist.page.route("**/o/", lose)
    typist.type(at)
    expect(typist.page.locator("[data-grid-status]")).to_have_text("Còn 1 ô chưa lưu.")
    typist.page.unroute("**/o/", lose)
    typist.type(at)
    typist.is_stored()
    assert typist.lost() == {}


def test_without_sending_again_the_cuts_lose_cells_and_the_page_names_them(typist):
    """The control."""
    without(typist.page, "grid.", *RESEND)
    typist.open()
    line_goes(typist, ALL[: 2 * CRITERIA], seed=12, many=6)
    expect(typist.page.locator("input.cell.saving")).to_have_count(0)
    expect(typist.page.locator("[data-grid-status]")).to_have_text(f"Còn {len(typist.told())} ô chưa lưu.")
    lost = typist.lost()
    assert lost and set(lost) <= typist.told()


# --- the session -------------------------------------------------------------------------------------------------
def test_a_session_ended_at_twenty_moments_loses_no_cell(typist):
    cells = ALL[: 3 * CRITERIA]

    def fault(place: int) -> None:
        typist.is_stored()  # an answer under way would bring the session back with its cookie
        typist.officer.context.clear_cookies()
        typist.type(cells[place - 1])
        typist.page.locator("#again-password").wait_for()
        typist.page.keyboard.type(password())
        typist.page.keyboard.press("Enter")
        typist.page.locator("#again-password").wait_for(state="detached")

    typist.walk(cells, some(13, cells, 20), fault)
    typist.is_stored()
    assert typist.lost() == {}


# --- the browser -------------------------------------------------------------------------------------------------
def closes(typist: Typist, cells: list[Cell], seed: int, many: int) -> None:
    """The browser closed at many moments over a cell just typed and not left, every other time on a dead line."""

    def fault(place: int) -> None:
        typist.officer.context.set_offline(bool(place % 2))
        typist.type(cells[place - 1], leave=False)
        typist.page.wait_for_timeout(200)  # nobody reaches the window's cross sooner; the browser keeps in its own time
        typist.reopen()

    typist.walk(cells, some(seed, cells, many), fault)


def test_a_browser_closed_at_ten_moments_loses_no_cell(typist):
    closes(typist, ALL[: 4 * CRITERIA], seed=14, many=10)
    typist.is_stored()
    assert typist.lost() == {}


def test_without_keeping_what_is_typed_a_closed_browser_loses_cells(typist, officer):
    """The control."""
    without(officer.context, "kept.", KEEP)
    try:
        closes(typist, ALL[:CRITERIA], seed=15, many=4)
        expect(typist.page.locator("[data-grid-status]")).to_have_text("Đã lưu.")
        assert typist.lost()
    finally:
        officer.context.unroute_all(behavior="ignoreErrors")


class OwnMachine:
    """A browser with a profile on disk, which can be killed like a machine that loses its power, and started again."""

    def __init__(self, chromium, folder):
        self.type, self.folder, self.context = chromium.browser_type, folder, None

    def new_context(self, **screen):
        self.context = self.type.launch_persistent_context(
            self.folder, executable_path=CHROMIUM, args=FLAGS, service_workers="block", **screen
        )
        return self.context

    def kill(self) -> None:
        """Every process of it at once, with no word to any; its lock's folder, which it takes away itself, with it."""
        lock = (self.folder / "SingletonSocket").readlink().parent
        subprocess.run(["pkill", "-KILL", "-f", f"user-data-dir={self.folder}"], check=True)
        with suppress(TargetClosedError):
            self.context.close()
        rmtree(lock)


@pytest.fixture
def typist_on_own_machine(chromium, portal, officer, grid, forms, witness, tmp_path):
    machine = OwnMachine(chromium, tmp_path)
    walker = Walker(machine, portal, officer.username)
    yield Typist(walker, grid, forms, witness), machine
    walker.context.close()


def kills(typist: Typist, machine: OwnMachine, cells: list[Cell], seed: int, many: int) -> None:
    """The browser killed at many moments over a cell just typed and not left, every other time on a dead line."""

    def fault(place: int) -> None:
        typist.officer.context.set_offline(bool(place % 2))
        typist.type(cells[place - 1], leave=False)
        typist.page.wait_for_timeout(200)  # nobody reaches the plug sooner
        machine.kill()
        again = Walker(machine, typist.officer.address, typist.officer.username)
        typist.officer.context, typist.officer.page = again.context, again.page
        typist.open()

    typist.walk(cells, some(seed, cells, many), fault)


def test_a_browser_killed_at_ten_moments_loses_no_cell(typist_on_own_machine):
    typist, machine = typist_on_own_machine
    kills(typist, machine, ALL[: 2 * CRITERIA], seed=16, many=10)
    typist.is_stored()
    assert typist.lost() == {}


# --- two tabs ----------------------------------------------------------------------------------------------------
def test_two_tabs_lose_no_cell_and_write_over_none_unseen(typist, officer):
    first = officer.page
    second = officer.context.new_page()
    second.goto(typist.grid)
    rows = second.locator("[data-grid] tbody tr")
    theirs: dict[Cell, str] = {}
    for column in range(CRITERIA):
        typist.type((0, column))
        values = FORMS[typist.forms[column]]
        held = typist.held[1][column]
        theirs[1, column] = values[(values.index(held) + 1) % len(values)] if held in values else values[0]
        rows.nth(1).locator("input.cell").nth(column).select_text()
        second.keyboard.type(theirs[1, column])
        second.keyboard.press("Tab")
    typist.is_stored()
    expect(second.locator("[data-grid-status]")).to_have_text("Đã lưu.")
    typist.typed |= theirs
    assert typist.lost() == {}

    # What the other tab wrote after this one was opened is not written over: the page asks.
    at = (0, typist.forms.index("số vụ"))
    over = rows.nth(0).locator("input.cell").nth(at[1])
    shown = {over.input_value(), typist.typed[at]}
    over.select_text()
    second.keyboard.type(next(text for text in FORMS["số vụ"] if text not in shown))
    second.keyboard.press("Tab")
    expect(second.locator("[data-grid-status]")).to_have_text("Có người vừa ghi ô này.")
    assert typist.lost() == {} and over.get_attribute("aria-invalid") == "true"
    second.close(run_before_unload=False)
    assert officer.page is first


# --- the server --------------------------------------------------------------------------------------------------
def is_away(page, seconds: float, act: Callable[[], None]) -> None:
    """The server answers 503 to every cell for so long; the act is done meanwhile."""

    def away(route):
        route.fulfill(status=503, body="Đang bảo trì")

    page.route("**/o/", away)
    until = monotonic() + seconds
    act()
    page.wait_for_timeout(max(0, 1000 * (until - monotonic())))
    page.unroute("**/o/", away)


def test_a_server_away_for_ten_seconds_loses_no_cell(typist):
    cells = ALL[: 2 * CRITERIA]
    is_away(typist.page, 10, lambda: typist.walk(cells, set(), lambda place: None))
    typist.is_stored()
    assert typist.lost() == {}


def test_without_trying_later_the_page_says_what_the_server_did_not_take(typist):
    """The control."""
    without(typist.page, "grid.", *RESEND)
    typist.open()
    cells = ALL[:5]
    is_away(typist.page, 0, lambda: typist.walk(cells, set(), lambda place: None))
    typist.page.wait_for_timeout(5000)
    expect(typist.page.locator("[data-grid-status]")).to_have_text("Còn 5 ô chưa lưu.")
    assert set(typist.lost()) == set(cells) == typist.told()


def test_nothing_was_amiss_on_the_way(officer):
    assert officer.complaints == []
