"""What every printing by WeasyPrint keeps to: nothing but what stands in the page itself."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from portal.core.errors import Refused

log = logging.getLogger(__name__)


@contextmanager
def outside_refused() -> Iterator[None]:
    """Turn WeasyPrint's fatal fetch error, a BaseException nobody else catches, into a sentence."""
    from weasyprint.urls import FatalURLFetchingError  # noqa: PLC0415 -- heavy

    try:
        yield
    except FatalURLFetchingError as fatal:
        log.error("a paper asked for something outside itself: %s", fatal)
        raise Refused(
            "Nội dung báo cáo gọi tới tệp hoặc địa chỉ bên ngoài nên không được in. Hãy báo quản trị viên kiểm tra."
        ) from None


def closed_fetcher():
    """A fetcher that gives WeasyPrint nothing but what stands in the paper itself (data:).

    It keeps the first address it refused: WeasyPrint swallows even the fatal error inside an SVG.
    """
    from weasyprint.urls import FatalURLFetchingError, URLFetcher  # noqa: PLC0415 -- heavy

    class Closed(URLFetcher):
        refused = ""

        def fetch(self, url, headers=None):
            if not url.lower().startswith("data:"):
                self.refused = self.refused or url[:200]
                self.check()
            return super().fetch(url, headers)

        def check(self) -> None:
            if self.refused:
                raise FatalURLFetchingError(self.refused)

    return Closed(allowed_protocols=["data"], allow_redirects=False, fail_on_errors=True)
