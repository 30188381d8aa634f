"""A person at a browser: signs in, opens pages, has each looked at by axe at three widths and kept as a picture."""

import os
from pathlib import Path

from portal.demo.building import PASSWORD
from portal.settings import BASE_DIR

WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
ZOOMED = {"width": 640, "height": 450}  # what a page has of a screen of 1280 at 200 %
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
PICTURES = Path(os.environ.get("PICTURES_DIR") or BASE_DIR / "var" / "pictures")


BAR = """place => document.querySelectorAll(".entry-bar").forEach(bar => { bar.style.position = place; })"""


FORGET = """async () => {
  await portalKept.ready;
  const asked = indexedDB.open("portal", 1);
  await new Promise(done => { asked.onsuccess = done; });
  const all = asked.result;
  const act = all.transaction("kept", "readwrite");
  act.objectStore("kept").clear();
  await new Promise(done => { act.oncomplete = done; });
  all.close();
}"""


# What takes part when somebody walks the page by Tab: it must take the focus, show that it has it, and not lie hidden.
FOCUS = """() => {
  const wrong = [];
  const ask = "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex]";
  const looks = one => {
    const { outlineStyle, outlineWidth, boxShadow, borderColor, backgroundColor } = getComputedStyle(one);
    return [outlineStyle === "none" ? "" : outlineWidth, boxShadow, borderColor, backgroundColor].join();
  };
  const isAt = (one, x, y) => {
    const top = document.elementFromPoint(x, y);
    return top && (top.contains(one) || [one, ...(one.labels || [])].some(part => part.contains(top)));
  };
  for (const one of document.querySelectorAll(ask)) {
    if (one.tabIndex > 0) wrong.push(["out of order", one]);
    if (one.tabIndex < 0 || one.disabled || !one.checkVisibility({ visibilityProperty: true })) continue;
    const seen = [one, ...(one.labels || [])];
    const before = seen.map(looks).join();
    one.focus();
    if (document.activeElement !== one) { wrong.push(["takes no focus", one]); continue; }
    if (seen.map(looks).join() === before) wrong.push(["does not show its focus", one]);
    const box = one.getBoundingClientRect();
    const [left, right] = [Math.max(0, box.left), Math.min(innerWidth, box.right)]; // of it, what is on the screen
    const [top, bottom] = [Math.max(0, box.top), Math.min(innerHeight, box.bottom)];
    const isSeen = [0.5, 0.1, 0.9].some(part => isAt(one, left + part * (right - left), top + part * (bottom - top)));
    if (!isSeen) wrong.push(["is hidden while it has the focus", one]);
    one.blur();
  }
  scrollTo(0, 0);
  return wrong.map(([what, one]) => `${what}: ${one.outerHTML.slice(0, 160)}`);
}"""


class Walker:
    """One signed-in person in a browser context of their own; `looked` collects what axe and the console said."""

    def __init__(self, browser, address: str, username: str, *, by_phone: bool = False):
        self.address, self.username = address, username
        screen = {"viewport": NARROW, "has_touch": True, "is_mobile": True} if by_phone else {"viewport": WIDE}
        self.context = browser.new_context(**screen, locale="vi-VN", accept_downloads=True)
        self.complaints: list[str] = []
        self.turn_to(self.context.new_page())
        self.open("/dang-nhap/")
        self.page.fill("[name=username]", username)
        self.page.fill("[name=password]", PASSWORD)
        follow(self.page.locator("main form button").first)
        assert self.page.url == f"{address}/"

    def turn_to(self, page) -> None:
        """From now on this page is the one worked in; what its console says is kept."""
        self.page = page
        page.set_default_timeout(15_000)
        page.on("console", lambda said: said.type == "error" and self.complaints.append(f"console: {said.text}"))
        page.on("pageerror", lambda error: self.complaints.append(f"script: {error}"))

    def open(self, path: str):
        answer = self.page.goto(path if path.startswith("http") else self.address + path)
        assert answer.status == 200, (path, answer.status)
        return self.page

    def confirm(self, button) -> None:
        """Press a button that asks first, and say yes."""
        button.click()
        follow(self.page.locator("dialog [value=yes]"))

    def press(self, name) -> None:
        """Press a button and wait for the page it leads to."""
        follow(self.page.get_by_role("button", name=name).first)

    def look(self, name: str, *, by_tab: bool = False) -> None:
        """Keep a picture of the page and let axe look at it, at both widths and at 200 %; nothing may stick out.

        `by_tab`: what Tab leads to is looked at one after another, too.
        """
        from axe_playwright_python.sync_playwright import Axe

        PICTURES.mkdir(parents=True, exist_ok=True)
        self.page.wait_for_load_state("load")
        for size in (NARROW, ZOOMED, WIDE):
            self.page.set_viewport_size(size)
            self.page.evaluate(BAR, "static")  # one scrolls from under it
            found = Axe().run(self.page, options={"runOnly": RULES})
            self.page.evaluate(BAR, "")
            self.complaints += [
                f"axe {name} {size['width']}: {item['id']} {item['nodes'][0]['html'][:160]}"
                for item in found.response["violations"]
            ]
            if by_tab:
                self.page.keyboard.press("Shift")  # the focus is shown to who uses the keyboard
                self.complaints += [f"keyboard {name} {size['width']}: {said}" for said in self.page.evaluate(FOCUS)]
            if self.page.evaluate("document.documentElement.scrollWidth > innerWidth + 1"):
                self.complaints.append(f"{name} {size['width']}: the page is wider than the screen")
            if size is ZOOMED:
                continue
            suffix = "" if size is WIDE else "-dien-thoai"
            self.page.screenshot(path=PICTURES / f"{name}{suffix}.png", full_page=size is WIDE)

    def said(self) -> str:
        """The messages on the page, joined."""
        return " ".join(self.page.locator(".messages .notice").all_inner_texts())

    def close(self) -> None:
        self.context.close()


def sheet(name: str, body: bytes | None = None) -> dict:
    """A PDF that differs from all others by its name."""
    return {
        "name": name,
        "mimeType": "application/pdf",
        "buffer": PAPER + f"%{name}\n%%EOF\n".encode() if body is None else body,
    }


PAPER = b"""%PDF-1.4
1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj
2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj
xref
0 4
0000000000 65535 f\x20
0000000009 00000 n\x20
0000000052 00000 n\x20
0000000101 00000 n\x20
trailer<</Size 4/Root 1 0 R>>
startxref
161
%%EOF
"""


def follow(control) -> None:
    """Click what leads to another page and wait until that page is there: what is counted next is counted on it."""
    with control.page.expect_navigation():
        control.click()


def forget_typed(page) -> None:
    """Take away what the browser keeps of what was typed: what a page shows next comes from the server alone."""
    page.evaluate(FORGET)


def entry_grid(officer: Walker) -> str:
    """The address of the officer's grid of the safety year, reached from the desk, its units registered."""
    page = officer.open("/")
    desk = page.locator("section", has=page.get_by_role("heading", name="An toàn về an ninh, trật tự năm 2024"))
    follow(desk.get_by_role("link", name="Bảng nhập nhanh"))
    register = page.get_by_role("button", name="đơn vị chưa đăng ký")
    if register.count():
        officer.confirm(register)
    return page.url


def password() -> str:
    from portal.demo.building import PASSWORD

    return PASSWORD


def close(chair: Walker) -> None:
    chair.page.get_by_label("Mật khẩu của đồng chí").fill(password())
    chair.confirm(chair.page.get_by_role("button", name="Kết thúc phiên họp"))
