"""The table of who gets what, and the machine that tries each cell of it.

A cell reads like `officer|leader:302+ 422`: the named roles get 302 and rows change, everybody else gets 422 and
nothing changes. An empty cell repeats the one to its left; an empty `stranger` means the sign-in page (403 on the API).
`hosting` is the commune on whose ground what the cases "hosted" are about stands: empty, it repeats `sibling`.
"""

import csv
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.db import connection, transaction
from django.urls import URLPattern, get_resolver, reverse

from portal.core.web.middleware import WRITES
from tests.ids import ids_twice

from .requests import asked
from .world import World

TABLE = Path(__file__).with_name("table.csv")
COLUMNS = ("own", "parent", "grand", "itself", "beside", "sibling", "hosting", "far", "top")
OWN_TABLES = ('"django_session"', '"axes_', '"core_oncetoken"')  # what signing in and filling in forms keeps
NO_SUCH = 10**12


@dataclass(frozen=True)
class Answer:
    """What came back, or is expected: the status, and whether rows changed."""

    status: int
    wrote: bool = False

    def __str__(self):
        return f"{self.status}{'+' if self.wrote else ''}"


@dataclass(frozen=True)
class Row:
    route: str
    method: str
    case: str
    cells: dict[str, dict[str, Answer]]  # by relation, then by role ("" for everybody else)

    @property
    def is_api(self) -> bool:
        return self.route.startswith("api:")

    def expected(self, person: str) -> Answer:
        role, _, relation = person.partition("@")
        by_role = self.cells[relation]
        return by_role.get(role, by_role[""])

    def __str__(self):
        return " ".join(filter(None, (self.method, self.route, self.case)))


def read_cell(text: str) -> dict[str, Answer]:
    found = {}
    for term in text.split():
        roles, _, status = term.rpartition(":")
        for role in roles.split("|"):
            assert role not in found, f"{text!r} speaks twice about {role or 'the others'}"
            found[role] = Answer(int(status.rstrip("+")), status.endswith("+"))
    assert "" in found, f"{text!r} says nothing about the others"
    return found


def read_table(path: Path = TABLE) -> list[Row]:
    rows = []
    with path.open(newline="") as dossier:
        for line in csv.DictReader(dossier):
            cells, left = {}, ""
            for column in COLUMNS:
                told = (line[column] or "").strip() or left
                cells[column] = read_cell(told)
                left = left if column == "hosting" else told
            to_stranger = "403" if line["route"].startswith("api:") else "302"
            cells["stranger"] = read_cell(line["stranger"] or to_stranger)
            rows.append(Row(line["route"], line["method"], line["case"], cells))
    return rows


def routes(resolver=None, space: str = "") -> Iterator[tuple[str, URLPattern]]:
    """Every named address of the portal with its namespaces."""
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry, URLPattern):
            yield f"{space}{entry.name}", entry
        else:
            yield from routes(entry, f"{space}{entry.namespace}:" if entry.namespace else space)


@contextmanager
def undone():
    """What happens inside leaves no row behind."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@contextmanager
def noted_writes():
    """The statements inside that change rows, besides those of sessions and form tokens."""
    seen: list[str] = []

    def note(execute, sql, params, many, context):
        if sql.lstrip().upper().startswith(WRITES) and not any(table in sql for table in OWN_TABLES):
            seen.append(sql[:90])
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        yield seen


OF_THE_REQUEST = re.compile(
    rb'name="csrfmiddlewaretoken" value="[^"]*"| aria-current="page"'
    rb'|\s*<section class="card stack" aria-labelledby="typed">.*?</section>',
    re.DOTALL,
)


def bare(body: bytes) -> bytes:
    """A page without its request's own: the secret, the mark of where in the menu it stands, what was sent to it."""
    return OF_THE_REQUEST.sub(b"", body)


NOWHERE = Row("evaluations:detail", "GET", "", {})


class Bench:
    """Sends the requests of the table's rows as the world's people."""

    def __init__(self, world: World):
        self.world = world
        self.tried = self.wrong_cells = self.side_effects = 0

    def send(self, row: Row, person: str, *, missing: bool = False):
        """The response and the statements that wrote; nothing of it lasts."""
        client = self.world.clients[person]
        kwargs, data = asked(self.world, row.route, row.method, row.case)
        if missing:
            kwargs = {name: NO_SUCH if isinstance(value, int) else value for name, value in kwargs.items()}
        address = reverse(row.route, kwargs=kwargs)
        cookies = client.cookies.copy()
        with undone(), noted_writes() as writes:
            response = client.generic(row.method, address) if data is None else self._with(client, row, address, data)
            if response.streaming:
                b"".join(response.streaming_content)  # the last byte closes it
        client.cookies = cookies  # signing out and messages last one request
        return response, writes

    def _with(self, client, row: Row, address: str, data: dict):
        return client.get(address, data) if row.method == "GET" else client.post(address, data)

    def try_cell(self, row: Row, person: str) -> str:
        """A sentence about what is wrong with the cell; empty when it is right."""
        self.tried += 1
        response, writes = self.send(row, person)
        found, expected = Answer(response.status_code, bool(writes)), row.expected(person)
        self.side_effects += bool(writes) and not expected.wrote
        if found != expected:
            return f"{person}: expected {expected}, got {found} {writes[:2] or ''}{crash(response)}"
        if found.status == 404 and bare(response.content) != self.missing_page(row, person):
            return f"{person}: what is there but hidden does not look like what is not there"
        if twice := ids_twice(response):
            return f"{person}: the page has {', '.join(twice)} more than once"
        return ""

    def missing_page(self, row: Row, person: str) -> bytes:
        """The 404 of an address that names nothing; one for all pages, the API's names what it looked for."""
        part = row.route if row.is_api else "page"
        if (part, person) not in self.world.missing:
            response, _ = self.send(row if row.is_api else NOWHERE, person, missing=True)
            assert response.status_code == 404
            self.world.missing[part, person] = bare(response.content)
        return self.world.missing[part, person]

    def wrong(self, row: Row, people=None) -> list[str]:
        people = self.world.people if people is None else people
        found = [sentence for person in people if (sentence := self.try_cell(row, person))]
        self.wrong_cells += len(found)
        return found


def crash(response) -> str:
    """The last line of an exception the view let go."""
    return f" {response.exc_info[1]!r}" if getattr(response, "exc_info", None) else ""
