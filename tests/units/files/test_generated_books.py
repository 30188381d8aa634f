"""Whatever workbook comes: no answer of 500, no figure changed in silence, no row lost between preview and stored."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.urls import reverse
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from portal.core.sheets import tables
from tests.conftest import depth
from tests.units.factories import make_tree, make_user
from units.enums import Role
from units.models import Headcount
from units.registers import REGISTERS, write_rows

from .books import COUNTS, KEEP, REFUSE, Drawn, books
from .sending import asked, run

pytestmark = pytest.mark.django_db
UNITS, YEARS = 3, (2023, 2024)
BEFORE = {"households": 500, "camera_households": 9, "workers": 20, "learners": 30}


@contextmanager
def undone() -> Iterator[None]:
    """What is written inside is taken back: each example begins with the same rows."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture
def tree(client, settings, tmp_path):
    """Two communes' areas, the first with figures of one year already."""
    settings.FILES_DIR = tmp_path
    made = make_tree("A")
    client.force_login(make_user(Role.OFFICER, made.communes[0]))
    write_rows(REGISTERS["so-ho"], [Headcount(unit=made.areas[0], year=2024, **BEFORE)], by=None)
    return made


def units_of(tree) -> list:
    return [*tree.areas[:2], tree.agency]


def stored() -> dict[tuple[int, int], dict[str, int]]:
    return {(row.pop("unit"), row.pop("year")): row for row in Headcount.objects.values("unit", "year", *COUNTS)}


def wanted(drawn: Drawn, units: list) -> dict[tuple[int, int], dict[str, int]] | None:
    """What must be stored in the end; None where the file must be refused whole."""
    found = stored()
    if drawn.is_refused:
        return None
    for line in drawn.lines.values():
        old = found.get((units[line.unit].pk, line.year))
        said = {name: value for name, (_, value) in line.cells.items()}
        if REFUSE in said.values() or (old is None and KEEP in said.values()):
            return None
        row = (old or dict.fromkeys(COUNTS, 0)) | {name: value for name, value in said.items() if value != KEEP}
        if row["camera_households"] > row["households"]:
            return None
        found[units[line.unit].pk, line.year] = row
    return found


def send(client, data: bytes):
    return client.post(reverse("units:register_import", args=["so-ho"]), {"file": SimpleUploadedFile("so.xlsx", data)})


def check(client, drawn: Drawn, units: list) -> str:
    """Send the workbook and see that exactly what it says is stored; what became of it, in a word."""
    before, must = stored(), wanted(drawn, units)
    answer = send(client, drawn.data)
    assert stored() == before
    if must is None:
        assert answer.status_code == 422
        assert answer.context["problems"]
        return "refused"
    assert answer.status_code == 302, [str(one) for one in answer.context["problems"]]
    page = client.get(answer.url)
    told = {number: item for number, _, item in page.context["rows"]}
    changes = {key for key in must if must[key] != before.get(key)}
    assert {(item["unit"].pk, item["cells"][0][0]) for item in told.values()} == changes
    assert page.context["new"] == len(must.keys() - before.keys())
    assert page.context["new"] + page.context["changed"] + page.context["same"] == len(drawn.lines)
    for number, item in told.items():
        line = drawn.lines[number]
        assert [value for value, *_ in item["cells"][1:]] == list(must[units[line.unit].pk, line.year].values())
    if changes:
        assert run(asked(client, answer.url)).message
    assert stored() == must
    return "stored" if changes else "equal"


@pytest.fixture
def seen():
    """What became of the examples: a fuzz in which every file is refused proves nothing."""
    words: list[str] = []
    yield words
    assert {"stored", "refused"} <= set(words)


FUZZ = {"suppress_health_check": [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]}


@settings(**FUZZ, max_examples=depth(25))
@given(data=st.data())
def test_what_a_drawn_workbook_says_is_stored_and_nothing_else(client, tree, seen, data):
    units = units_of(tree)
    drawn = data.draw(books([f"DV{unit.pk}" for unit in units], YEARS))
    with undone():
        seen.append(check(client, drawn, units))


def test_a_reader_that_loses_the_last_row_is_noticed(client, tree, monkeypatch):
    monkeypatch.setattr(tables, "_without_totals", lambda table, rows, heading, file: rows[:-1])
    units = units_of(tree)

    @settings(**FUZZ, max_examples=25, database=None, phases=[Phase.generate], report_multiple_bugs=False)
    @given(drawn=books([f"DV{unit.pk}" for unit in units], YEARS))
    def of_any_book(drawn):
        with undone():
            check(client, drawn, units)

    with pytest.raises(AssertionError):
        of_any_book()


IMPORTS = (
    *("units:import", "units:people_import", "units:committee_import", "units:seat_import"),
    *("evaluations:past_import", "evaluations:past_totals_import"),
)


@settings(**FUZZ, max_examples=depth(8))
@given(data=st.data())
def test_a_workbook_of_another_kind_is_refused_by_each_page(client, tree, data):
    """Each page that takes files refuses one that is not its own, whatever stands in it."""
    client.force_login(make_user(Role.ADMIN, tree.province))
    drawn = data.draw(books([f"DV{unit.pk}" for unit in units_of(tree)], YEARS))
    before = stored()
    for route in IMPORTS:
        answer = client.post(reverse(route), {"file": SimpleUploadedFile("so.xlsx", drawn.data)})
        assert (route, answer.status_code) == (route, 422)
        assert answer.context["problems"]
    assert stored() == before
