"""Dossiers of one name in one commune, as a merger leaves them: told apart on pages, in files and in choices."""

import html
import io
from datetime import date
from types import SimpleNamespace

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from criteria.models import CriteriaSet
from evaluations import queries, services, workflow
from evaluations.enums import Action, State
from evaluations.files import past_results
from evaluations.files.grid.lines import ENTRY, UNIT
from evaluations.files.grid.reading import read
from portal.core.sheets import writing
from reports.datasets import scope_of, unit_roster
from reports.datasets.boundaries import Boundaries
from reports.papers.decision import build_draft
from tests.evaluations.factories import hold_sitting, open_year, published_sets
from tests.evaluations.streaks.results import make_rule
from tests.evaluations.world import fill, put
from tests.units.factories import make_committee, make_tree, make_units, make_user
from tests.units.reforming import draft, line
from units import reforms
from units.enums import Role, Subtype, UnitKind
from units.models import Unit

pytestmark = pytest.mark.both  # the condition in the query

DAY = date(2024, 3, 1)


def said(response) -> str:
    return " ".join(html.unescape(response.content.decode()).split())


def client_of(user) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def address(name: str, *args) -> str:
    return reverse(f"evaluations:{name}", args=args)


@pytest.fixture
def place(db):
    """Two communes with villages of the same names became one before the year was opened."""
    published_sets()
    tree = make_tree()
    one, two, *_ = tree.communes
    for commune in (one, two):
        make_units(commune, UnitKind.RESIDENTIAL_AREA, Subtype.VILLAGE, ["Thôn Bản 1", "Thôn Bản 2"])
    new = {"kind": "commune", "subtype": Subtype.COMMUNE, "code": "02683", "name": "Xã Bát Xát", "key": "B"}
    plan = draft(
        tree,
        line("open", to_unit=tree.districts[0], **new),
        line("merge", one, to_key="B"),
        line("merge", two, to_key="B"),
        day=DAY,
    )
    reforms.apply(plan, by=None)
    merged = Unit.objects.get(name="Xã Bát Xát")
    return SimpleNamespace(
        tree=tree,
        merged=merged,
        names=[f"Thôn Bản {number} · trước thuộc {commune.name}" for number in (1, 2) for commune in (one, two)],
        officer=make_user(Role.OFFICER, merged),
        staff=make_user(Role.STAFF, tree.province),
    )


@pytest.fixture
def cycle(place):
    return open_year(place.tree)


def areas_set(cycle) -> CriteriaSet:
    return cycle.evaluations.filter(kind=UnitKind.RESIDENTIAL_AREA).first().criteria_set


def test_the_grid_and_the_list_tell_them_apart_and_the_snapshot_stays(place, cycle):
    client = client_of(place.officer)
    for page in (
        client.get(address("grid", cycle.pk), {"bo": areas_set(cycle).pk}),
        client.get(address("list"), {"cycle": cycle.pk}),
        client.get(address("list"), {"cycle": cycle.pk, "dang": "csv"}),
    ):
        text = said(page)
        assert all(name in text for name in place.names)
        assert "Thôn 1 (A1.1) ·" not in text  # no namesake
    names = cycle.evaluations.filter(commune=place.merged, unit_name__startswith="Thôn Bản")
    assert set(names.values_list("unit_name", flat=True)) == {"Thôn Bản 1", "Thôn Bản 2"}


def test_a_handover_tells_them_apart(place, cycle):
    told = [matter.what for matter in queries.under_way(place.officer.placements.get())]
    assert {f"{name} – {cycle}" for name in place.names} <= set(told)
    assert len(told) == len(set(told))


def test_the_workbook_tells_them_apart_and_is_taken_back(place, cycle):
    client = client_of(place.officer)
    got = client.get(address("grid_book", cycle.pk), {"bo": areas_set(cycle).pk})
    sheet = openpyxl.load_workbook(io.BytesIO(got.content))[ENTRY]
    heads = [cell.value for cell in sheet[1]]
    names = [row[heads.index(UNIT)].value for row in sheet.iter_rows(min_row=2)]
    assert set(place.names) <= set(names)
    assert len(set(names)) == len(names)
    assert read(cycle, got.content, "bang.xlsx", place.officer).problems == []


def test_a_year_before_the_merger_is_left_as_it_was(place):
    earlier = open_year(place.tree, 2023, as_of=date(2023, 6, 30))
    text = said(client_of(place.staff).get(address("list"), {"cycle": earlier.pk}))
    assert "Thôn Bản 1" in text
    assert "trước thuộc" not in text


def test_a_refused_move_of_many_names_the_one_it_means(place, cycle):
    client = client_of(place.officer)
    areas = areas_set(cycle)
    dossiers = cycle.evaluations.filter(criteria_set=areas)
    workflow.advance_many(dossiers.values_list("pk", flat=True), Action.REGISTER, by=place.officer)
    text = said(client.post(address("grid_act", cycle.pk), {"bo": areas.pk, "action": "submit"}, follow=True))
    assert f">{place.names[0]}</a>" in text


def test_a_dossiers_own_page_says_it_too(place, cycle):
    dossier = cycle.evaluations.filter(unit_name="Thôn Bản 1").first()
    text = said(client_of(place.officer).get(address("detail", dossier.pk)))
    assert place.names[0] in text or place.names[1] in text


def test_the_choice_of_a_late_unit_names_commune_and_where_it_lay(place, cycle):
    one = cycle.evaluations.filter(unit_name="Thôn Bản 1").first()
    one.delete()
    text = said(client_of(place.staff).get(address("cycle_roster", cycle.pk)))
    assert any(f"{name} (Xã Bát Xát)</option>" in text for name in place.names[:2])


def test_past_results_tell_them_apart_when_searched(place):
    text = said(client_of(place.staff).get(address("past_find"), {"q": "bản 1"}))
    one, two, *_ = place.tree.communes
    for commune in (one, two):
        assert f"Thôn Bản 1 (xã Bát Xát, huyện A1, tỉnh A) · trước thuộc {commune.name}" in text


def test_past_results_tell_them_apart_in_preview_template_and_export(place):
    client = client_of(place.staff)
    address_of = address("past_import")
    areas = list(Unit.objects.filter(parent=place.merged, name__startswith="Thôn Bản").order_by("sort_key", "pk"))
    book = openpyxl.load_workbook(io.BytesIO(client.get(address_of, {"dang": "xlsx"}).content))
    told = {row[0].value: row[2].value for row in book["Đơn vị"].iter_rows(min_row=2)}
    assert [told[f"DV{area.pk}"] for area in areas] == place.names
    rows = [[f"DV{area.pk}", 2022, "safety", "Đạt", "Báo cáo số 12"] for area in areas]
    heads = [past_results.COLUMNS[name] for name in ("unit", "year", "programme", "result", "source")]
    file = SimpleUploadedFile("kq.csv", writing.as_csv(heads, rows))
    text = said(client.get(client.post(address_of, {"file": file}).url))
    for name in place.names:
        assert f'{name} <span class="muted">Xã Bát Xát</span>' in text


def test_the_years_running_tell_them_apart(place):
    make_rule()
    paper = {"year": "2022", "programme": "safety", "result": "Đạt", "source": "Báo cáo số 12"}
    for area in Unit.objects.filter(parent=place.merged, name__startswith="Thôn Bản"):
        row = past_results.read_row({**paper, "unit": f"DV{area.pk}"}, place.tree.province)
        services.record_past([row], place.tree.province, by=None, reason="Theo báo cáo.")
    text = said(client_of(place.staff).get(address("streak_list")))
    assert all(f">{name}</a>" in text for name in place.names)


def test_the_page_of_a_unit_shows_the_key_files_ask_for(place):
    unit = Unit.objects.get(parent=place.merged, name="Thôn Bản 1", versions__parent=place.tree.communes[0])
    text = said(client_of(place.officer).get(reverse("units:detail", args=[unit.pk])))
    assert f"<dt>Khoá</dt><dd>DV{unit.pk} " in text


def test_a_list_without_namesakes_asks_nothing_more(place, cycle):
    def asked(user) -> list[str]:
        with CaptureQueriesContext(connection) as run:
            client_of(user).get(address("list"), {"cycle": cycle.pk})
        return [one["sql"] for one in run if one["sql"].startswith('SELECT "units_unitversion"')]

    assert asked(make_user(Role.OFFICER, place.tree.communes[2])) == []
    assert len(asked(place.officer)) == 1


def names_of(scope) -> list[str]:
    rows = [row.name for group in unit_roster(scope, kind=UnitKind.RESIDENTIAL_AREA).groups for row in group.rows]
    return [name for name in rows if name.startswith("Thôn Bản")]


def test_the_printed_list_tells_them_apart_on_either_boundaries(place, cycle):
    assert names_of(scope_of(cycle, place.merged)) == place.names
    earlier = open_year(place.tree, 2023, as_of=date(2023, 6, 30))
    assert sorted(names_of(scope_of(earlier, place.tree.province))) == [f"Thôn Bản {i}" for i in (1, 1, 2, 2)]
    today = scope_of(earlier, place.merged, boundaries=Boundaries.TODAY)
    assert names_of(today) == place.names


def test_a_drafted_decision_tells_them_apart(place, cycle):
    council = make_committee(place.merged, on=DAY)
    dossiers = list(cycle.evaluations.filter(commune=place.merged, unit_name="Thôn Bản 1"))
    fill(dossiers, place.officer)
    put(dossiers, State.APPRAISED, submitted_by=place.officer, appraised_by=council.people[1])
    sitting = hold_sitting(council.committee, dossiers[:1], by=council.people[1])
    page = client_of(council.people[1]).get(address("sitting_detail", sitting.pk))
    names = [name for name in place.names if name.startswith("Thôn Bản 1")]
    assert all(name in said(page) for name in names)  # on the agenda, and waiting for it
    services.close_sitting(sitting, by=council.people[0])
    decision = sitting.decisions.get()
    (annex,) = build_draft({"decision": decision.pk}, place.merged).annexes
    assert [line.cells[1] for line in annex.lines] == [names[0]]
    assert names[0] in said(client_of(council.people[0]).get(address("decision_detail", decision.pk)))
