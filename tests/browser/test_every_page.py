"""Every page that links lead posts of the demo to: looked at by axe at two widths and 200 %, walked by Tab, kept as a
picture."""

import re
from urllib.parse import urljoin, urlsplit

import pytest
from django.urls import Resolver404, resolve

from .walker import Walker, entry_grid, follow, forget_typed

pytestmark = pytest.mark.browser

POSTS = ["canbo.xuonglam", "thuongtruc.xa", "truongban.xa", "canbo.tinh", "quantri", "thanhtra"]
MOST = 60  # pages of one post
NO_PAGE = {"sign_out", "units:export", "units:seat_export", "evaluations:grid_book", "evaluations:evidence_file"}


def route_of(address: str) -> str | None:
    """The route's name; None for what is no page of the portal."""
    try:
        name = resolve(urlsplit(address).path).view_name
    except Resolver404:
        return None
    no_page = name in NO_PAGE or any(word in name for word in ("export", "print", "template", "file", "api"))
    return None if no_page or "tai-ve" in address else name


def links(page, seen: set[str]) -> list[tuple[str, str]]:
    """(route, address) of the links of the page whose route nobody has looked at yet."""
    found = {}
    for link in page.locator("a[href]:not([download])").evaluate_all("all => all.map(one => one.getAttribute('href'))"):
        address = urljoin(page.url, link).split("#")[0]
        route = route_of(address) if urlsplit(address).netloc == urlsplit(page.url).netloc else None
        if route and route not in seen:
            found.setdefault(route, address)
    return list(found.items())


@pytest.fixture(scope="module")
def seen() -> set[str]:
    return set()


@pytest.mark.parametrize("post", POSTS)
def test_each_page_is_fit_for_everybody(chromium, portal, seen, post):
    walker = Walker(chromium, portal, post)
    if post == POSTS[0]:
        entry_grid(walker)  # registered, so that the forms of entry are open
    todo, looked = [("home", f"{portal}/")], 0
    seen.discard("home")  # everybody's own
    while todo and looked < MOST:
        route, address = todo.pop(0)
        if route in seen:
            continue
        seen.add(route)
        answer = walker.page.goto(address)
        if answer is None or answer.status != 200 or "html" not in answer.headers.get("content-type", ""):
            continue
        todo += links(walker.page, seen)
        walker.look(
            f"trang-{post}-{route.replace(':', '-')}" if route == "home" else f"trang-{route.replace(':', '-')}",
            by_tab=True,
        )
        looked += 1
    walker.close()
    assert looked and walker.complaints == []


def test_many_pages_were_reached(seen):
    """The control: a walk that stops at the first page would find nothing wrong."""
    assert len(seen) > 40 and {"evaluations:entry", "evaluations:grid", "units:people", "reports:overview"} <= seen


def test_a_fault_is_seen(chromium, portal):
    """The control of axe and of the walk by Tab: buttons too small and too near, and a picture without words."""
    walker = Walker(chromium, portal, "canbo.xuonglam")
    walker.page.evaluate(
        "for (const kind of ['img', 'button', 'button']) {"
        " const made = document.createElement(kind); made.append('a'); made.src = '/static/portal/favicon.svg';"
        " Object.assign(made.style, {all: 'unset', width: '9px', height: '9px', display: 'inline-block'});"
        " document.querySelector('main').append(made); }"
    )
    walker.look("trang-sai", by_tab=True)
    walker.close()
    assert {said.split(": ")[1].split()[0] for said in walker.complaints} >= {"image-alt", "target-size"}
    assert any("does not show its focus: <button" in said for said in walker.complaints)


def test_errors_are_told_in_one_place_that_leads_to_them(chromium, portal):
    walker = Walker(chromium, portal, "canbo.xuonglam")
    entry_grid(walker)
    page = walker.page
    follow(page.locator("[data-grid] tbody th a").last)
    follow(page.get_by_role("link", name="Nhập kết quả"))
    assert page.locator(".error-summary").count() == 0
    boxes = page.locator("fieldset.card [name$=-value]")
    for at in (0, 1):
        boxes.nth(at).fill("nhiều")
    walker.press(re.compile("^Lưu$"))
    summary = page.locator(".error-summary")
    assert summary.evaluate("one => one === document.activeElement")
    lines = summary.get_by_role("link")
    assert lines.all_inner_texts() == ["Số vụ, việc xảy ra: Hãy nhập một số nguyên, không chấm, phẩy."] * 2
    lines.last.press("Enter")
    assert boxes.nth(1).evaluate("one => one === document.activeElement")
    forget_typed(page)
    walker.close()


@pytest.mark.parametrize(("wish", "seconds"), [("reduce", "0s"), ("no-preference", "0.12s")])
def test_nothing_moves_for_who_wishes_so(chromium, portal, wish, seconds):
    walker = Walker(chromium, portal, "canbo.xuonglam")
    walker.page.emulate_media(reduced_motion=wish)
    assert walker.page.locator("main .btn").first.evaluate("one => getComputedStyle(one).transitionDuration") == seconds
    moving = walker.page.evaluate("document.getAnimations().length")
    assert moving == 0
    walker.close()
