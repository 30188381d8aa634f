"""Text that no database stores is no fault of any page: every address is asked with it, in every name a page reads."""

import re
from pathlib import Path

import django_filters as filters
import pytest
from django.conf import settings
from django.urls import reverse

from .cells import crash, read_table, routes, undone
from .requests import asked

# PostgreSQL alone refuses NUL in a parameter: the run on SQLite would prove nothing.
pytestmark = pytest.mark.postgres
ROWS = {row.route: row for row in reversed(read_table()) if row.method == "GET"}
TEXTS = ["%00", "a%00b", "%ED%A0%80"]  # NUL, NUL inside, half a letter
WHO = "staff@grand", "admin@grand"
APPS = ("portal", "units", "criteria", "evaluations", "reports")


def read_names() -> set[str]:
    """Every name a page reads from its address: named in the code, or a filter's."""
    files = [path for app in APPS for path in (Path(settings.BASE_DIR) / app).rglob("*.py")]
    named = {
        name
        for path in files
        for name in re.findall(r'(?:request|asked)\.GET(?:\.get\(|\[)"([\w-]+)"', path.read_text())
    }
    todo, found = [filters.FilterSet], set()
    while todo:
        found |= set(todo[-1].base_filters)
        todo += todo.pop().__subclasses__()
    return named | found


@pytest.mark.parametrize("route", sorted({name for name, _ in routes()}))
def test_no_page_breaks_over_it(world, db, route):
    kwargs, _ = asked(world, route, "GET", ROWS[route].case)
    address, others = reverse(route, kwargs=kwargs), sorted(read_names() - {"q"})
    queries = [*(f"q={text}" for text in TEXTS), "&".join(f"{name}=a%00b" for name in others)]
    for person in WHO:
        world.clients[person].raise_request_exception = False
        for query in queries:
            with undone():
                response = world.clients[person].get(f"{address}?{query}")
            assert response.status_code < 500, f"{person} {address}?{query}{crash(response)}"


def test_names_are_found():
    assert {"q", "page", "don_vi", "ngay", "certificate"} - read_names() == {"certificate"}


def test_without_the_cleaning_pages_break(world, db, monkeypatch):
    """The control: the list of committees hands the words to the database as they came."""
    monkeypatch.setattr("portal.core.web.middleware.storable", lambda text: text)
    client = world.clients["staff@grand"]
    client.raise_request_exception = False
    with undone():
        assert client.get(f"{reverse('units:committee_list')}?q=%00").status_code == 500
