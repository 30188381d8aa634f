"""What an officer's pages weigh on a poor line and an old machine: bytes and requests held to a bound, times told."""

import pytest

from tests.browser.walker import Walker, entry_grid

pytestmark = pytest.mark.browser

A_SECOND = 125_000  # bytes that a line of 1 Mbit/s carries
POOR_LINE = {"offline": False, "latency": 40, "downloadThroughput": A_SECOND, "uploadThroughput": A_SECOND // 2}
OLD_MACHINE = {"rate": 4}
TIMES = """() => {
  const at = performance.getEntriesByType("navigation")[0];
  const assets = performance.getEntriesByType("resource").reduce((sum, one) => sum + one.transferSize, 0);
  return {
    bytes: at.transferSize + assets, page: at.transferSize, unpacked: at.decodedBodySize,
    requests: 1 + performance.getEntriesByType("resource").length,
    first: at.responseStart - at.startTime, usable: at.domContentLoadedEventEnd - at.responseStart,
  };
}"""


@pytest.fixture(scope="module")
def officer(chromium, portal):
    walker = Walker(chromium, portal, "canbo.xuonglam")
    yield walker
    walker.close()


@pytest.fixture(scope="module")
def pages(officer) -> dict[str, str]:
    """Addresses of the pages an officer opens while entering, by what they are."""
    grid = entry_grid(officer)
    officer.open("/danh-gia/")
    dossier = officer.page.locator("main table td a").first.get_attribute("href")
    return {"bàn làm việc": "/", "bảng nhập": grid, "danh sách": "/danh-gia/", "phiếu nhập": f"{dossier}nhap/"}


@pytest.fixture
def line(officer):
    """The browser's own line and processor, made poor for the test and whole again after it."""
    session = officer.context.new_cdp_session(officer.page)
    session.send("Network.enable")
    session.send("Network.emulateNetworkConditions", POOR_LINE)
    session.send("Emulation.setCPUThrottlingRate", OLD_MACHINE)
    yield session
    session.send("Network.emulateNetworkConditions", POOR_LINE | {"downloadThroughput": -1, "uploadThroughput": -1})
    session.send("Emulation.setCPUThrottlingRate", {"rate": 1})
    session.detach()


def test_a_first_visit_and_a_later_one_fit_the_line(officer, pages, line):
    for name, address in pages.items():
        line.send("Network.clearBrowserCache")
        officer.open(address)
        first = officer.page.evaluate(TIMES)
        officer.open(address)
        later = officer.page.evaluate(TIMES)
        for visit, found in (("lần đầu", first), ("lần sau", later)):
            print(
                f"{name}, {visit}: {found['bytes']:.0f} byte, {found['requests']:.0f} yêu cầu, "
                f"byte đầu {found['first']:.0f} ms, dùng được sau đó {found['usable']:.0f} ms"
            )
        assert first["bytes"] < A_SECOND / 2, name
        assert later["bytes"] < A_SECOND / 8, name
        assert max(first["requests"], later["requests"]) <= 12, name
        assert 2 * first["page"] < first["unpacked"], name  # the control: it was packed for the way


def test_a_page_leaves_packed_for_whom_it_can_be_unpacked(officer, pages):
    """And a file keeps its length, which tells how far it has come."""
    for accepted, packed in (("gzip", "gzip"), ("identity", None)):
        answer = officer.context.request.get(
            officer.address + pages["danh sách"], headers={"Accept-Encoding": accepted}
        )
        assert answer.headers.get("content-encoding") == packed
    book = officer.context.request.get(f"{officer.address}{pages['danh sách']}?dang=xlsx")
    assert (book.status, book.headers.get("content-encoding")) == (200, None)
    assert int(book.headers["content-length"]) == len(book.body()) > 0
