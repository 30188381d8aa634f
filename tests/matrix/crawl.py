"""Walks the portal as one person, following every link, and gives back all the words that were shown."""

import html
import io
import re
import subprocess
import zipfile
from collections import deque
from urllib.parse import urljoin, urlsplit

from django.urls import reverse

from units.registers import REGISTERS

from .world import World

LINK = re.compile(r'\s(?:href|action|data-poll)="([^"]+)"')
API = ("unit", "committee", "criteria-set", "evaluation", "recognition", "delegation")
API += ("cycle", "sitting", "decision", "programme")
API += tuple(f"register-{one.api}" for one in REGISTERS.values())
LISTS = (
    *("evaluations:list", "evaluations:cycle_list", "evaluations:sitting_list", "evaluations:decision_list"),
    *("evaluations:streak_list", "evaluations:award_barred", "evaluations:award_bars"),
    "evaluations:practice",
    *("evaluations:recognition_list", "units:list", "units:export", "units:people", "units:committee_list"),
    "units:delegation_list",
    *("reports:catalogue", "reports:overview", "reports:run_list", "reports:schedule_list"),
    *("reports:criteria_asks", "units:registers", "units:committee_changes", "units:seat_export"),
    "criteria:rules",
)


class Crawler:
    """`seen` maps each address that answered 200 to its words, in small letters; `dead` holds links to nothing."""

    def __init__(self, client):
        self.client = client
        self.seen: dict[str, str] = {}
        self.asked: set[str] = set()
        self.linked: dict[str, str] = {}  # the first page that names the address
        self.dead: list[str] = []
        self.waiting: deque[str] = deque()

    def add(self, address: str) -> None:
        if address not in self.asked:
            self.asked.add(address)
            self.waiting.append(address)

    def walk(self, *, at_most: int = 2000) -> None:
        while self.waiting and len(self.seen) < at_most:
            address = self.waiting.popleft()
            response = self.client.get(address)
            assert response.status_code < 500, address
            if response.status_code == 404 and address in self.linked:
                self.dead.append(f"{self.linked[address]} links to {address}")
            if response.status_code != 200:
                continue
            body = b"".join(response.streaming_content) if response.streaming else response.content
            self.seen[address] = words_of(body, response["Content-Type"])
            if response["Content-Type"].startswith("text/html"):
                for link in LINK.findall(self.seen[address]):
                    target = urljoin(address, html.unescape(link))
                    if (
                        target.startswith("/")
                        and not target.startswith(("/static/", "//"))
                        and not target.endswith("?lech=1")
                    ):
                        target = urlsplit(target)._replace(fragment="").geturl()
                        if target not in self.asked:
                            self.linked[target] = address
                        self.add(target)
            elif response["Content-Type"].startswith("application/json") and "/api/" in address:
                self._api(address, response.json())

    def _api(self, address: str, page) -> None:
        if isinstance(page, dict) and "results" in page:
            for row in page["results"][:5]:  # a detail is drawn by its list's own serializer
                self.add(f"{address.partition('?')[0]}{row['id']}/")
            if page["next"]:
                self.add(page["next"].replace("http://testserver", ""))


def words_of(body: bytes, kind: str) -> str:
    """The text of a page, a workbook (all its members) or a PDF."""
    if "spreadsheetml" in kind and zipfile.is_zipfile(io.BytesIO(body)):
        with zipfile.ZipFile(io.BytesIO(body)) as book:
            body = b"\n".join(book.read(name) for name in book.namelist())
    elif kind.startswith("application/pdf"):
        body = subprocess.run(["pdftotext", "-", "-"], input=body, capture_output=True, check=True).stdout
    return body.decode("utf-8", "replace").lower()


def starts(world: World) -> list[str]:
    """Where a curious person begins: every list, the API, the exports, and lists asked about foreign places."""
    found = ["/", *(reverse(name) for name in LISTS), *(reverse(f"api:{name}-list") for name in API)]
    found += [reverse("units:export") + "?dang=xlsx", reverse("api:unit-list") + "?q=zq&standing=all"]
    found += [reverse("units:list") + "?q=zq", reverse("units:export") + "?q=zq", reverse("units:people") + "?q=zq"]
    found += [reverse("evaluations:list") + "?q=zq", reverse("evaluations:recognition_list") + "?q=zq"]
    for by in ("ban", "xa", "huyen", "tinh"):
        found.append(f"{reverse('units:committee_changes')}?tu=2019-01-01&den=2025-01-01&theo={by}")
    for slug in REGISTERS:
        address = reverse("units:register_list", args=[slug])
        found += [address, f"{address}?year=", f"{address}?year=&q=zq"]
        found += [f"{reverse('units:register_export', args=[slug])}?year=&dang={form}" for form in ("csv", "xlsx")]
        found += [f"{address}?unit={other.commune.pk}" for other in (world.sibling, world.foreign)]
    for other in (world.sibling, world.foreign):
        for name, key, row in (
            ("evaluations:list", "cycle", other.cycle), ("evaluations:list", "commune", other.commune),
            ("evaluations:list", "district", other.district), ("units:list", "duoi", other.commune),
            ("units:list", "parent", other.commune), ("units:list", "commune", other.commune),
            ("units:export", "parent", other.commune), ("units:committee_list", "q", other.commune),
            ("evaluations:recognition_list", "district", other.district), ("reports:overview", "don_vi", other.commune),
            ("reports:overview", "ky", other.cycle), ("units:person_add", "don_vi", other.commune),
            ("api:unit-list", "parent", other.commune), ("api:evaluation-list", "commune", other.commune),
            ("api:evaluation-list", "cycle", other.cycle),
        ):  # fmt: skip
            found.append(f"{reverse(name)}?{key}={row.pk}")
        found.append(f"{reverse('api:rollup')}?cycle={world.home.cycle.pk}&place={other.commune.pk}")
    found.append(f"{reverse('api:rollup')}?cycle={world.home.cycle.pk}&place={world.home.commune.pk}&by=commune")
    return found
